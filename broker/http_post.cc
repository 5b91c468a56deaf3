#include "broker/http_post.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

namespace entente::broker {
namespace {

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// curl breaks off when less is taken than it gives.
size_t TakeBody(char* data, size_t size, size_t count, void* to) {
  std::string& body = *static_cast<std::string*>(to);
  if (body.size() + size * count > kHttpReplyBytes) return 0;
  body.append(data, size * count);
  return size * count;
}

int IsStopped(void* stopped, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stopped)->load() ? 1 : 0;
}

Headers PlainText() {
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: text/plain; charset=utf-8");
  return {curl_slist_append(list, "Expect:"), &curl_slist_free_all};
}

void Bound(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kHttpConnectMs);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, kHttpWholeMs);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

}  // namespace

HttpClient::HttpClient() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

absl::StatusOr<HttpReply> HttpClient::Post(const std::string& url, const std::string& body) const {
  const Easy easy(curl_easy_init(), &curl_easy_cleanup);
  const Headers headers = PlainText();
  if (!easy || !headers) return absl::UnavailableError("no memory for a request");
  HttpReply reply;
  char error[CURL_ERROR_SIZE] = "";
  Bound(easy.get());
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &TakeBody);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(easy.get(), CURLOPT_XFERINFOFUNCTION, &IsStopped);
  curl_easy_setopt(easy.get(), CURLOPT_XFERINFODATA, &stopped_);
  curl_easy_setopt(easy.get(), CURLOPT_NOPROGRESS, 0L);
  const CURLcode code = curl_easy_perform(easy.get());
  if (code != CURLE_OK) {
    return absl::UnavailableError(error[0] == '\0' ? curl_easy_strerror(code) : error);
  }
  const char* type = nullptr;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr) reply.content_type = type;
  return reply;
}

}  // namespace entente::broker

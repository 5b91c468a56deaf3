// One POST to a server that is not trusted: over http or https alone, no redirect is followed, and
// what it answers is bounded in time and size. Blocking.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace entente::broker {

struct HttpReply {
  long status = 0;
  std::string content_type;
  std::string body;
};
using HttpPost =
    std::function<absl::StatusOr<HttpReply>(const std::string& url, const std::string& body)>;

inline constexpr long kHttpConnectMs = 5'000;
inline constexpr long kHttpWholeMs = 10'000;
// Of an answer's body.
inline constexpr size_t kHttpReplyBytes = 64 * 1024;

// Thread-safe.
class HttpClient {
 public:
  HttpClient();
  // UNAVAILABLE with a sentence: nothing there, too slow, too large, another protocol, or stopped.
  absl::StatusOr<HttpReply> Post(const std::string& url, const std::string& body) const;
  // Ends every call, also those to come, within about a second.
  void Stop() { stopped_ = true; }

 private:
  std::atomic<bool> stopped_ = false;
};

}  // namespace entente::broker

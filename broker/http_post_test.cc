// A POST to servers that do not behave.
#include "broker/http_post.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "absl/time/clock.h"

namespace entente::broker {
namespace {

// Answers one connection with these bytes, once it has read a request's end.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer, bool hang = false)
      : answer_(std::move(answer)), hang_(hang), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::thread([this] { Serve(); });
  }
  ~OneAnswer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  const std::string& url() const { return url_; }
  // To be asked after the call.
  const std::string& request() const { return request_; }

 private:
  void Serve() {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    char buffer[4096];
    while (!request_.ends_with("the body")) {
      const ssize_t got = read(fd, buffer, sizeof(buffer));
      if (got <= 0) break;
      request_.append(buffer, static_cast<size_t>(got));
    }
    for (size_t at = 0; at < answer_.size();) {
      const ssize_t sent = send(fd, answer_.data() + at, answer_.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) break;
      at += static_cast<size_t>(sent);
    }
    while (hang_ && read(fd, buffer, sizeof(buffer)) > 0) {
    }
    close(fd);
  }

  const std::string answer_;
  const bool hang_;
  const int listener_;
  std::string url_;
  std::string request_;
  std::thread thread_;
};

absl::StatusOr<HttpReply> Post(const OneAnswer& server) {
  return HttpClient().Post(server.url() + "/add-checkpoint", "the body");
}

TEST(HttpPost, GivesStatusTypeAndBody) {
  OneAnswer server(
      "HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\n"
      "Content-Length: 3\r\n\r\n12\n");
  const auto reply = Post(server);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 409);
  EXPECT_EQ(reply->content_type, "text/x.tlog.size");
  EXPECT_EQ(reply->body, "12\n");
  EXPECT_TRUE(server.request().starts_with("POST /add-checkpoint HTTP/1.1\r\n"));
  EXPECT_TRUE(server.request().ends_with("\r\n\r\nthe body"));
}

TEST(HttpPost, FollowsNoRedirect) {
  OneAnswer server(
      "HTTP/1.1 307 Elsewhere\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\n\r\n");
  const auto reply = Post(server);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 307);
  EXPECT_EQ(reply->body, "");
}

TEST(HttpPost, TakesNoLargeAnswer) {
  OneAnswer server("HTTP/1.1 200 OK\r\n\r\n" + std::string(kHttpReplyBytes + 1, 'x'));
  EXPECT_EQ(Post(server).status().code(), absl::StatusCode::kUnavailable);
}

TEST(HttpPost, SpeaksNothingButHttp) {
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/x"}) {
    const absl::Status status = HttpClient().Post(url, "x").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("rotocol"));
  }
}

TEST(HttpPost, AnAnswerThatNeverComesIsBrokenOffByAStop) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", /*hang=*/true);
  HttpClient client;
  std::thread stopper([&] {
    absl::SleepFor(absl::Milliseconds(200));
    client.Stop();
  });
  const absl::Time begin = absl::Now();
  const auto reply = client.Post(server.url(), "the body");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  stopper.join();
}

TEST(HttpPost, NobodyThereIsSaid) {
  EXPECT_EQ(HttpClient().Post("http://127.0.0.1:1", "x").status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace entente::broker

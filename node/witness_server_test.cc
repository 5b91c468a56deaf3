// The witness over real connections: paths, methods, sizes, headers to the byte.
#include "node/witness_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/audit/witness_fixture.h"
#include "core/base/limits.h"

namespace entente::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class WitnessServerTest : public ::testing::Test {
 protected:
  WitnessServerTest() {
    spdlog::set_level(spdlog::level::off);
    witness_ = *audit::OpenWitness(memory_, clock_);
    auto server = WitnessServer::Start("127.0.0.1:0", *witness_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  uint16_t port() const {
    return static_cast<uint16_t>(
        std::stoi(server_->address().substr(server_->address().rfind(':') + 1)));
  }
  // Everything that comes back until the server closes.
  std::string Exchange(const std::string& bytes) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<size_t>(count);
    }
    std::string answer;
    char piece[4096];
    for (ssize_t got; (got = ::recv(fd, piece, sizeof piece, 0)) > 0;) {
      answer.append(piece, static_cast<size_t>(got));
    }
    ::close(fd);
    return answer;
  }
  std::string Ask(const std::string& method, const std::string& path, const std::string& body) {
    return Exchange(method + " " + path + " HTTP/1.1\r\nHost: w\r\nConnection: close\r\n" +
                    "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  static std::string Chunk(const std::string& bytes) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + bytes + "\r\n";
  }
  std::string AskInChunks(const std::vector<std::string>& pieces) {
    std::string out =
        "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    for (const std::string& piece : pieces) out += Chunk(piece);
    return Exchange(out + "0\r\n\r\n");
  }

  const audit::SmallLog log_;
  audit::HandClock clock_;
  audit::FakeMemory memory_;
  std::unique_ptr<audit::Witness> witness_;
  std::unique_ptr<WitnessServer> server_;
};

TEST_F(WitnessServerTest, ACosignatureIsTheWholeBody) {
  const std::string answer = Ask("POST", "/add-checkpoint", log_.Body(0, 5));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
  EXPECT_TRUE(audit::CosignedAt(log_.Note(5), body, witness_->key(), audit::LogKey()).ok());
}

TEST_F(WitnessServerTest, AConflictIsToldInItsOwnType) {
  Ask("POST", "/add-checkpoint", log_.Body(0, 5));
  const std::string answer = Ask("POST", "/add-checkpoint", log_.Body(0, 5));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 409 "));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/x.tlog.size\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n5\n"));
}

TEST_F(WitnessServerTest, OtherPathsAreNotFoundByAnyMethod) {
  for (const char* method : {"POST", "GET", "PUT", "HEAD"}) {
    for (const char* path : {"/", "/add-checkpoint/", "/x/add-checkpoint", "/add-checkpoin",
                             "/Add-checkpoint", "/sign-subtree"}) {
      EXPECT_THAT(Ask(method, path, log_.Body(0, 5)), StartsWith("HTTP/1.1 404 "))
          << method << " " << path;
    }
  }
  EXPECT_EQ(memory_.saves(), 0);
}

TEST_F(WitnessServerTest, OtherMethodsAreNotAllowed) {
  for (const char* method : {"GET", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "post"}) {
    const std::string answer = Ask(method, "/add-checkpoint", log_.Body(0, 5));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << method;
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: POST\r\n")) << method;
  }
  EXPECT_EQ(memory_.saves(), 0);
}

TEST_F(WitnessServerTest, ABodyMayComeInPieces) {
  const std::string body = log_.Body(0, 5);
  const std::string answer = AskInChunks({body.substr(0, 1), body.substr(1, 20), body.substr(21)});
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST_F(WitnessServerTest, ABodyThatIsAnnouncedTooLargeIsNotRead) {
  const std::string answer =
      Exchange("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: " +
               std::to_string(limits::kAddCheckpointBytes + 1) + "\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
}

TEST_F(WitnessServerTest, TheLargestBodyIsRead) {
  const std::string body(limits::kAddCheckpointBytes, 'x');
  EXPECT_THAT(Ask("POST", "/add-checkpoint", body), StartsWith("HTTP/1.1 400 "));
}

TEST_F(WitnessServerTest, ABodyThatGrowsTooLargeIsBrokenOff) {
  const std::string piece(limits::kAddCheckpointBytes / 2, 'x');
  EXPECT_EQ(AskInChunks({piece, piece, "x"}), "");
  EXPECT_THAT(AskInChunks({piece, piece}), StartsWith("HTTP/1.1 400 "));
}

TEST_F(WitnessServerTest, WhatCannotBeSavedIsUnavailableAndSaysNoMore) {
  memory_.save = [] { return absl::InternalError("cannot sync a path of ours"); };
  const std::string answer = Ask("POST", "/add-checkpoint", log_.Body(0, 5));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, Not(HasSubstr("path of ours")));
}

TEST_F(WitnessServerTest, AnAddressInUseOrOfAnotherFormIsRefused) {
  EXPECT_TRUE(absl::IsUnavailable(WitnessServer::Start(server_->address(), *witness_).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(WitnessServer::Start("127.0.0.1", *witness_).status()));
}

TEST_F(WitnessServerTest, IPv6IsServedToo) {
  const auto server = WitnessServer::Start("[::1]:0", *witness_);
  if (absl::IsUnavailable(server.status())) GTEST_SKIP() << server.status();
  EXPECT_THAT((*server)->address(), StartsWith("[::1]:"));
  EXPECT_THAT((*server)->address(), Not(::testing::EndsWith(":0")));
}

}  // namespace
}  // namespace entente::node

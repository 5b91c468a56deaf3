#include "core/net/channel.h"

#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include "entente/v1/broker.grpc.pb.h"

namespace entente::net {
namespace {

TEST(Channel, UnixPathsHaveTheKernelsLimit) {
  EXPECT_EQ(UnixAddress("/run/entente/FR.fiu/desk.sock").value(),
            "unix:/run/entente/FR.fiu/desk.sock");
  EXPECT_TRUE(UnixAddress(std::string(107, 'a')).ok());
  const absl::Status status = UnixAddress(std::string(108, 'a')).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("has 108 bytes, the system allows 107"),
            std::string::npos);
  EXPECT_FALSE(UnixAddress("").ok());
}

TEST(Channel, HostAndPort) {
  for (const char* good : {"127.0.0.1:7443", "broker.example:0", "[::1]:65535", "h:1"}) {
    EXPECT_TRUE(CheckHostPort(good).ok()) << good;
  }
  for (const char* bad : {"", ":", "host", "host:", ":1", "host:x", "host:65536", "host:-1",
                          "::1:7443", "host:1x", "http://host:1", "ho st:1", "[::1]"}) {
    EXPECT_FALSE(CheckHostPort(bad).ok()) << bad;
  }
  EXPECT_EQ(WithPort("127.0.0.1:0", 7443), "127.0.0.1:7443");
  EXPECT_EQ(WithPort("[::1]:0", 80), "[::1]:80");
}

TEST(Channel, TwoServersNeverShareAPort) {
  v1::Transparency::Service service;
  int port = 0;
  grpc::ServerBuilder first;
  ApplyServerLimits(first);
  first.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  first.RegisterService(&service);
  const auto server = first.BuildAndStart();
  ASSERT_NE(server, nullptr);
  grpc::ServerBuilder second;
  ApplyServerLimits(second);
  second.AddListeningPort(WithPort("127.0.0.1:0", port), grpc::InsecureServerCredentials());
  second.RegisterService(&service);
  EXPECT_EQ(second.BuildAndStart(), nullptr);
}

}  // namespace
}  // namespace entente::net

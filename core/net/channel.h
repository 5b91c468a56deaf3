// Settings that every server and client of the system has: message sizes, keepalive, connection
// age, deadlines, addresses. Stateless; safe from any thread.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/server_builder.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/limits.h"

namespace entente::net {

// Milliseconds.
inline constexpr int kKeepaliveMs = 30 * limits::kSecondMs;
inline constexpr int kKeepaliveTimeoutMs = 10 * limits::kSecondMs;
inline constexpr int kHandshakeTimeoutMs = 10 * limits::kSecondMs;
// A certificate that expired keeps its connection this long at most.
inline constexpr int kConnectionAgeMs = limits::kHourMs;
inline constexpr int kConnectionAgeGraceMs = limits::kMinuteMs;
inline constexpr int64_t kUnaryDeadlineMs = 30 * limits::kSecondMs;
inline constexpr int kConcurrentStreams = 64;  // of one connection
inline constexpr int kMetadataBytes = 8 * 1024;
inline constexpr int kReconnectMs = 200;  // first wait
inline constexpr int kReconnectMaxMs = 5 * limits::kSecondMs;

// Message sizes, streams, keepalive, age, handshake time, and no sharing of a port.
void ApplyServerLimits(grpc::ServerBuilder& builder);

// Channels to one address share a connection, unless one is to have its own: what is sent on one
// connection goes in order, however urgent it is.
enum class Connection { kShared, kOwn };

// "host:port" or UnixAddress(). Connects by itself when first used, and again when lost.
std::shared_ptr<grpc::Channel> OpenChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    Connection connection = Connection::kShared);

// "unix:PATH". INVALID_ARGUMENT for an empty path, or one above 107 bytes (the sentence says how
// long it is): the kernel's limit, unix(7).
absl::StatusOr<std::string> UnixAddress(std::string_view path);
// INVALID_ARGUMENT unless "HOST:PORT" with a port of 0 to 65535; IPv6 hosts stand in brackets.
absl::Status CheckHostPort(std::string_view address);
// "HOST:PORT" with the port that was bound in place of 0.
std::string WithPort(std::string_view address, int port);

// What gRPC would write to standard error goes to `sink`, one line at a time, from any thread:
// among it, why handshakes failed. For the whole process; the last call counts.
void SendGrpcLogTo(std::function<void(const std::string& line)> sink);

// The call ends, with DEADLINE_EXCEEDED, this long from now.
void SetDeadline(grpc::ClientContext& context, int64_t milliseconds = kUnaryDeadlineMs);

}  // namespace entente::net

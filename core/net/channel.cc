#include "core/net/channel.h"

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>

#include <charconv>
#include <chrono>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace entente::net {
namespace {

using LogSink = std::function<void(const std::string& line)>;

ABSL_CONST_INIT absl::Mutex log_mutex(absl::kConstInit);
// Never destroyed: threads of gRPC outlive main().
std::shared_ptr<const LogSink>& log_sink ABSL_GUARDED_BY(log_mutex) =
    *new std::shared_ptr<const LogSink>;

void PassOn(gpr_log_func_args* line) {
  std::shared_ptr<const LogSink> sink;
  {
    absl::MutexLock lock(&log_mutex);
    sink = log_sink;
  }
  (*sink)(line->message);
}

}  // namespace

void ApplyServerLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(limits::kMessageBytes);
  builder.SetMaxSendMessageSize(limits::kMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kConnectionAgeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kConnectionAgeGraceMs);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kKeepaliveMs / 2);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

std::shared_ptr<grpc::Channel> OpenChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    Connection connection) {
  grpc::ChannelArguments arguments;
  if (connection == Connection::kOwn) {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  }
  arguments.SetMaxReceiveMessageSize(limits::kMessageBytes);
  arguments.SetMaxSendMessageSize(limits::kMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kHandshakeTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

absl::StatusOr<std::string> UnixAddress(std::string_view path) {
  if (path.empty()) return absl::InvalidArgumentError("the socket has no path");
  if (path.size() > limits::kUnixSocketPathBytes) {
    return absl::InvalidArgumentError(
        "the socket's path has " + std::to_string(path.size()) + " bytes, the system allows " +
        std::to_string(limits::kUnixSocketPathBytes) + ": " + std::string(path));
  }
  return "unix:" + std::string(path);
}

absl::Status CheckHostPort(std::string_view address) {
  const size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  const bool plain = !host.empty() && host.find_first_of(":[]/ ") == host.npos;
  if (colon != address.npos && (bracketed || plain)) {
    const std::string_view text = address.substr(colon + 1);
    uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error == std::errc{} && end == text.data() + text.size()) return absl::OkStatus();
  }
  return absl::InvalidArgumentError("'" + std::string(address) +
                                    "' is no HOST:PORT, such as 127.0.0.1:7443");
}

std::string WithPort(std::string_view address, int port) {
  return std::string(address.substr(0, address.rfind(':') + 1)) + std::to_string(port);
}

void SendGrpcLogTo(std::function<void(const std::string& line)> sink) {
  absl::MutexLock lock(&log_mutex);
  log_sink = std::make_shared<const LogSink>(std::move(sink));
  gpr_set_log_function(PassOn);
}

void SetDeadline(grpc::ClientContext& context, int64_t milliseconds) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(milliseconds));
}

}  // namespace entente::net

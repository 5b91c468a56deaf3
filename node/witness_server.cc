#include "node/witness_server.h"

#include <microhttpd.h>
#include <netdb.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/limits.h"
#include "core/net/channel.h"

namespace entente::node {
namespace {

using Steady = std::chrono::steady_clock;

constexpr char kPath[] = "/add-checkpoint";
constexpr std::string_view kSentence = "text/plain; charset=utf-8";
constexpr unsigned kThreads = 4;
constexpr unsigned kConnections = 256;  // what comes beyond waits to be taken
constexpr unsigned kIdleSeconds = 10;
constexpr std::chrono::seconds kUploadTime{30};
constexpr size_t kConnectionBytes = 32 * 1024;  // of one connection, its headers included
constexpr int kBacklog = 128;

// Of one request, from its headers to its answer.
struct Request {
  std::string body;
  Steady::time_point since = Steady::now();
};

absl::Status CannotListen(const std::string& address, const char* why) {
  return absl::UnavailableError("cannot listen on " + address + ": " + why);
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;
  int fd() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Addresses {
  ~Addresses() {
    if (list != nullptr) ::freeaddrinfo(list);
  }
  addrinfo* list = nullptr;
};

absl::StatusOr<Socket> Listen(const std::string& address) {
  if (absl::Status form = net::CheckHostPort(address); !form.ok()) return form;
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo wish{};
  wish.ai_socktype = SOCK_STREAM;
  wish.ai_flags = AI_PASSIVE;
  Addresses found;
  const int error =
      ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &wish, &found.list);
  if (error != 0) return CannotListen(address, ::gai_strerror(error));
  const addrinfo& first = *found.list;
  Socket socket(::socket(first.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (socket.fd() < 0 ||
      ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(socket.fd(), first.ai_addr, first.ai_addrlen) != 0 ||
      ::listen(socket.fd(), kBacklog) != 0) {
    return CannotListen(address, std::strerror(errno));
  }
  return socket;
}

int PortOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  char port[NI_MAXSERV] = "0";
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), size, nullptr, 0, port, sizeof port,
                NI_NUMERICSERV);
  return std::atoi(port);
}

MHD_Result Send(MHD_Connection* connection, const audit::HttpAnswer& answer) {
  MHD_Response* const response = MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                          std::string(answer.content_type).c_str());
  if (answer.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, MHD_HTTP_METHOD_POST);
  }
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(answer.status), response);
  MHD_destroy_response(response);
  return queued;
}

// What is announced to be too large is not read at all.
bool AnnouncesTooMuch(MHD_Connection* connection) {
  const char* const text =
      MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
  if (text == nullptr) return false;
  uint64_t length = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), length);
  return error != std::errc() || *end != '\0' || length > limits::kAddCheckpointBytes;
}

void Tell(const audit::WitnessAnswer& answer, int status) {
  switch (answer.verdict) {
    case audit::WitnessVerdict::kUnavailable:
      spdlog::error("no cosignature: {}", answer.remark);
      return;
    case audit::WitnessVerdict::kOtherRoot:
      spdlog::critical("{}", answer.remark);
      return;
    case audit::WitnessVerdict::kCosigned:
      spdlog::info("cosigned {}", answer.remark);
      return;
    default:
      spdlog::debug("refused with {}: {}", status, answer.text);
  }
}

audit::HttpAnswer Answer(audit::Witness& witness, std::string_view url, std::string_view method,
                         std::string_view body) {
  if (url != kPath) return {MHD_HTTP_NOT_FOUND, kSentence, "there is only /add-checkpoint\n"};
  if (method != MHD_HTTP_METHOD_POST) {
    return {MHD_HTTP_METHOD_NOT_ALLOWED, kSentence, "/add-checkpoint takes POST alone\n"};
  }
  const audit::WitnessAnswer answer = witness.Add(body);
  audit::HttpAnswer http = audit::ToHttp(answer);
  Tell(answer, http.status);
  return http;
}

// Called with the headers, then with each piece of the body, then once more.
MHD_Result Handle(void* witness, MHD_Connection* connection, const char* url, const char* method,
                  const char* /*version*/, const char* data, size_t* size, void** state) {
  if (*state == nullptr) {
    *state = new Request;
    if (!AnnouncesTooMuch(connection)) return MHD_YES;
    return Send(connection, {MHD_HTTP_CONTENT_TOO_LARGE, kSentence, "the request is too large\n"});
  }
  auto& request = *static_cast<Request*>(*state);
  if (*size == 0) {
    return Send(connection,
                Answer(*static_cast<audit::Witness*>(witness), url, method, request.body));
  }
  // The connection is closed: in the middle of a body nothing can be answered.
  if (request.body.size() + *size > limits::kAddCheckpointBytes ||
      Steady::now() - request.since > kUploadTime) {
    return MHD_NO;
  }
  request.body.append(data, std::exchange(*size, 0));
  return MHD_YES;
}

void Complete(void* /*unused*/, MHD_Connection* /*connection*/, void** state,
              MHD_RequestTerminationCode /*how*/) {
  delete static_cast<Request*>(std::exchange(*state, nullptr));
}

void Log(void* /*unused*/, const char* format, va_list arguments) {
  char line[512];
  std::vsnprintf(line, sizeof line, format, arguments);
  spdlog::debug("http: {}", line);
}

}  // namespace

struct WitnessServer::Parts {
  ~Parts() {
    if (daemon != nullptr) MHD_stop_daemon(daemon);
  }
  std::string address;
  MHD_Daemon* daemon = nullptr;
};

WitnessServer::WitnessServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
WitnessServer::~WitnessServer() = default;

absl::StatusOr<std::unique_ptr<WitnessServer>> WitnessServer::Start(const std::string& address,
                                                                    audit::Witness& witness) {
  auto socket = Listen(address);
  if (!socket.ok()) return socket.status();
  auto parts = std::make_unique<Parts>();
  parts->address = net::WithPort(address, PortOf(socket->fd()));
  parts->daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, 0, nullptr, nullptr, &Handle, &witness,
      MHD_OPTION_EXTERNAL_LOGGER, &Log, nullptr, MHD_OPTION_LISTEN_SOCKET, socket->fd(),
      MHD_OPTION_THREAD_POOL_SIZE, kThreads, MHD_OPTION_CONNECTION_LIMIT, kConnections,
      MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      kConnectionBytes, MHD_OPTION_NOTIFY_COMPLETED, &Complete, nullptr, MHD_OPTION_END);
  if (parts->daemon == nullptr) return CannotListen(address, "the HTTP server does not start");
  socket->Release();  // the server closes it
  return std::unique_ptr<WitnessServer>(new WitnessServer(std::move(parts)));
}

const std::string& WitnessServer::address() const { return parts_->address; }

}  // namespace entente::node

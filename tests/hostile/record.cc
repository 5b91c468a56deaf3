// The hostile broker that tells no lie: with HOSTILE=record it does all that the true one does, and
// writes down what it is sent and what it answers, in the file that HOSTILE_RECORDING names. The
// calls are intercepted where gRPC hands a message over, so that no service, also none to come, is
// left out. A message is written as it was read: fields that the broker does not know are in it.
#include <google/protobuf/message_lite.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_interceptor.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "tests/hostile/lies.h"

#define START "_ZN4grpc13ServerBuilder13BuildAndStartEv"

namespace entente::hostile {

std::unique_ptr<grpc::Server> RealStart(grpc::ServerBuilder*) asm("__real_" START);
std::unique_ptr<grpc::Server> WrapStart(grpc::ServerBuilder*) asm("__wrap_" START);

namespace {

using Hook = grpc::experimental::InterceptionHookPoints;

// u32 length (big-endian), then the bytes.
void Put(std::string& frame, std::string_view bytes) {
  for (const int shift : {24, 16, 8, 0}) {
    frame.push_back(static_cast<char>(bytes.size() >> static_cast<unsigned>(shift) & 0xff));
  }
  frame.append(bytes);
}

// Whole frames, in the order in which they came. What cannot be written ends the broker: a
// recording with a hole would say that something was not sent.
void Write(std::string_view frame) {
  static Mutex mutex;
  const MutexLock lock(&mutex);
  static std::FILE* const file = std::fopen(FromEnvironment("HOSTILE_RECORDING").c_str(), "ab");
  if (file == nullptr || std::fwrite(frame.data(), 1, frame.size(), file) != frame.size() ||
      std::fflush(file) != 0) {
    std::perror("HOSTILE_RECORDING");
    std::abort();
  }
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) std::abort();
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// One call.
class Recorder final : public grpc::experimental::Interceptor {
 public:
  explicit Recorder(grpc::experimental::ServerRpcInfo& call) : call_(call) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* batch) override {
    if (batch->QueryInterceptionHookPoint(Hook::POST_RECV_INITIAL_METADATA)) {
      for (const auto& [name, value] : *batch->GetRecvInitialMetadata()) {
        Record("header", std::string(name.data(), name.size()) + ": " +
                             std::string(value.data(), value.size()));
      }
    }
    if (batch->QueryInterceptionHookPoint(Hook::POST_RECV_MESSAGE)) {
      const auto* const message =
          static_cast<const google::protobuf::MessageLite*>(batch->GetRecvMessage());
      if (message != nullptr) Record("sent", message->SerializeAsString());
    }
    if (batch->QueryInterceptionHookPoint(Hook::PRE_SEND_MESSAGE)) {
      Record("answered", BytesOf(*batch->GetSerializedSendMessage()));
    }
    batch->Proceed();
  }

 private:
  // Who, by the certificate: spiffe://…/agency/DE/fiu.
  void Record(std::string_view what, std::string_view bytes) const {
    std::string caller;
    const auto names = call_.server_context()->auth_context();
    for (const grpc::string_ref& id : names->FindPropertyValues("peer_spiffe_id")) {
      caller.assign(id.data(), id.size());
    }
    std::string frame;
    for (const std::string_view part :
         {std::string_view(caller), std::string_view(call_.method()), what, bytes}) {
      Put(frame, part);
    }
    Write(frame);
  }

  grpc::experimental::ServerRpcInfo& call_;
};

class Recorders final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // Owned by the caller. Health and reflection, which are gRPC's own, have messages of another
  // make.
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override {
    if (!std::string_view(call->method()).starts_with("/entente.")) return nullptr;
    return new Recorder(*call);
  }
};

}  // namespace

std::unique_ptr<grpc::Server> WrapStart(grpc::ServerBuilder* builder) {
  if (Lies("record")) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> creators;
    creators.push_back(std::make_unique<Recorders>());
    builder->experimental().SetInterceptorCreators(std::move(creators));
  }
  return RealStart(builder);
}

}  // namespace entente::hostile

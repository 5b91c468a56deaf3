// A broker's server over a store in memory, and clients that speak to it over real mutual TLS: for
// the tests of the shell. The federation is tests/support/federation.h; its statements are logged
// when this is built. Not thread-safe, but its clients may be used from several threads.
#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/families.h"
#include "broker/server.h"
#include "broker/watched_clock.h"
#include "core/base/clock.h"
#include "core/record/chunks.h"
#include "core/store/memory_store.h"
#include "entente/v1/attachment.grpc.pb.h"
#include "entente/v1/broker.grpc.pb.h"
#include "tests/support/federation.h"
#include "tests/support/pki.h"
#include "tests/support/seeded_random.h"

namespace entente::broker {

// Stands where it is put.
class HandClock final : public Clock {
 public:
  explicit HandClock(Instant start) : ms_(start.ms) {}
  Instant Now() override { return {ms_}; }
  // Time passes.
  void Move(int64_t ms) { ms_ += ms; }
  // Somebody sets the clock.
  void Jump(int64_t ms) {
    jumped_ += ms;
    ms_ += ms;
  }
  // What a clock shows that cannot be set. This outlives it.
  SteadyClock Steady() {
    return [this] { return ms_ - jumped_; };
  }

 private:
  std::atomic<int64_t> ms_;
  std::atomic<int64_t> jumped_ = 0;
};

class ShellWorld {
 public:
  explicit ShellWorld(ServerOptions options = {}, testing::FederationOptions founded = {});
  ~ShellWorld();

  // Starts a server on the store again, after Stop().
  void Start();
  void Stop() { server->Stop(); }
  // Where the attachments are.
  std::string files() const { return folder.path() + "/attachments"; }

  // A certificate with this one name, from the authority of its jurisdiction unless another is
  // named ("FR", "broker").
  std::shared_ptr<grpc::Channel> ChannelAs(const std::string& path, std::string authority = "");
  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& agency);

  // A pair head of `from` to `to`: the least thing that is submitted, logged and delivered.
  v1::Submission PairHead(uint64_t number, const std::string& from, const std::string& to,
                          uint64_t count = 1) const;
  // One request and its response on a stream of its own.
  absl::StatusOr<v1::SubmitResponse> Submit(const std::string& agency,
                                            const std::vector<v1::Submission>& submissions);
  absl::Status Publish(const ledger::Publication& publication);
  uint64_t TreeSize();

  const testing::TemporaryFolder folder;
  testing::Federation federation;
  store::MemoryStore store{kBrokerFamilies};
  HandClock clock{testing::kFounded + limits::kHourMs};
  testing::SeededRandom random{7};
  std::unique_ptr<BrokerServer> server;
  std::atomic<int> failures = 0;

 private:
  BrokerAssets Assets() const;
  void LogFounding();

  const ServerOptions options_;
  std::map<std::string, std::unique_ptr<testing::TestAuthority>> authorities_;
  std::shared_ptr<const net::TrustAnchors> anchors_;
  std::shared_ptr<grpc::Channel> publisher_;
};

// A stream of one side, as a client that reads and writes in turn.
template <typename Stub, typename Request, typename Response>
struct ClientStream {
  std::unique_ptr<Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream;

  bool Write(const Request& request) { return stream->Write(request); }
  // nullopt when the stream has ended.
  std::optional<Response> Read() {
    Response response;
    if (!stream->Read(&response)) return std::nullopt;
    return response;
  }
  // Ends it from this side and says how it ended, and how many responses were still read.
  absl::Status End(size_t* read = nullptr);
};
using SubmitClient = ClientStream<v1::Broker::Stub, v1::SubmitRequest, v1::SubmitResponse>;
using UploadClient = ClientStream<v1::Attachments::Stub, v1::UploadRequest, v1::UploadResponse>;
using FetchClient = ClientStream<v1::Attachments::Stub, v1::FetchRequest, v1::FetchResponse>;
using PullClient = ClientStream<v1::Mailbox::Stub, v1::PullRequest, v1::PullResponse>;

std::unique_ptr<SubmitClient> OpenSubmit(const std::shared_ptr<grpc::Channel>& channel);
// Not started: nothing is written.
std::unique_ptr<PullClient> OpenPull(const std::shared_ptr<grpc::Channel>& channel);
std::unique_ptr<PullClient> StartPull(const std::shared_ptr<grpc::Channel>& channel,
                                      uint32_t max_deliveries = 64);
// Started.
std::unique_ptr<UploadClient> StartUpload(const std::shared_ptr<grpc::Channel>& channel,
                                          const record::FileShape& shape);
std::unique_ptr<FetchClient> StartFetch(const std::shared_ptr<grpc::Channel>& channel,
                                        std::string_view record_hash, std::string_view section_id,
                                        uint64_t offset = 0);
v1::PullRequest AcknowledgeThrough(v1::Lane lane, uint64_t seq);

}  // namespace entente::broker

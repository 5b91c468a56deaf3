#include "broker/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "broker/attachment_service.h"
#include "broker/attachment_sweep.h"
#include "broker/http_post.h"
#include "broker/open_services.h"
#include "broker/outside_witness.h"
#include "broker/periodic.h"
#include "broker/pull_service.h"
#include "broker/shell.h"
#include "broker/submit_service.h"
#include "broker/timed_store.h"
#include "broker/witness_service.h"
#include "core/net/channel.h"
#include "spdlog/spdlog.h"

namespace entente::broker {
namespace {

constexpr size_t kExpiriesAtOnce = 1024;
constexpr size_t kFileWorkers = 2;
constexpr int64_t kSweepMs = limits::kHourMs;  // between looks at the attachments

// Linking the reflection library adds its service to every server of the process.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins,
                  [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
  }
};

Levels LevelsOf(const Engine& engine, const Cosigning& cosigning, const AttachmentFiles& files,
                Clock& clock) {
  Levels levels;
  levels.tree_size = engine.LatestCheckpoint().head.size;
  if (const auto witnessed = cosigning.WitnessedLevel()) {
    levels.witnessed = {{witnessed->size, witnessed->time}};
  }
  for (const ledger::AgencyInfo& info : engine.view()->registry.Agencies(clock.Now())) {
    const auto agency = AgencyId::Parse(info.agency);
    if (!agency.ok()) continue;
    const Usage::Count usage = engine.UsageOf(*agency);
    levels.mailboxes[info.agency] = usage.waiting + usage.waiting_notices;
    levels.attachments[info.agency] = files.BytesOf(info.agency);
  }
  return levels;
}

// True: there may be more. Also tries a checkpoint again that a full disk kept from being stored.
bool ExpireSome(const Shell& shell) {
  const auto now = shell.log_clock.Now();
  if (!now.ok()) return false;
  auto expired = shell.engine.Expired(*now, kExpiriesAtOnce, shell.random);
  if (!expired.ok()) {
    spdlog::error("cannot look for what has expired: {}", std::string(expired.status().message()));
    return false;
  }
  absl::Notification done;
  bool more = expired->size() == kExpiriesAtOnce;
  shell.committer.Enqueue(*std::move(expired), [&](const Committer::Outcomes& outcomes) {
    more = more && std::all_of(outcomes.begin(), outcomes.end(),
                               [](const auto& outcome) { return outcome.ok(); });
    done.Notify();
  });
  done.WaitForNotification();
  return more;
}

// Until nothing is left: else who lets much expire keeps the mailboxes of others from it.
void Housekeep(const Shell& shell) {
  while (ExpireSome(shell)) {
  }
}

// `next`: not before this instant.
void Sweep(const Shell& shell, Instant& next) {
  const auto now = shell.log_clock.Now();
  if (!now.ok() || *now < next) return;
  next = *now + kSweepMs;
  const absl::Status status = SweepAttachments(shell.engine, shell.files, *now);
  if (!status.ok()) {
    spdlog::error("attachments stay that could go: {}", std::string(status.message()));
  }
}

}  // namespace

// In the order of construction; destroyed from the end.
struct BrokerServer::Impl {
  Impl(BrokerAssets assets_in, store::Store& store_in, size_t streams_per_agency)
      : assets(std::move(assets_in)),
        store(store_in, [this](double seconds) { metrics.Synced(seconds); }),
        streams(streams_per_agency) {}

  Metrics metrics;
  BrokerAssets assets;
  TimedStore store;
  MailBell bell;
  net::ReactorRegistry reactors;
  StreamCount streams;
  std::unique_ptr<WatchedClock> log_clock;
  std::unique_ptr<AttachmentFiles> files;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Cosigning> cosigning;
  std::unique_ptr<Committer> committer;
  std::unique_ptr<Workers> workers;
  std::unique_ptr<Workers> file_workers;
  std::unique_ptr<Shell> shell;
  std::unique_ptr<SubmitService> submit;
  std::unique_ptr<PullService> pull;
  std::unique_ptr<DirectoryService> directory;
  std::unique_ptr<TransparencyService> transparency;
  std::unique_ptr<AttachmentService> attachments;
  std::unique_ptr<WitnessService> witness;
  HttpClient http;
  std::vector<std::unique_ptr<OutsideWitness>> outside;
  std::vector<std::unique_ptr<Periodic>> asking;  // one for each of them
  Instant next_sweep{};
  std::unique_ptr<Periodic> housekeeping;
  std::unique_ptr<grpc::Server> server;
};

BrokerServer::BrokerServer() = default;
BrokerServer::~BrokerServer() { Stop(); }

absl::StatusOr<std::unique_ptr<BrokerServer>> BrokerServer::Start(const ServerOptions& options,
                                                                  BrokerAssets assets,
                                                                  store::Store& store, Clock& clock,
                                                                  Random& random,
                                                                  std::function<void()> failed) {
  std::unique_ptr<BrokerServer> server(new BrokerServer());
  absl::Status status =
      server->Open(options, std::move(assets), store, clock, random, std::move(failed));
  if (status.ok()) status = server->Expose(options.metrics);
  if (status.ok()) status = server->Listen(options);
  if (!status.ok()) return status;
  return server;
}

void BrokerServer::Fail(const std::string& sentence, const std::function<void()>& failed) {
  spdlog::critical("{}", sentence);
  failed_ = true;
  failed();
}

absl::Status BrokerServer::Open(const ServerOptions& options, BrokerAssets assets,
                                store::Store& store, Clock& clock, Random& random,
                                std::function<void()> failed) {
  impl_ = std::make_unique<Impl>(std::move(assets), store, options.streams_per_agency);
  Impl& impl = *impl_;
  impl.log_clock = std::make_unique<WatchedClock>(clock, options.steady,
                                                  [this, failed](const std::string& sentence) {
                                                    clock_moved_ = true;
                                                    Fail(sentence, failed);
                                                  });
  auto files = AttachmentFiles::Open(options.attachments, options.attachment_bytes, clock.Now());
  if (!files.ok()) return files.status();
  impl.files = *std::move(files);
  auto engine = Engine::Open(
      impl.store, impl.assets.genesis.text(), std::move(impl.assets.keys), options.quotas,
      clock.Now(), [&impl](const AgencyId& origin, const record::FileShape& shape, Instant now) {
        return impl.files->HoldComplete({origin.text(), shape}, now);
      });
  if (!engine.ok()) return engine.status();
  impl.engine = *std::move(engine);
  auto cosigning = Cosigning::Open(*impl.engine, impl.store);
  if (!cosigning.ok()) return cosigning.status();
  impl.cosigning = *std::move(cosigning);
  if (auto remark = LongSilence(impl.engine->view()->ledger_time, clock.Now())) {
    spdlog::warn("{}", *remark);
  }
  impl.workers = std::make_unique<Workers>(std::max(2u, std::thread::hardware_concurrency()));
  impl.file_workers = std::make_unique<Workers>(kFileWorkers);
  impl.committer = std::make_unique<Committer>(
      *impl.engine,
      Committer::Observers{
          [&impl](const std::set<std::string>& agencies) { impl.bell.Ring(agencies); },
          [&impl](size_t commands, double seconds) { impl.metrics.Committed(commands, seconds); },
          [](const absl::Status& status) {
            spdlog::warn("nothing is committed: {}", std::string(status.message()));
          },
          [this, failed](const absl::Status& status) {
            Fail("the log cannot be written: " + std::string(status.message()), failed);
          }});
  impl.shell = std::unique_ptr<Shell>(
      new Shell{*impl.engine, *impl.committer, *impl.cosigning, *impl.files, *impl.workers,
                *impl.file_workers, impl.bell, impl.metrics, impl.reactors, impl.streams,
                *impl.assets.clients, clock, *impl.log_clock, random});
  impl.submit = std::make_unique<SubmitService>(*impl.shell);
  impl.pull = std::make_unique<PullService>(*impl.shell);
  impl.directory = std::make_unique<DirectoryService>(*impl.shell);
  impl.transparency = std::make_unique<TransparencyService>(*impl.shell);
  impl.attachments = std::make_unique<AttachmentService>(*impl.shell);
  impl.witness = std::make_unique<WitnessService>(*impl.shell);
  impl.housekeeping = std::make_unique<Periodic>(options.housekeeping, [&impl] {
    Housekeep(*impl.shell);
    Sweep(*impl.shell, impl.next_sweep);
  });
  AskWitnesses(options);
  return absl::OkStatus();
}

// Each on a thread of its own: one that does not answer keeps none of the others waiting.
void BrokerServer::AskWitnesses(const ServerOptions& options) {
  Impl& impl = *impl_;
  const OutsideWitness::Say say{[](const std::string& line) { spdlog::warn("{}", line); },
                                [](const std::string& line) { spdlog::error("{}", line); }};
  for (const WitnessAddress& address : options.witnesses) {
    impl.outside.push_back(std::make_unique<OutsideWitness>(
        *impl.cosigning, address,
        [&impl](const std::string& url, const std::string& body) {
          return impl.http.Post(url, body);
        },
        say));
    impl.asking.push_back(std::make_unique<Periodic>(
        options.witness_turn, [&impl, witness = impl.outside.back().get()] {
          if (const auto now = impl.log_clock->Now(); now.ok()) witness->Turn(*now);
        }));
  }
}

absl::Status BrokerServer::Expose(const std::string& address) {
  if (address.empty()) return absl::OkStatus();
  const auto levels = [&impl = *impl_] {
    return LevelsOf(*impl.engine, *impl.cosigning, *impl.files, impl.shell->clock);
  };
  const auto port = impl_->metrics.Expose(address, levels);
  if (port.ok()) metrics_address_ = net::WithPort(address, *port);
  return port.status();
}

absl::Status BrokerServer::Listen(const ServerOptions& options) {
  Impl& impl = *impl_;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  int port = 0;
  grpc::ServerBuilder builder;
  net::ApplyServerLimits(builder);
  if (!options.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  builder.AddListeningPort(options.address,
                           net::ServerTls(impl.assets.identity, *impl.assets.clients), &port);
  builder.RegisterService(impl.submit.get());
  builder.RegisterService(impl.pull.get());
  builder.RegisterService(impl.directory.get());
  builder.RegisterService(impl.transparency.get());
  builder.RegisterService(impl.attachments.get());
  builder.RegisterService(impl.witness.get());
  impl.server = builder.BuildAndStart();
  if (!impl.server || port == 0) {
    return absl::UnavailableError("cannot listen at " + options.address);
  }
  address_ = net::WithPort(options.address, port);
  return absl::OkStatus();
}

void BrokerServer::Stop() {
  if (!impl_) return;
  impl_->http.Stop();
  impl_->asking.clear();
  impl_->housekeeping.reset();
  // Its HTTP server looks every two seconds only whether it should stop.
  std::thread hide([this] { impl_->metrics.Hide(); });
  if (impl_->server) {
    impl_->server->GetHealthCheckService()->Shutdown();
    impl_->reactors.StopAll();
    impl_->reactors.WaitUntilEmpty(absl::Seconds(kStopSeconds) / 2);
    impl_->server->Shutdown(std::chrono::system_clock::now() +
                            std::chrono::seconds(kStopSeconds) / 2);
  }
  if (impl_->committer) impl_->committer->Stop();
  impl_->file_workers.reset();
  impl_->workers.reset();  // runs what the last commit left to do, while all that it needs is here
  hide.join();
  impl_.reset();
}

}  // namespace entente::broker

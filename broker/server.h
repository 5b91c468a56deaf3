// The broker as one running thing: engine, committer, services, health, reflection, metrics. The
// engine decides; this owns the threads, the sockets and the order of starting and stopping.
// Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/assets.h"
#include "broker/quota.h"
#include "broker/watched_clock.h"
#include "core/base/clock.h"
#include "core/store/store.h"

namespace entente::broker {

struct ServerOptions {
  std::string address = "127.0.0.1:0";
  std::string metrics;  // empty: not exposed
  bool reflection = false;
  QuotaLimits quotas;
  size_t streams_per_agency = 16;
  std::string attachments;  // folder of the files, made when it is missing
  uint64_t attachment_bytes = 4096ull * 1024 * 1024;  // of one origin
  absl::Duration housekeeping = absl::Minutes(1);     // between looks for what has expired
  std::vector<WitnessAddress> witnesses;              // asked over HTTP
  absl::Duration witness_turn = absl::Seconds(1);     // between looks for what they may cosign
  SteadyClock steady = SystemSteadyClock();           // what the clock is held against
};

class BrokerServer {
 public:
  // Serves when it returns. `store`, `clock` and `random` outlive it. Errors: those of
  // Engine::Open(), Cosigning::Open() and AttachmentFiles::Open(); UNAVAILABLE when an address
  // cannot be used. `failed` is called from another thread when the disk failed other than by being
  // full, or the clock was moved: nothing is committed any more, and the owner stops and starts
  // anew.
  static absl::StatusOr<std::unique_ptr<BrokerServer>> Start(const ServerOptions& options,
                                                             BrokerAssets assets,
                                                             store::Store& store, Clock& clock,
                                                             Random& random,
                                                             std::function<void()> failed);
  ~BrokerServer();

  // HOST:PORT with the ports that were bound; empty metrics when not exposed.
  const std::string& address() const { return address_; }
  const std::string& metrics_address() const { return metrics_address_; }
  bool failed() const { return failed_; }
  bool clock_moved() const { return clock_moved_; }

  // Answers what was taken, ends the streams with shutting-down, commits, closes. May be called
  // again. Takes at most about kStopSeconds.
  void Stop();

 private:
  struct Impl;
  BrokerServer();
  absl::Status Open(const ServerOptions& options, BrokerAssets assets, store::Store& store,
                    Clock& clock, Random& random, std::function<void()> failed);
  void Fail(const std::string& sentence, const std::function<void()>& failed);
  void AskWitnesses(const ServerOptions& options);
  absl::Status Expose(const std::string& address);
  absl::Status Listen(const ServerOptions& options);

  std::unique_ptr<Impl> impl_;
  std::string address_;
  std::string metrics_address_;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> clock_moved_ = false;
};

inline constexpr int kStopSeconds = 10;

}  // namespace entente::broker

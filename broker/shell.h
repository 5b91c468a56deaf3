// What all services of the broker share, and the two steps that each of them begins and ends with.
// Thread-safe, as its parts are; the parts outlive every service.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <map>
#include <string>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "broker/attachment_files.h"
#include "broker/committer.h"
#include "broker/cosigning.h"
#include "broker/engine.h"
#include "broker/mail_bell.h"
#include "broker/metrics.h"
#include "broker/watched_clock.h"
#include "broker/workers.h"
#include "core/base/clock.h"
#include "core/net/reactor_registry.h"
#include "core/net/tls.h"

namespace entente::broker {

// How many streams each agency has open. Thread-safe.
class StreamCount {
 public:
  explicit StreamCount(size_t most) : most_(most) {}
  // Refusal quota when the agency has as many as it may.
  absl::Status Open(const std::string& agency);
  void Close(const std::string& agency);

 private:
  const size_t most_;
  absl::Mutex mutex_;
  std::map<std::string, size_t> open_ ABSL_GUARDED_BY(mutex_);
};

struct Shell {
  Engine& engine;
  Committer& committer;
  Cosigning& cosigning;
  AttachmentFiles& files;
  Workers& workers;
  Workers& file_workers;  // of attachments: nobody's receipt waits for their disk
  MailBell& bell;
  Metrics& metrics;
  net::ReactorRegistry& reactors;
  StreamCount& streams;
  const net::TrustAnchors& clients;
  Clock& clock;             // of certificates and texts
  WatchedClock& log_clock;  // of what will stand in the log
  Random& random;

  absl::StatusOr<net::Caller> CallerOf(const grpc::ServerContextBase& context) const;
  // An agency's node, and nobody else. Refusal not-authenticated or not-authorised.
  absl::StatusOr<AgencyId> NodeOf(const grpc::ServerContextBase& context) const;
  // The status for the wire; counts a refusal, and logs a local fault.
  grpc::Status Answer(const absl::Status& status) const;
  // True when the checkpoint that is stored covers this entry: only then may it be answered. A full
  // disk can leave an entry without one; a commit, be it empty, tries again.
  bool Covers(uint64_t log_index) const;
  // Refusal disk-full for an entry that is not covered.
  static absl::Status NotCovered();
};

// Ends a call that answers at once.
grpc::ServerUnaryReactor* FinishWith(const Shell& shell, grpc::CallbackServerContext* context,
                                     const absl::Status& status);

// When the state moved between admission and commit, both are done again, this often in all.
inline constexpr int kAdmissions = 4;

// Admits, commits, and tells `done` once, on one of the workers or on the calling thread. An
// Applied from `admit` means that there is nothing new to commit.
using AdmitOne = std::function<absl::StatusOr<std::variant<Command, Applied>>()>;
void CommitOne(const Shell& shell, AdmitOne admit,
               std::function<void(absl::StatusOr<Applied>)> done);

}  // namespace entente::broker

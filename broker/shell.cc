#include "broker/shell.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/refusal.h"
#include "core/net/refusal_status.h"
#include "spdlog/spdlog.h"

namespace entente::broker {

absl::Status StreamCount::Open(const std::string& agency) {
  absl::MutexLock lock(&mutex_);
  size_t& open = open_[agency];
  if (open < most_) {
    ++open;
    return absl::OkStatus();
  }
  return Refuse(Reason::kQuota,
                agency + " has " + std::to_string(open) + " streams open and may have no more");
}

void StreamCount::Close(const std::string& agency) {
  absl::MutexLock lock(&mutex_);
  const auto found = open_.find(agency);
  if (found != open_.end() && --found->second == 0) open_.erase(found);
}

absl::StatusOr<net::Caller> Shell::CallerOf(const grpc::ServerContextBase& context) const {
  return net::PeerOf(*context.auth_context(), clients, clock.Now());
}

absl::StatusOr<AgencyId> Shell::NodeOf(const grpc::ServerContextBase& context) const {
  auto caller = CallerOf(context);
  if (!caller.ok()) return caller.status();
  if (caller->kind == net::CallerKind::kAgency) return *std::move(caller->agency);
  return Refuse(Reason::kNotAuthorised, "only the node of an agency may do this");
}

grpc::Status Shell::Answer(const absl::Status& status) const {
  if (const auto refusal = RefusalOf(status)) {
    metrics.Refused(refusal->reason);
  } else if (absl::IsInternal(status) || absl::IsDataLoss(status)) {
    spdlog::error("local fault: {}", std::string(status.message()));
  }
  return net::ToGrpcStatus(status);
}

bool Shell::Covers(uint64_t log_index) const {
  return log_index < engine.LatestCheckpoint().head.size;
}

absl::Status Shell::NotCovered() {
  return Refuse(Reason::kDiskFull, "the entry is written, its checkpoint is not yet");
}

namespace {

struct OneCommit : std::enable_shared_from_this<OneCommit> {
  const Shell& shell;
  AdmitOne admit;
  std::function<void(absl::StatusOr<Applied>)> done;
  int admissions = 0;

  OneCommit(const Shell& in, AdmitOne admit_in,
            std::function<void(absl::StatusOr<Applied>)> done_in)
      : shell(in), admit(std::move(admit_in)), done(std::move(done_in)) {}

  void Admit() {
    ++admissions;
    auto admitted = admit();
    if (!admitted.ok()) return done(admitted.status());
    if (auto* command = std::get_if<Command>(&*admitted)) {
      std::vector<Command> commands;
      commands.push_back(std::move(*command));
      return Commit(std::move(commands), std::nullopt);
    }
    const Applied before = std::get<Applied>(*admitted);
    if (shell.Covers(before.log_index)) return done(before);
    Commit({}, before);
  }

  void Commit(std::vector<Command> commands, std::optional<Applied> before) {
    shell.committer.Enqueue(
        std::move(commands), [self = shared_from_this(), before](Committer::Outcomes outcomes) {
          self->shell.workers.Post([self, before, outcomes = std::move(outcomes)] {
            self->Committed(before ? absl::StatusOr<Applied>(*before) : outcomes[0]);
          });
        });
  }

  void Committed(const absl::StatusOr<Applied>& outcome) {
    if (admissions < kAdmissions && IsRefusal(outcome.status(), Reason::kSnapshotBehind)) {
      return Admit();
    }
    if (outcome.ok() && !shell.Covers(outcome->log_index)) return done(Shell::NotCovered());
    done(outcome);
  }
};

}  // namespace

void CommitOne(const Shell& shell, AdmitOne admit,
               std::function<void(absl::StatusOr<Applied>)> done) {
  std::make_shared<OneCommit>(shell, std::move(admit), std::move(done))->Admit();
}

grpc::ServerUnaryReactor* FinishWith(const Shell& shell, grpc::CallbackServerContext* context,
                                     const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(shell.Answer(status));
  return reactor;
}

}  // namespace entente::broker

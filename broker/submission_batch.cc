#include "broker/submission_batch.h"

#include <numeric>
#include <utility>
#include <variant>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "spdlog/spdlog.h"

namespace entente::broker {

SubmissionBatch::SubmissionBatch(const Shell& shell, const AgencyId& agency,
                                 v1::SubmitRequest request, Done done)
    : shell_(shell), agency_(agency), request_(std::move(request)), done_(std::move(done)) {
  for (const v1::Submission& submission : request_.submissions()) {
    outcomes_.push_back({submission.number(), uint64_t{0}});
  }
}

void SubmissionBatch::Run(const Shell& shell, const AgencyId& agency, v1::SubmitRequest request,
                          Done done) {
  const size_t count = static_cast<size_t>(request.submissions_size());
  if (count > limits::kBatchRecords) {
    return done(entente::Refuse(
        Reason::kTooLarge,
        "more than " + std::to_string(limits::kBatchRecords) + " submissions in one request"));
  }
  std::vector<size_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  std::make_shared<SubmissionBatch>(shell, agency, std::move(request), std::move(done))
      ->Admit(std::move(all));
}

bool SubmissionBatch::Refuse(size_t which, const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  if (!refusal) {
    done_(status);
    return false;
  }
  shell_.metrics.Refused(refusal->reason);
  // The one refusal that tells of a double use: of a number or an id that the log has otherwise.
  const bool reused = refusal->reason == Reason::kRecordIdReused;
  spdlog::log(reused ? spdlog::level::warn : spdlog::level::info, "refused {} number {}: {} {} {}",
              agency_.text(), outcomes_[which].number, ReasonText(*refusal), refusal->record_id,
              refusal->log_index ? "log index " + std::to_string(*refusal->log_index) : "");
  outcomes_[which].log_index = status;
  return true;
}

absl::StatusOr<Admitted> SubmissionBatch::AdmitOne(size_t which) const {
  const auto now = shell_.log_clock.Now();
  if (!now.ok()) return now.status();
  return shell_.engine.AdmitSubmission(request_.submissions(static_cast<int>(which)), agency_, *now,
                                       shell_.random);
}

void SubmissionBatch::Admit(std::vector<size_t> which) {
  ++admissions_;
  std::vector<Command> commands;
  std::vector<size_t> waiting;
  for (const size_t i : which) {
    auto admitted = AdmitOne(i);
    if (!admitted.ok()) {
      if (!Refuse(i, admitted.status())) return;
    } else if (const auto* before = std::get_if<Submitted>(&*admitted)) {
      outcomes_[i].log_index = before->log_index;
      ++repeated_;
    } else {
      commands.push_back(std::get<Command>(*std::move(admitted)));
      waiting.push_back(i);
    }
  }
  if (waiting.empty()) return Answer();
  shell_.committer.Enqueue(
      std::move(commands), [self = shared_from_this(),
                            waiting = std::move(waiting)](Committer::Outcomes outcomes) mutable {
        Workers& workers = self->shell_.workers;
        workers.Post([self = std::move(self), waiting = std::move(waiting),
                      outcomes = std::move(outcomes)] { self->Committed(waiting, outcomes); });
      });
}

void SubmissionBatch::Committed(const std::vector<size_t>& which,
                                const Committer::Outcomes& outcomes) {
  std::vector<size_t> again;
  for (size_t k = 0; k < which.size(); ++k) {
    const absl::StatusOr<Applied>& outcome = outcomes[k];
    if (outcome.ok()) {
      outcomes_[which[k]].log_index = outcome->log_index;
      ++(outcome->repeated ? repeated_ : committed_);
    } else if (admissions_ < kAdmissions && IsRefusal(outcome.status(), Reason::kSnapshotBehind)) {
      again.push_back(which[k]);
    } else if (!Refuse(which[k], outcome.status())) {
      return;
    }
  }
  if (again.empty()) return Answer();
  Admit(std::move(again));
}

void SubmissionBatch::Answer() {
  shell_.metrics.Submitted(committed_, repeated_);
  done_(shell_.engine.AnswerSubmissions(agency_, outcomes_));
}

}  // namespace entente::broker

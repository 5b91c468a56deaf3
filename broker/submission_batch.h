// One request of Broker.Submit from admission to its response: admits every submission, commits
// what is new, admits again what the state overtook, and answers when all of it is on disk.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/shell.h"
#include "core/base/agency.h"
#include "entente/v1/broker.pb.h"

namespace entente::broker {

// Owned by the callbacks that it waits for. One thread at a time works on it.
class SubmissionBatch : public std::enable_shared_from_this<SubmissionBatch> {
 public:
  using Done = std::function<void(absl::StatusOr<v1::SubmitResponse>)>;

  // Admits on the calling thread, and calls `done` once, from this or another thread. What is
  // refused stands in the response; an error means that nothing is known about this request: submit
  // it again. Refusal too-large for more than limits::kBatchRecords.
  static void Run(const Shell& shell, const AgencyId& agency, v1::SubmitRequest request, Done done);

  // Use Run().
  SubmissionBatch(const Shell& shell, const AgencyId& agency, v1::SubmitRequest request, Done done);

 private:
  void Admit(std::vector<size_t> which);
  absl::StatusOr<Admitted> AdmitOne(size_t which) const;
  void Committed(const std::vector<size_t>& which, const Committer::Outcomes& outcomes);
  // False, and the batch is done with, when the status is a local fault.
  bool Refuse(size_t which, const absl::Status& status);
  void Answer();

  const Shell& shell_;
  const AgencyId agency_;
  const v1::SubmitRequest request_;
  const Done done_;
  int admissions_ = 0;
  size_t committed_ = 0;
  size_t repeated_ = 0;
  std::vector<Engine::Outcome> outcomes_;
};

}  // namespace entente::broker

// The log as the hostile broker shows it to one node: its first submission has another instant, or
// in place of its first revocation stands a notice that nobody is to read; and tree, proofs and
// signatures fit that. Nothing else is altered, so that whoever is shown all of
// it, and nothing but it, has nothing to hold against it. Safe to read from any thread.
#pragma once

#include <string>
#include <vector>

#include "broker/engine.h"
#include "core/audit/merkle.h"

namespace entente::hostile {

class SplitLog {
 public:
  // `honest`: every entry, under the checkpoint that covers them. `altered`: the kind of the entry
  // that is another one here, ENTRY_KIND_SUBMISSION or ENTRY_KIND_REVOCATION.
  SplitLog(const v1::GetEntriesResponse& honest, v1::EntryKind altered);

  // False while the log has no such entry: then this is the honest log.
  bool altered() const { return altered_; }

  // Each as it was answered honestly, made to fit this log.
  void Refit(v1::GetEntriesResponse& response, uint64_t from) const;
  void Refit(v1::PullResponse& response) const;
  void Refit(v1::SubmitResponse& response, const ledger::Genesis& genesis) const;

 private:
  std::string Checkpoint(std::string_view honest) const;
  void RefitEvidence(v1::Evidence& evidence, uint64_t size) const;
  Digest Root(uint64_t size) const;

  std::vector<std::string> entries_;
  std::vector<Digest> leaves_;
  bool altered_ = false;
};

}  // namespace entente::hostile

// The part of fsck that holds l_witnessed against the log. Not thread-safe; used by broker/fsck.cc
// alone. That a row is missing cannot be told.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "broker/fsck_rows.h"
#include "broker/view.h"
#include "core/audit/frontier.h"
#include "core/audit/note.h"

namespace entente::broker {

class WitnessedChecker {
 public:
  WitnessedChecker(const store::Reader& store, const audit::VerifierKey& log, Findings& findings)
      : store_(store), log_(log), find_(findings) {}

  // First.
  absl::Status Read();
  // For each entry of the log, in order.
  void AddLeaf(const Digest& leaf);
  // Last, with all quorums that were found in the log.
  void Check(const std::vector<QuorumSince>& quorums);

 private:
  const store::Reader& store_;
  const audit::VerifierKey& log_;
  Findings& find_;
  std::map<std::string, std::string> rows_;
  std::map<uint64_t, Digest> roots_;  // of the sizes that the rows name, once they are reached
  audit::Frontier frontier_;
};

}  // namespace entente::broker

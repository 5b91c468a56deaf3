// Decides again what the log says was decided about our own record: the broker may not let pass
// what our policy keeps back, nor drop an obligation. Not thread-safe (it may read old states of
// the federation from the store).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "entente/v1/ledger.pb.h"
#include "node/ground.h"
#include "node/state.pb.h"
#include "policy/labels.h"

namespace entente::node {

struct LoggedDecision {
  const v1::SubmissionPart& part;  // the origin's, from verified evidence
  uint64_t log_index = 0;
  Instant instant;  // the entry's
  Instant now;
};

// The labels of header and sections, as they were sealed. DATA_LOSS for a header that does not
// read.
absl::StatusOr<policy::RecordLabels> SealedLabels(const state::SentContent& content);

// One sentence for each difference; empty when the log says what we decide. Fully compared where
// the destination's policy is held here; else our own side only: never wider than we release, never
// fewer obligations than we sealed. Refusal snapshot-behind when the texts of that state are not
// held yet: ask again.
absl::StatusOr<std::vector<std::string>> Differences(Ground& ground, const state::SentRecord& sent,
                                                     const state::SentContent& content,
                                                     const LoggedDecision& logged);

// What the log said about that recipient before, and where the record stands.
struct DecidedBefore {
  const v1::RecipientDecision& decision;
  uint64_t first_index = 0;
  Instant first_instant;
};

// The same for what was decided again about one recipient: also never wider than before.
absl::StatusOr<std::vector<std::string>> DifferencesAgain(Ground& ground,
                                                          const state::SentRecipient& recipient,
                                                          const state::SentContent& content,
                                                          const LoggedDecision& logged,
                                                          const DecidedBefore& before);

}  // namespace entente::node

// The answers to a lead that are kept at this node: those that came, and its own. Reads the store
// each time. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "entente/v1/desk_lead.pb.h"
#include "node/ground.h"
#include "node/measures.h"
#include "node/state.pb.h"

namespace entente::node {

struct KeptAnswer {
  v1::LeadAnswerShown shown;  // without the answer
  uint32_t number = 0;
  // Refusal expired once it was erased or recalled; DATA_LOSS when it does not open.
  absl::StatusOr<v1::LeadAnswer> answer;
  std::string purpose;                   // for which it was given
  std::vector<std::string> obligations;  // of one that came
};

// In the order of the log. Errors: those of the store.
absl::StatusOr<std::vector<KeptAnswer>> AnswersOf(Ground& ground,
                                                  const state::SentRecipient& recipient,
                                                  Instant now);
// In the order in which they were written.
absl::StatusOr<std::vector<KeptAnswer>> OwnAnswers(Ground& ground,
                                                   const state::ReceivedRecord& lead);

// What they come to, and the answers themselves.
v1::LeadStanding StandingOf(const std::string& agency, const std::vector<KeptAnswer>& answers,
                            Instant now);

}  // namespace entente::node

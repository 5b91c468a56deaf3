// From an officer's draft to a sealed record: what the agency's own outbound policy says of each
// recipient, and the sealing of what it grants. Neither signs nor sends. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/record/seal.h"
#include "entente/v1/desk.pb.h"
#include "node/ground.h"
#include "node/pairs.h"
#include "node/state.pb.h"
#include "policy/decision.h"

namespace entente::node {

// Refusals malformed, label-missing, expired: what no policy needs to be asked about. The
// recipients are agencies of the federation, none twice, none ourselves (wrong-agency).
absl::Status CheckDraft(const Ground& ground, const v1::Draft& draft, Instant now);

// Fills in the instrument of each recipient: the draft's, else the only one in force between both
// that covers the purpose; empty when there is none. Refusal label-missing:under, with the
// candidates, when there are several. Refusal snapshot-behind: no policy state is known yet.
absl::Status ChooseInstruments(const Ground& ground, const v1::Draft& draft, Instant now,
                               state::SentRecord& sent);

// Own outbound decision for one recipient, by the state known now. Refusal snapshot-behind.
absl::StatusOr<policy::Decision> DecideDraft(const Ground& ground, const state::SentRecord& sent,
                                             const v1::Draft& draft,
                                             const state::SentRecipient& recipient, Instant now);
// As the desk shows it: own rules in full.
v1::RecipientPreview PreviewOf(const std::string& recipient, const policy::Decision& decision);

// The same with what holds the record until a second person has looked at it, and the consents that
// go along.
absl::StatusOr<v1::RecipientPreview> PreviewOf(const Ground& ground, v1::RecordKind kind,
                                               const v1::Draft& draft, const std::string& recipient,
                                               const policy::Decision& decision, Instant now);
// What this recipient would learn of the sections that `decision` keeps from it.
std::vector<v1::Leak> LeaksOf(const v1::Draft& draft, const policy::Decision& decision);

// The key to seal a record of this format version to. Refusals key-unknown (of `format`: it does
// not read that), agency-suspended: there may be one later; malformed: what the recipient published
// is no key that anything can be sealed to.
absl::StatusOr<ledger::KeyInfo> DeliveryKey(const Ground& ground, const std::string& recipient,
                                            uint32_t version, Instant now);

// Seals for every recipient that the own policy releases to and whose delivery key in the log
// takes it; the others become NOT_SENT or HELD, with rules and reasons. `sent` and `content` are
// changed, numbers of the pairs taken. nullopt: nobody is left to seal for. Refusals of
// DeliveryKey: no recipient has a key, nothing was changed. Refusals policy-held:leak, a recipient
// would learn what is kept from it, and policy-held:second-person, a second person is asked for,
// and nobody has released that; those of NumberToPostUnder (cases.h). Nothing was changed.
absl::StatusOr<std::optional<record::SealedRecord>> SealDraft(const Ground& ground,
                                                              const crypto::SigningKey& signing,
                                                              state::SentRecord& sent,
                                                              state::SentContent& content,
                                                              PairsOut& pairs, Instant now);

}  // namespace entente::node

// A draft that is to go in an emergency without the consent of those who gave its data: what may be
// asked, and what two officers sign before it leaves. Not thread-safe, like the ground.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/record/header.h"
#include "entente/v1/desk.pb.h"
#include "node/ground.h"
#include "node/state.pb.h"
#include "policy/decision.h"
#include "policy/labels.h"

namespace entente::node {

// What the draft says of it, put in order; who is told, when the draft names nobody, are all
// agencies of the States that gave data. Nothing without an override. Refusals malformed,
// label-missing, label-unknown, too-large, wrong-agency, agency-suspended.
absl::Status CheckOverride(const Ground& ground, v1::Draft& draft, Instant now);
// `without` and `with`: what our own policy says to the recipient, without the override and as if
// it were signed. Refusal policy-refused: a rule is none of ours, did not match, or does not yield,
// being no forbid that waits for a consent, or about victims or children; or something else forbids
// it all the same.
absl::Status CheckYields(const Ground& ground, const v1::Draft& draft,
                         const policy::Decision& without, const policy::Decision& with,
                         Instant now);
// As if both officers had signed now.
policy::OverrideLabels AsIfSigned(const v1::Draft& draft, Instant now);

// What is to be signed for the draft's one recipient, and what its digest of the reason is over.
state::Emergency NewEmergency(const Ground& ground, const state::SentRecord& sent,
                              const v1::Draft& draft, Instant now);
v1::OverrideNote NoteOf(const state::Emergency& emergency);
// To be read out, or typed: of the body that is signed.
std::string SpokenBody(std::string_view body);

// Another signature, by an officer in this office. Refusals: expired, its day is over;
// policy-held:override, this office has signed, the author has not yet, or the same person has;
// wrong-agency, the key is not the officer's; key-unknown and the like; bad-signature.
absl::Status AddSignature(const Ground& ground, const state::SentRecord& sent,
                          std::string_view officer, const v1::KeySignature& signature, Instant now,
                          state::Emergency& emergency);
// The role in which this officer may sign next; empty for none.
std::string RoleToSign(const Ground& ground, const state::SentRecord& sent,
                       std::string_view officer, Instant now, const state::Emergency& emergency);
// Refusal policy-held:override while one of the two is missing; expired once its day is over.
absl::Status CheckSigned(const state::Emergency& emergency, Instant now);
// The SignedStatement to seal, which holds by what the log says now; empty without an override.
// Refusal consent-missing:override: it does not hold, or not any more.
absl::StatusOr<std::string> OverrideToSeal(const Ground& ground, const record::Header& header,
                                           const state::SentContent& content,
                                           const state::SentRecipient& recipient, Instant now);

}  // namespace entente::node

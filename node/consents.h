// The consents that go with a record: those of other agencies, and the origin's own, by which a
// person has let go what handling code H3 holds (docs/policy.md, "Consents"); and those that we
// give to others. Pure; not thread-safe, like the ground that they read.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/crypto/sign.h"
#include "core/record/header.h"
#include "entente/v1/desk.pb.h"
#include "node/ground.h"
#include "node/state.pb.h"
#include "policy/decision.h"
#include "policy/labels.h"
#include "policy/vocabulary.h"

namespace entente::node {

// Where what is checked before it stands in the log would stand.
inline constexpr uint64_t kEndOfLog = std::numeric_limits<uint64_t>::max();

// All categories of person that sections of the draft name, or of data; sorted, distinct.
std::vector<std::string> WordsOf(const v1::Draft& draft, bool persons);

// One of these handling codes asks for what only a person can judge: what the instruction says.
bool NeedsPerson(const policy::Vocabulary& vocabulary, const v1::Draft& draft);
// A person decides before it leaves: `decision` was made as if one had let it go.
bool WaitsForPerson(const policy::Decision& decision);

// What policy is asked with for this recipient. Of the draft's consents those that hold by what the
// log says now; one that does not counts as none. An override counts as if it were signed.
policy::RecipientLabels RecipientLabelsFor(const Ground& ground, const record::Header& header,
                                           const v1::Draft& draft,
                                           const state::SentRecipient& recipient, Instant now);
// The origin's own consent for this recipient, to all of this record.
policy::ConsentLabels OwnConsent(const record::Header& header, const v1::Draft& draft,
                                 const state::SentRecipient& recipient, Instant now);

// What is attached for this recipient, a SignedStatement each: the draft's consents that hold, and
// with `own` the origin's.
std::vector<std::string> ConsentsToSeal(const Ground& ground, const record::Header& header,
                                        const v1::Draft& draft,
                                        const state::SentRecipient& recipient, bool own,
                                        const crypto::SigningKey& signing, Instant now);

// ---- those that others gave

// What a SignedStatement says, unverified; empty when it cannot be read.
v1::ConsentNote NoteIn(const std::string& statement);
// By what the log says now, of a record that it was given for: expired when it is over; the
// refusals of ledger::ReadConsents().
absl::Status CheckHolds(const Ground& ground, const std::string& statement, Instant now);
// The same, and consent-missing when it is for none of the draft's recipients, for another purpose,
// or of a State that the draft does not name among its sources.
absl::Status CheckUsable(const Ground& ground, const v1::Draft& draft, const std::string& statement,
                         Instant now);
// Refusal too-large: more for one recipient, or in all, than a record may have, its own with them.
absl::Status CheckConsentCount(const Ground& ground, const v1::Draft& draft, Instant now);
// Of the draft's consents what those say that go along to this recipient.
std::vector<v1::ConsentNote> NotesGoing(const Ground& ground, const v1::Draft& draft,
                                        const std::string& recipient, Instant now);

// ---- one's own, to another

// What is asked of our own policy, of all that the note names, as if we sent it to its recipient
// now under the labels of our record (`header`). The SignedStatement, with the obligations of that
// decision in it. Refusals policy-refused, with rules and reasons: not all may go; those of
// Keyring::Signing().
absl::StatusOr<std::string> SignConsent(const Ground& ground, std::string_view header,
                                        v1::ConsentNote note, Instant now);

}  // namespace entente::node

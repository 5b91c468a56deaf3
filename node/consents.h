// The consents that go with a record: those of other agencies, and the origin's own, by which a
// person has let go what handling code H3 holds (docs/policy.md, "Consents"). Pure; not
// thread-safe, like the ground that they read.
#pragma once

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

// One of these handling codes asks for what only a person can judge: what the instruction says.
bool NeedsPerson(const policy::Vocabulary& vocabulary, const v1::Draft& draft);
// A person decides before it leaves: `decision` was made as if one had let it go.
bool WaitsForPerson(const policy::Decision& decision);

// What policy is asked with for this recipient. Of the draft's consents those that hold by what the
// log says now; one that does not counts as none.
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

}  // namespace entente::node

// Who asks for a second person before a record leaves: the sharing policy, an instrument or a
// handling code, by the obligation `second-person` on what this agency may send, or this agency's
// own configuration. Values and pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/bytes.h"
#include "entente/v1/desk.pb.h"
#include "node/state.pb.h"
#include "policy/decision.h"

namespace entente::node {

// Of the configuration ([release] second_person): beside what policy asks for.
struct SecondPersonRule {
  std::vector<std::string> handling;  // codes, one of which is enough
  std::vector<v1::RecordKind> kinds;
};

// What asks for one, sorted: "free-text" (handling code H3), "handling:H2", "kind:lead",
// "override", "policy"; empty when nothing does. A membership waits for the first alone: it tells
// who works together, and all posts wait for it.
std::vector<std::string> AskForSecond(const SecondPersonRule& rule, v1::RecordKind kind,
                                      const v1::Draft& draft, const policy::Decision& decision);

// A second person let it go to this recipient, who gets no section now that was withheld then.
bool WasReleasedTo(const state::SentContent& content, const std::string& recipient,
                   const policy::Decision& decision);

// Over what was shown of a held record: its id, the draft and what each recipient would get.
// Whoever releases it says which.
Digest DigestOfHeld(const v1::HeldRecord& held);
// The same to be read out, or typed.
std::string SpokenDigest(const Digest& digest);
// Refusals: label-missing:seen for an empty one, malformed for what is no digest, policy-held:seen
// for another one.
absl::Status CheckSeen(const Digest& digest, const std::string& seen);

}  // namespace entente::node

// What one recipient gets of a committed item: the record stripped to its access, the evidence, and
// a withholding note when the decision withheld a section (docs/formats.md, "What the broker
// removes"). Pure; safe from any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/audit/merkle.h"
#include "core/base/bytes.h"
#include "core/crypto/sign.h"
#include "core/ledger/genesis.h"
#include "entente/v1/broker.pb.h"
#include "entente/v1/ledger.pb.h"

namespace entente::broker {

// Leaves only `recipient`'s access, of its wraps only those of sections that `decision` does not
// withhold, and only the sections with a wrap that is left. INTERNAL when the record has no access
// for the recipient.
absl::StatusOr<v1::Record> StripRecord(v1::Record record, std::string_view recipient,
                                       const v1::RecipientDecision& decision);

// nullopt when the decision withholds nothing. `part` is the recipient's own, of the decision that
// stands, and `log_index` where that stands.
std::optional<v1::SignedStatement> MakeWithholdingNote(const ledger::Genesis& genesis,
                                                       const crypto::SigningKey& note_key,
                                                       const v1::Part& part, uint64_t log_index);

// `salted_part`: salt32 || part.
v1::Evidence MakeEvidence(uint64_t log_index, std::string_view entry, std::string_view salted_part,
                          std::span<const Digest> path);

}  // namespace entente::broker

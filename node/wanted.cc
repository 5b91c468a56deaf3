#include "node/wanted.h"

#include <string>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/text.h"

namespace entente::node {

bool Wanted::Is(std::string_view of, std::string_view record_id) const {
  const std::optional<RecordId> other = FixedBytes<16>(record_id);
  return other && (origin.empty() || origin == of) &&
         (id ? *other == *id : record::Matches(prefix, *other));
}

absl::StatusOr<Wanted> ReadWanted(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view origin = slash == text.npos ? "" : text.substr(0, slash);
  const std::string_view rest = slash == text.npos ? text : text.substr(slash + 1);
  if (const auto id = FixedFromHex<16>(rest)) return Wanted{origin, id, {}};
  absl::StatusOr<record::ReferencePrefix> prefix = record::ParseReference(rest);
  if (prefix.ok()) return Wanted{origin, std::nullopt, *prefix};
  return RefuseAdvising(
      Reason::kMalformed, "",
      Text("no record id or reference: ", text, ": ", std::string(prefix.status().message())),
      "give 32 hex characters, or the reference as ABCD-EFGH-JKMN-PQRS-T");
}

}  // namespace entente::node

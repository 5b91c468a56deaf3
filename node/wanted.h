// What an officer calls a record by: its id or spoken reference, perhaps with its origin before it.
// Values; safe from any thread.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/record/reference.h"

namespace entente::node {

// An id whole, or the beginning of one. Views into what was typed.
struct Wanted {
  std::string_view origin;
  std::optional<RecordId> id;
  record::ReferencePrefix prefix{};
  bool Is(std::string_view of, std::string_view record_id) const;
};

// Refusal malformed.
absl::StatusOr<Wanted> ReadWanted(std::string_view text);

}  // namespace entente::node

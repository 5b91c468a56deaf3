// Internal to core/record: the small questions that every message is asked. Stateless; safe from
// any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/base/agency.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/format.h"
#include "entente/v1/money.pb.h"

namespace entente::record::internal {

inline absl::Status Malformed(std::string text) {
  return Refuse(Reason::kMalformed, std::move(text));
}

// Copies a field of fixed length. Refusal malformed for any other length.
template <size_t N>
absl::Status CopyFixed(std::string_view field, std::string_view name, std::array<uint8_t, N>& out) {
  const auto bytes = FixedBytes<N>(field);
  if (!bytes) return Malformed(std::string(name) + " does not have its fixed length");
  out = *bytes;
  return absl::OkStatus();
}
absl::Status CheckLength(std::string_view field, std::string_view name, size_t length);

// Ascending byte order without repeats. `List`: of std::string. Refusal not-canonical.
template <class List>
absl::Status CheckSorted(const List& list, std::string_view name) {
  for (int i = 1; i < static_cast<int>(list.size()); ++i) {
    if (list[i - 1] >= list[i]) {
      return Refuse(Reason::kNotCanonical, std::string(name) + " are not sorted, or one is twice");
    }
  }
  return absl::OkStatus();
}
// The same, each of `length` bytes.
template <class List>
absl::Status CheckSortedFixed(const List& list, std::string_view name, size_t length) {
  for (const std::string& item : list) {
    if (absl::Status status = CheckLength(item, name, length); !status.ok()) return status;
  }
  return CheckSorted(list, name);
}

// Refusal malformed.
absl::Status CheckAgency(std::string_view text, std::string_view name);
absl::Status CheckInstant(uint64_t ms, std::string_view name);
// [from, until), with until 0 for no end when `open_end`.
absl::Status CheckInterval(uint64_t from_ms, uint64_t until_ms, bool open_end);

// Empty, or an amount with its currency.
absl::Status CheckMoney(const v1::Money& money);

// OK when all are; else the first that is not.
template <class... Statuses>
absl::Status First(Statuses... statuses) {
  absl::Status first;
  (first.Update(std::move(statuses)), ...);
  return first;
}

}  // namespace entente::record::internal

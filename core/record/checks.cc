#include "core/record/checks.h"

#include "core/base/instant.h"
#include "core/base/money.h"

namespace entente::record::internal {

absl::Status CheckLength(std::string_view field, std::string_view name, size_t length) {
  if (field.size() == length) return absl::OkStatus();
  return Malformed(std::string(name) + " does not have its fixed length");
}

absl::Status CheckAgency(std::string_view text, std::string_view name) {
  if (AgencyId::Parse(text).ok()) return absl::OkStatus();
  return Malformed(std::string(name) + " is not the name of an agency");
}

absl::Status CheckInstant(uint64_t ms, std::string_view name) {
  if (ms <= static_cast<uint64_t>(kLastInstantMs)) return absl::OkStatus();
  return Malformed(std::string(name) + " is beyond the year 9999");
}

absl::Status CheckInterval(uint64_t from_ms, uint64_t until_ms, bool open_end) {
  absl::Status range = First(CheckInstant(from_ms, "from"), CheckInstant(until_ms, "until"));
  if (!range.ok() || (open_end && until_ms == 0) || from_ms < until_ms) return range;
  return Malformed("until is not after from");
}

absl::Status CheckMoney(const v1::Money& money) {
  if (money.amount().empty() && money.currency().empty()) return absl::OkStatus();
  if (!IsDecimalAmount(money.amount())) {
    return Malformed("an amount of money is not decimal text such as 1250000.00");
  }
  return IsCurrencyCode(money.currency())
             ? absl::OkStatus()
             : Malformed("a currency is not a code of ISO 4217, such as EUR");
}

}  // namespace entente::record::internal

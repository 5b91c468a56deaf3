#include "broker/cases.h"

#include <algorithm>

#include "core/base/refusal.h"

namespace entente::broker {
namespace {

absl::Status Behind(std::string text, std::string advice) {
  return Refuse(
      Refusal{Reason::kMembershipBehind, "", std::move(text), std::move(advice), "", std::nullopt});
}

bool IsIn(const CaseRow& row, const AgencyId& owner, const std::string& agency) {
  return agency == owner.text() || std::ranges::find(row.members(), agency) != row.members().end();
}

absl::Status CheckNext(const record::Header& header, const record::Header* before) {
  if (before != nullptr && header.origin != before->origin) {
    return Refuse(Reason::kWrongAgency, "The case is owned by another agency.");
  }
  const uint64_t next = before == nullptr ? 1 : before->membership_number + 1;
  if (header.membership_number == next) return absl::OkStatus();
  if (header.membership_number < next) {
    return Behind("A membership of this number is in force already.",
                  "Declare the next one: " + std::to_string(next) + ".");
  }
  return Refuse(Reason::kMalformed,
                "The next membership has the number " + std::to_string(next) + ".");
}

absl::Status CheckPost(const record::Header& header, const record::Header& membership,
                       const CaseRow& row, std::span<const std::string> recipients) {
  // First: one who was removed learns nothing of what came after.
  if (!IsIn(row, membership.origin, header.origin.text())) {
    return Refuse(Reason::kWrongAgency, header.origin.text() + " is no member of this case.");
  }
  if (header.membership_number < membership.membership_number) {
    return Behind("It was posted under membership " + std::to_string(header.membership_number) +
                      " of its case; " + std::to_string(membership.membership_number) +
                      " is in force.",
                  "Look at the case's newest membership and post again.");
  }
  if (header.membership_number > membership.membership_number) {
    return Refuse(Reason::kMalformed, "The case has no membership of this number.");
  }
  for (const std::string& recipient : recipients) {
    if (IsIn(row, membership.origin, recipient)) continue;
    return Refuse(Reason::kWrongAgency, recipient + " is no member of this case.");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCase(const Transaction& transaction, const record::Header& header,
                       std::span<const std::string> recipients) {
  if (!header.case_id) return absl::OkStatus();
  auto row = transaction.Case(*header.case_id);
  if (!row.ok()) return row.status();
  const bool declares = header.kind == v1::RECORD_KIND_MEMBERSHIP;
  if (!*row) {
    return declares ? CheckNext(header, nullptr)
                    : Behind("Nobody has declared this case.", "Ask its owner who is in it.");
  }
  auto before = record::ReadHeader((*row)->header());
  if (!before.ok()) return absl::DataLossError("a case's row cannot be read");
  return declares ? CheckNext(header, &*before) : CheckPost(header, *before, **row, recipients);
}

void KeepCase(const record::Header& header, const CaseRow& row, Transaction& transaction) {
  if (header.kind != v1::RECORD_KIND_MEMBERSHIP || !header.case_id) return;
  transaction.PutCase(*header.case_id, row);
}

}  // namespace entente::broker

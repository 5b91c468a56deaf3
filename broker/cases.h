// Who may post in a case, as far as a broker can tell: from the headers of the membership records
// and to whom they are addressed. Stateless; safe from any thread.
// Source: docs/formats.md, "Cases".
#pragma once

#include <span>
#include <string>

#include "absl/status/status.h"
#include "broker/command.pb.h"
#include "broker/transaction.h"
#include "core/record/header.h"

namespace entente::broker {

// Of a record in a case; OK for any other. Refusals membership-behind: it was posted under an older
// membership than the one in force, or nobody declared the case here; wrong-agency: its origin is
// neither owner nor member, a recipient is not, or another agency than the owner declares a
// membership; malformed: a number that the owner has not given yet.
absl::Status CheckCase(const Transaction& transaction, const record::Header& header,
                       std::span<const std::string> recipients);
// What CheckCase() let through is in force from here on, when it is a membership.
void KeepCase(const record::Header& header, const CaseRow& row, Transaction& transaction);

}  // namespace entente::broker

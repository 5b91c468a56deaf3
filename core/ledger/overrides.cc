#include "core/ledger/overrides.h"

#include <algorithm>
#include <set>
#include <string>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/format.h"
#include "core/record/statements.h"

namespace entente::ledger {
namespace {

Instant At(uint64_t ms) { return {static_cast<int64_t>(ms)}; }

absl::Status Demand(bool holds, std::string_view otherwise) {
  if (holds) return absl::OkStatus();
  return Refuse(Refusal{.reason = Reason::kConsentMissing,
                        .subject = "",
                        .text = "The override is " + std::string(otherwise) + ".",
                        .advice = "Ask both officers for one that is for this record.",
                        .record_id = "",
                        .log_index = std::nullopt});
}

absl::Status CheckDated(const v1::OverrideNote& note, Instant instant) {
  if (At(note.instant_ms()) > instant + limits::kClockToleranceMs) {
    return Refuse(Reason::kFutureDated, "An override was signed later than now.");
  }
  return Demand(At(note.instant_ms()) + limits::kOverrideMs >= instant, "more than 24 hours old");
}

absl::Status CheckIsOfThisRecord(const record::Header& header, std::string_view recipient,
                                 const v1::OverrideNote& note) {
  absl::Status status = Demand(note.origin() == header.origin.text(), "another origin's");
  if (status.ok()) status = Demand(note.recipient() == recipient, "for another recipient");
  if (status.ok()) status = Demand(note.purpose() == header.purpose, "for another purpose");
  if (!status.ok()) return status;
  return Demand(note.record() == ToString(header.record_id), "for another record");
}

std::string StateOf(const std::string& agency) { return agency.substr(0, agency.find('.')); }

// Each State that gave something is told, and nobody else.
absl::Status CheckSources(const Registry& registry, const record::Header& header,
                          const v1::OverrideNote& note, uint64_t log_index, Instant instant) {
  std::set<std::string> told;
  for (const std::string& source : note.sources()) {
    told.insert(StateOf(source));
    if (std::ranges::find(header.obtained_from, StateOf(source)) == header.obtained_from.end()) {
      return Refuse(Reason::kWrongAgency,
                    "The override tells " + source + ", whose State gave nothing of the record.");
    }
    auto status = registry.CheckAdmitted(source, log_index, instant);
    if (!status.ok()) return status;
  }
  for (const std::string& state : header.obtained_from) {
    auto status = Demand(told.contains(state), "one of which " + state + " is not told");
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOverrideSigned(const Registry& registry, const v1::SignedStatement& statement,
                                 const v1::OverrideNote& note, uint64_t log_index,
                                 Instant instant) {
  if (statement.signatures_size() != 2) {
    return Refuse(Reason::kMalformed, "an override has two signatures");
  }
  if (auto status = CheckDated(note, instant); !status.ok()) return status;
  std::set<std::string> roles;
  // Who signed in their time has signed, though not with a key that was revoked.
  const record::KeyLookup key = [&](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    auto found = registry.FindKey(note.origin(), id, crypto::KeyUse::kOfficer, log_index,
                                  At(note.instant_ms()));
    if (!found.ok()) return found.status();
    roles.insert(found->role);
    return found->public_key;
  };
  auto status = record::VerifyStatement(record::kStatementType<v1::OverrideNote>,
                                        registry.genesis()->federation, statement, key);
  if (!status.ok()) return status;
  return Demand(roles.size() == 2, "signed twice in one office");
}

absl::StatusOr<v1::OverrideNote> ReadOverride(const Registry& registry,
                                              const record::Header& header,
                                              std::string_view recipient, std::string_view bytes,
                                              uint64_t log_index, Instant instant) {
  auto statement = record::StrictParse<v1::SignedStatement>(bytes);
  if (!statement.ok()) return statement.status();
  auto note = record::ReadBody<v1::OverrideNote>(statement->body());
  if (!note.ok()) return note;
  auto status = CheckOverrideSigned(registry, *statement, *note, log_index, instant);
  if (status.ok()) status = CheckIsOfThisRecord(header, recipient, *note);
  if (status.ok()) status = CheckSources(registry, header, *note, log_index, instant);
  if (!status.ok()) return status;
  return note;
}

policy::OverrideLabels LabelsOf(const v1::OverrideNote& note) {
  return {.rules = {note.rules().begin(), note.rules().end()},
          .about = {note.about().begin(), note.about().end()},
          .data = {note.data().begin(), note.data().end()},
          .from = At(note.from_ms()),
          .until = At(note.until_ms())};
}

}  // namespace entente::ledger

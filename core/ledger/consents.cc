#include "core/ledger/consents.h"

#include <algorithm>

#include "core/base/agency.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/overrides.h"
#include "core/record/statements.h"

namespace entente::ledger {
namespace {

Instant At(uint64_t ms) { return {static_cast<int64_t>(ms)}; }

absl::Status Demand(bool holds, const v1::ConsentNote& note, std::string_view otherwise) {
  if (holds) return absl::OkStatus();
  return Refuse(
      Refusal{.reason = Reason::kConsentMissing,
              .subject = "",
              .text = "The consent of " + note.source() + " is " + std::string(otherwise) + ".",
              .advice = "Attach one that was given for this record, or none.",
              .record_id = "",
              .log_index = std::nullopt});
}

absl::Status CheckIsOfThisRecord(const record::Header& header, const ConsentedAccess& access,
                                 const v1::ConsentNote& note) {
  const bool own = note.source() == header.origin.text();
  const std::string state = note.source().substr(0, note.source().find('.'));
  const bool gave = std::ranges::find(header.obtained_from, state) != header.obtained_from.end();
  absl::Status status = Demand(note.holder() == header.origin.text(), note, "another holder's");
  if (!status.ok()) return status;
  status = Demand(note.recipient() == access.recipient, note, "for another recipient");
  if (!status.ok()) return status;
  status = Demand(note.purpose() == header.purpose, note, "for another purpose");
  if (!status.ok()) return status;
  if (!own) return Demand(gave, note, "of a State that the record does not come from");
  return Demand(note.record() == ToString(header.record_id), note, "for another record");
}

absl::Status CheckSigned(const Registry& registry, const v1::SignedStatement& statement,
                         const v1::ConsentNote& note, uint64_t log_index, Instant instant) {
  if (statement.signatures_size() != 1) {
    return Refuse(Reason::kMalformed, "a consent has one signature");
  }
  if (At(note.instant_ms()) > instant + limits::kClockToleranceMs) {
    return Refuse(Reason::kFutureDated, "a consent was signed later than now");
  }
  // What was signed in its time stays good when the key is over, though not when it was revoked.
  const record::KeyLookup key = [&](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    auto found = registry.FindKey(note.source(), id, crypto::KeyUse::kRecordSigning, log_index,
                                  At(note.instant_ms()));
    if (!found.ok()) return found.status();
    return found->public_key;
  };
  return record::VerifyStatement(record::kStatementType<v1::ConsentNote>,
                                 registry.genesis()->federation, statement, key);
}

policy::ConsentLabels LabelsOf(const v1::ConsentNote& note) {
  return {.source = note.source(),
          .under = note.instrument(),
          .about = {note.about().begin(), note.about().end()},
          .data = {note.data().begin(), note.data().end()},
          .from = At(note.from_ms()),
          .until = At(note.until_ms())};
}

void SortUnique(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

absl::StatusOr<v1::ConsentNote> ReadConsent(const Registry& registry, const record::Header& header,
                                            const ConsentedAccess& access, std::string_view bytes,
                                            uint64_t log_index, Instant instant) {
  auto statement = record::StrictParse<v1::SignedStatement>(bytes);
  if (!statement.ok()) return statement.status();
  auto note = record::ReadBody<v1::ConsentNote>(statement->body());
  if (!note.ok()) return note;
  auto status = CheckSigned(registry, *statement, *note, log_index, instant);
  if (status.ok()) status = CheckIsOfThisRecord(header, access, *note);
  if (!status.ok()) return status;
  return note;
}

}  // namespace

absl::StatusOr<Consented> ReadConsents(const Registry& registry, const record::Header& header,
                                       const ConsentedAccess& access, uint64_t log_index,
                                       Instant instant) {
  Consented out{.labels = {.recipient = std::string(access.recipient),
                           .under = std::string(access.instrument),
                           .consents = {}},
                .obligations = {},
                .sources = {},
                .emergency = {}};
  for (const std::string_view bytes : access.consents) {
    auto note = ReadConsent(registry, header, access, bytes, log_index, instant);
    if (!note.ok()) return note.status();
    out.labels.consents.push_back(LabelsOf(*note));
    out.obligations.insert(out.obligations.end(), note->obligations().begin(),
                           note->obligations().end());
    if (note->source() != header.origin.text()) {
      out.sources.push_back(note->source().substr(0, note->source().find('.')));
    }
  }
  SortUnique(out.obligations);
  SortUnique(out.sources);
  if (access.emergency.empty()) return out;
  auto note =
      ReadOverride(registry, header, access.recipient, access.emergency, log_index, instant);
  if (!note.ok()) return note.status();
  out.labels.emergency = LabelsOf(*note);
  out.emergency = *std::move(note);
  return out;
}

}  // namespace entente::ledger

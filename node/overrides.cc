#include "node/overrides.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/overrides.h"
#include "core/record/reference.h"
#include "core/record/statements.h"
#include "core/record/strict.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kType = record::kStatementType<v1::OverrideNote>;

absl::Status Bad(std::string text) { return Refuse(Reason::kProofBad, std::move(text)); }

std::string RowKey(const v1::OverrideNote& note, bool received) {
  return Text(kOverridePrefix, received ? "r" : "s", note.record(), note.origin(),
              std::string_view("\0", 1), note.recipient());
}

state::OverrideRow NewRow(const std::string& body, bool received,
                          const ledger::VerifiedPart& part) {
  state::OverrideRow row;
  row.set_body(body);
  row.set_received(received);
  row.set_log_index(part.log_index);
  row.set_logged_ms(static_cast<uint64_t>(part.entry.instant.ms));
  row.set_due_ms(static_cast<uint64_t>((part.entry.instant + kOverrideReviewMs).ms));
  return row;
}

void AddOwn(const state::Emergency& emergency, state::OverrideRow& row) {
  if (emergency.body() != row.body()) return;
  row.set_reason(emergency.reason());
  row.set_salt(emergency.salt());
  for (const state::EmergencySignature& one : emergency.signatures()) {
    v1::OverrideSigner& signer = *row.add_signers();
    signer.set_officer(one.officer());
    signer.set_role(one.role());
    signer.set_key_id(HexEncode(AsBytes(one.signature().key_id())));
  }
}

// What the log must show beside a record that went by an override.
struct Telling {
  std::string source;
  std::string body;
};

bool WasReleased(const v1::SubmissionPart& part, const std::string& recipient) {
  return std::ranges::any_of(part.decisions(), [&](const v1::RecipientDecision& decision) {
    return decision.recipient() == recipient && (decision.verdict() == v1::VERDICT_RELEASE ||
                                                 decision.verdict() == v1::VERDICT_RELEASE_IN_PART);
  });
}

absl::Status CheckToldOne(const Ground& ground, const v1::Evidence& evidence,
                          const audit::Checkpoint& checkpoint, const Telling& telling) {
  absl::StatusOr<ledger::VerifiedPart> part = ledger::VerifyEvidence(evidence, checkpoint);
  if (!part.ok()) return part.status();
  const v1::NoticePart& notice = part->part.notice();
  if (part->part.reader() == ground.agency.text() && notice.from() == ground.agency.text() &&
      notice.type() == kType && notice.to() == telling.source &&
      notice.statement_digest() == AsText(crypto::Sha256(telling.body))) {
    return absl::OkStatus();
  }
  return Bad(Text("the log does not show that ", telling.source, " was told of the override"));
}

}  // namespace

absl::Status TakeTold(const Ground& ground, const state::SentRecord& sent,
                      const state::SentContent& content, const ledger::VerifiedPart& part,
                      const google::protobuf::RepeatedPtrField<v1::Evidence>& told,
                      const audit::Checkpoint& checkpoint, store::WriteBatch& batch) {
  std::vector<Telling> expected;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    if (recipient.override().empty() ||
        !WasReleased(part.part.submission(), recipient.recipient())) {
      continue;
    }
    const auto statement = record::StrictParse<v1::SignedStatement>(recipient.override());
    if (!statement.ok()) return absl::DataLossError("an override that was sealed is damaged");
    const auto note = record::ReadBody<v1::OverrideNote>(statement->body());
    if (!note.ok()) return absl::DataLossError("an override that was sealed is damaged");
    for (const std::string& source : note->sources()) {
      expected.push_back({source, statement->body()});
    }
    state::OverrideRow row = NewRow(statement->body(), false, part);
    AddOwn(content.emergency(), row);
    Save(batch, kNode, RowKey(*note, false), row);
  }
  if (static_cast<size_t>(told.size()) != expected.size()) {
    return Bad(Text("of ", expected.size(), " agencies that the override tells, the log shows ",
                    told.size()));
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    absl::Status status =
        CheckToldOne(ground, told.Get(static_cast<int>(i)), checkpoint, expected[i]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TakeOverride(const Ground& ground, const v1::SignedStatement& statement,
                          const ledger::VerifiedPart& part, store::WriteBatch& batch) {
  const auto note = record::ReadBody<v1::OverrideNote>(statement.body());
  if (!note.ok()) return note.status();
  absl::Status signed_well = ledger::CheckOverrideSigned(ground.federation.registry(), statement,
                                                         *note, part.log_index, part.entry.instant);
  if (!signed_well.ok()) return signed_well;
  const v1::NoticePart& told = part.part.notice();
  const auto& sources = note->sources();
  const bool of_us = std::ranges::find(sources, ground.agency.text()) != sources.end();
  if (!of_us || told.type() != kType || told.from() != note->origin() ||
      told.to() != ground.agency.text() ||
      told.statement_digest() != AsText(crypto::Sha256(statement.body()))) {
    return Bad("the notice is not the one that the log tells of");
  }
  const std::string key = RowKey(*note, true);
  absl::StatusOr<std::optional<std::string>> before = ground.db.Get(kNode, key);
  if (!before.ok() || *before) return before.status();
  Save(batch, kNode, key, NewRow(statement.body(), true, part));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KeptOverride>> AllOverrides(const store::Reader& store) {
  std::vector<KeptOverride> all;
  absl::Status status = ForEachBytes(
      store, kNode, kOverridePrefix, [&](std::string_view key, std::string_view value) {
        absl::StatusOr<state::OverrideRow> row = ParseStored<state::OverrideRow>(value);
        if (!row.ok()) return row.status();
        absl::StatusOr<v1::OverrideNote> note = ParseStored<v1::OverrideNote>(row->body());
        if (note.ok()) all.push_back({std::string(key), *std::move(row), *std::move(note)});
        return note.status();
      });
  if (!status.ok()) return status;
  std::ranges::sort(
      all, {}, [](const KeptOverride& one) { return std::pair(one.row.logged_ms(), one.key); });
  return all;
}

v1::OverrideSummary SummaryOf(const KeptOverride& kept, Instant now) {
  const state::OverrideRow& row = kept.row;
  v1::OverrideSummary summary;
  summary.set_record_id(HexEncode(AsBytes(kept.note.record())));
  summary.set_reference(record::SpokenReference(*FixedBytes<16>(kept.note.record())));
  summary.set_received(row.received());
  *summary.mutable_note() = kept.note;
  summary.set_log_index(row.log_index());
  summary.set_logged_ms(row.logged_ms());
  summary.set_due_ms(row.due_ms());
  summary.set_overdue(WaitsForReview(row) && row.due_ms() <= static_cast<uint64_t>(now.ms));
  summary.set_finding(row.finding());
  summary.set_text(row.text());
  summary.set_reviewed_by(row.reviewed_by());
  summary.set_reviewed_ms(row.reviewed_ms());
  *summary.mutable_signers() = row.signers();
  return summary;
}

absl::Status WatchReviews(Ground& ground, Instant now) {
  absl::StatusOr<std::vector<KeptOverride>> all = AllOverrides(ground.db);
  if (!all.ok()) return all.status();
  std::set<std::string> overdue;
  for (const KeptOverride& kept : *all) {
    const v1::OverrideSummary summary = SummaryOf(kept, now);
    if (!summary.overdue()) continue;
    const std::string subject = Text(kept.note.origin(), "/", summary.record_id());
    overdue.insert(subject);
    ground.alarms.Raise(
        alarm::kReviewOverdue, subject,
        Text("an override of ", kept.note.origin(), ", record ", summary.reference(),
             ", was to be reviewed by ", FormatInstant({static_cast<int64_t>(summary.due_ms())})),
        now);
  }
  ground.alarms.ClearOthers(alarm::kReviewOverdue, overdue);
  return absl::OkStatus();
}

}  // namespace entente::node

// What callers get back: read from what is committed and covered by the last checkpoint.
#include <algorithm>
#include <utility>

#include "broker/decide_again.h"
#include "broker/delivery.h"
#include "broker/engine.h"
#include "broker/rows.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "core/record/format.h"
#include "core/record/statements.h"

namespace entente::broker {
namespace {

// Room for the checkpoint, one with cosignatures, and the message's own framing.
constexpr size_t kEntriesBytes = limits::kMessageBytes - 2 * limits::kEntryBytes;
// And for a receipt over all results.
constexpr size_t kAnswersBytes = kEntriesBytes;
static_assert(limits::kPartBytes + limits::kEntryBytes + limits::kProofHashes * 34 < kAnswersBytes);

v1::Refusal ToProto(const Refusal& refusal) {
  v1::Refusal out;
  out.set_reason(ReasonText(refusal));
  out.set_text(refusal.text);
  out.set_advice(refusal.advice);
  out.set_record_id(refusal.record_id);
  if (refusal.log_index) out.set_log_index(*refusal.log_index);
  return out;
}

absl::Status AddItem(const v1::Part& part, uint64_t log_index, v1::Receipt& receipt) {
  v1::ReceiptItem& item = *receipt.add_items();
  item.set_log_index(log_index);
  if (part.has_submission()) {
    item.set_record_hash(part.submission().record_hash());
  } else if (part.has_notice()) {
    item.set_record_hash(part.notice().statement_digest());
  } else {
    return absl::InternalError("a receipt for what is no submission");
  }
  return absl::OkStatus();
}

}  // namespace

audit::CheckpointKeeper::Signed Engine::LatestCheckpoint() const {
  // There is one: Open() publishes before the engine is handed out.
  return keeper_->Latest().value_or(audit::CheckpointKeeper::Signed{});
}

// Of the first part, which is the acting agency's.
absl::StatusOr<v1::Evidence> Engine::EvidenceAt(uint64_t log_index, uint64_t tree_size) const {
  auto salted = ReadSaltedPart(store_, log_index, 0);
  if (!salted.ok()) return salted.status();
  auto entry = log_->Entry(log_index);
  if (!entry.ok()) return entry.status();
  auto path = log_->Inclusion(log_index, tree_size);
  if (!path.ok()) return path.status();
  return MakeEvidence(log_index, *entry, *salted, *path);
}

absl::StatusOr<v1::Evidence> Engine::EvidenceFor(uint64_t log_index, uint64_t tree_size,
                                                 std::string_view reader,
                                                 v1::Receipt& receipt) const {
  auto part = ReadStoredPart(store_, log_index, 0);
  if (!part.ok()) return part.status();
  if (part->reader() != reader) {
    return absl::InternalError("a receipt for another agency's submission");
  }
  if (auto status = AddItem(*part, log_index, receipt); !status.ok()) return status;
  return EvidenceAt(log_index, tree_size);
}

// What was told of an override stands right after its record.
absl::Status Engine::AddTold(uint64_t log_index, uint64_t tree_size,
                             v1::SubmissionResult& result) const {
  for (uint64_t next = log_index + 1; next < tree_size; ++next) {
    auto found = store_.Get(kParts, PartKey(next, 0));
    if (!found.ok()) return found.status();
    if (!*found) return absl::OkStatus();  // of an open entry
    auto part = ReadStoredPart(store_, next, 0);
    if (!part.ok()) return part.status();
    if (part->notice().type() != record::kStatementType<v1::OverrideNote>) return absl::OkStatus();
    auto evidence = EvidenceAt(next, tree_size);
    if (!evidence.ok()) return evidence.status();
    *result.add_told() = *std::move(evidence);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SubmissionResult> Engine::ResultFor(const Outcome& outcome, uint64_t tree_size,
                                                       std::string_view reader,
                                                       v1::Receipt& receipt) const {
  v1::SubmissionResult result;
  result.set_number(outcome.number);
  if (!outcome.log_index.ok()) {
    auto refusal = RefusalOf(outcome.log_index.status());
    if (!refusal) return outcome.log_index.status();
    *result.mutable_refusal() = ToProto(*refusal);
    return result;
  }
  auto evidence = EvidenceFor(*outcome.log_index, tree_size, reader, receipt);
  if (!evidence.ok()) return evidence.status();
  *result.mutable_committed() = *std::move(evidence);
  if (auto told = AddTold(*outcome.log_index, tree_size, result); !told.ok()) return told;
  return result;
}

absl::StatusOr<v1::SubmitResponse> Engine::AnswerSubmissions(
    const AgencyId& caller, std::span<const Outcome> outcomes) const {
  auto checkpoint = LatestCheckpoint();
  v1::SubmitResponse response;
  response.set_checkpoint(checkpoint.note);
  v1::Receipt receipt;
  receipt.set_log_origin(genesis_->log_origin);
  receipt.set_tree_size(checkpoint.head.size);
  receipt.set_root(ToString(checkpoint.head.root));
  size_t bytes = 0;
  for (const Outcome& outcome : outcomes) {
    auto result = ResultFor(outcome, checkpoint.head.size, caller.text(), receipt);
    if (!result.ok()) return result.status();
    bytes += result->ByteSizeLong();
    if (bytes > kAnswersBytes) {
      // It stays without an answer, and is given one when it is submitted again.
      if (result->has_committed()) receipt.mutable_items()->RemoveLast();
      break;
    }
    *response.add_results() = *std::move(result);
  }
  if (receipt.items_size() > 0) {
    *response.mutable_receipt() = ledger::SignReceipt(genesis_, receipt, keys_.receipt);
  }
  return response;
}

LanePositions Engine::Acknowledged(const AgencyId& agency) const {
  return {mailboxes_.Lane({agency.text(), v1::LANE_URGENT}).acknowledged,
          mailboxes_.Lane({agency.text(), v1::LANE_BULK}).acknowledged};
}

absl::StatusOr<v1::PullResponse> Engine::Fetch(const AgencyId& agency, LanePositions after,
                                               size_t max, Instant now) const {
  auto current = view();
  auto instant = std::max(now, current->ledger_time);
  auto status = current->registry.CheckAdmitted(agency.text(), current->next_index, instant);
  // Who was never named may wait here for its admission: nothing is in its mailbox.
  if (!status.ok() && current->registry.FindAgency(agency.text(), instant)) return status;
  auto checkpoint = LatestCheckpoint();
  auto snapshot = store_.Snapshot();
  auto response = FetchMailbox(
      {*snapshot, *log_, genesis_, keys_.note, checkpoint.head.size, *current, instant}, agency,
      after, std::min(max, limits::kBatchRecords));
  if (response.ok()) response->set_checkpoint(checkpoint.note);
  return response;
}

absl::StatusOr<std::vector<Command>> Engine::Undecided(const AgencyId& agency, LanePositions after,
                                                       Instant now, Random& random) const {
  auto current = view();
  auto instant = std::max(now, current->ledger_time);
  const LanePositions last{mailboxes_.Lane({agency.text(), v1::LANE_URGENT}).last,
                           mailboxes_.Lane({agency.text(), v1::LANE_BULK}).last};
  std::vector<Command> commands;
  if (after.urgent >= last.urgent && after.bulk >= last.bulk) return commands;
  auto snapshot = store_.Snapshot();
  auto items = FindUndecided(
      {*snapshot, *log_, genesis_, keys_.note, LatestCheckpoint().head.size, *current, instant},
      agency, after, limits::kBatchRecords);
  if (!items.ok()) return items.status();
  for (const MailboxItem& item : *items) {
    auto command = MakeDecisionAgain(item, *snapshot, *current, instant, random);
    if (!command.ok()) return command.status();
    commands.push_back(*std::move(command));
  }
  return commands;
}

absl::StatusOr<std::string> Engine::GetText(const Digest& digest, const AgencyId& caller,
                                            Instant now) const {
  auto text = store_.Get(kTexts, AsText(digest));
  if (!text.ok()) return text.status();
  if (!*text) return absl::NotFoundError("no statement names this text");
  auto current = view();
  auto status = publications_.CheckReader(digest, **text, caller, *current,
                                          std::max(now, current->ledger_time));
  if (!status.ok()) return status;
  return **std::move(text);
}

absl::StatusOr<v1::GetEntriesResponse> Engine::Entries(uint64_t from, uint32_t limit) const {
  auto checkpoint = LatestCheckpoint();
  if (from > checkpoint.head.size) return absl::OutOfRangeError("beyond the log");
  v1::GetEntriesResponse response;
  response.set_checkpoint(checkpoint.note);
  response.set_newest_format(record::kFormatVersions.back());
  uint64_t end = from + std::min<uint64_t>(limit, checkpoint.head.size - from);
  size_t bytes = 0;
  for (uint64_t index = from; index < end; ++index) {
    auto entry = log_->Entry(index);
    if (!entry.ok()) return entry.status();
    bytes += entry->size();
    if (bytes > kEntriesBytes) break;
    response.add_entries(*std::move(entry));
  }
  return response;
}

absl::StatusOr<audit::Proof> Engine::Consistency(uint64_t from, uint64_t to) const {
  if (to > LatestCheckpoint().head.size) return absl::OutOfRangeError("beyond the log");
  return log_->Consistency(from, to);
}

absl::StatusOr<Digest> Engine::RootAt(uint64_t size) const {
  if (size > LatestCheckpoint().head.size) return absl::OutOfRangeError("beyond the log");
  return log_->RootAt(size);
}

}  // namespace entente::broker

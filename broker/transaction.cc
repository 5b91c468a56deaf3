#include "broker/transaction.h"

#include <algorithm>
#include <utility>

#include "broker/grants.h"
#include "broker/rows.h"
#include "core/audit/merkle.h"
#include "core/crypto/digest.h"

namespace entente::broker {

Transaction::Transaction(const store::Reader& store, const Mailboxes& mailboxes,
                         const Publications& publications, Submissions& submissions, View view,
                         audit::Stage stage)
    : store_(store),
      mailboxes_(mailboxes),
      publications_(publications),
      submissions_(submissions),
      view_(std::move(view)),
      stage_(std::move(stage)) {}

std::optional<uint64_t> Transaction::PublishedAt(std::string_view body) const {
  auto staged = std::ranges::find(published_, body, &Published::body);
  if (staged != published_.end()) return staged->log_index;
  return publications_.Find(body);
}

LaneState Transaction::Lane(const LaneKey& key) const {
  auto it = changes_.lanes.find(key);
  return it == changes_.lanes.end() ? mailboxes_.Lane(key) : it->second;
}

LaneState& Transaction::TouchLane(const LaneKey& key) {
  auto it = changes_.lanes.find(key);
  if (it == changes_.lanes.end()) it = changes_.lanes.emplace(key, mailboxes_.Lane(key)).first;
  return it->second;
}

absl::StatusOr<std::optional<MailboxRow>> Transaction::Row(const LaneKey& key, uint64_t seq) const {
  std::string name = MailboxKey(key, seq);
  std::optional<std::string> bytes;
  if (auto it = rows_.find(name); it != rows_.end()) {
    bytes = it->second;
  } else {
    auto stored = store_.Get(kMailbox, name);
    if (!stored.ok()) return stored.status();
    bytes = *std::move(stored);
  }
  if (!bytes) return std::nullopt;
  MailboxRow row;
  if (!row.ParseFromString(*bytes)) return Damaged(kMailbox);
  return row;
}

absl::StatusOr<std::optional<CaseRow>> Transaction::Case(const record::CaseId& id) const {
  if (auto it = cases_.find(id); it != cases_.end()) return it->second;
  auto stored = store_.Get(kCases, ToString(id));
  if (!stored.ok()) return stored.status();
  if (!*stored) return std::nullopt;
  CaseRow row;
  if (!row.ParseFromString(**stored)) return Damaged(kCases);
  return row;
}

void Transaction::PutCase(const record::CaseId& id, const CaseRow& row) {
  batch_.Put(kCases, ToString(id), row.SerializeAsString());
  cases_[id] = row;
}

absl::StatusOr<std::map<std::string, Grant>> Transaction::GrantsUnder(
    const std::string& prefix) const {
  auto rows = store_.Iterate(kGrants, prefix);
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  std::map<std::string, Grant> grants;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    auto grant = DecodeGrant(it.key(), it.value());
    if (!grant) return Damaged(kGrants);
    grants.emplace(it.key(), *std::move(grant));
  }
  for (auto staged = grants_.lower_bound(prefix);
       staged != grants_.end() && staged->first.starts_with(prefix); ++staged) {
    if (staged->second) grants[staged->first] = *staged->second;
    if (!staged->second) grants.erase(staged->first);
  }
  if (!it.status().ok()) return it.status();
  return grants;
}

void Transaction::PutGrant(const std::string& key, const Grant& grant) {
  batch_.Put(kGrants, key, EncodeGrant(key, grant));
  grants_[key] = grant;
}

void Transaction::DropGrant(const std::string& key) {
  batch_.Delete(kGrants, key);
  grants_[key] = std::nullopt;
}

absl::StatusOr<uint64_t> Transaction::AppendSealed(v1::EntryKind kind, Instant instant,
                                                   std::span<const ledger::ReaderPart> parts,
                                                   const Salt32& seed) {
  auto sealed = ledger::WriteSealedEntry(kind, instant, parts, seed);
  if (!sealed.ok()) return sealed.status();
  auto index = stage_.Append(sealed->entry, batch_);
  if (!index.ok()) return index.status();
  for (size_t i = 0; i < parts.size(); ++i) {
    batch_.Put(kParts, PartKey(*index, static_cast<uint16_t>(i)),
               ToString(sealed->salts[i]) + parts[i].bytes);
  }
  view_.next_index = *index + 1;
  view_.ledger_time = instant;
  return index;
}

absl::StatusOr<uint64_t> Transaction::AppendOpen(v1::EntryKind kind, Instant instant,
                                                 std::string_view body, std::string_view text) {
  auto entry = ledger::WriteOpenEntry(kind, instant, body);
  if (!entry.ok()) return entry.status();
  ledger::Registry registry = view_.registry;
  if (!text.empty()) registry.SetText(text);
  auto leaf = audit::LeafHash(*entry);
  auto status = registry.Apply(view_.next_index, leaf, kind, instant, body);
  if (!status.ok()) return status;
  auto index = stage_.Append(*entry, batch_);
  if (!index.ok()) return index.status();
  batch_.Put(kOpen, IndexKey(registry.snapshot_number()), IndexKey(*index));
  if (!text.empty()) batch_.Put(kTexts, ToString(crypto::Sha256(text)), text);
  registry.ForgetTexts(instant);
  published_.push_back({*index, kind, std::string(body), text.size()});
  view_.registry = std::move(registry);
  view_.next_index = *index + 1;
  view_.ledger_time = instant;
  view_.NoteQuorum(*index);
  return index;
}

void Transaction::PutSubmission(const Submitter& submitter, const Submitted& submitted) {
  const std::string& agency = submitter.agency();
  std::string own = SubmissionKey(agency, submitter.number());
  submissions_before_.emplace(own, std::nullopt);
  for (const auto& [number, left] : submissions_.Add(agency, submitter.number(), submitted)) {
    std::string key = SubmissionKey(agency, number);
    batch_.Delete(kSubmissions, key);
    // One that came with this commit never stood there.
    submissions_before_.emplace(std::move(key), EncodeSubmitted(number, left));
  }
  batch_.Put(kSubmissions, own, EncodeSubmitted(submitter.number(), submitted));
}

void Transaction::PutBody(uint64_t log_index, const Digest& digest, std::string_view bytes,
                          BodyState state) {
  std::string value = ToString(digest);
  value += bytes;
  batch_.Put(kBodies, IndexKey(log_index), value);
  changes_.bodies[log_index] = std::move(state);
}

void Transaction::Deliver(const LaneKey& key, const MailboxRow& row) {
  LaneState& lane = TouchLane(key);
  std::string name = MailboxKey(key, ++lane.last);
  lane.next_expiry = EarlierExpiry(lane.next_expiry, row.expires_ms());
  std::string value = row.SerializeAsString();
  batch_.Put(kMailbox, name, value);
  rows_[std::move(name)] = std::move(value);
  ++changes_.waiting[WaitingOf(row, key.agency)];
  delivered_to_.insert(key.agency);
}

void Transaction::Release(const MailboxRow& row, const std::string& recipient) {
  --changes_.waiting[WaitingOf(row, recipient)];
  uint64_t log_index = row.log_index();
  auto it = changes_.bodies.find(log_index);
  if (it == changes_.bodies.end()) {
    auto body = mailboxes_.Body(log_index);
    if (!body) return;
    it = changes_.bodies.emplace(log_index, *std::move(body)).first;
  }
  if (--it->second.waiting == 0) batch_.Delete(kBodies, IndexKey(log_index));
}

absl::Status Transaction::Take(const LaneKey& key, uint64_t through) {
  LaneState& lane = TouchLane(key);
  for (uint64_t seq = lane.acknowledged + 1; seq <= through; ++seq) {
    auto row = Row(key, seq);
    if (!row.ok()) return row.status();
    if (!*row) return Damaged(kMailbox);
    if (!(*row)->expired()) Release(**row, key.agency);
    std::string name = MailboxKey(key, seq);
    batch_.Delete(kMailbox, name);
    rows_[std::move(name)] = std::nullopt;
  }
  lane.acknowledged = through;
  batch_.Put(kCursors, LanePrefix(key), IndexKey(through));
  return absl::OkStatus();
}

void Transaction::PutRow(const LaneKey& key, uint64_t seq, const MailboxRow& row) {
  std::string name = MailboxKey(key, seq);
  std::string value = row.SerializeAsString();
  batch_.Put(kMailbox, name, value);
  rows_[std::move(name)] = std::move(value);
}

void Transaction::MarkExpired(const LaneKey& key, uint64_t seq, MailboxRow row) {
  Release(row, key.agency);
  row.set_expired(true);
  row.clear_bytes();
  row.clear_expires_ms();
  PutRow(key, seq, row);
}

void Transaction::PutDecided(const LaneKey& key, uint64_t seq, const MailboxRow& row) {
  row.refused() ? MarkExpired(key, seq, row) : PutRow(key, seq, row);
  delivered_to_.insert(key.agency);
}

}  // namespace entente::broker

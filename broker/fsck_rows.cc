#include "broker/fsck_rows.h"

#include <algorithm>
#include <memory>

#include "broker/decide_again.h"
#include "broker/grants.h"
#include "broker/notice.h"
#include "broker/submissions.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/crypto/digest.h"
#include "core/ledger/parts.h"
#include "core/record/header.h"

namespace entente::broker {
namespace {

uint64_t ExpectedParts(const v1::Part& first) {
  uint64_t count = 1;
  if (first.has_submission()) {
    for (const v1::RecipientDecision& decision : first.submission().decisions()) {
      count += decision.verdict() <= v1::VERDICT_RELEASE_IN_PART ? 1 : 0;
    }
  }
  if (first.has_notice() || first.has_expiry() || first.has_again()) ++count;
  return count;
}

// Positions in `body` of what it has for the part's reader, all of which the part tells of; nullopt
// when body and part do not fit.
std::optional<std::vector<uint32_t>> NoticesOf(const std::string& body, const v1::Part& part) {
  NoticeList list;
  if (!list.ParseFromString(body)) return std::nullopt;
  if (part.has_notice()) {
    bool fits = list.notices_size() == 1 &&
                ToString(NoticeDigest(list.notices(0))) == part.notice().statement_digest();
    return fits ? std::optional(std::vector<uint32_t>{0}) : std::nullopt;
  }
  // It is delivered for its evidence.
  if (part.has_again()) {
    return list.notices().empty() ? std::optional(std::vector<uint32_t>{0}) : std::nullopt;
  }
  std::vector<uint32_t> own;
  std::vector<std::string> hashes;
  for (int i = 0; i < list.notices_size(); ++i) {
    v1::Acknowledgement one;
    if (!one.ParseFromString(list.notices(i).statement().body())) return std::nullopt;
    if (one.origin() != part.reader()) continue;
    own.push_back(static_cast<uint32_t>(i));
    hashes.push_back(one.record_hash());
  }
  if (!std::ranges::equal(hashes, part.acknowledgement().record_hashes())) return std::nullopt;
  return own;
}

}  // namespace

void Findings::Add(store::Family family, std::string_view key, std::string what) {
  out_.push_back({std::string(family.name()), HexEncode(AsBytes(key)), std::move(what)});
}

std::optional<ledger::Entry> RowChecker::EntryAt(uint64_t index) const {
  auto bytes = store_.Get(audit::kEntries, IndexKey(index));
  if (!bytes.ok() || !*bytes) return std::nullopt;
  auto entry = ledger::ReadEntry(**bytes);
  if (!entry.ok()) return std::nullopt;
  return *std::move(entry);
}

// ---- parts

void RowChecker::Note(uint64_t index, uint16_t number, const v1::Part& part) {
  PartCount& count = parts_[index];
  if (number != count.found) {
    find_.Add(kParts, PartKey(index, number), "A part before this one is missing.");
  }
  ++count.found;
  if (number == 0) count.expected = ExpectedParts(part);
  if (part.has_acknowledgement() && part.reader() == part.acknowledgement().recipient()) {
    const v1::AcknowledgementPart& range = part.acknowledgement();
    uint64_t& through = acknowledged_[{part.reader(), range.lane()}];
    through = std::max(through, range.through_seq());
  }
  // How many origins there are, only the parts themselves tell.
  if (part.has_acknowledgement()) count.expected = count.found;
  deliveries_.Note(index, number, part);
  if (part.has_expiry()) {
    expired_.emplace(part.expiry().record_hash(), part.expiry().recipient());
  }
  if (part.has_again() && number == kRecipientPartAgain) NoteAgain(index, part.again());
}

// In the order of the log, so the newest stays.
void RowChecker::NoteAgain(uint64_t index, const v1::DecisionAgainPart& again) {
  const v1::SubmissionPart& decided = again.decided();
  const v1::RecipientDecision& decision = decided.decisions(0);
  auto first = PartFor(again.first_index(), decision.recipient());
  if (again.first_index() >= index || !first ||
      first->submission().record_hash() != decided.record_hash()) {
    find_.Add(kParts, PartKey(index, kRecipientPartAgain),
              "What was decided again was not released to this agency before.");
  }
  again_[{decided.record_hash(), decision.recipient()}] = {index, decision};
}

void RowChecker::CheckPart(const store::Iterator& it) {
  auto ref = ParsePartKey(it.key());
  std::string_view value = it.value();
  if (!ref || value.size() < sizeof(Salt32)) {
    find_.Add(kParts, it.key(), "This is no row of a part.");
    return;
  }
  auto entry = EntryAt(ref->index);
  auto salt = FixedBytes<sizeof(Salt32)>(value.substr(0, sizeof(Salt32)));
  std::string_view bytes = value.substr(sizeof(Salt32));
  if (!entry || !ledger::CheckPart(*entry, bytes, *salt).ok()) {
    find_.Add(kParts, it.key(), "The entry does not carry this part.");
    return;
  }
  auto part = ledger::ReadPart(bytes);
  if (!part.ok() || part->kind() != entry->kind ||
      static_cast<int64_t>(part->instant_ms()) != entry->instant.ms) {
    find_.Add(kParts, it.key(), "The part does not tell what its entry is.");
    return;
  }
  Note(ref->index, ref->part, *part);
}

void RowChecker::CheckPartCounts() {
  for (const auto& [index, count] : parts_) {
    if (count.found != count.expected) {
      find_.Add(kParts, IndexKey(index), "A part of this entry is missing, or one too many.");
    }
  }
}

// ---- bodies and mailboxes

void RowChecker::CheckBody(const store::Iterator& it) {
  auto index = ParseIndexKey(it.key());
  std::string_view value = it.value();
  if (!index || value.size() < sizeof(Digest) ||
      ToString(crypto::Sha256(value.substr(sizeof(Digest)))) != value.substr(0, sizeof(Digest))) {
    find_.Add(kBodies, it.key(), "The body is not the one that was stored.");
    return;
  }
  bodies_.insert(*index);
  if (!wanted_.contains(*index)) {
    find_.Add(kBodies, it.key(), "Nobody waits for this body.");
  }
}

std::optional<DeliveryPlace> RowChecker::CheckRecordRow(const store::Iterator& it,
                                                        const MailboxItem& item,
                                                        const v1::Part& part) {
  const std::string& hash = part.submission().record_hash();
  MailboxRow expected;
  expected.set_log_index(item.row.log_index());
  expected.set_part(item.row.part());
  expected.set_origin(part.acting_agency());
  const auto again = again_.find({hash, item.lane.agency});
  if (again != again_.end()) {
    expected.set_again_index(again->second.log_index);
    expected.set_refused(!ledger::Releases(again->second.decision.verdict()));
  }
  if (expected.refused() || expired_.contains({hash, item.lane.agency})) {
    expected.set_expired(true);
  } else {
    auto body = ReadBodyBytes(store_, item.row.log_index());
    v1::Record record;
    v1::RecordHeader header;
    if (!body.ok() || !record.ParseFromString(*body) || !header.ParseFromString(record.header()) ||
        ToString(record::RecordHash(record.header())) != hash) {
      find_.Add(kMailbox, it.key(), "The record that waits here is not there.");
      return std::nullopt;
    }
    wanted_.insert(item.row.log_index());
    expected.set_bytes(body->size());
    expected.set_expires_ms(
        std::min<uint64_t>(header.expires_ms(), part.instant_ms() + limits::kQueueMs));
  }
  if (expected.SerializeAsString() != it.value()) {
    find_.Add(kMailbox, it.key(), "The row does not say what part and record say.");
    return std::nullopt;
  }
  return DeliveryPlace{item.row.log_index()};
}

std::optional<DeliveryPlace> RowChecker::CheckNoticeRow(const store::Iterator& it,
                                                        const MailboxItem& item,
                                                        const v1::Part& part) {
  MailboxRow expected;
  expected.set_log_index(item.row.log_index());
  expected.set_part(item.row.part());
  expected.set_item(item.row.item());
  if (part.has_notice()) expected.set_from(part.acting_agency());
  // The same statement may have been submitted twice: another row of it can still wait.
  if (item.row.expired() &&
      expired_.contains({part.notice().statement_digest(), item.lane.agency})) {
    expected.set_expired(true);
    if (expected.SerializeAsString() == it.value()) return DeliveryPlace{item.row.log_index()};
    find_.Add(kMailbox, it.key(), "The row of an expired notice says something else.");
    return std::nullopt;
  }
  if (part.has_notice()) expected.set_expires_ms(part.instant_ms() + limits::kQueueMs);
  auto body = ReadBodyBytes(store_, item.row.log_index());
  auto own = body.ok() ? NoticesOf(*body, part) : std::nullopt;
  auto at = own ? std::ranges::find(*own, item.row.item()) : std::vector<uint32_t>::iterator{};
  if (!own || at == own->end() || expected.SerializeAsString() != it.value()) {
    find_.Add(kMailbox, it.key(), "The notice that waits here is not there.");
    return std::nullopt;
  }
  wanted_.insert(item.row.log_index());
  return DeliveryPlace{item.row.log_index(), static_cast<uint64_t>(at - own->begin()), own->size()};
}

// A lane is taken from its front: what one entry gave to it stands whole, but where the lane
// begins.
void RowChecker::CheckPlace(const store::Iterator& it, const MailboxItem& item,
                            const DeliveryPlace& place) {
  LaneSeen& seen = lanes_[item.lane];
  const DeliveryPlace& last = seen.place;
  bool first = seen.seq == 0;
  bool fits = place.ordinal == last.ordinal + 1;
  if (first) {
    fits = acknowledged_[item.lane] > 0 || place.ordinal == 0;
  } else if (place.log_index != last.log_index) {
    fits = place.log_index > last.log_index && last.ordinal + 1 == last.of && place.ordinal == 0;
  }
  uint64_t before = first ? acknowledged_[item.lane] : seen.seq;
  if (!fits || item.seq != before + 1 || !deliveries_.MayStandAt(item.lane, item.seq, place)) {
    find_.Add(kMailbox, it.key(), "The lane has a hole, or is out of order.");
  }
  seen = {item.seq, place};
}

void RowChecker::CheckMailboxRow(const store::Iterator& it) {
  auto item = ReadMailboxItem(it);
  auto part = item.ok() ? ReadStoredPart(store_, item->row.log_index(), item->row.part())
                        : absl::StatusOr<v1::Part>(item.status());
  const bool own = part.ok() && part->acting_agency() == item->lane.agency;
  if (!part.ok() || part->reader() != item->lane.agency || own != part->has_again()) {
    find_.Add(kMailbox, it.key(), "The row leads to nothing that was sent to this agency.");
    return;
  }
  auto place =
      part->has_submission() ? CheckRecordRow(it, *item, *part) : CheckNoticeRow(it, *item, *part);
  if (place) CheckPlace(it, *item, *place);
}

void RowChecker::CheckDelivered() {
  for (const auto& [lane, seen] : lanes_) {
    if (seen.seq > 0 && seen.place.ordinal + 1 != seen.place.of) {
      find_.Add(kMailbox, LanePrefix(lane), "The lane ends before all of its last entry.");
    }
  }
  for (const auto& [lane, through] : acknowledged_) {
    uint64_t& seq = lanes_[lane].seq;
    seq = std::max(seq, through);
  }
  std::map<std::string, uint64_t> given;
  for (const auto& [lane, seen] : lanes_) given[lane.agency] += seen.seq;
  for (const auto& [agency, count] : deliveries_.Counts()) {
    if (given[agency] != count) {
      find_.Add(kMailbox, agency, "The mailbox got more or less than the log says.");
    }
  }
}

// ---- cursors and submissions

void RowChecker::CheckCursor(const store::Iterator& it) {
  auto lane = ParseLanePrefix(it.key());
  auto through = ParseIndexKey(it.value());
  auto found = lane ? acknowledged_.find(*lane) : acknowledged_.end();
  if (found == acknowledged_.end() || !through || *through != found->second) {
    find_.Add(kCursors, it.key(), "The cursor is not where the acknowledgements in the log end.");
  }
}

void RowChecker::CheckCursorsComplete() {
  for (const auto& [lane, through] : acknowledged_) {
    auto cursor = store_.Get(kCursors, LanePrefix(lane));
    if (through > 0 && (!cursor.ok() || !*cursor)) {
      find_.Add(kCursors, LanePrefix(lane), "The log has acknowledgements, but no cursor is here.");
    }
  }
}

void RowChecker::CheckSubmission(const store::Iterator& it) {
  auto ref = ParseSubmissionKey(it.key());
  auto submitted = ref ? DecodeSubmitted(ref->number, it.value()) : std::nullopt;
  auto part = submitted ? ReadStoredPart(store_, submitted->log_index, 0)
                        : absl::StatusOr<v1::Part>(absl::NotFoundError(""));
  if (!part.ok() || part->acting_agency() != ref->agency) {
    find_.Add(kSubmissions, it.key(), "The row leads to no submission of this agency.");
    return;
  }
  std::string hash =
      part->has_submission() ? part->submission().record_hash() : part->notice().statement_digest();
  std::string id = part->has_submission() ? part->submission().record_id() : ToString(RecordId{});
  if (hash != ToString(submitted->hash) || id != ToString(submitted->record_id)) {
    find_.Add(kSubmissions, it.key(), "The row names another record than its entry's part.");
  }
}

// ---- cases

// Whether it is the newest membership only the headers tell, which are not kept.
void RowChecker::CheckCase(const store::Iterator& it) {
  CaseRow row;
  bool fits = row.ParseFromString(std::string(it.value())) && row.SerializeAsString() == it.value();
  auto header = record::ReadHeader(row.header());
  auto part = ReadStoredPart(store_, row.log_index(), 0);
  if (!fits || !header.ok() || !part.ok() || !header->case_id ||
      header->kind != v1::RECORD_KIND_MEMBERSHIP || ToString(*header->case_id) != it.key() ||
      part->submission().record_hash() != ToString(record::RecordHash(row.header()))) {
    find_.Add(kCases, it.key(), "The row is not of a membership that its entry holds.");
    return;
  }
  const auto& decisions = part->submission().decisions();
  if (!std::ranges::equal(row.members(), decisions, {}, {}, &v1::RecipientDecision::recipient)) {
    find_.Add(kCases, it.key(), "The row names other members than its entry.");
  }
}

// ---- grants

std::optional<v1::Part> RowChecker::PartFor(uint64_t index, std::string_view reader) const {
  auto rows = store_.Iterate(kParts, IndexKey(index));
  if (!rows.ok()) return std::nullopt;
  store::Iterator& it = **rows;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    auto ref = ParsePartKey(it.key());
    auto part =
        ref ? ReadStoredPart(store_, index, ref->part) : absl::StatusOr<v1::Part>(Damaged(kParts));
    if (part.ok() && part->reader() == reader) return *std::move(part);
  }
  return std::nullopt;
}

void RowChecker::CheckGrant(const store::Iterator& it) {
  auto ref = ParseGrantKey(it.key());
  auto grant = ref ? DecodeGrant(it.key(), it.value()) : std::nullopt;
  if (!grant) {
    find_.Add(kGrants, it.key(), "The grant is not the one that was stored.");
    return;
  }
  auto part = PartFor(grant->log_index(), ref->agency);
  if (!part || part->submission().record_hash() != ref->record_hash ||
      part->submission().origin() != grant->origin() || ref->agency == grant->origin() ||
      grant->expires_ms() > part->instant_ms() + limits::kQueueMs) {
    find_.Add(kGrants, it.key(), "The entry did not release this record to this agency.");
    return;
  }
  const auto& withheld = part->submission().decisions(0).withheld();
  if (std::ranges::count(withheld, ref->section_id, &v1::WithheldSection::section_id) > 0) {
    find_.Add(kGrants, it.key(), "The entry withheld this section from this agency.");
  }
  const auto again = again_.find({ref->record_hash, ref->agency});
  if (again == again_.end()) return;
  const v1::RecipientDecision& decision = again->second.decision;
  if (!ledger::Releases(decision.verdict()) ||
      std::ranges::count(decision.withheld(), ref->section_id, &v1::WithheldSection::section_id) >
          0) {
    find_.Add(kGrants, it.key(), "It was decided again that this agency does not get it.");
  }
}

absl::Status RowChecker::Run() {
  auto each = [&](store::Family family, auto check) {
    return ForEachRow(store_, family, find_,
                      [&](const store::Iterator& it) { (this->*check)(it); });
  };
  if (auto s = each(kParts, &RowChecker::CheckPart); !s.ok()) return s;
  CheckPartCounts();
  deliveries_.FindLanes();
  if (auto s = each(kMailbox, &RowChecker::CheckMailboxRow); !s.ok()) return s;
  CheckDelivered();
  if (auto s = each(kBodies, &RowChecker::CheckBody); !s.ok()) return s;
  CheckCursorsComplete();
  if (auto s = each(kCursors, &RowChecker::CheckCursor); !s.ok()) return s;
  if (auto s = each(kCases, &RowChecker::CheckCase); !s.ok()) return s;
  if (auto s = each(kGrants, &RowChecker::CheckGrant); !s.ok()) return s;
  return each(kSubmissions, &RowChecker::CheckSubmission);
}

}  // namespace entente::broker

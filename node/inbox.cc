#include "node/inbox.h"

#include <algorithm>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "core/record/statements.h"
#include "node/assignment.h"
#include "node/attachments.h"
#include "node/cases.h"
#include "node/decided_again.h"
#include "node/families.h"
#include "node/notices.h"
#include "node/recall.h"
#include "node/receipts.h"
#include "node/restrict.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

// In l_node: name of a delivery -> size and root of the checkpoint it came with, then itself.
constexpr std::string_view kAside("aside\0", 6);
constexpr size_t kAsideHead = 8 + 32;

std::string IdKey(std::string_view origin, std::string_view record_id) {
  return Text(origin, std::string_view("\0", 1), record_id);
}

state::DiaryLine CollectionLine(const state::ReceivedRecord& index) {
  state::DiaryLine line;
  line.set_instant_ms(index.received_ms());
  line.set_operation(std::string(operation::kCollection));
  line.set_record_id(index.record_id());
  line.set_purpose(index.purpose());
  line.set_justification(index.refusal().empty() ? Text("received from ", index.origin())
                                                 : Text("refused: ", index.refusal()));
  return line;
}

state::DiaryLine WithdrawnLine(const Peeked& peeked, Instant now) {
  state::DiaryLine line;
  line.set_instant_ms(static_cast<uint64_t>(now.ms));
  line.set_operation(std::string(operation::kCollection));
  line.set_record_id(peeked.record_id);
  line.set_justification(Text("refused at release: from ", peeked.origin));
  return line;
}

// A delivery, in an alarm and by which it is set aside.
std::string NameOf(const v1::Delivery& delivery) {
  return Text("delivery ", delivery.mailbox_seq(),
              delivery.lane() == v1::LANE_URGENT ? " of the urgent lane" : " of the bulk lane");
}

// No refusal, nothing that passes, and no fault of the whole disk: a damaged row.
bool IsOfItself(const absl::Status& status) {
  return !status.ok() && !RefusalOf(status) && !absl::IsUnavailable(status) &&
         !absl::IsInternal(status) && !absl::IsAborted(status);
}

struct AnswerFound {
  v1::RecipientState state;
  uint32_t number;  // of an answer to a lead, else 0
};

// What the answer inside says of the record that it answers; nullopt when there is none.
std::optional<AnswerFound> AnswerIn(const state::ReceivedContent& content) {
  for (const state::KeptSection& section : content.sections()) {
    v1::SectionContent parsed;
    if (!parsed.ParseFromString(section.content())) continue;
    if (parsed.has_lead_answer()) {
      return AnswerFound{
          parsed.lead_answer().taken() ? v1::RECIPIENT_STATE_TAKEN : v1::RECIPIENT_STATE_DECLINED,
          parsed.lead_answer().number()};
    }
    if (parsed.has_reply()) return AnswerFound{StateOfReply(parsed.reply().state()), 0};
  }
  return std::nullopt;
}

// Each is kept, in whatever order they come: what they tell of a measure is read together.
void AddRow(const state::ReceivedRecord& index, uint32_t number, state::SentRecipient& recipient) {
  if (number == 0 || static_cast<size_t>(recipient.answers_size()) >= limits::kLeadAnswers) return;
  state::LeadAnswerRow& row = *recipient.add_answers();
  row.set_record_hash(index.record_hash());
  row.set_log_index(index.log_index());
  row.set_number(number);
}

}  // namespace

void Inbox::OnStart() {
  responses_.clear();
  settled_ = 0;
  stopped_.clear();
  ready_.clear();
}

// A clock ahead by more than the log shows must not make old what is not; nor a broker that
// delivers before it shows the log make new what is old.
void Inbox::BoundByLog(Response& response) const {
  if (response.bounded) return;
  const Instant known = ground_->federation.last_entry() + limits::kQuorumFreshnessMs;
  response.came = std::min(response.came, known);
  response.bounded = true;
}

absl::Status Inbox::Process(Instant now) {
  if (absl::Status status = TakeAside(now); !status.ok()) return status;
  while (!responses_.empty()) {
    absl::StatusOr<std::optional<audit::Checkpoint>> checkpoint =
        ground_->federation.Cover(responses_.front().mail.checkpoint(), now);
    if (!checkpoint.ok()) return checkpoint.status();
    if (!*checkpoint) return absl::OkStatus();
    BoundByLog(responses_.front());
    absl::Status status = ProcessFront(**checkpoint, now);
    if (absl::IsUnavailable(status) && !RefusalOf(status)) return absl::OkStatus();
    if (!status.ok()) return status;
    responses_.pop_front();
    settled_ = 0;
  }
  return absl::OkStatus();
}

absl::Status Inbox::ProcessFront(const audit::Checkpoint& checkpoint, Instant now) {
  const v1::PullResponse& response = responses_.front().mail;
  Group group(ground_->db);
  absl::Status status;
  int taken = settled_;
  for (; taken < response.deliveries_size() && status.ok(); ++taken) {
    if (stopped_.contains(response.deliveries(taken).lane())) continue;
    const size_t before = group.touched.size();
    status = TakeWhole(response.deliveries(taken), checkpoint, group, now);
    // Aborted: the store must show first what this group holds.
    if (absl::IsAborted(status) && before != 0) {
      if (status = Flush(group); !status.ok()) return status;
      settled_ = taken--;
      group = Group(ground_->db);
    } else if (IsOfItself(status)) {
      PassOver(response.deliveries(taken), checkpoint, status, group, now);
      status = absl::OkStatus();
    }
  }
  // What was settled before the delivery that must wait is kept and acknowledged.
  const absl::Status kept = Flush(group);
  if (!kept.ok()) return kept;
  settled_ = status.ok() ? taken : taken - 1;
  return status;
}

void Inbox::PassOver(const v1::Delivery& delivery, const audit::Checkpoint& checkpoint,
                     const absl::Status& why, Group& group, Instant now) {
  const std::string name = NameOf(delivery);
  ground_->alarms.Raise(alarm::kLocalFault, name,
                        Text(name, " cannot be settled: ", why.ToString()), now);
  if (!delivery.has_notice()) {
    stopped_.insert(delivery.lane());
    return;
  }
  group.batch.Put(
      kNode, Text(kAside, name),
      Text(U64Key(checkpoint.size), AsText(checkpoint.root), delivery.SerializeAsString()));
  v1::PullAcknowledge& acknowledge = group.acknowledges[delivery.lane()];
  acknowledge.set_lane(delivery.lane());
  acknowledge.set_through_seq(std::max(acknowledge.through_seq(), delivery.mailbox_seq()));
}

absl::Status Inbox::TakeAside(Instant now) {
  if (aside_looked_at_ && now - *aside_looked_at_ < limits::kHourMs && now >= *aside_looked_at_) {
    return absl::OkStatus();
  }
  aside_looked_at_ = now;
  struct Row {
    std::string key;
    audit::Checkpoint checkpoint;  // it was verified when this was set aside
    v1::Delivery delivery;
  };
  std::vector<Row> rows;
  absl::Status status =
      ForEachBytes(ground_->db, kNode, kAside, [&](std::string_view key, std::string_view value) {
        auto delivery = ParseStored<v1::Delivery>(value.substr(std::min(value.size(), kAsideHead)));
        if (value.size() < kAsideHead || !delivery.ok()) {
          const std::string name(key.substr(kAside.size()));
          ground_->alarms.Raise(alarm::kLocalFault, name,
                                Text(name, ", which was set aside, is damaged too"), now);
          return absl::OkStatus();
        }
        audit::Checkpoint checkpoint{std::string(ground_->log_origin()),
                                     U64FromKey(value.substr(0, 8)),
                                     *FixedBytes<32>(value.substr(8, 32))};
        rows.push_back({std::string(key), std::move(checkpoint), *std::move(delivery)});
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  for (const auto& [key, checkpoint, delivery] : rows) {
    store::WriteBatch batch;
    PairsIn pairs(ground_->db);
    PairsOut numbers(ground_->db);
    status = TakeNotice(*ground_, delivery, checkpoint, pairs, numbers, batch, now);
    if (absl::IsInternal(status)) return status;
    if (!status.ok() && !RefusalOf(status)) continue;
    // What is refused has its own alarm, and must not come again and again.
    if (status.ok()) pairs.AddTo(batch);
    if (status.ok()) numbers.AddTo(batch);
    if (!status.ok()) batch.Truncate(0);
    batch.Delete(kNode, key);
    ground_->alarms.Clear(alarm::kLocalFault, key.substr(kAside.size()));
    if (status = ground_->Commit(batch); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// A delivery that fails leaves nothing in the group.
absl::Status Inbox::TakeWhole(const v1::Delivery& delivery, const audit::Checkpoint& checkpoint,
                              Group& group, Instant now) {
  const size_t operations = group.batch.count();
  const size_t lines = group.lines.size();
  PairsIn pairs = group.pairs;
  PairsOut numbers = group.numbers;
  absl::Status status = Take(delivery, checkpoint, group, now);
  if (status.ok()) return status;
  group.batch.Truncate(operations);
  group.lines.resize(lines);
  group.pairs = std::move(pairs);
  group.numbers = std::move(numbers);
  return status;
}

absl::Status Inbox::Take(const v1::Delivery& delivery, const audit::Checkpoint& checkpoint,
                         Group& group, Instant now) {
  if (v1::Lane_IsValid(delivery.lane()) == false || delivery.lane() == v1::LANE_UNSPECIFIED) {
    return Refuse(Reason::kMalformed, "a delivery in no lane");
  }
  v1::PullAcknowledge& acknowledge = group.acknowledges[delivery.lane()];
  absl::Status status;
  if (delivery.has_notice()) {
    const std::string hash = AffectedHash(delivery.notice());
    const bool waits =
        !hash.empty() && (group.touched.contains("alone") || !group.touched.insert(hash).second);
    if (waits) return absl::AbortedError("again");
    const size_t before = group.batch.count();
    status =
        TakeNotice(*ground_, delivery, checkpoint, group.pairs, group.numbers, group.batch, now);
    if (RefusalOf(status)) {
      // The alarm stands; it must not come again and again.
      group.batch.Truncate(before);
      status = absl::OkStatus();
    }
  } else if (!delivery.has_record()) {
    const Peeked peeked = Peek(delivery);
    if (group.touched.contains("alone") || !group.touched.insert(peeked.hash).second) {
      return absl::AbortedError("again");
    }
    status = TakeDecision(delivery, peeked, checkpoint, group, now);
  } else {
    const Peeked peeked = Peek(delivery);
    // An answer changes a sent record, which other deliveries of the group may have changed; by a
    // membership they are judged.
    const bool alone =
        peeked.kind == v1::RECORD_KIND_ANSWER || peeked.kind == v1::RECORD_KIND_MEMBERSHIP;
    if ((alone && !group.touched.empty()) || group.touched.contains("alone") ||
        group.touched.contains(peeked.hash) || group.touched.contains(peeked.record_id)) {
      return absl::AbortedError("again");
    }
    status = TakeRecord(delivery, peeked, checkpoint, group, now);
    group.touched.insert(peeked.hash);
    group.touched.insert(peeked.record_id);
    if (alone) group.touched.insert("alone");
  }
  if (!status.ok()) return status;
  acknowledge.set_lane(delivery.lane());
  acknowledge.set_through_seq(std::max(acknowledge.through_seq(), delivery.mailbox_seq()));
  return absl::OkStatus();
}

absl::Status Inbox::TakeRecord(const v1::Delivery& delivery, const Peeked& peeked,
                               const audit::Checkpoint& checkpoint, Group& group, Instant now) {
  v1::PullAcknowledge& acknowledge = group.acknowledges[delivery.lane()];
  absl::StatusOr<std::optional<state::ReceivedRecord>> before =
      Load<state::ReceivedRecord>(ground_->db, kReceived, peeked.hash);
  if (!before.ok()) return before.status();
  // Delivered again. Under another place in the log it is a replay, and is checked like any other.
  if (*before && (*before)->log_index() == delivery.evidence().log_index()) {
    return AcknowledgeAgain(**before, acknowledge, group, now);
  }
  absl::StatusOr<Arrived> arrived =
      TakeIn(*ground_, delivery, checkpoint, group.pairs, {responses_.front().came, now});
  if (!arrived.ok()) return arrived.status();
  if (arrived->content) {
    const absl::StatusOr<bool> recalled = WasRecalled(*ground_, arrived->index);
    if (!recalled.ok()) return recalled.status();
    if (!*recalled) {
      absl::Status status = RestrictArrived(*ground_, arrived->index);
      if (!status.ok()) return status;
    }
    if (arrived->index.recalled_ms() == 0) {
      if (absl::Status status = ApplyAnswer(*arrived, group, now); !status.ok()) return status;
    }
    absl::Status kept = KeepReceipts(delivery, arrived->index, group, now);
    if (!kept.ok()) return kept;
  }
  if (*before && !arrived->content) {
    // What came first stays as it is.
    group.lines.push_back(CollectionLine(arrived->index));
    RaiseRefused(arrived->index, now);
  } else if (absl::Status kept = Keep(*arrived, group, now); !kept.ok()) {
    return kept;
  }
  acknowledge.add_acknowledgements()->ParseFromString(arrived->index.acknowledgement());
  return absl::OkStatus();
}

// We sent it, and are told what was decided again; or it was released to us, and refused before it
// left. Whoever has it already, from a connection that broke, says so.
absl::Status Inbox::TakeDecision(const v1::Delivery& delivery, const Peeked& peeked,
                                 const audit::Checkpoint& checkpoint, Group& group, Instant now) {
  if (!delivery.has_again()) {
    const absl::Status status = TakeDecidedAgain(
        *ground_, delivery, checkpoint, responses_.front().mail.checkpoint(), group.batch, now);
    return RefusalOf(status) ? absl::OkStatus() : status;
  }
  const absl::StatusOr<bool> is_new = TakeWithdrawn(*ground_, delivery, checkpoint, group.pairs);
  if (RefusalOf(is_new.status())) {
    ground_->alarms.Count(alarm::kNoticeBad, "",
                          Text("the broker delivered no record, and no decision that holds: ",
                               std::string(is_new.status().message())),
                          now);
    return absl::OkStatus();
  }
  if (!is_new.ok()) return is_new.status();
  absl::StatusOr<std::optional<state::ReceivedRecord>> before =
      Load<state::ReceivedRecord>(ground_->db, kReceived, peeked.hash);
  if (!before.ok()) return before.status();
  if (*before && (*before)->log_index() == delivery.evidence().log_index()) {
    return AcknowledgeAgain(**before, group.acknowledges[delivery.lane()], group, now);
  }
  if (*is_new) group.lines.push_back(WithdrawnLine(peeked, now));
  return absl::OkStatus();
}

absl::Status Inbox::AcknowledgeAgain(state::ReceivedRecord& before,
                                     v1::PullAcknowledge& acknowledge, Group& group, Instant now) {
  v1::SignedStatement& statement = *acknowledge.add_acknowledgements();
  if (!statement.ParseFromString(before.acknowledgement())) {
    return absl::DataLossError("an acknowledgement in the store is damaged");
  }
  const absl::StatusOr<bool> anew = ground_->keyring.Refresh(
      ground_->federation.registry(), record::kStatementType<v1::Acknowledgement>,
      crypto::KeyUse::kAcknowledgement, now, statement);
  if (!anew.ok()) {
    acknowledge.mutable_acknowledgements()->RemoveLast();
    return absl::UnavailableError("the log does not have our acknowledgement key yet");
  }
  if (!*anew) return absl::OkStatus();
  before.set_acknowledgement(statement.SerializeAsString());
  Save(group.batch, kReceived, before.record_hash(), before);
  return absl::OkStatus();
}

// Another origin's record may bear the same id: whoever received a record can send its id on, and
// may be the first to arrive. Neither costs the other anything.
absl::Status Inbox::KeepReceipts(const v1::Delivery& delivery, const state::ReceivedRecord& index,
                                 Group& group, Instant now) {
  const std::string& id = index.record_id();
  const std::string& note = responses_.front().mail.checkpoint();
  absl::StatusOr<std::string> name = ReceiptName(ground_->db, id, index.record_hash());
  if (!name.ok()) return name.status();
  auto bundle = ledger::MakeReceiptBundle(delivery.evidence(), note);
  if (!bundle.ok()) return bundle.status();
  SaveReceipt(*bundle, *name, index.record_hash(), group.batch);
  if (delivery.has_again()) {
    bundle = ledger::MakeReceiptBundle(delivery.again(), note);
    if (!bundle.ok()) return bundle.status();
    SaveReceipt(*bundle, AgainName(*name, delivery.again().log_index()), index.record_hash(),
                group.batch);
  }
  if (*name == HexEncode(AsBytes(id))) return absl::OkStatus();
  absl::StatusOr<std::string> first = FirstHashUnder(ground_->db, id);
  if (!first.ok()) return first.status();
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, *first);
  if (!received.ok()) return received.status();
  const std::string_view other = *received ? (*received)->origin() : ground_->agency.text();
  ground_->alarms.Count(alarm::kRecordIdShared, index.origin(),
                        Text("records of ", other, " and of ", index.origin(), " have the same id ",
                             HexEncode(AsBytes(id)), "; ask both: one of them copied it"),
                        now);
  return absl::OkStatus();
}

void Inbox::RaiseRefused(const state::ReceivedRecord& index, Instant now) {
  // The origin is what the delivery says: one that is no member could be anything.
  const std::vector<ledger::AgencyInfo> known = ground_->federation.registry().Agencies(now);
  const bool member =
      std::ranges::find(known, index.origin(), &ledger::AgencyInfo::agency) != known.end();
  ground_->alarms.Count(alarm::kRecordRefused, member ? index.origin() : "",
                        Text("a record from ", index.origin(), " was refused: ", index.refusal()),
                        now);
}

// A taking that was cut short before this one may have left its key. Of a refused record the broker
// says the hash: it must not be the id under which something sent is kept.
absl::Status Inbox::ForgetKey(std::string_view record_hash, Group& group) {
  if (record_hash.size() != sizeof(Digest)) return absl::OkStatus();
  return ground_->vault.Erase(record_hash, group.batch);
}

absl::Status Inbox::KeepIfMembership(const Arrived& arrived, Group& group) {
  if (arrived.index.kind() != v1::RECORD_KIND_MEMBERSHIP) return absl::OkStatus();
  v1::SectionContent content;
  content.ParseFromString(arrived.content->sections(0).content());
  return KeepMembership(*ground_, arrived.index, content.membership(), group.batch);
}

absl::Status Inbox::Keep(Arrived& arrived, Group& group, Instant now) {
  state::ReceivedRecord& index = arrived.index;
  const absl::Status assigned = AssignReceived(*ground_, index);
  if (absl::IsDataLoss(assigned)) {
    // It is kept all the same; whose it is must be known before it is read.
    ground_->alarms.Raise(alarm::kLocalFault, "assignment",
                          Text("what comes cannot be assigned: ", std::string(assigned.message())),
                          now);
  } else if (!assigned.ok()) {
    return assigned;
  }
  group.lines.push_back(CollectionLine(index));
  Save(group.batch, kReceived, index.record_hash(), index);
  if (!arrived.content) {
    RaiseRefused(index, now);
    return ForgetKey(index.record_hash(), group);
  }
  if (absl::Status kept = KeepIfMembership(arrived, group); !kept.ok()) return kept;
  if (index.recalled_ms() != 0) {
    group.batch.Put(kReceivedIds, IdKey(index.origin(), index.record_id()), index.record_hash());
    return ForgetKey(index.record_hash(), group);
  }
  if (!index.restriction().processing()) ground_->held.AddReceived(index, *arrived.content);
  ExpectFiles(index, *arrived.content, group.batch);
  group.batch.Put(kReceivedIds, IdKey(index.origin(), index.record_id()), index.record_hash());
  group.batch.Put(kExpiry, Text(U64Key(index.purge_ms()), "r", index.record_hash()), "");
  return ground_->vault.Put(index.record_hash(), arrived.content->SerializeAsString(), group.batch);
}

// An answer counts only when it comes from a recipient of the record it names.
absl::Status Inbox::ApplyAnswer(Arrived& arrived, Group& group, Instant now) {
  if (arrived.in_reply_to.empty()) return absl::OkStatus();
  const Sent sent_records(*ground_);
  absl::StatusOr<std::optional<state::SentRecord>> sent =
      sent_records.FindByHash(arrived.in_reply_to);
  if (absl::IsDataLoss(sent.status())) {
    // The answer is kept and can be read; what it says is not shown beside the lead.
    const std::string name =
        Text("the lead that record ", HexEncode(AsBytes(arrived.index.record_id())), " answers");
    ground_->alarms.Raise(alarm::kLocalFault, name,
                          Text(name, ": ", std::string(sent.status().message())), now);
    return absl::OkStatus();
  }
  if (!sent.ok()) return sent.status();
  if (!*sent) return absl::OkStatus();
  state::SentRecipient* recipient = FindRecipient(**sent, arrived.index.origin());
  if (recipient == nullptr || recipient->pair_seq() == 0) return absl::OkStatus();
  arrived.index.set_in_reply_to((*sent)->record_id());
  const std::optional<AnswerFound> answer = AnswerIn(*arrived.content);
  if (arrived.index.kind() != v1::RECORD_KIND_ANSWER || !answer ||
      (*sent)->stage() == state::STAGE_PURGED) {
    return absl::OkStatus();
  }
  AddRow(arrived.index, answer->number, *recipient);
  ground_->measures_changed = true;
  // Of several by one agency the one latest in the log stands, in whatever order they are
  // delivered.
  if (arrived.index.log_index() >= recipient->answer_log_index()) {
    // What was recalled stays so.
    if (recipient->recall_number() == 0) SetState(*recipient, answer->state, now);
    recipient->set_answer_record_id(arrived.index.record_id());
    recipient->set_answer_log_index(arrived.index.log_index());
  }
  sent_records.Save(**sent, group.batch);
  return absl::OkStatus();
}

absl::Status Inbox::Flush(Group& group) {
  group.pairs.AddTo(group.batch);
  group.numbers.AddTo(group.batch);
  if (absl::Status status = ground_->Commit(group.batch, group.lines); !status.ok()) return status;
  for (auto& [lane, acknowledge] : group.acknowledges) {
    if (acknowledge.through_seq() != 0) ready_.push_back(std::move(acknowledge));
  }
  return absl::OkStatus();
}

std::vector<v1::PullAcknowledge> Inbox::TakeAcknowledges() { return std::exchange(ready_, {}); }

}  // namespace entente::node

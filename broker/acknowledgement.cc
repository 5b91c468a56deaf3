#include "broker/acknowledgement.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "broker/rows.h"
#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/statements.h"

namespace entente::broker {
namespace {

struct Signed {
  v1::Acknowledgement body;
  const v1::SignedStatement* statement;
};
using ByIndex = std::map<uint64_t, Signed>;

absl::Status Unfit(std::string text) { return Refuse(Reason::kProofBad, std::move(text)); }

class Range {
 public:
  Range(const v1::PullAcknowledge& acknowledge, const AgencyId& caller, const View& view,
        const store::Reader& store, Instant instant)
      : acknowledge_(acknowledge), caller_(caller), view_(view), store_(store), instant_(instant) {}

  absl::Status ReadStatements() {
    if (static_cast<size_t>(acknowledge_.acknowledgements_size()) > limits::kBatchRecords) {
      return Refuse(Reason::kTooLarge, "More than 64 acknowledgements at once.");
    }
    for (const v1::SignedStatement& statement : acknowledge_.acknowledgements()) {
      auto body = ReadOne(statement);
      if (!body.ok()) return body.status();
      uint64_t index = body->log_index();
      if (!by_index_.emplace(index, Signed{*std::move(body), &statement}).second) {
        return Unfit("One record is acknowledged twice.");
      }
    }
    return absl::OkStatus();
  }

  // Holds the statements against the rows (after, through], kAcknowledgedRows at most, and fills
  // the command. Statements of rows before and behind these are passed over.
  absl::Status Match(uint64_t after, AcknowledgementCommand& command, NoticeList& forwarded) {
    uint64_t most = after + limits::kAcknowledgedRows;
    uint64_t through = std::min(acknowledge_.through_seq(), most);
    uint64_t first = 0, last = 0;  // log indices
    LaneKey key{caller_.text(), acknowledge_.lane()};
    auto rows = store_.Iterate(kMailbox, LanePrefix(key));
    if (!rows.ok()) return rows.status();
    store::Iterator& it = **rows;
    for (it.Seek(MailboxKey(key, after + 1)); it.Valid(); it.Next()) {
      auto item = ReadMailboxItem(it);
      if (!item.ok()) return item.status();
      if (item->seq > through) break;
      last = item->row.log_index();
      if (item->seq == after + 1) first = last;
      if (item->row.origin().empty()) continue;
      if (auto status = MatchRow(item->row, command, forwarded); !status.ok()) return status;
    }
    if (!it.status().ok()) return it.status();
    by_index_.erase(by_index_.begin(), by_index_.lower_bound(first));
    if (through < acknowledge_.through_seq()) {
      by_index_.erase(by_index_.upper_bound(last), by_index_.end());
    }
    if (!by_index_.empty()) return Unfit("A record is acknowledged that is not in the range.");
    command.set_from_seq(after + 1);
    command.set_through_seq(through);
    command.mutable_key_ids()->Assign(key_ids_.begin(), key_ids_.end());
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<v1::Acknowledgement> ReadOne(const v1::SignedStatement& statement) {
    if (auto status = record::CheckParsed(statement); !status.ok()) return status;
    auto key = [&](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
      auto found = view_.registry.FindKey(caller_.text(), id, crypto::KeyUse::kAcknowledgement,
                                          view_.next_index, instant_);
      if (!found.ok()) return found.status();
      key_ids_.insert(ToString(id));
      return found->public_key;
    };
    const ledger::GenesisFields& genesis = view_.registry.genesis().fields();
    auto body = record::ReadStatement<v1::Acknowledgement>(genesis.federation, statement, key);
    if (!body.ok()) return body;
    if (body->log_origin() != genesis.log_origin) {
      return Unfit("The acknowledgement is about another log.");
    }
    if (body->recipient() != caller_.text()) {
      return Refuse(Reason::kWrongAgency, "The acknowledgement is another agency's.");
    }
    auto latest = static_cast<uint64_t>((instant_ + limits::kClockToleranceMs).ms);
    if (body->instant_ms() > latest) {
      return Refuse(Reason::kFutureDated, "The acknowledgement is dated in the future.");
    }
    return body;
  }

  absl::Status MatchRow(const MailboxRow& row, AcknowledgementCommand& command,
                        NoticeList& forwarded) {
    auto found = by_index_.find(row.log_index());
    if (found == by_index_.end()) {
      return row.expired() ? absl::OkStatus() : Unfit("A record in the range is not acknowledged.");
    }
    const Signed& one = found->second;
    auto part = ReadStoredPart(store_, row.log_index(), row.part());
    if (!part.ok()) return part.status();
    if (one.body.record_hash() != part->submission().record_hash() ||
        one.body.origin() != row.origin()) {
      return Unfit("The acknowledgement does not name the record delivered.");
    }
    AcknowledgedItem& item = *command.add_items();
    item.set_origin(row.origin());
    item.set_record_hash(one.body.record_hash());
    v1::Notice& notice = *forwarded.add_notices();
    notice.set_type(v1::NOTICE_TYPE_ACKNOWLEDGEMENT);
    *notice.mutable_statement() = *one.statement;
    by_index_.erase(found);
    return absl::OkStatus();
  }

  const v1::PullAcknowledge& acknowledge_;
  const AgencyId& caller_;
  const View& view_;
  const store::Reader& store_;
  const Instant instant_;
  ByIndex by_index_;
  std::set<std::string> key_ids_;
};

}  // namespace

absl::StatusOr<std::optional<Command>> MakeAcknowledgement(const v1::PullAcknowledge& acknowledge,
                                                           const AgencyId& caller,
                                                           const LaneState& lane, const View& view,
                                                           const store::Reader& store,
                                                           Instant instant, Random& random) {
  auto status = view.registry.CheckAdmitted(caller.text(), view.next_index, instant);
  if (!status.ok()) return status;
  if (!v1::Lane_IsValid(acknowledge.lane()) || acknowledge.lane() == v1::LANE_UNSPECIFIED ||
      acknowledge.through_seq() > lane.last) {
    return Refuse(Reason::kMalformed, "The range acknowledged is not one of the mailbox.");
  }
  if (acknowledge.through_seq() <= lane.acknowledged) return std::nullopt;

  Range range(acknowledge, caller, view, store, instant);
  if (status = range.ReadStatements(); !status.ok()) return status;
  CommandBody body = NewCommandBody(view, instant, random);
  AcknowledgementCommand& command = *body.mutable_acknowledgement();
  NoticeList forwarded;
  if (status = range.Match(lane.acknowledged, command, forwarded); !status.ok()) return status;
  command.set_agency(caller.text());
  command.set_lane(acknowledge.lane());
  auto made = MakeCommand(std::move(body), {forwarded.SerializeAsString()});
  if (!made.ok()) return made.status();
  return *std::move(made);
}

}  // namespace entente::broker

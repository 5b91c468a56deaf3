#include "broker/fetch.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "broker/command.pb.h"
#include "broker/decide_again.h"
#include "broker/delivery.h"
#include "broker/rows.h"
#include "core/base/limits.h"
#include "core/ledger/parts.h"
#include "core/record/strict.h"

namespace entente::broker {
namespace {

// Room for the checkpoint and the message's own framing.
constexpr size_t kDeliveriesBytes = limits::kMessageBytes - limits::kEntryBytes;

// Calls `visit` for the rows after `after` that are delivered and covered, until it says enough.
template <typename Visit>
absl::Status ForEachWaiting(const FetchContext& context, const LaneKey& lane, uint64_t after,
                            Visit visit) {
  auto rows = context.store.Iterate(kMailbox, LanePrefix(lane));
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  for (it.Seek(MailboxKey(lane, after + 1)); it.Valid(); it.Next()) {
    auto item = ReadMailboxItem(it);
    if (!item.ok()) return item.status();
    const MailboxRow& row = item->row;
    if (std::max(row.log_index(), row.again_index()) >= context.tree_size) break;
    if (row.expired() && !row.refused()) continue;
    absl::StatusOr<bool> more = visit(*item);
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  return it.status();
}

const v1::Access* FindAccess(const v1::Record& record, std::string_view agency) {
  const auto found = std::ranges::find(record.access(), agency, &v1::Access::recipient);
  return found == record.access().end() ? nullptr : &*found;
}

// Records that wait, and the decisions under which they do.
class Waiting {
 public:
  Waiting(const FetchContext& context, const AgencyId& agency)
      : context_(context), agency_(agency), standing_(context.view, context.instant) {}

  // nullopt: it must be decided again. `decided`: of the row, as it stands.
  absl::StatusOr<std::optional<v1::Record>> Read(const MailboxRow& row,
                                                 const v1::Part& decided) const {
    if (standing_.IsOutOfDate(decided)) return std::nullopt;
    auto body = ReadBodyBytes(context_.store, row.log_index());
    if (!body.ok()) return body.status();
    v1::Record record;
    if (!record.ParseFromString(*body)) return Damaged(kBodies);
    const v1::Access* own = FindAccess(record, agency_.text());
    if (own == nullptr) return Damaged(kBodies);
    if (!standing_.MayHaveChanged(decided, *own)) return record;
    const auto stands = Stands(row, decided, record);
    if (!stands.ok()) return stands.status();
    if (!*stands) return std::nullopt;
    return record;
  }

 private:
  absl::StatusOr<bool> Stands(const MailboxRow& row, const v1::Part& decided,
                              const v1::Record& record) const {
    auto first = ReadStoredPart(context_.store, row.log_index(), row.part());
    if (!first.ok()) return first.status();
    auto candidate = FromStored(record);
    if (!candidate.ok()) return candidate.status();
    const WaitingRecord waiting{*std::move(candidate),
                                agency_.text(),
                                row.log_index(),
                                {static_cast<int64_t>(first->instant_ms())}};
    return StillStands(waiting, decided, context_.view, context_.instant);
  }

  const FetchContext& context_;
  const AgencyId& agency_;
  const StandingDecisions standing_;
};

class Reading {
 public:
  Reading(const FetchContext& context, const AgencyId& agency, size_t max)
      : context_(context), agency_(agency), waiting_(context, agency), max_(max) {}

  // Nothing is behind what must be decided again.
  absl::Status ReadLane(v1::Lane lane, uint64_t after) {
    if (undecided_ || full_) return absl::OkStatus();
    return ForEachWaiting(context_, {agency_.text(), lane}, after,
                          [&](const MailboxItem& item) -> absl::StatusOr<bool> {
                            auto delivery = Make(item.row);
                            if (!delivery.ok()) return delivery.status();
                            undecided_ = !*delivery;
                            if (undecided_) return false;
                            (*delivery)->set_lane(lane);
                            (*delivery)->set_mailbox_seq(item.seq);
                            Add(**std::move(delivery));
                            return !full_;
                          });
  }

  v1::PullResponse Take() { return std::move(response_); }

 private:
  void Add(v1::Delivery delivery) {
    size_t size = delivery.ByteSizeLong();
    int count = response_.deliveries_size();
    full_ = static_cast<size_t>(count) >= max_ || (count > 0 && bytes_ + size > kDeliveriesBytes);
    if (full_) return;
    bytes_ += size;
    *response_.add_deliveries() = std::move(delivery);
    full_ = response_.deliveries_size() == static_cast<int>(max_);
  }

  // What the rows of one entry have in common. Acknowledgements that were logged together stand
  // side by side in a lane, and are one body.
  struct Common {
    uint64_t log_index;
    uint32_t part;
    v1::Evidence evidence;
    NoticeList notices;
  };

  absl::StatusOr<v1::Evidence> EvidenceOf(uint64_t index, uint32_t number) const {
    auto part = ReadSaltedPart(context_.store, index, number);
    if (!part.ok()) return part.status();
    auto entry = context_.log.Entry(index);
    if (!entry.ok()) return entry.status();
    auto path = context_.log.Inclusion(index, context_.tree_size);
    if (!path.ok()) return path.status();
    return MakeEvidence(index, *entry, *part, *path);
  }

  absl::Status Read(const MailboxRow& row) {
    uint64_t index = row.log_index();
    if (common_ && common_->log_index == index && common_->part == row.part()) {
      return absl::OkStatus();
    }
    common_.reset();
    auto evidence = EvidenceOf(index, row.part());
    if (!evidence.ok()) return evidence.status();
    auto body = ReadBodyBytes(context_.store, index);
    if (!body.ok()) return body.status();
    NoticeList notices;
    if (!notices.ParseFromString(*body)) return Damaged(kBodies);
    common_ = Common{index, row.part(), *std::move(evidence), std::move(notices)};
    return absl::OkStatus();
  }

  // nullopt: it must be decided again.
  absl::StatusOr<std::optional<v1::Delivery>> Make(const MailboxRow& row) {
    if (!row.origin().empty()) return MakeRecord(row);
    if (auto status = Read(row); !status.ok()) return status;
    v1::Delivery delivery;
    *delivery.mutable_evidence() = common_->evidence;
    // Of what was decided again there is the evidence alone.
    const NoticeList& list = common_->notices;
    if (row.item() == 0 && list.notices().empty()) return delivery;
    if (row.item() >= static_cast<uint32_t>(list.notices_size())) return Damaged(kBodies);
    *delivery.mutable_notice() = list.notices(static_cast<int>(row.item()));
    return delivery;
  }

  absl::StatusOr<std::optional<v1::Delivery>> MakeRecord(const MailboxRow& row) {
    v1::Delivery delivery;
    auto first = EvidenceOf(row.log_index(), row.part());
    if (!first.ok()) return first.status();
    *delivery.mutable_evidence() = *std::move(first);
    if (row.again_index() != 0) {
      auto again = EvidenceOf(row.again_index(), kRecipientPartAgain);
      if (!again.ok()) return again.status();
      *delivery.mutable_again() = *std::move(again);
    }
    if (row.refused()) return delivery;
    const v1::Evidence& newest = delivery.has_again() ? delivery.again() : delivery.evidence();
    v1::Part decided;
    if (!decided.ParseFromString(newest.part()) ||
        ledger::DecidedIn(decided).decisions_size() != 1) {
      return Damaged(kParts);
    }
    auto record = waiting_.Read(row, decided);
    if (!record.ok()) return record.status();
    if (!*record) return std::nullopt;
    auto own =
        StripRecord(**std::move(record), agency_.text(), ledger::DecidedIn(decided).decisions(0));
    if (!own.ok()) return own.status();
    delivery.set_record(record::Encode(*own));
    auto note =
        MakeWithholdingNote(context_.genesis, context_.note_key, decided, newest.log_index());
    if (note) *delivery.mutable_withholding_note() = *std::move(note);
    return delivery;
  }

  const FetchContext& context_;
  const AgencyId& agency_;
  const Waiting waiting_;
  const size_t max_;
  v1::PullResponse response_;
  size_t bytes_ = 0;
  bool full_ = false;
  bool undecided_ = false;
  std::optional<Common> common_;
};

absl::Status FindUndecidedIn(const FetchContext& context, const LaneKey& lane, uint64_t after,
                             const AgencyId& agency, size_t max, std::vector<MailboxItem>& found) {
  const Waiting waiting(context, agency);
  size_t seen = 0;
  return ForEachWaiting(context, lane, after, [&](const MailboxItem& item) -> absl::StatusOr<bool> {
    if (++seen > max) return false;
    if (item.row.origin().empty() || item.row.refused()) return true;
    auto decided = ReadDecided(context.store, item.row);
    if (!decided.ok()) return decided.status();
    auto record = waiting.Read(item.row, *decided);
    if (!record.ok()) return record.status();
    if (!*record) found.push_back(item);
    return true;
  });
}

}  // namespace

absl::StatusOr<v1::PullResponse> FetchMailbox(const FetchContext& context, const AgencyId& agency,
                                              LanePositions after, size_t max) {
  Reading reading(context, agency, max);
  if (auto status = reading.ReadLane(v1::LANE_URGENT, after.urgent); !status.ok()) return status;
  if (auto status = reading.ReadLane(v1::LANE_BULK, after.bulk); !status.ok()) return status;
  return reading.Take();
}

absl::StatusOr<std::vector<MailboxItem>> FindUndecided(const FetchContext& context,
                                                       const AgencyId& agency, LanePositions after,
                                                       size_t max) {
  std::vector<MailboxItem> found;
  for (const auto& [lane, position] :
       {std::pair{v1::LANE_URGENT, after.urgent}, std::pair{v1::LANE_BULK, after.bulk}}) {
    auto status = FindUndecidedIn(context, {agency.text(), lane}, position, agency, max, found);
    if (!status.ok()) return status;
    if (!found.empty()) break;
  }
  return found;
}

}  // namespace entente::broker

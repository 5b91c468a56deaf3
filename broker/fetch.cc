#include "broker/fetch.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "broker/command.pb.h"
#include "broker/delivery.h"
#include "broker/rows.h"
#include "core/base/limits.h"
#include "core/record/strict.h"

namespace entente::broker {
namespace {

// Room for the checkpoint and the message's own framing.
constexpr size_t kDeliveriesBytes = limits::kMessageBytes - limits::kEntryBytes;

class Reading {
 public:
  Reading(const FetchContext& context, const AgencyId& agency, size_t max)
      : context_(context), agency_(agency), max_(max) {}

  absl::Status ReadLane(v1::Lane lane, uint64_t after) {
    LaneKey key{agency_.text(), lane};
    auto rows = context_.store.Iterate(kMailbox, LanePrefix(key));
    if (!rows.ok()) return rows.status();
    store::Iterator& it = **rows;
    for (it.Seek(MailboxKey(key, after + 1)); it.Valid() && !full_; it.Next()) {
      auto item = ReadMailboxItem(it);
      if (!item.ok()) return item.status();
      if (item->row.log_index() >= context_.tree_size) break;
      if (item->row.expired()) continue;
      auto delivery = Make(item->row);
      if (!delivery.ok()) return delivery.status();
      delivery->set_lane(lane);
      delivery->set_mailbox_seq(item->seq);
      Add(*std::move(delivery));
    }
    return it.status();
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
    std::string body;
    NoticeList notices;  // of the body, unless it is a record
  };

  absl::Status Read(const MailboxRow& row) {
    uint64_t index = row.log_index();
    if (common_ && common_->log_index == index && common_->part == row.part()) {
      return absl::OkStatus();
    }
    common_.reset();
    auto part = ReadSaltedPart(context_.store, index, row.part());
    if (!part.ok()) return part.status();
    auto entry = context_.log.Entry(index);
    if (!entry.ok()) return entry.status();
    auto path = context_.log.Inclusion(index, context_.tree_size);
    if (!path.ok()) return path.status();
    auto body = ReadBodyBytes(context_.store, index);
    if (!body.ok()) return body.status();
    NoticeList notices;
    if (row.origin().empty() && !notices.ParseFromString(*body)) return Damaged(kBodies);
    common_ = Common{index, row.part(), MakeEvidence(index, *entry, *part, *path), *std::move(body),
                     std::move(notices)};
    return absl::OkStatus();
  }

  absl::StatusOr<v1::Delivery> Make(const MailboxRow& row) {
    if (auto status = Read(row); !status.ok()) return status;
    v1::Delivery delivery;
    absl::Status status;
    if (row.origin().empty()) {
      *delivery.mutable_evidence() = common_->evidence;
      status = SetNotice(row, common_->notices, delivery);
    } else {
      Common alone = *std::exchange(common_, std::nullopt);
      *delivery.mutable_evidence() = std::move(alone.evidence);
      status = SetRecord(row, alone.body, delivery);
    }
    if (!status.ok()) return status;
    return delivery;
  }

  absl::Status SetNotice(const MailboxRow& row, const NoticeList& list,
                         v1::Delivery& delivery) const {
    if (row.item() >= static_cast<uint32_t>(list.notices_size())) return Damaged(kBodies);
    *delivery.mutable_notice() = list.notices(static_cast<int>(row.item()));
    return absl::OkStatus();
  }

  absl::Status SetRecord(const MailboxRow& row, const std::string& body,
                         v1::Delivery& delivery) const {
    v1::Part part;
    v1::Record record;
    if (!part.ParseFromString(delivery.evidence().part()) ||
        part.submission().decisions_size() != 1) {
      return Damaged(kParts);
    }
    if (!record.ParseFromString(body)) return Damaged(kBodies);
    auto own = StripRecord(std::move(record), agency_.text(), part.submission().decisions(0));
    if (!own.ok()) return own.status();
    delivery.set_record(record::Encode(*own));
    auto note = MakeWithholdingNote(context_.genesis, context_.note_key, part, row.log_index());
    if (note) *delivery.mutable_withholding_note() = *std::move(note);
    return absl::OkStatus();
  }

  const FetchContext& context_;
  const AgencyId& agency_;
  const size_t max_;
  v1::PullResponse response_;
  size_t bytes_ = 0;
  bool full_ = false;
  std::optional<Common> common_;
};

}  // namespace

absl::StatusOr<v1::PullResponse> FetchMailbox(const FetchContext& context, const AgencyId& agency,
                                              LanePositions after, size_t max) {
  Reading reading(context, agency, max);
  if (auto status = reading.ReadLane(v1::LANE_URGENT, after.urgent); !status.ok()) return status;
  if (auto status = reading.ReadLane(v1::LANE_BULK, after.bulk); !status.ok()) return status;
  return reading.Take();
}

}  // namespace entente::broker

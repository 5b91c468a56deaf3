#include "broker/fsck_deliveries.h"

#include <algorithm>

#include "broker/rows.h"
#include "core/record/notice_forms.h"
#include "core/record/statements.h"
#include "core/record/words.h"
#include "entente/v1/record.pb.h"

namespace entente::broker {
namespace {

// Of what is still held: a record's header and a gap note say their lane.
v1::Lane LaneOfBody(const std::string& body, bool is_record) {
  v1::Record record;
  v1::RecordHeader header;
  if (is_record) {
    bool read = record.ParseFromString(body) && header.ParseFromString(record.header());
    return read ? record::LaneOf(header.urgency()) : v1::LANE_UNSPECIFIED;
  }
  NoticeList list;
  v1::GapNote gap;
  bool read = list.ParseFromString(body) && list.notices_size() == 1 &&
              gap.ParseFromString(list.notices(0).statement().body());
  return read && v1::Lane_IsValid(gap.lane()) ? gap.lane() : v1::LANE_UNSPECIFIED;
}

// A gap note's own body says it.
v1::Lane LaneOfNotice(std::string_view type) {
  if (type == record::kStatementType<v1::GapNote>) return v1::LANE_UNSPECIFIED;
  const record::NoticeForm* const form = record::FindNoticeForm(type);
  return form != nullptr && record::IsUrgent(form->type) ? v1::LANE_URGENT : v1::LANE_BULK;
}

}  // namespace

void Deliveries::Note(uint64_t log_index, uint16_t number, const v1::Part& part) {
  const v1::AcknowledgementPart& range = part.acknowledgement();
  if (part.has_again()) return NoteAgain(log_index, part);
  if (number == 0) {
    for (const std::string& hash : range.record_hashes()) {
      taken_[{part.reader(), hash}] = range.lane();
    }
    return;
  }
  std::vector<Given>& given = given_[part.reader()];
  if (part.has_submission()) {
    given.push_back({log_index, part.submission().record_hash(), v1::LANE_UNSPECIFIED,
                     part.reader(), log_index});
  } else if (part.has_notice()) {
    given.push_back({log_index, "", LaneOfNotice(part.notice().type()), "", log_index});
  }
  for (int i = 0; i < range.record_hashes_size(); ++i) {
    given.push_back({log_index, "", range.lane(), "", log_index});
  }
}

// The origin is told in the lane of the record.
void Deliveries::NoteAgain(uint64_t log_index, const v1::Part& part) {
  const v1::SubmissionPart& decided = part.again().decided();
  if (part.reader() != decided.origin()) return;
  given_[part.reader()].push_back({log_index, decided.record_hash(), v1::LANE_UNSPECIFIED,
                                   decided.decisions(0).recipient(), part.again().first_index()});
}

v1::Lane Deliveries::LaneOf(const Given& given) const {
  if (given.lane != v1::LANE_UNSPECIFIED) return given.lane;
  auto taken = taken_.find({given.holder, given.record_hash});
  if (taken != taken_.end()) return taken->second;
  auto body = ReadBodyBytes(store_, given.body_index);
  return body.ok() ? LaneOfBody(*body, !given.record_hash.empty()) : v1::LANE_UNSPECIFIED;
}

void Deliveries::FindLanes() {
  for (auto& [reader, all] : given_) {
    std::array<uint64_t, v1::Lane_ARRAYSIZE> through{};
    for (Given& given : all) {
      given.lane = LaneOf(given);
      ++through[given.lane];
      given.through = through;
    }
  }
}

std::map<std::string, uint64_t> Deliveries::Counts() const {
  std::map<std::string, uint64_t> counts;
  for (const auto& [reader, all] : given_) counts[reader] = all.size();
  return counts;
}

bool Deliveries::MayStandAt(const LaneKey& lane, uint64_t seq, const DeliveryPlace& place) const {
  auto found = given_.find(lane.agency);
  if (found == given_.end()) return false;
  const std::vector<Given>& all = found->second;
  auto first = std::ranges::lower_bound(all, place.log_index, {}, &Given::log_index);
  auto at = static_cast<size_t>(first - all.begin()) + place.ordinal;
  if (at >= all.size() || all[at].log_index != place.log_index) return false;
  const Given& given = all[at];
  bool known = given.lane != v1::LANE_UNSPECIFIED;
  if (known && given.lane != lane.lane) return false;
  uint64_t least = given.through[lane.lane] + (known ? 0 : 1);
  uint64_t most = given.through[lane.lane] + given.through[v1::LANE_UNSPECIFIED];
  return least <= seq && seq <= most;
}

}  // namespace entente::broker

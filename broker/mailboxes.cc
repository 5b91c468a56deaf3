#include "broker/mailboxes.h"

#include <algorithm>
#include <memory>

#include "broker/rows.h"

namespace entente::broker {

Waiting WaitingOf(const MailboxRow& row, const std::string& recipient) {
  bool notice = row.origin().empty();
  return {.origin = notice ? row.from() : row.origin(), .recipient = recipient, .notice = notice};
}

uint64_t EarlierExpiry(uint64_t a, uint64_t b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

absl::Status Mailboxes::LoadCursors(const store::Reader& store) {
  auto rows = store.Iterate(kCursors, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& row = **rows;
  for (row.SeekToFirst(); row.Valid(); row.Next()) {
    auto key = ParseLanePrefix(row.key());
    auto through = ParseIndexKey(row.value());
    if (!key || !through) return Damaged(kCursors);
    lanes_[*key] = {.last = *through, .acknowledged = *through, .next_expiry = 0};
  }
  return row.status();
}

absl::Status Mailboxes::LoadRows(const store::Reader& store, Usage& usage) {
  auto rows = store.Iterate(kMailbox, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    auto item = ReadMailboxItem(it);
    if (!item.ok()) return item.status();
    const MailboxRow& row = item->row;
    LaneState& lane = lanes_[item->lane];
    lane.last = item->seq;
    if (row.expired()) continue;
    lane.next_expiry = EarlierExpiry(lane.next_expiry, row.expires_ms());
    BodyState& body = bodies_[row.log_index()];
    body.origin = row.origin();
    body.bytes = row.bytes();
    ++body.waiting;
    usage.AddWaiting(WaitingOf(row, item->lane.agency), 1);
  }
  return it.status();
}

absl::Status Mailboxes::Load(const store::Reader& store, Usage& usage) {
  MutexLock lock(&mutex_);
  if (auto status = LoadCursors(store); !status.ok()) return status;
  if (auto status = LoadRows(store, usage); !status.ok()) return status;
  for (const auto& [index, body] : bodies_) {
    if (!body.origin.empty()) {
      usage.AddQueued(body.origin, 1, static_cast<int64_t>(body.bytes));
    }
  }
  return absl::OkStatus();
}

LaneState Mailboxes::Lane(const LaneKey& key) const {
  MutexLock lock(&mutex_);
  auto it = lanes_.find(key);
  return it == lanes_.end() ? LaneState{} : it->second;
}

std::optional<BodyState> Mailboxes::Body(uint64_t log_index) const {
  MutexLock lock(&mutex_);
  auto it = bodies_.find(log_index);
  if (it == bodies_.end()) return std::nullopt;
  return it->second;
}

std::vector<LaneKey> Mailboxes::LanesDue(Instant now) const {
  MutexLock lock(&mutex_);
  std::vector<LaneKey> due;
  for (const auto& [key, lane] : lanes_) {
    if (lane.next_expiry != 0 && static_cast<int64_t>(lane.next_expiry) <= now.ms) {
      due.push_back(key);
    }
  }
  return due;
}

void Mailboxes::SetNextExpiry(const LaneKey& key, uint64_t last, uint64_t next_expiry) {
  MutexLock lock(&mutex_);
  auto it = lanes_.find(key);
  if (it != lanes_.end() && it->second.last == last) it->second.next_expiry = next_expiry;
}

void Mailboxes::Commit(const MailboxChanges& changes, Usage& usage) {
  MutexLock lock(&mutex_);
  for (const auto& [key, lane] : changes.lanes) lanes_[key] = lane;
  for (const auto& [index, body] : changes.bodies) {
    bool known = bodies_.contains(index);
    bool wanted = body.waiting > 0;
    if (known != wanted && !body.origin.empty()) {
      int64_t sign = wanted ? 1 : -1;
      usage.AddQueued(body.origin, sign, sign * static_cast<int64_t>(body.bytes));
    }
    if (wanted) {
      bodies_[index] = body;
    } else {
      bodies_.erase(index);
    }
  }
  for (const auto& [what, by] : changes.waiting) usage.AddWaiting(what, by);
}

}  // namespace entente::broker

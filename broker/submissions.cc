#include "broker/submissions.h"

#include <algorithm>
#include <limits>

#include "broker/rows.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::broker {
namespace {

bool BelowWindow(uint64_t number, uint64_t highest) {
  return highest >= limits::kSubmissionWindow && number <= highest - limits::kSubmissionWindow;
}

absl::Status Reused(std::string text, std::optional<uint64_t> log_index) {
  return Refuse({Reason::kRecordIdReused, "", std::move(text), "", "", log_index});
}

}  // namespace

std::string EncodeSubmitted(uint64_t number, const Submitted& submitted) {
  return Framing()
      .Raw(submitted.hash)
      .Raw(submitted.record_id)
      .U64(submitted.log_index)
      .U64(number)
      .str();
}

std::optional<Submitted> DecodeSubmitted(uint64_t number, std::string_view bytes) {
  constexpr size_t kHash = sizeof(Digest);
  constexpr size_t kId = sizeof(RecordId);
  constexpr size_t kU64 = sizeof(uint64_t);
  if (bytes.size() != kHash + kId + 2 * kU64) return std::nullopt;
  if (ParseIndexKey(bytes.substr(kHash + kId + kU64)) != number) return std::nullopt;
  return Submitted{*FixedBytes<kHash>(bytes.substr(0, kHash)),
                   *FixedBytes<kId>(bytes.substr(kHash, kId)),
                   *ParseIndexKey(bytes.substr(kHash + kId, kU64))};
}

absl::StatusOr<std::optional<Submitted>> Submissions::Find(std::string_view agency, uint64_t number,
                                                           const Digest& hash,
                                                           const std::optional<RecordId>& record_id,
                                                           Among among) const {
  if (number == 0) return Refuse(Reason::kMalformed, "Submission numbers run from 1.");
  MutexLock lock(&mutex_);
  auto it = windows_.find(agency);
  if (it == windows_.end()) return std::nullopt;
  const Window& window = it->second;
  bool all = among == Among::kAll;
  uint64_t end = all ? std::numeric_limits<uint64_t>::max() : published_;
  auto seen = [&](const Submitted& submitted) { return submitted.log_index < end; };

  if (BelowWindow(number, all ? window.highest : window.committed)) {
    return Reused("The submission number is too far below the highest one used.", std::nullopt);
  }
  auto same_number = window.by_number.find(number);
  if (same_number != window.by_number.end() && seen(same_number->second)) {
    if (same_number->second.hash == hash) return same_number->second;
    return Reused("The submission number was used for something else.",
                  same_number->second.log_index);
  }
  if (!record_id) return std::nullopt;
  auto same_id = window.by_id.find(*record_id);
  if (same_id == window.by_id.end()) return std::nullopt;
  const Submitted& submitted = window.by_number.at(same_id->second);
  if (!seen(submitted)) return std::nullopt;
  if (submitted.hash == hash) return submitted;
  return Reused("The record id was used for another record.", submitted.log_index);
}

void Submissions::Put(Window& window, uint64_t number, const Submitted& submitted) {
  window.by_number[number] = submitted;
  if (submitted.record_id != RecordId{}) window.by_id[submitted.record_id] = number;
}

void Submissions::Drop(Window& window, uint64_t number) {
  auto it = window.by_number.find(number);
  window.by_id.erase(it->second.record_id);
  window.by_number.erase(it);
}

std::vector<std::pair<uint64_t, Submitted>> Submissions::Add(std::string_view agency,
                                                             uint64_t number,
                                                             const Submitted& submitted) {
  MutexLock lock(&mutex_);
  Window& window = windows_[std::string(agency)];
  Put(window, number, submitted);
  window.highest = std::max(window.highest, number);
  staged_.push_back({true, std::string(agency), number, submitted});

  std::vector<std::pair<uint64_t, Submitted>> left;
  while (BelowWindow(window.by_number.begin()->first, window.highest)) {
    auto first = window.by_number.begin();
    left.emplace_back(*first);
    staged_.push_back({false, std::string(agency), first->first, first->second});
    Drop(window, first->first);
  }
  return left;
}

void Submissions::Commit() {
  MutexLock lock(&mutex_);
  for (const Change& change : staged_) {
    Window& window = windows_[change.agency];
    window.committed = window.highest;
  }
  staged_.clear();
}

void Submissions::Rollback() {
  MutexLock lock(&mutex_);
  for (auto change = staged_.rbegin(); change != staged_.rend(); ++change) {
    Window& window = windows_[change->agency];
    if (change->added) {
      Drop(window, change->number);
    } else {
      Put(window, change->number, change->submitted);
    }
    window.highest = window.committed;
  }
  staged_.clear();
}

void Submissions::Publish(uint64_t tree_size) {
  MutexLock lock(&mutex_);
  published_ = tree_size;
}

absl::Status Submissions::Load(const store::Reader& store) {
  auto rows = store.Iterate(kSubmissions, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& row = **rows;
  for (row.SeekToFirst(); row.Valid(); row.Next()) {
    auto ref = ParseSubmissionKey(row.key());
    auto submitted = ref ? DecodeSubmitted(ref->number, row.value()) : std::nullopt;
    if (!submitted) return Damaged(kSubmissions);
    Add(ref->agency, ref->number, *submitted);
  }
  Commit();
  return row.status();
}

}  // namespace entente::broker

#include "node/alarms.h"

#include <algorithm>
#include <array>

#include "node/families.h"
#include "node/table.h"

namespace entente::node {
namespace {

constexpr std::string_view kPrefix("alarm\0", 6);

std::string StoreKey(std::string_view code, std::string_view subject) {
  std::string key(kPrefix);
  key.append(code).append(1, '\0').append(subject);
  return key;
}

// What proves that someone lied, then damage here, then what may have a harmless cause.
constexpr std::array kGravestFirst = {alarm::kFork,
                                      alarm::kDeliveredThoughRefused,
                                      alarm::kDecisionDiffers,
                                      alarm::kObligationRemoved,
                                      alarm::kKeysDamaged,
                                      alarm::kLocalFault,
                                      alarm::kRecordIdShared,
                                      alarm::kAcknowledgementForged,
                                      alarm::kNumbersMissing,
                                      alarm::kOldStands,
                                      alarm::kRecallOverdue,
                                      alarm::kRestrictionOverdue,
                                      alarm::kStorageReviewMissed,
                                      alarm::kStorageReviewRecalled,
                                      alarm::kNotAcknowledged,
                                      alarm::kAnswerNotDelivered,
                                      alarm::kMeasureLapses,
                                      alarm::kReviewOverdue,
                                      alarm::kStorageReviewNear,
                                      alarm::kExpiredOnTheWay,
                                      alarm::kEvidenceBad,
                                      alarm::kRecordRefused,
                                      alarm::kNoticeBad,
                                      alarm::kStatementInvalid,
                                      alarm::kPairHeadOverdue,
                                      alarm::kErasureHeld,
                                      alarm::kTextWithheld,
                                      alarm::kBrokerSilent,
                                      alarm::kClockDiffers,
                                      alarm::kKeysNotInLog,
                                      alarm::kLogNotFresh,
                                      alarm::kSubmissionRefused};

size_t RankOf(const v1::Alarm& alarm) {
  return static_cast<size_t>(std::ranges::find(kGravestFirst, alarm.code()) -
                             kGravestFirst.begin());
}

// Peers have their words in it: never more than a few lines, and whole characters.
std::string Shortened(std::string text) {
  constexpr size_t kBytes = 600;
  if (text.size() <= kBytes) return text;
  size_t end = kBytes;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text + "...";
}

}  // namespace

absl::StatusOr<Alarms> Alarms::Open(const store::Store& store) {
  Alarms alarms;
  absl::Status status =
      ForEachBytes(store, kNode, kPrefix, [&](std::string_view key, std::string_view value) {
        absl::StatusOr<v1::Alarm> alarm = ParseStored<v1::Alarm>(value);
        if (!alarm.ok()) return alarm.status();
        key.remove_prefix(kPrefix.size());
        const size_t zero = key.find('\0');
        alarms.standing_[{std::string(key.substr(0, zero)), std::string(key.substr(zero + 1))}] =
            *std::move(alarm);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return alarms;
}

void Alarms::Try() { tried_.emplace(); }

void Alarms::Undo() {
  if (!tried_) return;
  for (auto& [key, before] : *tried_) {
    if (before.alarm) {
      standing_[key] = *std::move(before.alarm);
    } else {
      standing_.erase(key);
    }
    if (!before.changed) changed_.erase(key);
  }
  tried_.reset();
}

void Alarms::Touch(const Key& key) {
  if (tried_ && !tried_->contains(key)) {
    const auto found = standing_.find(key);
    tried_->emplace(key,
                    Before{found == standing_.end() ? std::nullopt : std::optional(found->second),
                           changed_.contains(key)});
  }
  changed_.insert(key);
}

void Alarms::Raise(std::string_view code, std::string_view subject, std::string text, Instant now) {
  if (Stands(code, subject)) return;
  Key key(code, subject);
  Touch(key);
  const auto it = standing_.try_emplace(std::move(key)).first;
  it->second.set_code(std::string(code));
  it->second.set_text(Shortened(std::move(text)));
  it->second.set_since_ms(static_cast<uint64_t>(now.ms));
  it->second.set_count(1);
}

void Alarms::Count(std::string_view code, std::string_view subject, std::string text, Instant now) {
  if (!Stands(code, subject)) return Raise(code, subject, std::move(text), now);
  const Key key(code, subject);
  Touch(key);
  v1::Alarm& alarm = standing_[key];
  alarm.set_count(alarm.count() + 1);
  alarm.set_text(Shortened(std::move(text)));
}

void Alarms::Clear(std::string_view code, std::string_view subject) {
  if (!Stands(code, subject)) return;
  const Key key(code, subject);
  Touch(key);
  standing_.erase(key);
}

void Alarms::ClearOthers(std::string_view code, const std::set<std::string>& subjects) {
  for (auto it = standing_.begin(); it != standing_.end();) {
    if (it->first.first != code || subjects.contains(it->first.second)) {
      ++it;
      continue;
    }
    Touch(it->first);
    it = standing_.erase(it);
  }
}

void Alarms::AddChanges(store::WriteBatch& batch) const {
  for (const Key& key : changed_) {
    const std::string stored = StoreKey(key.first, key.second);
    const auto found = standing_.find(key);
    if (found == standing_.end()) {
      batch.Delete(kNode, stored);
    } else {
      Save(batch, kNode, stored, found->second);
    }
  }
}

bool Alarms::Stands(std::string_view code, std::string_view subject) const {
  return standing_.contains({std::string(code), std::string(subject)});
}

std::vector<v1::Alarm> Alarms::All() const {
  std::vector<v1::Alarm> all;
  for (const auto& [key, alarm] : standing_) all.push_back(alarm);
  std::ranges::stable_sort(all, {}, RankOf);
  return all;
}

}  // namespace entente::node

#include "node/trusted_time.h"

#include <algorithm>

#include "core/base/limits.h"
#include "node/families.h"
#include "node/table.h"

namespace entente::node {
namespace {

constexpr std::string_view kSureKey = "sure-time";
constexpr int64_t kLongestStepMs = limits::kDayMs;

}  // namespace

absl::StatusOr<TrustedTime> TrustedTime::Open(const store::Store& store, Instant now) {
  absl::StatusOr<std::optional<std::string>> kept = store.Get(kNode, kSureKey);
  if (!kept.ok()) return kept.status();
  TrustedTime time;
  time.sure_ = *kept ? Instant{static_cast<int64_t>(U64FromKey(**kept))} : now;
  if (*kept) time.kept_ = time.sure_;
  return time;
}

bool TrustedTime::IsSure(Instant now, Instant last_entry) const {
  return now - std::max(sure_, last_entry) <= kLongestStepMs;
}

Instant TrustedTime::Sure(Instant now, Instant last_entry) const {
  return IsSure(now, last_entry) ? now : std::max(sure_, last_entry);
}

void TrustedTime::Note(Instant now, Instant last_entry) {
  if (IsSure(now, last_entry)) sure_ = std::max(sure_, now);
}

bool TrustedTime::changed() const { return sure_ - kept_ >= limits::kHourMs; }

void TrustedTime::OnKept() {
  if (changed()) kept_ = sure_;
}

void TrustedTime::AddChanges(store::WriteBatch& batch) const {
  if (changed()) batch.Put(kNode, kSureKey, U64Key(static_cast<uint64_t>(sure_.ms)));
}

}  // namespace entente::node

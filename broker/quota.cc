#include "broker/quota.h"

#include "core/base/refusal.h"

namespace entente::broker {
namespace {

absl::Status Full(std::string_view agency, std::string_view what, uint64_t limit) {
  return Refuse(Refusal{.reason = Reason::kQuota,
                        .subject = "",
                        .text = std::string(agency) + " is at its limit of " +
                                std::to_string(limit) + " " + std::string(what) + ".",
                        .advice = "Try again when recipients have taken what waits for them.",
                        .record_id = "",
                        .log_index = std::nullopt});
}

uint64_t Moved(uint64_t count, int64_t by) {
  auto down = static_cast<uint64_t>(-by);
  if (by >= 0) return count + static_cast<uint64_t>(by);
  return count > down ? count - down : 0;
}

}  // namespace

absl::Status Usage::Check(const QuotaLimits& limits, std::string_view origin,
                          std::span<const std::string> recipients, uint64_t bytes) const {
  MutexLock lock(&mutex_);
  if (auto it = counts_.find(origin); it != counts_.end()) {
    if (it->second.records >= limits.records_queued) {
      return Full(origin, "records queued", limits.records_queued);
    }
    if (it->second.bytes + bytes > limits.bytes_queued) {
      return Full(origin, "bytes queued", limits.bytes_queued);
    }
  }
  for (const std::string& recipient : recipients) {
    auto it = counts_.find(recipient);
    if (it != counts_.end() && it->second.waiting >= limits.mailbox_records) {
      return Full(recipient, "records in its mailbox", limits.mailbox_records);
    }
  }
  return absl::OkStatus();
}

Usage::Count Usage::Of(std::string_view agency) const {
  MutexLock lock(&mutex_);
  auto it = counts_.find(agency);
  return it == counts_.end() ? Count{} : it->second;
}

void Usage::AddQueued(std::string_view origin, int64_t records, int64_t bytes) {
  MutexLock lock(&mutex_);
  Count& count = counts_[std::string(origin)];
  count.records = Moved(count.records, records);
  count.bytes = Moved(count.bytes, bytes);
}

void Usage::AddWaiting(std::string_view recipient, int64_t records) {
  MutexLock lock(&mutex_);
  Count& count = counts_[std::string(recipient)];
  count.waiting = Moved(count.waiting, records);
}

}  // namespace entente::broker

#include "broker/quota.h"

#include <algorithm>

#include "core/base/refusal.h"

namespace entente::broker {
namespace {

constexpr std::string_view kWhenTaken = "Try again when recipients have taken what waits for them.";
constexpr std::string_view kTomorrow =
    "Try again tomorrow; the outbox does so by itself. If this is honest use, ask the operator.";

absl::Status Full(std::string_view agency, std::string_view what, uint64_t limit,
                  std::string_view advice = kWhenTaken) {
  return Refuse(Refusal{.reason = Reason::kQuota,
                        .subject = "",
                        .text = std::string(agency) + " is at its limit of " +
                                std::to_string(limit) + " " + std::string(what) + ".",
                        .advice = std::string(advice),
                        .record_id = "",
                        .log_index = std::nullopt});
}

uint64_t Moved(uint64_t count, int64_t by) {
  auto down = static_cast<uint64_t>(-by);
  if (by >= 0) return count + static_cast<uint64_t>(by);
  return count > down ? count - down : 0;
}

// Of one recipient's mailbox, for one origin.
uint64_t ShareOf(const QuotaLimits& limits) {
  return std::max<uint64_t>(1, limits.mailbox_records / limits::kMailboxShare);
}
// For all origins of one jurisdiction.
uint64_t JurisdictionShareOf(const QuotaLimits& limits) {
  return std::max<uint64_t>(1, limits.mailbox_records / limits::kJurisdictionShare);
}

std::string JurisdictionOf(std::string_view agency) {
  return std::string(agency.substr(0, agency.find('.')));
}

int64_t DayOf(Instant instant) { return instant.ms / limits::kDayMs; }

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
    auto status = CheckShare(limits, {std::string(origin), recipient, false});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Usage::CheckNotice(const QuotaLimits& limits, std::string_view origin,
                                std::string_view recipient) const {
  MutexLock lock(&mutex_);
  auto it = counts_.find(origin);
  if (it != counts_.end() && it->second.notices >= limits.records_queued) {
    return Full(origin, "notices queued", limits.records_queued);
  }
  return CheckShare(limits, {std::string(origin), std::string(recipient), true});
}

absl::Status Usage::CheckRefused(const QuotaLimits& limits, std::string_view origin,
                                 Instant instant) const {
  MutexLock lock(&mutex_);
  if (OnDay(refused_, origin, instant).count < limits.refused_per_day) return absl::OkStatus();
  return Full(origin, "submissions a day that every recipient's policy refuses",
              limits.refused_per_day, kTomorrow);
}

absl::Status Usage::CheckOpen(const QuotaLimits& limits, const OpenAccount& account, uint64_t bytes,
                              Instant instant) const {
  MutexLock lock(&mutex_);
  uint64_t times = 1;
  for (const std::string& name : {account.name, account.above}) {
    Daily day = OnDay(open_, name, instant);
    if (!name.empty() && day.count >= limits.open_per_day * times) {
      return Full(name, "statements published a day", limits.open_per_day * times, kTomorrow);
    }
    if (!name.empty() && day.bytes + bytes > limits.open_bytes_per_day * times) {
      return Full(name, "bytes published a day", limits.open_bytes_per_day * times, kTomorrow);
    }
    times = limits::kOpenShare;
  }
  return absl::OkStatus();
}

Usage::Count Usage::Of(std::string_view agency) const {
  MutexLock lock(&mutex_);
  auto it = counts_.find(agency);
  return it == counts_.end() ? Count{} : it->second;
}

absl::Status Usage::CheckShare(const QuotaLimits& limits, const Waiting& what) const {
  std::string where =
      std::string(what.notice ? "notices" : "records") + " in the mailbox of " + what.recipient;
  if (WaitingOf(what) >= ShareOf(limits)) return Full(what.origin, where, ShareOf(limits));
  Waiting all{JurisdictionOf(what.origin), what.recipient, what.notice};
  if (WaitingOf(all) < JurisdictionShareOf(limits)) return absl::OkStatus();
  return Full("All of " + all.origin, where, JurisdictionShareOf(limits));
}

uint64_t Usage::WaitingOf(const Waiting& what) const {
  auto it = waiting_.find(what);
  return it == waiting_.end() ? 0 : it->second;
}

Usage::Daily Usage::OnDay(const DailyCounts& counts, std::string_view key, Instant instant) {
  auto it = counts.find(key);
  return it == counts.end() || it->second.day != DayOf(instant) ? Daily{} : it->second;
}

void Usage::AddOnDay(DailyCounts& counts, std::string_view key, Daily more, Instant instant) {
  Daily& daily = counts[std::string(key)];
  if (daily.day != DayOf(instant)) daily = {DayOf(instant), 0, 0};
  daily.count += more.count;
  daily.bytes += more.bytes;
}

void Usage::AddQueued(std::string_view origin, int64_t records, int64_t bytes) {
  MutexLock lock(&mutex_);
  Count& count = counts_[std::string(origin)];
  count.records = Moved(count.records, records);
  count.bytes = Moved(count.bytes, bytes);
}

void Usage::AddWaiting(const Waiting& what, int64_t rows) {
  MutexLock lock(&mutex_);
  Count& recipient = counts_[what.recipient];
  uint64_t& in_mailbox = what.notice ? recipient.waiting_notices : recipient.waiting;
  in_mailbox = Moved(in_mailbox, rows);
  if (what.origin.empty()) return;
  if (what.notice) {
    uint64_t& notices = counts_[what.origin].notices;
    notices = Moved(notices, rows);
  }
  for (const std::string& origin : {what.origin, JurisdictionOf(what.origin)}) {
    auto it = waiting_.try_emplace({origin, what.recipient, what.notice}, 0).first;
    it->second = Moved(it->second, rows);
    if (it->second == 0) waiting_.erase(it);
  }
}

void Usage::AddRefused(std::string_view origin, uint64_t count, Instant instant) {
  MutexLock lock(&mutex_);
  AddOnDay(refused_, origin, {0, count, 0}, instant);
}

void Usage::AddOpen(const OpenAccount& account, uint64_t bytes, Instant instant) {
  MutexLock lock(&mutex_);
  AddOnDay(open_, account.name, {0, 1, bytes}, instant);
  if (!account.above.empty()) AddOnDay(open_, account.above, {0, 1, bytes}, instant);
}

}  // namespace entente::broker

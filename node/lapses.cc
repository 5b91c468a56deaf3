#include "node/lapses.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/record/calendar_type.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/lead_answers.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr int64_t kToldAfterMs = 30 * limits::kDayMs;

// So many working days before; without a calendar so many days, in which any State has them,
// whatever its weekend and holidays.
struct Level {
  int working_days;
  int64_t any_ms;
};
constexpr std::array<Level, 3> kLevels = {
    {{1, 4 * limits::kDayMs}, {2, 7 * limits::kDayMs}, {5, 14 * limits::kDayMs}}};

bool IsWithin(const Level& level, const std::optional<int>& left, Instant from, Instant end) {
  return left ? *left <= level.working_days : end - from <= level.any_ms;
}

Instant At(uint64_t ms) { return {static_cast<int64_t>(ms)}; }

class Watch {
 public:
  Watch(Ground& ground, Instant now) : ground_(ground), now_(now) {}

  absl::Status Sent(const state::SentRecord& lead);
  absl::Status Received(const state::ReceivedRecord& lead);
  void Close() { ground_.alarms.ClearOthers(alarm::kMeasureLapses, told_); }

 private:
  void Tell(const std::string& record_id, const std::string& agency,
            const v1::LeadStanding& standing);
  const std::optional<WorkingTime>& TimeOf(const std::string& jurisdiction);

  Ground& ground_;
  const Instant now_;
  std::map<std::string, std::optional<WorkingTime>> times_;
  std::set<std::string> told_;
};

const std::optional<WorkingTime>& Watch::TimeOf(const std::string& jurisdiction) {
  const auto found = times_.find(jurisdiction);
  if (found != times_.end()) return found->second;
  return times_
      .emplace(jurisdiction, WorkingTimeOf(ground_.federation.registry(), jurisdiction, now_))
      .first->second;
}

absl::Status Watch::Sent(const state::SentRecord& lead) {
  if (lead.stage() == state::STAGE_PURGED || lead.recalled_ms() != 0) return absl::OkStatus();
  for (const state::SentRecipient& recipient : lead.recipients()) {
    if (recipient.answers().empty()) continue;
    absl::StatusOr<std::vector<KeptAnswer>> answers = AnswersOf(ground_, recipient, now_);
    if (!answers.ok()) return answers.status();
    Tell(lead.record_id(), recipient.recipient(),
         StandingOf(recipient.recipient(), *answers, now_));
  }
  return absl::OkStatus();
}

absl::Status Watch::Received(const state::ReceivedRecord& lead) {
  if (lead.purged() || lead.recalled_ms() != 0) return absl::OkStatus();
  absl::StatusOr<std::vector<KeptAnswer>> answers = OwnAnswers(ground_, lead);
  if (!answers.ok()) return answers.status();
  const std::string& own = ground_.agency.text();
  Tell(lead.record_id(), own, StandingOf(own, *answers, now_));
  return absl::OkStatus();
}

void Watch::Tell(const std::string& record_id, const std::string& agency,
                 const v1::LeadStanding& standing) {
  const std::string state = agency.substr(0, agency.find('.'));
  for (const v1::MeasureStanding& one : standing.measures()) {
    const v1::TakenMeasure& measure = one.measure();
    const auto warning = WarningOf(TimeOf(state), measure, now_);
    if (!warning) continue;
    const std::string what =
        Text("measure ", measure.number(), " of ", agency, " upon lead ", ReferenceOf(record_id));
    const std::string end = FormatInstant(At(measure.until_ms()));
    const std::string subject = Text(HexOf(record_id), " ", agency, " ", measure.number(), ", ",
                                     warning->days, warning->by_calendar ? "" : " by no calendar");
    const std::string when =
        warning->days == 0 ? Text(what, " ended on ", end)
        : warning->by_calendar
            ? Text(what, " ends on ", end, ": at most ", warning->days, " working day(s) of ",
                   state, " are left")
            : Text(what, " ends on ", end, "; no calendar of ", state,
                   " is known for that time, so this is told early enough for any");
    ground_.alarms.Raise(alarm::kMeasureLapses, subject, when, now_);
    told_.insert(subject);
  }
}

}  // namespace

std::optional<WorkingTime> WorkingTimeOf(const ledger::Registry& registry,
                                         std::string_view jurisdiction, Instant now) {
  const std::string type = record::CalendarType(jurisdiction);
  const std::optional<ledger::FileInForce> file = registry.FederationFile(type, now);
  if (!file) return std::nullopt;
  const std::shared_ptr<const std::string> text = registry.FindText(file->digest);
  if (!text) return std::nullopt;
  absl::StatusOr<policy::Calendar> calendar = policy::ParseCalendar(*text, type);
  if (!calendar.ok() || calendar->jurisdiction != jurisdiction) return std::nullopt;
  const absl::StatusOr<absl::TimeZone> zone = policy::ZoneOf(*calendar);
  if (!zone.ok()) return std::nullopt;
  return WorkingTime{*std::move(calendar), *zone};
}

std::optional<int> DaysLeft(const std::optional<WorkingTime>& time, Instant now, Instant end) {
  if (!time) return std::nullopt;
  // One that ends with the day before does not hold on the next.
  return policy::WorkingDaysAfter(time->calendar, policy::LocalDay(time->zone, now),
                                  policy::LocalDay(time->zone, end - 1));
}

std::optional<LapseWarning> WarningOf(const std::optional<WorkingTime>& time,
                                      const v1::TakenMeasure& measure, Instant now) {
  if (!CanLapse(measure)) return std::nullopt;
  const Instant from = At(measure.from_ms()), end = At(measure.until_ms());
  if (end <= now) {
    return now - end < kToldAfterMs ? std::optional(LapseWarning{0, true}) : std::nullopt;
  }
  const std::optional<int> left = DaysLeft(time, now, end);
  const std::optional<int> whole = left ? DaysLeft(time, from, end) : std::nullopt;
  for (const Level& level : kLevels) {
    if (!IsWithin(level, left, now, end)) continue;
    const bool last = level.working_days == kLevels.front().working_days;
    if (!last && IsWithin(level, whole, from, end)) return std::nullopt;
    return LapseWarning{level.working_days, left.has_value()};
  }
  return std::nullopt;
}

absl::Status WatchLapses(Ground& ground, Instant now) {
  Watch watch(ground, now);
  absl::Status status = ForEach<state::SentRecord>(
      ground.db, kSent, [&](std::string_view, const state::SentRecord& sent) {
        return sent.kind() == v1::RECORD_KIND_LEAD ? watch.Sent(sent) : absl::OkStatus();
      });
  if (!status.ok()) return status;
  status = ForEach<state::ReceivedRecord>(
      ground.db, kReceived, [&](std::string_view, const state::ReceivedRecord& received) {
        return received.own_answers().empty() ? absl::OkStatus() : watch.Received(received);
      });
  if (status.ok()) watch.Close();
  return status;
}

}  // namespace entente::node

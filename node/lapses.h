// Measures that end by themselves unless somebody acts: told 5, 2 and 1 working days before, in the
// State that answers, by its calendar (docs/formats.md, "Calendars").
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/instant.h"
#include "core/ledger/registry.h"
#include "entente/v1/lead.pb.h"
#include "node/ground.h"
#include "policy/calendar.h"

namespace entente::node {

struct WorkingTime {
  policy::Calendar calendar;
  absl::TimeZone zone;
};

// By the State's calendar in force at `now`. nullopt: there is none, its text is not here, or this
// machine does not know its time zone. Thread-safe.
std::optional<WorkingTime> WorkingTimeOf(const ledger::Registry& registry,
                                         std::string_view jurisdiction, Instant now);

// Working days after the day of `now` on which a measure that ends at `end` still holds. nullopt:
// without a calendar that covers these days. Pure.
std::optional<int> DaysLeft(const std::optional<WorkingTime>& time, Instant now, Instant end);

struct LapseWarning {
  int days = 0;             // 5, 2 or 1 at most are left; 0: it has ended
  bool by_calendar = true;  // else no calendar covers the time, and it is told early enough for any
};
// nullopt: not yet to be told, or over for long. A measure that began within the 5 or 2 days is
// told of later. Pure.
std::optional<LapseWarning> WarningOf(const std::optional<WorkingTime>& time,
                                      const v1::TakenMeasure& measure, Instant now);

// An alarm for each measure that is to be told of, of this agency's own and of those told to it;
// the others are cleared. Errors: those of the store.
absl::Status WatchLapses(Ground& ground, Instant now);

}  // namespace entente::node

// Statements about an agency, each with its own period and the later over the earlier, as one
// interval of admission with gaps: core/ledger/registry_files.h.
#include <algorithm>
#include <set>
#include <utility>

#include "core/ledger/registry_files.h"

namespace entente::ledger {
namespace {

using policy::Interval;

AgencyState StateIn(const AgencyHistory& history, Instant t) {
  const auto found =
      std::find_if(history.events.rbegin(), history.events.rend(), [&](const AgencyEvent& event) {
        return event.from <= t && (!event.until || t < *event.until);
      });
  return found == history.events.rend() ? AgencyState::kUnknown : found->state;
}

// The stretches in which the agency is admitted, in order, none touching the next.
std::vector<Interval> Admitted(const AgencyHistory& history) {
  std::set<Instant> bounds;
  for (const AgencyEvent& event : history.events) {
    bounds.insert(event.from);
    if (event.until) bounds.insert(*event.until);
  }
  std::vector<Interval> out;
  for (const Instant bound : bounds) {
    const bool open = !out.empty() && !out.back().until;
    const bool admitted = StateIn(history, bound) == AgencyState::kAdmitted;
    if (admitted && !open) out.push_back({.from = bound, .until = {}});
    if (!admitted && open) out.back().until = bound;
  }
  return out;
}

}  // namespace

absl::StatusOr<std::optional<policy::Agency>> AgencyForPolicy(const std::string& agency,
                                                              const AgencyHistory& history) {
  auto id = AgencyId::Parse(agency);
  if (!id.ok()) return id.status();
  const std::vector<Interval> admitted = Admitted(history);
  if (admitted.empty()) return std::nullopt;
  policy::Agency out{.id = *std::move(id),
                     .kind = history.kind,
                     .name = history.name,
                     .admitted = {.from = admitted.front().from, .until = admitted.back().until},
                     .suspended = {}};
  for (size_t i = 1; i < admitted.size(); ++i) {
    out.suspended.push_back({.from = *admitted[i - 1].until, .until = admitted[i].from});
  }
  return out;
}

}  // namespace entente::ledger

#include "node/endings.h"

#include <algorithm>
#include <array>

#include "core/base/limits.h"
#include "node/labels.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::array<int, 4> kDaysBefore = {0, 7, 30, 90};
constexpr int64_t kToldAfterMs = 90 * limits::kDayMs;

// When this agency, or its State, leaves.
std::optional<Instant> LeavesAt(const policy::Instrument& instrument, const AgencyId& own) {
  for (const policy::InstrumentParty& party : instrument.parties) {
    if (party.party == own.text() || party.party == own.jurisdiction()) return party.member.until;
  }
  return std::nullopt;
}

void Add(std::string what, std::optional<Instant> end, Instant now, std::vector<Ending>& endings) {
  if (end && now - *end < kToldAfterMs) endings.push_back({std::move(what), *end});
}

}  // namespace

std::vector<Ending> EndingsOf(const ledger::Registry& registry, const AgencyId& own,
                              std::optional<Instant> certificate_until, Instant now) {
  std::vector<Ending> endings;
  Add("the certificate of this node", certificate_until, now, endings);
  if (const auto identity = registry.CurrentKey(own.text(), crypto::KeyUse::kIdentity, now);
      identity.ok()) {
    Add("the identity key of this agency", identity->until, now, endings);
  }
  if (const auto policy = PolicyAt(registry, own.jurisdiction(), now)) {
    Add(Text("policy ", policy->version, " of ", own.jurisdiction()), policy->valid.until, now,
        endings);
  }
  if (const auto instruments = registry.Instruments(now)) {
    for (const policy::Instrument& instrument : instruments->instruments) {
      Add(Text("instrument ", instrument.id), LeavesAt(instrument, own), now, endings);
    }
  }
  return endings;
}

std::optional<int> DaysToTell(Instant end, Instant now) {
  const auto* const days = std::ranges::find_if(
      kDaysBefore, [&](int before) { return end - now <= before * limits::kDayMs; });
  if (days == kDaysBefore.end()) return std::nullopt;
  return *days;
}

}  // namespace entente::node

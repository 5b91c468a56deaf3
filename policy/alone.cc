#include "policy/alone.h"

#include <set>
#include <string>
#include <utility>

#include "policy/tables.h"

namespace entente::policy {
namespace {

// That an agency is not registered is no fault of the policy.
std::vector<Agency> Named(const Policy& policy) {
  std::set<std::string> ids;
  for (const auto* half : {&policy.outbound, &policy.inbound}) {
    for (const std::string& id : AgenciesNamed(*half)) ids.insert(id);
  }
  std::vector<Agency> out;
  for (const std::string& id : ids) {
    const auto parsed = AgencyId::Parse(id);
    if (parsed.ok()) out.push_back({*parsed, "", id, {{0}, {}}, {}});
  }
  return out;
}

}  // namespace

absl::StatusOr<Alone> Alone::Compile(const Policy& policy, const Vocabulary& vocabulary,
                                     const Groups& groups, const Instruments& instruments) {
  SnapshotParts parts;
  parts.groups = groups;
  parts.instruments = instruments;
  parts.policies = {{policy, policy.valid.from}};
  parts.agencies = Named(policy);
  auto snapshot = Snapshot::Compile(vocabulary, parts);
  if (!snapshot.ok()) return snapshot.status();
  return Alone(policy, *std::move(snapshot));
}

const SideTables* Alone::RulesAt(Direction direction, Instant at) const {
  const PolicyTables* const rules =
      snapshot_->tables().PolicyAt(StateNumber(policy_->jurisdiction), at);
  if (rules == nullptr) return nullptr;
  return direction == Direction::kOutbound ? &rules->outbound : &rules->inbound;
}

absl::StatusOr<Space> Alone::SpaceAt(Direction direction, Instant at) const {
  const auto& half = direction == Direction::kOutbound ? policy_->outbound : policy_->inbound;
  return Space::Make(direction, policy_->jurisdiction,
                     {{&snapshot_->tables(), RulesAt(direction, at), at, AgenciesNamed(half)}});
}

}  // namespace entente::policy

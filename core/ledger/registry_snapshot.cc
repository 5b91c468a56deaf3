// From the log's state to what decide() needs: core/ledger/registry.h.
#include <algorithm>
#include <utility>

#include "core/ledger/registry_files.h"

namespace entente::ledger {
namespace {

void Narrow(const NameMap<std::vector<FileInForce>>& all, Instant instant,
            policy::Interval& serves) {
  for (const auto& [name, files] : all) {
    for (const FileInForce& file : files) {
      if (file.in_force <= instant) {
        serves.from = std::max(serves.from, file.in_force);
      } else if (!serves.until || file.in_force < *serves.until) {
        serves.until = file.in_force;
      }
    }
  }
}

// The policies of one jurisdiction that may count at an instant: the highest version in force, and
// older ones down to one whose own dates had begun by then. None when the highest is not to be had:
// an older one in its place would decide by a law that was replaced.
void AddPolicies(const State& state, const std::string& jurisdiction,
                 const std::vector<FileInForce>& files, const FederationTexts& federation,
                 const policy::Interval& serves, std::vector<policy::PolicyInForce>& out) {
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (file->in_force > serves.from) continue;
    const PolicyText text = ReadPolicy(state, jurisdiction, *file, federation);
    if (text.standing != Registry::Standing::kHeld) return;
    out.push_back({.policy = *text.policy, .in_force = file->in_force});
    if (text.policy->valid.from <= serves.from) return;
  }
}

absl::StatusOr<std::vector<policy::Agency>> AgenciesOf(const State& state) {
  std::vector<policy::Agency> out;
  for (const auto& [agency, history] : state.agencies) {
    auto made = AgencyForPolicy(agency, *history);
    if (!made.ok()) return made.status();
    if (*made) out.push_back(**std::move(made));
  }
  return out;
}

absl::StatusOr<std::shared_ptr<const policy::Snapshot>> Compile(const State& state,
                                                                const FederationTexts& federation,
                                                                const policy::Interval& serves) {
  auto agencies = AgenciesOf(state);
  if (!agencies.ok()) return agencies.status();
  policy::SnapshotParts parts{.number = state.chain.number(),
                              .hash = state.chain.hash(),
                              .groups = *federation.groups,
                              .instruments = *federation.instruments,
                              .agencies = *std::move(agencies),
                              .policies = {}};
  for (const auto& [jurisdiction, files] : state.policies) {
    AddPolicies(state, jurisdiction, files, federation, serves, parts.policies);
  }
  return policy::Snapshot::Compile(*federation.vocabulary.words, parts);
}

}  // namespace

policy::Interval Serves(const State& state, Instant instant) {
  policy::Interval serves{.from = {INT64_MIN}, .until = {}};
  Narrow(state.files, instant, serves);
  Narrow(state.policies, instant, serves);
  return serves;
}

absl::StatusOr<std::shared_ptr<const policy::Snapshot>> Registry::PolicySnapshot(
    Instant instant) const {
  if (auto ready = state_->compiled->Get(instant, snapshot_number(), snapshot_hash())) return ready;
  const auto federation = ReadFederation(*state_, instant);
  if (!federation.ok()) return federation.status();
  const policy::Interval serves = Serves(*state_, instant);
  auto compiled = Compile(*state_, *federation, serves);
  if (!compiled.ok()) return absl::FailedPreconditionError(compiled.status().message());
  state_->compiled->Set({*compiled, serves});
  return compiled;
}

Instant Registry::UnchangedSince(Instant instant) const {
  const auto snapshot = PolicySnapshot(instant);
  if (!snapshot.ok()) return {INT64_MAX};
  return std::max(Serves(*state_, instant).from, (*snapshot)->UnchangedSince(instant));
}

absl::StatusOr<std::vector<policy::Agency>> Registry::PolicyAgencies() const {
  return AgenciesOf(*state_);
}

Registry::Standing Registry::PolicyStanding(std::string_view jurisdiction, Instant instant) const {
  const FileInForce* file = InForce(state_->policies, jurisdiction, instant);
  if (!file) return Standing::kNone;
  const auto federation = ReadFederation(*state_, instant);
  if (!federation.ok()) return HasText(file->digest) ? Standing::kUnusable : Standing::kTextNotHeld;
  for (const MissingText& missing : MissingTexts(instant)) {
    const bool now = missing.kind == v1::ENTRY_KIND_POLICY && missing.file.in_force <= instant;
    if (now && missing.name == jurisdiction) return Standing::kTextNotHeld;
  }
  return ReadPolicy(*state_, jurisdiction, *file, *federation).standing;
}

}  // namespace entente::ledger

#include "core/ledger/registry.h"

#include <algorithm>
#include <utility>

#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/entry.h"
#include "core/ledger/key_lookup.h"
#include "core/ledger/registry_change.h"
#include "core/ledger/registry_state.h"
#include "core/record/calendar_type.h"

namespace entente::ledger {
namespace {

// Agencies and files are what decisions rest on; keys are not.
bool KeepsPolicy(const Change& change) {
  return !std::holds_alternative<AgencyChange>(change) &&
         !std::holds_alternative<FileChange>(change);
}

// Nothing is decided by a calendar.
bool IsCalendar(const Change& change) {
  const auto* file = std::get_if<FileChange>(&change);
  return file != nullptr && !record::CalendarOf(file->name).empty();
}

template <typename Value>
std::shared_ptr<Value> CopyOrNew(const NameMap<std::shared_ptr<const Value>>& map,
                                 const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? std::make_shared<Value>() : std::make_shared<Value>(*found->second);
}

struct Applier {
  State& state;

  void operator()(const GenesisConfirmed&) {}

  void operator()(const AgencyChange& change) {
    auto history = CopyOrNew(state.agencies, change.agency);
    history->kind = change.kind;
    history->name = change.name;
    history->events.push_back(change.event);
    state.agencies[change.agency] = std::move(history);
  }

  void operator()(const KeysChange& change) {
    auto ring = CopyOrNew(state.rings, change.owner);
    ring->keys.insert(ring->keys.end(), change.keys.begin(), change.keys.end());
    if (!change.format_versions.empty()) ring->format_versions = change.format_versions;
    (change.by_authority ? ring->last_by_authority : ring->last_by_owner) = change.instant;
    state.rings[change.owner] = std::move(ring);
  }

  void operator()(const RevocationChange& change) {
    auto ring = CopyOrNew(state.rings, change.owner);
    for (KeyInfo& key : ring->keys) {
      if (key.id != change.key) continue;
      if (!key.revoked_at) key.revoked_at = *state.last_index;
      if (change.doubted_from) key.doubted_from = change.doubted_from;
    }
    state.rings[change.owner] = std::move(ring);
  }

  void operator()(const FileChange& change) {
    auto& files = change.kind == v1::ENTRY_KIND_POLICY ? state.policies : state.files;
    files[change.name].push_back(change.file);
  }

  void operator()(const QuorumChange& change) {
    state.quorum = change.policy;
    state.quorum_number = change.number;
  }
};

AgencyInfo Describe(const State& state, const std::string& agency, const AgencyHistory& history,
                    Instant instant) {
  return {.agency = agency,
          .kind = history.kind,
          .name = history.name,
          .state = ledger::StateAt(state, agency, kLogEnd, instant)};
}

}  // namespace

std::string_view AgencyStateWord(AgencyState state) {
  switch (state) {
    case AgencyState::kAdmitted:
      return "admitted";
    case AgencyState::kSuspended:
      return "suspended";
    case AgencyState::kRemoved:
      return "removed";
    case AgencyState::kUnknown:
      break;
  }
  return "unknown";
}

Registry::Registry(Genesis genesis) {
  auto state = std::make_shared<State>();
  state->genesis = std::make_shared<const Genesis>(std::move(genesis));
  state->quorum = state->genesis->quorum();
  state->parsed = std::make_shared<ParsedFiles>();
  state->compiled = std::make_shared<CompiledSnapshot>();
  state_ = std::move(state);
}

const Genesis& Registry::genesis() const { return *state_->genesis; }

std::shared_ptr<const audit::TlogPolicy> Registry::Quorum() const { return state_->quorum; }

uint64_t Registry::quorum_number() const { return state_->quorum_number; }

absl::Status Registry::Check(uint64_t index, v1::EntryKind kind, Instant instant,
                             std::string_view body) const {
  return Judge(*state_, kind, {index, instant}, body).status();
}

absl::Status Registry::Apply(uint64_t index, const Digest& leaf_hash, v1::EntryKind kind,
                             Instant instant, std::string_view body) {
  if (!IsOpenKind(kind) || (state_->last_index && index <= *state_->last_index)) {
    return absl::InternalError("open entries are applied in the order of the log, each once");
  }
  const auto change = Judge(*state_, kind, {index, instant}, body);
  const bool same_policy = !change.ok() || KeepsPolicy(*change);
  auto next = state_->Clone(same_policy);
  next->chain.Append(leaf_hash, !same_policy && !IsCalendar(*change));
  next->last_index = index;
  next->last_instant = std::max(next->last_instant, instant);
  if (change.ok()) std::visit(Applier{*next}, *change);
  state_ = std::move(next);
  return change.status();
}

uint64_t Registry::snapshot_number() const { return state_->chain.number(); }
const Digest& Registry::snapshot_hash() const { return state_->chain.hash(); }

std::optional<Digest> Registry::SnapshotHashAt(uint64_t number) const {
  return state_->chain.At(number);
}

uint64_t Registry::PolicyNumberAt(uint64_t number) const { return state_->chain.PolicyAt(number); }

AgencyState Registry::StateOf(std::string_view agency, Instant instant) const {
  return ledger::StateAt(*state_, agency, kLogEnd, instant);
}

AgencyState Registry::StateAt(std::string_view agency, uint64_t log_index, Instant instant) const {
  return ledger::StateAt(*state_, agency, log_index, instant);
}

std::optional<AgencyInfo> Registry::FindAgency(std::string_view agency, Instant instant) const {
  const AgencyHistory* history = state_->FindHistory(agency);
  if (!history) return std::nullopt;
  return Describe(*state_, std::string(agency), *history, instant);
}

std::vector<AgencyInfo> Registry::Agencies(Instant instant) const {
  std::vector<AgencyInfo> out;
  for (const auto& [agency, history] : state_->agencies) {
    out.push_back(Describe(*state_, agency, *history, instant));
  }
  return out;
}

absl::Status Registry::CheckAdmitted(std::string_view agency, uint64_t log_index,
                                     Instant instant) const {
  return ledger::CheckAdmitted(*state_, agency, log_index, instant);
}

absl::StatusOr<KeyInfo> Registry::FindKey(std::string_view owner, const KeyId& id,
                                          crypto::KeyUse use, uint64_t log_index,
                                          Instant instant) const {
  return ledger::FindKey(*state_, owner, id, use, log_index, instant);
}

absl::StatusOr<KeyInfo> Registry::CurrentKey(std::string_view owner, crypto::KeyUse use,
                                             Instant instant) const {
  return ledger::CurrentKey(*state_, owner, use, instant);
}

bool Registry::IsDoubted(std::string_view owner, crypto::KeyUse use, const std::optional<KeyId>& id,
                         uint64_t log_index) const {
  const KeyRing* ring = state_->FindRing(owner);
  if (!ring) return false;
  const auto doubted_at = [](const KeyInfo& key, uint64_t index) {
    return key.doubted_from && *key.doubted_from <= index;
  };
  const auto published_in_doubt = [&](const KeyInfo& key) {
    return std::ranges::any_of(ring->keys, [&](const KeyInfo& identity) {
      return identity.use == crypto::KeyUse::kIdentity && doubted_at(identity, key.log_index);
    });
  };
  return std::ranges::any_of(ring->keys, [&](const KeyInfo& key) {
    const bool meant = key.use == use && key.log_index < log_index && (!id || key.id == *id);
    return meant && (doubted_at(key, log_index) || published_in_doubt(key));
  });
}

std::vector<KeyInfo> Registry::KeysOf(std::string_view owner) const {
  const KeyRing* ring = state_->FindRing(owner);
  return ring ? ring->keys : std::vector<KeyInfo>();
}

std::vector<uint32_t> Registry::FormatVersionsOf(std::string_view owner) const {
  const KeyRing* ring = state_->FindRing(owner);
  return ring ? ring->format_versions : std::vector<uint32_t>();
}

}  // namespace entente::ledger

#include "core/ledger/key_lookup.h"

#include <algorithm>
#include <array>

#include "core/base/agency.h"
#include "core/base/refusal.h"

namespace entente::ledger {
namespace {

using crypto::KeyUse;

constexpr Instant kAlways{INT64_MAX};

// Keys that the genesis file gives: no statement publishes or revokes them.
std::optional<KeyInfo> GenesisKey(const Genesis& genesis, std::string_view owner, KeyUse use) {
  const crypto::PublicKey* key = nullptr;
  if (use == KeyUse::kAuthority) key = genesis.FindAuthority(owner);
  if (owner == genesis->log_origin) {
    if (use == KeyUse::kReceipt) key = &genesis->receipt;
    if (use == KeyUse::kNote) key = &genesis->note;
    if (use == KeyUse::kCheckpoint) key = &genesis->checkpoint.key();
  }
  if (!key) return std::nullopt;
  return KeyInfo{.owner = std::string(owner),
                 .use = use,
                 .public_key = *key,
                 .id = crypto::MakeKeyId(use, *key),
                 .from = {},
                 .until = kAlways,
                 .log_index = 0,
                 .revoked_at = {}};
}

absl::Status Unknown(std::string_view owner, KeyUse use) {
  return Refuse(Reason::kKeyUnknown, std::string(owner) + " has published no such " +
                                         std::string(crypto::KeyUseWord(use)) + " key.");
}

absl::Status CheckValid(const KeyInfo& key, uint64_t log_index, Instant t) {
  if (key.revoked_at && *key.revoked_at <= log_index) {
    return Refuse(Reason::kKeyNotValidThen, "The key of " + key.owner + " was revoked before.");
  }
  if (t < key.from || t >= key.until) {
    return Refuse(Reason::kKeyNotValidThen, "The key of " + key.owner + " was not valid then.");
  }
  return absl::OkStatus();
}

// Keys of a jurisdiction and of genesis have no agency that could be suspended.
absl::Status CheckOwner(const State& state, std::string_view owner, uint64_t log_index, Instant t) {
  if (!AgencyId::Parse(owner).ok()) return absl::OkStatus();
  return CheckAdmitted(state, owner, log_index, t);
}

}  // namespace

AgencyState StateAt(const State& state, std::string_view agency, uint64_t log_index, Instant t) {
  const AgencyHistory* history = state.FindHistory(agency);
  if (!history) return AgencyState::kUnknown;
  const auto holds = [&](const AgencyEvent& event) {
    return event.log_index < log_index && event.from <= t && (!event.until || t < *event.until);
  };
  const auto found = std::find_if(history->events.rbegin(), history->events.rend(), holds);
  return found == history->events.rend() ? AgencyState::kUnknown : found->state;
}

absl::Status CheckAdmitted(const State& state, std::string_view agency, uint64_t log_index,
                           Instant t) {
  switch (StateAt(state, agency, log_index, t)) {
    case AgencyState::kAdmitted:
      return absl::OkStatus();
    case AgencyState::kSuspended:
      return Refuse(Reason::kAgencySuspended, std::string(agency) + " is suspended.");
    case AgencyState::kRemoved:
      return Refuse(Reason::kAgencySuspended, std::string(agency) + " was removed.");
    case AgencyState::kUnknown:
      break;
  }
  return Refuse(Reason::kWrongAgency,
                std::string(agency) + " is not an agency of this federation.");
}

absl::StatusOr<KeyInfo> FindKey(const State& state, std::string_view owner, const KeyId& id,
                                KeyUse use, uint64_t log_index, Instant t) {
  if (const auto fixed = GenesisKey(*state.genesis, owner, use); fixed && fixed->id == id) {
    return *fixed;
  }
  const KeyRing* ring = state.FindRing(owner);
  if (!ring) return Unknown(owner, use);
  const auto key = std::find_if(ring->keys.begin(), ring->keys.end(), [&](const KeyInfo& one) {
    return one.use == use && one.id == id && one.log_index < log_index;
  });
  if (key == ring->keys.end()) return Unknown(owner, use);
  if (absl::Status status = CheckValid(*key, log_index, t); !status.ok()) return status;
  if (absl::Status status = CheckOwner(state, owner, log_index, t); !status.ok()) return status;
  return *key;
}

absl::StatusOr<KeyInfo> CurrentKey(const State& state, std::string_view owner, KeyUse use,
                                   Instant t) {
  if (absl::Status status = CheckOwner(state, owner, kLogEnd, t); !status.ok()) return status;
  if (const auto fixed = GenesisKey(*state.genesis, owner, use)) return *fixed;
  const KeyRing* ring = state.FindRing(owner);
  if (!ring) return Unknown(owner, use);
  const auto key = std::find_if(ring->keys.rbegin(), ring->keys.rend(), [&](const KeyInfo& one) {
    return one.use == use && CheckValid(one, kLogEnd, t).ok();
  });
  if (key == ring->keys.rend()) return Unknown(owner, use);
  return *key;
}

}  // namespace entente::ledger

#include "core/ledger/registry_change.h"

#include "core/base/refusal.h"
#include "core/ledger/entry.h"

namespace entente::ledger {
namespace {

absl::StatusOr<Change> JudgeGenesis(const State& state, Place place, std::string_view body) {
  if (place.index != 0 || body != state.genesis->text()) {
    return Refuse(Reason::kMalformed, "A log begins with its genesis file, and has no other.");
  }
  return GenesisConfirmed{};
}

}  // namespace

absl::StatusOr<Change> Judge(const State& state, v1::EntryKind kind, Place place,
                             std::string_view body) {
  if (place.instant < state.last_instant) {
    return Refuse(Reason::kFutureDated, "The instant is before that of an entry below.");
  }
  switch (kind) {
    case v1::ENTRY_KIND_GENESIS:
      return JudgeGenesis(state, place, body);
    case v1::ENTRY_KIND_AGENCY:
      return JudgeAgency(state, place, body);
    case v1::ENTRY_KIND_KEYS:
      return JudgeKeys(state, place, body);
    case v1::ENTRY_KIND_REVOCATION:
      return JudgeRevocation(state, place, body);
    case v1::ENTRY_KIND_POLICY:
      return JudgePolicy(state, place, body);
    case v1::ENTRY_KIND_FEDERATION_FILE:
      return JudgeFederationFile(state, place, body);
    case v1::ENTRY_KIND_QUORUM:
      return JudgeQuorum(state, place, body);
    default:
      return Refuse(Reason::kMalformed, "This kind of entry carries no body that acts.");
  }
}

}  // namespace entente::ledger

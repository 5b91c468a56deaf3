// The keys by which officers sign in their own name. The private half stays with the officer; the
// node publishes the public one, and keeps whose it is. Pure but for the store; not thread-safe.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/ledger/registry.h"
#include "core/store/store.h"
#include "entente/v1/desk.pb.h"
#include "node/officers.h"
#include "node/state.pb.h"

namespace entente::node {

struct OwnOfficerKey {
  KeyId id{};
  state::OfficerKey key;
};
// In the order of their ids.
absl::StatusOr<std::vector<OwnOfficerKey>> AllOfficerKeys(const store::Reader& store);

// Into the batch, to be published from `now` on. Refusals malformed: no role in which one signs, no
// key, an end that is over or more than two years away, a key that is there; not-authorised: the
// officer does not have that role.
absl::StatusOr<KeyId> KeepOfficerKey(const store::Reader& store, const Officers& officers,
                                     const v1::PublishOfficerKeyRequest& request, Instant now,
                                     store::WriteBatch& batch);
// Refusal key-unknown, or not-authorised for another officer's.
absl::StatusOr<state::OfficerKey> KeyOfOfficer(const store::Reader& store, const KeyId& id,
                                               std::string_view officer);

}  // namespace entente::node

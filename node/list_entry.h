// Alerts that were made from a list, and recalled by hand: the list names the person again
// tomorrow, and an import must not stop them again. An entry is remembered by a digest under a key
// of this node, so that the store does not say who was recalled. Not thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/store/write_batch.h"
#include "entente/v1/desk.pb.h"
#include "node/ground.h"

namespace entente::node {

// An alert of this entry is about to be recalled by hand.
void RememberRecalled(const Ground& ground, std::string_view entry, std::string_view record_id,
                      v1::RecallGround why, store::WriteBatch& batch, Instant now);
// An alert of this entry is published all the same.
void ForgetRecalled(const Ground& ground, std::string_view entry, store::WriteBatch& batch);
absl::StatusOr<std::optional<v1::RecalledEntry>> FindRecalled(const Ground& ground,
                                                              std::string_view entry);

}  // namespace entente::node

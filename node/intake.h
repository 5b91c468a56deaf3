// One delivered record, checked in the order of docs/formats.md, "What a recipient checks", and
// opened; or refused, with the reason that the acknowledgement carries. Not thread-safe.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/base/instant.h"
#include "entente/v1/broker.pb.h"
#include "entente/v1/content.pb.h"
#include "node/ground.h"
#include "node/pairs.h"
#include "node/state.pb.h"

namespace entente::node {

struct Arrived {
  state::ReceivedRecord index;                    // with the signed acknowledgement
  std::optional<state::ReceivedContent> content;  // when it was opened
  std::string in_reply_to;                        // record hash, when it was opened and says so
};

// When the response with the delivery came, as far as the log up to its checkpoint bears it out,
// and now: what it waited here, for texts, is not the broker's.
struct Taking {
  Instant came;
  Instant now;
};

// The checkpoint was verified and covers the evidence. `pairs` is changed for an opened record.
// UNAVAILABLE: a text of our own policy, or our own keys, are not here yet; ask again later,
// nothing was changed. Other errors are faults of this node; a refused record is no error.
absl::StatusOr<Arrived> TakeIn(Ground& ground, const v1::Delivery& delivery,
                               const audit::Checkpoint& checkpoint, PairsIn& pairs, Taking when);

// What a delivered record is known by, as far as it can be read without any check.
struct Peeked {
  std::string hash;  // 32 bytes; of what the part says when the record cannot be read
  std::string origin;
  std::string record_id;  // empty when the header cannot be read
  v1::RecordKind kind = v1::RECORD_KIND_UNSPECIFIED;
};
Peeked Peek(const v1::Delivery& delivery);

}  // namespace entente::node

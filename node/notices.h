// What comes beside records: acknowledgements of ours, gap notes, pair heads, recalls and
// restrictions of our partners, their word that they hold to those of ours, and that what we gave
// went on by an override.
// Not thread-safe.
#pragma once

#include "absl/status/status.h"
#include "core/audit/checkpoint.h"
#include "core/base/instant.h"
#include "core/store/write_batch.h"
#include "entente/v1/broker.pb.h"
#include "node/ground.h"
#include "node/pairs.h"

namespace entente::node {

// Verifies the statement against the log and takes it on: `batch`, `pairs` and `numbers` are
// changed. A
// refusal says that no honest partner and broker gave it; an alarm stands then.
absl::Status TakeNotice(Ground& ground, const v1::Delivery& delivery,
                        const audit::Checkpoint& checkpoint, PairsIn& pairs, PairsOut& numbers,
                        store::WriteBatch& batch, Instant now);

// The record that the notice claims to be about, whose row it may change; empty for others.
std::string AffectedHash(const v1::Notice& notice);

}  // namespace entente::node

// What the log says of a received record by now, beside what was checked when it came. Not
// thread-safe.
#pragma once

#include "core/base/encoding.h"
#include "node/ground.h"
#include "node/state.pb.h"

namespace entente::node {

// Into any message of the desk with these two fields.
template <class Shown>
void ShowLogStanding(const Ground& ground, const state::ReceivedRecord& received, Shown& shown) {
  shown.set_not_yet_witnessed(!ground.federation.IsWitnessed(received.log_index()));
  shown.set_doubted(ground.federation.registry().IsDoubted(
      received.origin(), crypto::KeyUse::kRecordSigning, FixedBytes<32>(received.signing_key_id()),
      received.log_index()));
}

}  // namespace entente::node

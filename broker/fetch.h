// Reads one agency's mailbox and puts its deliveries together. Safe from any thread.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "broker/rows.h"
#include "broker/view.h"
#include "core/audit/log.h"
#include "core/base/agency.h"
#include "core/crypto/sign.h"
#include "core/ledger/genesis.h"
#include "core/store/store.h"
#include "entente/v1/broker.pb.h"

namespace entente::broker {

// How far an agency acknowledged its lanes, or a session fetched them.
struct LanePositions {
  uint64_t urgent = 0;
  uint64_t bulk = 0;
};

// What deliveries are made from. The referents outlive the call.
struct FetchContext {
  const store::Reader& store;  // one view: bodies do not vanish while it is read
  const audit::Log& log;
  const ledger::Genesis& genesis;
  const crypto::SigningKey& note_key;
  uint64_t tree_size;  // of the checkpoint that goes with the deliveries: they stand below it
  const View& view;
  Instant instant;
};

// Deliveries after `after`, urgent first, at most `max` and at most about limits::kMessageBytes,
// and none behind a record that must be decided again first. The checkpoint is left to the caller.
// DATA_LOSS when the store lacks what it must hold.
absl::StatusOr<v1::PullResponse> FetchMailbox(const FetchContext& context, const AgencyId& agency,
                                              LanePositions after, size_t max);
// The rows at the front of a lane, urgent first and at most `max`, that must be decided again.
absl::StatusOr<std::vector<MailboxItem>> FindUndecided(const FetchContext& context,
                                                       const AgencyId& agency, LanePositions after,
                                                       size_t max);

}  // namespace entente::broker

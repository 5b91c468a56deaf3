// Erasing the content of one record, sent or received: its key is destroyed on disk before this
// returns, and it is found no more. Rows stay, without content. Not thread-safe. Errors: the
// store's and the key store's; the batch then lacks the rest.
#pragma once

#include "absl/status/status.h"
#include "core/store/write_batch.h"
#include "node/ground.h"
#include "node/state.pb.h"

namespace entente::node {

// `sent` becomes STAGE_PURGED; of what is not in the log yet the labels are kept in it, which the
// decision is held against. The caller saves it.
absl::Status EraseSent(Ground& ground, state::SentRecord& sent, store::WriteBatch& batch);
// `received` becomes purged. The caller saves it.
absl::Status EraseReceived(Ground& ground, state::ReceivedRecord& received,
                           store::WriteBatch& batch);

}  // namespace entente::node

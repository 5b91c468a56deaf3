// Internal to the engine: what it is made of (engine.h). Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/desk.h"
#include "node/engine.h"
#include "node/ground.h"
#include "node/inbox.h"
#include "node/outbox.h"
#include "node/upkeep.h"

namespace entente::node {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

struct Engine::Parts {
  Parts(std::unique_ptr<Ground> base, Outbox out, Instant now)
      : ground(std::move(base)),
        outbox(std::move(out)),
        inbox(*ground),
        desk(*ground, outbox),
        upkeep(*ground, outbox, now) {}

  // Does nothing more once a disk has failed; notes when it fails.
  template <typename Work>
  std::invoke_result_t<Work> Guarded(Work work) {
    if (!ground->usable().ok()) return ground->usable();
    auto result = work();
    ground->Note(StatusOf(result));
    return result;
  }

  template <typename Work>
  absl::Status InOneBatch(Work work) {
    return Guarded([&] {
      store::WriteBatch batch;
      absl::Status status = work(batch);
      return status.ok() ? ground->Commit(batch) : status;
    });
  }

  absl::Status OnEntries(const v1::GetEntriesRequest& request,
                         const v1::GetEntriesResponse& response, Instant now);
  absl::Status OnText(const v1::GetTextRequest& request,
                      const absl::StatusOr<v1::GetTextResponse>& response, Instant now);
  // What may go on since the log was followed further. What keeps the mail is in `mail`: it must
  // not keep the log or what is sent.
  absl::Status Progress(Instant now);
  void NoteApplied(const std::vector<ledger::OpenEntryApplied>& applied, Instant now);
  void NoteInstants(Instant now);

  std::unique_ptr<Ground> ground;
  Outbox outbox;
  node::Inbox inbox;
  Desk desk;
  Upkeep upkeep;
  Instant last_seen_now;
  bool connected = false;
  std::string broker_error;
  absl::Status mail;
  bool publishing = false;
  Instant publish_not_before;
  uint64_t published_below = 0;  // the log must be followed up to here before publishing again
};

}  // namespace entente::node

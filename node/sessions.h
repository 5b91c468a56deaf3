// Sessions of officers at this desk: one that is idle locks, and opens with the officer's pass
// phrase. A session is an officer's, at whatever workstation; which are open stands in memory
// alone, so that a node that starts has all locked. Officers without a pass phrase are never
// locked, unless one is required. Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/instant.h"
#include "core/base/limits.h"
#include "core/store/store.h"
#include "node/state.pb.h"

namespace entente::node {

struct SessionRule {
  int64_t idle_ms = limits::kIdleLockMs;
  bool require_passphrase = false;
};

class Sessions {
 public:
  Sessions(const store::Store& store, SessionRule rule) : store_(&store), rule_(rule) {}

  // To be asked before each call of an officer, which it counts. Refusals session-locked: too long
  // since the last one, or none since the node started; or a pass phrase is required and none set.
  absl::Status Enter(std::string_view officer, Instant now);

  absl::StatusOr<bool> HasPassphrase(std::string_view officer) const;

  // What an attempt comes to. Its row and line must be on disk before anybody is told.
  struct Attempt {
    bool right;
    std::string detail;  // for the log: never what was typed
  };
  // Refusals session-locked: too many were wrong, until an instant that it names; malformed: none
  // is set. UNAVAILABLE: see HashPassphrase.
  absl::StatusOr<Attempt> Try(std::string_view officer, std::string_view passphrase,
                              store::WriteBatch& batch, Instant now) const;
  // Refusal malformed: too short, or too long.
  absl::Status Set(std::string_view officer, std::string_view passphrase, Random& random,
                   store::WriteBatch& batch) const;
  // At once. False: it was locked already. Refusal malformed: without a pass phrase nothing would
  // open it.
  absl::StatusOr<bool> Lock(std::string_view officer);
  // It was right, or was just set, and that is on disk.
  void Open(std::string_view officer, Instant now);
  void Forget(std::string_view officer, store::WriteBatch& batch);

  const SessionRule& rule() const { return rule_; }

 private:
  absl::StatusOr<std::optional<state::Passphrase>> Find(std::string_view officer) const;

  const store::Store* store_;
  SessionRule rule_;
  std::map<std::string, Instant, std::less<>> last_call_;
};

}  // namespace entente::node

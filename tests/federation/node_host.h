// One agency's node as a process in a simulated world: the real engine over a store and key files
// in memory. It can die at any point and start again from what was on disk. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "core/ledger/receipt.h"
#include "core/store/memory_store.h"
#include "node/engine.h"
#include "node/memory_file.h"
#include "tests/federation/node_files.h"
#include "tests/federation/scene.h"
#include "tests/support/federation.h"

namespace entente::testing {

inline constexpr std::string_view kOfficer = "anna";
inline constexpr std::string_view kAdministrator = "admin";

class NodeHost {
 public:
  NodeHost(Scene& scene, const Federation& federation, std::string agency);

  const std::string& agency() const { return agency_; }
  // Nothing when it runs. A full disk keeps it down; it tries again later.
  void Start();
  // Of each file's unsynced writes some survive, by chance.
  void Crash();
  void CrashAndStart(int64_t after_ms);
  bool up() const { return engine_ != nullptr; }
  node::Engine& engine() { return *engine_; }
  Instant Now() const { return scene_.timeline.now() + clock_offset_ms; }

  // True for OK. A fault of the disk ends the process, which starts again; a full disk is waited
  // for. What an honest world never gives is wrong.
  bool Took(const absl::Status& status, std::string_view what);
  // Nothing when it is down. The engine is asked as the officer `anna`.
  template <class Response, class Ask>
  absl::StatusOr<Response> Desk(std::string_view what, Ask ask) {
    if (!up()) return absl::UnavailableError("the node is down");
    absl::StatusOr<Response> response = ask(*engine_);
    if (!response.ok() && absl::IsInternal(response.status())) Took(response.status(), what);
    return response;
  }

  void SetDiskFull(bool full);
  bool disk_full() const { return disk_full_; }
  // The `nth` write to the store from now tears: the process dies of it.
  void TearWrite(size_t nth) { store.FailWrite(nth, store::Fault::kSyncFailed); }
  // The `nth` write to the key file from now finds no room, once.
  void FailKeyWrite(size_t nth);

  store::MemoryStore store{node::Engine::Families()};
  node::MemoryFile slots;
  node::MemoryFile store_key;
  NodeFiles files;
  std::map<std::string, ledger::ReceiptBundle> receipts;  // on file, by name
  int64_t clock_offset_ms = 0;
  std::function<void()> on_start;
  std::function<void()> on_crash;

 private:
  Scene& scene_;
  const Federation& federation_;
  const std::string agency_;
  std::unique_ptr<node::Engine> engine_;
  uint64_t life_ = 0;
  bool disk_full_ = false;
  bool key_write_fails_ = false;
};

}  // namespace entente::testing

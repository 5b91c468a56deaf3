// The one thread that writes. It takes all that waits, commits it as one synced batch, and only
// then says what became of each command. Thread-safe.
//
// A full disk refuses the commands and is tried again with the next ones. Any other failure is
// final: nothing more is committed, and `failed` is told once, so that the process can end and
// start anew from what the disk holds.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "broker/engine.h"

namespace entente::broker {

// What one commit takes at most, so that no command waits behind too much.
inline constexpr size_t kCommitCommands = 4096;
inline constexpr size_t kCommitBytes = 16 * 1024 * 1024;

class Committer {
 public:
  // Called on the committer's thread; they return quickly.
  struct Observers {
    std::function<void(const std::set<std::string>& agencies)> delivered;
    std::function<void(size_t commands, double seconds)> committed;
    std::function<void(const absl::Status&)> refused;  // a full disk
    std::function<void(const absl::Status&)> failed;
  };
  // One for each command, in order: as CommitResult::applied, or the error of the whole commit.
  using Outcomes = std::vector<absl::StatusOr<Applied>>;
  using Done = std::function<void(Outcomes)>;

  // `engine` outlives this.
  Committer(Engine& engine, Observers observers);
  // Stop().
  ~Committer();

  // `done` is called once: on the committer's thread, or at once with shutting-down after Stop().
  // The commands of one call stand together in one commit, in order. No command: a checkpoint that
  // could not be stored is tried again.
  void Enqueue(std::vector<Command> commands, Done done);

  // Commits what waits, then returns. May be called again.
  void Stop();

 private:
  struct Waiting {
    std::vector<Command> commands;
    Done done;
  };
  void Run();
  std::vector<Waiting> Take();
  void Commit(std::vector<Waiting> taken);
  absl::StatusOr<CommitResult> CommitAll(const std::vector<Command>& commands);
  void Tell(const absl::Status& status);

  Engine& engine_;
  const Observers observers_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_;  // of the committer's thread alone
  std::thread thread_;
};

}  // namespace entente::broker

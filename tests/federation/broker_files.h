// The broker's sealed files in a simulated world: what broker/attachment_files.h promises, over a
// disk in memory that may be full and that a crash takes back what was not synced from. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/engine.h"
#include "broker/grants.h"
#include "core/base/instant.h"

namespace entente::testing {

class BrokerFiles {
 public:
  struct Place {
    uint64_t stored = 0;
    bool complete = false;
    uint64_t turn = 0;  // of the upload: the newest alone goes on
  };

  // Goes on where the file stands. Refusal disk-full.
  absl::StatusOr<Place> Begin(const broker::OwnedFile& file, Instant now);
  // The same place, after the piece. Refusals as in broker/attachment_files.h.
  absl::StatusOr<Place> Append(const broker::OwnedFile& file, uint64_t turn, std::string_view piece,
                               Instant now);
  // nullptr unless the file is complete.
  broker::Hold HoldComplete(const broker::OwnedFile& file, Instant now);
  absl::StatusOr<std::string> Read(const broker::OwnedFile& file, uint64_t offset,
                                   size_t bytes) const;
  // As broker/attachment_sweep.h does.
  absl::Status Sweep(broker::Engine& engine, Instant now);

  void Crash();
  void SetDiskFull(bool full) { full_ = full; }
  void ForEach(const std::function<void(const broker::OwnedFile& file, std::string& bytes)>& visit);

 private:
  struct File {
    std::string bytes;
    uint64_t synced = 0;
    uint64_t turn = 0;
    bool complete = false;
    Instant used;
    std::weak_ptr<const void> hold;
  };

  absl::Status Complete(const broker::OwnedFile& file, File& entry);

  std::map<broker::OwnedFile, File> files_;
  uint64_t turns_ = 0;
  bool full_ = false;
};

}  // namespace entente::testing

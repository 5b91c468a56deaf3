// A node's folder of sealed files in a simulated world: what node/file_folder.h promises, over a
// disk in memory. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/files.h"
#include "tests/federation/scene.h"

namespace entente::testing {

class NodeFiles {
 public:
  // As far as one has come; empty for none.
  const std::string& Part(const std::string& name) const;
  // nullptr unless it is whole.
  const std::string* Whole(const std::string& name) const;
  // Refusal disk-full.
  absl::Status CheckRoom() const;
  absl::Status Append(const std::string& name, std::string_view bytes);
  // It is whole from now on, whatever happens.
  absl::Status Finish(const std::string& name);
  void Drop(const std::string& name);
  void Sweep(const std::set<std::string>& in_use);

  // What was not synced is gone, stands, or is another's old bytes.
  void Crash(Scene& scene);
  void SetDiskFull(bool full) { full_ = full; }
  void ForEach(const std::function<void(const std::string& name, std::string& bytes)>& visit);

 private:
  struct Growing {
    std::string bytes;
    uint64_t synced = 0;
  };
  std::map<std::string, Growing> parts_;
  std::map<std::string, std::string> whole_;
  bool full_ = false;
};

// All of what is sealed in it.
absl::StatusOr<std::string> OpenSealed(const node::FileToRead& file, std::string_view sealed);

}  // namespace entente::testing

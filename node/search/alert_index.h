// An index in memory over the subjects of records, by number and by name. It holds hashes of keys
// and words of names, and gives candidates: whoever asks looks at the record itself. What is
// removed leaves nothing behind. Not thread-safe; calls of const members may run side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/limits.h"
#include "entente/v1/content.pb.h"
#include "node/search/key_index.h"
#include "node/search/name_index.h"
#include "node/search/number_pool.h"

namespace entente::node::search {

struct IndexQuestion {
  std::vector<MatchKey> keys;
  std::optional<NameQuery> name;
};

struct IndexCandidate {
  uint32_t number = 0;
  bool by_key = false;
  // By name: of which subject of the record, and how.
  std::optional<NameCandidate> name;
  size_t subject = 0;
};

class AlertIndex {
 public:
  // A record's number is its caller's; `owner`: its issuer, by a number. Precondition: below
  // KeyIndex::kMost, and not in use; at most kNamed subjects, which is what a record can hold.
  static constexpr size_t kNamed = limits::kSections * limits::kSubjects;
  void Add(uint32_t number, uint32_t owner, std::span<const v1::Subject> subjects);
  // Nothing happens when it is not there.
  void Remove(uint32_t number);

  // Those by key before all others, then the best first. At most `most` of each owner by key, and
  // as many by name: whatever one of them publishes, another's are found.
  std::vector<IndexCandidate> Find(const IndexQuestion& question, size_t most) const;

  size_t records() const { return held_.size(); }

 private:
  struct Held {
    uint32_t owner = 0;
    uint32_t keys_at = 0;
    uint8_t keys = 0;       // numbers in the pool, two a key
    uint16_t subjects = 0;  // up to the last that has a name
  };

  KeyIndex keys_;
  NameIndex names_;
  NumberPool pool_;
  absl::flat_hash_map<uint32_t, Held> held_;
  absl::flat_hash_map<uint32_t, std::vector<uint64_t>>
      many_;  // keys that no block of the pool holds
};

}  // namespace entente::node::search

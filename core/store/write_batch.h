// What one write changes, across families: all of it reaches the store, or none.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/store/family.h"

namespace entente::store {

// Not thread-safe. Owns copies of keys and values. A later operation on the same key wins.
class WriteBatch {
 public:
  // The views live until the batch changes.
  struct Op {
    Family family;
    std::string_view key;
    std::optional<std::string_view> value;  // none: the key is deleted
  };

  void Put(Family family, std::string_view key, std::string_view value);
  void Delete(Family family, std::string_view key);
  // Takes back everything after the first `count` operations.
  void Truncate(size_t count);
  void Clear() { Truncate(0); }

  size_t count() const { return spans_.size(); }
  // Precondition: i < count().
  Op op(size_t i) const;
  // Bytes of keys and values.
  size_t bytes() const { return arena_.size(); }

 private:
  struct Span {
    Family family;
    bool put;
    size_t begin;
    size_t key_size;
    size_t value_size;
  };

  std::string arena_;
  std::vector<Span> spans_;
};

}  // namespace entente::store

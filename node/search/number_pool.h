// Short lists of numbers in one block of memory: four bytes each and no header. What is freed is
// zeroed and given out again. Not thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace entente::node::search {

class NumberPool {
 public:
  static constexpr size_t kLongest = 255;

  // Where the copy begins. Precondition: at most kLongest numbers.
  uint32_t Put(std::span<const uint32_t> numbers) {
    std::vector<uint32_t>& free = free_[numbers.size()];
    auto at = static_cast<uint32_t>(numbers_.size());
    if (numbers.empty()) return 0;
    if (free.empty()) {
      numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
    } else {
      at = free.back();
      free.pop_back();
      std::ranges::copy(numbers, numbers_.begin() + at);
    }
    return at;
  }
  std::span<const uint32_t> Get(uint32_t at, size_t count) const {
    return std::span(numbers_).subspan(count == 0 ? 0 : at, count);
  }
  void Free(uint32_t at, size_t count) {
    if (count == 0) return;
    std::fill_n(numbers_.begin() + at, count, 0);
    free_[count].push_back(at);
  }
  size_t bytes() const { return numbers_.capacity() * sizeof(uint32_t); }

 private:
  std::vector<uint32_t> numbers_;
  std::array<std::vector<uint32_t>, kLongest + 1> free_;
};

}  // namespace entente::node::search

// Long answers of the desk, page by page: a page has at most 500 items and fits a message. Values.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace entente::node {

// Of an item in a list that is ordered by time, and then by key. Lists grow at their end alone.
struct Place {
  uint64_t ms = 0;
  std::string key;
  friend auto operator<=>(const Place&, const Place&) = default;
  bool operator==(const Place&) const = default;
};
std::string TextOf(const Place& place);
// Before all places for an empty text; refusal malformed for what TextOf() did not write.
absl::StatusOr<Place> ReadPlace(std::string_view text);

class Page {
 public:
  explicit Page(uint32_t limit);
  // False when an item of this many bytes belongs on the next page.
  bool Takes(size_t bytes);

 private:
  size_t left_;
  size_t bytes_ = 0;
};

}  // namespace entente::node

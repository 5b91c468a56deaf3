#include "node/page.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr uint32_t kItems = 500;
constexpr size_t kBytes = limits::kMessageBytes / 2;

}  // namespace

std::string TextOf(const Place& place) {
  return Text(place.ms, ".", HexEncode(AsBytes(place.key)));
}

absl::StatusOr<Place> ReadPlace(std::string_view text) {
  if (text.empty()) return Place{};
  const size_t dot = std::min(text.find('.'), text.size());
  const std::optional<std::string> key = HexDecode(text.substr(std::min(dot + 1, text.size())));
  Place place;
  if (!key || !absl::SimpleAtoi(absl::string_view(text.data(), dot), &place.ms)) {
    return Refuse(Reason::kMalformed, "this is no page: give next_page of the answer before");
  }
  place.key = *key;
  return place;
}

Page::Page(uint32_t limit) : left_(limit == 0 ? kItems : std::min(limit, kItems)) {}

bool Page::Takes(size_t bytes) {
  if (left_ == 0 || (bytes_ != 0 && bytes_ + bytes > kBytes)) return false;
  --left_;
  bytes_ += bytes;
  return true;
}

}  // namespace entente::node

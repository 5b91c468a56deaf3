#include "core/record/words.h"

#include <array>
#include <cstddef>

namespace entente::record {
namespace {

// In the order of the numbers; zero has no word.
constexpr std::array<std::string_view, 16> kKinds = {
    "",         "alert",           "lead",        "case-item", "membership",
    "request",  "answer",          "information", "advisory",  "correction",
    "recall",   "consent-request", "consent",     "outcome",   "erasure-statement",
    "pair-head"};
static_assert(kKinds.size() == v1::RecordKind_ARRAYSIZE);
constexpr std::array<std::string_view, 4> kUrgencies = {"", "bulk", "normal", "urgent"};
static_assert(kUrgencies.size() == v1::Urgency_ARRAYSIZE);
constexpr std::array<std::string_view, 3> kLanes = {"", "urgent", "bulk"};
static_assert(kLanes.size() == v1::Lane_ARRAYSIZE);

template <size_t N>
std::string_view WordOf(const std::array<std::string_view, N>& words, int number) {
  return number > 0 && number < static_cast<int>(N) ? words[static_cast<size_t>(number)] : "";
}

template <class Enum, size_t N>
std::optional<Enum> NumberOf(const std::array<std::string_view, N>& words, std::string_view word) {
  for (size_t i = 1; i < N; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view KindWord(v1::RecordKind kind) { return WordOf(kKinds, kind); }
std::optional<v1::RecordKind> KindFromWord(std::string_view word) {
  return NumberOf<v1::RecordKind>(kKinds, word);
}

std::string_view UrgencyWord(v1::Urgency urgency) { return WordOf(kUrgencies, urgency); }
std::optional<v1::Urgency> UrgencyFromWord(std::string_view word) {
  return NumberOf<v1::Urgency>(kUrgencies, word);
}

v1::Lane LaneOf(v1::Urgency urgency) {
  return urgency == v1::URGENCY_URGENT ? v1::LANE_URGENT : v1::LANE_BULK;
}
std::string_view LaneWord(v1::Lane lane) { return WordOf(kLanes, lane); }

}  // namespace entente::record

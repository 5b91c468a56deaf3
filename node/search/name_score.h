// How well a name that was asked for agrees with a name that is known, and why. Pure; thread-safe.
//
// Parts are paired whatever their order, the nearest first; what is left over may pair as two
// written together. A part weighs by its rarity, from 0 for one in every name to 1 for one that
// occurs once, and a particle or title a fraction of that. What is asked and found (`asked`), and
// what is known and asked for (`known`), are shares of those weights.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "node/search/fold.h"

namespace entente::node::search {

enum class Agreement : uint8_t {
  kExact,     // letter for letter
  kPhonetic,  // spelled in another way
  kNear,      // letters differ that seldom do
  kInitial,
  kJoined,  // two parts here are one there
};

struct PartPair {
  uint8_t asked = 0;  // the first of two when joined
  uint8_t known = 0;
  Agreement how = Agreement::kExact;
  float similarity = 0;
  bool two_asked = false;
  bool two_known = false;
};

// One side's part. Views: the owner outlives it.
struct WeighedPart {
  std::string_view text;
  std::string_view sound;
  PartKind kind = PartKind::kPlain;
  bool without_vowels = false;
  float rarity = 1;
};

// Pairs of parts whose sounds are nearer than kLeastSimilarity.
inline constexpr double kLeastSimilarity = 0.70;

struct NameAgreement {
  std::vector<PartPair> pairs;
  bool in_order = false;
  bool whole = false;     // every part, letter for letter; particles and titles apart
  double asked = 0;       // share, 0..1
  double known = 0;       // share, 0..1
  double matched = 0;     // weight of what agrees: 1 is one part that occurs nowhere else
  double asked_left = 0;  // weight that was asked for and not found
  double known_left = 0;
  size_t parts = 0;  // plain ones that agree
};

// `similarities`: of each asked part to each known one, those of the first asked part first.
NameAgreement Compare(std::span<const WeighedPart> asked, std::span<const WeighedPart> known,
                      std::span<const float> similarities);
// SoundSimilarity() of all to all.
NameAgreement Compare(std::span<const WeighedPart> asked, std::span<const WeighedPart> known);

enum class YearAgreement : uint8_t { kMissing, kAgrees, kNear, kContradicts };

// 0..1, by the logistic function of the evidence. What was fitted, on persons of the UN list with
// even numbers and names of the same cultures that are not on it: what the share asked, the share
// known and each weight of rarity that agrees (two at most) speak for, what is left on both sides
// and a name of low quality against; the very name; a year that agrees, nearly does, contradicts;
// where the score is one half. Recall moves by a point when one of them moves by a tenth.
double Score(const NameAgreement& agreement, YearAgreement year, bool low_quality);

}  // namespace entente::node::search

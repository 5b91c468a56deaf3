#include "node/search/name_score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "node/search/sound.h"

namespace entente::node::search {
namespace {

constexpr double kParticleWeight = 0.05;
constexpr double kTitleWeight = 0.25;
constexpr double kInitialSimilarity = 0.8;
constexpr double kPhoneticFrom = 0.9;
constexpr double kJoinedFrom = 0.85;
constexpr double kFullWorth = 0.97;

// The evidence that two names are one: ten numbers, fitted on persons of the UN list with even
// numbers and on names of the same cultures that are not on it.
constexpr double kAsked = 3;    // for all that was asked for
constexpr double kKnown = 2;    // for all that is known
constexpr double kMatched = 2;  // for each part's worth of rarity, up to two
constexpr double kMostMatched = 2;
constexpr double kBothLeft = 1;  // against: what neither has of the other
constexpr double kWhole = 1;     // for the very name
constexpr double kLowQuality = 0.8;
constexpr double kYearAgrees = 1.8;
constexpr double kYearNear = 0.4;
constexpr double kYearContradicts = 1.6;
// Where the score is one half, and how fast it turns: this one only spreads what people read.
constexpr double kEven = 6.5;
constexpr double kSteepness = 1.5;

double Weight(const WeighedPart& part) {
  const double kind = part.kind == PartKind::kParticle ? kParticleWeight
                      : part.kind == PartKind::kTitle  ? kTitleWeight
                      : part.text.size() == 1          ? kTitleWeight
                                                       : 1;
  return kind * std::max(0.05F, part.rarity);
}

// What a similarity is worth: names that sound less alike than this are mostly other names.
double Worth(double similarity) {
  return std::clamp((similarity - kLeastSimilarity) / (kFullWorth - kLeastSimilarity), 0.0, 1.0);
}

class Pairing {
 public:
  Pairing(std::span<const WeighedPart> asked, std::span<const WeighedPart> known,
          std::span<const float> similarities)
      : asked_(asked), known_(known), similarities_(similarities) {}

  std::vector<PartPair> Run() {
    Offer();
    OfferJoined(asked_, known_, true);
    OfferJoined(known_, asked_, false);
    std::ranges::stable_sort(offers_, std::greater(), &PartPair::similarity);
    for (const PartPair& offer : offers_) Take(offer);
    return std::move(pairs_);
  }

 private:
  using Taken = std::array<bool, kNameParts + 1>;

  void Offer() {
    for (uint8_t i = 0; i < asked_.size(); ++i) {
      for (uint8_t j = 0; j < known_.size(); ++j) {
        const PartPair pair = PairOf(i, j);
        if (pair.similarity >= kLeastSimilarity) offers_.push_back(pair);
      }
    }
  }

  PartPair PairOf(uint8_t i, uint8_t j) const {
    const WeighedPart& a = asked_[i];
    const WeighedPart& b = known_[j];
    PartPair pair{.asked = i, .known = j};
    if (a.text == b.text) {
      pair.similarity = 1;
      return pair;
    }
    if (a.text.size() == 1 || b.text.size() == 1) {
      pair.how = Agreement::kInitial;
      pair.similarity = a.text[0] == b.text[0] ? kInitialSimilarity : 0;
      return pair;
    }
    pair.similarity = similarities_[i * known_.size() + j];
    pair.how = pair.similarity >= kPhoneticFrom ? Agreement::kPhonetic : Agreement::kNear;
    return pair;
  }

  void Take(const PartPair& pair) {
    const auto is_taken = [](const Taken& taken, uint8_t at, bool two) {
      return taken[at] || (two && taken[at + 1U]);
    };
    if (is_taken(asked_taken_, pair.asked, pair.two_asked) ||
        is_taken(known_taken_, pair.known, pair.two_known)) {
      return;
    }
    asked_taken_[pair.asked] = known_taken_[pair.known] = true;
    if (pair.two_asked) asked_taken_[pair.asked + 1U] = true;
    if (pair.two_known) known_taken_[pair.known + 1U] = true;
    pairs_.push_back(pair);
  }

  // Two neighbours on one side that are one part on the other.
  void OfferJoined(std::span<const WeighedPart> two, std::span<const WeighedPart> one,
                   bool two_asked) {
    for (uint8_t i = 0; i + 1U < two.size(); ++i) {
      const size_t letters = two[i].text.size() + two[i + 1U].text.size();
      std::string sound;
      for (uint8_t j = 0; j < one.size(); ++j) {
        const bool fits = one[j].text.size() + 2 >= letters && one[j].text.size() <= letters + 2;
        if (!fits || one[j].sound[0] != two[i].sound[0]) continue;
        if (sound.empty()) sound = SoundOf(std::string(two[i].text).append(two[i + 1U].text));
        const double s = SoundSimilarity(sound, one[j].sound, one[j].without_vowels);
        if (s < kJoinedFrom) continue;
        offers_.push_back({.asked = two_asked ? i : j,
                           .known = two_asked ? j : i,
                           .how = Agreement::kJoined,
                           .similarity = static_cast<float>(s),
                           .two_asked = two_asked,
                           .two_known = !two_asked});
      }
    }
  }

  std::span<const WeighedPart> asked_;
  std::span<const WeighedPart> known_;
  std::span<const float> similarities_;
  Taken asked_taken_{};
  Taken known_taken_{};
  std::vector<PartPair> offers_;
  std::vector<PartPair> pairs_;
};

double Total(std::span<const WeighedPart> parts) {
  double total = 0;
  for (const WeighedPart& part : parts) total += Weight(part);
  return total;
}

size_t PlainParts(std::span<const WeighedPart> parts) {
  return static_cast<size_t>(std::ranges::count(parts, PartKind::kPlain, &WeighedPart::kind));
}

bool IsWhole(std::span<const WeighedPart> asked, std::span<const WeighedPart> known,
             std::span<const PartPair> pairs) {
  const auto exact = static_cast<size_t>(std::ranges::count_if(pairs, [&](const PartPair& pair) {
    return pair.how == Agreement::kExact && asked[pair.asked].kind == PartKind::kPlain;
  }));
  return exact > 0 && exact == PlainParts(asked) && exact == PlainParts(known);
}

double WeightAt(std::span<const WeighedPart> parts, uint8_t at, bool two) {
  return Weight(parts[at]) + (two ? Weight(parts[at + 1U]) : 0);
}

}  // namespace

NameAgreement Compare(std::span<const WeighedPart> asked, std::span<const WeighedPart> known) {
  std::vector<float> similarities;
  for (const WeighedPart& a : asked) {
    for (const WeighedPart& k : known) {
      similarities.push_back(static_cast<float>(
          SoundSimilarity(a.sound, k.sound, a.without_vowels != k.without_vowels)));
    }
  }
  return Compare(asked, known, similarities);
}

NameAgreement Compare(std::span<const WeighedPart> asked, std::span<const WeighedPart> known,
                      std::span<const float> similarities) {
  NameAgreement result;
  result.pairs = Pairing(asked, known, similarities).Run();
  std::ranges::sort(result.pairs, {}, &PartPair::asked);
  result.in_order = std::ranges::is_sorted(result.pairs, {}, &PartPair::known);
  result.whole = IsWhole(asked, known, result.pairs);
  double asked_found = 0;
  double known_found = 0;
  for (const PartPair& pair : result.pairs) {
    const double worth = Worth(pair.similarity);
    const double a = WeightAt(asked, pair.asked, pair.two_asked);
    const double k = WeightAt(known, pair.known, pair.two_known);
    asked_found += worth * a;
    known_found += worth * k;
    result.matched += worth * std::min(a, k);
    if (known[pair.known].kind == PartKind::kPlain && worth > 0.5) ++result.parts;
  }
  const double asked_total = Total(asked);
  const double known_total = Total(known);
  result.asked = asked_total > 0 ? asked_found / asked_total : 0;
  result.known = known_total > 0 ? known_found / known_total : 0;
  result.asked_left = asked_total - asked_found;
  result.known_left = known_total - known_found;
  return result;
}

double Score(const NameAgreement& agreement, YearAgreement year, bool low_quality) {
  const double both_left = std::min(agreement.asked_left, agreement.known_left);
  double evidence = kAsked * agreement.asked + kKnown * agreement.known +
                    kMatched * std::min(agreement.matched, kMostMatched) - kBothLeft * both_left;
  if (agreement.whole) evidence += kWhole;
  if (low_quality) evidence -= kLowQuality;
  if (year == YearAgreement::kAgrees) evidence += kYearAgrees;
  if (year == YearAgreement::kNear) evidence += kYearNear;
  if (year == YearAgreement::kContradicts) evidence -= kYearContradicts;
  return 1 / (1 + std::exp((kEven - evidence) * kSteepness));
}

}  // namespace entente::node::search

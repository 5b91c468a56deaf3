#include "node/search/sound.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace entente::node::search {
namespace {

struct Rule {
  std::string_view letters;
  std::string_view sound;
};

// The first that fits is taken, so longer ones stand before shorter ones.
constexpr Rule kRules[] = {{"TSCH", "C"}, {"DZH", "J"},  {"DSCH", "J"}, {"TCH", "C"},  {"SCH", "Q"},
                           {"SHCH", "Q"}, {"OUA", "Va"}, {"OUE", "Ve"}, {"OUI", "Vi"}, {"YEO", "o"},
                           {"SH", "Q"},   {"CH", "C"},   {"KH", "X"},   {"GH", "G"},   {"PH", "F"},
                           {"TH", "8"},   {"DH", "9"},   {"ZH", "J"},   {"DJ", "J"},   {"CK", "K"},
                           {"KS", "X"},   {"OU", "u"},   {"OO", "u"},   {"UU", "u"},   {"AEE", "y"},
                           {"EE", "i"},   {"II", "i"},   {"IE", "i"},   {"IY", "i"},   {"IJ", "i"},
                           {"YI", "i"},   {"AA", "a"},   {"AE", "a"},   {"OE", "o"},   {"UE", "u"},
                           {"EO", "o"},   {"EU", "u"},   {"AI", "y"},   {"AY", "y"},   {"EI", "y"},
                           {"EY", "y"},   {"AU", "w"},   {"AW", "w"},   {"CE", "Se"},  {"CI", "Si"},
                           {"CY", "Si"},  {"A", "a"},    {"E", "e"},    {"I", "i"},    {"O", "o"},
                           {"U", "u"},    {"Y", "i"},    {"C", "K"},    {"Q", "7"},    {"W", "V"}};

bool IsVowelLetter(char c) { return std::string_view("AEIOUY").find(c) != std::string_view::npos; }
bool IsVowelSound(char c) { return std::string_view("aeiouyw").find(c) != std::string_view::npos; }

bool StartsWith(std::string_view rest, std::string_view letters) {
  if (rest.size() < letters.size()) return false;
  for (size_t i = 0; i < letters.size(); ++i) {
    if (rest[i] != letters[i]) return false;
  }
  return true;
}

// "AY" before a vowel is a and a consonant: AYAD, KHAYAT, BAYIQ; so is "AW": AWAD.
bool Fits(const Rule& rule, std::string_view rest) {
  if (!StartsWith(rest, rule.letters)) return false;
  const bool glide = rule.sound == "y" || rule.sound == "w" || rule.letters == "IY";
  return !glide || rest.size() == 2 || !IsVowelLetter(rest[2]);
}

// Silent: h at the end or before a consonant behind a vowel, e at the end of what is long enough.
void DropSilent(std::string& sound) {
  if (sound.size() > 2 && sound.back() == 'H' && IsVowelSound(sound[sound.size() - 2])) {
    sound.pop_back();
  }
  if (sound.size() > 4 && sound.back() == 'e' && !IsVowelSound(sound[sound.size() - 2])) {
    sound.pop_back();
  }
}

struct Price {
  std::string_view one;
  std::string_view other;
  float cost;
};

// What an exchange of two sounds costs when it is less than a whole one. Each sound of the first
// text with each of the second.
constexpr Price kPrices[] = {
    {"7", "K", .05F},  {"7", "G", .2F},   {"7", "X", .3F},   {"7", "CH", .6F}, {"8", "T", .1F},
    {"8", "S", .25F},  {"8", "DZ9", .4F}, {"9", "D", .1F},   {"9", "Z", .2F},  {"9", "T8S", .4F},
    {"D", "T", .5F},   {"D", "Z", .35F},  {"S", "Z", .35F},  {"J", "Z", .5F},  {"X", "K", .25F},
    {"X", "H", .25F},  {"G", "K", .35F},  {"G", "J", .35F},  {"G", "X", .4F},  {"G", "H", .6F},
    {"C", "Q", .2F},   {"C", "J", .35F},  {"C", "KX", .45F}, {"C", "H", .5F},  {"C", "S", .6F},
    {"C", "T", .7F},   {"Q", "S", .4F},   {"Q", "XZJ", .6F}, {"B", "P", .4F},  {"B", "V", .5F},
    {"P", "F", .5F},   {"F", "V", .25F},  {"M", "N", .6F},   {"L", "R", .5F},  {"V", "uwo", .3F},
    {"J", "iy", .4F},  {"K", "H", .7F},   {"a", "e", .2F},   {"a", "i", .35F}, {"a", "o", .25F},
    {"a", "u", .35F},  {"e", "i", .15F},  {"e", "o", .35F},  {"e", "u", .4F},  {"i", "o", .45F},
    {"i", "u", .4F},   {"o", "u", .1F},   {"y", "ei", .15F}, {"y", "a", .25F}, {"y", "ou", .45F},
    {"w", "ou", .15F}, {"w", "a", .25F},  {"w", "eiy", .5F}};

constexpr size_t kSounds = 128;
constexpr float kVowelGap = .3F;
constexpr float kUnwrittenGap = .04F;
// Vowels that nobody wrote cannot disagree: their agreement is worth less.
constexpr double kUnwrittenTrust = .93;
constexpr float kLooseGap = .4F;  // h, and y at the beginning

struct Costs {
  std::array<std::array<float, kSounds>, kSounds> swap;
  std::array<float, kSounds> gap;

  explicit Costs(bool lacks_vowels) {
    for (size_t a = 0; a < kSounds; ++a) {
      for (size_t b = 0; b < kSounds; ++b) swap[a][b] = a == b ? 0 : 1;
      const char c = static_cast<char>(a);
      gap[a] = IsVowelSound(c) ? kVowelGap : c == 'H' ? kLooseGap : 1;
      if (lacks_vowels && (IsVowelSound(c) || c == 'V')) gap[a] = kUnwrittenGap;
    }
    for (const Price& price : kPrices) {
      for (const char a : price.one) {
        for (const char b : price.other) {
          swap[static_cast<size_t>(a)][static_cast<size_t>(b)] = price.cost;
          swap[static_cast<size_t>(b)][static_cast<size_t>(a)] = price.cost;
        }
      }
    }
    if (!lacks_vowels) return;
    for (auto& row : swap) std::ranges::for_each(row, [](float& c) { c = c < .5F ? c / 3 : c; });
  }
};

const Costs& CostsOf(bool lacks_vowels) {
  static const Costs written(false);
  static const Costs unwritten(true);
  return lacks_vowels ? unwritten : written;
}

constexpr size_t kMost = 48;

size_t At(std::string_view text, size_t i) { return static_cast<unsigned char>(text[i]) & 0x7f; }

// Weighted edit distance (Wagner and Fischer), with an exchange of neighbours as one edit.
// Any number above `most` when it is more than that.
float Distance(std::string_view a, std::string_view b, const Costs& costs, float most) {
  std::array<std::array<float, kMost + 1>, 3> rows;
  auto* before = &rows[0];
  auto* last = &rows[1];
  auto* row = &rows[2];
  (*last)[0] = 0;
  for (size_t j = 0; j < b.size(); ++j) (*last)[j + 1] = (*last)[j] + costs.gap[At(b, j)];
  for (size_t i = 0; i < a.size(); ++i) {
    (*row)[0] = (*last)[0] + costs.gap[At(a, i)];
    float least = (*row)[0];
    for (size_t j = 0; j < b.size(); ++j) {
      float best = (*last)[j] + costs.swap[At(a, i)][At(b, j)];
      best = std::min(best, (*last)[j + 1] + costs.gap[At(a, i)]);
      best = std::min(best, (*row)[j] + costs.gap[At(b, j)]);
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j]) {
        best = std::min(best, (*before)[j - 1] + .6F);
      }
      (*row)[j + 1] = best;
      least = std::min(least, best);
    }
    // An exchange of neighbours may come back from the row before, at .6.
    if (least > most + 1) return least;
    auto* const free = before;
    before = last;
    last = row;
    row = free;
  }
  return (*last)[b.size()];
}

char Family(char sound) {
  constexpr std::string_view families[] = {"BPFV", "KGX7", "SZQCJ8", "TD9", "LR", "MN"};
  for (const std::string_view family : families) {
    if (family.find(sound) != std::string_view::npos) return family[0];
  }
  return 0;
}

}  // namespace

std::string SoundOf(std::string_view part) {
  std::string sound;
  for (size_t at = 0; at < part.size();) {
    const std::string_view rest = part.substr(at);
    std::string_view next = rest.substr(0, 1);
    size_t taken = 1;
    for (const Rule& rule : kRules) {
      if (!Fits(rule, rest)) continue;
      next = rule.sound;
      taken = rule.letters.size();
      break;
    }
    for (const char c : next) {
      if (sound.empty() || sound.back() != c) sound += c;
    }
    at += taken;
  }
  DropSilent(sound);
  return sound;
}

std::string SkeletonOf(std::string_view sound) {
  std::string skeleton;
  for (size_t i = 0; i < sound.size(); ++i) {
    if (!IsVowelSound(sound[i])) {
      skeleton += sound[i];
    } else if (i == 0) {
      skeleton += 'a';
    }
  }
  return skeleton;
}

std::string PhoneticKey(std::string_view sound) {
  std::string key;
  for (const char c : sound) {
    const char family = Family(c);
    if (family != 0 && (key.empty() || key.back() != family)) key += family;
  }
  return key;
}

double SoundSimilarity(std::string_view a, std::string_view b, bool lacks_vowels, double least) {
  a = a.substr(0, kMost);
  b = b.substr(0, kMost);
  if (a == b) return 1;
  const double length = std::max(3.0, static_cast<double>(a.size() + b.size()) / 2);
  const auto most = static_cast<float>((1 - least) * length);
  const float distance = Distance(a, b, CostsOf(lacks_vowels), most);
  const double similarity = std::max(0.0, 1 - distance / length);
  return lacks_vowels ? similarity * kUnwrittenTrust : similarity;
}

}  // namespace entente::node::search

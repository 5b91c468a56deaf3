// Names of any script folded to Latin tokens, so that spellings of one name by different offices
// meet. Thread-safe; errors none: bytes that are no UTF-8 are left out.
//
// Sources: ICU transliteration (Any-Latin, for Cyrillic the BGN system), ICAO Doc 9303-3 section 6
// for the Latin letters beyond A-Z.
//
// Parts that offices write together or apart, and in many ways, always come apart: ABDURRAHMAN and
// Abd al-Rahman are ABD RAHMAN, Nour-Eddine and NURUDDIN are N.R DIN, Abubakar is ABU BAKAR.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace entente::node::search {

// Longer names are cut: no passport has as many parts.
inline constexpr size_t kNameParts = 16;
inline constexpr size_t kPartLetters = 32;

enum class PartKind : uint8_t {
  kPlain,
  kParticle,  // al, bin, ould, de: says next to nothing
  kTitle,     // Dr, Haji, Mullah, Abu: an office may write it or not
};

struct NamePart {
  std::string text;  // A-Z, 0-9
  PartKind kind = PartKind::kPlain;
  bool without_vowels = false;  // from a script that does not write short ones
  friend bool operator==(const NamePart&, const NamePart&) = default;
};

// A-Z and 0-9 and single blanks: "Þórður d'Øst" is "THORDUR DOEST". Invisible characters
// (bidirectional controls and the like) and apostrophes are dropped, all else is a blank.
std::string FoldLatin(std::string_view text);

// The parts of a name in the order in which they stand.
std::vector<NamePart> FoldName(std::string_view name);

}  // namespace entente::node::search

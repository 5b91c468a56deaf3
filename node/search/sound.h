// How a folded name part sounds, whichever language its Latin letters were written in, and how
// near two such sounds are. Pure; thread-safe.
//
// A sound is a text of one character for each sound: consonants A-Z (Q is sh, X is kh, 7 is q, 8
// and 9 are th and dh), vowels a e i o u, y for ai and w for au. The rules are those that
// romanisations of Arabic, Persian, Russian, Korean and Chinese differ by (double letters, ou/u/oo,
// ee/i, dj/j/zh, ph/f, ck/q/k, silent h and e); the rest is the price of turning one sound into
// another.
#pragma once

#include <string>
#include <string_view>

namespace entente::node::search {

// Of letters A-Z and digits; digits stand for themselves.
std::string SoundOf(std::string_view part);

// The consonants alone, with a vowel at the beginning as "a": MUHAMMAD and MOHAMED are "MHMD".
std::string SkeletonOf(std::string_view sound);

// Coarser: consonants by families, h and w dropped. Sounds that differ by a romanisation mostly
// have one key.
std::string PhoneticKey(std::string_view sound);

// 1 for the same sounds, 0 at worst. `lacks_vowels`: one of the two was written without them.
// What is below `least` may come back as 0, which is sooner known.
double SoundSimilarity(std::string_view a, std::string_view b, bool lacks_vowels, double least = 0);

}  // namespace entente::node::search

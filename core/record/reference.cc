#include "core/record/reference.h"

#include <algorithm>
#include <cctype>

namespace entente::record {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kCharacters = 16;  // of five bits
constexpr size_t kGroup = 4;
constexpr uint32_t kModulus = 31;

using Values = std::array<uint32_t, kCharacters>;

Values ValuesOf(ByteSpan prefix) {
  Values values{};
  for (size_t bit = 0; bit < kCharacters * 5; ++bit) {
    const uint32_t one = (prefix[bit / 8] >> (7 - bit % 8)) & 1u;
    values[bit / 5] = values[bit / 5] << 1 | one;
  }
  return values;
}

ReferencePrefix PrefixOf(const Values& values) {
  ReferencePrefix prefix{};
  for (size_t bit = 0; bit < kCharacters * 5; ++bit) {
    const uint32_t one = (values[bit / 5] >> (4 - bit % 5)) & 1u;
    prefix[bit / 8] = static_cast<uint8_t>(prefix[bit / 8] << 1 | one);
  }
  return prefix;
}

char CheckCharacter(const Values& values) {
  uint32_t sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += values[i] * static_cast<uint32_t>(i + 1);
  return kAlphabet[sum % kModulus];
}

// What was meant by a character as spoken or typed.
char Fold(char c) {
  const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (upper == 'O') return '0';
  return upper == 'I' || upper == 'L' ? '1' : upper;
}

std::string Folded(std::string_view text) {
  std::string folded;
  for (const char c : text) {
    if (c != '-' && c != ' ') folded.push_back(Fold(c));
  }
  return folded;
}

}  // namespace

std::string SpokenReference(const RecordId& id) {
  const Values values = ValuesOf(id);
  std::string text;
  for (size_t i = 0; i < values.size(); ++i) {
    text.push_back(kAlphabet[values[i]]);
    if (i % kGroup == kGroup - 1) text.push_back('-');
  }
  return text + CheckCharacter(values);
}

absl::StatusOr<ReferencePrefix> ParseReference(std::string_view text) {
  const std::string folded = Folded(text);
  if (folded.size() != kCharacters + 1) {
    return absl::InvalidArgumentError("a reference has 17 characters, as in ABCD-EFGH-JKMN-PQRS-T");
  }
  Values values{};
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t value = kAlphabet.find(folded[i]);
    if (value == std::string_view::npos) {
      return absl::InvalidArgumentError(
          "a reference has digits and letters, without I, L, O and U");
    }
    values[i] = static_cast<uint32_t>(value);
  }
  if (folded.back() != CheckCharacter(values)) {
    return absl::InvalidArgumentError("the last character of the reference does not fit the rest");
  }
  return PrefixOf(values);
}

bool Matches(const ReferencePrefix& prefix, const RecordId& id) {
  return std::equal(prefix.begin(), prefix.end(), id.begin());
}

}  // namespace entente::record

#include "node/search/leak_text.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "node/search/fold.h"
#include "node/search/sound.h"

namespace entente::node::search {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Digits of every script as 0-9, and Chinese characters apart from all else.
std::string WithPlainDigits(std::string_view text) {
  auto unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
  for (int i = 0; i < unicode.length(); i = unicode.moveIndex32(i, 1)) {
    const int digit = u_charDigitValue(unicode.char32At(i));
    if (digit >= 0 && unicode.char32At(i) <= 0xffff)
      unicode.setCharAt(i, static_cast<char16_t>(u'0' + digit));
  }
  for (int i = unicode.length() - 1; i > 0; --i) {
    const bool here = u_hasBinaryProperty(unicode.charAt(i), UCHAR_IDEOGRAPHIC) != 0;
    const bool before = u_hasBinaryProperty(unicode.charAt(i - 1), UCHAR_IDEOGRAPHIC) != 0;
    if (here != before) unicode.insert(i, u' ');
  }
  std::string plain;
  unicode.toUTF8String(plain);
  return plain;
}

bool BreaksWord(UChar32 c) {
  return !u_isalnum(c) && c != u'\'' && c != u'’' && u_charType(c) != U_NON_SPACING_MARK &&
         u_charType(c) != U_COMBINING_SPACING_MARK && u_charType(c) != U_FORMAT_CHAR;
}

// A text without blanks is a file name, a handle, a code: there any letter may begin a name.
bool HasBlanks(std::string_view text) { return text.find(' ') != std::string_view::npos; }

// At blanks and signs, and before the capital of "MariaIvanova".
std::vector<std::string> PiecesOf(std::string_view text) {
  const auto unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
  std::vector<std::string> pieces;
  icu::UnicodeString piece;
  const auto end = [&] {
    if (!piece.isEmpty()) piece.toUTF8String(pieces.emplace_back());
    piece.remove();
  };
  UChar32 before = 0;
  for (int i = 0; i < unicode.length(); i = unicode.moveIndex32(i, 1)) {
    const UChar32 c = unicode.char32At(i);
    const bool camel = u_islower(before) && u_isupper(c);
    const bool number = before != 0 && u_isdigit(before) != u_isdigit(c);
    if (BreaksWord(c) || camel || number) end();
    if (!BreaksWord(c)) piece.append(c);
    before = c;
  }
  end();
  return pieces;
}

}  // namespace

bool BeginsLikeAName(std::string_view piece) {
  const auto unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(piece.data(), static_cast<int>(piece.size())));
  return !u_islower(unicode.char32At(0));
}

std::vector<TextWord> WordsOf(std::string_view text) {
  std::vector<TextWord> words;
  const bool any = !HasBlanks(text);
  for (const std::string& piece : PiecesOf(text)) {
    const bool capital = any || BeginsLikeAName(piece);
    // Scripts without blanks become many words: each is folded alone.
    const std::string folded = FoldLatin(piece);
    const bool many = std::ranges::count(folded, ' ') >= 3;
    for (size_t from = 0; from < folded.size();) {
      const size_t to = many ? std::min(folded.find(' ', from), folded.size()) : folded.size();
      const std::string_view one = many ? std::string_view(folded).substr(from, to - from) : piece;
      for (const NamePart& part : FoldName(one)) {
        if (part.kind == PartKind::kParticle) continue;
        words.push_back({part.text, SoundOf(part.text), capital, part.without_vowels, part.kind});
      }
      from = to + 1;
    }
  }
  return words;
}

std::string Squeezed(std::string_view text) {
  std::string all = FoldLatin(WithPlainDigits(text));
  std::erase(all, ' ');
  return all;
}

ReadText::ReadText(std::string_view text) {
  const std::string plain = WithPlainDigits(text);
  words_ = WordsOf(plain);
  Squeeze(plain);
}

void ReadText::Squeeze(std::string_view text) {
  const std::string folded = FoldLatin(text);
  for (size_t i = 0; i < folded.size(); ++i) {
    if (folded[i] == ' ') continue;
    const bool joined = i > 0 && folded[i - 1] != ' ';
    squeezed_ += folded[i];
    joined_.push_back(joined);
    if (!IsDigit(folded[i])) continue;
    if (!joined || !IsDigit(folded[i - 1])) numbers_.emplace_back();
    numbers_.back() += folded[i];
  }
}

}  // namespace entente::node::search

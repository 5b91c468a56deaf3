#include "node/search/fold.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>

#include "node/search/sound.h"

namespace entente::node::search {
namespace {

// Georgian's capitals have no transliteration. Latin letters by Doc 9303-3 before ICU's own way
// with them, which is to drop the marks.
constexpr char16_t kRules[] =
    u":: NFKC; :: Any-Upper; :: [\\u1C90-\\u1CBF] Any-Lower; :: NFC;"
    u"[[:Cf:]\\u0640\\u2019\\u2018\\u02BC\\u02BB\\u02BF\\u02BE\\u00B4\\u0060\\u2032] > ;"
    u"Å > AA; Ä > AE; Æ > AE; Ö > OE; Ø > OE; Œ > OE; Ü > UE; Þ > TH; Ð > D; ẞ > SS;"
    u"ہ > ه; ۃ > ه; ھ > ه;";
constexpr char16_t kToLatin[] =
    u"Russian-Latin/BGN; Any-Latin; Latin-ASCII; Any-Upper;"
    u"[\\u02BC\\u02BB\\u02BF\\u02BE\\u02B9\\u02BA\\u0060] Remove";

class Transliteration {
 public:
  Transliteration() {
    UErrorCode code = U_ZERO_ERROR;
    UParseError error;
    rules_.reset(icu::Transliterator::createFromRules("EntenteName", icu::UnicodeString(kRules),
                                                      UTRANS_FORWARD, error, code));
    to_latin_.reset(icu::Transliterator::createInstance(icu::UnicodeString(kToLatin),
                                                        UTRANS_FORWARD, error, code));
    if (rules_ != nullptr && to_latin_ != nullptr) return;
    // Without them every name in another script would be "no hit".
    std::fputs("ICU's data for transliteration are missing: install libicu72\n", stderr);
    std::abort();
  }

  void Run(icu::UnicodeString& text) const {
    rules_->transliterate(text);
    to_latin_->transliterate(text);
  }

 private:
  std::unique_ptr<const icu::Transliterator> rules_;
  std::unique_ptr<const icu::Transliterator> to_latin_;
};

bool IsAscii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool IsApostrophe(char c) { return c == '\'' || c == '`'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string ToLatin(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  auto unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int>(text.size())));
  static const Transliteration transliteration;
  transliteration.Run(unicode);
  std::string latin;
  unicode.toUTF8String(latin);
  return latin;
}

// Arabic and Hebrew letters, by their lead bytes in UTF-8.
bool LeavesVowelsOut(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0xd6 && byte <= 0xdb) || byte == 0xef;
  });
}

bool IsOneOf(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

constexpr std::string_view kParticles[] = {
    "AL",   "EL",  "UL",  "UR",  "AR",  "AS",  "AD",  "AT",   "AZ",   "ASH",   "ED",    "UD",
    "ES",   "ET",  "ER",  "EZ",  "BIN", "BEN", "IBN", "IBNU", "BINT", "BINTI", "OULD",  "WALAD",
    "WULD", "DE",  "DA",  "DO",  "DI",  "DU",  "DOS", "DAS",  "DEL",  "DELA",  "DELOS", "LA",
    "LE",   "LOS", "LAS", "VAN", "VON", "DER", "DEN", "Y",    "E",    "AG",    "THE",   "OF"};

// By their sound: titles are spelled in as many ways as names are.
constexpr std::string_view kTitles[] = {
    "DR",         "DOCTOR",    "PROF",      "PROFESSOR", "ENG",       "ENGINEER",   "GENERAL",
    "GEN",        "COLONEL",   "COL",       "MAJOR",     "MAJ",       "CAPTAIN",    "CAPT",
    "LIEUTENANT", "LT",        "BRIGADIER", "BRIG",      "COMMANDER", "COMMANDANT", "CHIEF",
    "MR",         "MRS",       "MS",        "SIR",       "JR",        "SR",         "II",
    "III",        "MULLAH",    "MOLLAH",    "MAULAVI",   "MAULVI",    "MOLVI",      "MAWLAWI",
    "MAULANA",    "MAWLANA",   "HAJI",      "HADJ",      "HAJ",       "ALHAJ",      "ALHAJI",
    "SHEIKH",     "SHAYKH",    "CHEIKH",    "SHEIK",     "QARI",      "USTAD",      "USTADH",
    "USTAZ",      "AYATOLLAH", "SARDAR",    "MZEE",      "SAYYID",    "SAYED",      "SEYED",
    "SEYYED",     "SYED",      "SAYYED",    "AKHUND",    "AKHOND",    "ABU",        "ABOU",
    "ABO",        "ABI",       "UMM"};

bool IsTitle(std::string_view text) {
  static const std::vector<std::string> sounds = [] {
    std::vector<std::string> all;
    for (const std::string_view title : kTitles) all.push_back(SoundOf(title));
    std::ranges::sort(all);
    return all;
  }();
  return std::ranges::binary_search(sounds, SoundOf(text));
}

bool IsVowel(char c) { return std::string_view("AEIOU").find(c) != std::string_view::npos; }

size_t VowelsFrom(std::string_view text, size_t at) {
  const size_t begin = at;
  while (at < text.size() && IsVowel(text[at])) ++at;
  return at - begin;
}

// A letter that an Arabic article before it turns into: ar-Rahman, ad-Din, es-Sabbar.
bool TakesArticle(char c) { return std::string_view("TDRZSNL").find(c) != std::string_view::npos; }

// "LRAHMAN", "RRAHMAN", "LAZIZ" without the article they begin with.
std::string_view WithoutArticle(std::string_view rest) {
  const bool doubled = rest.size() > 1 && rest[0] == rest[1] && TakesArticle(rest[0]);
  return doubled || (!rest.empty() && rest[0] == 'L') ? rest.substr(1) : rest;
}

// What is behind ABD and its vowels: RAHMAN of ABDURRAHMAN, ALAH of ABDULLAH; empty when the word
// is another, as ABDI.
std::string BehindAbd(std::string_view word) {
  if (!word.starts_with("ABD") || word.size() < 7) return {};
  const size_t vowels = VowelsFrom(word, 3);
  std::string_view rest = word.substr(3 + vowels);
  if (rest.starts_with("LLA") || rest.starts_with("LAH")) {
    return "A" + std::string(rest.substr(rest.starts_with("LL") ? 1 : 0));
  }
  const std::string_view bare = WithoutArticle(rest);
  return bare.size() < 3 ? std::string() : std::string(bare);
}

// Where DIN or ALLAH begin at the end of NURUDDIN, NOUREDDINE, NAJIBULLAH; npos when they do not.
size_t LastPartAt(std::string_view word) {
  for (const std::string_view din :
       {"DDIN", "DDINE", "DDEEN", "LDIN", "LDEEN", "EDINE", "UDIN", "ADIN", "EDIN"}) {
    const bool alone = word.size() <= din.size() + 1;  // EDDINE, UDDIN
    if (word.ends_with(din) && (alone || word.size() >= din.size() + 3))
      return word.size() - din.size() + 1;
  }
  for (const std::string_view allah :
       {"ULLAH", "OLLAH", "ALLAH", "ELLAH", "ULLA", "ALLA", "OLLA", "ULAH", "ALAH", "OLAH"}) {
    if (word.ends_with(allah) && word.size() >= allah.size() + 3) return word.size() - allah.size();
  }
  return std::string_view::npos;
}

// ZAHRANI of ALZAHRANI, SABAR of ESSABAR. What is short stays whole: ALFRED, ASSAD.
std::string_view WithoutGluedArticle(std::string_view word) {
  if (word.size() < 7 || (word[0] != 'A' && word[0] != 'E')) return word;
  if (word[1] == 'L' && !IsVowel(word[2])) return word.substr(2);
  return word[1] == word[2] && TakesArticle(word[1]) ? word.substr(2) : word;
}

class Parts {
 public:
  Parts(std::vector<NamePart>& parts, bool without_vowels)
      : parts_(&parts), without_vowels_(without_vowels) {}

  // Takes a word apart where it is compound.
  void Add(std::string_view word) {
    if (without_vowels_ && word.size() > 4 && word.starts_with("AL")) word.remove_prefix(2);
    word = WithoutGluedArticle(word);
    if (const std::string rest = BehindAbd(word); !rest.empty()) {
      Put("ABD");
      return Put(rest);
    }
    const size_t last = LastPartAt(word);
    if (last != std::string_view::npos) {
      if (last > 2) Put(FirstPart(word.substr(0, last)));
      return Put(word[last] == 'D' ? "DIN" : "ALLAH");
    }
    const size_t abu = word.starts_with("ABOU") ? 4 : word.starts_with("ABU") ? 3 : 0;
    if (abu != 0 && word.size() >= abu + 4 && !IsVowel(word[abu])) {
      Put("ABU");
      return Put(word.substr(abu));
    }
    const bool before_another = word == "ABDUL" || word == "ABDEL" || word == "ABDAL" ||
                                word == "ABDOUL" || word == "ABDUR" || word == "ABDER" ||
                                word == "ABDUS" || word == "ABED" || word == "ABDOU";
    Put(before_another ? "ABD" : word);
  }

 private:
  // NUR of "NURUD" and "NURAL".
  static std::string_view FirstPart(std::string_view first) {
    if (first.size() > 4 && (first.back() == 'D' || first.back() == 'L')) first.remove_suffix(1);
    if (first.size() > 3 && IsVowel(first.back())) first.remove_suffix(1);
    return first;
  }

  void Put(std::string_view word) {
    if (word.empty() || parts_->size() >= kNameParts) return;
    NamePart part{.text = std::string(word.substr(0, kPartLetters)),
                  .kind = PartKind::kPlain,
                  .without_vowels = without_vowels_};
    if (IsOneOf(kParticles, part.text)) {
      part.kind = PartKind::kParticle;
    } else if (IsTitle(part.text)) {
      part.kind = PartKind::kTitle;
    }
    parts_->push_back(std::move(part));
  }

  std::vector<NamePart>* parts_;
  bool without_vowels_;
};

}  // namespace

std::string FoldLatin(std::string_view text) {
  std::string folded;
  for (char c : ToLatin(text)) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (IsApostrophe(c)) continue;
    if (IsUpper(c) || IsDigit(c)) {
      folded += c;
    } else if (!folded.empty() && folded.back() != ' ') {
      folded += ' ';
    }
  }
  if (folded.ends_with(' ')) folded.pop_back();
  return folded;
}

std::vector<NamePart> FoldName(std::string_view name) {
  std::vector<NamePart> parts;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find_first_of(" ,;\t\n", at), name.size());
    const std::string_view word = name.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    Parts into(parts, LeavesVowelsOut(word));
    const std::string folded = FoldLatin(word);
    for (size_t from = 0; from < folded.size();) {
      const size_t to = std::min(folded.find(' ', from), folded.size());
      into.Add(std::string_view(folded).substr(from, to - from));
      from = to + 1;
    }
  }
  return parts;
}

}  // namespace entente::node::search

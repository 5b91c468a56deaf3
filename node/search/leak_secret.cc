#include "node/search/leak_secret.h"

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "node/search/fold.h"
#include "node/search/sound.h"

namespace entente::node::search {
namespace {

constexpr size_t kNumbersPaired = 64;
constexpr size_t kLeastDigits = 6;         // of a number whose letters are left out
constexpr size_t kLeastNumber = 5;         // letters and digits
constexpr size_t kPhoneTail = 8;           // digits that a number has in every way of writing it
constexpr double kVowelsUnwritten = 0.12;  // Arabic and Hebrew leave so much open
constexpr double kWholeName = 0.87;
constexpr size_t kReach = 3;  // words within which two parts of a name stand

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNumber(const TextWord& word) { return IsDigit(word.text.front()); }

// The same word with another ending.
bool IsInflected(std::string_view part, std::string_view word, size_t least) {
  if (part.size() < least || word.size() > part.size() + 3 || word.size() + 2 < part.size()) {
    return false;
  }
  const auto [in_part, in_word] = std::ranges::mismatch(part, word);
  return static_cast<size_t>(in_part - part.begin()) + 1 >= part.size();
}

bool SoundsLike(const TextWord& part, const TextWord& word, double least) {
  const bool lacks = part.without_vowels != word.without_vowels;
  if (lacks) least -= kVowelsUnwritten;
  return SoundSimilarity(part.sound, word.sound, lacks, least) >= least;
}

// One of two parts of a name that stand together.
bool MayBe(const TextWord& part, const TextWord& word) {
  if (part.text == word.text) return true;
  if (part.text.size() < 4 || word.text.size() < 3) {
    return part.sound == word.sound && part.text.size() > 1 && word.text.size() > 1;
  }
  return IsInflected(part.text, word.text, 4) || SoundsLike(part, word, 0.80);
}

// A part that stands alone.
bool MustBe(const TextWord& part, const TextWord& word) {
  if (!word.capital || part.text.size() < 4) return false;
  if (part.text == word.text || IsInflected(part.text, word.text, 6)) return true;
  return part.text.size() >= 6 && SoundsLike(part, word, 0.88);
}

std::string Joined(const std::vector<TextWord>& words, size_t from, size_t count) {
  std::string all;
  for (size_t i = from; i < from + count; ++i) all += words[i].text;
  return all;
}

// The whole name as one word or more, however it is cut: KIM MIN SU is GIMMINSU.
bool StandsJoined(const std::vector<TextWord>& name, const std::vector<TextWord>& words) {
  const std::string whole = Joined(name, 0, name.size());
  if (whole.size() < 6) return false;
  std::string turned = name.size() > 1 ? Joined(name, 1, name.size() - 1) + name[0].text : whole;
  const std::array<std::string, 2> sounds = {SoundOf(whole), SoundOf(turned)};
  for (size_t from = 0; from < words.size(); ++from) {
    for (size_t count = 1; count <= 3 && from + count <= words.size(); ++count) {
      const std::string sound = SoundOf(Joined(words, from, count));
      for (const std::string& one : sounds) {
        if (SoundSimilarity(one, sound, false, kWholeName) >= kWholeName) return true;
      }
    }
  }
  return false;
}

using Same = bool (*)(const TextWord& part, const TextWord& word);

// Abbreviated too: BAHNHOFSTR.
bool MayBeStreet(const TextWord& part, const TextWord& word) {
  return MayBe(part, word) || (word.text.size() >= 6 && part.text.starts_with(word.text));
}

// How many of the parts stand within `reach` words from `from` on.
size_t CountNear(const std::vector<TextWord>& parts, const std::vector<TextWord>& words,
                 size_t from, size_t reach, Same same = &MayBe) {
  std::set<size_t> used;
  size_t found = 0;
  for (const TextWord& part : parts) {
    for (size_t i = from; i < std::min(words.size(), from + reach); ++i) {
      if (used.contains(i) || !same(part, words[i])) continue;
      used.insert(i);
      ++found;
      break;
    }
  }
  return found;
}

bool StandTogether(const std::vector<TextWord>& parts, const std::vector<TextWord>& words,
                   size_t least, size_t reach) {
  for (size_t from = 0; from < words.size(); ++from) {
    if (CountNear(parts, words, from, reach) >= least) return true;
  }
  return false;
}

std::string WithDotsSpelled(std::string_view text) {
  std::string spelled;
  for (const char c : text) spelled += c == '.' ? std::string(" dot ") : std::string(1, c);
  return spelled;
}

std::string DigitsOf(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return !IsDigit(c); });
  return digits;
}

// Not within a longer word or number; `open_before`: what comes before may belong to it.
bool StandsAlone(const ReadText& text, std::string_view what, bool open_before = false) {
  const std::string& all = text.squeezed();
  for (size_t at = all.find(what); at != all.npos; at = all.find(what, at + 1)) {
    const size_t end = at + what.size();
    const bool begins = open_before || !text.Joined(at) || IsDigit(all[at]) != IsDigit(all[at - 1]);
    const bool ends = !text.Joined(end) || IsDigit(all[end]) != IsDigit(all[end - 1]);
    if (begins && ends) return true;
  }
  return false;
}

// Whole runs of digits, one after the other, that end with `digits`; only the first may have more
// before it, when it is `open_before`.
bool StandsSplit(const ReadText& text, std::string_view digits, bool open_before) {
  const std::vector<std::string>& runs = text.numbers();
  const auto fits = [&](const std::string& all) {
    return all == digits || (open_before && all.ends_with(digits));
  };
  for (size_t from = 0; from < runs.size(); ++from) {
    std::string all;
    for (size_t i = from; i < runs.size() && all.size() < digits.size() + 4; ++i) {
      all += runs[i];
      if (i > from && fits(all)) return true;
    }
  }
  if (runs.size() > kNumbersPaired) return false;
  for (const std::string& first : runs) {
    for (const std::string& second : runs) {
      if (first.size() >= 2 && second.size() >= 2 && fits(first + second)) return true;
    }
  }
  return false;
}

// ---- days

struct Day {
  int year = 0;
  int month = 0;
  int day = 0;
};

int ToInt(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() ? value : -1;
}

// Names of the months and their short forms in the languages of Europe and those that the UN has.
std::multimap<std::string, int> MakeMonths() {
  std::multimap<std::string, int> months;
  for (const char* language : {"en", "fr", "es", "pt", "it", "de", "nl", "ro", "pl", "cs", "sk",
                               "hu", "bg", "ru", "uk", "el", "tr", "sq", "sr", "hr", "ar"}) {
    UErrorCode code = U_ZERO_ERROR;
    const icu::DateFormatSymbols symbols(icu::Locale(language), code);
    for (const auto context :
         {icu::DateFormatSymbols::FORMAT, icu::DateFormatSymbols::STANDALONE}) {
      for (const auto width : {icu::DateFormatSymbols::WIDE, icu::DateFormatSymbols::ABBREVIATED}) {
        int count = 0;
        const icu::UnicodeString* const names = symbols.getMonths(count, context, width);
        for (int i = 0; i < std::min(count, 12); ++i) {
          std::string name;
          names[i].toUTF8String(name);
          months.emplace(Squeezed(name), i + 1);
        }
      }
    }
  }
  return months;
}

bool IsMonth(const std::string& word, int month) {
  static const std::multimap<std::string, int> months = MakeMonths();
  const auto [from, to] = months.equal_range(word);
  return std::any_of(from, to, [&](const auto& one) { return one.second == month; });
}

bool IsYear(const std::string& word, int year) {
  const int number = ToInt(word);
  return number == year || (word.size() == 2 && number == year % 100);
}

// Three in a row, whatever their order: the year, the day, and the month as number or name.
bool IsDayAt(const std::vector<TextWord>& words, size_t at, const Day& day) {
  std::array<size_t, 3> order = {0, 1, 2};
  do {
    const std::string& month = words[at + order[1]].text;
    if (IsYear(words[at + order[0]].text, day.year) &&
        (ToInt(month) == day.month || IsMonth(month, day.month)) &&
        ToInt(words[at + order[2]].text) == day.day) {
      return true;
    }
  } while (std::ranges::next_permutation(order).found);
  return false;
}

std::array<std::string, 3> WrittenTogether(std::string_view day) {
  const std::string year(day.substr(0, 4));
  const std::string month(day.substr(5, 2));
  const std::string of_month(day.substr(8, 2));
  return {year + month + of_month, of_month + month + year, month + of_month + year};
}

// ---- streets

bool IsLegalForm(std::string_view word) {
  static const std::set<std::string_view> words = {"LTD", "LLC", "INC",  "SRL", "SARL", "GMBH",
                                                   "AG",  "SA",  "BV",   "OOO", "PLC",  "SPA",
                                                   "CO",  "AS",  "EOOD", "DOO", "SPZOO"};
  return words.contains(word);
}

bool IsStreetWord(std::string_view word) {
  static const std::set<std::string_view> words = {
      "RUE",   "STREET", "STR",    "STRASSE",  "STRADA",    "AVENUE",    "AVENIDA",  "AV",
      "ROAD",  "RD",     "CALLE",  "VIA",      "ULICA",     "ULITSA",    "UL",       "PLACE",
      "PLAZA", "PLATZ",  "PIAZZA", "RUA",      "BOULEVARD", "BD",        "BLVD",     "BULEVARDUL",
      "LANE",  "ALLEE",  "ALEEA",  "CHEMIN",   "WEG",       "GASSE",     "QUAI",     "APT",
      "FLAT",  "HOUSE",  "NO",     "NR",       "ST",        "VULYTSYA",  "VULITSYA", "VUL",
      "RRUGA", "CADDE",  "SOKAK",  "PROSPEKT", "BLOC",      "APARTMENT", "FLOOR"};
  return words.contains(word);
}

std::string WordKey(const std::vector<TextWord>& words) {
  std::vector<std::string> texts;
  for (const TextWord& word : words) texts.push_back(word.text);
  std::ranges::sort(texts);
  std::string key;
  for (const std::string& text : texts) key += text + " ";
  return key;
}

}  // namespace

Secret::Secret(SecretKind kind, std::string_view written) : kind_(kind), written_(written) {
  switch (kind) {
    case SecretKind::kName:
    case SecretKind::kOrganisation:
    case SecretKind::kAddress:
      // Of an address the street: a postcode and a city are many persons'.
      parts_ =
          WordsOf(kind == SecretKind::kAddress ? written.substr(0, written.find(',')) : written);
      if (kind != SecretKind::kAddress)
        std::erase_if(parts_, [](auto& part) { return part.text.size() < 2; });
      if (kind == SecretKind::kOrganisation) {
        std::erase_if(parts_, [](const TextWord& part) { return IsLegalForm(part.text); });
      }
      key_ = WordKey(parts_);
      break;
    case SecretKind::kDay:
      if (written.size() == 10) key_ = Squeezed(written);
      break;
    default:
      key_ = Squeezed(written);
      if (key_.size() < kLeastNumber) key_.clear();
      if (kind == SecretKind::kPhone && key_.size() < kPhoneTail) key_.clear();
  }
}

bool Secret::IsIn(const ReadText& text) const {
  if (empty()) return false;
  switch (kind_) {
    case SecretKind::kName:
    case SecretKind::kOrganisation:
      return NameIsIn(text);
    case SecretKind::kDay:
      return DayIsIn(text);
    case SecretKind::kAddress:
      return AddressIsIn(text);
    case SecretKind::kWord:
      return WordIsIn(text);
    default:
      return NumberIsIn(text);
  }
}

bool Secret::NameIsIn(const ReadText& text) const {
  const std::vector<TextWord>& words = text.words();
  if (StandsJoined(parts_, words)) return true;
  const size_t count = parts_.size();
  if (kind_ == SecretKind::kOrganisation) {
    return count > 1 &&
           StandTogether(parts_, words, std::max<size_t>(2, (count * 3 + 4) / 5), count + 2);
  }
  if (count > 1 && StandTogether(parts_, words, 2, kReach)) return true;
  return std::ranges::any_of(parts_, [&](const TextWord& part) {
    return part.kind == PartKind::kPlain &&
           std::ranges::any_of(words, [&](const TextWord& word) { return MustBe(part, word); });
  });
}

bool Secret::NumberIsIn(const ReadText& text) const {
  const bool phone = kind_ == SecretKind::kPhone;
  const std::string sought = phone ? key_.substr(key_.size() - kPhoneTail) : key_;
  if (StandsAlone(text, sought, phone)) return true;
  const std::string digits = DigitsOf(sought);
  return digits.size() >= kLeastDigits && StandsSplit(text, digits, phone);
}

// An address of e-mail, a handle: "maria (at) example (dot) org" too.
bool Secret::WordIsIn(const ReadText& text) const {
  if (StandsAlone(text, key_)) return true;
  const size_t at = written_.find('@');
  if (at == written_.npos) return false;
  const std::string user = written_.substr(0, at) + " at ";
  const std::string host = written_.substr(at + 1);
  return StandsAlone(text, Squeezed(user + host)) ||
         StandsAlone(text, Squeezed(user + WithDotsSpelled(host))) ||
         StandsAlone(text, Squeezed(WithDotsSpelled(user) + WithDotsSpelled(host)));
}

bool Secret::DayIsIn(const ReadText& text) const {
  const Day day{ToInt(std::string_view(written_).substr(0, 4)),
                ToInt(std::string_view(written_).substr(5, 2)),
                ToInt(std::string_view(written_).substr(8, 2))};
  std::vector<TextWord> words = text.words();
  std::erase_if(words, [](const TextWord& word) {
    static const std::set<std::string> between = {"DE", "TH", "ST", "ND", "NIAN", "YUE", "RI"};
    return between.contains(word.text);
  });
  for (size_t at = 0; at + 3 <= words.size(); ++at) {
    if (IsDayAt(words, at, day)) return true;
  }
  return std::ranges::any_of(WrittenTogether(written_),
                             [&](const std::string& all) { return StandsAlone(text, all); });
}

// The words that tell this street from others, together; with the number, or with the word that
// makes it a street.
bool Secret::AddressIsIn(const ReadText& text) const {
  std::vector<TextWord> names;
  std::vector<TextWord> numbers;
  std::vector<TextWord> streets;
  for (const TextWord& part : parts_) {
    if (IsNumber(part)) {
      numbers.push_back(part);
    } else if (IsStreetWord(part.text)) {
      streets.push_back(part);
    } else if (part.text.size() >= 3) {
      names.push_back(part);
    }
  }
  if (names.empty()) return false;
  const size_t reach = parts_.size() + 2;
  for (size_t from = 0; from < text.words().size(); ++from) {
    if (CountNear(names, text.words(), from, reach, &MayBeStreet) < names.size()) continue;
    const bool street = !streets.empty() && CountNear(streets, text.words(), from, reach) > 0;
    const bool number = !numbers.empty() && CountNear(numbers, text.words(), from, reach) > 0;
    if (street || number || names.size() > 1) return true;
  }
  return false;
}

namespace {

bool IsNumberPiece(std::string_view piece) {
  return std::ranges::any_of(piece, IsDigit) &&
         piece.find_first_not_of("+0123456789()/-.") == piece.npos;
}

void AddNamesIn(const std::vector<std::string_view>& pieces, std::vector<Secret>& secrets) {
  std::string name;
  size_t words = 0;
  const auto end = [&] {
    if (words > 1) secrets.emplace_back(SecretKind::kName, name);
    name.clear();
    words = 0;
  };
  for (const std::string_view piece : pieces) {
    const std::vector<TextWord> read = WordsOf(piece);
    const bool part = !read.empty() && read.front().text.size() > 1 && !IsNumber(read.front()) &&
                      piece.find('@') == piece.npos && BeginsLikeAName(piece);
    if (!part) {
      end();
      continue;
    }
    name += std::string(piece) + " ";
    ++words;
    if (piece.ends_with(',') || piece.ends_with(';')) end();
  }
  end();
}

}  // namespace

SoughtName::SoughtName(std::string_view name) : parts_(WordsOf(name)) {
  std::erase_if(parts_, [](const TextWord& part) {
    return part.text.size() < 2 || part.kind != PartKind::kPlain;
  });
}

bool SoughtName::IsIn(const ReadText& text) const {
  const std::vector<TextWord>& words = text.words();
  if (parts_.size() > 1) {
    return StandsJoined(parts_, words) || StandTogether(parts_, words, 2, kReach);
  }
  return std::ranges::any_of(parts_, [&](const TextWord& part) {
    return std::ranges::any_of(words, [&](const TextWord& word) { return MustBe(part, word); });
  });
}

std::vector<Secret> SecretsIn(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    if (end > at) pieces.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::vector<Secret> secrets;
  AddNamesIn(pieces, secrets);
  std::string number;
  const auto end = [&] {
    const std::string digits = DigitsOf(number);
    if (digits.size() >= kPhoneTail) {
      secrets.emplace_back(SecretKind::kPhone, digits);
    } else if (digits.size() >= kLeastDigits) {
      secrets.emplace_back(SecretKind::kNumber, digits);
    }
    number.clear();
  };
  for (std::string_view piece : pieces) {
    while (!piece.empty() && std::string_view(".,;:").find(piece.back()) != piece.npos) {
      piece.remove_suffix(1);
    }
    if (piece.find('@') != piece.npos) secrets.emplace_back(SecretKind::kWord, piece);
    if (IsNumberPiece(piece)) {
      number += piece;
    } else {
      end();
      // A number with letters, as of a document.
      if (DigitsOf(piece).size() >= 4) secrets.emplace_back(SecretKind::kNumber, piece);
    }
  }
  end();
  std::erase_if(secrets, [](const Secret& secret) { return secret.empty(); });
  return secrets;
}

}  // namespace entente::node::search

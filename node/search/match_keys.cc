#include "node/search/match_keys.h"

#include <unicode/idna.h>
#include <unicode/uloc.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/agency.h"
#include "core/base/day.h"
#include "core/base/encoding.h"
#include "core/base/sentences.h"
#include "node/search/fold.h"
#include "node/search/sound.h"

namespace entente::node::search {
namespace {

constexpr std::string_view kWords[] = {"document",
                                       "document-issuer",
                                       "national-number",
                                       "national-number-issuer",
                                       "name-birth-date",
                                       "name-birth-year",
                                       "plate",
                                       "vin",
                                       "iban",
                                       "phone",
                                       "e-mail",
                                       "crypto-address"};

constexpr size_t kLongestValue = 256;
constexpr size_t kShortestNumber = 3;

absl::Status Wrong(std::string_view key) {
  return Told(absl::StatusCode::kInvalidArgument, key, {});
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }
char Lower(char c) { return IsLetter(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Compact(std::string_view text) {
  std::string compact = FoldLatin(text.substr(0, kLongestValue));
  std::erase(compact, ' ');
  return compact;
}

std::string Trimmed(std::string_view text) {
  std::string all(text.substr(0, kLongestValue));
  std::erase_if(all, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return all;
}

// Three letters by ISO 3166-1; nullopt when the code is none.
std::optional<std::string> Issuer(std::string_view code) {
  const std::string upper = Compact(code);
  if (upper == "D") return "DEU";
  for (const char* const* two = uloc_getISOCountries(); *two != nullptr; ++two) {
    const std::string three = uloc_getISO3Country(("und-" + std::string(*two)).c_str());
    if (upper == *two || upper == three) return three;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<MatchKey>> NumberKeys(std::string_view number, std::string_view issuer,
                                                 KeyKind alone, KeyKind with_issuer) {
  std::string value = Compact(number);
  if (value.size() < kShortestNumber) return Wrong("key.number");
  std::vector<MatchKey> keys = {{alone, value}};
  if (issuer.empty()) return keys;
  const auto code = Issuer(issuer);
  if (!code) return Wrong("key.issuer");
  keys.push_back({with_issuer, *code + " " + value});
  return keys;
}

// A plate is read by its shapes: the Russian В is B, whatever it sounds like.
std::string WithLatinShapes(std::string_view plate) {
  static constexpr std::pair<std::string_view, char> kShapes[] = {
      {"А", 'A'}, {"В", 'B'}, {"Е", 'E'}, {"К", 'K'}, {"М", 'M'}, {"Н", 'H'}, {"О", 'O'},
      {"Р", 'P'}, {"С", 'C'}, {"Т", 'T'}, {"У", 'Y'}, {"Х", 'X'}, {"а", 'A'}, {"в", 'B'},
      {"е", 'E'}, {"к", 'K'}, {"м", 'M'}, {"н", 'H'}, {"о", 'O'}, {"р", 'P'}, {"с", 'C'},
      {"т", 'T'}, {"у", 'Y'}, {"х", 'X'}, {"І", 'I'}, {"і", 'I'}, {"Α", 'A'}, {"Β", 'B'},
      {"Ε", 'E'}, {"Ζ", 'Z'}, {"Η", 'H'}, {"Ι", 'I'}, {"Κ", 'K'}, {"Μ", 'M'}, {"Ν", 'N'},
      {"Ο", 'O'}, {"Ρ", 'P'}, {"Τ", 'T'}, {"Υ", 'Y'}, {"Χ", 'X'}};
  std::string latin;
  for (size_t at = 0; at < plate.size();) {
    const auto shape = std::ranges::find_if(
        kShapes, [&](const auto& one) { return plate.substr(at).starts_with(one.first); });
    latin += shape == std::end(kShapes) ? plate[at] : shape->second;
    at += shape == std::end(kShapes) ? 1 : shape->first.size();
  }
  return latin;
}

// ISO 7064 MOD 97-10 over the digits, letters counting from 10.
bool HasIbanCheck(const std::string& iban) {
  int rest = 0;
  for (const char c : iban.substr(4) + iban.substr(0, 4)) {
    rest = IsDigit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
  }
  return rest == 1;
}

bool HasIbanShape(std::string_view value) {
  return value.size() >= 15 && value.size() <= 34 && IsLetter(value[0]) && IsLetter(value[1]) &&
         IsDigit(value[2]) && IsDigit(value[3]);
}

std::optional<std::string> DomainInAscii(std::string_view domain) {
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<icu::IDNA> idna(
      icu::IDNA::createUTS46Instance(UIDNA_NONTRANSITIONAL_TO_ASCII, code));
  if (idna == nullptr) return std::nullopt;
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  idna->nameToASCII_UTF8(icu::StringPiece(domain.data(), static_cast<int32_t>(domain.size())), sink,
                         info, code);
  if (U_FAILURE(code) || info.hasErrors()) return std::nullopt;
  return ascii;
}

std::string NameValue(std::string_view name) {
  std::vector<std::string> keys;
  for (const NamePart& part : FoldName(name)) {
    if (part.kind == PartKind::kPlain && part.text.size() > 1) {
      keys.push_back(PhoneticKey(SoundOf(part.text)));
    }
  }
  std::ranges::sort(keys);
  std::string value;
  for (const std::string& key : keys) value += (value.empty() ? "" : " ") + key;
  return value;
}

bool IsBase58(std::string_view text) {
  constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  return text.find_first_not_of(kBase58) == std::string_view::npos;
}

// Letters of one case behind a prefix and a 1 (BIP 173).
bool IsBech32(std::string_view lower) {
  constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  const size_t one = lower.rfind('1');
  if (one == std::string_view::npos || one == 0 || lower.size() - one < 7) return false;
  return lower.substr(one + 1).find_first_not_of(kBech32) == std::string_view::npos;
}

bool IsHex(std::string_view lower) {
  return lower.size() >= 40 && lower.starts_with("0x") &&
         lower.substr(2).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string_view KindWord(KeyKind kind) { return kWords[static_cast<size_t>(kind)]; }

std::string KeyBytes(const MatchKey& key) {
  return Framing().Lp16(kMatchKeys).Lp16(KindWord(key.kind)).Lp16(key.value).str();
}

absl::StatusOr<std::vector<MatchKey>> DocumentKeys(std::string_view number,
                                                   std::string_view issuer) {
  return NumberKeys(number, issuer, KeyKind::kDocument, KeyKind::kDocumentIssuer);
}

absl::StatusOr<std::vector<MatchKey>> NationalNumberKeys(std::string_view number,
                                                         std::string_view issuer) {
  return NumberKeys(number, issuer, KeyKind::kNationalNumber, KeyKind::kNationalNumberIssuer);
}

absl::StatusOr<std::vector<MatchKey>> NameKeys(std::string_view name, std::string_view date) {
  const std::string value = NameValue(name);
  if (value.empty()) return Wrong("key.name");
  if (!IsDay(date) && !IsYear(date)) return Wrong("key.date");
  std::vector<MatchKey> keys;
  if (date.size() == 10) keys.push_back({KeyKind::kNameBirthDate, value + " " + std::string(date)});
  keys.push_back({KeyKind::kNameBirthYear, value + " " + std::string(date.substr(0, 4))});
  return keys;
}

absl::StatusOr<MatchKey> PlateKey(std::string_view plate) {
  const std::string value = Compact(WithLatinShapes(plate));
  if (value.size() < 2 || value.size() > 12) return Wrong("key.plate");
  return MatchKey{KeyKind::kPlate, value};
}

absl::StatusOr<MatchKey> VinKey(std::string_view vin) {
  const std::string value = Compact(vin);
  if (value.size() != 17 || value.find_first_of("IOQ") != std::string::npos) {
    return Wrong("key.vin");
  }
  return MatchKey{KeyKind::kVin, value};
}

absl::StatusOr<MatchKey> IbanKey(std::string_view iban) {
  const std::string value = Compact(iban);
  if (!HasIbanShape(value)) return Wrong("key.iban");
  if (!HasIbanCheck(value)) return Wrong("key.iban-check");
  return MatchKey{KeyKind::kIban, value};
}

bool IsWrongIban(std::string_view account) {
  const auto any = [&](char first, char last) {
    return std::ranges::any_of(account, [&](char c) { return c >= first && c <= last; });
  };
  const std::string value = Compact(account);
  const bool one_case = !any('a', 'z') || !any('A', 'Z');
  return one_case && HasIbanShape(value) && IsJurisdiction(value.substr(0, 2)) &&
         !HasIbanCheck(value);
}

absl::StatusOr<MatchKey> PhoneKey(std::string_view phone) {
  std::string text = Trimmed(phone);
  std::erase_if(text,
                [](char c) { return std::string_view("-()./").find(c) != std::string::npos; });
  const size_t prefix = text.starts_with('+') ? 1 : text.starts_with("00") ? 2 : 0;
  if (prefix == 0) return Wrong("key.phone-country");
  const std::string digits = text.substr(prefix);
  const bool shaped = digits.size() >= 7 && digits.size() <= 15 && digits[0] != '0' &&
                      std::ranges::all_of(digits, IsDigit);
  if (!shaped) return Wrong("key.phone");
  return MatchKey{KeyKind::kPhone, digits};
}

absl::StatusOr<MatchKey> EmailKey(std::string_view email) {
  std::string text = Trimmed(email);
  const size_t at = text.find('@');
  if (at == std::string::npos || at == 0 || text.find('@', at + 1) != std::string::npos) {
    return Wrong("key.e-mail");
  }
  const auto domain = DomainInAscii(std::string_view(text).substr(at + 1));
  if (!domain || domain->find('.') == std::string::npos) return Wrong("key.e-mail");
  std::string local = text.substr(0, at);
  std::ranges::transform(local, local.begin(), Lower);
  return MatchKey{KeyKind::kEmail, local + "@" + *domain};
}

absl::StatusOr<MatchKey> CryptoAddressKey(std::string_view address) {
  std::string text = Trimmed(address);
  text = text.substr(0, text.find('?'));
  if (const size_t colon = text.find(':'); colon != std::string::npos) text.erase(0, colon + 1);
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), Lower);
  const bool one_case =
      lower == text || std::ranges::none_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
  if (IsHex(lower) || (one_case && IsBech32(lower)))
    return MatchKey{KeyKind::kCryptoAddress, lower};
  if (text.size() < 25 || text.size() > 110 || !IsBase58(text)) return Wrong("key.crypto-address");
  return MatchKey{KeyKind::kCryptoAddress, text};
}

}  // namespace entente::node::search

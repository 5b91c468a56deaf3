// Match keys: what two agencies compare letter for letter, folded so that one thing has one key
// however an office writes it. Pure; thread-safe.
//
// A key's bytes begin with the table's version and the kind, so that a phone number is never a
// document number (docs of the private match: LP16(version) LP16(kind) LP16(value)). A change of
// one rule here is a new kMatchKeys.
//
// Errors: INVALID_ARGUMENT with a sentence for what is no such number; nothing is corrected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace entente::node::search {

inline constexpr std::string_view kMatchKeys = "match-keys/1";

enum class KeyKind : uint8_t {
  kDocument,        // number alone: a third of real ones come without their issuer
  kDocumentIssuer,  // issuer and number
  kNationalNumber,
  kNationalNumberIssuer,
  kNameBirthDate,
  kNameBirthYear,
  kPlate,
  kVin,
  kIban,
  kPhone,
  kEmail,
  kCryptoAddress,
};

// "document", "document-issuer", "name-birth-date".
std::string_view KindWord(KeyKind kind);

struct MatchKey {
  KeyKind kind = KeyKind::kDocument;
  std::string value;  // folded
  friend auto operator<=>(const MatchKey&, const MatchKey&) = default;
};

std::string KeyBytes(const MatchKey& key);

// One key without issuer, and one with it when `issuer` is known: an ISO 3166-1 code of two or
// three letters, or Doc 9303's D; empty for none. Letters and digits count, in any script.
absl::StatusOr<std::vector<MatchKey>> DocumentKeys(std::string_view number,
                                                   std::string_view issuer);
absl::StatusOr<std::vector<MatchKey>> NationalNumberKeys(std::string_view number,
                                                         std::string_view issuer);

// `date` is YYYY-MM-DD and gives a key with the date and one with its year; `YYYY` gives the
// second alone. Of a name the phonetic keys of its parts count, in order of the alphabet, without
// particles and titles: spellings and orders meet, a part left out does not.
absl::StatusOr<std::vector<MatchKey>> NameKeys(std::string_view name, std::string_view date);

// Cyrillic and Greek letters that plates share with Latin count as those.
absl::StatusOr<MatchKey> PlateKey(std::string_view plate);
// ISO 3779: 17 characters without I, O, Q. Its check digit is not known worldwide.
absl::StatusOr<MatchKey> VinKey(std::string_view vin);
// ISO 13616, check digits verified.
absl::StatusOr<MatchKey> IbanKey(std::string_view iban);
// Written as the IBAN of some State, in letters of one case, with check digits that do not fit. An
// account of another kind, or the address of a crypto-asset, is none.
bool IsWrongIban(std::string_view account);
// E.164 digits; + or 00 must stand before the country code.
absl::StatusOr<MatchKey> PhoneKey(std::string_view phone);
// Lower case; the domain as IDNA writes it in ASCII.
absl::StatusOr<MatchKey> EmailKey(std::string_view email);
// Hexadecimal and bech32 addresses in lower case, base58 as it is; a "bitcoin:" before and a "?..."
// behind are dropped. Check sums are not verified: there is one for each chain.
absl::StatusOr<MatchKey> CryptoAddressKey(std::string_view address);

}  // namespace entente::node::search

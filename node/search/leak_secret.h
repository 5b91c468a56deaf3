// Whether a text gives away a name, an address or a number that somebody keeps from its reader.
// Pure; thread-safe. Built to err on the side of an alarm: a person looks at each.
//
// Seen are: any script and order, case endings, spellings that sound alike, initials and parts of
// a name, joined words (file names); numbers with any separators, in any script's digits, split
// over a sentence in either order, telephones without their country code; days in the usual
// orders or with the month's name; streets with and without their number. Not seen: numbers spelled
// out in words, paraphrases, what a picture shows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/search/leak_text.h"

namespace entente::node::search {

enum class SecretKind : uint8_t { kName, kOrganisation, kNumber, kPhone, kWord, kDay, kAddress };

// What is kept from the reader.
class Secret {
 public:
  // `written`: as its section has it; a day as YYYY-MM-DD.
  Secret(SecretKind kind, std::string_view written);

  // Too short to be told from anything else: it is in no text.
  bool empty() const { return key_.empty(); }
  SecretKind kind() const { return kind_; }
  const std::string& written() const { return written_; }
  // Equal for what says the same.
  const std::string& key() const { return key_; }
  bool IsIn(const ReadText& text) const;

 private:
  bool NameIsIn(const ReadText& text) const;
  bool NumberIsIn(const ReadText& text) const;
  bool WordIsIn(const ReadText& text) const;
  bool DayIsIn(const ReadText& text) const;
  bool AddressIsIn(const ReadText& text) const;

  SecretKind kind_;
  std::string written_;
  std::string key_;
  std::vector<TextWord> parts_;
};

// A name that somebody looks for: it stands in a text when two of its parts do, near each other, or
// the only one that it has. In whatever way a secret is seen.
class SoughtName {
 public:
  explicit SoughtName(std::string_view name);
  bool IsIn(const ReadText& text) const;

 private:
  std::vector<TextWord> parts_;
};

// The numbers, addresses of e-mail and names within a text that is a secret as a whole: "ask for
// Sister Agnes, +33 6 12 34 56 78".
std::vector<Secret> SecretsIn(std::string_view text);

}  // namespace entente::node::search

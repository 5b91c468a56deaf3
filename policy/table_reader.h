// Reads one TOML table against a closed list of keys. Each getter marks its key as known; Finish()
// reports every key that no getter asked for. Getters report what is wrong and then return an empty
// value, so that one pass finds all errors of a file. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "policy/model.h"
#include "policy/toml_tree.h"
#include "policy/vocabulary.h"

namespace entente::policy {

inline constexpr size_t kTextBytes = 1000;

// Collects the errors of one file, in order.
class FileErrors {
 public:
  explicit FileErrors(std::string_view file) : file_(file) {}
  void Add(Position at, std::string_view sentence);
  bool ok() const { return lines_.empty(); }
  const std::string& file() const { return file_; }
  // OK, or INVALID_ARGUMENT with one line for each error.
  absl::Status status() const;

 private:
  std::string file_;
  std::string lines_;
};

struct PlacedText {
  std::string text;
  Position at;
};

enum class Need : uint8_t { kOptional, kMandatory };

class TableReader {
 public:
  // `what` names the table in errors: "this outbound allow". The arguments must outlive the reader.
  TableReader(const TomlValue& table, std::string_view what, FileErrors& errors)
      : table_(table), what_(what), errors_(errors) {}

  // Null when absent; a mandatory absence is reported.
  const TomlValue* Take(std::string_view key, Need need);
  // One line of text, 1 to kTextBytes bytes, without control characters.
  std::string Text(std::string_view key, Need need);
  PlacedText Placed(std::string_view key, Need need);
  uint64_t Count(std::string_view key, Need need);  // whole number from 1
  bool Flag(std::string_view key, Need need);
  std::optional<Instant> When(std::string_view key, Need need);
  // [from, until) under these two keys; whether the second may be absent. An end that is not later
  // than the beginning is reported.
  Interval Between(std::string_view from, std::string_view until, Need end);
  // A list of texts: at least one, none twice.
  std::vector<PlacedText> Texts(std::string_view key, Need need);
  // The same, each a word of the vocabulary.
  std::vector<std::string> Words(std::string_view key, Need need, const Vocabulary& vocabulary,
                                 Category category);
  std::string Word(std::string_view key, Need need, const Vocabulary& vocabulary,
                   Category category);
  // One table; null when absent.
  const TomlValue* Table(std::string_view key, Need need);
  // The tables of an array of tables; empty when absent.
  std::vector<const TomlValue*> Tables(std::string_view key, Need need);

  void Error(Position at, std::string_view sentence) { errors_.Add(at, sentence); }
  Position at() const { return table_.at; }
  FileErrors& errors() { return errors_; }
  void Finish();

 private:
  std::string CheckedText(const TomlValue& value, std::string_view key);
  bool CheckWord(const PlacedText& word, const Vocabulary& vocabulary, Category category);

  const TomlValue& table_;
  std::string what_;
  FileErrors& errors_;
  std::vector<std::string> known_;
};

// Checks a State's code; reports and returns false otherwise. `org`: "ORG" is accepted too.
bool CheckState(const PlacedText& code, bool org, FileErrors& errors);
// Identifiers of rules, groups, instruments: letters, digits and inner "-", "." or "_", at most 64.
bool CheckIdentifier(const PlacedText& id, FileErrors& errors);
std::vector<Obligation> ReadObligations(TableReader& reader, std::string_view key, Need need,
                                        const std::vector<ObligationForm>& forms);

}  // namespace entente::policy

#include "policy/table_reader.h"

#include <algorithm>

#include "core/base/agency.h"

namespace entente::policy {
namespace {

using Kind = TomlValue::Kind;

std::string Quoted(std::string_view text) { return "'" + std::string(text.substr(0, 64)) + "'"; }

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool IsIdentifierEnd(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string_view WantedTime(Kind kind) {
  switch (kind) {
    case Kind::kTimeWithoutOffset:
      return " has no offset: write 2026-12-01T00:00:00Z or with one such as +01:00";
    case Kind::kTimeOutOfRange:
      return " must exist, lie in the years 1970 to 9999, and be whole milliseconds";
    default:
      return " must be a date and time such as 2026-12-01T00:00:00Z, without quotes";
  }
}

}  // namespace

void FileErrors::Add(Position at, std::string_view sentence) {
  if (!lines_.empty()) lines_ += '\n';
  lines_ += ErrorAt(file_, at, sentence);
}

absl::Status FileErrors::status() const {
  return ok() ? absl::OkStatus() : absl::InvalidArgumentError(lines_);
}

const TomlValue* TableReader::Take(std::string_view key, Need need) {
  known_.emplace_back(key);
  for (const TomlEntry& entry : table_.entries) {
    if (entry.key == key) return &entry.value;
  }
  if (need == Need::kMandatory) {
    errors_.Add(table_.at, "the key " + Quoted(key) + " is missing in " + what_);
  }
  return nullptr;
}

std::string TableReader::CheckedText(const TomlValue& value, std::string_view key) {
  if (value.kind != Kind::kText) {
    errors_.Add(value.at, Quoted(key) + " must be text in quotes");
    return {};
  }
  if (value.text.empty() || value.text.size() > kTextBytes) {
    errors_.Add(value.at, Quoted(key) + " must have 1 to " + std::to_string(kTextBytes) + " bytes");
    return {};
  }
  if (std::any_of(value.text.begin(), value.text.end(), IsControl)) {
    errors_.Add(value.at, Quoted(key) + " must be one line without control characters");
    return {};
  }
  return value.text;
}

PlacedText TableReader::Placed(std::string_view key, Need need) {
  const TomlValue* value = Take(key, need);
  if (value == nullptr) return {{}, table_.at};
  return {CheckedText(*value, key), value->at};
}

std::string TableReader::Text(std::string_view key, Need need) { return Placed(key, need).text; }

uint64_t TableReader::Count(std::string_view key, Need need) {
  const TomlValue* value = Take(key, need);
  if (value == nullptr) return 0;
  if (value->kind != Kind::kInteger || value->integer < 1) {
    errors_.Add(value->at, Quoted(key) + " must be a whole number from 1");
    return 0;
  }
  return static_cast<uint64_t>(value->integer);
}

bool TableReader::Flag(std::string_view key, Need need) {
  const TomlValue* value = Take(key, need);
  if (value == nullptr) return false;
  if (value->kind != Kind::kBoolean) {
    errors_.Add(value->at, Quoted(key) + " must be true or false");
  }
  return value->boolean;
}

std::optional<Instant> TableReader::When(std::string_view key, Need need) {
  const TomlValue* value = Take(key, need);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Kind::kInstant) return value->instant;
  errors_.Add(value->at, Quoted(key) + std::string(WantedTime(value->kind)));
  return std::nullopt;
}

Interval TableReader::Between(std::string_view from, std::string_view until, Need end) {
  Interval out;
  out.from = When(from, Need::kMandatory).value_or(Instant{});
  out.until = When(until, end);
  if (out.until && *out.until <= out.from) {
    errors_.Add(table_.at, Quoted(until) + " must be later than " + Quoted(from));
  }
  for (const TomlEntry& entry : table_.entries) {
    if (entry.key == from) out.from_offset = entry.value.offset_minutes;
    if (entry.key == until) out.until_offset = entry.value.offset_minutes;
  }
  return out;
}

std::vector<PlacedText> TableReader::Texts(std::string_view key, Need need) {
  std::vector<PlacedText> out;
  const TomlValue* value = Take(key, need);
  if (value == nullptr) return out;
  if (value->kind != Kind::kArray || value->items.empty()) {
    errors_.Add(value->at, Quoted(key) + " must be a list of at least one text: [\"...\"]");
    return out;
  }
  for (const TomlValue& item : value->items) {
    PlacedText text{CheckedText(item, key), item.at};
    const bool again = std::any_of(
        out.begin(), out.end(), [&](const PlacedText& other) { return other.text == text.text; });
    if (again && !text.text.empty()) {
      errors_.Add(item.at, Quoted(text.text) + " stands twice in " + Quoted(key));
    }
    out.push_back(std::move(text));
  }
  return out;
}

bool TableReader::CheckWord(const PlacedText& word, const Vocabulary& vocabulary,
                            Category category) {
  if (word.text.empty()) return false;
  if (vocabulary.Find(category, word.text)) return true;
  errors_.Add(word.at, Quoted(word.text) + " is not a word of '" +
                           std::string(CategoryKey(category)) + "' in vocabulary " +
                           vocabulary.name() + ": write one of " +
                           Joined(vocabulary.words(category)));
  return false;
}

std::vector<std::string> TableReader::Words(std::string_view key, Need need,
                                            const Vocabulary& vocabulary, Category category) {
  std::vector<std::string> out;
  for (PlacedText& word : Texts(key, need)) {
    if (CheckWord(word, vocabulary, category)) out.push_back(std::move(word.text));
  }
  return out;
}

std::string TableReader::Word(std::string_view key, Need need, const Vocabulary& vocabulary,
                              Category category) {
  const PlacedText word = Placed(key, need);
  return CheckWord(word, vocabulary, category) ? word.text : std::string();
}

const TomlValue* TableReader::Table(std::string_view key, Need need) {
  const TomlValue* value = Take(key, need);
  if (value == nullptr || value->kind == Kind::kTable) return value;
  errors_.Add(value->at, Quoted(key) + " must be a table, begun by [" + std::string(key) + "]");
  return nullptr;
}

std::vector<const TomlValue*> TableReader::Tables(std::string_view key, Need need) {
  std::vector<const TomlValue*> out;
  const TomlValue* value = Take(key, need);
  if (value == nullptr) return out;
  if (value->kind != Kind::kArray) {
    errors_.Add(value->at, Quoted(key) + " must be a list of tables, each begun by [[" +
                               std::string(key) + "]]");
    return out;
  }
  for (const TomlValue& item : value->items) {
    if (item.kind == Kind::kTable) {
      out.push_back(&item);
    } else {
      errors_.Add(item.at, Quoted(key) + " must hold tables only");
    }
  }
  return out;
}

void TableReader::Finish() {
  for (const TomlEntry& entry : table_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    errors_.Add(entry.at, Quoted(entry.key) + " is not a key of " + what_ + ": the keys are " +
                              Joined(known_));
  }
}

bool CheckState(const PlacedText& code, bool org, FileErrors& errors) {
  if (code.text.empty()) return false;
  if (org && code.text == "ORG") return true;
  const absl::Status status = CheckJurisdiction(code.text);
  if (!status.ok()) errors.Add(code.at, std::string(status.message()));
  return status.ok();
}

bool CheckIdentifier(const PlacedText& id, FileErrors& errors) {
  if (id.text.empty()) return false;
  const bool good =
      id.text.size() <= 64 && IsIdentifierEnd(id.text.front()) && IsIdentifierEnd(id.text.back()) &&
      std::all_of(id.text.begin(), id.text.end(),
                  [](char c) { return IsIdentifierEnd(c) || c == '-' || c == '.' || c == '_'; });
  if (!good) {
    errors.Add(id.at, Quoted(id.text) +
                          " is not an identifier: write 1 to 64 letters, digits and inner - . _");
  }
  return good;
}

std::vector<Obligation> ReadObligations(TableReader& reader, std::string_view key, Need need,
                                        const std::vector<ObligationForm>& forms) {
  std::vector<Obligation> out;
  for (const PlacedText& text : reader.Texts(key, need)) {
    if (text.text.empty()) continue;
    auto obligation = ParseObligation(text.text, forms);
    if (!obligation.ok()) {
      reader.Error(text.at, std::string(obligation.status().message()));
      continue;
    }
    out.push_back(*std::move(obligation));
  }
  return out;
}

}  // namespace entente::policy

#include "policy/file_frame.h"
#include "policy/parse.h"
#include "policy/table_reader.h"

namespace entente::policy {
namespace {

constexpr std::array<Category, 9> kListed = {
    Category::kPurpose, Category::kPerson,     Category::kData,
    Category::kBasis,   Category::kSource,     Category::kInformation,
    Category::kUrgency, Category::kAgencyKind, Category::kRecordKind};

std::vector<std::string> PlainTexts(TableReader& reader, std::string_view key, Need need) {
  std::vector<std::string> out;
  for (PlacedText& text : reader.Texts(key, need)) out.push_back(std::move(text.text));
  return out;
}

ObligationForm ReadForm(const TomlValue& table, FileErrors& errors) {
  TableReader reader(table, "this obligation", errors);
  ObligationForm form;
  form.word = reader.Text("word", Need::kMandatory);
  const PlacedText value = reader.Placed("value", Need::kOptional);
  form.choices = PlainTexts(reader, "choices", Need::kOptional);
  reader.Finish();
  if (!value.text.empty() && value.text != "duration") {
    errors.Add(value.at, "'value' can only be \"duration\"");
  }
  if (!value.text.empty() && !form.choices.empty()) {
    errors.Add(table.at, "an obligation has a value or choices, not both");
  }
  if (!value.text.empty()) form.value = ObligationForm::Value::kDuration;
  if (!form.choices.empty()) form.value = ObligationForm::Value::kChoice;
  return form;
}

void ReadHandling(const TomlValue& table, FileErrors& errors, Vocabulary::Content& content) {
  TableReader reader(table, "this handling code", errors);
  auto& codes = content.words[static_cast<size_t>(Category::kHandling)];
  const std::string code = reader.Text("code", Need::kMandatory);
  reader.Text("means", Need::kMandatory);
  const bool for_person = reader.Flag("for_person", Need::kOptional);
  content.handling_obligations.push_back(
      ReadObligations(reader, "obligations", Need::kOptional, content.obligations));
  reader.Finish();
  if (for_person && codes.size() < kHandlingCodes)
    content.handling_for_person |= 1u << codes.size();
  codes.push_back(code);
}

}  // namespace

absl::StatusOr<Vocabulary> ParseVocabulary(std::string_view text, std::string_view file) {
  const auto tree = OpenFile(text, file, FileType::kVocabulary);
  if (!tree.ok()) return tree.status();
  FileErrors errors(file);
  TableReader reader(*tree, "a vocabulary", errors);
  reader.Take(TypeKey(FileType::kVocabulary), Need::kMandatory);
  Vocabulary::Content content;
  content.name = reader.Text("name", Need::kMandatory);
  for (const Category category : kListed) {
    content.words[static_cast<size_t>(category)] =
        PlainTexts(reader, CategoryKey(category), Need::kMandatory);
  }
  for (const TomlValue* table : reader.Tables("obligation", Need::kMandatory)) {
    content.obligations.push_back(ReadForm(*table, errors));
  }
  for (const TomlValue* table : reader.Tables("handling", Need::kMandatory)) {
    ReadHandling(*table, errors, content);
  }
  reader.Finish();
  if (!errors.ok()) return errors.status();
  auto vocabulary = Vocabulary::Create(std::move(content));
  if (!vocabulary.ok()) {
    errors.Add({}, std::string(vocabulary.status().message()));
    return errors.status();
  }
  return vocabulary;
}

}  // namespace entente::policy

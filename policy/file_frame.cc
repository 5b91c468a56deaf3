#include "policy/file_frame.h"

#include <array>

namespace entente::policy {
namespace {

struct Row {
  FileType type;
  std::string_view key;
  std::string_view form;
};

constexpr std::array<Row, 7> kRows = {{
    {FileType::kPolicy, "policy", "sharing-policy/1"},
    {FileType::kInstruments, "instruments", "instruments/1"},
    {FileType::kGroups, "groups", "groups/1"},
    {FileType::kAgencies, "agencies", "agencies/1"},
    {FileType::kVocabulary, "vocabulary", "vocabulary/1"},
    {FileType::kLabels, "record", "labels/1"},
    {FileType::kCalendar, "calendar", "calendar/1"},
}};

absl::Status Refused(std::string_view file, Position at, const std::string& sentence) {
  return absl::InvalidArgumentError(ErrorAt(file, at, sentence));
}

absl::StatusOr<TomlValue> ReadTree(std::string_view text, std::string_view file) {
  if (text.size() > kPolicyFileBytes) {
    return Refused(file, {},
                   "the file is larger than " + std::to_string(kPolicyFileBytes) + " bytes");
  }
  return ParseToml(text, file);
}

absl::StatusOr<FileType> TypeOf(const TomlValue& tree, std::string_view file) {
  if (tree.entries.empty()) return Refused(file, {}, "the file says nothing");
  const TomlEntry& first = tree.entries.front();
  for (const Row& row : kRows) {
    if (first.key == row.key && first.value.kind == TomlValue::Kind::kText &&
        first.value.text == row.form) {
      return row.type;
    }
  }
  std::string all;
  for (const Row& row : kRows) {
    all +=
        (all.empty() ? "" : ", ") + std::string(row.key) + " = \"" + std::string(row.form) + "\"";
  }
  return Refused(file, first.at, "the first key must say what the file is, one of " + all);
}

}  // namespace

std::string_view TypeKey(FileType type) { return kRows[static_cast<size_t>(type)].key; }
std::string_view TypeForm(FileType type) { return kRows[static_cast<size_t>(type)].form; }

absl::StatusOr<FileType> DetectFileType(std::string_view text, std::string_view file) {
  const auto tree = ReadTree(text, file);
  if (!tree.ok()) return tree.status();
  return TypeOf(*tree, file);
}

absl::StatusOr<TomlValue> OpenFile(std::string_view text, std::string_view file, FileType type) {
  auto tree = ReadTree(text, file);
  if (!tree.ok()) return tree.status();
  const auto found = TypeOf(*tree, file);
  if (!found.ok()) return found.status();
  if (*found != type) {
    return Refused(file, tree->entries.front().at,
                   "the first key must be " + std::string(TypeKey(type)) + " = \"" +
                       std::string(TypeForm(type)) + "\"");
  }
  return tree;
}

}  // namespace entente::policy

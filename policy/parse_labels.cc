#include "policy/file_frame.h"
#include "policy/parse.h"
#include "policy/table_reader.h"

namespace entente::policy {
namespace {

std::vector<std::string> PlainTexts(TableReader& reader, std::string_view key) {
  std::vector<std::string> out;
  for (PlacedText& text : reader.Texts(key, Need::kOptional)) out.push_back(std::move(text.text));
  return out;
}

SectionLabels ReadSection(const TomlValue& table, FileErrors& errors) {
  TableReader reader(table, "this section", errors);
  SectionLabels section;
  section.about = PlainTexts(reader, "about");
  section.data = PlainTexts(reader, "data");
  section.basis = reader.Text("basis", Need::kOptional);
  section.essential = reader.Flag("essential", Need::kOptional);
  reader.Finish();
  return section;
}

ConsentLabels ReadConsent(const TomlValue& table, FileErrors& errors) {
  TableReader reader(table, "this consent", errors);
  ConsentLabels consent;
  consent.source = reader.Text("source", Need::kMandatory);
  consent.under = reader.Text("under", Need::kMandatory);
  consent.about = PlainTexts(reader, "about");
  consent.data = PlainTexts(reader, "data");
  const Interval valid = reader.Between("from", "until", Need::kMandatory);
  consent.from = valid.from;
  if (valid.until) consent.until = *valid.until;
  reader.Finish();
  return consent;
}

OverrideLabels ReadOverride(const TomlValue& table, FileErrors& errors) {
  TableReader reader(table, "this override", errors);
  OverrideLabels out;
  out.rules = PlainTexts(reader, "rules");
  out.about = PlainTexts(reader, "about");
  out.data = PlainTexts(reader, "data");
  const Interval valid = reader.Between("from", "until", Need::kMandatory);
  out.from = valid.from;
  if (valid.until) out.until = *valid.until;
  reader.Finish();
  return out;
}

}  // namespace

absl::StatusOr<LabelsFile> ParseLabels(std::string_view text, std::string_view file) {
  const auto tree = OpenFile(text, file, FileType::kLabels);
  if (!tree.ok()) return tree.status();
  FileErrors errors(file);
  TableReader reader(*tree, "a record's labels", errors);
  reader.Take(TypeKey(FileType::kLabels), Need::kMandatory);
  LabelsFile out;
  out.record.origin = reader.Text("origin", Need::kOptional);
  out.recipient.recipient = reader.Text("to", Need::kOptional);
  out.record.kind = reader.Text("kind", Need::kOptional);
  out.record.purpose = reader.Text("purpose", Need::kOptional);
  out.recipient.under = reader.Text("under", Need::kOptional);
  out.record.handling = PlainTexts(reader, "handling");
  out.record.evaluation = reader.Text("evaluation", Need::kOptional);
  out.record.urgency = reader.Text("urgency", Need::kOptional);
  out.record.created = reader.When("created", Need::kOptional);
  out.record.expires = reader.When("expires", Need::kOptional);
  out.record.obtained_from = PlainTexts(reader, "obtained_from");
  for (const TomlValue* table : reader.Tables("consents", Need::kOptional)) {
    out.recipient.consents.push_back(ReadConsent(*table, errors));
  }
  if (const TomlValue* table = reader.Table("override", Need::kOptional)) {
    out.recipient.emergency = ReadOverride(*table, errors);
  }
  out.record.sent_under = reader.Count("sent_under", Need::kOptional);
  for (const TomlValue* table : reader.Tables("section", Need::kOptional)) {
    out.record.sections.push_back(ReadSection(*table, errors));
  }
  reader.Finish();
  if (!errors.ok()) return errors.status();
  return out;
}

}  // namespace entente::policy

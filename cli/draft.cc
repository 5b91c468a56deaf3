#include "cli/draft.h"

#include "cli/draft_subjects.h"
#include "core/net/config_reader.h"

namespace entente::cli {
namespace {

using net::ConfigTable;

// "P30D" from now, or an instant.
uint64_t InstantAt(ConfigTable& table, std::string_view key, Instant now) {
  const std::string text = table.Text(key);
  if (text.empty()) return 0;
  if (text[0] == 'P') {
    const auto duration = ParseDuration(text);
    if (!duration.ok()) return table.RefuseAs(key, "draft.duration"), 0;
    return static_cast<uint64_t>(AddDuration(now, *duration).ms);
  }
  const auto instant = ParseInstant(text);
  if (!instant.ok()) return table.RefuseAs(key, "draft.instant"), 0;
  return static_cast<uint64_t>(instant->ms);
}

v1::Urgency UrgencyOf(ConfigTable& table) {
  const std::string word = table.TextOr("urgency", "normal");
  if (word == "bulk") return v1::URGENCY_BULK;
  if (word == "normal") return v1::URGENCY_NORMAL;
  if (word == "urgent") return v1::URGENCY_URGENT;
  table.RefuseAs("urgency", "draft.urgency");
  return v1::URGENCY_UNSPECIFIED;
}

v1::LeadMeasure MeasureOf(ConfigTable& table) {
  const std::string word = table.Text("measure");
  if (word == "freeze") return v1::LEAD_MEASURE_FREEZE;
  if (word == "monitor") return v1::LEAD_MEASURE_MONITOR;
  if (word == "inform") return v1::LEAD_MEASURE_INFORM;
  table.RefuseAs("measure", "draft.measure");
  return v1::LEAD_MEASURE_UNSPECIFIED;
}

template <typename Field>
void Assign(Field* field, const std::vector<std::string>& texts) {
  field->Assign(texts.begin(), texts.end());
}

void ReadLabels(ConfigTable& table, v1::DraftSection* section) {
  Assign(section->mutable_about(), table.Texts("about"));
  Assign(section->mutable_data(), table.Texts("data"));
  section->set_basis(table.Text("basis"));
  section->set_essential(table.BoolOr("essential", false));
}

void ReadNarrative(ConfigTable& table, v1::Narrative& narrative) {
  narrative.set_text(table.Text("text"));
  narrative.set_number(static_cast<uint32_t>(table.IntegerOr("number", 0, 0, 9999)));
  narrative.set_translation_of(
      static_cast<uint32_t>(table.IntegerOr("translation_of", 0, 0, 9999)));
}

// Subjects, or a text.
void ReadSection(ConfigTable& table, const std::string& language, v1::DraftSection* section) {
  ReadLabels(table, section);
  auto* const content = section->mutable_content();
  content->set_language(table.TextOr("language", language));
  const bool subjects = HasSubjects(table);
  if (subjects == table.Has("text")) return table.RefuseAs("basis", "draft.one-content");
  if (subjects) {
    *content->mutable_subjects() = ReadSubjects(table);
  } else {
    ReadNarrative(table, *content->mutable_narrative());
  }
}

void ReadAsk(ConfigTable table, Instant now, const std::string& language,
             v1::DraftSection* section) {
  ReadLabels(table, section);
  auto* const content = section->mutable_content();
  content->set_language(language);
  auto* const ask = content->mutable_lead_ask();
  ask->set_measure(MeasureOf(table));
  ask->set_deadline_ms(InstantAt(table, "deadline", now));
  ask->set_reference(table.TextOr("reference", ""));
  ask->set_summary(table.Text("summary"));
}

}  // namespace

absl::StatusOr<v1::SendLeadRequest> ReadLeadDraft(const std::string& path, Instant now) {
  auto root = ConfigTable::Load(path);
  if (!root.ok()) return root.status();
  v1::SendLeadRequest request;
  if (root->Text("draft") != "lead/1") root->RefuseAs("draft", "draft.form");
  const std::string language = root->TextOr("language", "en");
  request.set_purpose(root->Text("purpose"));
  request.set_instrument(root->TextOr("instrument", ""));
  Assign(request.mutable_handling(), root->Texts("handling"));
  request.set_evaluation(root->Text("evaluation"));
  request.set_urgency(UrgencyOf(*root));
  request.set_expires_ms(InstantAt(*root, "expires", now));
  Assign(request.mutable_obtained_from(), root->Texts("obtained_from"));
  request.set_instruction(root->TextOr("instruction", ""));
  ReadAsk(root->Table("ask"), now, language, request.add_sections());
  request.set_own_reference(request.sections(0).content().lead_ask().reference());
  for (ConfigTable& table : root->Tables("section")) {
    ReadSection(table, language, request.add_sections());
  }
  if (const absl::Status status = root->Finish(); !status.ok()) return status;
  return request;
}

}  // namespace entente::cli

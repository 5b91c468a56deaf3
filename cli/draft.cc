#include "cli/draft.h"

#include <filesystem>
#include <utility>

#include "cli/attachments.h"
#include "cli/draft_fields.h"
#include "cli/draft_subjects.h"
#include "cli/subject_words.h"
#include "core/base/limits.h"
#include "core/net/config_reader.h"
#include "core/record/words.h"

namespace entente::cli {
namespace {

using net::ConfigTable;

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
  if (const auto* const measure = ValueOf(*v1::LeadMeasure_descriptor(), word)) {
    return static_cast<v1::LeadMeasure>(measure->number());
  }
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
  Assign(section->mutable_never_to(), table.Texts("never_to"));
}

void ReadNarrative(ConfigTable& table, v1::Narrative& narrative) {
  narrative.set_text(table.Text("text"));
  narrative.set_number(static_cast<uint32_t>(table.IntegerOr("number", 0, 0, 9999)));
  narrative.set_translation_of(
      static_cast<uint32_t>(table.IntegerOr("translation_of", 0, 0, 9999)));
}

// A file beside the draft; `attachment_id` is its path until the node has it.
void ReadAttachment(ConfigTable table, v1::DraftSection* section) {
  const std::string path = table.PathInside("file");
  section->set_attachment_id(path);
  v1::Attachment& attachment = *section->mutable_content()->mutable_attachment();
  attachment.set_name(std::filesystem::path(path).filename().string());
  attachment.set_media_type(table.TextOr("media_type", MediaTypeOf(path)));
  attachment.set_note(table.TextOr("note", ""));
}

// Subjects, a text, or a file.
void ReadSection(ConfigTable& table, const std::string& language, v1::DraftSection* section) {
  ReadLabels(table, section);
  auto* const content = section->mutable_content();
  content->set_language(table.TextOr("language", language));
  const bool subjects = HasSubjects(table);
  const bool text = table.Has("text");
  const bool file = table.Has("attachment");
  if (subjects + text + file != 1) return table.RefuseAs("basis", "draft.one-content");
  if (subjects) *content->mutable_subjects() = ReadSubjects(table);
  if (text) ReadNarrative(table, *content->mutable_narrative());
  if (file) ReadAttachment(table.Table("attachment"), section);
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

void ReadNotice(ConfigTable table, Instant now, const std::string& language,
                v1::DraftSection* section) {
  ReadLabels(table, section);
  section->set_essential(table.BoolOr("essential", true));
  section->mutable_content()->set_language(language);
  ReadFields(table, now, *section->mutable_content()->mutable_alert_notice());
}

// Directive (EU) 2023/977 art. 5(1).
int64_t TimeOf(v1::RequestGround ground) {
  switch (ground) {
    case v1::REQUEST_GROUND_URGENT_AT_HAND:
      return 8 * limits::kHourMs;
    case v1::REQUEST_GROUND_URGENT:
      return 3 * limits::kDayMs;
    default:
      return 7 * limits::kDayMs;
  }
}

void ReadRequest(ConfigTable table, Instant now, const std::string& language,
                 v1::DraftSection* section) {
  ReadLabels(table, section);
  section->set_essential(table.BoolOr("essential", true));
  section->mutable_content()->set_language(language);
  v1::RequestAsk& ask = *section->mutable_content()->mutable_request_ask();
  ReadFields(table, now, ask);
  if (ask.due_ms() == 0) ask.set_due_ms(static_cast<uint64_t>((now + TimeOf(ask.ground())).ms));
}

void ReadOverride(ConfigTable table, v1::DraftOverride& asked) {
  Assign(asked.mutable_rules(), table.Texts("rules"));
  const std::string word = table.Text("ground");
  if (const auto* const ground = ValueOf(*v1::OverrideGround_descriptor(), word)) {
    asked.set_ground(static_cast<v1::OverrideGround>(ground->number()));
  } else {
    table.RefuseAs("ground", "draft.override-ground");
  }
  asked.set_reason(table.Text("reason"));
  Assign(asked.mutable_sources(), table.Texts("sources"));
}

// The section that each kind has one of, and the sender's own reference in it.
void ReadHead(ConfigTable& root, v1::RecordKind kind, Instant now, v1::Draft& draft) {
  const std::string language = root.TextOr("language", "en");
  if (kind == v1::RECORD_KIND_LEAD) {
    ReadAsk(root.Table("ask"), now, language, draft.add_sections());
    draft.set_own_reference(draft.sections(0).content().lead_ask().reference());
    draft.set_show_recipients(root.BoolOr("show_recipients", false));
  } else if (kind == v1::RECORD_KIND_ALERT) {
    ReadNotice(root.Table("notice"), now, language, draft.add_sections());
    draft.set_own_reference(draft.sections(0).content().alert_notice().reference());
  } else if (kind == v1::RECORD_KIND_REQUEST) {
    ReadRequest(root.Table("ask"), now, language, draft.add_sections());
    draft.set_own_reference(draft.sections(0).content().request_ask().reference());
  } else {
    draft.set_own_reference(root.TextOr("reference", ""));
  }
}

}  // namespace

std::vector<v1::DraftSection> ReadSections(ConfigTable& root) {
  const std::string language = root.TextOr("language", "en");
  std::vector<v1::DraftSection> sections;
  for (ConfigTable& table : root.Tables("section")) {
    ReadSection(table, language, &sections.emplace_back());
  }
  return sections;
}

absl::StatusOr<v1::Draft> ReadDraft(const std::string& path, v1::RecordKind kind, Instant now) {
  auto root = ConfigTable::Load(path);
  if (!root.ok()) return root.status();
  v1::Draft draft;
  draft.set_kind(kind);
  const std::string form = std::string(record::KindWord(kind)) + "/1";
  if (root->Text("draft") != form) {
    root->RefuseAs("draft", "draft.form", form);
    return root->FirstError();
  }
  draft.set_purpose(root->Text("purpose"));
  draft.set_instrument(root->TextOr("instrument", ""));
  Assign(draft.mutable_handling(), root->Texts("handling"));
  draft.set_evaluation(root->Text("evaluation"));
  draft.set_urgency(UrgencyOf(*root));
  draft.set_expires_ms(InstantAt(*root, "expires", now));
  if (root->Has("review_by")) draft.set_review_by_ms(InstantAt(*root, "review_by", now));
  Assign(draft.mutable_obtained_from(), root->Texts("obtained_from"));
  Assign(draft.mutable_with_consents(), root->Texts("consents"));
  draft.set_instruction(root->TextOr("instruction", ""));
  Assign(draft.mutable_never_to(), root->Texts("never_to"));
  if (root->Has("override")) ReadOverride(root->Table("override"), *draft.mutable_override());
  ReadHead(*root, kind, now, draft);
  for (v1::DraftSection& section : ReadSections(*root)) *draft.add_sections() = std::move(section);
  if (const absl::Status status = root->Finish(); !status.ok()) return status;
  return draft;
}

absl::StatusOr<std::vector<v1::DraftSection>> ReadSectionsFile(const std::string& path) {
  auto root = ConfigTable::Load(path);
  if (!root.ok()) return root.status();
  if (root->Text("draft") != "sections/1") {
    root->RefuseAs("draft", "draft.form", "sections/1");
    return root->FirstError();
  }
  std::vector<v1::DraftSection> sections = ReadSections(*root);
  if (const absl::Status status = root->Finish(); !status.ok()) return status;
  return sections;
}

}  // namespace entente::cli

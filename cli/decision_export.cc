#include "cli/decision_export.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "cli/json_fields.h"
#include "core/base/encoding.h"
#include "core/base/sentences.h"

namespace entente::cli {
namespace {

constexpr std::string_view kForm = "decisions/1";
constexpr size_t kHeaderBytes = 2048;

void PutTexts(Json& json, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) json[key] = texts;
}

void PutText(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json SectionJson(const policy::SectionLabels& section) {
  Json json = Json::object();
  PutTexts(json, "about", section.about);
  PutTexts(json, "data", section.data);
  PutText(json, "basis", section.basis);
  if (section.essential) json["essential"] = true;
  return json;
}

policy::SectionLabels ReadSection(JsonFields fields) {
  policy::SectionLabels section;
  section.about = fields.TextsOrNone("about");
  section.data = fields.TextsOrNone("data");
  section.basis = fields.TextOrNone("basis");
  section.essential = fields.FlagOrNo("essential");
  fields.Close();
  return section;
}

Json ConsentJson(const policy::ConsentLabels& consent) {
  return {{"source", consent.source},
          {"under", consent.under},
          {"about", consent.about},
          {"data", consent.data},
          {"from", FormatInstant(consent.from)},
          {"until", FormatInstant(consent.until)}};
}

policy::ConsentLabels ReadConsent(JsonFields fields) {
  policy::ConsentLabels consent;
  consent.source = fields.Text("source");
  consent.under = fields.Text("under");
  consent.about = fields.TextsOrNone("about");
  consent.data = fields.TextsOrNone("data");
  consent.from = fields.When("from");
  consent.until = fields.When("until");
  fields.Close();
  return consent;
}

Json OverrideJson(const policy::OverrideLabels& one) {
  return {{"rules", one.rules},
          {"about", one.about},
          {"data", one.data},
          {"from", FormatInstant(one.from)},
          {"until", FormatInstant(one.until)}};
}

policy::OverrideLabels ReadOverride(JsonFields fields) {
  policy::OverrideLabels out;
  out.rules = fields.TextsOrNone("rules");
  out.about = fields.TextsOrNone("about");
  out.data = fields.TextsOrNone("data");
  out.from = fields.When("from");
  out.until = fields.When("until");
  fields.Close();
  return out;
}

policy::LabelsFile ReadLabels(JsonFields fields) {
  policy::LabelsFile out;
  policy::RecordLabels& record = out.record;
  record.origin = fields.TextOrNone("origin");
  out.recipient.recipient = fields.TextOrNone("to");
  record.kind = fields.TextOrNone("kind");
  record.purpose = fields.TextOrNone("purpose");
  out.recipient.under = fields.TextOrNone("under");
  record.handling = fields.TextsOrNone("handling");
  record.evaluation = fields.TextOrNone("evaluation");
  record.urgency = fields.TextOrNone("urgency");
  record.created = fields.WhenOrNone("created");
  record.expires = fields.WhenOrNone("expires");
  record.obtained_from = fields.TextsOrNone("obtained_from");
  record.sent_under = fields.NumberOrZero("sent_under");
  for (JsonFields& section : fields.Objects("section")) {
    record.sections.push_back(ReadSection(section));
  }
  for (JsonFields& consent : fields.Objects("consents")) {
    out.recipient.consents.push_back(ReadConsent(consent));
  }
  if (auto one = fields.ObjectIfThere("override")) out.recipient.emergency = ReadOverride(*one);
  fields.Close();
  return out;
}

policy::VisibleSection ReadWithheld(JsonFields fields) {
  policy::VisibleSection out;
  const std::optional<uint64_t> section = fields.NumberIfThere("section");
  out.section = static_cast<uint32_t>(section.value_or(kSectionNotKnown));
  out.rules = fields.TextsOrNone("rules");
  out.reasons = fields.TextsOrNone("reasons");
  return out;
}

// `sections`: how many the record has, when its labels are there.
policy::VisibleDecision ReadLogged(JsonFields fields, size_t sections) {
  policy::VisibleDecision out;
  const auto verdict = policy::VerdictFromWord(fields.Text("verdict"));
  if (!verdict) fields.Reject("verdict");
  out.verdict = verdict.value_or(policy::Verdict::kRefuse);
  std::vector<bool> held(sections);
  for (JsonFields& one : fields.Objects("withheld")) {
    out.withheld.push_back(ReadWithheld(one));
    const uint32_t section = out.withheld.back().section;
    if (section < sections) held[section] = true;
  }
  const bool releases = out.verdict <= policy::Verdict::kReleaseInPart;
  for (uint32_t i = 0; i < sections && releases; ++i) {
    if (!held[i]) out.released.push_back(i);
  }
  out.obligations = fields.TextsOrNone("obligations");
  for (const std::string& rule : fields.TextsOrNone("rules")) {
    out.rules.push_back({.side = policy::Side::kRecord, .id = rule, .title = {}});
  }
  out.reasons = fields.TextsOrNone("reasons");
  out.contact = fields.TextOrNone("contact");
  return out;
}

DecisionLine ReadLine(JsonFields& fields) {
  DecisionLine line;
  line.log_index = fields.Number("log_index");
  line.record_id = fields.Text("record_id");
  line.reference = fields.Text("reference");
  line.missing = fields.TextOrNone("missing");
  line.recipient = fields.TextOrNone("to");
  if (line.recipient.empty()) {
    if (line.missing.empty()) fields.Reject("to");
    return line;
  }
  line.instant = fields.When("instant");
  line.snapshot_number = fields.Number("snapshot_number");
  line.snapshot_hash = fields.Hash("snapshot_hash");
  line.texts = fields.Text("texts");
  if (line.missing.empty()) line.labels = ReadLabels(fields.Object("labels"));
  const size_t sections = line.labels ? line.labels->record.sections.size() : 0;
  line.logged = ReadLogged(fields.Object("logged"), sections);
  if (auto before = fields.ObjectIfThere("before")) {
    line.before = ReadLogged(*std::move(before), sections);
  }
  return line;
}

}  // namespace

std::string DecisionsFile(const std::string& folder) { return folder + "/decisions.jsonl"; }

Json LabelsJson(const policy::LabelsFile& labels) {
  const policy::RecordLabels& record = labels.record;
  Json json = Json::object();
  PutText(json, "origin", record.origin);
  PutText(json, "to", labels.recipient.recipient);
  PutText(json, "kind", record.kind);
  PutText(json, "purpose", record.purpose);
  PutText(json, "under", labels.recipient.under);
  PutTexts(json, "handling", record.handling);
  PutText(json, "evaluation", record.evaluation);
  PutText(json, "urgency", record.urgency);
  if (record.created) json["created"] = FormatInstant(*record.created);
  if (record.expires) json["expires"] = FormatInstant(*record.expires);
  PutTexts(json, "obtained_from", record.obtained_from);
  if (record.sent_under != 0) json["sent_under"] = record.sent_under;
  json["section"] = Json::array();
  for (const policy::SectionLabels& section : record.sections) {
    json["section"].push_back(SectionJson(section));
  }
  json["consents"] = Json::array();
  for (const policy::ConsentLabels& consent : labels.recipient.consents) {
    json["consents"].push_back(ConsentJson(consent));
  }
  if (labels.recipient.emergency) json["override"] = OverrideJson(*labels.recipient.emergency);
  return json;
}

Json DecisionJson(const policy::VisibleDecision& decision) {
  Json withheld = Json::array();
  for (const policy::VisibleSection& section : decision.withheld) {
    Json one = Json::object();
    if (section.section != kSectionNotKnown) one["section"] = section.section;
    one["rules"] = section.rules;
    one["reasons"] = section.reasons;
    withheld.push_back(std::move(one));
  }
  Json json = {{"verdict", policy::VerdictWord(decision.verdict)},
               {"withheld", std::move(withheld)},
               {"obligations", decision.obligations},
               {"rules", decision.RuleIds()},
               {"reasons", decision.reasons}};
  PutText(json, "contact", decision.contact);
  return json;
}

Json LineJson(const DecisionLine& line) {
  Json json = {
      {"log_index", line.log_index}, {"record_id", line.record_id}, {"reference", line.reference}};
  if (!line.missing.empty()) json["missing"] = line.missing;
  if (line.recipient.empty()) return json;
  json["to"] = line.recipient;
  json["instant"] = FormatInstant(line.instant);
  json["snapshot_number"] = line.snapshot_number;
  json["snapshot_hash"] = DigestText(line.snapshot_hash);
  json["texts"] = line.texts;
  if (line.labels) json["labels"] = LabelsJson(*line.labels);
  json["logged"] = DecisionJson(line.logged);
  if (line.before) json["before"] = DecisionJson(*line.before);
  return json;
}

absl::StatusOr<ExportWriter> ExportWriter::Create(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) == 0) {
    return Told(absl::StatusCode::kAlreadyExists, "decisions.there", {}, path);
  }
  std::ofstream file(path, std::ios::binary);
  file << std::string(kHeaderBytes - 1, ' ') << '\n';
  if (!file) return Told(absl::StatusCode::kInternal, "file.write", {std::strerror(errno)}, path);
  return ExportWriter(path, std::move(file));
}

absl::Status ExportWriter::Add(const DecisionLine& line) {
  file_ << JsonLine(LineJson(line)) << '\n';
  ++decisions_;
  if (!line.labels) ++without_labels_;
  if (file_) return absl::OkStatus();
  return Told(absl::StatusCode::kInternal, "file.write", {std::strerror(errno)}, path_);
}

absl::Status ExportWriter::Finish(ExportHeader header) {
  Json json = {{"export", kForm}, {"federation", header.federation}, {"agency", header.agency}};
  PutText(json, "from", header.from);
  PutText(json, "until", header.until);
  json["decisions"] = decisions_;
  json["without_labels"] = without_labels_;
  const std::string text = JsonLine(json);
  file_.seekp(0);
  file_ << text.substr(0, kHeaderBytes - 1);
  file_.close();
  if (file_ && text.size() < kHeaderBytes) return absl::OkStatus();
  return Told(absl::StatusCode::kInternal, "file.write", {std::strerror(errno)}, path_);
}

absl::Status ExportReader::Bad(std::string_view key) const {
  const std::string place = path_ + ":" + std::to_string(number_) + ":1";
  return Told(absl::StatusCode::kInvalidArgument, "decisions.bad-line", {std::string(key)}, place);
}

absl::Status ExportReader::ReadHeader() {
  std::string text, bad;
  std::getline(file_, text);
  number_ = 1;
  const Json json = Json::parse(text, nullptr, false);
  JsonFields fields(json, "", bad);
  if (fields.Text("export") != kForm) fields.Reject("export");
  header_.federation = fields.Text("federation");
  header_.agency = fields.Text("agency");
  header_.from = fields.TextOrNone("from");
  header_.until = fields.TextOrNone("until");
  header_.decisions = fields.Number("decisions");
  header_.without_labels = fields.Number("without_labels");
  return bad.empty() ? absl::OkStatus() : Bad(bad);
}

absl::StatusOr<ExportReader> ExportReader::Open(const std::string& folder) {
  const std::string path = DecisionsFile(folder);
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(path + ": " + std::strerror(errno));
  ExportReader reader(path, std::move(file));
  if (absl::Status status = reader.ReadHeader(); !status.ok()) return status;
  return reader;
}

absl::StatusOr<std::optional<DecisionLine>> ExportReader::Next() {
  std::string text, bad;
  const bool there = static_cast<bool>(std::getline(file_, text));
  const bool wanted = number_ <= header_.decisions;
  if (there != wanted) {
    const std::string says = std::to_string(header_.decisions);
    return Told(absl::StatusCode::kInvalidArgument, "decisions.cut", {says}, path_ + ":1:1");
  }
  if (!there) return std::nullopt;
  ++number_;
  const Json json = Json::parse(text, nullptr, false);
  JsonFields fields(json, "", bad);
  DecisionLine line = ReadLine(fields);
  if (!bad.empty()) return Bad(bad);
  return line;
}

}  // namespace entente::cli

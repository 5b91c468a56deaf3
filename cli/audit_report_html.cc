// The report as a page: cli/audit_report.h.
#include <algorithm>

#include "cli/audit_report.h"
#include "policy/document.h"

namespace entente::cli {
namespace {

// As rendered policies look, across the sheet: seven columns, and digests that break anywhere.
constexpr std::string_view kStyle = R"css(
@page { size: A4 landscape; margin: 14mm 12mm 16mm; @bottom-center { content: counter(page) " / " counter(pages); font: 9pt serif; } }
:root { color: #111; background: #fff; font: 11pt/1.4 "Liberation Serif", "Times New Roman", Georgia, serif; }
body { margin: 1.5rem auto; padding: 0 1rem; hyphens: manual; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 1rem; padding-bottom: .5rem; border-bottom: 2pt solid #1b365d; color: #1b365d; }
h2 { font-size: 1.2rem; margin: 1.6rem 0 .5rem; color: #1b365d; border-bottom: .5pt solid #1b365d; break-after: avoid; }
p { margin: .4rem 0; max-width: 60rem; }
li { margin: .25rem 0; max-width: 60rem; overflow-wrap: anywhere; }
.head { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .4rem 0; }
.head dt { font-weight: bold; }
.head dd { margin: 0; overflow-wrap: anywhere; }
.limits, .findings { border-left: 3pt solid #1b365d; padding-left: .8rem; break-inside: avoid; }
.findings { border-color: #9b2d20; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; margin: .8rem 0; font-size: .72em; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: .5pt solid #555; padding: .2rem .3rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { background: #e3ecf7; }
thead th:first-child { width: 2.4rem; }
td div { margin-bottom: .2rem; }
.name { color: #333; font-style: italic; }
.value { display: block; }
tr.contradicted > * { border-left: 2pt solid #9b2d20; }
@media print { body { margin: 0; padding: 0; } }
)css";

struct Column {
  std::string_view name;
  std::vector<std::string_view> fields;
};

const std::vector<Column>& Columns() {
  static const auto* const columns = new std::vector<Column>{
      {"when", {"instant", "log_index", "act", "first_index", "refused", "contradicted"}},
      {"parties", {"side", "sender", "recipient"}},
      {"who", {"acting_agency", "officer_pseudonym", "justification_digest"}},
      {"record", {"record_reference", "record_id", "record_hashes", "statement_digest"}},
      {"decision",
       {"verdict", "sections_withheld", "withheld_under", "reasons", "obligations", "contact"}},
      {"rules",
       {"rules", "snapshot_number", "snapshot_hash", "sender_policy_version",
        "sender_policy_digest", "recipient_policy_version", "recipient_policy_digest"}},
      {"proof",
       {"sender_receipt", "sender_tree_size", "sender_root", "recipient_receipt",
        "recipient_tree_size", "recipient_root"}}};
  return *columns;
}

class Writer {
 public:
  explicit Writer(Language language) : language_(language) {}

  std::string Text(const std::string& text) const { return policy::HtmlText(language_, text); }
  void Heading(std::string_view name) {
    out_ += "<h2>" + Text(Sentence(language_, "report.part." + std::string(name))) + "</h2>\n";
  }
  void Head(const std::vector<std::pair<std::string, std::string>>& facts) {
    out_ += "<dl class=\"head\">\n";
    for (const auto& [name, value] : facts) {
      out_ += "<dt>" + Text(name) + "</dt><dd>" + Text(value) + "</dd>\n";
    }
    out_ += "</dl>\n";
  }
  void Section(const std::string& mark, const std::vector<std::string>& paragraphs) {
    out_ += "<section class=\"" + mark + "\">\n";
    for (const std::string& one : paragraphs) out_ += "<p>" + Text(one) + "</p>\n";
    out_ += "</section>\n";
  }
  void List(const std::vector<std::string>& items) {
    out_ += "<ul>\n";
    for (const std::string& one : items) out_ += "<li>" + Text(one) + "</li>\n";
    out_ += "</ul>\n";
  }
  void Lines(const std::vector<ReportLine>& lines) {
    out_ += "<table>\n<thead><tr><th scope=\"col\">" + Text(Sentence(language_, "report.number")) +
            "</th>";
    for (const Column& column : Columns()) {
      const std::string key = "report.column." + std::string(column.name);
      out_ += "<th scope=\"col\">" + Text(Sentence(language_, key)) + "</th>";
    }
    out_ += "</tr></thead>\n<tbody>\n";
    for (size_t i = 0; i < lines.size(); ++i) Line(i + 1, lines[i]);
    out_ += "</tbody>\n</table>\n";
  }
  std::string Take() { return std::move(out_); }

 private:
  void Line(size_t number, const ReportLine& line) {
    out_ += std::string("<tr") +
            (line.contradicted || line.other_state ? " class=\"contradicted\"" : "") +
            "><th scope=\"row\">" + std::to_string(number) + "</th>\n";
    const std::vector<ReportField> fields = FieldsOf(line);
    for (const Column& column : Columns()) {
      out_ += "<td>";
      for (const std::string_view name : column.fields) {
        Field(*std::ranges::find(fields, name, &ReportField::name));
      }
      out_ += "</td>\n";
    }
    out_ += "</tr>\n";
  }
  void Field(const ReportField& field) {
    if (field.values.empty()) return;
    out_ += "<div class=\"" + std::string(field.name) + "\"><span class=\"name\">" +
            Text(ReportFieldName(language_, field.name)) + "</span> <span class=\"value\">" +
            Text(ReportShown(language_, field)) + "</span></div>";
  }

  Language language_;
  std::string out_;
};

}  // namespace

std::string ReportHtml(Language language, const ledger::Genesis& genesis,
                       const AuditReport& report) {
  Writer to(language);
  to.Head(ReportHead(language, genesis, report));
  to.Section("limits", ReportLimits(language, report));
  if (const auto findings = ReportFindings(language, report); !findings.empty()) {
    to.Heading("findings");
    to.Section("findings", findings);
  }
  to.Heading("lines");
  if (report.lines.empty()) {
    to.Section("none", {Sentence(language, "report.no-line")});
  } else {
    to.Lines(report.lines);
  }
  to.Heading("notes");
  to.List(ReportNotes(language, genesis));
  return policy::HtmlPage(language, ReportTitle(language, report), kStyle, to.Take());
}

}  // namespace entente::cli

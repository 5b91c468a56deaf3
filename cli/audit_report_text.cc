// The report on a terminal: cli/audit_report.h.
#include <algorithm>
#include <array>

#include "cli/audit_report.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

// What the table shows; the rest stands below it, line by line.
constexpr std::array<std::string_view, 8> kColumns = {
    "instant", "log_index", "act", "side", "sender", "recipient", "verdict", "record_reference"};

bool IsColumn(std::string_view name) { return std::ranges::find(kColumns, name) != kColumns.end(); }

std::string LinesTable(Language language, const AuditReport& report) {
  Row heads = {Sentence(language, "report.number")};
  for (const std::string_view name : kColumns) heads.push_back(ReportFieldName(language, name));
  std::vector<Row> rows = {heads};
  for (const ReportLine& line : report.lines) {
    Row row = {std::to_string(rows.size())};
    const std::vector<ReportField> fields = FieldsOf(line);
    for (const std::string_view name : kColumns) {
      row.push_back(ReportShown(language, *std::ranges::find(fields, name, &ReportField::name)));
    }
    rows.push_back(std::move(row));
  }
  return Table(rows);
}

std::string Details(Language language, const ReportLine& line) {
  std::vector<Row> rows;
  for (const ReportField& field : FieldsOf(line)) {
    if (field.values.empty() || IsColumn(field.name)) continue;
    rows.push_back({" ", ReportFieldName(language, field.name), ReportShown(language, field)});
  }
  return Table(rows);
}

std::string HeadTable(Language language, const ledger::Genesis& genesis,
                      const AuditReport& report) {
  std::vector<Row> rows;
  for (auto& [name, value] : ReportHead(language, genesis, report)) rows.push_back({name, value});
  return Table(rows);
}

std::string Paragraphs(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences) out += "\n" + Printable(sentence) + "\n";
  return out;
}

}  // namespace

std::string ReportText(Language language, const ledger::Genesis& genesis,
                       const AuditReport& report) {
  std::string out = ReportTitle(language, report) + "\n\n" + HeadTable(language, genesis, report);
  out += Paragraphs(ReportLimits(language, report));
  out += Paragraphs(ReportFindings(language, report)) + "\n";
  if (report.lines.empty()) {
    out += Sentence(language, "report.no-line") + "\n";
  } else {
    out += LinesTable(language, report);
  }
  for (size_t i = 0; i < report.lines.size(); ++i) {
    out += "\n" + Say(language, "report.line", {std::to_string(i + 1)}) + "\n" +
           Details(language, report.lines[i]);
  }
  return out + Paragraphs(ReportNotes(language, genesis));
}

}  // namespace entente::cli

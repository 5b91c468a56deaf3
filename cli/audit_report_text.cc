// The report on a terminal: cli/audit_report.h.
#include <algorithm>
#include <array>

#include "cli/audit_report.h"
#include "cli/audit_report_forms.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

// What the table shows; the rest stands below it, line by line.
constexpr std::array<std::string_view, 8> kColumns = {
    "instant", "log_index", "act", "side", "sender", "recipient", "verdict", "record_reference"};

std::string LinesTable(Language language, std::span<const std::string_view> columns,
                       std::span<const NumberedLine> lines) {
  Row heads = {Sentence(language, "report.number")};
  for (const std::string_view name : columns) heads.push_back(ReportFieldName(language, name));
  std::vector<Row> rows = {heads};
  for (const NumberedLine& line : lines) {
    Row row = {std::to_string(line.number)};
    for (const std::string_view name : columns) {
      row.push_back(
          ReportShown(language, *std::ranges::find(line.fields, name, &ReportField::name)));
    }
    rows.push_back(std::move(row));
  }
  return Table(rows);
}

std::string Details(Language language, std::span<const std::string_view> columns,
                    const NumberedLine& line) {
  std::vector<Row> rows;
  for (const ReportField& field : line.fields) {
    const bool is_column = std::ranges::find(columns, field.name) != columns.end();
    if (field.values.empty() || is_column) continue;
    rows.push_back({" ", ReportFieldName(language, field.name), ReportShown(language, field)});
  }
  return Table(rows);
}

}  // namespace

std::string FactsText(const Facts& facts) {
  std::vector<Row> rows;
  for (const auto& [name, value] : facts) rows.push_back({name, value});
  return Table(rows);
}

std::string Paragraphs(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences) out += "\n" + Printable(sentence) + "\n";
  return out;
}

std::string LinesText(Language language, std::span<const std::string_view> columns,
                      std::span<const NumberedLine> lines) {
  std::string out = LinesTable(language, columns, lines);
  for (const NumberedLine& line : lines) {
    out += "\n" + Say(language, "report.line", {std::to_string(line.number)}) + "\n" +
           Details(language, columns, line);
  }
  return out;
}

std::string ReportText(Language language, const ledger::Genesis& genesis,
                       const AuditReport& report) {
  std::string out =
      ReportTitle(language, report) + "\n\n" + FactsText(ReportHead(language, genesis, report));
  out += Paragraphs(ReportLimits(language, report));
  out += Paragraphs(ReportFindings(language, report)) + "\n";
  if (report.lines.empty()) {
    out += Sentence(language, "report.no-line") + "\n";
  } else {
    out += LinesText(language, kColumns, Numbered(report.lines));
  }
  return out + Paragraphs(ReportNotes(language, genesis));
}

}  // namespace entente::cli

// What a report and what is made of one (cli/audit_affected.h) have in common in each form. Pure;
// a writer of a page is one thread's, everything else safe from any.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/audit_report.h"
#include "cli/json.h"

namespace entente::cli {

struct NumberedLine {
  size_t number = 0;
  bool doubtful = false;  // marked on the page: contradicted, or of another state
  std::vector<ReportField> fields;
};

// From 1 on, with all their fields.
std::vector<NumberedLine> Numbered(std::span<const ReportLine> lines);

// ---- Words

// Federation, log, genesis file, and the trees that the lines are proven in.
Facts FactsOfLog(Language language, const ledger::Genesis& genesis, const AuditReport& report);
// How many there are, and of how many no line is made.
Facts FactsOfReceipts(Language language, const AuditReport& report);
// Receipts that are not verified, and histories that do not fit: a sentence each.
std::vector<std::string> FindingsOfReceipts(Language language, const AuditReport& report);

// ---- Text

std::string FactsText(const Facts& facts);
std::string Paragraphs(const std::vector<std::string>& sentences);
// A table of these columns, then each line with its other fields, those that have a value.
std::string LinesText(Language language, std::span<const std::string_view> columns,
                      std::span<const NumberedLine> lines);

// ---- CSV: rows as ReportCsv says

std::string CsvNames(std::span<const ReportField> fields);
std::string CsvRow(std::span<const ReportField> fields);

// ---- JSON: docs/json.md

Json FieldsJson(std::span<const ReportField> fields);
// Whose log it is, what was given, and what does not hold.
void AddProof(const ledger::Genesis& genesis, const AuditReport& report, Json& json);

// ---- The page

struct PageColumn {
  std::string_view name;                 // of its heading: report.column.NAME
  std::vector<std::string_view> fields;  // all of them are fields of each line
};

// Every text is made printable and escaped, but for marks, which are words of the style.
class PageWriter {
 public:
  explicit PageWriter(Language language) : language_(language) {}

  void Heading(const std::string& text);
  void Head(const Facts& facts);
  void Section(const std::string& mark, const std::vector<std::string>& paragraphs);
  void List(const std::vector<std::string>& items);
  // The first row has the headings.
  void Table(std::span<const std::vector<std::string>> rows);
  void Lines(std::span<const PageColumn> columns, std::span<const NumberedLine> lines);
  // The whole page, self-contained, for the screen and A4 across.
  std::string Page(const std::string& title) &&;

 private:
  std::string Text(const std::string& text) const;
  void Row(std::string_view cell, const std::vector<std::string>& row);
  void Line(std::span<const PageColumn> columns, const NumberedLine& line);
  void Field(const ReportField& field);

  Language language_;
  std::string out_;
};

}  // namespace entente::cli

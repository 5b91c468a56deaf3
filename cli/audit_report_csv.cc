// The report for spreadsheets and programs: cli/audit_report.h.
#include "cli/audit_report.h"
#include "cli/audit_report_forms.h"
#include "core/base/printable.h"

namespace entente::cli {
namespace {

// With these a cell begins that a spreadsheet computes; the last four are their wide forms.
constexpr std::string_view kBeginsFormula[] = {
    "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

bool BeginsFormula(std::string_view text) {
  for (const std::string_view sign : kBeginsFormula) {
    if (text.starts_with(sign)) return true;
  }
  return false;
}

// An apostrophe before each sign that would stand first in a cell. Where lists are written with
// semicolons, as in France, programs may cut at those and not at commas: what follows either one
// counts as a beginning, and spaces and quotation marks before the sign do not hide it.
std::string Harmless(const std::string& text) {
  std::string out;
  bool beginning = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (beginning && BeginsFormula(std::string_view(text).substr(i))) out += '\'';
    out += c;
    if (c == ',' || c == ';') {
      beginning = true;
    } else if (c != ' ' && c != '"') {
      beginning = false;
    }
  }
  return out;
}

std::string Cell(const std::string& text) {
  std::string out = "\"";
  for (const char c : Harmless(Printable(text))) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

template <typename Pick>
std::string RowOf(std::span<const ReportField> fields, Pick pick) {
  std::string out;
  for (const ReportField& field : fields) out += (out.empty() ? "" : ",") + Cell(pick(field));
  return out + "\r\n";
}

}  // namespace

std::string CsvNames(std::span<const ReportField> fields) {
  return RowOf(fields, [](const ReportField& field) { return std::string(field.name); });
}

std::string CsvRow(std::span<const ReportField> fields) {
  return RowOf(fields, [](const ReportField& field) { return field.Joined(); });
}

std::string ReportCsv(const AuditReport& report) {
  std::string out = CsvNames(FieldsOf(EmptyLine()));
  for (const ReportLine& line : report.lines) out += CsvRow(FieldsOf(line));
  return out;
}

}  // namespace entente::cli

// The page on which a report stands: cli/audit_report_forms.h.
#include <algorithm>

#include "cli/audit_report_forms.h"
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
thead th.number { width: 2.4rem; }
td div { margin-bottom: .2rem; }
.name { color: #333; font-style: italic; }
.value { display: block; }
tr.contradicted > * { border-left: 2pt solid #9b2d20; }
@media print { body { margin: 0; padding: 0; } }
)css";

}  // namespace

std::string PageWriter::Text(const std::string& text) const {
  return policy::HtmlText(language_, text);
}

void PageWriter::Heading(const std::string& text) { out_ += "<h2>" + Text(text) + "</h2>\n"; }

void PageWriter::Head(const Facts& facts) {
  out_ += "<dl class=\"head\">\n";
  for (const auto& [name, value] : facts) {
    out_ += "<dt>" + Text(name) + "</dt><dd>" + Text(value) + "</dd>\n";
  }
  out_ += "</dl>\n";
}

void PageWriter::Section(const std::string& mark, const std::vector<std::string>& paragraphs) {
  out_ += "<section class=\"" + mark + "\">\n";
  for (const std::string& one : paragraphs) out_ += "<p>" + Text(one) + "</p>\n";
  out_ += "</section>\n";
}

void PageWriter::List(const std::vector<std::string>& items) {
  out_ += "<ul>\n";
  for (const std::string& one : items) out_ += "<li>" + Text(one) + "</li>\n";
  out_ += "</ul>\n";
}

void PageWriter::Table(std::span<const std::vector<std::string>> rows) {
  out_ += "<table>\n<thead>";
  Row("th", rows.front());
  out_ += "</thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows.subspan(1)) Row("td", row);
  out_ += "</tbody>\n</table>\n";
}

void PageWriter::Lines(std::span<const PageColumn> columns, std::span<const NumberedLine> lines) {
  out_ += "<table>\n<thead><tr><th scope=\"col\" class=\"number\">" +
          Text(Sentence(language_, "report.number")) + "</th>";
  for (const PageColumn& column : columns) {
    const std::string key = "report.column." + std::string(column.name);
    out_ += "<th scope=\"col\">" + Text(Sentence(language_, key)) + "</th>";
  }
  out_ += "</tr></thead>\n<tbody>\n";
  for (const NumberedLine& line : lines) Line(columns, line);
  out_ += "</tbody>\n</table>\n";
}

std::string PageWriter::Page(const std::string& title) && {
  return policy::HtmlPage(language_, title, kStyle, out_);
}

void PageWriter::Row(std::string_view cell, const std::vector<std::string>& row) {
  const std::string name(cell);
  out_ += "<tr>";
  for (const std::string& text : row) out_ += "<" + name + ">" + Text(text) + "</" + name + ">";
  out_ += "</tr>\n";
}

void PageWriter::Line(std::span<const PageColumn> columns, const NumberedLine& line) {
  out_ += std::string("<tr") + (line.doubtful ? " class=\"contradicted\"" : "") +
          "><th scope=\"row\">" + std::to_string(line.number) + "</th>\n";
  for (const PageColumn& column : columns) {
    out_ += "<td>";
    for (const std::string_view name : column.fields) {
      Field(*std::ranges::find(line.fields, name, &ReportField::name));
    }
    out_ += "</td>\n";
  }
  out_ += "</tr>\n";
}

void PageWriter::Field(const ReportField& field) {
  if (field.values.empty()) return;
  out_ += "<div class=\"" + std::string(field.name) + "\"><span class=\"name\">" +
          Text(ReportFieldName(language_, field.name)) + "</span> <span class=\"value\">" +
          Text(ReportShown(language_, field)) + "</span></div>";
}

}  // namespace entente::cli

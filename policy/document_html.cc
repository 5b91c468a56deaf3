#include "policy/document.h"

namespace entente::policy {
namespace {

using Kind = DocumentBlock::Kind;

// A4 with numbered pages; articles and rows are not torn, heads of tables stand on each page. What
// a mark says is in its sign and in words: the shade repeats it.
constexpr std::string_view kStyle = R"css(
@page { size: A4; margin: 22mm 20mm 20mm; @bottom-center { content: counter(page) " / " counter(pages); font: 9pt serif; } }
:root { color: #111; background: #fff; font: 11pt/1.45 "Liberation Serif", "Times New Roman", Georgia, serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; hyphens: manual; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1.2rem; padding-bottom: .6rem; border-bottom: 2pt solid #1b365d; color: #1b365d; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 .7rem; color: #1b365d; border-bottom: .5pt solid #1b365d; break-after: avoid; }
h3 { font-size: 1.12rem; margin: 1.5rem 0 .4rem; color: #1b365d; break-after: avoid; }
h4 { font-size: 1rem; margin: 0 0 .3rem; break-after: avoid; }
p { margin: .4rem 0; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .2rem 1rem; margin: .4rem 0; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
article { break-inside: avoid; margin: 1.1rem 0; }
article dl { font-size: .88em; color: #333; gap: 0 .8rem; grid-template-columns: minmax(4.5rem, max-content) 1fr; }
article dt { font-weight: normal; font-style: italic; }
li { margin: .25rem 0; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; margin: .5rem 0 .8rem; font-size: .78em; break-inside: avoid; }
caption { text-align: left; font-style: italic; padding-bottom: .3rem; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: .5pt solid #555; padding: .15rem .1rem; text-align: center; vertical-align: middle; }
tbody th, thead th:first-child { width: 4.7rem; text-align: left; font-weight: bold; padding: .15rem .3rem; }
thead th { vertical-align: bottom; }
thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
td:empty::before { content: "·"; }
td.obliged { background: #e3ecf7; }
td.free { background: #dff0e0; }
td.stays { background: #f4dedb; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
h2:last-of-type { break-before: page; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; gap: 2rem; break-inside: avoid; margin-top: 1.5rem; }
.signatures dt { font-weight: normal; padding-top: 1.2rem; }
.signatures dd { border-bottom: .5pt solid #111; }
)css";

// What a browser would read as its own.
std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

class Writer {
 public:
  explicit Writer(const Document& document) : document_(document) {}

  std::string Run() {
    for (const DocumentBlock& block : document_.blocks) Write(block);
    return HtmlPage(document_.language, document_.title, kStyle, out_);
  }

 private:
  std::string Text(const std::string& text) const { return HtmlText(document_.language, text); }

  void Element(const std::string& tag, const std::string& text) {
    out_ += "<" + tag + ">" + Text(text) + "</" + tag + ">\n";
  }

  void Write(const DocumentBlock& block) {
    switch (block.kind) {
      case Kind::kPart:
        return Element("h2", block.text);
      case Kind::kSection:
        return Element("h3", block.text);
      case Kind::kParagraph:
        return Element("p", block.text);
      case Kind::kList:
        return Items("ul", block);
      case Kind::kNumbered:
        return Items("ol", block);
      case Kind::kFacts:
        return Facts(block);
      case Kind::kArticle:
        return Article(block);
      case Kind::kTable:
        return Table(block);
      case Kind::kSignatures:
        return Signatures(block);
    }
  }

  void Items(const std::string& tag, const DocumentBlock& block) {
    out_ += "<" + tag + ">\n";
    for (const std::string& item : block.items) Element("li", item);
    out_ += "</" + tag + ">\n";
  }

  void Facts(const DocumentBlock& block) {
    out_ += "<dl>\n";
    for (const auto& [name, value] : block.facts) {
      Element("dt", name);
      Element("dd", value);
    }
    out_ += "</dl>\n";
  }

  void Article(const DocumentBlock& block) {
    out_ += "<article>\n";
    Element("h4", block.text);
    Facts(block);
    for (const std::string& item : block.items) Element("p", item);
    out_ += "</article>\n";
  }

  void Cell(const DocumentCell& cell) {
    if (cell.text.empty()) {
      out_ += "<td></td>";
      return;
    }
    out_ += "<td class=\"" + cell.mark + "\"><span aria-hidden=\"true\">" + Text(cell.text) +
            "</span><span class=\"unseen\">" + Text(cell.spoken) + "</span></td>";
  }

  void Table(const DocumentBlock& block) {
    out_ += "<table>\n";
    Element("caption", block.text);
    out_ += "<thead><tr><th scope=\"col\">" + Text(block.table.corner) + "</th>";
    for (const std::string& column : block.table.columns) {
      out_ += "<th scope=\"col\"><span>" + Text(column) + "</span></th>";
    }
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& [head, cells] : block.table.rows) {
      out_ += "<tr><th scope=\"row\">" + Text(head) + "</th>";
      for (const DocumentCell& cell : cells) Cell(cell);
      out_ += "</tr>\n";
    }
    out_ += "</tbody>\n</table>\n";
  }

  void Signatures(const DocumentBlock& block) {
    out_ += "<div class=\"signatures\">\n";
    for (const std::string& item : block.items) {
      out_ += "<section>\n";
      Element("h3", item);
      Facts(block);
      out_ += "</section>\n";
    }
    out_ += "</div>\n";
  }

  const Document& document_;
  std::string out_;
};

}  // namespace

std::string HtmlText(Language language, const std::string& text) {
  return Escaped(Shown(language, text));
}

std::string HtmlPage(Language language, const std::string& title, std::string_view style,
                     std::string_view main) {
  const bool french = language == Language::kFrench;
  const std::string shown = HtmlText(language, title);
  std::string out = "<!DOCTYPE html>\n<html lang=\"" + std::string(french ? "fr" : "en") +
                    "\">\n<head>\n<meta charset=\"utf-8\">\n" +
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<title>" + shown + "</title>\n<style>";
  out += style;
  out += "</style>\n</head>\n<body>\n<main>\n<h1>" + shown + "</h1>\n";
  out += main;
  return out + "</main>\n</body>\n</html>\n";
}

std::string DocumentHtml(const Document& document) { return Writer(document).Run(); }

}  // namespace entente::policy

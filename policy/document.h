// A text for people before it is a file: headings, articles, tables, signature lines; and the two
// files it becomes. Pure; safe from any thread. Texts are plain: each writer makes them printable
// and escapes what its form wants escaped.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/sentences.h"

namespace entente::policy {

// `mark` is one of a closed list of words for the style of HTML; `spoken` is what stands for the
// signs in `text` where they are not seen. All empty: nothing is said.
struct DocumentCell {
  std::string text;
  std::string spoken;
  std::string mark;
};

struct DocumentTable {
  std::string corner;  // what the first column holds
  std::vector<std::string> columns;
  std::vector<std::pair<std::string, std::vector<DocumentCell>>> rows;
};

struct DocumentBlock {
  enum class Kind : uint8_t {
    kPart,        // heading
    kSection,     // heading below it
    kParagraph,   // text
    kList,        // items
    kNumbered,    // items
    kFacts,       // facts
    kArticle,     // text is its heading; facts and items its body
    kTable,       // text is its caption
    kSignatures,  // items: who signs
  };
  Kind kind;
  std::string text;
  std::vector<std::string> items;
  std::vector<std::pair<std::string, std::string>> facts;
  DocumentTable table;
};

struct Document {
  Language language = Language::kEnglish;
  std::string title;
  std::vector<DocumentBlock> blocks;
};

// What is shown of a text: printable, and in French with the spaces before its double signs and
// inside its quotation marks that keep a line together.
std::string Shown(Language language, const std::string& text);

// The same, with what a browser would read as its own escaped.
std::string HtmlText(Language language, const std::string& text);
// A whole page around `main`, with the title as its first heading. `style` and `main` are put in as
// they are.
std::string HtmlPage(Language language, const std::string& title, std::string_view style,
                     std::string_view main);

// Lines of at most 100 characters, but for words that are longer.
std::string DocumentText(const Document& document);
// One self-contained page: no script, nothing from outside, style for screen and A4.
std::string DocumentHtml(const Document& document);

}  // namespace entente::policy

#include <algorithm>

#include "core/base/printable.h"
#include "policy/document.h"

namespace entente::policy {
namespace {

using Kind = DocumentBlock::Kind;

constexpr size_t kWidth = 100;

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

class Writer {
 public:
  explicit Writer(const Document& document) : document_(document) {}

  std::string Run() {
    Underlined(document_.title, '=');
    for (const DocumentBlock& block : document_.blocks) Write(block);
    return std::move(out_);
  }

 private:
  std::string Text(const std::string& text) const { return Shown(document_.language, text); }
  std::string Named(const std::string& name) const {
    return Text(name + (document_.language == Language::kFrench ? " : " : ": "));
  }

  void Write(const DocumentBlock& block) {
    out_ += '\n';
    switch (block.kind) {
      case Kind::kPart:
        return Underlined(block.text, '=');
      case Kind::kSection:
        return Underlined(block.text, '-');
      case Kind::kParagraph:
        return Wrapped(block.text, 0);
      case Kind::kList:
      case Kind::kNumbered:
        return Items(block);
      case Kind::kFacts:
        return Facts(block, 0);
      case Kind::kArticle:
        return Article(block);
      case Kind::kTable:
        return Table(block);
      case Kind::kSignatures:
        return Signatures(block);
    }
  }

  void Underlined(const std::string& text, char line) {
    Wrapped(text, 0);
    out_ += std::string(std::min(CodePoints(Text(text)), kWidth), line) + '\n';
  }

  // `first` stands before the text, which is set in by as much unless that is far.
  void Wrapped(const std::string& text, size_t indent, const std::string& first = "") {
    constexpr size_t kFar = 24;
    const bool far = CodePoints(first) > kFar;
    const std::string shown = far ? first + Text(text) : Text(text);
    std::string line = std::string(indent, ' ') + (far ? "" : first);
    size_t width = CodePoints(line);
    const size_t in = far ? indent + 2 : width;
    bool fresh = true;
    for (size_t at = 0; at <= shown.size();) {
      const size_t end = std::min(shown.find(' ', at), shown.size());
      const std::string word = shown.substr(at, end - at);
      if (!fresh && width + 1 + CodePoints(word) > kWidth) {
        out_ += line + '\n';
        line = std::string(in, ' ');
        width = in;
        fresh = true;
      }
      line += (fresh ? "" : " ") + word;
      width += CodePoints(word) + (fresh ? 0 : 1);
      fresh = false;
      at = end + 1;
    }
    out_ += line + '\n';
  }

  void Items(const DocumentBlock& block) {
    size_t number = 0;
    for (const std::string& item : block.items) {
      const bool numbered = block.kind == Kind::kNumbered;
      Wrapped(item, 2, numbered ? std::to_string(++number) + ". " : "- ");
    }
  }

  void Facts(const DocumentBlock& block, size_t indent) {
    for (const auto& [name, value] : block.facts) Wrapped(value, indent, Named(name));
  }

  void Article(const DocumentBlock& block) {
    Wrapped(block.text, 0);
    Facts(block, 2);
    for (const std::string& item : block.items) Wrapped(item, 2);
  }

  // A line for all cells of a row that say the same; none for those that say nothing.
  void Table(const DocumentBlock& block) {
    Wrapped(block.text, 0);
    for (const auto& row : block.table.rows) {
      const std::vector<DocumentCell>& cells = row.second;
      Wrapped(row.first, 2);
      for (size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].spoken.empty()) continue;
        const auto same = [&](const DocumentCell& cell) { return cell.spoken == cells[i].spoken; };
        if (std::any_of(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(i), same))
          continue;
        std::string names;
        for (size_t k = i; k < cells.size(); ++k) {
          if (same(cells[k])) names += (names.empty() ? "" : ", ") + block.table.columns[k];
        }
        Wrapped(names, 4, Named(cells[i].spoken));
      }
    }
  }

  void Signatures(const DocumentBlock& block) {
    for (const std::string& item : block.items) {
      Wrapped(item, 0);
      for (const auto& [name, value] : block.facts) Wrapped(std::string(40, '_'), 2, Named(name));
      out_ += '\n';
    }
  }

  const Document& document_;
  std::string out_;
};

}  // namespace

std::string Shown(Language language, const std::string& from) {
  std::string text = Printable(from);
  constexpr std::string_view kHard = "\xc2\xa0";
  if (language != Language::kFrench) return text;
  for (const std::string_view sign : {" :", " ;", " »"}) {
    for (size_t at = 0; (at = text.find(sign, at)) != text.npos; at += sign.size() + 1) {
      text.replace(at, 1, kHard);
    }
  }
  constexpr std::string_view kOpening = "« ";
  for (size_t at = 0; (at = text.find(kOpening, at)) != text.npos; at += kOpening.size() + 1) {
    text.replace(at + kOpening.size() - 1, 1, kHard);
  }
  return text;
}

std::string DocumentText(const Document& document) { return Writer(document).Run(); }

}  // namespace entente::policy

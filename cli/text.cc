#include "cli/text.h"

#include <algorithm>
#include <iterator>

#include "core/base/instant.h"

namespace entente::cli {
namespace {

// Where what is meant depends on what a reason is about.
struct OwnSentence {
  std::string_view code;
  std::string_view key;
};
constexpr OwnSentence kOwnSentences[] = {
    {"attachment-missing:uploading", "policy-reason.uploading"},
    {"label-missing:under", "policy-reason.no-agreement"},
    {"label-unknown:recipient", "policy-reason.recipient-not-active"},
    {"wrong-agency:case", "policy-reason.recipient-left-case"},
    {"wrong-agency:removed", "policy-reason.removed-from-case"},
};

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string PrintableBlock(std::string_view text) {
  std::string out;
  for (;;) {
    const size_t end = text.find('\n');
    out += "  " + Printable(text.substr(0, end)) + "\n";
    if (end == text.npos) return out;
    text.remove_prefix(end + 1);
  }
}

std::string Table(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> shown = rows;
  std::vector<size_t> widths;
  for (auto& row : shown) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = Printable(row[i]);
      widths[i] = std::max(widths[i], CodePoints(row[i]));
    }
  }
  std::string out;
  for (const auto& row : shown) {
    for (size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - CodePoints(row[i]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string Say(Language language, std::string_view key,
                std::initializer_list<std::string_view> arguments) {
  std::vector<std::string> shown;
  for (const std::string_view argument : arguments) shown.push_back(Printable(argument));
  return Sentence(language, key, shown);
}

std::string Word(Language language, std::string_view group, std::string_view code) {
  const std::string key = std::string(group) + "." + std::string(code);
  return HasSentence(key) ? Sentence(language, key) : std::string(code);
}

std::string ReasonWords(Language language, std::string_view code) {
  const auto* const own = std::ranges::find(kOwnSentences, code, &OwnSentence::code);
  if (own != std::end(kOwnSentences))
    return std::string(code) + " (" + Say(language, own->key) + ")";
  const size_t colon = code.find(':');
  const std::string word(code.substr(0, colon));
  const std::string_view subject = colon == code.npos ? "" : code.substr(colon + 1);
  for (const std::string_view group : {"policy-reason.", "reason."}) {
    const std::string key = std::string(group) + word;
    if (HasSentence(key)) return std::string(code) + " (" + Say(language, key, {subject}) + ")";
  }
  return std::string(code);
}

std::string AlarmWords(Language language, std::string_view code, std::string_view text) {
  const std::string key = "alarm." + std::string(code);
  if (!HasSentence(key)) return std::string(text);
  return Say(language, key) + " (" + std::string(text) + ")";
}

Row Heads(Language language, std::initializer_list<std::string_view> names) {
  Row row;
  for (const std::string_view name : names) {
    row.push_back(Say(language, "column." + std::string(name)));
  }
  return row;
}

std::string YesNo(Language language, bool value) { return Say(language, value ? "yes" : "no"); }

std::string InstantText(uint64_t ms) {
  return ms == 0 ? "-" : FormatInstant(Instant{static_cast<int64_t>(ms)});
}

}  // namespace entente::cli

#include "policy/wording.h"

#include <map>

#include "policy/prose.h"
#include "policy/toml_tree.h"

namespace entente::policy {
namespace {

struct Said {
  std::string english;
  std::string french;
};
using Wordings = std::map<std::string, Said, std::less<>>;

std::string TextUnder(const TomlValue& table, std::string_view key) {
  for (const TomlEntry& entry : table.entries) {
    if (entry.key == key) return entry.value.text;
  }
  return "";
}

Wordings ReadWordings() {
  Wordings out;
  const TomlValue tree = ParseToml(WordingText(), "wording-2026.1.toml").value();
  for (const TomlEntry& table : tree.entries) {
    for (const TomlEntry& word : table.value.entries) {
      out[table.key + "." + word.key] = {TextUnder(word.value, "en"), TextUnder(word.value, "fr")};
    }
  }
  return out;
}

const Said* Find(std::string_view table, std::string_view word) {
  static const auto* const wordings = new Wordings(ReadWordings());
  const auto found = wordings->find(std::string(table) + "." + std::string(word));
  return found == wordings->end() ? nullptr : &found->second;
}

std::string In(Language language, const Said& said) {
  return language == Language::kFrench ? said.french : said.english;
}

}  // namespace

bool HasWording(std::string_view table, std::string_view word) {
  const Said* said = Find(table, word);
  return said != nullptr && !said->english.empty() && !said->french.empty();
}

std::string WordingOf(Language language, Category category, std::string_view word) {
  const Said* said = Find(CategoryKey(category), word);
  return said == nullptr ? Quoted(language, word) : In(language, *said);
}

std::vector<std::string> WordingsOf(Language language, Category category,
                                    const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const std::string& word : words) out.push_back(WordingOf(language, category, word));
  return out;
}

std::string CodeInWords(Language language, Category category, std::string_view code) {
  return std::string(code) + " (" + WordingOf(language, category, code) + ")";
}

std::string MeaningOf(Language language, Category category, std::string_view word) {
  const Said* said = Find("meaning-" + std::string(CategoryKey(category)), word);
  return said == nullptr ? "" : In(language, *said);
}

ObligationWording WordingOf(Language language, const Obligation& obligation) {
  using Kind = ObligationWording::Kind;
  const std::string_view text = obligation.text;
  const bool lasts = obligation.duration != Duration{};
  const std::string_view word = lasts ? text.substr(0, text.find(':')) : text;
  if (const Said* own = Find("besides", word)) return {In(language, *own), Kind::kSentence};
  if (const Said* own = Find("sender", word)) return {In(language, *own), Kind::kOfSender};
  const Said* said = Find("shall", word);
  if (said == nullptr) {
    return {Sentence(language, "render.unworded", {Quoted(language, text)}), Kind::kSentence};
  }
  std::string length = lasts ? DurationInWords(language, obligation.duration) : "";
  if (language == Language::kFrench && lasts) length = FrenchOf(length);
  std::string out = In(language, *said);
  if (const size_t slot = out.find("{0}"); slot != out.npos) out.replace(slot, 3, length);
  return {out, Kind::kShall};
}

std::string ObligationsInWords(Language language, const std::vector<Obligation>& obligations,
                               std::string_view opening) {
  std::vector<std::string> shall;
  std::string besides;
  for (const Obligation& obligation : obligations) {
    ObligationWording wording = WordingOf(language, obligation);
    if (wording.kind == ObligationWording::Kind::kSentence) {
      besides += " " + wording.text;
    } else if (wording.kind == ObligationWording::Kind::kShall) {
      shall.push_back(std::move(wording.text));
    }
  }
  const std::string all =
      shall.empty() ? "" : Sentence(language, opening, {Listed(language, Join::kAnd, shall)});
  return all.empty() && !besides.empty() ? besides.substr(1) : all + besides;
}

std::string SenderObligationsInWords(Language language,
                                     const std::vector<Obligation>& obligations) {
  std::string out;
  for (const Obligation& obligation : obligations) {
    const ObligationWording wording = WordingOf(language, obligation);
    if (wording.kind != ObligationWording::Kind::kOfSender) continue;
    out += (out.empty() ? "" : " ") + wording.text;
  }
  return out;
}

std::string Quoted(Language language, std::string_view text) {
  return Sentence(language, "render.quoted", {text});
}

}  // namespace entente::policy

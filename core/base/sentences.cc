#include "core/base/sentences.h"

#include <algorithm>
#include <vector>

#include "absl/strings/cord.h"
#include "core/base/sentence_table.h"

namespace entente {
namespace {

// Holds place, key and arguments, each ended by a zero byte.
constexpr const char* kToldPayload = "entente.told";

std::string Placed(std::string_view place, const std::string& sentence) {
  return place.empty() ? sentence : std::string(place) + ": " + sentence;
}

}  // namespace

std::optional<Language> LanguageFromTag(std::string_view tag) {
  if (tag == "en") return Language::kEnglish;
  if (tag == "fr") return Language::kFrench;
  return std::nullopt;
}

bool HasSentence(std::string_view key) { return FindSentence(key) != nullptr; }

std::string Sentence(Language language, std::string_view key,
                     std::initializer_list<std::string_view> arguments) {
  return Sentence(language, key, std::vector<std::string>(arguments.begin(), arguments.end()));
}

std::string Sentence(Language language, std::string_view key,
                     std::span<const std::string> arguments) {
  const SentenceRow* row = FindSentence(key);
  if (row == nullptr) return "[" + std::string(key) + "]";
  const std::string_view text = language == Language::kFrench ? row->french : row->english;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool slot = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}';
    if (!slot) {
      out.push_back(text[i]);
      continue;
    }
    const size_t number = static_cast<size_t>(text[i + 1] - '0');
    if (number < arguments.size()) out += arguments[number];
    i += 2;
  }
  return out;
}

absl::Status Told(absl::StatusCode code, std::string_view key, std::vector<std::string> arguments,
                  std::string_view place) {
  absl::Status status(code, Placed(place, Sentence(Language::kEnglish, key, arguments)));
  std::string payload;
  arguments.insert(arguments.begin(), {std::string(place), std::string(key)});
  for (const std::string& piece : arguments) payload.append(piece).push_back('\0');
  status.SetPayload(kToldPayload, absl::Cord(payload));
  return status;
}

std::string MessageIn(Language language, const absl::Status& status) {
  const auto payload = status.GetPayload(kToldPayload);
  if (!payload) return std::string(status.message());
  std::vector<std::string> pieces(1);
  for (const char c : std::string(*payload)) {
    if (c == '\0') {
      pieces.emplace_back();
    } else {
      pieces.back().push_back(c);
    }
  }
  pieces.pop_back();
  return Placed(pieces[0], Sentence(language, pieces[1], std::span(pieces).subspan(2)));
}

std::string RefusalSentence(Language language, const Refusal& refusal) {
  return Sentence(language, "reason." + std::string(ReasonWord(refusal.reason)), {refusal.subject});
}

std::string AdviceSentence(Language language, Reason reason) {
  return Sentence(language, "advice." + std::string(ReasonWord(reason)));
}

}  // namespace entente

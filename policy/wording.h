// How each word of vocabulary 2026.1 is said in a sentence, in English and French, from the bytes
// of policy/wording-2026.1.toml that stand in this program. A word of another vocabulary is said as
// it is written, in quotation marks. Stateless; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/sentences.h"
#include "policy/obligation.h"
#include "policy/vocabulary.h"

namespace entente::policy {

// The bytes.
std::string_view WordingText();
// Whether there is one in both languages.
bool HasWording(std::string_view table, std::string_view word);

// "suspects", "personnes condamnées"
std::string WordingOf(Language language, Category category, std::string_view word);
std::vector<std::string> WordingsOf(Language language, Category category,
                                    const std::vector<std::string>& words);
// The word and what it means: "H2 (not passed on without …)", "B (mostly reliable)".
std::string CodeInWords(Language language, Category category, std::string_view code);

// What the word means, to be read where words are explained; empty when it needs no explanation.
std::string MeaningOf(Language language, Category category, std::string_view word);

// Of a recipient, after "shall" or as a sentence of its own; or a sentence about the sender.
struct ObligationWording {
  enum class Kind : uint8_t { kShall, kSentence, kOfSender };
  std::string text;
  Kind kind = Kind::kShall;
};
ObligationWording WordingOf(Language language, const Obligation& obligation);
// All of the recipient: "The recipient shall …, … and …." and what stands beside; empty for none.
std::string ObligationsInWords(Language language, const std::vector<Obligation>& obligations,
                               std::string_view opening);
// All that bind the sender, each a sentence; empty for none.
std::string SenderObligationsInWords(Language language, const std::vector<Obligation>& obligations);

// What `text` says as a quotation.
std::string Quoted(Language language, std::string_view text);

}  // namespace entente::policy

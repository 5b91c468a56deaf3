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

// Of a recipient, after "shall"; or a sentence of its own.
struct ObligationWording {
  std::string text;
  bool sentence = false;
};
ObligationWording WordingOf(Language language, const Obligation& obligation);
// All of them: "The recipient shall …, … and …." and what stands beside; empty for none.
std::string ObligationsInWords(Language language, const std::vector<Obligation>& obligations,
                               std::string_view opening);

// What `text` says as a quotation.
std::string Quoted(Language language, std::string_view text);

}  // namespace entente::policy

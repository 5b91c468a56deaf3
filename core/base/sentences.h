// Every sentence that a person reads, in English and French, in one table. Programs name a
// sentence, never write one. Stateless; safe from any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/refusal.h"

namespace entente {

enum class Language : uint8_t { kEnglish, kFrench };

// "en" or "fr" (BCP 47 primary tags); nullopt otherwise.
std::optional<Language> LanguageFromTag(std::string_view tag);

// The sentence stored under `key` with {0}, {1}, … replaced by `arguments`. An unknown key comes
// back as itself in brackets, so that it is seen; a test asks for every key used.
std::string Sentence(Language language, std::string_view key,
                     std::initializer_list<std::string_view> arguments = {});
std::string Sentence(Language language, std::string_view key,
                     std::span<const std::string> arguments);
bool HasSentence(std::string_view key);

// An error for people: its message is the English sentence, after "PLACE: " unless place is empty;
// MessageIn() gives it in another language, and the message as it is of any other status.
absl::Status Told(absl::StatusCode code, std::string_view key, std::vector<std::string> arguments,
                  std::string_view place = "");
std::string MessageIn(Language language, const absl::Status& status);

// What a refusal means, and what to do now: "reason.<word>" and "advice.<word>".
std::string RefusalSentence(Language language, const Refusal& refusal);
std::string AdviceSentence(Language language, Reason reason);

}  // namespace entente

#include "policy/calendar.h"
#include "policy/parse.h"
#include "policy/vocabulary.h"
#include "tests/fuzz/fuzz.h"

// Every refusal names the file and a place in it.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const std::string_view text = fuzz::Input(data, size);
  static const policy::Vocabulary& vocabulary = policy::PublishedVocabulary();
  const auto refused = [](const absl::Status& status) {
    if (!status.ok()) fuzz::Require(std::string(status.message()).starts_with("f.toml:"));
  };
  refused(policy::ParsePolicy(text, "f.toml", vocabulary).status());
  refused(policy::ParseInstruments(text, "f.toml", vocabulary).status());
  refused(policy::ParseGroups(text, "f.toml").status());
  refused(policy::ParseLabels(text, "f.toml").status());
  refused(policy::ParseVocabulary(text, "f.toml").status());
  refused(policy::ParseCalendar(text, "f.toml").status());
  return 0;
}

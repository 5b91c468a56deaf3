#include "core/base/toml_text.h"
#include "tests/fuzz/fuzz.h"

// Whatever stands in a file: a table, or an error at a place that the text has.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const std::string_view text = fuzz::Input(data, size);
  const auto parsed = ParseTomlText(text);
  if (const auto* error = std::get_if<TomlError>(&parsed)) {
    fuzz::Require(error->line >= 1 && error->column >= 1 && error->line <= text.size() + 1 &&
                  error->column <= text.size() + 1 && !error->sentence.empty());
  }
  return 0;
}

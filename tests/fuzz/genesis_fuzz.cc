#include "core/ledger/ceremony.h"
#include "core/ledger/genesis.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const std::string_view text = fuzz::Input(data, size);
  const auto genesis = ledger::Genesis::Parse(text);
  if (genesis.ok()) fuzz::Require(genesis->text() == text);
  (void)ledger::ParseEnrolment("entente.test", text);
  return 0;
}

#include "core/ledger/entry.h"
#include "core/ledger/parts.h"
#include "core/record/statements.h"
#include "core/record/strict.h"
#include "entente/v1/ledger.pb.h"
#include "tests/fuzz/fuzz.h"

// The first byte chooses the reader.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::Input(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      (void)ledger::ReadEntry(bytes);
      break;
    case 1: {
      const auto part = ledger::ReadPart(bytes);
      if (part.ok()) fuzz::Require(record::Encode(*part) == bytes);
      break;
    }
    case 2:
      (void)record::ReadBody<v1::KeyStatement>(bytes);
      break;
    case 3:
      (void)record::ReadBody<v1::Acknowledgement>(bytes);
      break;
    case 4:
      (void)record::ReadBody<v1::PolicyStatement>(bytes);
      break;
    default:
      (void)record::StrictParse<v1::SignedStatement>(bytes);
      break;
  }
  return 0;
}

#include "core/record/header.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const auto header = record::ReadHeader(fuzz::Input(data, size));
  if (header.ok()) fuzz::Require(header->digests.size() >= 8);
  return 0;
}

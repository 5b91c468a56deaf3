#include "core/record/record.h"
#include "core/record/strict.h"
#include "tests/fuzz/fuzz.h"

// What is read is what was carried: encoding it again gives the same bytes.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const std::string_view bytes = fuzz::Input(data, size);
  const auto record = record::ReadRecord(bytes);
  if (!record.ok()) return 0;
  fuzz::Require(record::Encode(*record->wire) == bytes);
  fuzz::Require(record->header.expires > record->header.created);
  for (const record::Access& access : record->access) {
    fuzz::Require(record->FindAccess(access.recipient) == &access);
    (void)record::CheckAccessLeaf(*record, access);
  }
  (void)record::CheckSectionLeaves(*record);
  (void)record::CheckSubmitted(*record);
  return 0;
}

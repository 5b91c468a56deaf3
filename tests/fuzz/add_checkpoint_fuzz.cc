#include "core/audit/add_checkpoint.h"
#include "core/base/limits.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const std::string_view body = fuzz::Input(data, size);
  const auto request = audit::ParseAddCheckpoint(body);
  if (!request.ok()) return 0;
  fuzz::Require(request->proof.size() <= limits::kProofHashes);
  fuzz::Require(audit::FormatAddCheckpoint(*request) == body);
  return 0;
}

#include "core/audit/checkpoint.h"
#include "core/audit/note.h"
#include "core/audit/tlog_proof.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const std::string_view text = fuzz::Input(data, size);
  const auto note = audit::ParseNote(text);
  if (note.ok()) {
    const auto again = audit::FormatNote(*note);
    fuzz::Require(again.ok() && *again == text);
  }
  (void)audit::ParseCheckpointText(text);
  (void)audit::ParseTlogProof(text);
  (void)audit::VerifierKey::Parse(text);
  return 0;
}

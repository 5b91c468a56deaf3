#include "core/audit/checkpoint.h"
#include "core/audit/fork_proof.h"
#include "core/audit/note.h"
#include "core/audit/tile.h"
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
  const auto fork = audit::ParseForkProof(text);
  if (fork.ok()) fuzz::Require(audit::FormatForkProof(*fork) == text);
  const auto tile = audit::ParseTilePath(text);
  if (tile) fuzz::Require(audit::PathOf(*tile) == text);
  for (const uint32_t width : {1u, 2u, audit::kTileWidth}) {
    fuzz::Require(audit::LeavesOfBundle(text, width).has_value() ==
                  audit::DecodeBundle(text, width).ok());
  }
  return 0;
}

// A checkpoint that a quorum of witnesses stands behind, as it is kept in l_witnessed and given to
// members. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "broker/view.h"
#include "core/audit/log.h"
#include "core/audit/note.h"
#include "core/audit/tlog_policy.h"

namespace entente::broker {

// The newest cosignature of each witness over one text, by the verifier key's text.
struct TimedLine {
  uint64_t time = 0;  // Unix seconds
  std::string line;   // of a note, with its newline
};
using Cosignatures = std::map<std::string, TimedLine, std::less<>>;

// As TlogPolicy::MetSince(): since when the quorum stands behind that text; nullopt: it does not.
std::optional<uint64_t> MetSince(const audit::TlogPolicy& quorum, const Cosignatures& by);

// The line of the first signature by this key; empty when there is none.
std::string LineBy(const audit::VerifierKey& key, const audit::Note& note);

struct WitnessedNote {
  audit::TreeHead head;
  uint64_t time = 0;  // Unix seconds, as MetSince()
  std::string note;
  Cosignatures by;
};

// DATA_LOSS unless the log and the quorum of this number have signed it, and nobody else but
// witnesses of `quorums`.
absl::StatusOr<WitnessedNote> ReadWitnessed(std::string_view note, const audit::VerifierKey& log,
                                            std::span<const QuorumSince> quorums, uint64_t number);

}  // namespace entente::broker

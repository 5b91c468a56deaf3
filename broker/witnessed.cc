#include "broker/witnessed.h"

#include <algorithm>
#include <vector>

#include "broker/families.h"
#include "broker/rows.h"
#include "core/audit/checkpoint.h"

namespace entente::broker {
namespace {

// One may stand in several quorums.
std::vector<audit::VerifierKey> WitnessesOf(std::span<const QuorumSince> quorums) {
  std::vector<audit::VerifierKey> all;
  for (const QuorumSince& quorum : quorums) {
    if (!quorum.policy) continue;
    for (const audit::VerifierKey& key : quorum.policy->witnesses()) {
      if (!std::ranges::count(all, key)) all.push_back(key);
    }
  }
  return all;
}

}  // namespace

std::string LineBy(const audit::VerifierKey& key, const audit::Note& note) {
  const auto found =
      std::ranges::find_if(note.signatures, [&](const audit::NoteSignature& signature) {
        return signature.name == key.name() && signature.key_id == key.id();
      });
  return found == note.signatures.end() ? "" : audit::SignatureLine(*found);
}

std::optional<uint64_t> MetSince(const audit::TlogPolicy& quorum, const Cosignatures& by) {
  std::vector<audit::Cosignature> found;
  for (size_t i = 0; i < quorum.witnesses().size(); ++i) {
    const auto one = by.find(quorum.witnesses()[i].Text());
    if (one != by.end()) found.push_back({i, one->second.time});
  }
  return quorum.MetSince(found);
}

absl::StatusOr<WitnessedNote> ReadWitnessed(std::string_view note, const audit::VerifierKey& log,
                                            std::span<const QuorumSince> quorums, uint64_t number) {
  const std::vector<audit::VerifierKey> witnesses = WitnessesOf(quorums);
  const auto parsed = audit::ParseNote(note);
  auto verified = audit::VerifyCheckpoint(note, log, witnesses);
  if (number >= quorums.size() || !quorums[number].policy || !parsed.ok() || !verified.ok() ||
      parsed->signatures.size() != 1 + verified->cosignatures.size()) {
    return Damaged(kWitnessed);
  }
  WitnessedNote out{
      {verified->checkpoint.size, verified->checkpoint.root}, 0, std::string(note), {}};
  for (const audit::Cosignature& one : verified->cosignatures) {
    const audit::VerifierKey& key = witnesses[one.witness];
    out.by[key.Text()] = {one.time, LineBy(key, *parsed)};
  }
  const auto since = MetSince(*quorums[number].policy, out.by);
  if (!since) return Damaged(kWitnessed);
  out.time = *since;
  return out;
}

}  // namespace entente::broker

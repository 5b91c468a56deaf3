#include "core/audit/fork_proof.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/audit/decimal.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::audit {
namespace {

constexpr std::string_view kFirstLine = "entente/fork-proof/1";
constexpr std::string_view kHash = "hash ";
constexpr std::string_view kCheckpointLine = "checkpoint ";

absl::Status Malformed(std::string_view text) {
  return Refuse(Reason::kMalformed, std::string(text));
}

absl::StatusOr<Proof> TakeHashes(std::string_view& text) {
  Proof hashes;
  while (text.starts_with(kHash)) {
    const auto line = TakeLine(text);
    const auto bytes = line ? Base64Decode(line->substr(kHash.size())) : std::nullopt;
    const auto hash = bytes ? FixedBytes<32>(*bytes) : std::nullopt;
    if (!hash) return Malformed("a hash of the proof is not 32 bytes in base64");
    // One more than a proof has: the root in front.
    if (hashes.size() > limits::kProofHashes) {
      return Refuse(Reason::kTooLarge, "the proof has too many hashes");
    }
    hashes.push_back(*hash);
  }
  return hashes;
}

absl::StatusOr<std::string> TakeCheckpoint(std::string_view& text) {
  const auto line = TakeLine(text);
  const auto bytes = line && line->starts_with(kCheckpointLine)
                         ? ParseDecimal(line->substr(kCheckpointLine.size()))
                         : std::nullopt;
  if (!bytes || *bytes > text.size()) {
    return Malformed("the proof has not two checkpoints with their lengths");
  }
  std::string note(text.substr(0, *bytes));
  text.remove_prefix(*bytes);
  return note;
}

absl::StatusOr<Checkpoint> CheckpointOf(std::string_view note) {
  auto parsed = ParseNote(note);
  if (!parsed.ok()) return parsed.status();
  return ParseCheckpointText(parsed->text);
}

absl::StatusOr<Digest> RootThen(const Checkpoint& smaller, const Checkpoint& larger,
                                const Proof& hashes) {
  if (smaller.size == 0 || smaller.size == larger.size) {
    if (!hashes.empty()) return Refuse(Reason::kProofBad, "these sizes take no hashes");
    return smaller.size == 0 ? EmptyRoot() : larger.root;
  }
  auto roots = RootsOfConsistency(smaller.size, larger.size, hashes);
  if (!roots.ok()) return roots.status();
  if (roots->second == larger.root) return roots->first;
  return Refuse(Reason::kProofBad, "the hashes do not give the root of the larger checkpoint");
}

}  // namespace

std::string FormatForkProof(const ForkProof& proof) {
  std::string out = absl::StrCat(std::string(kFirstLine), "\n");
  for (const Digest& hash : proof.hashes) {
    absl::StrAppend(&out, std::string(kHash), Base64Encode(hash), "\n");
  }
  for (const std::string* note : {&proof.smaller, &proof.larger}) {
    absl::StrAppend(&out, std::string(kCheckpointLine), note->size(), "\n", *note);
  }
  return out;
}

absl::StatusOr<ForkProof> ParseForkProof(std::string_view text) {
  if (TakeLine(text) != kFirstLine) {
    return Malformed(
        absl::StrCat("a proof of a fork begins with the line ", std::string(kFirstLine)));
  }
  ForkProof proof;
  auto hashes = TakeHashes(text);
  if (!hashes.ok()) return hashes.status();
  proof.hashes = *std::move(hashes);
  for (std::string* note : {&proof.smaller, &proof.larger}) {
    auto taken = TakeCheckpoint(text);
    if (!taken.ok()) return taken.status();
    *note = *std::move(taken);
  }
  if (!text.empty()) return Malformed("something stands behind the proof");
  return proof;
}

absl::StatusOr<ForkFacts> JudgeFork(const ForkProof& proof, const VerifierKey& log_key) {
  auto smaller = VerifyAnyCheckpoint(proof.smaller, log_key);
  if (!smaller.ok()) return smaller.status();
  auto larger = VerifyAnyCheckpoint(proof.larger, log_key);
  if (!larger.ok()) return larger.status();
  ForkFacts facts{smaller->checkpoint, larger->checkpoint};
  if (facts.smaller.origin != facts.larger.origin) {
    return Refuse(Reason::kBadSignature, "the checkpoints are of two logs");
  }
  if (facts.smaller.size > facts.larger.size) {
    return Refuse(Reason::kProofBad, "the first checkpoint has the larger size");
  }
  auto root = RootThen(facts.smaller, facts.larger, proof.hashes);
  if (!root.ok()) return root.status();
  facts.root_then = *root;
  return facts;
}

absl::StatusOr<ForkProof> MakeForkProof(std::string_view note, std::string_view other,
                                        const std::function<NodeSource(uint64_t)>& nodes) {
  auto one = CheckpointOf(note), two = CheckpointOf(other);
  if (!one.ok()) return one.status();
  if (!two.ok()) return two.status();
  if (one->size > two->size) {
    std::swap(note, other);
    std::swap(one, two);
  }
  ForkProof proof{{}, std::string(note), std::string(other)};
  if (one->size == 0 || one->size == two->size) return proof;
  auto hashes = MakeConsistencyHashes(one->size, two->size, nodes(two->size));
  if (!hashes.ok()) return hashes.status();
  proof.hashes = *std::move(hashes);
  return proof;
}

}  // namespace entente::audit

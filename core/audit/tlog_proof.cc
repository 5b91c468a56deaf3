#include "core/audit/tlog_proof.h"

#include "absl/strings/str_cat.h"
#include "core/audit/decimal.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::audit {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

absl::Status Malformed(std::string_view text) {
  return Refuse(Reason::kMalformed, std::string(text));
}

absl::StatusOr<Proof> TakeHashes(std::string_view& text) {
  Proof hashes;
  for (;;) {
    auto line = TakeLine(text);
    if (!line) return Malformed("a receipt has no empty line before its checkpoint");
    if (line->empty()) return hashes;
    auto bytes = Base64Decode(*line);
    auto hash = bytes ? FixedBytes<32>(*bytes) : std::nullopt;
    if (!hash) return Malformed("a receipt's proof is not hashes in base64");
    if (hashes.size() == limits::kProofHashes) {
      return Refuse(Reason::kTooLarge, "a receipt's proof is too long");
    }
    hashes.push_back(*hash);
  }
}

}  // namespace

std::string FormatTlogProof(const TlogProof& proof) {
  std::string out = absl::StrCat(std::string(kFirstLine), "\n");
  if (proof.extra) {
    absl::StrAppend(&out, std::string(kExtra), Base64Encode(AsBytes(*proof.extra)), "\n");
  }
  absl::StrAppend(&out, std::string(kIndex), proof.index, "\n");
  for (const Digest& hash : proof.hashes) absl::StrAppend(&out, Base64Encode(hash), "\n");
  return absl::StrCat(out, "\n", proof.checkpoint);
}

absl::StatusOr<TlogProof> ParseTlogProof(std::string_view text) {
  TlogProof proof;
  if (TakeLine(text) != kFirstLine) {
    return Malformed(absl::StrCat("a receipt does not begin with ", std::string(kFirstLine)));
  }
  auto line = TakeLine(text);
  if (line && line->starts_with(kExtra)) {
    proof.extra = Base64Decode(line->substr(kExtra.size()));
    if (!proof.extra) return Malformed("a receipt's extra line is not base64");
    line = TakeLine(text);
  }
  auto index =
      line && line->starts_with(kIndex) ? ParseDecimal(line->substr(kIndex.size())) : std::nullopt;
  if (!index) return Malformed("a receipt has no index");
  proof.index = *index;
  auto hashes = TakeHashes(text);
  if (!hashes.ok()) return hashes.status();
  proof.hashes = *std::move(hashes);
  if (text.empty()) return Malformed("a receipt has no checkpoint");
  proof.checkpoint = std::string(text);
  return proof;
}

absl::StatusOr<VerifiedInclusion> VerifyTlogProof(std::string_view proof, std::string_view entry,
                                                  const VerifierKey& log_key,
                                                  std::span<const VerifierKey> witnesses) {
  auto parsed = ParseTlogProof(proof);
  if (!parsed.ok()) return parsed.status();
  auto verified = VerifyCheckpoint(parsed->checkpoint, log_key, witnesses);
  if (!verified.ok()) return verified.status();
  const Checkpoint& checkpoint = verified->checkpoint;
  absl::Status included = VerifyInclusion(LeafHash(entry), parsed->index, checkpoint.size,
                                          parsed->hashes, checkpoint.root);
  if (!included.ok()) return included;
  return VerifiedInclusion{parsed->index, *std::move(verified)};
}

}  // namespace entente::audit

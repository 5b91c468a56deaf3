#include "core/audit/checkpoint.h"

#include "absl/strings/str_cat.h"
#include "core/audit/decimal.h"
#include "core/audit/merkle.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"

namespace entente::audit {
namespace {

absl::Status Malformed(std::string_view text) {
  return Refuse(Reason::kMalformed, std::string(text));
}

std::optional<Digest> ParseRoot(std::string_view line) {
  auto bytes = Base64Decode(line);
  return bytes ? FixedBytes<32>(*bytes) : std::nullopt;
}

}  // namespace

std::string CheckpointText(const Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n", Base64Encode(checkpoint.root),
                      "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpointText(std::string_view text) {
  auto origin = TakeLine(text);
  auto size_line = TakeLine(text);
  auto root_line = TakeLine(text);
  if (!origin || !size_line || !root_line) return Malformed("a checkpoint has not three lines");
  auto size = ParseDecimal(*size_line);
  auto root = ParseRoot(*root_line);
  if (origin->empty() || !size || !root) {
    return Malformed("a checkpoint's origin, size or root is not in its form");
  }
  if (*size == 0 && *root != EmptyRoot()) return Malformed("the empty tree has another root");
  while (!text.empty()) {
    auto extension = TakeLine(text);
    if (!extension || extension->empty()) return Malformed("a checkpoint has an empty line");
  }
  return Checkpoint{std::string(*origin), *size, *root};
}

absl::StatusOr<std::string> SignCheckpoint(const Checkpoint& checkpoint,
                                           const crypto::SigningKey& key) {
  auto verifier = VerifierKey::Create(checkpoint.origin, NoteKeyType::kEd25519, key.public_key());
  if (!verifier.ok()) return verifier.status();
  std::string text = CheckpointText(checkpoint);
  return FormatNote({text, {SignNote(text, checkpoint.origin, key)}});
}

absl::StatusOr<VerifiedCheckpoint> VerifyAnyCheckpoint(std::string_view note,
                                                       const VerifierKey& log_key,
                                                       std::span<const VerifierKey> witnesses) {
  auto parsed = ParseNote(note);
  if (!parsed.ok()) return parsed.status();
  std::vector<VerifierKey> known{log_key};
  known.insert(known.end(), witnesses.begin(), witnesses.end());
  auto signatures = VerifyNote(*parsed, known);
  if (!signatures.ok()) return signatures.status();
  VerifiedCheckpoint verified;
  bool by_log = false;
  for (const VerifiedSignature& signature : *signatures) {
    if (signature.known == 0) {
      by_log = true;
    } else {
      verified.cosignatures.push_back({signature.known - 1, signature.time});
    }
  }
  if (!by_log) return Refuse(Reason::kBadSignature, "the log has not signed the checkpoint");
  auto checkpoint = ParseCheckpointText(parsed->text);
  if (!checkpoint.ok()) return checkpoint.status();
  verified.checkpoint = *std::move(checkpoint);
  return verified;
}

absl::StatusOr<VerifiedCheckpoint> VerifyCheckpoint(std::string_view note,
                                                    const VerifierKey& log_key,
                                                    std::span<const VerifierKey> witnesses) {
  auto verified = VerifyAnyCheckpoint(note, log_key, witnesses);
  if (verified.ok() && verified->checkpoint.origin != log_key.name()) {
    return Refuse(Reason::kBadSignature, "the checkpoint is of another log than its key");
  }
  return verified;
}

}  // namespace entente::audit

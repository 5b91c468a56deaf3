// entente-audit prove-fork and verify-fork.
#include <iostream>
#include <memory>

#include "cli/audit_commands.h"
#include "cli/audit_log.h"
#include "cli/failure.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cli/tile_folder.h"
#include "core/audit/fork_proof.h"
#include "core/audit/tile_nodes.h"
#include "core/audit/tlog_proof.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::cli {
namespace {

// A note as it is, or the one that a receipt carries.
absl::StatusOr<std::string> ReadNote(const std::string& path) {
  auto text = ReadText(path);
  if (!text.ok()) return text.status();
  auto receipt = audit::ParseTlogProof(*text);
  return receipt.ok() ? std::move(receipt->checkpoint) : *std::move(text);
}

absl::Status NamingFile(const absl::Status& status, const std::string& path) {
  const auto refusal = RefusalOf(status);
  if (!refusal) return status;
  return Told(absl::StatusCode::kInvalidArgument, "fork.note",
              {ReasonText(*refusal), refusal->text}, path);
}

// Signed by this key, before anything in it is used.
absl::StatusOr<std::string> SignedNote(const std::string& path, const audit::VerifierKey& key) {
  auto note = ReadNote(path);
  if (!note.ok()) return note;
  const auto verified = audit::VerifyAnyCheckpoint(*note, key);
  if (!verified.ok()) return NamingFile(verified.status(), path);
  return note;
}

// The size that the tiles were written for, by their own word: it finds partial tiles, and no more.
uint64_t WrittenSize(const TileFolder& folder) {
  const auto note = folder.Read("checkpoint", limits::kMessageBytes);
  if (!note.ok() || !*note) return 0;
  const auto parsed = audit::ParseNote(**note);
  const auto checkpoint = parsed.ok() ? audit::ParseCheckpointText(parsed->text) : parsed.status();
  return checkpoint.ok() ? checkpoint->size : 0;
}

absl::StatusOr<audit::ForkProof> Prove(const ForkQuestion& question,
                                       const audit::VerifierKey& key) {
  const auto one = SignedNote(question.one, key);
  if (!one.ok()) return one.status();
  const auto other = SignedNote(question.other, key);
  if (!other.ok()) return other.status();
  const TileFolder folder(question.tiles);
  std::unique_ptr<audit::TileNodes> nodes;
  return audit::MakeForkProof(*one, *other, [&](uint64_t size) -> audit::NodeSource {
    if (question.tiles.empty()) {
      return [](uint8_t, uint64_t) {
        return Told(absl::StatusCode::kInvalidArgument, "fork.needs-tiles", {});
      };
    }
    nodes = std::make_unique<audit::TileNodes>(folder, size, WrittenSize(folder));
    return nodes->Source();
  });
}

Json CheckpointJson(const audit::Checkpoint& checkpoint) {
  return {{"size", checkpoint.size}, {"root", Base64Encode(checkpoint.root)}};
}

std::string FactsJson(const audit::ForkFacts& facts) {
  return JsonLine({{"forked", facts.forked()},
                   {"origin", facts.smaller.origin},
                   {"smaller", CheckpointJson(facts.smaller)},
                   {"larger", CheckpointJson(facts.larger)},
                   {"root_then", Base64Encode(facts.root_then)}}) +
         "\n";
}

std::string FactsText(Language language, const audit::ForkFacts& facts) {
  const std::string size = std::to_string(facts.smaller.size);
  std::string out = Say(language, "fork.log", {facts.smaller.origin}) + "\n";
  for (const audit::Checkpoint* signed_one : {&facts.smaller, &facts.larger}) {
    out += Say(language, "fork.signed",
               {std::to_string(signed_one->size), Base64Encode(signed_one->root)}) +
           "\n";
  }
  if (!facts.forked()) return out + Say(language, "fork.fit") + "\n";
  if (facts.smaller.size != facts.larger.size) {
    out += Say(language, "fork.then", {size, Base64Encode(facts.root_then)}) + "\n";
  }
  return out + Say(language, "fork.proven", {size}) + "\n";
}

int Print(Language language, const audit::ForkFacts& facts, bool json) {
  std::cout << (json ? FactsJson(facts) : FactsText(language, facts));
  return facts.forked() ? kDone : kAnswerIsNo;
}

}  // namespace

int ProveFork(Language language, const ForkQuestion& question) {
  const auto key = LogKeyFrom(question.key);
  if (!key.ok()) return AuditRefused(language, key.status());
  const auto proof = Prove(question, *key);
  if (!proof.ok()) return AuditRefused(language, proof.status());
  const auto facts = audit::JudgeFork(*proof, *key);
  if (IsRefusal(facts.status(), Reason::kProofBad)) {
    return AuditRefused(
        language, Told(absl::StatusCode::kInvalidArgument, "fork.other-tiles", {}, question.tiles));
  }
  if (!facts.ok()) return AuditRefused(language, facts.status());
  if (facts->forked() && !question.out.empty()) {
    const absl::Status written = WriteText(question.out, audit::FormatForkProof(*proof));
    if (!written.ok()) {
      AuditRefused(language, written);
      return kLocalFault;
    }
  }
  return Print(language, *facts, question.json);
}

int VerifyFork(Language language, const ForkProofQuestion& question) {
  const auto key = LogKeyFrom(question.key);
  if (!key.ok()) return AuditRefused(language, key.status());
  const auto text = ReadText(question.file);
  if (!text.ok()) return AuditRefused(language, text.status());
  const auto proof = audit::ParseForkProof(*text);
  if (!proof.ok()) return AuditRefused(language, NamingFile(proof.status(), question.file));
  const auto facts = audit::JudgeFork(*proof, *key);
  if (facts.ok()) return Print(language, *facts, question.json);
  const int refused = AuditRefused(language, NamingFile(facts.status(), question.file));
  return IsRefusal(facts.status(), Reason::kProofBad) ? kAnswerIsNo : refused;
}

}  // namespace entente::cli

#include "core/ledger/receipt.h"

#include <utility>

#include "core/audit/merkle.h"
#include "core/audit/tlog_proof.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/parts.h"
#include "core/record/statements.h"

namespace entente::ledger {
namespace {

absl::StatusOr<audit::Proof> ReadPath(const v1::Evidence& evidence) {
  audit::Proof path;
  for (const std::string& bytes : evidence.inclusion_path()) {
    const auto hash = FixedBytes<32>(bytes);
    if (!hash) return Refuse(Reason::kMalformed, "A hash of the inclusion path is not 32 bytes.");
    path.push_back(*hash);
  }
  return path;
}

// Entry and part, once it is known that the log holds this entry at this index.
absl::StatusOr<VerifiedPart> ReadBoth(uint64_t index, std::string_view entry_bytes,
                                      std::string_view part_bytes, std::string_view salt_bytes) {
  auto entry = ReadEntry(entry_bytes);
  if (!entry.ok()) return entry.status();
  const auto salt = FixedBytes<kSaltBytes>(salt_bytes);
  if (!salt) return Refuse(Reason::kMalformed, "The salt of a part is not 32 bytes.");
  absl::Status status = CheckPart(*entry, part_bytes, *salt);
  if (!status.ok()) return status;
  auto part = ReadPart(part_bytes);
  if (!part.ok()) return part.status();
  if (part->kind() != entry->kind ||
      static_cast<int64_t>(part->instant_ms()) != entry->instant.ms) {
    return Refuse(Reason::kProofBad, "The part tells another kind or instant than its entry.");
  }
  return VerifiedPart{.log_index = index,
                      .leaf_hash = audit::LeafHash(entry_bytes),
                      .entry = *std::move(entry),
                      .part = *std::move(part)};
}

}  // namespace

v1::SignedStatement SignReceipt(const Genesis& genesis, const v1::Receipt& receipt,
                                const crypto::SigningKey& receipt_key) {
  return record::SignBody(genesis->federation, receipt, {{receipt_key, crypto::KeyUse::kReceipt}});
}

absl::StatusOr<v1::Receipt> VerifyReceipt(const Genesis& genesis,
                                          const v1::SignedStatement& statement) {
  auto receipt = record::ReadStatement<v1::Receipt>(
      genesis->federation, statement, record::OnlyKey(crypto::KeyUse::kReceipt, genesis->receipt));
  if (!receipt.ok()) return receipt;
  if (receipt->log_origin() != genesis->log_origin) {
    return Refuse(Reason::kProofBad, "The receipt is of another log.");
  }
  for (const v1::ReceiptItem& item : receipt->items()) {
    if (item.log_index() >= receipt->tree_size()) {
      return Refuse(Reason::kProofBad, "The receipt names an entry that its tree does not hold.");
    }
  }
  return receipt;
}

absl::StatusOr<VerifiedPart> VerifyEvidence(const v1::Evidence& evidence,
                                            const audit::Checkpoint& checkpoint) {
  const auto path = ReadPath(evidence);
  if (!path.ok()) return path.status();
  const absl::Status included =
      audit::VerifyInclusion(audit::LeafHash(evidence.entry()), evidence.log_index(),
                             checkpoint.size, *path, checkpoint.root);
  if (!included.ok()) return included;
  return ReadBoth(evidence.log_index(), evidence.entry(), evidence.part(), evidence.salt());
}

absl::StatusOr<ReceiptBundle> MakeReceiptBundle(const v1::Evidence& evidence,
                                                std::string_view checkpoint) {
  auto path = ReadPath(evidence);
  if (!path.ok()) return path.status();
  if (evidence.salt().size() != kSaltBytes) {
    return Refuse(Reason::kMalformed, "The salt of a part is not 32 bytes.");
  }
  const audit::TlogProof proof{.extra = {},
                               .index = evidence.log_index(),
                               .hashes = *std::move(path),
                               .checkpoint = std::string(checkpoint)};
  return ReceiptBundle{.proof = audit::FormatTlogProof(proof),
                       .entry = evidence.entry(),
                       .part = evidence.salt() + evidence.part()};
}

absl::StatusOr<ReceiptFacts> VerifyReceiptBundle(const Genesis& genesis,
                                                 const ReceiptBundle& bundle) {
  const auto proof = audit::ParseTlogProof(bundle.proof);
  if (!proof.ok()) return proof.status();
  if (proof->extra) {
    return Refuse(Reason::kMalformed, "The proof has an extra line, which nothing vouches for.");
  }
  const auto included = audit::VerifyTlogProof(bundle.proof, bundle.entry, genesis->checkpoint);
  if (!included.ok()) return included.status();
  if (bundle.part.size() < kSaltBytes) {
    return Refuse(Reason::kMalformed, "The part is shorter than its salt.");
  }
  const std::string_view part = bundle.part;
  auto verified =
      ReadBoth(included->index, bundle.entry, part.substr(kSaltBytes), part.substr(0, kSaltBytes));
  if (!verified.ok()) return verified.status();
  const audit::Checkpoint& checkpoint = included->checkpoint.checkpoint;
  return ReceiptFacts{*std::move(verified), checkpoint.size, checkpoint.root};
}

}  // namespace entente::ledger

// What proves to others that an act stands in the log: evidence inside deliveries, the broker's
// receipt, and the receipt on file, which an auditor verifies without any server.
// Pure; safe from any thread. Forms: docs/formats.md, "The log".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/crypto/sign.h"
#include "core/ledger/entry.h"
#include "core/ledger/genesis.h"
#include "entente/v1/broker.pb.h"
#include "entente/v1/ledger.pb.h"
#include "entente/v1/record.pb.h"

namespace entente::ledger {

// ---- Receipt: the broker's word that entries are synced

// Items of one response, in its order. Precondition: the tree of that size and root is on disk.
v1::SignedStatement SignReceipt(const Genesis& genesis, const v1::Receipt& receipt,
                                const crypto::SigningKey& receipt_key);
// Refusal malformed, unknown-field, not-canonical, key-unknown, bad-signature; proof-bad for
// another log, or an item at or above the tree's size.
absl::StatusOr<v1::Receipt> VerifyReceipt(const Genesis& genesis,
                                          const v1::SignedStatement& statement);

// ---- Evidence: one reader's part of one entry, in the tree of a checkpoint

struct VerifiedPart {
  uint64_t log_index = 0;
  Digest leaf_hash{};
  Entry entry;
  v1::Part part;
};

// OK means: the entry is at that index under this checkpoint, the part is the entry's, both read
// strictly, agree in kind and instant. The checkpoint must have been verified by the caller.
// Refusal proof-bad, malformed, unknown-field, not-canonical, digest-order or too-large.
absl::StatusOr<VerifiedPart> VerifyEvidence(const v1::Evidence& evidence,
                                            const audit::Checkpoint& checkpoint);

// ---- On file: RECORDID.tlog-proof, RECORDID.entry, RECORDID.part

inline constexpr size_t kSaltBytes = 32;

struct ReceiptBundle {
  std::string proof;  // c2sp.org/tlog-proof@v1
  std::string entry;
  std::string part;  // 32-byte salt || part
};

// `checkpoint`: the signed note of the response that carried the evidence. Not verified here.
// Refusal malformed or too-large for what cannot be written.
absl::StatusOr<ReceiptBundle> MakeReceiptBundle(const v1::Evidence& evidence,
                                                std::string_view checkpoint);

struct ReceiptFacts {
  VerifiedPart verified;
  uint64_t tree_size = 0;
  Digest root{};  // of the tree of that size, which the log signed
};

// That a log of this genesis holds the act that the part tells. Refusals of VerifyEvidence, and
// bad-signature when the checkpoint is not signed by the genesis file's key. A proof with an
// `extra` line is malformed: no signature covers that line.
absl::StatusOr<ReceiptFacts> VerifyReceiptBundle(const Genesis& genesis,
                                                 const ReceiptBundle& bundle);

}  // namespace entente::ledger

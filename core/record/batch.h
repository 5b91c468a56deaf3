// One signature for up to 64 records of one origin: Ed25519 over the root of a Merkle tree (RFC
// 6962) whose leaves are record hashes, filled with random leaves. Source: docs/formats.md,
// "Signature".
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/crypto/keys.h"
#include "core/crypto/sign.h"
#include "entente/v1/record.pb.h"

namespace entente::record {

// A record's signature, its lengths checked.
struct BatchSignature {
  AgencyId origin;
  KeyId key_id{};
  uint8_t batch_size = 1;  // 1, 8 or 64
  uint8_t index = 0;       // below batch_size
  std::vector<Digest> path{};
  crypto::Signature64 ed25519{};
};

// Refusal malformed: a fixed length, the agency, the size, the index, or a path that is not exactly
// as long as size demands.
absl::StatusOr<BatchSignature> CheckSignature(const v1::Signature& message);

// The RFC 6962 leaf hash of a record.
Digest BatchLeaf(const Digest& record_hash);
// What is signed: PAE(type, LP16(F) || u8 size || root).
std::string BatchMessage(std::string_view federation, uint8_t size, const Digest& root);

// Signs these records together, one signature message each in the same order. The key id is that of
// use record-signing. INVALID_ARGUMENT for none or more than limits::kBatchRecords.
absl::StatusOr<std::vector<v1::Signature>> SignBatch(std::string_view federation,
                                                     const AgencyId& origin,
                                                     std::span<const Digest> record_hashes,
                                                     const crypto::SigningKey& key, Random& random);

// Which signatures verified before, so that a batch costs the curve arithmetic once. Says nothing
// on whether the key is valid. Remembers between `capacity` / 2 and `capacity` of the latest.
// Thread-safe.
class VerifiedRoots {
 public:
  explicit VerifiedRoots(size_t capacity);

  // `statement` is the digest of all that the verification depends on.
  bool Knows(const Digest& statement) const;
  void Remember(const Digest& statement);

 private:
  const size_t half_;
  mutable Mutex mutex_;
  std::set<Digest> recent_ ABSL_GUARDED_BY(mutex_);
  std::set<Digest> older_ ABSL_GUARDED_BY(mutex_);
};

// That `key` signed the record in `federation`. Refusal bad-signature; also when `key` is not the
// one that the signature names. `remembered` may be null. Not asked here: whose key it is, and
// whether it was valid.
absl::Status VerifyBatch(std::string_view federation, const Digest& record_hash,
                         const BatchSignature& signature, const crypto::PublicKey& key,
                         VerifiedRoots* remembered);

}  // namespace entente::record

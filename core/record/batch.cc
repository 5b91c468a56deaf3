#include "core/record/batch.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/checks.h"
#include "core/record/format.h"

namespace entente::record {
namespace {

using internal::CopyFixed;
using internal::Malformed;

constexpr uint8_t kLeafTag = 0x00;
constexpr uint8_t kNodeTag = 0x01;
static_assert(kBatchSizes.back() == limits::kBatchRecords);

Digest Node(const Digest& left, const Digest& right) {
  return crypto::Sha256Concat({ByteSpan(&kNodeTag, 1), left, right});
}

bool IsBatchSize(size_t size) {
  return std::find(kBatchSizes.begin(), kBatchSizes.end(), size) != kBatchSizes.end();
}

// Every batch size is a power of two, so that a path has one hash for each bit of the index.
size_t PathLength(size_t size) { return static_cast<size_t>(std::countr_zero(size)); }

Digest RootOfPath(Digest node, size_t index, std::span<const Digest> path) {
  for (const Digest& sibling : path) {
    node = (index & 1) != 0 ? Node(sibling, node) : Node(node, sibling);
    index >>= 1;
  }
  return node;
}

// All levels of the tree, leaves first.
std::vector<std::vector<Digest>> Levels(std::vector<Digest> leaves) {
  std::vector<std::vector<Digest>> levels = {std::move(leaves)};
  while (levels.back().size() > 1) {
    const std::vector<Digest>& below = levels.back();
    std::vector<Digest> level;
    for (size_t i = 0; i < below.size(); i += 2) level.push_back(Node(below[i], below[i + 1]));
    levels.push_back(std::move(level));
  }
  return levels;
}

std::vector<Digest> Leaves(std::span<const Digest> record_hashes, Random& random) {
  const auto* size = std::lower_bound(kBatchSizes.begin(), kBatchSizes.end(), record_hashes.size());
  std::vector<Digest> leaves;
  for (const Digest& hash : record_hashes) leaves.push_back(BatchLeaf(hash));
  while (leaves.size() < *size) leaves.push_back(random.Bytes<32>());
  return leaves;
}

void SetPath(const std::vector<std::vector<Digest>>& levels, size_t index,
             v1::Signature& signature) {
  for (size_t level = 0; level + 1 < levels.size(); ++level) {
    signature.add_path(ToString(levels[level][(index >> level) ^ 1]));
  }
}

// The signature itself is part of it: a root alone would let a record pass here whose signature
// nobody else can verify.
Digest VerificationDigest(std::string_view message, const BatchSignature& signature,
                          const crypto::PublicKey& key) {
  return crypto::Sha256Concat({key, signature.ed25519, AsBytes(message)});
}

}  // namespace

absl::StatusOr<BatchSignature> CheckSignature(const v1::Signature& message) {
  absl::StatusOr<AgencyId> origin = AgencyId::Parse(message.origin());
  if (!origin.ok()) return Malformed("the signature's origin is not the name of an agency");
  if (!IsBatchSize(message.batch_size())) return Malformed("a batch of a size that none has");
  if (message.index() >= message.batch_size()) return Malformed("an index beyond the batch");
  if (static_cast<size_t>(message.path_size()) != PathLength(message.batch_size())) {
    return Malformed("the path does not have the length that the batch demands");
  }
  BatchSignature signature{.origin = *std::move(origin),
                           .batch_size = static_cast<uint8_t>(message.batch_size()),
                           .index = static_cast<uint8_t>(message.index())};
  absl::Status status =
      internal::First(CopyFixed(message.key_id(), "the signature's key id", signature.key_id),
                      CopyFixed(message.ed25519(), "the signature", signature.ed25519));
  for (const std::string& hash : message.path()) {
    status.Update(CopyFixed(hash, "a hash of the path", signature.path.emplace_back()));
  }
  if (!status.ok()) return status;
  return signature;
}

Digest BatchLeaf(const Digest& record_hash) {
  return crypto::Sha256Concat(
      {ByteSpan(&kLeafTag, 1), AsBytes(kPrefix), AsBytes(kHeaderDomain), record_hash});
}

std::string BatchMessage(std::string_view federation, uint8_t size, const Digest& root) {
  const Framing body = std::move(Framing().Lp16(federation).U8(size).Raw(ByteSpan(root)));
  return crypto::Pae(kBatchType, body.str());
}

absl::StatusOr<std::vector<v1::Signature>> SignBatch(std::string_view federation,
                                                     const AgencyId& origin,
                                                     std::span<const Digest> record_hashes,
                                                     const crypto::SigningKey& key,
                                                     Random& random) {
  if (record_hashes.empty() || record_hashes.size() > limits::kBatchRecords) {
    return absl::InvalidArgumentError("a batch holds 1 to 64 records");
  }
  const auto levels = Levels(Leaves(record_hashes, random));
  const auto size = static_cast<uint8_t>(levels.front().size());
  const crypto::Signature64 ed25519 =
      key.Sign(BatchMessage(federation, size, levels.back().front()));
  const KeyId key_id = crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, key.public_key());
  std::vector<v1::Signature> signatures(record_hashes.size());
  for (size_t i = 0; i < signatures.size(); ++i) {
    signatures[i].set_origin(origin.text());
    signatures[i].set_key_id(ToString(key_id));
    signatures[i].set_batch_size(size);
    signatures[i].set_index(static_cast<uint32_t>(i));
    SetPath(levels, i, signatures[i]);
    signatures[i].set_ed25519(ToString(ed25519));
  }
  return signatures;
}

VerifiedRoots::VerifiedRoots(size_t capacity) : half_(std::max<size_t>(capacity / 2, 1)) {}

bool VerifiedRoots::Knows(const Digest& statement) const {
  const MutexLock lock(&mutex_);
  return recent_.contains(statement) || older_.contains(statement);
}

void VerifiedRoots::Remember(const Digest& statement) {
  const MutexLock lock(&mutex_);
  recent_.insert(statement);
  if (recent_.size() < half_) return;
  older_ = std::exchange(recent_, {});
}

absl::Status VerifyBatch(std::string_view federation, const Digest& record_hash,
                         const BatchSignature& signature, const crypto::PublicKey& key,
                         VerifiedRoots* remembered) {
  if (crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, key) != signature.key_id) {
    return Refuse(Reason::kBadSignature, "the key is not the one that the signature names");
  }
  const Digest root = RootOfPath(BatchLeaf(record_hash), signature.index, signature.path);
  const std::string message = BatchMessage(federation, signature.batch_size, root);
  const Digest statement = VerificationDigest(message, signature, key);
  if (remembered != nullptr && remembered->Knows(statement)) return absl::OkStatus();
  absl::Status status = crypto::Verify(key, message, signature.ed25519);
  if (status.ok() && remembered != nullptr) remembered->Remember(statement);
  return status;
}

}  // namespace entente::record

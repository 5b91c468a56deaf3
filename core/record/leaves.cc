#include "core/record/leaves.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/crypto/digest.h"
#include "core/record/format.h"

namespace entente::record {
namespace {

// Apart from each other, so that no section can stand for an access.
constexpr uint8_t kSectionLeafTag = 0x00;
constexpr uint8_t kAccessLeafTag = 0x01;

}  // namespace

Digest SectionLeaf(const Section& section) {
  const Digest ciphertext = crypto::Sha256(section.ciphertext);
  Framing leaf;
  leaf.U8(kSectionLeafTag)
      .Raw(kPrefix)
      .Raw(kSectionDomain)
      .Raw(ByteSpan(section.id))
      .Lp16(section.labels_bytes)
      .U64(section.ciphertext.size())
      .Raw(ByteSpan(ciphertext))
      .Raw(ByteSpan(section.key_commitment));
  if (section.file) leaf.U64(section.file->size).Raw(ByteSpan(section.file->root));
  return crypto::Sha256(leaf.bytes());
}

Digest AccessLeaf(const Access& access) {
  const Digest consents = ConsentsHash(access.consents);
  Framing leaf;
  leaf.U8(kAccessLeafTag)
      .Raw(kPrefix)
      .Raw(kAccessDomain)
      .Raw(ByteSpan(access.salt))
      .Lp16(access.recipient.text())
      .Raw(ByteSpan(access.delivery_key_id))
      .Raw(ByteSpan(access.enc))
      .Lp16(access.instrument)
      .Raw(ByteSpan(consents));
  if (!access.emergency.empty()) leaf.Raw(ByteSpan(crypto::Sha256(access.emergency)));
  return crypto::Sha256(leaf.bytes());
}

Digest ConsentsHash(std::span<const std::string_view> consents) {
  crypto::Sha256Hasher hasher;
  for (const std::string_view consent : consents) {
    hasher.Update(Framing().U32(static_cast<uint32_t>(consent.size())).bytes()).Update(consent);
  }
  return hasher.Finish();
}

size_t DigestCount(size_t leaves) {
  const auto* least = std::lower_bound(kDigestCounts.begin(), kDigestCounts.end(), leaves);
  return least == kDigestCounts.end() ? 0 : *least;
}

absl::StatusOr<std::vector<Digest>> BuildDigests(std::span<const Digest> leaves, Random& random) {
  const size_t count = DigestCount(leaves.size());
  if (count == 0) return absl::InvalidArgumentError("more leaves than a header may have");
  std::vector<Digest> digests(leaves.begin(), leaves.end());
  while (digests.size() < count) digests.push_back(random.Bytes<32>());
  std::sort(digests.begin(), digests.end());
  if (std::adjacent_find(digests.begin(), digests.end()) != digests.end()) {
    return absl::InvalidArgumentError("a leaf is there twice");
  }
  return digests;
}

bool HoldsDigest(std::span<const Digest> digests, const Digest& leaf) {
  return std::binary_search(digests.begin(), digests.end(), leaf);
}

}  // namespace entente::record

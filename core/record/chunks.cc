#include "core/record/chunks.h"

#include <algorithm>

#include "core/crypto/padded_size.h"

namespace entente::record {
namespace {

constexpr uint8_t kLeafTag = 0x00;
constexpr uint8_t kNodeTag = 0x01;

Digest Node(const Digest& left, const Digest& right) {
  return crypto::Sha256Concat({ByteSpan(&kNodeTag, 1), left, right});
}

}  // namespace

uint64_t SealedFileBytes(uint64_t file_bytes) {
  const uint64_t padded = crypto::PaddedSize(file_bytes);
  const uint64_t chunks = (padded + limits::kChunkBytes - 1) / limits::kChunkBytes;
  return padded + chunks * kTagBytes;
}

uint64_t ChunkCount(uint64_t sealed_bytes) {
  return (sealed_bytes + kSealedChunkBytes - 1) / kSealedChunkBytes;
}

bool IsSealedFileSize(uint64_t sealed_bytes) {
  static const uint64_t most = SealedFileBytes(limits::kAttachmentBytes);
  const uint64_t tags = ChunkCount(sealed_bytes) * kTagBytes;
  if (sealed_bytes > most || sealed_bytes <= tags) return false;
  // The longest file of this padded size has one byte less.
  return sealed_bytes - tags > 1 && SealedFileBytes(sealed_bytes - tags - 1) == sealed_bytes;
}

void ChunksRoot::Update(std::string_view sealed) {
  while (!sealed.empty()) {
    if (in_chunk_ == 0) hasher_.Update(ByteSpan(&kLeafTag, 1));
    const std::string_view part = sealed.substr(0, kSealedChunkBytes - in_chunk_);
    hasher_.Update(part);
    in_chunk_ += part.size();
    if (in_chunk_ == kSealedChunkBytes) EndChunk();
    sealed.remove_prefix(part.size());
  }
}

void ChunksRoot::EndChunk() {
  Subtree added{0, hasher_.Finish()};
  while (!subtrees_.empty() && subtrees_.back().level == added.level) {
    added = {added.level + 1, Node(subtrees_.back().hash, added.hash)};
    subtrees_.pop_back();
  }
  subtrees_.push_back(added);
  in_chunk_ = 0;
}

Digest ChunksRoot::Finish() {
  if (in_chunk_ > 0) EndChunk();
  if (subtrees_.empty()) return crypto::Sha256(std::string_view());
  Digest root = subtrees_.back().hash;
  for (auto left = std::next(subtrees_.rbegin()); left != subtrees_.rend(); ++left) {
    root = Node(left->hash, root);
  }
  return root;
}

}  // namespace entente::record

// The shape of a sealed attachment, as all see it: chunks of one size, hashed to one root. Nothing
// here opens anything. Source: docs/formats.md, "Attachments"; RFC 6962, section 2.1.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/crypto/digest.h"
#include "core/record/format.h"

namespace entente::record {

// What the section's leaf binds. `size`: bytes of all chunks.
struct FileShape {
  uint64_t size = 0;
  Digest root{};
  friend bool operator==(const FileShape&, const FileShape&) = default;
};

// A sealed chunk, but for the last, which is as long as what is left.
inline constexpr uint64_t kSealedChunkBytes = limits::kChunkBytes + kTagBytes;

// Of a file of so many bytes, padded and sealed.
uint64_t SealedFileBytes(uint64_t file_bytes);
uint64_t ChunkCount(uint64_t sealed_bytes);
// Whether some file of 1 to limits::kAttachmentBytes bytes, padded and sealed, has this size.
bool IsSealedFileSize(uint64_t sealed_bytes);

// The root over the chunks of what is given in order, in pieces of any size. Constant memory. Not
// thread-safe.
class ChunksRoot {
 public:
  void Update(std::string_view sealed);
  // Of all since the start. No more may follow.
  Digest Finish();

 private:
  struct Subtree {
    unsigned level;
    Digest hash;
  };
  void EndChunk();

  crypto::Sha256Hasher hasher_;
  uint64_t in_chunk_ = 0;
  std::vector<Subtree> subtrees_;  // whole ones, the largest first
};

}  // namespace entente::record

// Sealing and opening the bytes of an attachment, in order and in constant memory. Node side only:
// no broker links this. Not thread-safe. Source: docs/formats.md, "Attachments"; the nonces are
// those of STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
//
// The key follows from the section's content key, so who is given the section is given the file,
// and whoever is not learns no more than its padded size.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/crypto/secret.h"
#include "core/record/chunks.h"

namespace entente::record {

using ChunkSink = std::function<absl::Status(std::string_view sealed)>;

class AttachmentSealer {
 public:
  // `content_key` and `id` are drawn for this file and seal no other. Sealed chunks go to `sink`.
  AttachmentSealer(const crypto::Secret<32>& content_key, const SectionId& id, ChunkSink sink);

  // Refusal too-large above limits::kAttachmentBytes in all; else what the sink says.
  absl::Status Add(std::string_view bytes);
  // Pads and ends. Refusal malformed for a file without a byte.
  absl::StatusOr<FileShape> Finish();

 private:
  absl::Status SealChunk(size_t bytes, bool last);

  crypto::Secret<32> key_;
  const SectionId id_;
  ChunkSink sink_;
  crypto::SecretBytes plain_;  // of the chunk that is being filled
  size_t filled_ = 0;
  uint64_t bytes_ = 0;
  uint64_t chunks_ = 0;
  uint64_t sealed_ = 0;
  ChunksRoot root_;
};

class AttachmentOpener {
 public:
  // `size`: of the file, as its section says. Refusal proof-bad when the sealed bytes cannot be
  // those of such a file.
  static absl::StatusOr<AttachmentOpener> Create(const crypto::Secret<32>& content_key,
                                                 const SectionId& id, uint64_t size,
                                                 const FileShape& shape);

  uint64_t chunks() const { return chunks_; }
  // What stands in chunk `index`, without padding: perhaps nothing. Any order. Refusal proof-bad
  // when it does not open there.
  absl::StatusOr<crypto::SecretBytes> Open(uint64_t index, std::string_view sealed) const;

 private:
  AttachmentOpener(crypto::Secret<32> key, const SectionId& id, uint64_t size, uint64_t chunks)
      : key_(std::move(key)), id_(id), size_(size), chunks_(chunks) {}

  crypto::Secret<32> key_;
  SectionId id_;
  uint64_t size_;
  uint64_t chunks_;
};

}  // namespace entente::record

#include "core/record/attachment.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/aead.h"
#include "core/crypto/padding.h"

namespace entente::record {
namespace {

constexpr uint8_t kMarker = 0x80;
static_assert(kTagBytes == crypto::kAeadTagBytes);

crypto::Secret<32> FileKey(const crypto::Secret<32>& content_key, const SectionId& id) {
  const Framing info =
      std::move(Framing().Raw(kPrefix).Raw(kAttachmentKeyDomain).Raw(ByteSpan(id)));
  return crypto::HkdfSha256<32>(content_key.ExposeSecret(), {}, info.bytes());
}

std::string ChunkAad(const SectionId& id) {
  return Framing().Raw(kPrefix).Raw(kAttachmentDomain).Raw(ByteSpan(id)).str();
}

// random16 || u56 index || u8 last: the section's id is drawn for it alone.
crypto::XChaChaNonce ChunkNonce(const SectionId& id, uint64_t index, bool last) {
  const Framing framing =
      std::move(Framing().Raw(ByteSpan(id)).U64(index << 8 | static_cast<uint64_t>(last)));
  return *FixedBytes<24>(framing.str());
}

absl::Status ProofBad(std::string text) { return Refuse(Reason::kProofBad, std::move(text)); }

// Of the padded file, what stands at `from` and is not the file itself.
bool IsPadding(ByteSpan bytes, uint64_t from, uint64_t file_bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint64_t at = from + i;
    if (at >= file_bytes && bytes[i] != (at == file_bytes ? kMarker : 0)) return false;
  }
  return true;
}

}  // namespace

AttachmentSealer::AttachmentSealer(const crypto::Secret<32>& content_key, const SectionId& id,
                                   ChunkSink sink)
    : key_(FileKey(content_key, id)),
      id_(id),
      sink_(std::move(sink)),
      plain_(limits::kChunkBytes) {}

absl::Status AttachmentSealer::SealChunk(size_t bytes, bool last) {
  const std::string sealed =
      crypto::SealXChaCha20Poly1305(key_, ChunkNonce(id_, chunks_, last), AsBytes(ChunkAad(id_)),
                                    plain_.ExposeSecret().first(bytes));
  ++chunks_;
  filled_ = 0;
  sealed_ += sealed.size();
  root_.Update(sealed);
  return sink_(sealed);
}

absl::Status AttachmentSealer::Add(std::string_view bytes) {
  bytes_ += bytes.size();
  if (bytes_ > limits::kAttachmentBytes) {
    return Refuse(Reason::kTooLarge, "an attachment has at most 256 MiB");
  }
  while (!bytes.empty()) {
    // A full chunk is sealed when more is known to follow: only the last one says that it is.
    if (filled_ == limits::kChunkBytes) {
      if (absl::Status status = SealChunk(filled_, false); !status.ok()) return status;
    }
    const std::string_view part = bytes.substr(0, limits::kChunkBytes - filled_);
    std::copy(part.begin(), part.end(), plain_.Fill().begin() + static_cast<ptrdiff_t>(filled_));
    filled_ += part.size();
    bytes.remove_prefix(part.size());
  }
  return absl::OkStatus();
}

absl::StatusOr<FileShape> AttachmentSealer::Finish() {
  if (bytes_ == 0) return Refuse(Reason::kMalformed, "an attachment without a byte");
  uint64_t padding = crypto::PaddedSize(bytes_) - bytes_;
  for (bool first = true; padding > 0; first = false) {
    if (filled_ == limits::kChunkBytes) {
      if (absl::Status status = SealChunk(filled_, false); !status.ok()) return status;
    }
    const size_t part = std::min<uint64_t>(padding, limits::kChunkBytes - filled_);
    const auto place = plain_.Fill().subspan(filled_, part);
    std::ranges::fill(place, uint8_t{0});
    if (first) place[0] = kMarker;
    filled_ += part;
    padding -= part;
  }
  if (absl::Status status = SealChunk(filled_, true); !status.ok()) return status;
  return FileShape{sealed_, root_.Finish()};
}

absl::StatusOr<AttachmentOpener> AttachmentOpener::Create(const crypto::Secret<32>& content_key,
                                                          const SectionId& id, uint64_t size,
                                                          const FileShape& shape) {
  if (size == 0 || size > limits::kAttachmentBytes || SealedFileBytes(size) != shape.size) {
    return ProofBad("an attachment has another size than its section says");
  }
  return AttachmentOpener(FileKey(content_key, id), id, size, ChunkCount(shape.size));
}

absl::StatusOr<crypto::SecretBytes> AttachmentOpener::Open(uint64_t index,
                                                           std::string_view sealed) const {
  auto plain = crypto::OpenXChaCha20Poly1305(key_, ChunkNonce(id_, index, index + 1 == chunks_),
                                             AsBytes(ChunkAad(id_)), AsBytes(sealed));
  if (!plain.ok()) return ProofBad("a piece of an attachment does not open");
  const uint64_t from = index * limits::kChunkBytes;
  if (!IsPadding(plain->ExposeSecret(), from, size_)) {
    return ProofBad("an attachment has another padding than it may have");
  }
  const uint64_t of_file = from >= size_ ? 0 : std::min<uint64_t>(plain->size(), size_ - from);
  return crypto::SecretBytes::FromBytes(plain->ExposeSecret().first(of_file));
}

}  // namespace entente::record

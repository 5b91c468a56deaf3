#include "node/key_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/encoding.h"
#include "core/crypto/aead.h"
#include "core/crypto/digest.h"

namespace entente::node {
namespace {

constexpr size_t kPlaceBytes = 128;
constexpr size_t kSlotBytes = 2 * kPlaceBytes;
constexpr size_t kNonceBytes = 24;
constexpr size_t kSealedBytes = 64 + crypto::kAeadTagBytes;
constexpr size_t kRootPlaceBytes = 4096;
constexpr size_t kRootBytes = 8 + 1 + 8 + 32 + 32;
static_assert(kNonceBytes + kSealedBytes <= kPlaceBytes);

uint64_t PlaceOffset(uint64_t slot, uint8_t region) {
  return slot * kSlotBytes + region * kPlaceBytes;
}

std::string SlotAad(uint64_t slot, uint8_t region) {
  return Framing().Raw(std::string_view("entente/v1 slot\0", 16)).U64(slot).U8(region).str();
}

uint64_t ReadU64(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

absl::StatusOr<std::optional<KeyStore::Root>> KeyStore::ReadRoot(const InPlaceFile& file,
                                                                 unsigned place) {
  absl::StatusOr<std::string> bytes = file.Read(place * kRootPlaceBytes, kRootBytes);
  if (absl::IsOutOfRange(bytes.status())) return std::nullopt;
  if (!bytes.ok()) return bytes.status();
  const std::string_view view = *bytes;
  const Digest digest = crypto::Sha256(view.substr(0, kRootBytes - 32));
  if (AsText(digest) != view.substr(kRootBytes - 32)) return std::nullopt;
  Root root;
  root.sequence = ReadU64(view);
  root.region = static_cast<uint8_t>(view[8]) & 1;
  root.rotated = {static_cast<int64_t>(ReadU64(view.substr(9)))};
  root.key = *crypto::Secret<32>::FromBytes(AsBytes(view.substr(17, 32)));
  crypto::Wipe(*bytes);
  return root;
}

absl::Status KeyStore::WriteRoot(InPlaceFile& file, const Root& root) {
  std::string bytes = Framing()
                          .U64(root.sequence)
                          .U8(root.region)
                          .U64(static_cast<uint64_t>(root.rotated.ms))
                          .Raw(ByteSpan(root.key.ExposeSecret()))
                          .str();
  bytes += AsText(crypto::Sha256(bytes));
  absl::Status status = file.Write(root.sequence % 2 * kRootPlaceBytes, bytes);
  crypto::Wipe(bytes);
  if (!status.ok()) return status;
  return file.Sync();
}

absl::Status KeyStore::WipeOtherRoot(InPlaceFile& file, const Root& root) {
  absl::Status status =
      file.Write((root.sequence + 1) % 2 * kRootPlaceBytes, std::string(kRootBytes, '\0'));
  if (!status.ok()) return status;
  return file.Sync();
}

absl::StatusOr<KeyStore> KeyStore::Open(InPlaceFile& slots, InPlaceFile& store_key, Random& random,
                                        Instant now) {
  std::optional<Root> newest;
  for (unsigned place : {0u, 1u}) {
    absl::StatusOr<std::optional<Root>> root = ReadRoot(store_key, place);
    if (!root.ok()) return root.status();
    if (*root && (!newest || (*root)->sequence > newest->sequence)) newest = *std::move(root);
  }
  absl::StatusOr<uint64_t> size = slots.Size();
  if (!size.ok()) return size.status();
  if (!newest) {
    if (*size != 0) {
      return absl::DataLossError(
          "the store key is missing or damaged, so no key slot can be read; see that its medium is "
          "there. If the key is lost, so are the contents: begin with an empty folder");
    }
    newest.emplace(Root{1, 0, now, crypto::Secret<32>::Create(random)});
    if (absl::Status status = WriteRoot(store_key, *newest); !status.ok()) return status;
  }
  // A crash may have left the replaced key behind.
  if (absl::Status status = WipeOtherRoot(store_key, *newest); !status.ok()) return status;
  KeyStore store(slots, store_key, random, *std::move(newest));
  if (absl::Status status = store.Scan(); !status.ok()) return status;
  return store;
}

absl::Status KeyStore::Scan() {
  absl::StatusOr<uint64_t> size = slot_file_->Size();
  if (!size.ok()) return size.status();
  count_ = *size / kSlotBytes;
  for (uint64_t slot = 0; slot < count_; ++slot) {
    absl::StatusOr<std::string> place = ReadPlace(slot);
    if (!place.ok()) return place.status();
    absl::StatusOr<std::pair<Digest, crypto::Secret<32>>> opened = Unwrap(slot, *place);
    if (opened.ok()) {
      slots_[opened->first] = slot;
    } else {
      (*place == std::string(kPlaceBytes, '\0') ? free_ : damaged_).push_back(slot);
    }
  }
  return absl::OkStatus();
}

std::string KeyStore::Wrap(const Root& root, uint64_t slot, const Digest& id,
                           const crypto::Secret<32>& key) const {
  crypto::SecretBytes plain(64);
  std::copy(id.begin(), id.end(), plain.Fill().begin());
  std::ranges::copy(key.ExposeSecret(), plain.Fill().begin() + 32);
  const crypto::XChaChaNonce nonce = random_->Bytes<kNonceBytes>();
  std::string place = ToString(nonce);
  place += crypto::SealXChaCha20Poly1305(root.key, nonce, AsBytes(SlotAad(slot, root.region)),
                                         plain.ExposeSecret());
  place.resize(kPlaceBytes, '\0');
  return place;
}

absl::StatusOr<std::pair<Digest, crypto::Secret<32>>> KeyStore::Unwrap(
    uint64_t slot, std::string_view place) const {
  const crypto::XChaChaNonce nonce = *FixedBytes<kNonceBytes>(place.substr(0, kNonceBytes));
  absl::StatusOr<crypto::SecretBytes> plain =
      crypto::OpenXChaCha20Poly1305(root_.key, nonce, AsBytes(SlotAad(slot, root_.region)),
                                    AsBytes(place.substr(kNonceBytes, kSealedBytes)));
  if (!plain.ok()) return plain.status();
  const ByteSpan bytes = plain->ExposeSecret();
  return std::pair(*FixedBytes<32>(AsText(bytes.first(32))),
                   *crypto::Secret<32>::FromBytes(bytes.subspan(32)));
}

absl::StatusOr<std::string> KeyStore::ReadPlace(uint64_t slot) const {
  return slot_file_->Read(PlaceOffset(slot, root_.region), kPlaceBytes);
}

uint64_t KeyStore::TakeSlot() {
  if (free_.empty()) return count_;
  return free_.back();
}

absl::Status KeyStore::Broken(const absl::Status& why) {
  broken_ = absl::InternalError(
      absl::StrCat("the key files failed and must be opened anew: ", why.ToString()));
  return broken_;
}

absl::Status KeyStore::Note(absl::Status status) {
  return absl::IsInternal(status) ? Broken(status) : status;
}

absl::Status KeyStore::Put(const Digest& id, const crypto::Secret<32>& key) {
  if (!broken_.ok()) return broken_;
  if (Has(id)) return absl::AlreadyExistsError("this id has a key");
  const uint64_t slot = TakeSlot();
  std::string both(kSlotBytes, '\0');
  both.replace(root_.region * kPlaceBytes, kPlaceBytes, Wrap(root_, slot, id, key));
  if (absl::Status status = slot_file_->Write(slot * kSlotBytes, both); !status.ok()) {
    return Note(status);
  }
  unsynced_ = true;
  if (slot == count_) {
    ++count_;
  } else {
    free_.pop_back();
  }
  slots_[id] = slot;
  return absl::OkStatus();
}

absl::StatusOr<crypto::Secret<32>> KeyStore::Get(const Digest& id) const {
  const auto found = slots_.find(id);
  if (found == slots_.end()) return absl::NotFoundError("the key is destroyed");
  absl::StatusOr<std::string> place = ReadPlace(found->second);
  if (!place.ok()) return place.status();
  absl::StatusOr<std::pair<Digest, crypto::Secret<32>>> opened = Unwrap(found->second, *place);
  if (!opened.ok() || opened->first != id) {
    return absl::DataLossError("a key slot is damaged; restore the slots file from its backup");
  }
  return std::move(opened->second);
}

absl::Status KeyStore::Destroy(const Digest& id) {
  if (!broken_.ok()) return broken_;
  const auto found = slots_.find(id);
  if (found == slots_.end()) return absl::OkStatus();
  absl::Status status =
      slot_file_->Write(found->second * kSlotBytes, std::string(kSlotBytes, '\0'));
  if (!status.ok()) return Note(status);
  unsynced_ = true;
  free_.push_back(found->second);
  slots_.erase(found);
  return absl::OkStatus();
}

absl::Status KeyStore::Sync() {
  if (!broken_.ok()) return broken_;
  if (!unsynced_) return absl::OkStatus();
  absl::Status status = slot_file_->Sync();
  if (status.ok()) unsynced_ = false;
  return Note(status);
}

absl::Status KeyStore::ReleaseDamaged() {
  if (!broken_.ok()) return broken_;
  while (!damaged_.empty()) {
    absl::Status status =
        slot_file_->Write(damaged_.back() * kSlotBytes, std::string(kSlotBytes, '\0'));
    if (!status.ok()) return Note(status);
    unsynced_ = true;
    free_.push_back(damaged_.back());
    damaged_.pop_back();
  }
  return Sync();
}

// Into the region that is not in use yet.
absl::Status KeyStore::WrapAll(const Root& next) {
  for (auto it = slots_.begin(); it != slots_.end();) {
    const auto& [id, slot] = *it;
    absl::StatusOr<crypto::Secret<32>> key = Get(id);
    if (absl::IsDataLoss(key.status())) {
      damaged_.push_back(slot);
      it = slots_.erase(it);
      continue;
    }
    if (!key.ok()) return key.status();
    absl::Status status =
        slot_file_->Write(PlaceOffset(slot, next.region), Wrap(next, slot, id, *key));
    if (!status.ok()) return status;
    ++it;
  }
  // What does not open must not look free under the next store key either.
  for (const uint64_t slot : damaged_) {
    absl::StatusOr<std::string> place = ReadPlace(slot);
    if (!place.ok()) return place.status();
    absl::Status status = slot_file_->Write(PlaceOffset(slot, next.region), *place);
    if (!status.ok()) return status;
  }
  return slot_file_->Sync();
}

absl::Status KeyStore::Rotate(Instant now) {
  if (!broken_.ok()) return broken_;
  Root next{root_.sequence + 1, static_cast<uint8_t>(root_.region ^ 1), now,
            crypto::Secret<32>::Create(*random_)};
  if (absl::Status status = WrapAll(next); !status.ok()) return Note(status);
  unsynced_ = false;
  // From here on either store key may be the one that the next start finds.
  if (absl::Status status = WriteRoot(*root_file_, next); !status.ok()) return Broken(status);
  const uint8_t old_region = std::exchange(root_, std::move(next)).region;
  if (absl::Status status = WipeOtherRoot(*root_file_, root_); !status.ok()) return Broken(status);
  for (const auto& [id, slot] : slots_) {
    absl::Status status =
        slot_file_->Write(PlaceOffset(slot, old_region), std::string(kPlaceBytes, '\0'));
    if (!status.ok()) return Broken(status);
  }
  absl::Status status = slot_file_->Sync();
  return status.ok() ? status : Broken(status);
}

}  // namespace entente::node

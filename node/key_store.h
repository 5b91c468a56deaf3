// Keys that must be able to vanish: each in a slot of its own, overwritten where it stands. All
// slots are wrapped by one store key, which is replaced daily and overwritten too, so that a slot
// found on an old medium or in a backup opens with nothing that still exists.
//
//   slots      pairs of 128-byte places; place 2i or 2i+1 of slot i is in use, by the store key's
//              region: nonce24 || XChaCha20-Poly1305(id32 || key32) || zeros
//   store key  two places of 4,096 bytes, written in turn, the newer one counts:
//              u64 sequence || u8 region || u64 rotated, ms || key32 || SHA-256 of all this
//
// A slot is free only when its place holds nothing but zeros. What else does not open is kept apart
// and counted: a flipped bit is no erasure. A write cut short by a crash looks the same; whoever
// knows which keys are named anywhere says when none of them is missing (ReleaseDamaged).
// Not thread-safe. Both files must outlive it. After an INTERNAL error every call but Get() and
// Has() answers INTERNAL: it must be opened anew. A crash at any point leaves every synced key
// readable.
#pragma once

#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/crypto/secret.h"
#include "node/in_place_file.h"

namespace entente::node {

class KeyStore {
 public:
  // Makes both when both are empty. DATA_LOSS when there are slots but no store key.
  static absl::StatusOr<KeyStore> Open(InPlaceFile& slots, InPlaceFile& store_key, Random& random,
                                       Instant now);

  // Survives a crash once Sync() returned OK. ALREADY_EXISTS: an id has one key, ever.
  absl::Status Put(const Digest& id, const crypto::Secret<32>& key);
  // NOT_FOUND when it was destroyed or never there.
  absl::StatusOr<crypto::Secret<32>> Get(const Digest& id) const;
  bool Has(const Digest& id) const { return slots_.contains(id); }
  // Overwrites the slot; gone for good once Sync() returned OK. OK when there is none.
  absl::Status Destroy(const Digest& id);
  // Nothing to do when nothing changed.
  absl::Status Sync();

  // Wraps every key by a new store key and overwrites the old one; synced. Disk-full: nothing has
  // changed.
  absl::Status Rotate(Instant now);
  // Slots that are not free and do not open.
  size_t damaged() const { return damaged_.size(); }
  // Nothing refers to a key that is not here: they were cut short by a crash, and are free.
  absl::Status ReleaseDamaged();
  Instant rotated() const { return root_.rotated; }
  size_t size() const { return slots_.size(); }

 private:
  struct Root {
    uint64_t sequence = 0;
    uint8_t region = 0;
    Instant rotated;
    crypto::Secret<32> key;
  };

  KeyStore(InPlaceFile& slots, InPlaceFile& store_key, Random& random, Root root)
      : slot_file_(&slots), root_file_(&store_key), random_(&random), root_(std::move(root)) {}

  static absl::StatusOr<std::optional<Root>> ReadRoot(const InPlaceFile& file, unsigned place);
  static absl::Status WriteRoot(InPlaceFile& file, const Root& root);
  static absl::Status WipeOtherRoot(InPlaceFile& file, const Root& root);

  absl::Status Scan();
  // INTERNAL stays: what reached the disk is not known any more.
  absl::Status Note(absl::Status status);
  absl::Status Broken(const absl::Status& why);
  absl::Status WrapAll(const Root& next);
  std::string Wrap(const Root& root, uint64_t slot, const Digest& id,
                   const crypto::Secret<32>& key) const;
  absl::StatusOr<std::pair<Digest, crypto::Secret<32>>> Unwrap(uint64_t slot,
                                                               std::string_view place) const;
  absl::StatusOr<std::string> ReadPlace(uint64_t slot) const;
  uint64_t TakeSlot();

  InPlaceFile* slot_file_;
  InPlaceFile* root_file_;
  Random* random_;
  Root root_;
  std::map<Digest, uint64_t> slots_;
  std::vector<uint64_t> free_;
  std::vector<uint64_t> damaged_;
  absl::Status broken_;
  uint64_t count_ = 0;  // slots in the file, used or free
  bool unsynced_ = false;
};

}  // namespace entente::node

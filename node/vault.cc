#include "node/vault.h"

#include "core/base/encoding.h"
#include "core/crypto/aead.h"
#include "core/crypto/digest.h"
#include "core/crypto/padding.h"
#include "node/families.h"
#include "node/table.h"

namespace entente::node {
namespace {

std::string Aad(std::string_view name) {
  return Framing().Raw(std::string_view("entente/v1 vault\0", 17)).Raw(name).str();
}

Digest KeyName(std::string_view name) { return crypto::Sha256(Aad(name)); }

}  // namespace

absl::Status Vault::Put(std::string_view name, std::string_view plain, store::WriteBatch& batch) {
  const Digest id = KeyName(name);
  if (!keys_->Has(id)) {
    absl::Status status = keys_->Put(id, crypto::Secret<32>::Create(*random_));
    if (!status.ok()) return status;
  }
  absl::StatusOr<crypto::Secret<32>> key = keys_->Get(id);
  if (!key.ok()) return key.status();
  const crypto::XChaChaNonce nonce = random_->Bytes<24>();
  std::string sealed = ToString(nonce);
  sealed += crypto::SealXChaCha20Poly1305(*key, nonce, AsBytes(Aad(name)),
                                          crypto::Pad(AsBytes(plain)).ExposeSecret());
  batch.Put(kVault, name, sealed);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Vault::Get(std::string_view name) const {
  absl::StatusOr<crypto::Secret<32>> key = keys_->Get(KeyName(name));
  if (absl::IsNotFound(key.status())) {
    return absl::DataLossError(
        "the key of a content is missing or damaged; restore the key slots from a backup");
  }
  if (!key.ok()) return key.status();
  absl::StatusOr<std::optional<std::string>> sealed = store_->Get(kVault, name);
  if (!sealed.ok()) return sealed.status();
  const absl::Status damaged =
      absl::DataLossError("a content in the vault is damaged; restore it from a backup");
  if (!*sealed || (*sealed)->size() < 24) return damaged;
  absl::StatusOr<crypto::SecretBytes> padded = crypto::OpenXChaCha20Poly1305(
      *key, *FixedBytes<24>((*sealed)->substr(0, 24)), AsBytes(Aad(name)),
      AsBytes(std::string_view(**sealed).substr(24)));
  if (!padded.ok()) return damaged;
  absl::StatusOr<ByteSpan> plain = crypto::Unpad(padded->ExposeSecret());
  if (!plain.ok()) return damaged;
  return ToString(*plain);
}

absl::StatusOr<size_t> Vault::Lost() const {
  size_t lost = 0;
  absl::Status status =
      ForEachBytes(*store_, kVault, "", [&](std::string_view name, std::string_view) {
        if (!keys_->Has(KeyName(name))) ++lost;
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return lost;
}

absl::Status Vault::Erase(std::string_view name, store::WriteBatch& batch) {
  if (absl::Status status = keys_->Destroy(KeyName(name)); !status.ok()) return status;
  if (absl::Status status = keys_->Sync(); !status.ok()) return status;
  batch.Delete(kVault, name);
  return absl::OkStatus();
}

}  // namespace entente::node

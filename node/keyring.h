// The agency's own keys: record-signing and acknowledgement keys that follow each other, delivery
// keys of 7 days published 60 days ahead. Private keys live in the key store; the identity key
// alone comes from outside. A key counts only once its statement stands in the log.
//
// Not thread-safe; store and key store must outlive it. Changes go into the caller's batch, which
// must be written after the key store was synced.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/clock.h"
#include "core/crypto/agree.h"
#include "core/crypto/sign.h"
#include "core/ledger/registry.h"
#include "core/store/store.h"
#include "entente/v1/broker.pb.h"
#include "entente/v1/desk.pb.h"
#include "node/key_store.h"
#include "node/state.pb.h"

namespace entente::node {

class Keyring {
 public:
  Keyring(AgencyId agency, crypto::SigningKey identity, const store::Store& store, KeyStore& keys,
          Random& random)
      : agency_(std::move(agency)),
        identity_(std::move(identity)),
        store_(&store),
        keys_(&keys),
        random_(&random) {}

  KeyId identity_id() const;

  // Makes the keys that will be missing, were lost, or are revoked in the log, synced in the key
  // store; their rows go into the batch.
  absl::Status Renew(const ledger::Registry& registry, Instant now, store::WriteBatch& batch);
  // Destroys what must not live on, synced: delivery keys 30 days after their end, others a day.
  absl::Status DestroyOld(Instant now, store::WriteBatch& batch);

  // A statement of all own keys that the log lacks; nullopt when it lacks none, or while the log
  // does not have the identity key that must sign it.
  absl::StatusOr<std::optional<v1::PublishRequest>> Unpublished(const ledger::Registry& registry,
                                                                Instant now) const;

  // The key to sign with now: in the log, not revoked, valid also by a clock that differs by the
  // tolerance. Refusal key-unknown when there is none; agency-suspended.
  absl::StatusOr<crypto::SigningKey> Signing(const ledger::Registry& registry, crypto::KeyUse use,
                                             Instant now) const;
  // What is sent again after its key has ended or was revoked is signed anew, over the same body,
  // by the key that counts now. True when it was; the errors of Signing().
  absl::StatusOr<bool> Refresh(const ledger::Registry& registry, std::string_view type,
                               crypto::KeyUse use, Instant now,
                               v1::SignedStatement& statement) const;
  // A living delivery key; nullptr otherwise. Valid until the next DestroyOld().
  const crypto::AgreementKey* Delivery(const KeyId& id);

  // Keys that must still live and are not in the key store.
  absl::StatusOr<size_t> Lost(Instant now) const;
  absl::StatusOr<std::vector<v1::KeyInfo>> List(const ledger::Registry& registry,
                                                Instant now) const;

 private:
  struct Own {
    KeyId id{};
    state::OwnKey key;
  };
  absl::StatusOr<std::vector<Own>> All() const;
  absl::Status Make(crypto::KeyUse use, Instant from, Instant until, store::WriteBatch& batch);
  absl::Status AddOfficerKeys(const std::vector<ledger::KeyInfo>& logged, Instant now,
                              v1::KeyStatement& body) const;
  absl::Status ListOfficerKeys(const std::vector<ledger::KeyInfo>& logged, Instant now,
                               std::vector<v1::KeyInfo>& list) const;
  static Instant CoveredUntil(crypto::KeyUse use, const std::vector<Own>& all, Instant now);
  absl::Status RenewSigning(crypto::KeyUse use, const std::vector<Own>& all, Instant now,
                            store::WriteBatch& batch);
  absl::Status RenewDelivery(const std::vector<Own>& all, Instant now, store::WriteBatch& batch);

  AgencyId agency_;
  crypto::SigningKey identity_;
  const store::Store* store_;
  KeyStore* keys_;
  Random* random_;
  std::map<KeyId, crypto::AgreementKey> delivery_;
};

}  // namespace entente::node

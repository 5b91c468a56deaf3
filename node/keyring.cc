#include "node/keyring.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/format.h"
#include "core/record/statements.h"
#include "node/families.h"
#include "node/officer_keys.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

using crypto::KeyUse;

constexpr int64_t kSigningLifeMs = 90 * limits::kDayMs;
constexpr int64_t kSigningAheadMs = 30 * limits::kDayMs;
constexpr int64_t kSigningOverlapMs = limits::kDayMs;
constexpr int64_t kSigningGraceMs = limits::kDayMs;

Instant From(const state::OwnKey& key) { return {static_cast<int64_t>(key.from_ms())}; }
Instant Until(const state::OwnKey& key) { return {static_cast<int64_t>(key.until_ms())}; }

bool HasUse(const state::OwnKey& key, KeyUse use) {
  return key.use() == static_cast<uint32_t>(use);
}

int64_t GraceOf(const state::OwnKey& key) {
  return HasUse(key, KeyUse::kDelivery) ? limits::kDeliveryKeyGraceMs : kSigningGraceMs;
}

std::string StateWord(const state::OwnKey& key, const ledger::KeyInfo* logged, Instant now) {
  if (key.destroyed()) return "destroyed";
  if (logged != nullptr && logged->revoked_at) return "revoked";
  if (now < From(key)) return "future";
  return now < Until(key) ? "current" : "past";
}

v1::KeyInfo Describe(const ledger::KeyInfo& key, Instant now) {
  v1::KeyInfo info;
  info.set_key_id(HexEncode(key.id));
  info.set_use(std::string(crypto::KeyUseWord(key.use)));
  info.set_from_ms(static_cast<uint64_t>(key.from.ms));
  info.set_until_ms(static_cast<uint64_t>(key.until.ms));
  info.set_state(key.revoked_at    ? "revoked"
                 : now < key.from  ? "future"
                 : now < key.until ? "current"
                                   : "past");
  info.set_log_index(key.log_index);
  return info;
}

// Valid however our clock differs from that of the log, within the tolerance.
bool ServesNow(const ledger::KeyInfo& key, Instant now) {
  return !key.revoked_at && key.from + limits::kClockToleranceMs <= now &&
         now < key.until - limits::kClockToleranceMs;
}

}  // namespace

KeyId Keyring::identity_id() const {
  return crypto::MakeKeyId(KeyUse::kIdentity, identity_.public_key());
}

absl::StatusOr<std::vector<Keyring::Own>> Keyring::All() const {
  std::vector<Own> all;
  absl::Status status =
      ForEach<state::OwnKey>(*store_, kOwnKeys, [&](std::string_view id, state::OwnKey key) {
        all.push_back({*FixedBytes<32>(id), std::move(key)});
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return all;
}

absl::Status Keyring::Make(KeyUse use, Instant from, Instant until, store::WriteBatch& batch) {
  const crypto::Secret<32> seed = crypto::Secret<32>::Create(*random_);
  const crypto::PublicKey public_key = use == KeyUse::kDelivery
                                           ? crypto::AgreementKey::FromPrivate(seed).public_key()
                                           : crypto::SigningKey::FromSeed(seed).public_key();
  const KeyId id = crypto::MakeKeyId(use, public_key);
  if (absl::Status status = keys_->Put(id, seed); !status.ok()) return status;
  state::OwnKey key;
  key.set_use(static_cast<uint32_t>(use));
  key.set_public_key(ToString(public_key));
  key.set_from_ms(static_cast<uint64_t>(from.ms));
  key.set_until_ms(static_cast<uint64_t>(until.ms));
  Save(batch, kOwnKeys, AsText(id), key);
  return absl::OkStatus();
}

// How far from now on there is a key at every instant, whatever stands beyond a hole.
Instant Keyring::CoveredUntil(KeyUse use, const std::vector<Own>& all, Instant now) {
  Instant end = now;
  for (bool further = true; further;) {
    further = false;
    for (const Own& own : all) {
      if (!HasUse(own.key, use) || own.key.destroyed() || Until(own.key) <= end ||
          From(own.key) + 2 * limits::kClockToleranceMs > end) {
        continue;
      }
      end = Until(own.key);
      further = true;
    }
  }
  return end;
}

absl::Status Keyring::RenewSigning(KeyUse use, const std::vector<Own>& all, Instant now,
                                   store::WriteBatch& batch) {
  const Instant end = CoveredUntil(use, all, now);
  if (end - now > kSigningAheadMs) return absl::OkStatus();
  const Instant from = end > now ? end - kSigningOverlapMs : now - 2 * limits::kClockToleranceMs;
  return Make(use, from, from + kSigningLifeMs, batch);
}

absl::Status Keyring::RenewDelivery(const std::vector<Own>& all, Instant now,
                                    store::WriteBatch& batch) {
  constexpr int64_t kLife = limits::kDeliveryKeyLifeMs;
  const int64_t end = now.ms + limits::kDeliveryKeysAheadMs;
  for (int64_t from = now.ms / kLife * kLife; from < end; from += kLife) {
    const bool there = std::ranges::any_of(all, [&](const Own& own) {
      return HasUse(own.key, KeyUse::kDelivery) && From(own.key).ms == from;
    });
    if (there) continue;
    absl::Status status = Make(KeyUse::kDelivery, {from}, {from + kLife}, batch);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Keyring::Renew(const ledger::Registry& registry, Instant now,
                            store::WriteBatch& batch) {
  absl::StatusOr<std::vector<Own>> all = All();
  if (!all.ok()) return all.status();
  const std::vector<ledger::KeyInfo> logged = registry.KeysOf(agency_.text());
  // One that is lost, or was revoked, covers nothing.
  std::erase_if(*all, [&](const Own& own) {
    const auto known = std::ranges::find(logged, own.id, &ledger::KeyInfo::id);
    return !keys_->Has(own.id) || (known != logged.end() && known->revoked_at);
  });
  const size_t before = batch.count();
  for (const KeyUse use : {KeyUse::kRecordSigning, KeyUse::kAcknowledgement}) {
    if (absl::Status status = RenewSigning(use, *all, now, batch); !status.ok()) return status;
  }
  if (absl::Status status = RenewDelivery(*all, now, batch); !status.ok()) return status;
  return batch.count() == before ? absl::OkStatus() : keys_->Sync();
}

absl::Status Keyring::DestroyOld(Instant now, store::WriteBatch& batch) {
  absl::StatusOr<std::vector<Own>> all = All();
  if (!all.ok()) return all.status();
  bool any = false;
  for (Own& own : *all) {
    if (own.key.destroyed() || now < Until(own.key) + GraceOf(own.key)) continue;
    if (absl::Status status = keys_->Destroy(own.id); !status.ok()) return status;
    delivery_.erase(own.id);
    own.key.set_destroyed(true);
    Save(batch, kOwnKeys, AsText(own.id), own.key);
    any = true;
  }
  return any ? keys_->Sync() : absl::OkStatus();
}

absl::StatusOr<size_t> Keyring::Lost(Instant now) const {
  absl::StatusOr<std::vector<Own>> all = All();
  if (!all.ok()) return all.status();
  return static_cast<size_t>(std::ranges::count_if(*all, [&](const Own& own) {
    return !own.key.destroyed() && now < Until(own.key) + GraceOf(own.key) && !keys_->Has(own.id);
  }));
}

// As many as a statement has room for; the others with the next.
absl::Status Keyring::AddOfficerKeys(const std::vector<ledger::KeyInfo>& logged, Instant now,
                                     v1::KeyStatement& body) const {
  const absl::StatusOr<std::vector<OwnOfficerKey>> all = AllOfficerKeys(*store_);
  if (!all.ok()) return all.status();
  for (const auto& [id, key] : *all) {
    if (static_cast<size_t>(body.keys_size()) == limits::kKeysInStatement) break;
    const bool there = std::ranges::find(logged, id, &ledger::KeyInfo::id) != logged.end();
    if (there || key.until_ms() <= static_cast<uint64_t>(now.ms)) continue;
    v1::KeyEntry& entry = *body.add_keys();
    entry.set_use(static_cast<uint32_t>(KeyUse::kOfficer));
    entry.set_public_key(key.public_key());
    entry.set_from_ms(key.from_ms());
    entry.set_until_ms(key.until_ms());
    entry.set_role(key.role());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::PublishRequest>> Keyring::Unpublished(
    const ledger::Registry& registry, Instant now) const {
  const absl::StatusOr<ledger::KeyInfo> identity =
      registry.CurrentKey(agency_.text(), KeyUse::kIdentity, now);
  if (!identity.ok() || identity->id != identity_id()) return std::nullopt;
  absl::StatusOr<std::vector<Own>> all = All();
  if (!all.ok()) return all.status();
  const std::vector<ledger::KeyInfo> logged = registry.KeysOf(agency_.text());
  v1::KeyStatement body;
  for (const Own& own : *all) {
    if (own.key.destroyed() || Until(own.key) <= now) continue;
    if (std::ranges::find(logged, own.id, &ledger::KeyInfo::id) != logged.end()) continue;
    v1::KeyEntry& entry = *body.add_keys();
    entry.set_use(own.key.use());
    entry.set_public_key(own.key.public_key());
    entry.set_from_ms(own.key.from_ms());
    entry.set_until_ms(own.key.until_ms());
  }
  // An older node of ours published what it read.
  const std::vector<uint32_t> formats = registry.FormatVersionsOf(agency_.text());
  if (body.keys().empty() && std::ranges::equal(formats, record::kFormatVersions)) {
    // Alone: a release that does not read them still takes what is in the other statements.
    absl::Status officers = AddOfficerKeys(logged, now, body);
    if (!officers.ok()) return officers;
    if (body.keys().empty()) return std::nullopt;
  } else {
    body.mutable_format_versions()->Assign(record::kFormatVersions.begin(),
                                           record::kFormatVersions.end());
  }
  body.set_owner(agency_.text());
  body.set_instant_ms(static_cast<uint64_t>(now.ms));
  v1::PublishRequest request;
  request.set_entry_kind(v1::ENTRY_KIND_KEYS);
  *request.mutable_statement() =
      record::SignBody(registry.genesis()->federation, body, {{identity_, KeyUse::kIdentity}});
  return request;
}

absl::StatusOr<crypto::SigningKey> Keyring::Signing(const ledger::Registry& registry, KeyUse use,
                                                    Instant now) const {
  if (const absl::StatusOr<ledger::KeyInfo> any = registry.CurrentKey(agency_.text(), use, now);
      IsRefusal(any.status(), Reason::kAgencySuspended)) {
    return any.status();
  }
  const std::vector<ledger::KeyInfo> logged = registry.KeysOf(agency_.text());
  for (auto key = logged.rbegin(); key != logged.rend(); ++key) {
    if (key->use != use || !ServesNow(*key, now)) continue;
    const absl::StatusOr<crypto::Secret<32>> seed = keys_->Get(key->id);
    if (seed.ok()) return crypto::SigningKey::FromSeed(*seed);
  }
  return RefuseAdvising(Reason::kKeyUnknown, "", "the log does not have this agency's keys yet",
                        "wait until the node has published them; the authority must have "
                        "admitted the agency");
}

absl::StatusOr<bool> Keyring::Refresh(const ledger::Registry& registry, std::string_view type,
                                      KeyUse use, Instant now,
                                      v1::SignedStatement& statement) const {
  const std::vector<ledger::KeyInfo> logged = registry.KeysOf(agency_.text());
  const bool stands = std::ranges::all_of(statement.signatures(), [&](const auto& signature) {
    return std::ranges::any_of(logged, [&](const ledger::KeyInfo& key) {
      return AsText(key.id) == signature.key_id() && key.use == use && ServesNow(key, now);
    });
  });
  if (stands) return false;
  const absl::StatusOr<crypto::SigningKey> signing = Signing(registry, use, now);
  if (!signing.ok()) return signing.status();
  const record::StatementSigner signer{*signing, use};
  statement =
      record::SignStatement(type, registry.genesis()->federation, statement.body(), {&signer, 1});
  return true;
}

const crypto::AgreementKey* Keyring::Delivery(const KeyId& id) {
  const auto cached = delivery_.find(id);
  if (cached != delivery_.end()) return &cached->second;
  absl::StatusOr<std::optional<state::OwnKey>> own =
      Load<state::OwnKey>(*store_, kOwnKeys, AsText(id));
  if (!own.ok() || !*own || (*own)->destroyed() || !HasUse(**own, KeyUse::kDelivery)) {
    return nullptr;
  }
  const absl::StatusOr<crypto::Secret<32>> key = keys_->Get(id);
  if (!key.ok()) return nullptr;
  return &delivery_.emplace(id, crypto::AgreementKey::FromPrivate(*key)).first->second;
}

absl::Status Keyring::ListOfficerKeys(const std::vector<ledger::KeyInfo>& logged, Instant now,
                                      std::vector<v1::KeyInfo>& list) const {
  const absl::StatusOr<std::vector<OwnOfficerKey>> all = AllOfficerKeys(*store_);
  if (!all.ok()) return all.status();
  for (const auto& [id, key] : *all) {
    const auto found = std::ranges::find(logged, id, &ledger::KeyInfo::id);
    v1::KeyInfo& info = list.emplace_back();
    if (found != logged.end()) info = Describe(*found, now);
    info.set_key_id(HexEncode(id));
    info.set_use(std::string(crypto::KeyUseWord(KeyUse::kOfficer)));
    info.set_from_ms(key.from_ms());
    info.set_until_ms(key.until_ms());
    if (found == logged.end()) info.set_state("current");
    info.set_officer(key.officer());
    info.set_role(key.role());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::KeyInfo>> Keyring::List(const ledger::Registry& registry,
                                                       Instant now) const {
  absl::StatusOr<std::vector<Own>> all = All();
  if (!all.ok()) return all.status();
  const std::vector<ledger::KeyInfo> logged = registry.KeysOf(agency_.text());
  std::ranges::sort(*all, [](const Own& a, const Own& b) {
    return std::pair(a.key.use(), a.key.from_ms()) < std::pair(b.key.use(), b.key.from_ms());
  });
  std::vector<v1::KeyInfo> list;
  for (const ledger::KeyInfo& key : logged) {
    if (key.use == KeyUse::kIdentity) list.push_back(Describe(key, now));
  }
  for (const Own& own : *all) {
    const auto found = std::ranges::find(logged, own.id, &ledger::KeyInfo::id);
    const ledger::KeyInfo* in_log = found == logged.end() ? nullptr : &*found;
    v1::KeyInfo& info = list.emplace_back();
    info.set_key_id(HexEncode(own.id));
    info.set_use(std::string(crypto::KeyUseWord(*crypto::KeyUseFromNumber(own.key.use()))));
    info.set_from_ms(own.key.from_ms());
    info.set_until_ms(own.key.until_ms());
    info.set_state(StateWord(own.key, in_log, now));
    if (in_log != nullptr) info.set_log_index(in_log->log_index);
  }
  const absl::Status officers = ListOfficerKeys(logged, now, list);
  if (!officers.ok()) return officers;
  return list;
}

}  // namespace entente::node

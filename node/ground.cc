#include "node/ground.h"

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kBelongsKey = "belongs";

// Follows from the identity key, which stands in no database: whoever can write to that alone
// cannot sign another log of consultations.
crypto::SigningKey DiaryKey(const crypto::SigningKey& identity) {
  const crypto::Secret<32> seed = identity.Seed();
  return crypto::SigningKey::FromSeed(crypto::HkdfSha256<32>(
      seed.ExposeSecret(), {}, AsBytes(std::string_view("entente/v1 consultations key"))));
}

// As the one of the log of consultations does.
crypto::Secret<32> EntryKey(const crypto::SigningKey& identity) {
  const crypto::Secret<32> seed = identity.Seed();
  return crypto::HkdfSha256<32>(seed.ExposeSecret(), {},
                                AsBytes(std::string_view("entente/v1 list entries key")));
}

state::Belongs BelongsOf(const Settings& settings, const KeyId& identity) {
  state::Belongs belongs;
  belongs.set_agency(settings.agency.text());
  belongs.set_genesis_digest(ToString(settings.genesis_digest));
  belongs.set_identity_key_id(ToString(identity));
  return belongs;
}

// Before anything of the store is held against this agency's keys.
absl::Status CheckOwner(const store::Store& store, const Settings& settings,
                        const crypto::SigningKey& identity) {
  absl::StatusOr<std::optional<state::Belongs>> stored =
      Load<state::Belongs>(store, kNode, kBelongsKey);
  if (!stored.ok()) return stored.status();
  const KeyId id = crypto::MakeKeyId(crypto::KeyUse::kIdentity, identity.public_key());
  if (!*stored || (*stored)->SerializeAsString() == BelongsOf(settings, id).SerializeAsString()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      Text("this folder belongs to ", (*stored)->agency(),
           ", with another genesis file or identity key; start with its own files, or with an "
           "empty folder"));
}

absl::Status DatabaseGone(std::string_view what) {
  return absl::DataLossError(
      Text(what, "; restore the whole folder from a backup, or begin with an empty one"));
}

}  // namespace

Ground::Ground(AgencyId own, Surroundings surroundings, crypto::SigningKey identity,
               KeyStore key_store, Federation known, TrustedTime trusted, Alarms standing,
               Diary lines, SessionRule rule)
    : agency(std::move(own)),
      db(surroundings.store),
      random(surroundings.random),
      keys(std::move(key_store)),
      vault(db, keys, random),
      entry_key(EntryKey(identity)),
      keyring(agency, std::move(identity), db, keys, random),
      federation(std::move(known)),
      time(trusted),
      alarms(std::move(standing)),
      diary(std::move(lines)),
      officers(db),
      held(agency.text()),
      sessions(db, rule) {}

absl::StatusOr<std::unique_ptr<Ground>> Ground::Open(const Settings& settings,
                                                     crypto::SigningKey identity,
                                                     Surroundings surroundings, Instant now) {
  absl::StatusOr<ledger::Genesis> genesis = ledger::Genesis::Parse(settings.genesis);
  if (!genesis.ok()) return genesis.status();
  if (genesis->digest() != settings.genesis_digest) {
    return absl::InvalidArgumentError(Text("the genesis file is ", DigestText(genesis->digest()),
                                           ", but ", DigestText(settings.genesis_digest),
                                           " was confirmed: ask the other members which is right"));
  }
  if (absl::Status owner = CheckOwner(surroundings.store, settings, identity); !owner.ok()) {
    return owner;
  }
  absl::StatusOr<KeyStore> keys =
      KeyStore::Open(surroundings.slots, surroundings.store_key, surroundings.random, now);
  if (!keys.ok()) return keys.status();
  const std::string name = (*genesis)->federation;
  absl::StatusOr<Federation> federation = Federation::Open(*std::move(genesis), surroundings.store);
  if (!federation.ok()) return federation.status();
  absl::StatusOr<TrustedTime> time = TrustedTime::Open(surroundings.store, now);
  if (!time.ok()) return time.status();
  absl::StatusOr<Alarms> alarms = Alarms::Open(surroundings.store);
  if (!alarms.ok()) return alarms.status();
  absl::StatusOr<Diary> diary = Diary::Open(surroundings.store, DiaryKey(identity),
                                            Text(name, "/consultations/", settings.agency.text()));
  if (!diary.ok()) return diary.status();
  std::unique_ptr<Ground> ground(new Ground(
      settings.agency, surroundings, std::move(identity), *std::move(keys), *std::move(federation),
      *time, *std::move(alarms), *std::move(diary), settings.sessions));
  ground->certificate_until = settings.certificate_until;
  ground->second_person = settings.second_person;
  store::WriteBatch batch;
  std::vector<state::DiaryLine> lines;
  absl::Status status = ground->CheckBelongs(settings, now, batch, lines);
  if (status.ok()) status = ground->diary.Begin();
  // Before any key: from then on the one is not without the other.
  if (status.ok() && batch.count() != 0) status = ground->Commit(batch, lines);
  batch.Clear();
  if (status.ok() && ground->IsSure(now))
    status = ground->keyring.Renew(ground->federation.registry(), now, batch);
  if (status.ok() && batch.count() != 0) status = ground->Commit(batch);
  if (status.ok()) status = ground->LoadAlerts(now);
  if (!status.ok()) return status;
  return ground;
}

absl::Status Ground::CheckBelongs(const Settings& settings, Instant now, store::WriteBatch& batch,
                                  std::vector<state::DiaryLine>& lines) const {
  absl::StatusOr<std::optional<state::Belongs>> stored =
      Load<state::Belongs>(db, kNode, kBelongsKey);
  if (!stored.ok()) return stored.status();
  if (*stored && diary.fresh()) {
    return DatabaseGone("the log of consultations is gone, but not the rest of the database");
  }
  if (!*stored && keys.size() + keys.damaged() != 0) {
    return DatabaseGone("there are key slots, but the database that they belong to is gone");
  }
  if (!*stored) Save(batch, kNode, kBelongsKey, BelongsOf(settings, keyring.identity_id()));
  absl::StatusOr<std::vector<v1::Officer>> listed = officers.All();
  if (!listed.ok()) return listed.status();
  if (!listed->empty() || settings.first_administrator.empty()) return absl::OkStatus();
  v1::Officer first;
  first.set_id(settings.first_administrator);
  first.add_roles(std::string(role::kAdministrator));
  absl::StatusOr<std::string> change = officers.Add(first, batch);
  if (!change.ok()) return change.status();
  state::DiaryLine& line = lines.emplace_back();
  line.set_instant_ms(static_cast<uint64_t>(now.ms));
  line.set_operation(std::string(operation::kAdministration));
  line.set_justification(*change + ", by the configuration");
  return absl::OkStatus();
}

absl::Status Ground::LoadAlerts(Instant now) {
  if (absl::Status status = held.Load(db, vault); !status.ok()) return status;
  if (held.unread() == 0) {
    alarms.Clear(alarm::kLocalFault, "alerts");
    return absl::OkStatus();
  }
  alarms.Raise(alarm::kLocalFault, "alerts",
               Text(held.unread(),
                    " alerts that this node holds cannot be read and are not found; "
                    "restore them from a backup"),
               now);
  return absl::OkStatus();
}

void Ground::Note(const absl::Status& status) {
  if (!absl::IsInternal(status) || !usable_.ok()) return;
  usable_ = absl::InternalError(
      Text("a disk failed, and the engine must be opened anew: ", status.ToString()));
}

absl::StatusOr<size_t> Ground::LostKeys(Instant now) const {
  absl::StatusOr<size_t> contents = vault.Lost();
  if (!contents.ok()) return contents;
  absl::StatusOr<size_t> own = keyring.Lost(now);
  if (!own.ok()) return own;
  size_t months = 0;
  absl::Status status = ForEachBytes(db, kNode, kMonthPrefix, [&](auto, std::string_view id) {
    if (!keys.Has(*FixedBytes<32>(id))) ++months;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return *contents + *own + months;
}

absl::Status Ground::CheckKeys(Instant now) {
  // Also where no slot is damaged: one that holds zeros, or is cut off, looks as if it were free.
  absl::StatusOr<size_t> lost = LostKeys(now);
  if (!lost.ok()) return lost.status();
  if (*lost == 0) {
    alarms.Clear(alarm::kKeysDamaged, "");
    return keys.ReleaseDamaged();
  }
  alarms.Raise(alarm::kKeysDamaged, "",
               Text(*lost, " keys are missing, ", keys.damaged(),
                    " key slots are damaged; restore the slots file from a backup of today"),
               now);
  return absl::OkStatus();
}

absl::Status Ground::Commit(store::WriteBatch& batch, std::span<const state::DiaryLine> lines) {
  if (!usable_.ok()) return usable_;
  absl::Status status = Write(batch, lines);
  Note(status);
  return status;
}

absl::Status Ground::Write(store::WriteBatch& batch, std::span<const state::DiaryLine> lines) {
  if (absl::Status status = keys.Sync(); !status.ok()) return status;
  alarms.AddChanges(batch);
  federation.AddChanges(batch);
  time.AddChanges(batch);
  if (absl::Status status = diary.Commit(batch, lines); !status.ok()) return status;
  alarms.OnKept();
  federation.OnKept();
  time.OnKept();
  return absl::OkStatus();
}

absl::Status Ground::CommitChanges() {
  if (!alarms.changed() && !federation.changed() && !time.changed()) return absl::OkStatus();
  store::WriteBatch batch;
  return Commit(batch);
}

}  // namespace entente::node

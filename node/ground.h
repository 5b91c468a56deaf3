// What all parts of a node stand on: the store and what lives in it, the keys, the federation as
// known. One commit writes what an operation changed, in one step. Not thread-safe.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/clock.h"
#include "core/record/batch.h"
#include "core/store/store.h"
#include "node/alarms.h"
#include "node/diary.h"
#include "node/engine.h"
#include "node/federation.h"
#include "node/held_alerts.h"
#include "node/key_store.h"
#include "node/keyring.h"
#include "node/officers.h"
#include "node/sessions.h"
#include "node/state.pb.h"
#include "node/trusted_time.h"
#include "node/vault.h"

namespace entente::node {

class Ground {
 public:
  // Errors: those of Engine::Open.
  static absl::StatusOr<std::unique_ptr<Ground>> Open(const Settings& settings,
                                                      crypto::SigningKey identity,
                                                      Surroundings surroundings, Instant now);

  // OK until a disk failed, then INTERNAL for good: what it holds is not known any more.
  const absl::Status& usable() const { return usable_; }
  void Note(const absl::Status& status);

  // An alarm when a key that something refers to is missing or damaged; else what a crash cut short
  // is freed.
  absl::Status CheckKeys(Instant now);

  // Keys first, synced; then the batch, with what changed in alarms and federation, and the lines,
  // synced. Not OK: nothing of the batch is there, unless the error is INTERNAL.
  absl::Status Commit(store::WriteBatch& batch, std::span<const state::DiaryLine> lines = {});

  // Commits what changed in alarms, federation and time, if anything.
  absl::Status CommitChanges();

  // Whether this instant may be acted on where that cannot be taken back (trusted_time.h).
  bool IsSure(Instant now) const { return time.IsSure(now, federation.last_entry()); }

  const ledger::Genesis& genesis() const { return federation.genesis(); }
  std::string_view federation_name() const { return genesis()->federation; }
  std::string_view log_origin() const { return genesis()->log_origin; }

  const AgencyId agency;
  store::Store& db;
  Random& random;
  KeyStore keys;
  Vault vault;
  const crypto::Secret<32> entry_key;  // of list_entry.h
  Keyring keyring;
  Federation federation;
  TrustedTime time;
  Alarms alarms;
  Diary diary;
  Officers officers;
  HeldAlerts held;
  std::optional<Instant> certificate_until;
  bool measures_changed = true;  // upon some lead, since they were last looked at
  SecondPersonRule second_person;
  Sessions sessions;
  record::VerifiedRoots roots{1024};

 private:
  Ground(AgencyId own, Surroundings surroundings, crypto::SigningKey identity, KeyStore key_store,
         Federation known, TrustedTime trusted, Alarms standing, Diary lines, SessionRule rule);
  absl::Status Write(store::WriteBatch& batch, std::span<const state::DiaryLine> lines);
  absl::Status LoadAlerts(Instant now);
  absl::StatusOr<size_t> LostKeys(Instant now) const;
  absl::Status CheckBelongs(const Settings& settings, Instant now, store::WriteBatch& batch,
                            std::vector<state::DiaryLine>& lines) const;

  absl::Status usable_;
};

}  // namespace entente::node

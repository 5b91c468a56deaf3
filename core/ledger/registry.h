// The state of a federation as its log tells it: agencies, keys, policies and federation files,
// replayed from the open entries in order. Broker and nodes run this same code.
//
// Thread safety: a Registry is a value whose state is shared and never changed in place. Copying
// one costs one reference count; a copy is a snapshot that stays as it is while the original
// applies more. Distinct copies may be used from different threads.
// Times: `log_index` of a question is the index of the entry being judged; what the log says at
// that index or later does not count. The instant is that entry's.
// Errors: refusals of the closed list; a question that is answered by "no" is a refusal.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/crypto/keys.h"
#include "core/ledger/genesis.h"
#include "entente/v1/ledger.pb.h"
#include "policy/model.h"
#include "policy/snapshot.h"
#include "policy/vocabulary.h"

namespace entente::ledger {

enum class AgencyState : uint8_t { kUnknown, kAdmitted, kSuspended, kRemoved };
std::string_view AgencyStateWord(AgencyState state);

struct AgencyInfo {
  std::string agency;
  std::string kind;  // vocabulary word
  std::string name;  // for people
  AgencyState state;
};

struct KeyInfo {
  std::string owner;  // an agency, or a jurisdiction
  crypto::KeyUse use;
  crypto::PublicKey public_key{};
  KeyId id{};
  Instant from, until;                 // [from, until)
  uint64_t log_index = 0;              // of the statement that published it
  std::optional<uint64_t> revoked_at;  // log index of the first revocation
  std::string role{};                  // of an officer's key: "author" or "releaser"
  // The key was in other hands: what it signed is doubted from this log index on.
  std::optional<uint64_t> doubted_from{};
};

// A policy ("FR") or federation file ("vocabulary", "groups", "instruments", "calendar-FR") that
// was logged.
struct FileInForce {
  uint64_t version = 0;
  Digest digest{};
  Instant in_force;
  uint64_t log_index = 0;
};

struct State;  // core/ledger/registry_state.h

// A file that a statement names.
struct NeededFile {
  v1::EntryKind kind;
  std::string name;  // jurisdiction, or type of federation file
  FileInForce file;
};
using MissingText = NeededFile;

class Registry {
 public:
  explicit Registry(Genesis genesis);

  const Genesis& genesis() const;

  // ---- Replay

  // Would the open entry have its effect if it stood at `index`? The broker asks before it logs.
  // Refusals: malformed, unknown-field, not-canonical; bad-signature, key-unknown,
  // key-not-valid-then (a signer); wrong-agency (the owner, or the authority, is of another
  // jurisdiction); not-authorised, agency-suspended (the agency is not admitted); future-dated;
  // snapshot-behind (the number, version or instant of the statement is not above the last one).
  absl::Status Check(uint64_t index, v1::EntryKind kind, Instant instant,
                     std::string_view body) const;

  // Takes the next open entry. Not OK: the statement is invalid (refusals as of Check); it counts
  // in the snapshot, as every open entry does, and has no other effect; a node raises an alarm.
  // INTERNAL: `index` is not above the last one applied, or the kind is not open; nothing changed.
  absl::Status Apply(uint64_t index, const Digest& leaf_hash, v1::EntryKind kind, Instant instant,
                     std::string_view body);

  // The number of open entries applied, and the hash over them (docs/formats.md, "Snapshot").
  uint64_t snapshot_number() const;
  const Digest& snapshot_hash() const;
  // Of an earlier number; nullopt above snapshot_number().
  std::optional<Digest> SnapshotHashAt(uint64_t number) const;
  // The number of the last entry at or below this one, or the newest, that changed what decisions
  // rest on: an agency, a policy, a federation file other than a calendar. Keys do not. 0: none.
  uint64_t PolicyNumberAt(uint64_t number) const;

  // Whose cosignatures a checkpoint needs for what follows; nullptr: none. Of the genesis file
  // until statement 1 of its kind, then of the last statement.
  std::shared_ptr<const audit::TlogPolicy> Quorum() const;
  uint64_t quorum_number() const;

  // ---- Agencies and keys

  // At the end of what was applied, at `instant`.
  AgencyState StateOf(std::string_view agency, Instant instant) const;
  AgencyState StateAt(std::string_view agency, uint64_t log_index, Instant instant) const;
  std::optional<AgencyInfo> FindAgency(std::string_view agency, Instant instant) const;
  // All that were ever named, by id.
  std::vector<AgencyInfo> Agencies(Instant instant) const;
  // OK, or wrong-agency for one that was never admitted, agency-suspended for one that is not now.
  absl::Status CheckAdmitted(std::string_view agency, uint64_t log_index, Instant instant) const;

  // A key that made a signature which stands at `log_index`. key-unknown: not published for this
  // owner and use below that index; key-not-valid-then: outside its interval, or revoked below that
  // index; for an agency's keys also as CheckAdmitted. Authority keys and the broker's are found
  // too: owner = jurisdiction, or the log origin.
  absl::StatusOr<KeyInfo> FindKey(std::string_view owner, const KeyId& id, crypto::KeyUse use,
                                  uint64_t log_index, Instant instant) const;
  // Whether what a key of the owner signed at this place may be by whoever else held it, as the log
  // says by now: the key is doubted from there or below, or it was published when an identity key
  // of the owner was. `id` nullopt: any key of that use is meant.
  bool IsDoubted(std::string_view owner, crypto::KeyUse use, const std::optional<KeyId>& id,
                 uint64_t log_index) const;
  // The key to use now: published, not revoked, [from, until) holds the instant; of several the one
  // that was published last. key-unknown when there is none; else as CheckAdmitted.
  absl::StatusOr<KeyInfo> CurrentKey(std::string_view owner, crypto::KeyUse use,
                                     Instant instant) const;
  // Every key ever published, in the order of publication.
  std::vector<KeyInfo> KeysOf(std::string_view owner) const;
  // Record formats the owner reads, ascending; empty before its first key statement.
  std::vector<uint32_t> FormatVersionsOf(std::string_view owner) const;

  // ---- Policies and federation files

  // The file with the highest version among those whose instant has come; nullopt for none.
  // A policy, by jurisdiction:
  std::optional<FileInForce> PolicyInForce(std::string_view jurisdiction, Instant instant) const;
  // A federation file, by type:
  std::optional<FileInForce> FederationFile(std::string_view type, Instant instant) const;

  // As parsed, each text once. nullptr when none is in force, or it is not held or not usable.
  std::shared_ptr<const policy::Vocabulary> Vocabulary(Instant instant) const;
  // Read under the vocabulary in force; no other file is needed. Empty when none is in force;
  // nullptr when it, or the vocabulary, is not held or not usable.
  std::shared_ptr<const policy::Instruments> Instruments(Instant instant) const;
  // Any policy's text under the vocabulary in force; nullptr when it is none.
  std::shared_ptr<const policy::Policy> ParsedPolicy(std::string_view text, Instant instant) const;

  // Hands in a text by which some statement's digest can be honoured. Whoever gave it is not
  // trusted: it counts under its own digest only. Any order, also before the statement.
  void SetText(std::string_view text);
  // nullptr when it is not held.
  std::shared_ptr<const std::string> FindText(const Digest& digest) const;
  bool HasText(const Digest& digest) const { return FindText(digest) != nullptr; }
  // The files that a decision at `instant` or later may need: in force or to come in force, and of
  // a policy that is in force before its own dates begin, the versions below it down to one whose
  // dates have begun. What lies below a text that is not held is not known yet, and not named.
  std::vector<NeededFile> NeededFiles(Instant instant) const;
  // Those that are not held. A node is given other jurisdictions' policies only when these are
  // public: that one stays missing is no fault.
  std::vector<MissingText> MissingTexts(Instant instant) const;
  // Lets go of every text that NeededFiles(instant) does not name.
  void ForgetTexts(Instant instant);
  // That `text` is what the statement of a policy or federation file says it is: digest, name and
  // version fit, and it parses under the vocabulary in force. The broker asks before it logs.
  absl::Status CheckText(v1::EntryKind kind, std::string_view body, std::string_view text,
                         Instant instant) const;

  // What decide() needs at an instant, with this snapshot's number and hash: agencies, groups,
  // instruments and policies in force then, of the texts held. A jurisdiction whose policy in force
  // is not held, or not usable, has none in it; PolicyStanding tells the cases apart.
  // FAILED_PRECONDITION: no vocabulary is in force, or a federation file in force is not held or
  // not usable. Cached: a repeated call costs a lock and a comparison until something changes.
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> PolicySnapshot(Instant instant) const;
  // The earliest instant from which on, to this one, a decision under this state would have been
  // the same for the same labels: no policy, file, membership or admission began or ended since.
  // The end of time when nothing can be decided.
  Instant UnchangedSince(Instant instant) const;
  // The agencies in it, at whatever instant.
  absl::StatusOr<std::vector<policy::Agency>> PolicyAgencies() const;
  enum class Standing : uint8_t {
    kNone,         // nothing was ever put in force
    kTextNotHeld,  // in force, but this reader was not given the text, or that of one below it
                   // which still counts
    kUnusable,     // the text is held, and is not a policy under the vocabulary in force
    kHeld,
  };
  Standing PolicyStanding(std::string_view jurisdiction, Instant instant) const;

 private:
  std::shared_ptr<const State> state_;
};

}  // namespace entente::ledger

#include "node/federation.h"

#include <algorithm>
#include <utility>

#include "core/audit/fork_proof.h"
#include "core/audit/merkle.h"
#include "core/audit/note.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/entry.h"
#include "core/record/calendar_type.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kStateKey = "state";
constexpr std::string_view kForkTrusted = "fork-trusted";
constexpr std::string_view kForkRefused = "fork-refused";
constexpr std::string_view kForkText = "fork-text";
constexpr std::string_view kHeard = "h";
constexpr std::string_view kBrokerFormat = "broker-format";
constexpr uint32_t kEntriesAtOnce = 1000;
constexpr size_t kRemembered = 32;

std::string EntryKey(uint64_t index) { return "e" + U64Key(index); }

absl::Status ForkStatus() {
  return Refuse(Reason::kFork,
                "the broker showed two logs that contradict each other; exchange has stopped, and "
                "both signed checkpoints are kept");
}

absl::StatusOr<std::optional<ledger::ForkEvidence>> LoadFork(const store::Store& store) {
  absl::StatusOr<std::optional<std::string>> trusted = store.Get(kFollowed, kForkTrusted);
  if (!trusted.ok()) return trusted.status();
  absl::StatusOr<std::optional<std::string>> refused = store.Get(kFollowed, kForkRefused);
  if (!refused.ok()) return refused.status();
  if (!*refused) return std::nullopt;
  absl::StatusOr<std::optional<std::string>> text = store.Get(kFollowed, kForkText);
  if (!text.ok()) return text.status();
  return ledger::ForkEvidence{trusted->value_or(""), **refused, text->value_or("")};
}

}  // namespace

absl::StatusOr<Federation> Federation::Open(ledger::Genesis genesis, const store::Store& store) {
  absl::StatusOr<std::optional<std::string>> saved = store.Get(kFollowed, kStateKey);
  if (!saved.ok()) return saved.status();
  std::vector<ledger::OpenEntry> entries;
  std::vector<Place> open;
  absl::Status status =
      ForEachBytes(store, kFollowed, "e", [&](std::string_view key, std::string_view value) {
        absl::StatusOr<ledger::Entry> entry = ledger::ReadEntry(value);
        if (!entry.ok()) return absl::DataLossError("a followed entry in the store is damaged");
        open.push_back({U64FromKey(key.substr(1)), entry->instant});
        entries.push_back({open.back().index, std::string(value)});
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  absl::StatusOr<ledger::Follower> follower =
      *saved ? ledger::Follower::Restore(genesis, **saved, entries)
             : ledger::Follower::Create(genesis);
  if (!follower.ok()) return follower.status();
  Federation federation(std::move(genesis), store, *std::move(follower));
  federation.open_ = std::move(open);
  absl::StatusOr<std::optional<ledger::ForkEvidence>> fork = LoadFork(store);
  if (!fork.ok()) return fork.status();
  federation.fork_ = *std::move(fork);
  if (status = federation.LoadTexts(); !status.ok()) return status;
  if (status = federation.LoadHeard(); !status.ok()) return status;
  absl::StatusOr<std::optional<std::string>> format = store.Get(kFollowed, kBrokerFormat);
  if (!format.ok()) return format.status();
  if (*format) federation.broker_format_ = static_cast<uint32_t>(U64FromKey(**format));
  auto mirror = Mirror::Open(store);
  if (!mirror.ok()) return mirror.status();
  federation.mirror_ = *std::move(mirror);
  const ledger::Follower& known = federation.follower_;
  const bool differs =
      federation.mirror_->size() == known.size() && federation.mirror_->root() != known.root();
  if (differs || federation.mirror_->size() > known.size()) federation.mirror_->Clear();
  federation.follower_.SetOlderRoots(
      [own = federation.mirror_.get()](uint64_t size) { return own->RootAt(size); });
  return federation;
}

absl::Status Federation::LoadTexts() {
  return ForEachBytes(*store_, kTexts, "", [&](std::string_view key, std::string_view value) {
    follower_.SetText(value);
    texts_[*FixedBytes<32>(key)] = std::string(value);
    return absl::OkStatus();
  });
}

// While an open entry does not act it is asked from there: the broker sees which of two quorums
// must have cosigned what it shows. A node that followed the log before it kept a copy of the
// hashes reads it once more, when it has nothing else to read.
v1::GetEntriesRequest Federation::NextEntries() const {
  v1::GetEntriesRequest request;
  uint64_t from = follower_.next_index();
  if (!behind()) from = std::min(from, follower_.judged_below());
  if (!behind() && from >= follower_.size()) from = std::min(from, mirror_->size());
  request.set_from(from);
  request.set_limit(kEntriesAtOnce);
  return request;
}

absl::StatusOr<ledger::Taken> Federation::Take(std::string_view note, uint64_t at_least) {
  if (fork_) return ForkStatus();
  const uint64_t size_before = follower_.size();
  const uint64_t time_before = follower_.witnessed().time;
  absl::StatusOr<ledger::Taken> taken = follower_.Take(note, at_least);
  if (!taken.ok()) {
    if (follower_.fork()) {
      fork_ = follower_.fork();
      unsaved_ = true;
      return ForkStatus();
    }
    return taken.status();
  }
  if (mirror_->size() == size_before) mirror_->Append(taken->leaves);
  target_ = std::max(target_, taken->checkpoint.size);
  if (follower_.size() != size_before || follower_.witnessed().time != time_before) unsaved_ = true;
  for (const ledger::OpenEntryApplied& applied : taken->applied) Remember(applied);
  return taken;
}

void Federation::Remember(const ledger::OpenEntryApplied& applied) {
  const absl::StatusOr<ledger::Entry> entry = ledger::ReadEntry(applied.open.entry);
  open_.push_back({applied.open.index, entry.ok() ? entry->instant : Instant{}});
  unsaved_open_.push_back(applied);
}

absl::StatusOr<std::vector<ledger::OpenEntryApplied>> Federation::OnEntries(
    const v1::GetEntriesRequest& request, const v1::GetEntriesResponse& response, Instant now) {
  if (fork_) return ForkStatus();
  const uint64_t at_least = std::min(request.from(), follower_.size());
  const std::vector<std::string> entries(response.entries().begin(), response.entries().end());
  if (absl::Status status = follower_.AddEntries(request.from(), entries); !status.ok()) {
    return status;
  }
  Backfill(request, entries);
  absl::StatusOr<ledger::Taken> taken = Take(response.checkpoint(), at_least);
  if (!taken.ok()) return taken.status();
  if (taken->seen == ledger::Seen::kCovered) seen_ = now;
  std::vector<ledger::OpenEntryApplied> applied = std::move(taken->applied);
  if (absl::Status status = TakeWitnessed(response.witnessed(), applied); !status.ok()) {
    return status;
  }
  NoteUnwitnessed(now);
  if (response.newest_format() > broker_format_) {
    broker_format_ = response.newest_format();
    unsaved_ = true;
  }
  if (absl::Status status = Compare(now); !status.ok()) return status;
  return applied;
}

void Federation::Backfill(const v1::GetEntriesRequest& request,
                          std::span<const std::string> entries) {
  if (request.from() != mirror_->size() || mirror_->size() >= follower_.size()) return;
  const uint64_t missing = follower_.size() - mirror_->size();
  std::vector<Digest> leaves;
  for (const std::string& entry : entries.first(std::min<uint64_t>(missing, entries.size()))) {
    leaves.push_back(audit::LeafHash(entry));
  }
  mirror_->Append(leaves);
  unsaved_ = true;
  // Other entries than were followed: what they were is asked again.
  if (mirror_->size() == follower_.size() && mirror_->root() != follower_.root()) mirror_->Clear();
}

absl::Status Federation::Hear(const std::string& origin, std::string_view note) {
  const uint64_t target = target_;
  absl::StatusOr<ledger::Taken> taken = Take(note, 0);
  target_ = target;
  if (!taken.ok()) return taken.status();
  std::ranges::move(taken->applied, std::back_inserter(applied_));
  if (taken->seen != ledger::Seen::kNeedsEntries) return absl::OkStatus();
  Heard& heard = heard_[origin];
  if (taken->checkpoint.size <= heard.size) return absl::OkStatus();
  heard.note = note;
  heard.size = taken->checkpoint.size;
  unsaved_heard_.insert(origin);
  unsaved_ = true;
  return absl::OkStatus();
}

// What others had seen before us, now that we have followed so far.
absl::Status Federation::Compare(Instant now) {
  for (auto one = heard_.begin(); one != heard_.end();) {
    Heard& heard = one->second;
    if (heard.size > follower_.size()) {
      if (heard.since.ms == 0) heard.since = now;
      ++one;
      continue;
    }
    if (absl::StatusOr<ledger::Taken> taken = Take(heard.note, 0); !taken.ok()) {
      return taken.status();
    }
    unsaved_heard_.insert(one->first);
    unsaved_ = true;
    one = heard_.erase(one);
  }
  return absl::OkStatus();
}

std::optional<Federation::Beyond> Federation::BeyondUs() const {
  std::optional<Beyond> found;
  for (const auto& [origin, heard] : heard_) {
    if (heard.since.ms == 0 || (found && heard.size <= found->size)) continue;
    found = Beyond{origin, heard.size, heard.since};
  }
  return found;
}

absl::Status Federation::LoadHeard() {
  return ForEachBytes(*store_, kFollowed, kHeard, [&](std::string_view key, std::string_view note) {
    const auto parsed = audit::ParseNote(note);
    if (!parsed.ok()) return absl::DataLossError("a checkpoint of another member is damaged");
    const auto checkpoint = audit::ParseCheckpointText(parsed->text);
    if (!checkpoint.ok()) return absl::DataLossError("a checkpoint of another member is damaged");
    heard_[std::string(key.substr(kHeard.size()))] = {std::string(note), checkpoint->size, {}};
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> Federation::ProveFork() const {
  if (!fork_) return absl::FailedPreconditionError("no two checkpoints contradict each other");
  const auto proof = audit::MakeForkProof(fork_->trusted, fork_->refused,
                                          [&](uint64_t) { return mirror_->Nodes(); });
  if (!proof.ok()) return proof.status();
  const auto facts = audit::JudgeFork(*proof, genesis_->checkpoint);
  if (!facts.ok() || !facts->forked()) {
    return absl::FailedPreconditionError(
        "both checkpoints are signed, and the hashes of the larger tree are not here: ask for an "
        "export of that log, and entente-audit prove-fork");
  }
  return audit::FormatForkProof(*proof);
}

// The newest with a quorum, of whatever size: one beyond the entries here comes again.
absl::Status Federation::TakeWitnessed(std::string_view note,
                                       std::vector<ledger::OpenEntryApplied>& applied) {
  if (note.empty()) return absl::OkStatus();
  const uint64_t target = target_;
  absl::StatusOr<ledger::Taken> taken = Take(note, 0);
  target_ = target;
  if (!taken.ok()) return taken.status();
  std::ranges::move(taken->applied, std::back_inserter(applied));
  return absl::OkStatus();
}

bool Federation::BrokerReads(uint32_t format_version) const {
  return registry().Quorum() != nullptr || format_version <= broker_format_;
}

void Federation::NoteUnwitnessed(Instant now) {
  if (follower_.acted() < unwitnessed_below_) return;
  unwitnessed_below_ = follower_.size();
  unwitnessed_since_ = now;
}

std::optional<Instant> Federation::UnwitnessedSince() const {
  if (follower_.acted() >= follower_.size()) return std::nullopt;
  return unwitnessed_since_;
}

std::string Federation::QuorumWords() const {
  const auto quorum = registry().Quorum();
  if (!quorum) return std::string(ledger::kQuorumNone);
  const auto [needed, all] = quorum->votes();
  return Text(needed, " of ", all);
}

Instant Federation::witnessed() const {
  if (!registry().Quorum()) return {};
  return {static_cast<int64_t>(follower_.witnessed().time) * limits::kSecondMs};
}

absl::StatusOr<std::optional<audit::Checkpoint>> Federation::Cover(std::string_view note,
                                                                   Instant now) {
  absl::StatusOr<ledger::Taken> taken = Take(note, 0);
  if (!taken.ok()) return taken.status();
  std::ranges::move(taken->applied, std::back_inserter(applied_));
  switch (taken->seen) {
    case ledger::Seen::kNeedsEntries:
      return std::nullopt;
    case ledger::Seen::kNeedsProof:
      return Refuse(Reason::kProofBad, "the checkpoint of the response is long out of date");
    case ledger::Seen::kCovered:
      if (taken->checkpoint.size == follower_.size()) seen_ = now;
      if (taken->checkpoint.size > follower_.judged_below()) return std::nullopt;
      return taken->checkpoint;
  }
  return absl::InternalError("unknown answer of the follower");
}

absl::StatusOr<bool> Federation::Follows(std::string_view note) {
  absl::StatusOr<ledger::Taken> taken = Take(note, 0);
  if (!taken.ok()) return taken.status();
  std::ranges::move(taken->applied, std::back_inserter(applied_));
  return taken->seen == ledger::Seen::kCovered;
}

std::vector<ledger::OpenEntryApplied> Federation::TakeApplied() {
  return std::exchange(applied_, {});
}

absl::Status Federation::CheckFork() const { return fork_ ? ForkStatus() : absl::OkStatus(); }

absl::Status Federation::CheckFresh(Instant now) const {
  if (fork_) return ForkStatus();
  const bool none = registry().Quorum() == nullptr;
  const Instant known = none ? seen_ : witnessed();
  if (known.ms != 0 && now - known <= limits::kQuorumFreshnessMs &&
      known - now <= limits::kClockToleranceMs) {
    return absl::OkStatus();
  }
  if (!none) {
    return RefuseAdvising(Reason::kBelowQuorum, "",
                          "too few witnesses have cosigned the log in the last 15 minutes, so keys "
                          "and policies may have changed",
                          "wait until they do; nothing is lost");
  }
  return RefuseAdvising(Reason::kBelowQuorum, "",
                        "the log has not been seen for 15 minutes, so keys and policies may have "
                        "changed",
                        "wait until the broker can be reached again; nothing is lost");
}

std::vector<Digest> Federation::MissingTexts(Instant now) const {
  std::vector<Digest> missing;
  const auto add = [&](const Digest& digest) {
    const auto refused = refused_texts_.find(digest);
    if (refused != refused_texts_.end() && now - refused->second < limits::kHourMs) return;
    if (std::ranges::find(missing, digest) == missing.end()) missing.push_back(digest);
  };
  for (const ledger::MissingText& text : registry().MissingTexts(now)) add(text.file.digest);
  for (const auto& [digest, awaited] : awaited_) {
    if (awaited.Stands(now)) add(digest);
  }
  return missing;
}

bool Federation::LacksTexts(const ledger::Registry& registry, std::string_view jurisdiction,
                            Instant instant, Instant now) {
  bool lacks = false;
  for (const ledger::MissingText& text : registry.MissingTexts(instant)) {
    const bool policy = text.kind == v1::ENTRY_KIND_POLICY;
    if (policy && text.name != jurisdiction) continue;
    // Nothing is decided by a calendar.
    if (!policy && !record::CalendarOf(text.name).empty()) continue;
    if (text.file.in_force > instant) continue;
    AwaitedText& awaited =
        awaited_.try_emplace(text.file.digest, AwaitedText{text, now, now}).first->second;
    if (!awaited.Stands(now)) awaited.since = now;
    awaited.last = now;
    lacks = true;
  }
  return lacks;
}

absl::Status Federation::OnText(const Digest& digest, std::string_view text) {
  if (crypto::Sha256(text) != digest) {
    return Refuse(Reason::kProofBad, "the broker gave another text than the log names");
  }
  follower_.SetText(text);
  texts_[digest] = std::string(text);
  awaited_.erase(digest);
  unsaved_texts_.push_back(digest);
  return absl::OkStatus();
}

absl::StatusOr<ledger::Registry> Federation::RegistryAt(uint64_t number) {
  if (number > registry().snapshot_number()) {
    return Refuse(Reason::kSnapshotBehind, "the decision names a state that is not in the log yet");
  }
  if (number == registry().snapshot_number()) return registry();
  auto found = std::ranges::find(recent_, number, &Remembered::number);
  if (found == recent_.end()) {
    absl::StatusOr<ledger::Registry> rebuilt = Rebuild(number);
    if (!rebuilt.ok()) return rebuilt.status();
    if (recent_.size() == kRemembered) recent_.pop_front();
    recent_.push_back({number, *std::move(rebuilt)});
    found = std::prev(recent_.end());
  }
  // A text may have come after the state was put together.
  for (const auto& [digest, text] : texts_) {
    if (!found->registry.HasText(digest)) found->registry.SetText(text);
  }
  return found->registry;
}

absl::StatusOr<ledger::Registry> Federation::Rebuild(uint64_t number) const {
  ledger::Registry registry(genesis_);
  const auto apply = [&](uint64_t index, std::string_view bytes) {
    if (registry.snapshot_number() == number) return absl::OkStatus();
    absl::StatusOr<ledger::Entry> entry = ledger::ReadEntry(bytes);
    if (!entry.ok()) return absl::DataLossError("a followed entry in the store is damaged");
    // An invalid statement counts and has no effect; the alarm was given when it was followed.
    (void)registry.Apply(index, audit::LeafHash(bytes), entry->kind, entry->instant, entry->body);
    return absl::OkStatus();
  };
  absl::Status status =
      ForEachBytes(*store_, kFollowed, "e", [&](std::string_view key, std::string_view value) {
        return apply(U64FromKey(key.substr(1)), value);
      });
  for (const ledger::OpenEntryApplied& unsaved : unsaved_open_) {
    if (status.ok()) status = apply(unsaved.open.index, unsaved.open.entry);
  }
  if (!status.ok()) return status;
  return registry;
}

uint64_t Federation::SnapshotsBelow(uint64_t log_index) const {
  const auto end = std::ranges::lower_bound(open_, log_index, {}, &Place::index);
  return static_cast<uint64_t>(end - open_.begin());
}

uint64_t Federation::LeastSnapshot(uint64_t log_index, Instant instant) const {
  const auto end = open_.begin() + static_cast<int64_t>(SnapshotsBelow(log_index));
  const Instant before = instant - limits::kQuorumFreshnessMs;
  // Instants never decrease along the log.
  return static_cast<uint64_t>(
      std::upper_bound(open_.begin(), end, before,
                       [](Instant t, const Place& e) { return t < e.instant; }) -
      open_.begin());
}

uint64_t Federation::LeastPolicy(Instant taken) const {
  const Instant before = taken - limits::kQuorumFreshnessMs;
  const auto end = std::ranges::upper_bound(open_, before, {}, &Place::instant);
  return registry().PolicyNumberAt(static_cast<uint64_t>(end - open_.begin()));
}

void Federation::AddChanges(store::WriteBatch& batch) const {
  for (const ledger::OpenEntryApplied& applied : unsaved_open_) {
    batch.Put(kFollowed, EntryKey(applied.open.index), applied.open.entry);
  }
  for (const Digest& digest : unsaved_texts_) {
    batch.Put(kTexts, AsText(digest), texts_.at(digest));
  }
  for (const std::string& origin : unsaved_heard_) {
    const std::string key = Text(kHeard, origin);
    const auto heard = heard_.find(origin);
    if (heard == heard_.end()) {
      batch.Delete(kFollowed, key);
    } else {
      batch.Put(kFollowed, key, heard->second.note);
    }
  }
  if (!unsaved_) return;
  mirror_->AddChanges(batch);
  batch.Put(kFollowed, kBrokerFormat, U64Key(broker_format_));
  batch.Put(kFollowed, kStateKey, follower_.Save());
  if (fork_) {
    batch.Put(kFollowed, kForkTrusted, fork_->trusted);
    batch.Put(kFollowed, kForkRefused, fork_->refused);
    batch.Put(kFollowed, kForkText, fork_->text);
  }
}

void Federation::OnKept() {
  unsaved_heard_.clear();
  mirror_->OnKept();
  unsaved_open_.clear();
  unsaved_texts_.clear();
  unsaved_ = false;
}

}  // namespace entente::node

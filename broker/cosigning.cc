#include "broker/cosigning.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "broker/families.h"
#include "broker/rows.h"
#include "core/audit/add_checkpoint.h"
#include "core/base/refusal.h"

namespace entente::broker {
namespace {

absl::Status Ahead(std::string_view witness, uint64_t cosigned, uint64_t size) {
  return Refuse(Reason::kFork, absl::StrCat("the witness ", std::string(witness),
                                            " says that it cosigned this log at size ", cosigned,
                                            ", and the log has ", size, " entries"));
}

absl::Status Longer(uint64_t witnessed, uint64_t size) {
  return Refuse(
      Reason::kFork,
      absl::StrCat("witnesses cosigned this log at size ", witnessed, ", and it has ", size,
                   " entries, or others: restore the complete database from a copy "
                   "that has all that was signed"));
}

absl::StatusOr<audit::VerifierKey> Find(std::string_view witness, const View& view,
                                        std::span<const uint64_t> quorums) {
  for (const uint64_t number : quorums) {
    for (const audit::VerifierKey& key : view.quorums[number].policy->witnesses()) {
      if (key.Text() == witness) return key;
    }
  }
  return Refuse(Reason::kNotAuthorised, "this is the key of no witness of the quorum");
}

}  // namespace

// ---- what is kept

absl::StatusOr<std::unique_ptr<Cosigning>> Cosigning::Open(const Engine& engine,
                                                           store::Store& store) {
  std::unique_ptr<Cosigning> cosigning(new Cosigning(engine, store));
  if (absl::Status loaded = cosigning->Load(); !loaded.ok()) return loaded;
  return cosigning;
}

absl::Status Cosigning::Load() {
  MutexLock lock(&mutex_);
  const auto view = engine_.view();
  auto rows = store_.Iterate(kWitnessed, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    const auto number = ParseIndexKey(it.key());
    if (!number) return Damaged(kWitnessed);
    if (absl::Status status = Adopt(*number, it.value(), *view); !status.ok()) return status;
  }
  return it.status();
}

absl::Status Cosigning::Adopt(uint64_t number, std::string_view note, const View& view) {
  auto read = ReadWitnessed(note, view.registry.genesis()->checkpoint, view.quorums, number);
  if (!read.ok()) return read.status();
  const uint64_t size = engine_.LatestCheckpoint().head.size;
  if (read->head.size > size) return Longer(read->head.size, size);
  const auto root = engine_.RootAt(read->head.size);
  if (!root.ok()) return root.status();
  if (*root != read->head.root) return Longer(read->head.size, size);
  for (const auto& [witness, one] : read->by) {
    Seen& seen = seen_[witness];
    if (read->head.size >= seen.size) seen = {read->head.size, one.time};
  }
  notes_[number] = *std::move(read);
  return absl::OkStatus();
}

std::string Cosigning::Witnessed() const {
  MutexLock lock(&mutex_);
  return notes_.empty() ? "" : notes_.rbegin()->second.note;
}

std::string Cosigning::WitnessedFor(uint64_t from) const {
  MutexLock lock(&mutex_);
  const auto view = engine_.view();
  for (const auto& [number, note] : notes_) {
    if (number + 1 < view->quorums.size() && HandedOver(number, *view) && from < note.head.size) {
      return note.note;
    }
  }
  return notes_.empty() ? "" : notes_.rbegin()->second.note;
}

std::optional<Cosigning::Level> Cosigning::WitnessedLevel() const {
  MutexLock lock(&mutex_);
  const auto view = engine_.view();
  if (!notes_.empty()) {
    const WitnessedNote& newest = notes_.rbegin()->second;
    return Level{newest.head.size, newest.time};
  }
  if (!view->quorums.back().policy) return std::nullopt;
  return Level{};
}

// ---- rounds
//
// The view is taken under the lock: so it is never older than the one that a round was begun under.

uint64_t Cosigning::SizeOf(uint64_t number) const {
  const auto found = notes_.find(number);
  return found == notes_.end() ? 0 : found->second.head.size;
}

// Whether it has cosigned the statement that ended it.
bool Cosigning::HandedOver(uint64_t number, const View& view) const {
  return number + 1 < view.quorums.size() && SizeOf(number) > view.quorums[number + 1].index;
}

std::vector<uint64_t> Cosigning::Asked(const View& view) const {
  std::vector<uint64_t> asked;
  for (uint64_t number = 0; number < view.quorums.size(); ++number) {
    if (view.quorums[number].policy && !HandedOver(number, view)) asked.push_back(number);
  }
  return asked;
}

bool Cosigning::Over(uint64_t latest, Instant now) const {
  if (!round_) return true;
  const int64_t lasted = now - round_->begun;
  if (lasted < kRoundsApartMs) return false;
  if (round_->met || lasted >= kRenewMs) return true;
  return lasted >= kRoundMs && latest > round_->signed_.head.size;
}

bool Cosigning::Due(const std::vector<uint64_t>& asked, uint64_t latest, Instant now) const {
  if (asked.empty()) return false;
  for (const uint64_t number : asked) {
    if (SizeOf(number) < latest) return true;
  }
  return !renewed_ || now - *renewed_ >= kRenewMs;
}

void Cosigning::Turn(const View& view, Instant now) {
  auto latest = engine_.LatestCheckpoint();
  const uint64_t size = latest.head.size;
  if (!Over(size, now)) return;
  std::vector<uint64_t> asked = Asked(view);
  std::erase_if(asked, [&](uint64_t number) { return view.quorums[number].index >= size; });
  if (!Due(asked, size, now)) return;
  round_ = Round{std::move(latest), now, std::move(asked), {}, false};
}

bool Cosigning::IsFor(const audit::VerifierKey& witness, const View& view) const {
  return round_ && std::ranges::any_of(round_->quorums, [&](uint64_t number) {
           return std::ranges::count(view.quorums[number].policy->witnesses(), witness) > 0;
         });
}

absl::StatusOr<Cosigning::Request> Cosigning::Next(std::string_view witness, uint64_t cosigned_size,
                                                   Instant now) {
  MutexLock lock(&mutex_);
  const auto view = engine_.view();
  const auto key = Find(witness, *view, Asked(*view));
  if (!key.ok()) return key.status();
  const uint64_t latest = engine_.LatestCheckpoint().head.size;
  if (cosigned_size > latest) return Ahead(key->name(), cosigned_size, latest);
  Turn(*view, now);
  if (!IsFor(*key, *view) || round_->by.contains(witness)) return Request();
  const uint64_t size = round_->signed_.head.size;
  if (cosigned_size > size) return Request();
  audit::AddCheckpoint request{cosigned_size, {}, round_->signed_.note};
  if (cosigned_size > 0) {
    auto proof = engine_.Consistency(cosigned_size, size);
    if (!proof.ok()) return proof.status();
    request.proof = *std::move(proof);
  }
  return Request{size, audit::FormatAddCheckpoint(request)};
}

// ---- cosignatures

std::string Cosigning::RoundNote() const {
  std::string note = round_->signed_.note;
  for (const auto& [witness, one] : round_->by) note += one.line;
  return note;
}

absl::Status Cosigning::Add(const audit::VerifierKey& witness, const TimedLine& line,
                            const View& view, Instant now) {
  const uint64_t size = round_->signed_.head.size;
  Seen& seen = seen_[witness.Text()];
  // What is public can be sent again by anyone, and would make what is old look renewed.
  if (seen.size == size && line.time <= seen.time) return absl::OkStatus();
  if (round_->by.size() + 1 >= limits::kNoteSignatures ||
      RoundNote().size() + line.line.size() > kWitnessedBytes) {
    return absl::OkStatus();
  }
  seen = {size, line.time};
  round_->by[witness.Text()] = line;
  const std::string note = RoundNote();
  store::WriteBatch batch;
  round_->met = true;
  for (const uint64_t number : round_->quorums) {
    const auto since = MetSince(*view.quorums[number].policy, round_->by);
    if (!since) {
      round_->met = false;
      continue;
    }
    notes_[number] = {round_->signed_.head, *since, note, round_->by};
    batch.Put(kWitnessed, IndexKey(number), note);
    if (number + 1 == view.quorums.size()) renewed_ = now;
  }
  // Not synced: what a crash takes away is asked for again.
  return batch.count() == 0 ? absl::OkStatus() : store_.Write(batch, store::Sync::kNo);
}

absl::Status Cosigning::Cosign(std::string_view witness, uint64_t size, std::string_view signatures,
                               Instant now) {
  MutexLock lock(&mutex_);
  const auto view = engine_.view();
  std::vector<uint64_t> heard = Asked(*view);
  // Also who was asked before the rest of its quorum ended it.
  if (round_) heard.insert(heard.end(), round_->quorums.begin(), round_->quorums.end());
  const auto key = Find(witness, *view, heard);
  if (!key.ok()) return key.status();
  if (!IsFor(*key, *view) || size != round_->signed_.head.size) return absl::OkStatus();
  const auto up = audit::ParseNote(round_->signed_.note);
  if (!up.ok()) return up.status();
  const auto sent = audit::ParseNote(absl::StrCat(up->text, "\n", std::string(signatures)));
  if (!sent.ok()) return sent.status();
  if (sent->text != up->text) {
    return Refuse(Reason::kMalformed, "there is more than lines of signatures");
  }
  const auto verified = audit::VerifyNote(*sent, std::span(&*key, 1));
  if (!verified.ok()) return verified.status();
  return Add(*key, {verified->front().time, LineBy(*key, *sent)}, *view, now);
}

}  // namespace entente::broker

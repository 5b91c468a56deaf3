#include "core/audit/witness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/limits.h"

namespace entente::audit {
namespace {

constexpr char kNewKey[] =
    "A witness whose state was lost, damaged or put back from a copy must never sign with its key "
    "again: make a new key with --make-key, take an empty state folder, and give the new verifier "
    "key to all whose policy names the old one";

WitnessAnswer No(WitnessVerdict verdict, std::string text) {
  return {.verdict = verdict, .size = 0, .text = std::move(text), .remark = ""};
}

WitnessAnswer No(WitnessVerdict verdict, const absl::Status& why) {
  return No(verdict, std::string(why.message()));
}

WitnessAnswer Unavailable(const absl::Status& why) {
  WitnessAnswer answer = No(WitnessVerdict::kUnavailable,
                            "this witness cannot sign now; nothing has changed, try again later");
  answer.remark = std::string(why.message());
  return answer;
}

absl::Status Damaged(const std::string& place, const std::string& what) {
  return absl::FailedPreconditionError(
      absl::StrCat(place, ": ", what, ", so it cannot be known what was signed. ", kNewKey));
}

// Of each known key its first signature.
std::vector<NoteSignature> ByKnown(const Note& note, const std::vector<VerifierKey>& keys) {
  std::vector<NoteSignature> kept;
  for (const VerifierKey& key : keys) {
    auto found = std::ranges::find_if(note.signatures, [&](const NoteSignature& signature) {
      return signature.name == key.name() && signature.key_id == key.id();
    });
    if (found != note.signatures.end()) kept.push_back(*found);
  }
  return kept;
}

// Whether `next` continues `held`, by the proof; nullopt: it does.
std::optional<WitnessAnswer> Refused(const Checkpoint* held, const AddCheckpoint& sent,
                                     const Checkpoint& next) {
  const uint64_t size = held == nullptr ? 0 : held->size;
  if (sent.old_size != size) {
    WitnessAnswer answer = No(WitnessVerdict::kOtherSize, "another size is held");
    answer.size = size;
    return answer;
  }
  if (held != nullptr && next.size == size && next.root != held->root) {
    WitnessAnswer answer = No(WitnessVerdict::kOtherRoot, "another root is held for this size");
    answer.size = size;
    return answer;
  }
  if (size == 0) {
    if (sent.proof.empty()) return std::nullopt;
    return No(WitnessVerdict::kProofBad, "a proof from size 0 is empty");
  }
  const absl::Status continues =
      VerifyConsistency(size, next.size, sent.proof, held->root, next.root);
  if (continues.ok()) return std::nullopt;
  return No(WitnessVerdict::kProofBad, continues);
}

}  // namespace

HttpAnswer ToHttp(const WitnessAnswer& answer) {
  constexpr std::string_view kText = "text/plain; charset=utf-8";
  const auto sentence = [&](int status) {
    return HttpAnswer{status, kText, absl::StrCat(answer.text, "\n")};
  };
  switch (answer.verdict) {
    case WitnessVerdict::kCosigned:
      return {200, kText, answer.text};
    case WitnessVerdict::kMalformed:
      return sentence(400);
    case WitnessVerdict::kNotSigned:
      return sentence(403);
    case WitnessVerdict::kUnknownLog:
      return sentence(404);
    case WitnessVerdict::kOtherSize:
    case WitnessVerdict::kOtherRoot:
      return {409, "text/x.tlog.size", absl::StrCat(answer.size, "\n")};
    case WitnessVerdict::kProofBad:
      return sentence(422);
    case WitnessVerdict::kUnavailable:
      break;
  }
  return sentence(503);
}

Witness::Witness(VerifierKey verifier, crypto::SigningKey key, WitnessMemory& memory, Clock& clock)
    : verifier_(std::move(verifier)), key_(std::move(key)), memory_(memory), clock_(clock) {}

absl::StatusOr<std::unique_ptr<Witness>> Witness::Open(std::string_view name,
                                                       crypto::SigningKey key,
                                                       const std::vector<VerifierKey>& logs,
                                                       WitnessMemory& memory, Clock& clock) {
  auto verifier = VerifierKey::Create(name, NoteKeyType::kCosignatureV1, key.public_key());
  if (!verifier.ok()) return verifier.status();
  std::unique_ptr<Witness> witness(
      new Witness(*std::move(verifier), std::move(key), memory, clock));
  for (const VerifierKey& log : logs) {
    if (absl::Status added = witness->AddKey(log); !added.ok()) return added;
  }
  if (absl::Status loaded = witness->LoadAll(); !loaded.ok()) return loaded;
  return witness;
}

absl::Status Witness::AddKey(const VerifierKey& key) {
  if (key.type() != NoteKeyType::kEd25519) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key of ", key.name(), " is a witness's (type 4); a log's is of type 1"));
  }
  std::vector<VerifierKey>& keys = logs_[key.name()].keys;
  if (std::ranges::find(keys, key) != keys.end()) {
    return absl::InvalidArgumentError(absl::StrCat("the key ", key.Text(), " is given twice"));
  }
  if (keys.size() == limits::kKeysAtOnce) {
    return absl::InvalidArgumentError(
        absl::StrCat(key.name(), " has more than ", limits::kKeysAtOnce, " keys"));
  }
  keys.push_back(key);
  return absl::OkStatus();
}

absl::Status Witness::LoadAll() {
  for (auto& [origin, log] : logs_) {
    auto note = memory_.Load(origin);
    if (!note.ok()) return note.status();
    if (!*note) continue;
    auto held = ReadHeld(origin, **note);
    if (!held.ok()) return held.status();
    MutexLock lock(&log.mutex);
    log.held = *std::move(held);
  }
  return absl::OkStatus();
}

// The log's own signatures are not asked for again: its keys may have been replaced since.
absl::StatusOr<Witness::Held> Witness::ReadHeld(const std::string& origin,
                                                const std::string& bytes) const {
  const std::string place = memory_.Place(origin);
  auto note = ParseNote(bytes);
  if (!note.ok()) return Damaged(place, std::string(note.status().message()));
  auto by_us = VerifyNote(*note, {&verifier_, 1});
  if (!by_us.ok()) {
    return Damaged(place, absl::StrCat("it is altered, or another key than ", verifier_.Text(),
                                       " has signed it"));
  }
  auto checkpoint = ParseCheckpointText(note->text);
  if (!checkpoint.ok()) return Damaged(place, std::string(checkpoint.status().message()));
  if (checkpoint->origin != origin) return Damaged(place, "it is of another log");
  return Held{*std::move(checkpoint), bytes, note->text, by_us->front().time,
              ByKnown(*note, {verifier_}).front()};
}

WitnessAnswer Witness::Add(std::string_view body) {
  Request request;
  auto sent = ParseAddCheckpoint(body);
  if (!sent.ok()) return No(WitnessVerdict::kMalformed, sent.status());
  auto note = ParseNote(sent->note);
  if (!note.ok()) return No(WitnessVerdict::kMalformed, note.status());
  auto checkpoint = ParseCheckpointText(note->text);
  if (!checkpoint.ok()) return No(WitnessVerdict::kMalformed, checkpoint.status());
  auto log = logs_.find(checkpoint->origin);
  if (log == logs_.end()) {
    return No(WitnessVerdict::kUnknownLog, "the checkpoint is of a log that is not known here");
  }
  if (auto by_log = VerifyNote(*note, log->second.keys); !by_log.ok()) {
    return No(WitnessVerdict::kNotSigned, by_log.status());
  }
  if (sent->old_size > checkpoint->size) {
    return No(WitnessVerdict::kMalformed, "the old size is above the checkpoint's");
  }
  note->signatures = ByKnown(*note, log->second.keys);
  return Advance(log->second, {*std::move(sent), *std::move(note), *std::move(checkpoint)});
}

uint64_t Witness::CosignedSize(std::string_view origin) {
  const auto log = logs_.find(origin);
  if (log == logs_.end()) return 0;
  MutexLock lock(&log->second.mutex);
  return log->second.held ? log->second.held->checkpoint.size : 0;
}

// From the check to the saved note in one step: two that both continue what is held would else both
// be signed, or the smaller one saved last.
WitnessAnswer Witness::Advance(Log& log, const Request& request) {
  MutexLock lock(&log.mutex);
  const Checkpoint* held = log.held ? &log.held->checkpoint : nullptr;
  if (auto refused = Refused(held, request.sent, request.checkpoint)) {
    if (refused->verdict == WitnessVerdict::kOtherRoot) {
      auto other = FormatNote(request.note);
      refused->remark = absl::StrCat("the log has signed two roots for one size. Keep both:\n",
                                     log.held->note, "\n", other.ok() ? *other : "");
    }
    return *std::move(refused);
  }
  auto time = TimeAfter(log.held);
  if (!time.ok()) return Unavailable(time.status());
  // Whoever repeats what is public makes the disk write once a second at most.
  if (log.held && log.held->time == *time && log.held->text == request.note.text) {
    return Cosigned(*log.held);
  }
  auto next = Cosign(request, *time);
  if (!next.ok()) return Unavailable(next.status());
  const absl::Status saved = memory_.Save(request.checkpoint.origin, next->note);
  if (!saved.ok()) return Unavailable(saved);
  log.held = *std::move(next);
  return Cosigned(*log.held);
}

WitnessAnswer Witness::Cosigned(const Held& held) {
  return {.verdict = WitnessVerdict::kCosigned,
          .size = 0,
          .text = SignatureLine(held.cosignature),
          .remark = absl::StrCat(held.checkpoint.origin, " at size ", held.checkpoint.size)};
}

// Never before the last one. A clock that was put right by a little is waited for with the last
// time; by more, either then or now it was wrong, and a time in the future must not be signed
// again.
absl::StatusOr<uint64_t> Witness::TimeAfter(const std::optional<Held>& held) {
  const int64_t now_ms = clock_.Now().ms;
  if (now_ms < limits::kSecondMs) return absl::UnavailableError("the clock is not set");
  const auto now = static_cast<uint64_t>(now_ms / limits::kSecondMs);
  if (!held || held->time <= now) return now;
  if (held->time - now <= static_cast<uint64_t>(limits::kClockToleranceMs / limits::kSecondMs)) {
    return held->time;
  }
  return absl::UnavailableError(
      absl::StrCat("the last cosignature for ", held->checkpoint.origin, " is of ", held->time,
                   ", the clock says ", now,
                   " (Unix seconds): set the clock; if it is "
                   "right, it was wrong then, and no cosignature is made until that time"));
}

absl::StatusOr<Witness::Held> Witness::Cosign(const Request& request, uint64_t time) const {
  NoteSignature cosignature = CosignNote(request.note.text, verifier_.name(), time, key_);
  Note note = request.note;
  note.signatures.push_back(cosignature);
  auto bytes = FormatNote(note);
  if (!bytes.ok()) return bytes.status();
  return Held{request.checkpoint, *std::move(bytes), note.text, time, std::move(cosignature)};
}

}  // namespace entente::audit

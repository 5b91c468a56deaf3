#include "tests/federation/file_link.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/attachment.h"

namespace entente::testing {
namespace {

constexpr size_t kWindow = 3;
constexpr int64_t kPauseMs = 5 * limits::kSecondMs;
constexpr int64_t kLongestPauseMs = limits::kHourMs;
constexpr int64_t kSendingMs = 500;

Digest RootOf(std::string_view sealed) {
  record::ChunksRoot root;
  root.Update(sealed);
  return root.Finish();
}

}  // namespace

FileLink::FileLink(Scene& scene, BrokerHost& broker, NodeHost& node, const NetworkFaults& faults,
                   std::function<void()> on_change)
    : scene_(scene),
      broker_(broker),
      node_(node),
      faults_(faults),
      on_change_(std::move(on_change)) {}

void FileLink::Wake() {
  if (!node_.up() || !broker_.up() || scene_.timeline.now() < not_before_) return;
  if (!up_.file) StartUpload();
  if (node_.up() && !down_.file) StartFetch();
}

void FileLink::WakeIn(int64_t ms) {
  scene_.timeline.After(ms, [this] { Wake(); });
}

void FileLink::Cut(int64_t for_ms) {
  not_before_ = scene_.timeline.now() + for_ms;
  OnCrash();
  WakeIn(for_ms);
}

void FileLink::OnCrash() {
  for (Way* way : {&up_, &down_}) {
    way->file.reset();
    ++way->stream;
  }
}

std::string FileLink::OnItsWay() {
  const auto up = node_.engine().NextUpload();
  const auto down = node_.engine().NextFetch();
  if (up.ok() && *up) return (*up)->file;
  return down.ok() && *down ? (*down)->file : "";
}

void FileLink::Sweep() {
  const auto names = node_.engine().FilesInUse();
  if (node_.Took(names.status(), "files")) node_.files.Sweep(*names);
}

std::set<std::string> FileLink::Resting(const Way& way) const {
  std::set<std::string> names;
  for (const auto& [name, pause] : way.pauses) {
    if (scene_.timeline.now() < pause.until) names.insert(name);
  }
  return names;
}

void FileLink::LetRest(Way& way, const std::string& name) {
  Pause& pause = way.pauses[name];
  pause.length_ms = std::min(std::max(pause.length_ms * 2, kPauseMs), kLongestPauseMs);
  pause.until = scene_.timeline.now() + pause.length_ms;
  WakeIn(pause.length_ms);
}

void FileLink::Begin(Way& way, const node::FileToMove& file) {
  way.file = file;
  ++way.stream;
  way.at = 0;
  way.unanswered = 0;
}

node::FileToMove FileLink::End(Way& way) {
  ++way.stream;
  return *std::exchange(way.file, std::nullopt);
}

int64_t FileLink::Delay(Instant& last) {
  const Instant now = scene_.timeline.now();
  last = std::max(now + scene_.Between(1, faults_.delay_ms), last + 1);
  return last - now;
}

void FileLink::ToBroker(Way& way, std::function<void()> arrive) {
  const bool lost = scene_.Chance(faults_.cut);
  scene_.timeline.After(Delay(way.last_to_broker),
                        [this, &way, stream = way.stream, lost, arrive = std::move(arrive)] {
                          if (stream != way.stream) return;
                          if (lost || !broker_.up()) return Cut(scene_.Between(100, kPauseMs));
                          arrive();
                        });
}

void FileLink::ToNode(Way& way, uint64_t stream, std::function<void()> arrive) {
  const bool lost = scene_.Chance(faults_.cut);
  scene_.timeline.After(Delay(way.last_to_node),
                        [this, &way, stream, lost, arrive = std::move(arrive)] {
                          if (stream != way.stream || !node_.up()) return;
                          if (lost) return Cut(scene_.Between(100, kPauseMs));
                          arrive();
                        });
}

bool FileLink::IsWanted(const Way& way,
                        const absl::StatusOr<std::optional<node::FileToMove>>& next) const {
  return next.ok() && *next && (*next)->file == way.file->file;
}

// ---- up

void FileLink::StartUpload() {
  const auto next = node_.engine().NextUpload(Resting(up_));
  if (!node_.Took(next.status(), "upload") || !*next) return;
  Begin(up_, **next);
  if (node_.files.Whole(up_.file->file) == nullptr) {
    return EndUpload(absl::FailedPreconditionError("the file is not there"));
  }
  ToBroker(up_, [this, stream = up_.stream, shape = up_.file->shape] {
    auto place = broker_.BeginUpload(node_.agency(), shape);
    ToNode(up_, stream, [this, place = std::move(place)] {
      if (place.ok()) {
        up_.at = place->stored;
        if (place->stored > 0 && !place->complete) {
          scene_.trace.Add(node_.agency(), "uploads on from " + std::to_string(place->stored));
        }
        turn_ = place->turn;
      }
      OnPlace(place);
    });
  });
}

void FileLink::OnPlace(const absl::StatusOr<BrokerFiles::Place>& place) {
  if (!place.ok()) return EndUpload(place.status());
  if (place->complete) return EndUpload(absl::OkStatus());
  SendPieces();
}

void FileLink::SendPieces() {
  if (!IsWanted(up_, node_.engine().NextUpload(Resting(up_)))) {
    return EndUpload(absl::AbortedError("not to be uploaded now"));
  }
  if (node_.engine().IsSending() && up_.unanswered == 0) {
    return scene_.timeline.After(kSendingMs, [this, stream = up_.stream] {
      if (stream == up_.stream && node_.up()) SendPieces();
    });
  }
  const std::string* const whole = node_.files.Whole(up_.file->file);
  while (up_.at < whole->size() && up_.unanswered < kWindow) {
    std::string piece = whole->substr(up_.at, limits::kPieceBytes);
    up_.at += piece.size();
    ++up_.unanswered;
    ToBroker(up_, [this, stream = up_.stream, turn = turn_, shape = up_.file->shape,
                   piece = std::move(piece)] {
      auto place = broker_.AppendUpload(node_.agency(), shape, turn, piece);
      ToNode(up_, stream, [this, place = std::move(place)] {
        --up_.unanswered;
        OnPlace(place);
      });
    });
  }
}

void FileLink::EndUpload(const absl::Status& status) {
  const node::FileToMove file = End(up_);
  absl::Status ended = status;
  if (ended.ok()) {
    ended = node_.engine().OnUploaded(file);
    if (absl::IsInternal(ended)) return (void)node_.Took(ended, "uploaded");
    if (ended.ok()) up_.pauses.erase(file.file);
    on_change_();
  }
  if (ended.ok() || absl::IsAborted(ended)) return WakeIn(100);
  scene_.trace.Add(node_.agency(), "upload: " + ended.ToString());
  node_.engine().OnUploadFailed(file, ended, node_.Now());
  LetRest(up_, file.file);
  WakeIn(100);
}

// ---- down

void FileLink::StartFetch() {
  const auto next = node_.engine().NextFetch(Resting(down_));
  if (!node_.Took(next.status(), "fetch") || !*next) return;
  Begin(down_, **next);
  const std::string& part = node_.files.Part(down_.file->file);
  if (part.size() > down_.file->shape.size) {
    return EndFetch(Refuse(Reason::kProofBad, "it is longer than it is"));
  }
  resumed_ = !part.empty();
  if (resumed_) scene_.trace.Add(node_.agency(), "fetches on from " + std::to_string(part.size()));
  if (absl::Status room = node_.files.CheckRoom(); !room.ok()) return EndFetch(room);
  down_.at = part.size();
  if (down_.at == down_.file->shape.size) return FinishFetch();
  AskPieces();
}

void FileLink::AskPieces() {
  while (down_.at < down_.file->shape.size && down_.unanswered < kWindow) {
    const uint64_t want =
        std::min<uint64_t>(limits::kPieceBytes, down_.file->shape.size - down_.at);
    ToBroker(down_, [this, stream = down_.stream, file = *down_.file, from = down_.at, want] {
      auto piece = broker_.Fetch(node_.agency(), file.record_hash, file.section_id, from, want);
      ToNode(down_, stream, [this, piece = std::move(piece)] { TakePiece(piece); });
    });
    down_.at += want;
    ++down_.unanswered;
  }
}

void FileLink::TakePiece(const absl::StatusOr<std::string>& piece) {
  --down_.unanswered;
  if (!piece.ok()) return EndFetch(piece.status());
  if (!IsWanted(down_, node_.engine().NextFetch(Resting(down_)))) {
    return EndFetch(absl::AbortedError("not to be fetched now"));
  }
  const absl::Status appended = node_.files.Append(down_.file->file, *piece);
  if (!appended.ok()) return EndFetch(appended);
  if (node_.files.Part(down_.file->file).size() == down_.file->shape.size) return FinishFetch();
  AskPieces();
}

void FileLink::FinishFetch() {
  const node::FileToMove& file = *down_.file;
  const std::string& part = node_.files.Part(file.file);
  if (RootOf(part) != file.shape.root) {
    if (!resumed_) return EndFetch(Refuse(Reason::kProofBad, "another file than was signed"));
    node_.files.Drop(file.file);
    return EndFetch(absl::UnavailableError("what was here of it is damaged"));
  }
  absl::Status status = CheckWhole(file, part);
  if (status.ok()) status = node_.files.Finish(file.file);
  EndFetch(status);
}

absl::Status FileLink::CheckWhole(const node::FileToMove& file, const std::string& sealed) {
  const auto read = node_.engine().FileToCheck(file);
  if (!read.ok()) return read.status();
  const auto plain = OpenSealed(*read, sealed);
  if (!plain.ok()) return plain.status();
  if (AsText(crypto::Sha256(*plain)) == read->description.sha256()) return absl::OkStatus();
  return Refuse(Reason::kProofBad, "the file is not the one that its section describes");
}

void FileLink::EndFetch(const absl::Status& status) {
  const node::FileToMove file = End(down_);
  if (status.ok()) {
    const absl::Status kept = node_.engine().OnFetched(file, node_.Now());
    scene_.trace.Add(node_.agency(), "fetched " + file.file + ": " + kept.ToString());
    if (absl::IsInternal(kept)) return (void)node_.Took(kept, "fetched");
    on_change_();
    return WakeIn(kept.ok() ? 100 : kPauseMs);
  }
  if (absl::IsAborted(status)) return WakeIn(100);
  scene_.trace.Add(node_.agency(), "fetch: " + status.ToString());
  if (absl::IsUnavailable(status)) return WakeIn(kPauseMs);
  const bool final =
      IsRefusal(status, Reason::kAttachmentMissing) || IsRefusal(status, Reason::kProofBad);
  if (final || IsRefusal(status, Reason::kDiskFull)) node_.files.Drop(file.file);
  const absl::Status noted = node_.engine().OnFetchFailed(file, status, final, node_.Now());
  if (absl::IsInternal(noted)) return (void)node_.Took(noted, "fetch failed");
  LetRest(down_, file.file);
  WakeIn(100);
}

}  // namespace entente::testing

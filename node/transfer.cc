#include "node/transfer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/net/refusal_status.h"
#include "core/record/attachment.h"

namespace entente::node {
namespace {

// Small, so that a slow line is never long behind one.
constexpr uint64_t kPieceBytes = 16 * 1024;
static_assert(kPieceBytes <= limits::kPieceBytes);
constexpr absl::Duration kStep = absl::Milliseconds(100);
constexpr absl::Duration kIdle = absl::Milliseconds(500);
constexpr absl::Duration kPause = absl::Seconds(5);
constexpr absl::Duration kLongestPause = absl::Hours(1);
constexpr size_t kMostResting = 10'000;
constexpr absl::Duration kSweepPeriod = absl::Seconds(20);

bool SameFile(const std::optional<FileToMove>& next, const FileToMove& file) {
  return next && next->file == file.file;
}

// What no second try will change.
bool IsFinal(const absl::Status& status) {
  return IsRefusal(status, Reason::kAttachmentMissing) || IsRefusal(status, Reason::kProofBad);
}

// What no honest broker does: the file rests, others go on, a person is told. Never final, since a
// broker may be mended.
absl::Status Nonsense(std::string text) { return Refuse(Reason::kMalformed, std::move(text)); }

// The other side has ended the stream: how, Finish() says.
absl::Status Broken() { return absl::CancelledError(); }

// A broker that reads nothing keeps even a beginning and a question back for ever.
template <class Open>
auto Begin(OpenCall& call, Open open) {
  const OpenCall::Owed owed(call);
  return open();
}
template <class Stream, class Request>
bool Ask(OpenCall& call, Stream& stream, const Request& request) {
  const OpenCall::Owed owed(call);
  return stream.Write(request);
}

// Ends it, and gives what the other side said if it was the one that did. While that is waited for
// the call can still be broken off: a message that could not be read ends no stream.
template <class Stream>
absl::Status End(OpenCall& call, grpc::ClientContext& context, Stream& stream,
                 absl::Status status) {
  if (!absl::IsCancelled(status)) context.TryCancel();
  absl::Status ended;
  {
    const OpenCall::Owed owed(call);
    ended = net::FromGrpcStatus(stream.Finish());
  }
  call.Close();
  if (!absl::IsCancelled(status)) return status;
  if (ended.ok()) return Nonsense("the broker ended the stream before the file was through");
  // ABORTED and CANCELLED are our own words.
  const bool ours = absl::IsAborted(ended) || absl::IsCancelled(ended);
  return ours ? absl::UnavailableError("the stream was broken off") : ended;
}

}  // namespace

struct Transfer::Uploading {
  explicit Uploading(const DiskFile& from) : file(from) {}
  const DiskFile& file;
  uint64_t sent = 0;
  bool complete = false;
  std::deque<absl::Time> unanswered{};
};

struct Transfer::Fetching {
  explicit Fetching(GrowingFile& into) : part(into), asked(into.size()) {}
  GrowingFile& part;
  struct Want {
    absl::Time asked;
    uint32_t bytes;
  };
  uint64_t asked;
  record::ChunksRoot root{};
  std::deque<Want> unanswered{};
};

Transfer::Transfer(Driver& driver, const FileFolder& folder, std::shared_ptr<grpc::Channel> channel,
                   Clock& clock, absl::Duration patience)
    : driver_(driver),
      folder_(folder),
      clock_(clock),
      broker_(v1::Attachments::NewStub(std::move(channel))),
      patience_(patience) {}

Transfer::~Transfer() {
  stopping_ = true;
  up_.call.CancelAll();
  down_.call.CancelAll();
  for (std::thread* thread : {&up_.thread, &down_.thread, &watching_}) {
    if (thread->joinable()) thread->join();
  }
}

void Transfer::Start() {
  up_.thread = std::thread([this] { UploadLoop(); });
  down_.thread = std::thread([this] { FetchLoop(); });
  watching_ = std::thread([this] { WatchLoop(); });
}

std::set<std::string> Transfer::Way::Resting() const {
  std::set<std::string> names;
  for (const auto& [name, pause] : pauses) {
    if (absl::Now() < pause.until) names.insert(name);
  }
  return names;
}

void Transfer::Way::LetRest(const std::string& name) {
  if (pauses.size() > kMostResting) pauses.clear();
  Pause& pause = pauses[name];
  pause.length = std::min(std::max(pause.length * 2, kPause), kLongestPause);
  pause.until = absl::Now() + pause.length;
}

void Transfer::Way::BrokenOff(const std::string& name) {
  if (std::exchange(broken_off, name) == name) pauses[name].until = absl::Now() + 2 * kPause;
}

void Transfer::Rest(absl::Duration duration) const {
  for (absl::Duration rested; rested < duration && !stopping_; rested += kStep) {
    absl::SleepFor(kStep);
  }
}

void Transfer::WatchLoop() {
  for (absl::Time swept = absl::Now(); !stopping_; Rest(kIdle)) {
    up_.call.CancelWhenOwedFor(patience_);
    down_.call.CancelWhenOwedFor(patience_);
    if (absl::Now() - swept < kSweepPeriod) continue;
    Sweep();
    swept = absl::Now();
  }
}

void Transfer::Sweep() {
  folder_.Sweep(
      [this] { return driver_.With([](const Engine& engine) { return engine.FilesInUse(); }); });
}

// ---- up

void Transfer::UploadLoop() {
  while (!stopping_) {
    if (!UploadOne()) Rest(kIdle);
  }
}

bool Transfer::UploadOne() {
  const auto next = driver_.With([&](Engine& engine) { return engine.NextUpload(up_.Resting()); });
  if (!next.ok() || !*next) return false;
  absl::Status status = Upload(**next);
  if (status.ok()) {
    status = driver_.With([&](Engine& engine) { return engine.OnUploaded(**next); });
    driver_.Changed();
  }
  if (status.ok() || absl::IsAborted(status)) return true;
  if (!stopping_) spdlog::warn("attachment: {}", status.ToString());
  if (absl::IsUnavailable(status)) {
    up_.BrokenOff((*next)->file);
    Rest(kPause);
    return true;
  }
  driver_.With([&](Engine& engine) { engine.OnUploadFailed(**next, status, clock_.Now()); });
  up_.LetRest((*next)->file);
  return true;
}

absl::Status Transfer::Upload(const FileToMove& file) {
  const absl::StatusOr<std::unique_ptr<DiskFile>> whole = folder_.OpenWhole(file.file);
  if (!whole.ok()) return whole.status();
  Uploading at(**whole);
  grpc::ClientContext context;
  up_.call.Open(&context);
  const auto stream = Begin(up_.call, [&] { return broker_->Upload(&context); });
  v1::UploadRequest start;
  start.mutable_start()->mutable_file()->set_size(file.shape.size);
  start.mutable_start()->mutable_file()->set_root(ToString(file.shape.root));
  v1::UploadResponse stands;
  absl::Status status;
  {
    const OpenCall::Owed owed(up_.call);
    if (!stream->Write(start) || !stream->Read(&stands)) status = Broken();
  }
  at.sent = stands.stored();
  at.complete = stands.complete();
  if (status.ok()) status = UploadPieces(*stream, file, at);
  return End(up_.call, context, *stream, std::move(status));
}

// One answer for each piece; no more are on their way than the pace allows, and none is added while
// something else is being sent.
absl::Status Transfer::UploadPieces(UploadStream& stream, const FileToMove& file, Uploading& at) {
  while (!at.complete) {
    const auto [sending, wanted] = driver_.With([&](Engine& engine) {
      const auto next = engine.NextUpload(up_.Resting());
      return std::pair(engine.IsSending(), next.ok() && SameFile(*next, file));
    });
    if (!wanted || stopping_) return absl::AbortedError("not to be uploaded now");
    const size_t window = sending ? 0 : up_.pace.window();
    while (at.sent < file.shape.size && at.unanswered.size() < window) {
      v1::UploadRequest request;
      auto piece = at.file.Read(at.sent, std::min(kPieceBytes, file.shape.size - at.sent));
      if (!piece.ok()) return piece.status();
      at.sent += piece->size();
      *request.mutable_piece() = *std::move(piece);
      at.unanswered.push_back(absl::Now());
      if (!Ask(up_.call, stream, request)) return Broken();
    }
    if (at.unanswered.empty() && at.sent >= file.shape.size) {
      return Nonsense("the broker has it all and does not say so");
    }
    if (at.unanswered.empty()) {
      Rest(kStep);
      continue;
    }
    v1::UploadResponse response;
    const OpenCall::Owed owed(up_.call);
    if (!stream.Read(&response)) return Broken();
    up_.pace.OnAnswered(absl::Now() - at.unanswered.front(), absl::Now());
    at.unanswered.pop_front();
    at.complete = response.complete();
  }
  return absl::OkStatus();
}

// ---- down

void Transfer::FetchLoop() {
  while (!stopping_) {
    if (!FetchOne()) Rest(kIdle);
  }
}

bool Transfer::FetchOne() {
  const auto next = driver_.With([&](Engine& engine) { return engine.NextFetch(down_.Resting()); });
  if (!next.ok() || !*next) return false;
  const FileToMove& file = **next;
  absl::Status status = Fetch(file);
  if (absl::IsAborted(status)) return true;
  if (status.ok()) {
    // Whole, and perhaps told to be: it is never dropped for want of a row.
    status = driver_.With([&](Engine& engine) { return engine.OnFetched(file, clock_.Now()); });
    driver_.Changed();
    if (status.ok()) return true;
    spdlog::error("attachment: {}", status.ToString());
    Rest(kPause);
    return true;
  }
  if (!stopping_) spdlog::warn("attachment: {}", status.ToString());
  if (absl::IsUnavailable(status)) {
    down_.BrokenOff(file.file);
    Rest(kPause);
    return true;
  }
  // What a failed sync left is not known, and a full disk needs the room.
  const bool final = IsFinal(status);
  if (final || absl::IsInternal(status) || IsRefusal(status, Reason::kDiskFull)) {
    folder_.Drop(file.file);
  }
  const absl::Status noted = driver_.With(
      [&](Engine& engine) { return engine.OnFetchFailed(file, status, final, clock_.Now()); });
  if (!noted.ok()) spdlog::error("attachment: {}", noted.ToString());
  down_.LetRest(file.file);
  return true;
}

absl::Status Transfer::Fetch(const FileToMove& file) {
  absl::StatusOr<GrowingFile> part = folder_.OpenPart(file.file);
  if (!part.ok()) return part.status();
  if (part->size() > file.shape.size) return FetchAnew(file);
  const bool resumed = part->size() > 0;
  if (absl::Status room = folder_.CheckRoom(file.shape.size - part->size()); !room.ok()) {
    return room;
  }
  Fetching at(*part);
  for (uint64_t read = 0; read < part->size();) {
    const auto bytes = part->Read(read, std::min(limits::kChunkBytes, part->size() - read));
    if (!bytes.ok()) return bytes.status();
    at.root.Update(*bytes);
    read += bytes->size();
  }
  grpc::ClientContext context;
  down_.call.Open(&context);
  const auto stream = Begin(down_.call, [&] { return broker_->Fetch(&context); });
  v1::FetchRequest start;
  start.mutable_start()->set_record_hash(ToString(file.record_hash));
  start.mutable_start()->set_section_id(ToString(file.section_id));
  start.mutable_start()->set_offset(part->size());
  absl::Status status = Ask(down_.call, *stream, start) ? FetchPieces(*stream, file, at) : Broken();
  status = End(down_.call, context, *stream, std::move(status));
  if (status.ok() && at.root.Finish() != file.shape.root) {
    // What stood here before may be what a power cut left: once more, from the beginning.
    if (resumed) return FetchAnew(file);
    folder_.Drop(file.file);
    status = Nonsense("the broker gave another file than the one that was signed");
  }
  if (status.ok()) status = CheckWhole(file, *part);
  return status.ok() ? folder_.Finish(file.file, *std::move(part)) : status;
}

absl::Status Transfer::FetchAnew(const FileToMove& file) {
  folder_.Drop(file.file);
  return absl::UnavailableError("what was here of it is damaged; it is fetched anew");
}

absl::Status Transfer::FetchPieces(FetchStream& stream, const FileToMove& file, Fetching& at) {
  while (at.part.size() < file.shape.size) {
    const auto next =
        driver_.With([&](Engine& engine) { return engine.NextFetch(down_.Resting()); });
    if (!next.ok() || !SameFile(*next, file) || stopping_) {
      return absl::AbortedError("not to be fetched now");
    }
    while (at.asked < file.shape.size && at.unanswered.size() < down_.pace.window()) {
      v1::FetchRequest want;
      want.set_want(
          static_cast<uint32_t>(std::min<uint64_t>(kPieceBytes, file.shape.size - at.asked)));
      at.asked += want.want();
      at.unanswered.push_back({absl::Now(), want.want()});
      if (!Ask(down_.call, stream, want)) return Broken();
    }
    if (absl::Status taken = TakePiece(stream, at); !taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Transfer::TakePiece(FetchStream& stream, Fetching& at) {
  v1::FetchResponse response;
  const OpenCall::Owed owed(down_.call);
  if (!stream.Read(&response)) return Broken();
  if (at.unanswered.empty() || response.piece().size() != at.unanswered.front().bytes) {
    return Nonsense("the broker gave another piece than was asked for");
  }
  down_.pace.OnAnswered(absl::Now() - at.unanswered.front().asked, absl::Now());
  at.unanswered.pop_front();
  at.root.Update(response.piece());
  return at.part.Append(response.piece());
}

// What its origin sealed is what its section describes: chunk for chunk, nothing is kept.
absl::Status Transfer::CheckWhole(const FileToMove& file, const GrowingFile& part) {
  const auto read = driver_.With([&](Engine& engine) { return engine.FileToCheck(file); });
  if (!read.ok()) return read.status();
  const auto opener = record::AttachmentOpener::Create(read->content_key, read->id,
                                                       read->description.size(), read->shape);
  if (!opener.ok()) return opener.status();
  crypto::Sha256Hasher whole;
  for (uint64_t i = 0; i < opener->chunks() && !stopping_; ++i) {
    const uint64_t from = i * record::kSealedChunkBytes;
    const auto sealed = part.Read(from, std::min(record::kSealedChunkBytes, part.size() - from));
    if (!sealed.ok()) return sealed.status();
    const auto plain = opener->Open(i, *sealed);
    if (!plain.ok()) return plain.status();
    whole.Update(plain->ExposeSecret());
  }
  if (stopping_) return absl::AbortedError("stopping");
  if (AsText(whole.Finish()) == read->description.sha256()) return absl::OkStatus();
  return Refuse(Reason::kProofBad, "the file is not the one that its section describes");
}

}  // namespace entente::node

#include "node/engine.h"

#include <utility>

#include "core/audit/log.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/attachments.h"
#include "node/engine_parts.h"
#include "node/families.h"
#include "node/receipts.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr store::Family kFamilies[] = {
    kNode,        kOfficers,       kFollowed,     kTexts,       kOwnKeys,
    kSent,        kSentByHash,     kOutbox,       kPairs,       kReceived,
    kReceivedIds, kVault,          kReceipts,     kUnwritten,   kExpiry,
    kOwed,        kRecalled,       kCases,        kFiles,       kRestricted,
    kMirror,      audit::kEntries, audit::kTiles, audit::kMeta, audit::kCheckpoint};
constexpr int64_t kPublishPauseMs = 30 * limits::kSecondMs;

}  // namespace

void Engine::Parts::NoteApplied(const std::vector<ledger::OpenEntryApplied>& applied, Instant now) {
  for (const ledger::OpenEntryApplied& one : applied) {
    if (one.effect.ok()) continue;
    ground->alarms.Count(alarm::kStatementInvalid, "",
                         Text("the log holds an invalid statement at ", one.open.index, ": ",
                              std::string(one.effect.message())),
                         now);
  }
}

void Engine::Parts::NoteInstants(Instant now) {
  for (const ledger::WrongInstant& one : ground->federation.TakeWrongInstants()) {
    ground->alarms.Count(
        alarm::kLogInstant, "",
        Text("the entry at ", one.log_index, " says ", FormatInstant(one.instant),
             one.back_dated ? ", and was not in the log when witnesses cosigned it later than that"
                            : ", which is after witnesses cosigned it"),
        now);
  }
}

absl::Status Engine::Parts::Progress(Instant now) {
  absl::Status settled = outbox.Process(now);
  mail = inbox.Process(now);
  NoteApplied(ground->federation.TakeApplied(), now);
  NoteInstants(now);
  if (!ground->federation.CheckFork().ok()) {
    ground->alarms.Raise(alarm::kFork, "",
                         "the broker showed two logs that contradict each other; nothing is sent "
                         "or received any more; the evidence is kept",
                         now);
  }
  absl::Status kept = ground->CommitChanges();
  if (absl::IsInternal(mail)) return mail;
  // What was recalled goes at once; what fails is tried again with each tick, which says so.
  const absl::Status purged = upkeep.Purge(now);
  if (absl::IsInternal(purged)) return purged;
  return !settled.ok() ? settled : kept;
}

std::span<const store::Family> Engine::Families() { return kFamilies; }

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(Settings settings, crypto::SigningKey identity,
                                                     Surroundings surroundings, Instant now) {
  absl::StatusOr<std::unique_ptr<Ground>> ground =
      Ground::Open(settings, std::move(identity), surroundings, now);
  if (!ground.ok()) return ground.status();
  absl::StatusOr<Outbox> outbox = Outbox::Open(**ground);
  if (!outbox.ok()) return outbox.status();
  auto parts = std::make_unique<Parts>(*std::move(ground), *std::move(outbox), now);
  // What a crash left half erased is no damage.
  absl::Status purged = parts->upkeep.Purge(now);
  if (purged.ok()) purged = parts->ground->CheckKeys(now);
  if (!purged.ok() && !RefusalOf(purged)) return purged;
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

bool Engine::broken() const { return !parts_->ground->usable().ok(); }

absl::Status Engine::Tick(Instant now) {
  return parts_->Guarded([&] { return parts_->upkeep.Tick(now); });
}

void Engine::OnConnected() {
  parts_->connected = true;
  parts_->broker_error.clear();
  parts_->outbox.OnLoss();
}

void Engine::OnDisconnected(const absl::Status& why) {
  parts_->connected = false;
  parts_->broker_error = why.ToString();
  parts_->publishing = false;
  parts_->outbox.OnLoss();
}

v1::GetEntriesRequest Engine::NextEntries() const {
  return parts_->ground->federation.NextEntries();
}

absl::Status Engine::OnEntries(const v1::GetEntriesRequest& request,
                               const v1::GetEntriesResponse& response, Instant now) {
  return parts_->Guarded([&] { return parts_->OnEntries(request, response, now); });
}

absl::Status Engine::Parts::OnEntries(const v1::GetEntriesRequest& request,
                                      const v1::GetEntriesResponse& response, Instant now) {
  last_seen_now = now;
  Federation& federation = ground->federation;
  absl::StatusOr<std::vector<ledger::OpenEntryApplied>> applied =
      federation.OnEntries(request, response, now);
  if (applied.ok()) NoteApplied(*applied, now);
  Alarms& alarms = ground->alarms;
  if (federation.last_entry() - now > limits::kClockToleranceMs) {
    alarms.Raise(alarm::kClockDiffers, "behind",
                 "the log's entries are in this node's future; set the clock", now);
  } else {
    alarms.Clear(alarm::kClockDiffers, "behind");
  }
  absl::Status progress = Progress(now);
  return applied.ok() ? progress : applied.status();
}

absl::StatusOr<bool> Engine::Follows(std::string_view note, Instant now) {
  return parts_->Guarded([&]() -> absl::StatusOr<bool> {
    const absl::StatusOr<bool> follows = parts_->ground->federation.Follows(note);
    const absl::Status progress = parts_->Progress(now);
    return follows.ok() && !progress.ok() ? progress : follows;
  });
}

bool Engine::BehindLog() const { return parts_->ground->federation.behind(); }

std::vector<v1::GetTextRequest> Engine::NextTexts() const {
  std::vector<v1::GetTextRequest> requests;
  for (const Digest& digest : parts_->ground->federation.MissingTexts(parts_->last_seen_now)) {
    requests.emplace_back().set_digest(ToString(digest));
  }
  return requests;
}

absl::Status Engine::OnText(const v1::GetTextRequest& request,
                            const absl::StatusOr<v1::GetTextResponse>& response, Instant now) {
  return parts_->Guarded([&] { return parts_->OnText(request, response, now); });
}

absl::Status Engine::Parts::OnText(const v1::GetTextRequest& request,
                                   const absl::StatusOr<v1::GetTextResponse>& response,
                                   Instant now) {
  const std::optional<Digest> digest = FixedBytes<32>(request.digest());
  if (!digest) return absl::InvalidArgumentError("not a request of this engine");
  Federation& federation = ground->federation;
  if (!response.ok()) {
    federation.OnTextRefused(*digest, now);
    return absl::OkStatus();
  }
  if (absl::Status status = federation.OnText(*digest, response->text()); !status.ok()) {
    return status;
  }
  return Progress(now);
}

std::optional<v1::PublishRequest> Engine::NextPublish(Instant now) {
  const Ground& ground = *parts_->ground;
  if (broken() || parts_->publishing || now < parts_->publish_not_before ||
      ground.federation.behind() || ground.federation.acted() < parts_->published_below ||
      !ground.federation.CheckFresh(now).ok() || !ground.IsSure(now)) {
    return std::nullopt;
  }
  absl::StatusOr<std::optional<v1::PublishRequest>> request =
      ground.keyring.Unpublished(ground.federation.registry(), now);
  if (!request.ok() || !*request) return std::nullopt;
  parts_->publishing = true;
  return *std::move(request);
}

void Engine::OnPublished(const absl::StatusOr<v1::PublishResponse>& response, Instant now) {
  parts_->publishing = false;
  if (response.ok()) {
    parts_->published_below = response->log_index() + 1;
  } else {
    parts_->publish_not_before = now + kPublishPauseMs;
  }
}

absl::StatusOr<std::optional<v1::SubmitRequest>> Engine::NextSubmit(Instant now) {
  return parts_->Guarded([&] { return parts_->outbox.Next(now); });
}

absl::Status Engine::OnSubmitResponse(const v1::SubmitResponse& response, Instant now) {
  return parts_->Guarded([&] {
    parts_->outbox.OnResponse(response);
    return parts_->Progress(now);
  });
}

v1::PullStart Engine::StartPull() {
  parts_->inbox.OnStart();
  v1::PullStart start;
  start.set_max_deliveries(limits::kBatchRecords);
  return start;
}

absl::Status Engine::OnPullResponse(const v1::PullResponse& response, Instant now) {
  return parts_->Guarded([&] {
    parts_->inbox.OnResponse(response, now);
    absl::Status progress = parts_->Progress(now);
    return progress.ok() ? parts_->mail : progress;
  });
}

absl::Status Engine::MailStatus() const { return parts_->mail; }

bool Engine::HasRoomForMail() const { return parts_->inbox.HasRoom(); }

std::vector<v1::PullAcknowledge> Engine::NextAcknowledges() {
  return parts_->inbox.TakeAcknowledges();
}

absl::StatusOr<std::vector<ReceiptFiles>> Engine::NextReceipts(size_t max) const {
  return parts_->Guarded([&] { return UnwrittenReceipts(parts_->ground->db, max); });
}

absl::Status Engine::OnReceiptWritten(std::string_view name) {
  return parts_->Guarded([&] {
    store::WriteBatch batch;
    MarkWritten(name, batch);
    return parts_->ground->Commit(batch);
  });
}

absl::StatusOr<std::optional<FileToMove>> Engine::NextUpload(const std::set<std::string>& resting) {
  return parts_->Guarded([&] { return node::NextUpload(*parts_->ground, resting); });
}

absl::Status Engine::OnUploaded(const FileToMove& file) {
  return parts_->InOneBatch([&](store::WriteBatch& batch) {
    return node::OnUploaded(*parts_->ground, file.section_id, batch);
  });
}

void Engine::OnUploadFailed(const FileToMove& file, const absl::Status& why, Instant now) {
  node::OnUploadFailed(*parts_->ground, file, why, now);
}

absl::StatusOr<FileToRead> Engine::FileToCheck(const FileToMove& file) const {
  return OpenIncoming(*parts_->ground, AsText(file.record_hash), AsText(file.section_id));
}

absl::StatusOr<std::optional<FileToMove>> Engine::NextFetch(const std::set<std::string>& resting) {
  return parts_->Guarded([&] { return node::NextFetch(*parts_->ground, resting); });
}

absl::Status Engine::OnFetched(const FileToMove& file, Instant now) {
  return parts_->InOneBatch(
      [&](store::WriteBatch& batch) { return node::OnFetched(*parts_->ground, file, batch, now); });
}

absl::Status Engine::OnFetchFailed(const FileToMove& file, const absl::Status& why, bool final,
                                   Instant now) {
  return parts_->InOneBatch([&](store::WriteBatch& batch) {
    return node::OnFetchFailed(*parts_->ground, file, why, final, batch, now);
  });
}

bool Engine::IsSending() const { return parts_->outbox.IsSending(); }

absl::StatusOr<std::set<std::string>> Engine::FilesInUse() const {
  return node::FilesInUse(*parts_->ground);
}

}  // namespace entente::node

#include "node/diary.h"

#include "core/base/refusal.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {

namespace {

absl::Status Altered(std::string_view what) {
  return RefuseAdvising(Reason::kFork, "",
                        Text("the log of consultations was cut or altered: ", what),
                        "keep this folder as it is and tell the data-protection officer; then "
                        "restore it whole from a backup");
}

}  // namespace

absl::StatusOr<Diary> Diary::Open(store::Store& store, crypto::SigningKey key,
                                  std::string_view name) {
  absl::StatusOr<std::unique_ptr<audit::Log>> log = audit::Log::Open(store);
  if (!log.ok()) return log.status();
  absl::StatusOr<audit::VerifierKey> verifier =
      audit::VerifierKey::Create(name, audit::NoteKeyType::kEd25519, key.public_key());
  if (!verifier.ok()) return verifier.status();
  absl::StatusOr<std::unique_ptr<audit::CheckpointKeeper>> keeper =
      audit::CheckpointKeeper::Open(store, **log, *verifier);
  if (const auto refusal = RefusalOf(keeper.status())) return Altered(refusal->text);
  if (!keeper.ok()) return keeper.status();
  if (!(*keeper)->Latest() && (*log)->Head().size != 0) {
    return Altered("it has lines, but what was signed of it is gone");
  }
  return Diary(store, std::move(key), *std::move(log), *std::move(keeper));
}

absl::Status Diary::Begin() { return keeper_->Publish(key_).status(); }

absl::Status Diary::Commit(store::WriteBatch& batch, std::span<const state::DiaryLine> lines) {
  if (lines.empty()) return store_->Write(batch, store::Sync::kYes);
  audit::Stage stage = log_->Begin();
  for (const state::DiaryLine& line : lines) {
    absl::StatusOr<uint64_t> index = stage.Append(line.SerializeAsString(), batch);
    if (!index.ok()) return index.status();
  }
  if (absl::Status status = log_->Commit(std::move(stage), batch); !status.ok()) return status;
  // The lines are there already: without the checkpoint nothing may rest on them.
  absl::StatusOr<std::string> note = keeper_->Publish(key_);
  if (note.ok()) return absl::OkStatus();
  return absl::InternalError(
      Text("the log of consultations could not be signed: ", note.status().ToString()));
}

absl::Status Diary::ForEach(
    uint64_t after, uint64_t last,
    const std::function<absl::Status(uint64_t number, const state::DiaryLine&)>& visit) const {
  for (uint64_t index = after; index < last; ++index) {
    absl::StatusOr<std::string> entry = log_->Entry(index);
    if (!entry.ok()) return entry.status();
    absl::StatusOr<state::DiaryLine> line = ParseStored<state::DiaryLine>(*entry);
    if (!line.ok()) return line.status();
    if (absl::Status status = visit(index + 1, *line); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace entente::node

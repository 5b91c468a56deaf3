#include "node/diary.h"

#include "node/table.h"

namespace entente::node {

absl::StatusOr<Diary> Diary::Open(store::Store& store) {
  absl::StatusOr<std::unique_ptr<audit::Log>> log = audit::Log::Open(store);
  if (!log.ok()) return log.status();
  return Diary(store, *std::move(log));
}

absl::Status Diary::Commit(store::WriteBatch& batch, std::span<const state::DiaryLine> lines) {
  if (lines.empty()) return store_->Write(batch, store::Sync::kYes);
  audit::Stage stage = log_->Begin();
  for (const state::DiaryLine& line : lines) {
    absl::StatusOr<uint64_t> index = stage.Append(line.SerializeAsString(), batch);
    if (!index.ok()) return index.status();
  }
  return log_->Commit(std::move(stage), batch);
}

absl::Status Diary::ForEach(
    const std::function<absl::Status(uint64_t number, const state::DiaryLine&)>& visit) const {
  const uint64_t end = size();
  for (uint64_t index = 0; index < end; ++index) {
    absl::StatusOr<std::string> entry = log_->Entry(index);
    if (!entry.ok()) return entry.status();
    absl::StatusOr<state::DiaryLine> line = ParseStored<state::DiaryLine>(*entry);
    if (!line.ok()) return line.status();
    if (absl::Status status = visit(index + 1, *line); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace entente::node

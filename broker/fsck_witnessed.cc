#include "broker/fsck_witnessed.h"

#include <cstdint>

#include "broker/witnessed.h"
#include "core/audit/checkpoint.h"

namespace entente::broker {

absl::Status WitnessedChecker::Read() {
  return ForEachRow(store_, kWitnessed, find_, [this](const store::Iterator& it) {
    rows_.emplace(it.key(), it.value());
    const auto note = audit::ParseNote(it.value());
    const auto checkpoint = note.ok() ? audit::ParseCheckpointText(note->text) : note.status();
    if (checkpoint.ok()) roots_[checkpoint->size] = {};
  });
}

void WitnessedChecker::AddLeaf(const Digest& leaf) {
  frontier_.Append(leaf, [](uint8_t, uint64_t, std::span<const Digest>) {});
  const auto asked = roots_.find(frontier_.size());
  if (asked != roots_.end()) asked->second = frontier_.Root();
}

void WitnessedChecker::Check(const std::vector<QuorumSince>& quorums) {
  for (const auto& [key, value] : rows_) {
    const auto number = ParseIndexKey(key);
    const auto note = ReadWitnessed(value, log_, quorums, number.value_or(quorums.size()));
    if (!note.ok()) {
      find_.Add(kWitnessed, key, "The checkpoint is not one that this quorum has cosigned.");
    } else if (note->head.size > frontier_.size() || roots_[note->head.size] != note->head.root) {
      find_.Add(kWitnessed, key, "Witnesses have cosigned what is not in the log.");
    }
  }
}

}  // namespace entente::broker

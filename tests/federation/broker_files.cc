#include "tests/federation/broker_files.h"

#include <algorithm>
#include <set>

#include "broker/attachment_sweep.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::testing {

using broker::OwnedFile;

absl::StatusOr<BrokerFiles::Place> BrokerFiles::Begin(const OwnedFile& file, Instant now) {
  if (full_) return Refuse(Reason::kDiskFull, "the disk of attachments is full");
  File& entry = files_[file];
  entry.used = std::max(entry.used, now);
  entry.turn = ++turns_;
  return Place{entry.bytes.size(), entry.complete, entry.turn};
}

absl::StatusOr<BrokerFiles::Place> BrokerFiles::Append(const OwnedFile& file, uint64_t turn,
                                                       std::string_view piece, Instant now) {
  const auto found = files_.find(file);
  if (found == files_.end() || found->second.turn != turn || found->second.complete) {
    return Refuse(Reason::kQuota, "This upload ended when another of the same file began.");
  }
  File& entry = found->second;
  if (piece.empty() || piece.size() > limits::kPieceBytes ||
      piece.size() > file.shape.size - entry.bytes.size()) {
    return Refuse(Reason::kMalformed, "A piece has another size than it may.");
  }
  if (full_) return Refuse(Reason::kDiskFull, "the disk of attachments is full");
  entry.bytes += piece;
  entry.used = std::max(entry.used, now);
  entry.synced = entry.bytes.size() / broker::kSyncStepBytes * broker::kSyncStepBytes;
  if (entry.bytes.size() == file.shape.size) {
    if (absl::Status status = Complete(file, entry); !status.ok()) return status;
  }
  return Place{entry.bytes.size(), entry.complete, turn};
}

absl::Status BrokerFiles::Complete(const OwnedFile& file, File& entry) {
  record::ChunksRoot root;
  root.Update(entry.bytes);
  if (root.Finish() != file.shape.root) {
    files_.erase(file);
    return Refuse(Reason::kProofBad, "The bytes of the attachment have another root.");
  }
  entry.synced = entry.bytes.size();
  entry.complete = true;
  return absl::OkStatus();
}

broker::Hold BrokerFiles::HoldComplete(const OwnedFile& file, Instant now) {
  const auto found = files_.find(file);
  if (found == files_.end() || !found->second.complete) return nullptr;
  found->second.used = std::max(found->second.used, now);
  broker::Hold hold = found->second.hold.lock();
  if (hold == nullptr) found->second.hold = hold = std::make_shared<const bool>();
  return hold;
}

absl::StatusOr<std::string> BrokerFiles::Read(const OwnedFile& file, uint64_t offset,
                                              size_t bytes) const {
  const auto found = files_.find(file);
  if (found == files_.end() || !found->second.complete) {
    return absl::DataLossError("an attachment is not there, or not whole");
  }
  return found->second.bytes.substr(offset, bytes);
}

absl::Status BrokerFiles::Sweep(broker::Engine& engine, Instant now) {
  const auto granted = engine.SweepGrants(now);
  if (!granted.ok()) return granted.status();
  std::erase_if(files_, [&](const auto& one) {
    const File& entry = one.second;
    return entry.used <= now - broker::kUnclaimedMs && entry.hold.expired() &&
           !granted->contains(one.first);
  });
  return absl::OkStatus();
}

void BrokerFiles::Crash() {
  for (auto& [file, entry] : files_) {
    entry.bytes.resize(entry.synced);
    entry.turn = 0;
    entry.hold.reset();
  }
}

void BrokerFiles::ForEach(
    const std::function<void(const OwnedFile& file, std::string& bytes)>& visit) {
  for (auto& [file, entry] : files_) visit(file, entry.bytes);
}

}  // namespace entente::testing

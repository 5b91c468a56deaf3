// What the engine knows of attachments: who may fetch them.
#include <algorithm>

#include "broker/engine.h"
#include "broker/rows.h"
#include "core/base/refusal.h"

namespace entente::broker {
namespace {

// One sentence for all who are not served: whether there is such a record is not told.
absl::Status NotServed() {
  return Refuse(Reason::kAttachmentMissing, "There is no such attachment here for this agency.");
}

bool IsOver(const Grant& grant, Instant instant) {
  return grant.expires_ms() <= static_cast<uint64_t>(instant.ms);
}

}  // namespace

absl::Status Engine::CheckAdmitted(const AgencyId& agency, Instant now) const {
  auto current = view();
  return current->registry.CheckAdmitted(agency.text(), current->next_index,
                                         std::max(now, current->ledger_time));
}

absl::StatusOr<OwnedFile> Engine::GrantedTo(const AgencyId& agency, std::string_view record_hash,
                                            std::string_view section_id, Instant now) const {
  if (auto status = CheckAdmitted(agency, now); !status.ok()) return status;
  const std::string key = GrantKey(agency.text(), record_hash, section_id);
  auto row = store_.Get(kGrants, key);
  if (!row.ok()) return row.status();
  if (!*row) return NotServed();
  auto grant = DecodeGrant(key, **row);
  if (!grant) return Damaged(kGrants);
  const bool covered = grant->log_index() < LatestCheckpoint().head.size;
  if (!covered || IsOver(*grant, std::max(now, view()->ledger_time))) return NotServed();
  return FileOf(*grant);
}

// What was over may have been granted anew since it was looked at.
absl::Status Engine::DropStillOver(const std::set<std::string>& keys, Instant instant,
                                   std::set<OwnedFile>& files) {
  MutexLock lock(&grants_mutex_);
  store::WriteBatch batch;
  for (const std::string& key : keys) {
    auto row = store_.Get(kGrants, key);
    if (!row.ok()) return row.status();
    if (!*row) continue;
    auto grant = DecodeGrant(key, **row);
    if (!grant) return Damaged(kGrants);
    if (IsOver(*grant, instant)) {
      batch.Delete(kGrants, key);
    } else {
      files.insert(FileOf(*grant));
    }
  }
  auto sums = sums_.After(store_, batch);
  if (!sums.ok()) return sums.status();
  batch.Put(audit::kMeta, kSumsKey, sums->Encode());
  auto status = store_.Write(batch, store::Sync::kYes);
  if (status.ok()) sums_ = *sums;
  return status;
}

absl::StatusOr<std::set<OwnedFile>> Engine::SweepGrants(Instant now) {
  const Instant instant = std::max(now, view()->ledger_time);
  auto scan = ScanGrants(store_, instant);
  if (!scan.ok()) return scan.status();
  if (!scan->over.empty()) {
    auto status = DropStillOver(scan->over, instant, scan->files);
    if (!status.ok()) return status;
  }
  return std::move(scan->files);
}

}  // namespace entente::broker

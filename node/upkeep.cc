#include "node/upkeep.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr size_t kPurgedAtOnce = 256;

struct Due {
  std::string row;
  bool sent;
  std::string name;
};

absl::StatusOr<std::vector<Due>> FindDue(const store::Reader& reader, Instant now) {
  std::vector<Due> due;
  absl::Status status =
      ForEachBytes(reader, kExpiry, "", [&](std::string_view key, std::string_view) {
        if (U64FromKey(key) > static_cast<uint64_t>(now.ms) || due.size() == kPurgedAtOnce) {
          return absl::CancelledError();
        }
        due.push_back({std::string(key), key[8] == 's', std::string(key.substr(9))});
        return absl::OkStatus();
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  return due;
}

}  // namespace

absl::Status Upkeep::Tick(Instant now) {
  if (absl::Status status = Purge(now); !status.ok()) return status;
  if (absl::Status status = Keys(now); !status.ok()) return status;
  if (absl::Status status = outbox_->AddPairHeads(now); !status.ok()) return status;
  return Watch(now);
}

absl::Status Upkeep::Keys(Instant now) {
  const int64_t since = now - keys_looked_at_;
  if (since >= 0 && since < limits::kHourMs) return absl::OkStatus();
  store::WriteBatch batch;
  if (absl::Status status = ground_->keyring.Renew(now, batch); !status.ok()) return status;
  // A clock that jumped ahead must not destroy living keys: the log has to have come as far.
  const Instant sure = std::min(now, ground_->federation.last_entry() + limits::kDayMs);
  absl::Status status = ground_->keyring.DestroyOld(sure, batch);
  if (!status.ok()) return status;
  if (batch.count() != 0) {
    if (status = ground_->Commit(batch); !status.ok()) return status;
  }
  const int64_t age = now - ground_->keys.rotated();
  if (age < 0 || age >= limits::kDayMs) {
    if (status = ground_->keys.Rotate(now); !status.ok()) return status;
  }
  keys_looked_at_ = now;
  return absl::OkStatus();
}

absl::Status Upkeep::Purge(Instant now) {
  absl::StatusOr<std::vector<Due>> due = FindDue(ground_->db, now);
  if (!due.ok()) return due.status();
  for (const Due& one : *due) {
    store::WriteBatch batch;
    batch.Delete(kExpiry, one.row);
    absl::Status status =
        one.sent ? PurgeSent(one.name, now, batch) : PurgeReceived(one.name, now, batch);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Upkeep::PurgeSent(std::string_view record_id, Instant now, store::WriteBatch& batch) {
  const Sent sent_records(*ground_);
  absl::StatusOr<std::optional<state::SentRecord>> sent = sent_records.Find(record_id);
  if (!sent.ok()) return sent.status();
  if (!*sent) return ground_->Commit(batch);
  absl::Status status = ground_->vault.Erase(record_id, batch);
  if (!status.ok()) return status;
  const state::SentRecord before = **sent;
  // What is not in the log yet is closed when the broker has said what became of it.
  if ((*sent)->has_log_index()) {
    CloseNumbers(**sent, Unopened(**sent), (*sent)->log_index(), batch);
  }
  OnExpired(**sent, now);
  sent_records.Save(**sent, batch);
  const state::DiaryLine line =
      MakeLine("", operation::kErasure, record_id, before.purpose(), "its time was over", now);
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  outbox_->Forget(before);
  return absl::OkStatus();
}

absl::Status Upkeep::PurgeReceived(std::string_view record_hash, Instant now,
                                   store::WriteBatch& batch) {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, record_hash);
  if (!received.ok()) return received.status();
  if (!*received) return ground_->Commit(batch);
  absl::Status status = ground_->vault.Erase(record_hash, batch);
  if (!status.ok()) return status;
  (*received)->set_purged(true);
  Save(batch, kReceived, record_hash, **received);
  const state::DiaryLine line = MakeLine("", operation::kErasure, (*received)->record_id(),
                                         (*received)->purpose(), "its time was over", now);
  return ground_->Commit(batch, {&line, 1});
}

absl::Status Upkeep::Watch(Instant now) {
  Alarms& alarms = ground_->alarms;
  const absl::Status fresh = ground_->federation.CheckFresh(now);
  if (fresh.ok()) {
    alarms.Clear(alarm::kLogNotFresh, "");
  } else if (now - started_ > limits::kQuorumFreshnessMs) {
    alarms.Raise(alarm::kLogNotFresh, "",
                 "the log has not been seen for 15 minutes; records wait in the outbox", now);
  }
  const bool in_log =
      ground_->keyring.Signing(ground_->federation.registry(), crypto::KeyUse::kRecordSigning, now)
          .ok();
  if (in_log) {
    alarms.Clear(alarm::kKeysNotInLog, "");
  } else {
    alarms.Raise(alarm::kKeysNotInLog, "",
                 "the log does not have this agency's keys: nothing can be sent or acknowledged",
                 now);
  }
  absl::StatusOr<std::vector<PairTrouble>> pairs = CheckPairs(ground_->db, now);
  if (!pairs.ok()) return pairs.status();
  for (const PairTrouble& pair : *pairs) {
    if (pair.numbers_missing) {
      alarms.Raise(alarm::kNumbersMissing, pair.origin,
                   Text("records that ", pair.origin, " sent have not arrived; ask them"), now);
    } else if (pair.complete) {
      alarms.Clear(alarm::kNumbersMissing, pair.origin);
    }
    if (pair.head_overdue) {
      alarms.Raise(alarm::kPairHeadOverdue, pair.origin,
                   Text(pair.origin, " has not said for two days how much it sent; ask them"), now);
    } else {
      alarms.Clear(alarm::kPairHeadOverdue, pair.origin);
    }
  }
  return ground_->CommitChanges();
}

}  // namespace entente::node

// One commit in the making: what its commands change, on top of what is committed. Nothing of it is
// seen by anyone before the batch is on disk; dropping it takes everything back. Not thread-safe:
// it belongs to the committer. What it reads outlives it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/command.pb.h"
#include "broker/mailboxes.h"
#include "broker/publications.h"
#include "broker/row_sums.h"
#include "broker/submissions.h"
#include "broker/view.h"
#include "core/audit/log.h"
#include "core/base/bytes.h"
#include "core/ledger/entry.h"
#include "core/record/header.h"
#include "core/store/store.h"

namespace entente::broker {

class Transaction {
 public:
  Transaction(const store::Reader& store, const Mailboxes& mailboxes,
              const Publications& publications, Submissions& submissions, View view,
              audit::Stage stage);

  // The state with everything staged so far.
  const View& view() const { return view_; }
  Submissions& submissions() { return submissions_; }
  // Where the open entry of this body stands, committed or staged.
  std::optional<uint64_t> PublishedAt(std::string_view body) const;
  LaneState Lane(const LaneKey& key) const;
  // nullopt when the lane has no such row.
  absl::StatusOr<std::optional<MailboxRow>> Row(const LaneKey& key, uint64_t seq) const;

  // nullopt for a case that nobody declared.
  absl::StatusOr<std::optional<CaseRow>> Case(const record::CaseId& id) const;

  // Stages an entry, its parts, and the ledger's instant. Part i gets number i.
  absl::StatusOr<uint64_t> AppendSealed(v1::EntryKind kind, Instant instant,
                                        std::span<const ledger::ReaderPart> parts,
                                        const Salt32& seed);
  // Stages an open entry, what follows from it, and the text it names (may be empty). Not OK, as
  // ledger::Registry::Apply: nothing is staged.
  absl::StatusOr<uint64_t> AppendOpen(v1::EntryKind kind, Instant instant, std::string_view body,
                                      std::string_view text);
  void PutSubmission(const Submitter& submitter, const Submitted& submitted);
  void PutCase(const record::CaseId& id, const CaseRow& row);
  // Committed or staged, by key.
  absl::StatusOr<std::map<std::string, Grant>> GrantsUnder(const std::string& prefix) const;
  void PutGrant(const std::string& key, const Grant& grant);
  void DropGrant(const std::string& key);
  void PutBody(uint64_t log_index, const Digest& digest, std::string_view bytes, BodyState state);
  // The next sequence of the lane holds `row`.
  void Deliver(const LaneKey& key, const MailboxRow& row);
  // The rows from the cursor through `through` go; bodies that nobody else waits for go with them.
  absl::Status Take(const LaneKey& key, uint64_t through);
  void MarkExpired(const LaneKey& key, uint64_t seq, MailboxRow row);
  // The record that waits there does so under another decision, or is refused: then as an expired
  // one, but that its recipient is told.
  void PutDecided(const LaneKey& key, uint64_t seq, const MailboxRow& row);
  // A submission of this agency was refused to every recipient.
  void CountRefused(const std::string& origin) { ++refused_[origin]; }

  store::WriteBatch& batch() { return batch_; }
  audit::Stage& stage() { return stage_; }
  struct Published {
    uint64_t log_index;
    v1::EntryKind kind;
    std::string body;
    uint64_t text_bytes;
  };
  const std::vector<Published>& published() const { return published_; }
  const MailboxChanges& mailbox_changes() const { return changes_; }
  const std::set<std::string>& delivered_to() const { return delivered_to_; }
  const std::map<std::string, uint64_t>& refused() const { return refused_; }
  const RowSums::SubmissionsBefore& submissions_before() const { return submissions_before_; }

 private:
  LaneState& TouchLane(const LaneKey& key);
  void PutRow(const LaneKey& key, uint64_t seq, const MailboxRow& row);
  void Release(const MailboxRow& row, const std::string& recipient);

  const store::Reader& store_;
  const Mailboxes& mailboxes_;
  const Publications& publications_;
  Submissions& submissions_;
  View view_;
  audit::Stage stage_;
  store::WriteBatch batch_;
  MailboxChanges changes_;
  std::map<std::string, std::optional<std::string>> rows_;  // of r_mailbox, by key
  std::map<record::CaseId, CaseRow> cases_;                 // staged
  std::map<std::string, std::optional<Grant>> grants_;      // staged
  std::vector<Published> published_;
  std::set<std::string> delivered_to_;
  std::map<std::string, uint64_t> refused_;  // by origin
  RowSums::SubmissionsBefore submissions_before_;
};

}  // namespace entente::broker

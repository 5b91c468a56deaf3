// The part of fsck that holds the broker's rows against the log's entries. Not thread-safe; used by
// broker/fsck.cc alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "broker/families.h"
#include "broker/fsck_deliveries.h"
#include "broker/rows.h"
#include "core/audit/fsck.h"
#include "core/ledger/entry.h"
#include "core/store/store.h"

namespace entente::broker {

// Where findings are gathered.
class Findings {
 public:
  explicit Findings(std::vector<audit::FsckFinding>& out) : out_(out) {}
  void Add(store::Family family, std::string_view key, std::string what);

 private:
  std::vector<audit::FsckFinding>& out_;
};

// Calls `visit(iterator)` for each row of a family. Rows that cannot be read are a finding, and end
// the family: the other ones are looked at all the same.
template <typename Visit>
absl::Status ForEachRow(const store::Reader& store, store::Family family, Findings& findings,
                        Visit visit) {
  auto rows = store.Iterate(family, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  for (it.SeekToFirst(); it.Valid(); it.Next()) visit(it);
  if (!absl::IsDataLoss(it.status())) return it.status();
  findings.Add(family, "", std::string(it.status().message()));
  return absl::OkStatus();
}

class RowChecker {
 public:
  RowChecker(const store::Reader& store, Findings& findings)
      : store_(store), find_(findings), deliveries_(store) {}

  // Every family that holds no open entries or texts, in the order in which they rest on each
  // other. An error is what keeps it from looking.
  absl::Status Run();

 private:
  void CheckPart(const store::Iterator& it);
  void CheckPartCounts();
  void Note(uint64_t index, uint16_t number, const v1::Part& part);
  void NoteAgain(uint64_t index, const v1::DecisionAgainPart& again);
  void CheckBody(const store::Iterator& it);
  void CheckMailboxRow(const store::Iterator& it);
  // What the row delivers; nullopt when it is not what it says, which is then found.
  std::optional<DeliveryPlace> CheckRecordRow(const store::Iterator& it, const MailboxItem& item,
                                              const v1::Part& part);
  std::optional<DeliveryPlace> CheckNoticeRow(const store::Iterator& it, const MailboxItem& item,
                                              const v1::Part& part);
  void CheckPlace(const store::Iterator& it, const MailboxItem& item, const DeliveryPlace& place);
  void CheckDelivered();
  void CheckCursor(const store::Iterator& it);
  void CheckCursorsComplete();
  void CheckSubmission(const store::Iterator& it);
  void CheckCase(const store::Iterator& it);
  void CheckGrant(const store::Iterator& it);
  // The reader's own part of an entry.
  std::optional<v1::Part> PartFor(uint64_t index, std::string_view reader) const;
  std::optional<ledger::Entry> EntryAt(uint64_t index) const;

  struct PartCount {
    uint64_t expected = 0;  // by what the first part says
    uint64_t found = 0;
  };
  struct AgainSeen {
    uint64_t log_index = 0;
    v1::RecipientDecision decision;
  };
  struct LaneSeen {
    uint64_t seq = 0;
    DeliveryPlace place;
  };

  const store::Reader& store_;
  Findings& find_;
  std::map<uint64_t, PartCount> parts_;
  std::map<LaneKey, uint64_t> acknowledged_;                        // by the parts
  std::set<std::pair<std::string, std::string>> expired_;           // record hash, recipient
  std::map<std::pair<std::string, std::string>, AgainSeen> again_;  // record hash, recipient
  Deliveries deliveries_;
  std::map<LaneKey, LaneSeen> lanes_;
  std::set<uint64_t> bodies_;  // that are held
  std::set<uint64_t> wanted_;  // by mailboxes
};

}  // namespace entente::broker

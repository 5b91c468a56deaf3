// What waited in a mailbox is decided again before it leaves: when the state has changed since, as
// far as policy goes, and when time alone has ended something that the decision rested on. Never
// wider than the decision that stands (docs/policy.md, "Decided at release"). Pure; safe from any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/command.h"
#include "broker/judge.h"
#include "broker/mailboxes.h"
#include "broker/rows.h"
#include "broker/view.h"
#include "core/base/clock.h"
#include "core/ledger/parts.h"
#include "core/store/store.h"

namespace entente::broker {

// The number of the recipient's part in an entry that decided again; the origin's is the first.
inline constexpr uint32_t kRecipientPartAgain = 1;

// Whether a decision that was logged still stands under one state at one instant.
class StandingDecisions {
 public:
  StandingDecisions(const View& view, Instant instant);

  // It is made again, whatever comes out.
  bool IsOutOfDate(const v1::Part& decided) const;
  // It may come out otherwise by time alone; to be asked of what is not out of date. `own`: the
  // recipient's access.
  bool MayHaveChanged(const v1::Part& decided, const v1::Access& own) const;

 private:
  const uint64_t policy_number_;
  const Instant unchanged_since_;
  const Instant instant_;
};

// A record that waits for one recipient.
struct WaitingRecord {
  Candidate record;
  std::string recipient;
  uint64_t first_index = 0;  // where it stands in the log
  Instant first_instant;     // of that entry
};

// Made again now, it would come out the same.
bool StillStands(const WaitingRecord& waiting, const v1::Part& for_recipient, const View& view,
                 Instant instant);

// The entry's parts, for the origin and the recipient; none when the decision stands. The two
// arguments are those of the decision that stands. What cannot be decided is refused.
std::vector<ledger::ReaderPart> JudgeAgain(const WaitingRecord& waiting, const v1::Part& for_origin,
                                           const v1::Part& for_recipient, const View& view,
                                           Instant instant);

// The part of the decision under which the row waits, for its recipient; DATA_LOSS as rows.h.
absl::StatusOr<v1::Part> ReadDecided(const store::Reader& store, const MailboxRow& row);

// A command for the row, which is of a record that waits.
absl::StatusOr<Command> MakeDecisionAgain(const MailboxItem& item, const store::Reader& store,
                                          const View& view, Instant instant, Random& random);

}  // namespace entente::broker

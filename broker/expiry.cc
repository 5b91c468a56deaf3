#include "broker/expiry.h"

#include <memory>
#include <string>
#include <utility>

#include "broker/rows.h"

namespace entente::broker {
namespace {

struct LaneScan {
  std::vector<MailboxItem> due;
  uint64_t next_expiry = 0;  // of those not due
};

absl::StatusOr<LaneScan> Scan(const store::Reader& store, const LaneKey& key, Instant instant,
                              size_t max) {
  auto rows = store.Iterate(kMailbox, LanePrefix(key));
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  LaneScan scan;
  for (it.SeekToFirst(); it.Valid() && scan.due.size() < max; it.Next()) {
    auto item = ReadMailboxItem(it);
    if (!item.ok()) return item.status();
    const MailboxRow& row = item->row;
    if (row.expired() || row.expires_ms() == 0) continue;
    if (row.expires_ms() <= static_cast<uint64_t>(instant.ms)) {
      scan.due.push_back(*std::move(item));
    } else {
      scan.next_expiry = EarlierExpiry(scan.next_expiry, row.expires_ms());
    }
  }
  if (!it.status().ok()) return it.status();
  return scan;
}

absl::StatusOr<Command> MakeExpiry(const MailboxItem& due, const store::Reader& store,
                                   const View& view, Instant instant, Random& random) {
  auto part = ReadStoredPart(store, due.row.log_index(), due.row.part());
  if (!part.ok()) return part.status();
  CommandBody body = NewCommandBody(view, instant, random);
  ExpiryCommand& expiry = *body.mutable_expiry();
  expiry.set_recipient(due.lane.agency);
  expiry.set_lane(due.lane.lane);
  expiry.set_mailbox_seq(due.seq);
  bool notice = part->has_notice();
  expiry.set_record_id(notice ? ToString(RecordId{}) : part->submission().record_id());
  expiry.set_record_hash(notice ? part->notice().statement_digest()
                                : part->submission().record_hash());
  return MakeCommand(std::move(body), {});
}

}  // namespace

absl::StatusOr<std::vector<Command>> FindExpired(Mailboxes& mailboxes, const store::Reader& store,
                                                 const View& view, Instant instant, size_t max,
                                                 Random& random) {
  std::vector<Command> commands;
  for (const LaneKey& key : mailboxes.LanesDue(instant)) {
    if (commands.size() >= max) break;
    uint64_t last = mailboxes.Lane(key).last;
    auto scan = Scan(store, key, instant, max - commands.size());
    if (!scan.ok()) return scan.status();
    if (scan->due.empty()) mailboxes.SetNextExpiry(key, last, scan->next_expiry);
    for (const MailboxItem& due : scan->due) {
      auto command = MakeExpiry(due, store, view, instant, random);
      if (!command.ok()) return command.status();
      commands.push_back(*std::move(command));
    }
  }
  return commands;
}

}  // namespace entente::broker

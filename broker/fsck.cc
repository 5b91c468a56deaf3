#include "broker/fsck.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "broker/fsck_rows.h"
#include "core/audit/merkle.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/ledger/registry.h"

namespace entente::broker {
namespace {

// Replays the open entries and holds what rests on them against it.
class EntryChecker {
 public:
  EntryChecker(const store::Reader& store, const ledger::Genesis& genesis, Findings& findings)
      : store_(store), registry_(genesis), find_(findings) {}

  absl::Status Run(const ledger::Genesis& genesis) {
    auto status = ForEachRow(store_, kTexts, find_, [&](const auto& it) { CheckText(it); });
    if (!status.ok()) return status;
    status = ForEachRow(store_, audit::kEntries, find_,
                        [&](const auto& it) { CheckEntry(it, genesis); });
    if (!status.ok()) return status;
    status = ForEachRow(store_, kOpen, find_, [&](const auto& it) { CheckOpenRow(it); });
    if (!status.ok()) return status;
    for (const auto& [number, index] : open_) {
      find_.Add(kOpen, IndexKey(number), "An open entry is not listed.");
    }
    for (const ledger::MissingText& text : registry_.MissingTexts(last_)) {
      find_.Add(kTexts, ToString(text.file.digest), "A text in force is missing.");
    }
    return absl::OkStatus();
  }

 private:
  void CheckText(const store::Iterator& it) {
    if (ToString(crypto::Sha256(it.value())) != it.key()) {
      find_.Add(kTexts, it.key(), "The text is not the one that was published.");
      return;
    }
    registry_.SetText(it.value());
  }

  void CheckEntry(const store::Iterator& it, const ledger::Genesis& genesis) {
    auto index = ParseIndexKey(it.key());
    auto entry = ledger::ReadEntry(it.value());
    if (!index || !entry.ok()) {
      find_.Add(audit::kEntries, it.key(), "The entry cannot be read.");
      return;
    }
    if (entry->instant < last_) find_.Add(audit::kEntries, it.key(), "Its instant goes back.");
    last_ = entry->instant;
    if (!entry->open) {
      auto part = store_.Get(kParts, PartKey(*index, 0));
      if (part.ok() && !*part) find_.Add(kParts, PartKey(*index, 0), "The part is missing.");
      return;
    }
    if (*index == 0 && entry->body != genesis.text()) {
      find_.Add(audit::kEntries, it.key(), "The log began with another genesis file.");
    }
    auto leaf = audit::LeafHash(it.value());
    auto applied = registry_.Apply(*index, leaf, entry->kind, entry->instant, entry->body);
    if (!applied.ok()) {
      find_.Add(audit::kEntries, it.key(),
                "An open entry does not apply: " + std::string(applied.message()));
    }
    open_[registry_.snapshot_number()] = *index;
  }

  void CheckOpenRow(const store::Iterator& it) {
    auto number = ParseIndexKey(it.key());
    auto found = number ? open_.find(*number) : open_.end();
    if (found == open_.end() || it.value() != IndexKey(found->second)) {
      find_.Add(kOpen, it.key(), "The row is not that of an open entry.");
      return;
    }
    open_.erase(found);
  }

  const store::Reader& store_;
  ledger::Registry registry_;
  Findings& find_;
  Instant last_;
  std::map<uint64_t, uint64_t> open_;  // snapshot number -> log index, until its row was seen
};

}  // namespace

absl::StatusOr<audit::FsckReport> Fsck(const store::Store& store, std::string_view genesis_file) {
  auto genesis = ledger::Genesis::Parse(genesis_file);
  if (!genesis.ok()) return genesis.status();
  auto report = audit::Fsck(store, (*genesis)->checkpoint);
  if (!report.ok()) return report;
  auto frozen = store.Snapshot();
  Findings findings(report->findings);
  auto status = EntryChecker(*frozen, *genesis, findings).Run(*genesis);
  if (!status.ok()) return status;
  status = RowChecker(*frozen, findings).Run();
  if (!status.ok()) return status;
  return report;
}

}  // namespace entente::broker

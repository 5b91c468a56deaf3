#include "broker/fsck.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "broker/fsck_rows.h"
#include "broker/fsck_witnessed.h"
#include "broker/publications.h"
#include "broker/row_sums.h"
#include "core/audit/log_format.h"
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
      : store_(store),
        view_{ledger::Registry(genesis), 0, {}, {}},
        find_(findings),
        witnessed_(store, genesis->checkpoint, findings) {}

  absl::Status Run(const ledger::Genesis& genesis) {
    auto status = ForEachRow(store_, kTexts, find_, [&](const auto& it) { CheckText(it); });
    if (!status.ok()) return status;
    if (status = witnessed_.Read(); !status.ok()) return status;
    status = ForEachRow(store_, audit::kEntries, find_,
                        [&](const auto& it) { CheckEntry(it, genesis); });
    if (!status.ok()) return status;
    status = ForEachRow(store_, kOpen, find_, [&](const auto& it) { CheckOpenRow(it); });
    if (!status.ok()) return status;
    for (const auto& [number, index] : open_) {
      find_.Add(kOpen, IndexKey(number), "An open entry is not listed.");
    }
    CheckTexts();
    witnessed_.Check(view_.quorums);
    return absl::OkStatus();
  }

 private:
  void CheckText(const store::Iterator& it) {
    if (ToString(crypto::Sha256(it.value())) != it.key()) {
      find_.Add(kTexts, it.key(), "The text is not the one that was published.");
      return;
    }
    view_.registry.SetText(it.value());
    texts_.emplace(it.key());
  }

  // No publication is taken without the text that it names, and none is ever dropped.
  void CheckTexts() {
    for (const std::string& digest : named_) {
      if (texts_.erase(digest) == 0)
        find_.Add(kTexts, digest, "A text that was published is missing.");
    }
    for (const std::string& digest : texts_) {
      find_.Add(kTexts, digest, "No entry names this text.");
    }
  }

  void CheckEntry(const store::Iterator& it, const ledger::Genesis& genesis) {
    const Digest leaf = audit::LeafHash(it.value());
    witnessed_.AddLeaf(leaf);
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
    if (auto text = TextNamedBy(entry->kind, entry->body)) named_.insert(ToString(text->digest));
    auto applied = view_.registry.Apply(*index, leaf, entry->kind, entry->instant, entry->body);
    if (!applied.ok()) {
      find_.Add(audit::kEntries, it.key(),
                "An open entry does not apply: " + std::string(applied.message()));
    }
    view_.NoteQuorum(*index);
    open_[view_.registry.snapshot_number()] = *index;
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
  View view_;
  Findings& find_;
  WitnessedChecker witnessed_;
  Instant last_;
  std::set<std::string> texts_;        // that are held
  std::set<std::string> named_;        // by entries
  std::map<uint64_t, uint64_t> open_;  // snapshot number -> log index, until its row was seen
};

absl::Status CheckMeta(const store::Reader& store, Findings& findings) {
  return ForEachRow(store, audit::kMeta, findings, [&](const store::Iterator& it) {
    if (it.key() == audit::kTreeKey) return;
    if (it.key() != kSumsKey) return findings.Add(audit::kMeta, it.key(), "This is no row of it.");
    if (!RowSums::Parse(it.value())) findings.Add(audit::kMeta, it.key(), "These are no sums.");
  });
}

// A release that had none left none.
absl::Status CheckSums(const store::Reader& store, Findings& findings) {
  auto bytes = store.Get(audit::kMeta, kSumsKey);
  const auto sums = bytes.ok() && *bytes ? RowSums::Parse(**bytes) : std::nullopt;
  if (!sums) return absl::OkStatus();
  for (size_t i = 0; i < std::size(kSummed); ++i) {
    auto found = RowSums::Of(store, kSummed[i]);
    if (absl::IsDataLoss(found.status())) continue;
    if (!found.ok()) return found.status();
    if (*found == (*sums)[i]) continue;
    findings.Add(kSummed[i], "",
                 absl::StrCat("Its rows are not those that were written: of ", (*sums)[i].rows,
                              " there are ", found->rows, "."));
    findings.Add(audit::kMeta, kSumsKey,
                 absl::StrCat("Its sum over ", std::string(kSummed[i].name()), " is another."));
  }
  return absl::OkStatus();
}

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
  status = CheckMeta(*frozen, findings);
  if (!status.ok()) return status;
  status = CheckSums(*frozen, findings);
  if (!status.ok()) return status;
  return report;
}

}  // namespace entente::broker

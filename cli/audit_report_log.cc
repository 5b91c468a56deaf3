#include "cli/audit_report_log.h"

#include <algorithm>
#include <map>

#include "cli/audit_log.h"
#include "cli/tile_folder.h"
#include "core/audit/frontier.h"
#include "core/audit/merkle.h"
#include "core/audit/tile.h"
#include "core/base/agency.h"
#include "core/ledger/entry.h"
#include "core/ledger/parts.h"
#include "core/ledger/registry.h"

namespace entente::cli {
namespace {

absl::Status EntriesMissing(const std::string& folder, const std::string& path) {
  return Told(absl::StatusCode::kNotFound, "report.no-entries", {}, folder + "/" + path);
}

// Where a partial bundle is missing, the beginning of the full one, as the specification has it.
absl::StatusOr<std::vector<std::string>> ReadBundle(const std::string& folder, uint64_t number,
                                                    uint32_t width) {
  for (const uint32_t stored : {width, audit::kTileWidth}) {
    const std::string path = audit::BundlePath(number, stored);
    const auto bytes = TileFolder(folder).Read(path, audit::kBundleBytes);
    if (!bytes.ok()) {
      return Told(absl::StatusCode::kInvalidArgument, "file.open",
                  {std::string(bytes.status().message())}, folder + "/" + path);
    }
    if (!*bytes) continue;
    auto entries = audit::DecodeBundle(**bytes, stored);
    if (entries.ok()) entries->resize(width);
    return entries;
  }
  return EntriesMissing(folder, audit::BundlePath(number, width));
}

std::optional<PolicyVersion> VersionOf(const ledger::Registry& state, const std::string& agency,
                                       Instant instant) {
  const auto id = AgencyId::Parse(agency);
  const auto file = id.ok() ? state.PolicyInForce(id->jurisdiction(), instant) : std::nullopt;
  if (!file) return std::nullopt;
  return PolicyVersion{file->version, file->digest};
}

// Goes through the entries once, and works on a copy of the report.
class Replay {
 public:
  Replay(const ledger::Genesis& genesis, const AuditReport& report)
      : report_(report), registry_(genesis) {
    for (size_t i = 0; i < report_.lines.size(); ++i) {
      const v1::SubmissionPart& decided = ledger::DecidedIn(report_.lines[i].part);
      if (!decided.snapshot_hash().empty()) by_state_[decided.snapshot_number()].push_back(i);
    }
    report_.log = LogSeen{};
    AtState();
  }

  absl::Status Take(const std::string& bytes) {
    const auto entry = ledger::ReadFollowed(bytes);
    if (!entry.ok()) return entry.status();
    const Digest leaf = audit::LeafHash(bytes);
    const uint64_t index = frontier_.size();
    frontier_.Append(leaf, [](uint8_t, uint64_t, std::span<const Digest>) {});
    AtSize();
    Count(*entry);
    if (!entry->open) return absl::OkStatus();
    // An invalid statement counts in the state and has no other effect; nodes alarm, not a report.
    const absl::Status applied =
        registry_.Apply(index, leaf, entry->kind, entry->instant, entry->body);
    if (absl::IsInternal(applied)) return applied;
    AtState();
    return absl::OkStatus();
  }

  Digest Root() const { return frontier_.Root(); }

  AuditReport Finish(const audit::Checkpoint& checkpoint) {
    // Those states did not come.
    for (const auto& [number, lines] : by_state_) {
      for (const size_t at : lines) {
        report_.lines[at].other_state = report_.lines[at].log_index < checkpoint.size;
      }
    }
    report_.log->size = checkpoint.size;
    report_.log->root = checkpoint.root;
    return std::move(report_);
  }

 private:
  // A receipt's tree is the beginning of this one.
  void AtSize() {
    const auto seen = report_.trees.find(frontier_.size());
    if (seen == report_.trees.end() || seen->second.root == frontier_.Root()) return;
    report_.two_histories.push_back({seen->second.file, ""});
  }

  void Count(const ledger::Entry& entry) {
    const ReportQuestion& period = report_.question;
    const bool decides =
        entry.kind == v1::ENTRY_KIND_SUBMISSION || entry.kind == v1::ENTRY_KIND_DECISION_AGAIN;
    if (!decides || entry.instant < period.from || entry.instant >= period.until) return;
    ++report_.log->decided;
    if (report_.entries.contains(frontier_.size() - 1)) ++report_.log->given;
  }

  void AtState() {
    const auto lines = by_state_.find(registry_.snapshot_number());
    if (lines == by_state_.end()) return;
    for (const size_t at : lines->second) {
      ReportLine& line = report_.lines[at];
      line.other_state =
          line.log_index < frontier_.size() ||
          ledger::DecidedIn(line.part).snapshot_hash() != ToString(registry_.snapshot_hash());
      if (line.other_state) continue;
      line.sender_policy = VersionOf(registry_, line.sender, line.instant);
      line.recipient_policy = VersionOf(registry_, line.recipient, line.instant);
    }
    by_state_.erase(lines);
  }

  AuditReport report_;
  ledger::Registry registry_;
  audit::Frontier frontier_;
  std::map<uint64_t, std::vector<size_t>> by_state_;
};

}  // namespace

absl::Status AddLog(const ledger::Genesis& genesis, const std::string& folder,
                    AuditReport& report) {
  const auto note = ReadCheckpointNote(folder);
  if (!note.ok()) return note.status();
  const auto verified = audit::VerifyCheckpoint(*note, genesis->checkpoint);
  if (!verified.ok()) return verified.status();
  const audit::Checkpoint& checkpoint = verified->checkpoint;
  Replay replay(genesis, report);
  for (uint64_t at = 0; at < checkpoint.size; at += audit::kTileWidth) {
    const auto width =
        static_cast<uint32_t>(std::min<uint64_t>(audit::kTileWidth, checkpoint.size - at));
    const auto entries = ReadBundle(folder, at / audit::kTileWidth, width);
    if (!entries.ok()) return entries.status();
    for (const std::string& entry : *entries) {
      if (absl::Status taken = replay.Take(entry); !taken.ok()) return taken;
    }
  }
  if (replay.Root() != checkpoint.root) {
    return Told(absl::StatusCode::kInvalidArgument, "report.other-root", {}, folder);
  }
  report = replay.Finish(checkpoint);
  return absl::OkStatus();
}

}  // namespace entente::cli

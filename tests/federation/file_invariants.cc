// What must be true of the attachments of a simulated world (invariants.h).
#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "tests/federation/invariants.h"

namespace entente::testing {
namespace {

constexpr int64_t kSlackMs = 2 * limits::kHourMs;
constexpr std::string_view kReadable = "secret-";

// Records go with their copies, which name the same file.
bool IsGone(const World& world, const std::string& file_id) {
  return std::ranges::all_of(world.records, [&](const ModelRecord& record) {
    const bool carries =
        std::ranges::any_of(record.files, [&](const auto& file) { return file.second == file_id; });
    const auto in = std::ranges::find(world.cases, record.case_id, &ModelCase::id);
    const bool unsure = in != world.cases.end() && in->unsure;
    return !carries || (record.recalled && !unsure);
  });
}

void CheckOne(World& world, const ModelRecord& record, const std::string& agency, Piece piece) {
  const auto file = world.ReadFile(agency, record.id, record.files.at(piece));
  if (file.ok() && *file == FileContent(record.number, piece)) return;
  world.scene.Wrong(agency, "has not file " + Secret(record.number, piece) + " of " +
                                record.origin + ": " +
                                (file.ok() ? "other bytes" : file.status().ToString()));
}

// Of those that stand at the recipient: that they must, the records' own checks say.
void CheckRecipient(World& world, const ModelRecord& record, const v1::RecipientStatus& status) {
  const std::string& agency = status.recipient();
  if (std::ranges::count(world.Inbox(agency), record.id, &v1::InboxItem::record_id) == 0) return;
  bool any = false;
  for (const Piece piece : Permitted(record, agency)) {
    if (!record.files.contains(piece)) continue;
    any = true;
    CheckOne(world, record, agency, piece);
  }
  if (any != (status.attachments_fetched_ms() != 0)) {
    world.scene.Wrong(record.origin, std::string(any ? "is not" : "is") + " told that " + agency +
                                         " fetched the files of record " +
                                         std::to_string(record.number));
  }
}

void CheckRecords(World& world, const std::string& origin) {
  const auto sent = world.Sent(origin);
  for (size_t i = 0; i < world.records.size(); ++i) {
    const ModelRecord record = world.records[i];
    if (record.origin != origin || record.files.empty() || record.recalled ||
        record.recall_unsure || record.expires < world.scene.timeline.now() + kSlackMs) {
      continue;
    }
    for (const auto& [piece, id] : record.files) CheckOne(world, record, origin, piece);
    const auto found = sent.find(record.id);
    if (found == sent.end()) continue;
    for (const v1::RecipientStatus& status : found->second) CheckRecipient(world, record, status);
  }
}

void CheckFolder(World& world, const std::string& agency) {
  NodeHost& host = world.node(agency);
  const auto in_use = host.engine().FilesInUse();
  if (!in_use.ok()) return world.scene.Wrong(agency, "files: " + in_use.status().ToString());
  std::set<std::string> gone;
  for (const ModelRecord& record : world.records) {
    for (const auto& [piece, id] : record.files) {
      if (IsGone(world, id)) gone.insert(id);
    }
  }
  host.files.ForEach([&](const std::string& name, const std::string& bytes) {
    if (!in_use->contains(name)) world.scene.Wrong(agency, "keeps file " + name + " for nothing");
    if (bytes.find(kReadable) != std::string::npos) world.scene.Wrong(agency, "a readable file");
    // A file is called after its section, whoever has it.
    if (gone.contains(name.substr(name.rfind('-') + 1))) {
      world.scene.Wrong(agency, "keeps file " + name + ", which was recalled");
    }
  });
}

}  // namespace

void CheckFiles(World& world) {
  for (const std::string& agency : kAgencies) {
    CheckRecords(world, agency);
    CheckFolder(world, agency);
  }
  world.broker.files.ForEach([&](const broker::OwnedFile& file, const std::string& bytes) {
    if (bytes.find(kReadable) == std::string::npos) return;
    world.scene.Wrong("broker", "a readable file of " + file.origin);
  });
}

std::vector<std::string> FileSecretsOf(World& world, const std::string& agency, bool all) {
  std::set<std::string> names;
  for (const ModelRecord& record : world.records) {
    if (record.origin != agency) continue;
    for (const auto& [piece, id] : record.files) {
      if (all || IsGone(world, id)) names.insert("file " + *HexDecode(id));
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace entente::testing

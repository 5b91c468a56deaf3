#include "tests/federation/node_files.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/attachment.h"

namespace entente::testing {

const std::string& NodeFiles::Part(const std::string& name) const {
  static const std::string none;
  const auto found = parts_.find(name);
  return found == parts_.end() ? none : found->second.bytes;
}

const std::string* NodeFiles::Whole(const std::string& name) const {
  const auto found = whole_.find(name);
  return found == whole_.end() ? nullptr : &found->second;
}

absl::Status NodeFiles::CheckRoom() const {
  return full_ ? Refuse(Reason::kDiskFull, "no room for a file") : absl::OkStatus();
}

absl::Status NodeFiles::Append(const std::string& name, std::string_view bytes) {
  if (absl::Status room = CheckRoom(); !room.ok()) return room;
  Growing& part = parts_[name];
  part.bytes += bytes;
  if (part.bytes.size() - part.synced >= limits::kChunkBytes) part.synced = part.bytes.size();
  return absl::OkStatus();
}

absl::Status NodeFiles::Finish(const std::string& name) {
  if (absl::Status room = CheckRoom(); !room.ok()) return room;
  auto part = parts_.extract(name);
  whole_[name] = part ? std::move(part.mapped().bytes) : std::string();
  return absl::OkStatus();
}

void NodeFiles::Drop(const std::string& name) {
  parts_.erase(name);
  whole_.erase(name);
}

void NodeFiles::Sweep(const std::set<std::string>& in_use) {
  const auto unused = [&](const auto& one) { return !in_use.contains(one.first); };
  std::erase_if(parts_, unused);
  std::erase_if(whole_, unused);
}

void NodeFiles::Crash(Scene& scene) {
  for (auto& [name, part] : parts_) {
    const auto unsynced = static_cast<int64_t>(part.bytes.size() - part.synced);
    if (unsynced == 0) continue;
    part.bytes.resize(part.synced + static_cast<uint64_t>(scene.Between(0, unsynced)));
    if (scene.Chance(300)) {
      std::fill(part.bytes.begin() + static_cast<int64_t>(part.synced), part.bytes.end(), '\0');
    }
    part.synced = part.bytes.size();
  }
}

void NodeFiles::ForEach(
    const std::function<void(const std::string& name, std::string& bytes)>& visit) {
  for (auto& [name, part] : parts_) visit(name, part.bytes);
  for (auto& [name, bytes] : whole_) visit(name, bytes);
}

absl::StatusOr<std::string> OpenSealed(const node::FileToRead& file, std::string_view sealed) {
  const auto opener = record::AttachmentOpener::Create(file.content_key, file.id,
                                                       file.description.size(), file.shape);
  if (!opener.ok()) return opener.status();
  std::string out;
  for (uint64_t i = 0; i < opener->chunks(); ++i) {
    const auto plain =
        opener->Open(i, sealed.substr(i * record::kSealedChunkBytes, record::kSealedChunkBytes));
    if (!plain.ok()) return plain.status();
    out += ToString(plain->ExposeSecret());
  }
  return out;
}

}  // namespace entente::testing

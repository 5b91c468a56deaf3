#include "broker/fsck_files.h"

#include <fstream>
#include <optional>
#include <set>

#include "broker/attachment_files.h"
#include "broker/grants.h"

namespace entente::broker {
namespace {

constexpr size_t kReadBytes = 256 * 1024;

// nullopt: it cannot be opened.
std::optional<record::FileShape> ShapeOnDisk(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes(kReadBytes, '\0');
  record::ChunksRoot root;
  record::FileShape shape;
  while (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) || in.gcount() > 0) {
    const auto got = static_cast<size_t>(in.gcount());
    root.Update(std::string_view(bytes).substr(0, got));
    shape.size += got;
  }
  shape.root = root.Finish();
  return shape;
}

}  // namespace

absl::Status FsckFiles(const store::Reader& store, const std::string& folder,
                       std::vector<audit::FsckFinding>& findings) {
  // Those of grants that are over too: they go with their files, in one sweep. Rows that cannot be
  // read are found among the rows.
  auto rows = store.Iterate(kGrants, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  std::set<OwnedFile> files;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    if (auto grant = DecodeGrant(it.key(), it.value())) files.insert(FileOf(*grant));
  }
  if (!it.status().ok() && !absl::IsDataLoss(it.status())) return it.status();
  for (const OwnedFile& file : files) {
    const auto shape = ShapeOnDisk(folder + "/" + AttachmentPath(file));
    if (shape == file.shape) continue;
    findings.push_back({"attachments", AttachmentPath(file),
                        shape ? "The attachment is not the one that was uploaded."
                              : "The attachment is missing."});
  }
  return absl::OkStatus();
}

}  // namespace entente::broker

#include "policy/folder.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "policy/parse.h"

namespace entente::policy {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::vector<FolderFile>> ReadFiles(const std::string& folder) {
  std::vector<FolderFile> files;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return absl::NotFoundError(folder + ": " + error.message());
  for (const fs::directory_entry& entry : entries) {
    if (entry.path().extension() != ".toml") continue;
    auto bytes = ReadFile(entry.path().string(), limits::kConfigBytes);
    if (!bytes.ok()) return bytes.status();
    files.push_back({entry.path().filename().string(), entry.path().string(), *std::move(bytes)});
  }
  if (files.empty()) return absl::NotFoundError(folder + ": no *.toml file is in this folder");
  std::sort(files.begin(), files.end(),
            [](const FolderFile& a, const FolderFile& b) { return a.name < b.name; });
  return files;
}

// Reads all files of a folder, the vocabulary first, and keeps every error.
class Loader {
 public:
  explicit Loader(std::vector<FolderFile> files)
      : folder_{std::move(files), PublishedVocabulary(), {}, {}, {}, {}, {}} {}

  absl::StatusOr<Folder> Run() {
    for (const FolderFile& file : folder_.files) Sort(file);
    if (const FolderFile* file = Single(FileType::kVocabulary)) {
      Keep(ParseVocabulary(file->bytes, file->path), folder_.vocabulary);
    }
    if (const FolderFile* file = Single(FileType::kGroups)) {
      Keep(ParseGroups(file->bytes, file->path), folder_.groups);
    }
    if (const FolderFile* file = Single(FileType::kInstruments)) {
      Keep(ParseInstruments(file->bytes, file->path, folder_.vocabulary), folder_.instruments);
    }
    if (const FolderFile* file = Single(FileType::kAgencies)) {
      Keep(ParseAgencies(file->bytes, file->path, folder_.vocabulary), folder_.agencies);
    }
    for (const FolderFile* file : by_type_[FileType::kCalendar]) AddCalendar(*file);
    for (const FolderFile* file : by_type_[FileType::kPolicy]) AddPolicy(*file);
    if (!errors_.empty()) return absl::InvalidArgumentError(errors_);
    return std::move(folder_);
  }

 private:
  void Refuse(std::string_view lines) {
    if (!errors_.empty()) errors_ += '\n';
    errors_ += lines;
  }

  void Sort(const FolderFile& file) {
    const auto type = DetectFileType(file.bytes, file.path);
    if (!type.ok()) return Refuse(std::string(type.status().message()));
    if (*type == FileType::kLabels) {
      return Refuse(ErrorAt(file.path, {}, "a record's labels do not belong among the policies"));
    }
    by_type_[*type].push_back(&file);
  }

  const FolderFile* Single(FileType type) {
    const auto& files = by_type_[type];
    if (files.size() > 1) {
      Refuse(ErrorAt(files[1]->path, {},
                     "a folder holds one such file, and " + files[0]->name + " is one already"));
    }
    return files.empty() ? nullptr : files[0];
  }

  template <typename T>
  void Keep(absl::StatusOr<T> parsed, T& out) {
    if (parsed.ok()) {
      out = *std::move(parsed);
    } else {
      Refuse(std::string(parsed.status().message()));
    }
  }

  // One that this machine cannot count by would be of no use where it is signed.
  void AddCalendar(const FolderFile& file) {
    auto calendar = ParseCalendar(file.bytes, file.path);
    if (!calendar.ok()) return Refuse(std::string(calendar.status().message()));
    const auto zone = ZoneOf(*calendar);
    if (!zone.ok()) Refuse(ErrorAt(file.path, {}, std::string(zone.status().message())));
    folder_.calendars.push_back(*std::move(calendar));
  }

  void AddPolicy(const FolderFile& file) {
    auto policy = ParsePolicy(file.bytes, file.path, folder_.vocabulary);
    if (!policy.ok()) return Refuse(std::string(policy.status().message()));
    const absl::Status known = CheckReferences(*policy, folder_.groups, folder_.instruments);
    if (!known.ok()) Refuse(std::string(known.message()));
    for (const Policy& other : folder_.policies) {
      if (other.jurisdiction == policy->jurisdiction && other.version == policy->version) {
        Refuse(ErrorAt(file.path, {},
                       "version " + std::to_string(policy->version) + " of " +
                           policy->jurisdiction + " stands in " + other.file + " too"));
      }
    }
    folder_.policies.push_back(*std::move(policy));
  }

  Folder folder_;
  std::map<FileType, std::vector<const FolderFile*>> by_type_;
  std::string errors_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> Folder::Compile(uint64_t number,
                                                                const Digest& hash) const {
  SnapshotParts parts{number, hash, groups, instruments, agencies, {}};
  for (const Policy& policy : policies) parts.policies.push_back({policy, policy.valid.from});
  return Snapshot::Compile(vocabulary, parts);
}

absl::StatusOr<Folder> LoadFolder(const std::string& path) {
  auto files = ReadFiles(path);
  if (!files.ok()) return files.status();
  return Loader(*std::move(files)).Run();
}

}  // namespace entente::policy

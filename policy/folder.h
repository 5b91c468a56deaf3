// A folder of policy files, for the command line: every *.toml in it, told apart by its first key.
// Reads the file system; stateless otherwise.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/calendar.h"
#include "policy/model.h"
#include "policy/snapshot.h"
#include "policy/vocabulary.h"

namespace entente::policy {

struct FolderFile {
  std::string name;  // without the folder
  std::string path;
  std::string bytes;
};

struct Folder {
  std::vector<FolderFile> files;  // by name
  Vocabulary vocabulary;
  Groups groups;
  Instruments instruments;
  std::vector<Agency> agencies;
  std::vector<Policy> policies;  // in the order of the files
  std::vector<Calendar> calendars;

  // Each policy in force from its valid_from.
  absl::StatusOr<std::shared_ptr<const Snapshot>> Compile(uint64_t number,
                                                          const Digest& hash) const;
};

// INVALID_ARGUMENT with `FILE:LINE:COL: sentence` lines, of every file that is refused: what the
// readers refuse, a file of another kind, a second file of groups, instruments, agencies or
// vocabulary, a group or instrument that no file defines, one jurisdiction and version twice.
// NOT_FOUND when the folder cannot be read or holds no *.toml. Refusal too-large for a file above
// limits::kConfigBytes.
absl::StatusOr<Folder> LoadFolder(const std::string& path);

}  // namespace entente::policy

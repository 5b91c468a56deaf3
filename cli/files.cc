#include "cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/base/sentences.h"
#include "entente/v1/broker.pb.h"

namespace entente::cli {
namespace {

constexpr std::string_view kFirstLine = "entente-statements/1";

absl::Status CannotWrite(const std::string& path) {
  return Told(absl::StatusCode::kInternal, "file.write", {std::strerror(errno)}, path);
}

}  // namespace

absl::StatusOr<std::string> ReadText(const std::string& path) {
  return ReadFile(path, limits::kMessageBytes);
}

absl::Status WriteText(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file ? absl::OkStatus() : CannotWrite(path);
}

absl::Status WritePrivateText(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) {
    return Told(absl::StatusCode::kAlreadyExists, "file.key-there", {}, path);
  }
  if (file < 0) return CannotWrite(path);
  const ssize_t written = write(file, text.data(), text.size());
  const bool synced = fsync(file) == 0;
  const bool closed = close(file) == 0;
  const bool whole = written == static_cast<ssize_t>(text.size());
  if (whole && synced && closed) return absl::OkStatus();
  const absl::Status status = CannotWrite(path);
  unlink(path.c_str());  // half a key would only be in the way of the next one
  return status;
}

absl::Status MakePrivateFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) return absl::OkStatus();
  if (errno != EEXIST) return CannotWrite(path);
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return CannotWrite(path);
  if (!S_ISDIR(found.st_mode)) {
    return Told(absl::StatusCode::kFailedPrecondition, "file.no-folder", {}, path);
  }
  if ((found.st_mode & 077) != 0) {
    return Told(absl::StatusCode::kPermissionDenied, "file.open-to-others", {path}, path);
  }
  return absl::OkStatus();
}

absl::Status WritePublications(const std::string& path,
                               std::span<const ledger::Publication> publications) {
  std::string text = std::string(kFirstLine) + "\n";
  for (const ledger::Publication& publication : publications) {
    v1::PublishRequest request;
    request.set_entry_kind(publication.kind);
    *request.mutable_statement() = publication.statement;
    request.set_text(publication.text);
    text += Base64Encode(AsBytes(request.SerializeAsString())) + "\n";
  }
  return WriteText(path, text);
}

absl::StatusOr<std::vector<ledger::Publication>> ReadPublications(const std::string& path) {
  const auto text = ReadText(path);
  if (!text.ok()) return text.status();
  std::istringstream lines(*text);
  std::string line;
  if (!std::getline(lines, line) || line != kFirstLine) {
    return Told(absl::StatusCode::kInvalidArgument, "file.no-statements", {}, path + ":1:1");
  }
  std::vector<ledger::Publication> out;
  for (int number = 2; std::getline(lines, line); ++number) {
    const auto bytes = Base64Decode(line);
    v1::PublishRequest request;
    if (!bytes || !request.ParseFromString(*bytes)) {
      return Told(absl::StatusCode::kInvalidArgument, "file.damaged-line", {},
                  path + ":" + std::to_string(number) + ":1");
    }
    out.push_back(
        {static_cast<v1::EntryKind>(request.entry_kind()), request.statement(), request.text()});
  }
  return out;
}

}  // namespace entente::cli

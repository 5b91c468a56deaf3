#include "core/base/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/refusal.h"
#include "core/base/sentences.h"

namespace entente {

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most_bytes) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Told(absl::StatusCode::kNotFound, "file.open", {std::strerror(errno)}, path);
  std::string bytes(most_bytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  if (bytes.size() > most_bytes) {
    return Refuse(Reason::kTooLarge, path + ":1:1: larger than " + std::to_string(most_bytes) +
                                         " bytes, the most that is read");
  }
  // The end of the file is the one good reason to stop; a folder, say, stops otherwise.
  if (!in.eof()) return Told(absl::StatusCode::kInvalidArgument, "file.read", {}, path);
  return bytes;
}

}  // namespace entente

#include "cli/audit_log.h"

#include <filesystem>
#include <iostream>

#include "cli/failure.h"
#include "cli/files.h"
#include "cli/text.h"
#include "cli/tile_folder.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::cli {

absl::StatusOr<audit::VerifierKey> LogKeyFrom(const std::string& text_or_file) {
  auto key = audit::VerifierKey::Parse(text_or_file);
  std::error_code error;
  if (!key.ok() && std::filesystem::exists(text_or_file, error)) {
    auto text = ReadText(text_or_file);
    if (!text.ok()) return text.status();
    text->erase(text->find_last_not_of(" \t\r\n") + 1);
    key = audit::VerifierKey::Parse(*text);
  }
  if (key.ok() && key->type() != audit::NoteKeyType::kEd25519) {
    return Told(absl::StatusCode::kInvalidArgument, "tiles.key-of-witness", {key->name()});
  }
  return key;
}

absl::StatusOr<std::string> ReadCheckpointNote(const std::string& folder) {
  const std::string path = folder + "/" + kCheckpointFile;
  auto note = TileFolder(folder).Read(kCheckpointFile, limits::kMessageBytes);
  if (!note.ok()) {
    return Told(absl::StatusCode::kInvalidArgument, "file.open",
                {std::string(note.status().message())}, path);
  }
  if (!*note) return Told(absl::StatusCode::kNotFound, "tiles.no-checkpoint", {}, path);
  return **std::move(note);
}

int AuditRefused(Language language, const absl::Status& status) {
  std::cerr << Printable(MessageIn(language, status)) << '\n';
  return kInputRefused;
}

}  // namespace entente::cli

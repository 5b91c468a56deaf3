// Sealed files as the engine and its shell speak of them (attachments.h). Values.
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"
#include "core/record/chunks.h"
#include "entente/v1/attachment.pb.h"

namespace entente::node {

// Their names in the shell's folder.
std::string OwnFileName(std::string_view section_id);
std::string IncomingFileName(std::string_view record_hash, std::string_view section_id);

// A sealed file that travels.
struct FileToMove {
  std::string file{};
  record::FileShape shape{};
  SectionId section_id{};
  Digest record_hash{};  // of one that is fetched
};

// A file that an officer is giving: what it is sealed under, and no other.
struct NewFile {
  SectionId id{};
  crypto::Secret<32> content_key{};
};

// A file that an officer may read now.
struct FileToRead {
  std::string file{};
  SectionId id{};
  crypto::Secret<32> content_key{};
  record::FileShape shape{};
  v1::Attachment description{};
};

}  // namespace entente::node

// What a section may say of a file (content.h).
#include <algorithm>
#include <regex>

#include "core/base/limits.h"
#include "core/record/checks.h"
#include "core/record/content.h"

namespace entente::record {
namespace {

using internal::CheckLength;
using internal::Malformed;

// A name, and never a place: what the recipient's machine does with it must not depend on it.
bool IsFileName(std::string_view name) {
  const bool plain = std::ranges::none_of(
      name, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '/' || c == '\\'; });
  return plain && !name.empty() && name.size() <= limits::kFileNameBytes && name != "." &&
         name != "..";
}

bool IsMediaType(std::string_view text) {
  static const std::regex form("[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}");
  return text.size() <= 127 && std::regex_match(text.begin(), text.end(), form);
}

}  // namespace

absl::Status CheckAttachment(const v1::Attachment& attachment) {
  if (!IsFileName(attachment.name())) {
    return Malformed("an attachment has the name of a file, without folders, of at most 255 bytes");
  }
  if (!IsMediaType(attachment.media_type())) {
    return Malformed("an attachment has a media type, such as application/pdf");
  }
  if (attachment.size() == 0 || attachment.size() > limits::kAttachmentBytes) {
    return Malformed("an attachment has 1 byte to 256 MiB");
  }
  return CheckLength(attachment.sha256(), "the digest of an attachment", sizeof(Digest));
}

}  // namespace entente::record

#include "core/record/section_keys.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/record/format.h"

namespace entente::record::internal {

SectionKeys DeriveSectionKeys(const crypto::Secret<32>& content_key, const RecordId& record,
                              const SectionId& section) {
  const Framing info = std::move(
      Framing().Raw(kPrefix).Raw(kSectionKeyDomain).Raw(ByteSpan(record)).Raw(ByteSpan(section)));
  const auto okm = crypto::HkdfSha256<64>(content_key.ExposeSecret(), {}, info.bytes());
  const auto bytes = okm.ExposeSecret();
  SectionKeys keys{.encryption = *crypto::Secret<32>::FromBytes(bytes.first<32>())};
  std::ranges::copy(bytes.last<32>(), keys.commitment.begin());
  return keys;
}

std::string SectionAad(const RecordId& record, const SectionId& section, std::string_view labels) {
  return Framing()
      .Raw(kPrefix)
      .Raw(kSectionDomain)
      .Raw(ByteSpan(record))
      .Raw(ByteSpan(section))
      .Lp16(labels)
      .str();
}

std::string AccessInfo(std::string_view federation, const RecordId& record, std::string_view origin,
                       std::string_view recipient, const KeyId& delivery_key) {
  return Framing()
      .Raw(kPrefix)
      .Raw(kAccessDomain)
      .Lp16(federation)
      .Raw(ByteSpan(record))
      .Lp16(origin)
      .Lp16(recipient)
      .Raw(ByteSpan(delivery_key))
      .str();
}

std::string WrapContext(const SectionId& section) {
  return Framing().Raw(kPrefix).Raw(kWrapDomain).Raw(ByteSpan(section)).str();
}

std::string WrapAad(const Digest& record_hash, const SectionId& section) {
  return Framing().Raw(ByteSpan(record_hash)).Raw(ByteSpan(section)).str();
}

}  // namespace entente::record::internal

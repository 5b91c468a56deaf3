// Internal to the sealing target: what sealing and opening both compute (docs/formats.md,
// "Section", "Access"). Stateless; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace entente::record::internal {

struct SectionKeys {
  crypto::Secret<32> encryption{};
  Digest commitment{};
};
SectionKeys DeriveSectionKeys(const crypto::Secret<32>& content_key, const RecordId& record,
                              const SectionId& section);

// AD of a section's ciphertext. Precondition: labels of at most kLp16Bytes.
std::string SectionAad(const RecordId& record, const SectionId& section, std::string_view labels);

// The info of an access's HPKE context: for what, from whom, to whom, where.
std::string AccessInfo(std::string_view federation, const RecordId& record, std::string_view origin,
                       std::string_view recipient, const KeyId& delivery_key);
// What the key of a section's wrap is exported under, and the AD of the wrap.
std::string WrapContext(const SectionId& section);
std::string WrapAad(const Digest& record_hash, const SectionId& section);

}  // namespace entente::record::internal

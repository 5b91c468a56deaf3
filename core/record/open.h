// Opening what was sealed to this agency: checks 9 to 11 of docs/formats.md, "What a recipient
// checks". Node side only: no broker links this. Pure; safe from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/crypto/agree.h"
#include "core/crypto/hpke.h"
#include "core/record/record.h"
#include "entente/v1/content.pb.h"
#include "entente/v1/record.pb.h"

namespace entente::record {

// The living delivery key with this id; nullptr when it was never ours, is not published yet or was
// destroyed. The key outlives the call.
using DeliveryKeyLookup = std::function<const crypto::AgreementKey*(const KeyId&)>;

// A manifest that opened, and the context that gives the keys of the wraps. Move-only.
struct OpenedAccess {
  v1::AccessManifest manifest{};
  crypto::HpkeRecipientContext context;
};

// Check 9. Refusal key-unknown: no living key; bad-signature: it does not open, so it is not by
// this origin for this recipient in this federation, or not of this record; those of StrictParse
// for the manifest, malformed for fixed lengths and pair_seq 0, not-canonical for lists.
absl::StatusOr<OpenedAccess> OpenAccess(std::string_view federation, const ParsedRecord& record,
                                        const Access& access, const DeliveryKeyLookup& keys);

// The set half of check 10. Refusal proof-bad unless the sections there are exactly those wrapped,
// all granted by the manifest, and every granted one that is missing is in `withheld`.
absl::Status CheckGranted(const ParsedRecord& record, const Access& access,
                          const v1::AccessManifest& manifest, std::span<const SectionId> withheld);

struct OpenedSection {
  SectionId id{};
  v1::SectionLabels labels{};
  v1::SectionContent content{};
  // Of an attachment: what its bytes are fetched by, and opened with.
  std::optional<FileShape> file{};
  std::shared_ptr<const crypto::Secret<32>> content_key{};
};

// The other half, and check 11. Refusal proof-bad: wrap or ciphertext does not open; bad-signature:
// the key is not the one committed to, or the labels inside are not those outside; those of
// StrictParse for what is inside.
absl::StatusOr<OpenedSection> OpenSection(const ParsedRecord& record, const Section& section,
                                          const Wrap& wrap, const OpenedAccess& access);

}  // namespace entente::record

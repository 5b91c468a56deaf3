// Sealing: what the origin's node does before it signs. Node side only: no broker links this.
// Functions are safe from any thread. Source: docs/formats.md, "Section", "Access".
//
// The order is forced: each recipient's HPKE context is set up first, its encapsulated key goes
// into a leaf, the leaves into the header, and manifest and wraps are sealed under the header's
// hash. So a record cannot be wrapped again to another delivery key: that is a new record.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/instant.h"
#include "core/crypto/keys.h"
#include "core/crypto/secret.h"
#include "core/record/chunks.h"
#include "core/record/header.h"
#include "entente/v1/content.pb.h"
#include "entente/v1/record.pb.h"

namespace entente::record {

// A file that AttachmentSealer sealed under this key and id.
struct AttachedFile {
  SectionId id{};
  crypto::Secret<32> content_key{};
  FileShape shape{};
};

struct SectionDraft {
  v1::SectionLabels labels{};  // lists in any order
  v1::SectionContent content{};
  std::optional<AttachedFile> file{};  // of an attachment, and of nothing else
};

struct RecipientDraft {
  AgencyId recipient;
  crypto::PublicKey delivery_key{};
  std::string instrument{};
  std::vector<std::string> consents{};     // SignedStatement each, encoded
  std::string emergency{};                 // the override, encoded; empty: none
  std::vector<uint32_t> sections{};        // granted, by position in the request; at least one
  std::vector<std::string> obligations{};  // of the origin's policy; in any order
  uint64_t pair_seq = 0;                   // from 1
  std::optional<Digest> in_reply_to{};     // record hash
  std::string instruction{};
};

struct SealRequest {
  std::string_view federation{};
  // Everything but format_version, record_id and digests; lists in any order.
  Header header;
  std::vector<SectionDraft> sections{};
  std::vector<RecipientDraft> recipients{};
  // An id that was drawn, and told to people, before sealing; else it comes from `random`.
  std::optional<RecordId> record_id{};
  // A signed note of at most kCheckpointBytes, for every recipient; empty: none.
  std::string_view checkpoint{};
};

struct ContentKey {
  SectionId section_id{};
  crypto::Secret<32> key{};
};

struct SealedRecord {
  v1::Record record{};  // its signature is missing: SignBatch over `hash`, then put it in
  RecordId id{};
  Digest hash{};
  std::vector<SectionId> sections{};  // in the order of the request
  // For as long as some recipient has not acknowledged.
  std::vector<ContentKey> content_keys{};
};

// INVALID_ARGUMENT: no or too many sections or recipients, a recipient twice or who is the origin,
// a section that is not there, a delivery key of small order. Refusal of CheckHeader or ReadLabels;
// too-large when the record could not be sent.
absl::StatusOr<SealedRecord> SealRecord(const SealRequest& request, Random& random);

}  // namespace entente::record

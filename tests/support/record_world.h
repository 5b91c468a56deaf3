// Three agencies that send each other records: what the tests of core/record begin with, and what a
// broker that does its duty makes of a record. Deterministic. Not thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/crypto/agree.h"
#include "core/crypto/sign.h"
#include "core/record/receive.h"
#include "core/record/seal.h"
#include "entente/v1/record.pb.h"
#include "tests/support/seeded_random.h"

namespace entente::testing {

class RecordWorld {
 public:
  static constexpr std::string_view kFederation = "entente.test";
  // 2026-12-01T10:00:00Z, when every record here is made.
  static constexpr Instant kNow{1796119200000};

  explicit RecordWorld(uint64_t seed = 1);

  // A lead in two sections: an ask that both recipients may read, and accounts for Germany alone.
  record::SealRequest Request();
  record::SealedRecord Sealed();
  // Signed as a batch of one.
  v1::Record Sign(const record::SealedRecord& sealed);
  // The whole lead.
  v1::Record Lead();
  // What one recipient gets of it when the decision withholds these sections.
  static v1::Record Strip(const v1::Record& whole, const AgencyId& recipient,
                          std::span<const SectionId> withheld = {});
  // The same header signed again as it stands now.
  void SignAgain(v1::Record& record, const crypto::SigningKey& key);
  // Puts the leaves of what is in the record now into the header and signs it: what a lying origin
  // could do. Manifest and wraps are still those of the old hash.
  void DigestAgain(v1::Record& record);

  // All checks of core/record at a recipient.
  absl::StatusOr<record::OpenedRecord> Receive(std::string_view bytes, const AgencyId& own,
                                               std::span<const SectionId> withheld = {});
  absl::StatusOr<record::OpenedRecord> Receive(const v1::Record& record, const AgencyId& own,
                                               std::span<const SectionId> withheld = {});
  // Those before anything is opened.
  absl::StatusOr<record::ParsedRecord> Check(std::string_view bytes);
  // Both recipients' keys.
  record::DeliveryKeyLookup DeliveryKeys() const;
  record::SigningKeyLookup SigningKeys() const;

  SeededRandom random;
  const AgencyId france;
  const AgencyId germany;
  const AgencyId brazil;
  const crypto::SigningKey signing;
  const crypto::AgreementKey german_key;
  const crypto::AgreementKey brazilian_key;
  // What the evidence and the recipient's clock say.
  Instant now = kNow;
  Instant entry_instant = kNow;
  std::string federation{kFederation};
};

// Parses, failing the test when it is none.
AgencyId Agency(std::string_view text);

}  // namespace entente::testing

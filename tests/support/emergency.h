// An override by two officers, for tests: their keys, the statement that publishes these, and the
// statement that both sign.
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/crypto/sign.h"
#include "core/ledger/ceremony.h"
#include "entente/v1/record.pb.h"
#include "tests/support/federation.h"
#include "tests/support/seeded_random.h"

namespace entente::testing {

struct OfficerKeys {
  crypto::SigningKey author;
  crypto::SigningKey releaser;
};
OfficerKeys MakeOfficerKeys(SeededRandom& random);
// Both, valid for a year from `from`.
ledger::Publication PublishOfficers(const Federation& federation, std::string_view agency,
                                    const OfficerKeys& keys, Instant from);

// FR.fiu lets this record go to BR.fiu, in what Germany gave.
v1::OverrideNote OverrideOf(const RecordId& record, Instant instant);
// A SignedStatement, encoded.
std::string SignOverride(const Federation& federation, const v1::OverrideNote& note,
                         const OfficerKeys& keys);

}  // namespace entente::testing

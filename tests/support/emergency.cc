#include "tests/support/emergency.h"

#include "core/base/limits.h"
#include "core/crypto/keys.h"
#include "core/record/format.h"
#include "core/record/statements.h"

namespace entente::testing {
namespace {

using crypto::KeyUse;

void AddKey(const crypto::SigningKey& key, std::string_view role, Instant from,
            v1::KeyStatement& body) {
  v1::KeyEntry& entry = *body.add_keys();
  entry.set_use(static_cast<uint32_t>(KeyUse::kOfficer));
  entry.set_public_key(ToString(key.public_key()));
  entry.set_from_ms(static_cast<uint64_t>(from.ms));
  entry.set_until_ms(static_cast<uint64_t>(from.ms + 365 * limits::kDayMs));
  entry.set_role(std::string(role));
}

}  // namespace

OfficerKeys MakeOfficerKeys(SeededRandom& random) {
  auto author = crypto::SigningKey::Create(random);
  return {.author = std::move(author), .releaser = crypto::SigningKey::Create(random)};
}

ledger::Publication PublishOfficers(const Federation& federation, std::string_view agency,
                                    const OfficerKeys& keys, Instant from) {
  v1::KeyStatement body;
  body.set_owner(std::string(agency));
  AddKey(keys.author, record::kAuthorRole, from, body);
  AddKey(keys.releaser, record::kReleaserRole, from, body);
  body.set_instant_ms(static_cast<uint64_t>(from.ms));
  return federation.SignKeys(agency, body);
}

v1::OverrideNote OverrideOf(const RecordId& record, Instant instant) {
  v1::OverrideNote note;
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record(ToString(record));
  note.set_purpose("asset-recovery");
  note.add_rules("FR-OUT-900");
  note.add_about("suspect");
  note.add_data("financial");
  note.add_sources("DE.fiu");
  note.set_ground(v1::OVERRIDE_GROUND_LIFE);
  note.set_reason_digest(std::string(32, 'r'));
  note.set_from_ms(static_cast<uint64_t>(instant.ms));
  note.set_until_ms(static_cast<uint64_t>(instant.ms + limits::kOverrideMs));
  note.set_instant_ms(static_cast<uint64_t>(instant.ms));
  return note;
}

std::string SignOverride(const Federation& federation, const v1::OverrideNote& note,
                         const OfficerKeys& keys) {
  return record::Encode(
      record::SignBody(federation.name(), note,
                       {{keys.author, KeyUse::kOfficer}, {keys.releaser, KeyUse::kOfficer}}));
}

}  // namespace entente::testing

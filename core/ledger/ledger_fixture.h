// For the tests of core/ledger: a founded federation and a registry that more is offered to.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "core/audit/merkle.h"
#include "core/base/refusal.h"
#include "core/crypto/agree.h"
#include "core/ledger/registry.h"
#include "core/record/statements.h"
#include "tests/support/federation.h"

namespace entente::ledger {

using crypto::KeyUse;
using testing::Federation;
using testing::FederationOptions;
using testing::kFounded;

constexpr uint64_t Ms(Instant instant) { return static_cast<uint64_t>(instant.ms); }

// "ok", or the refusal's reason, or the status code.
inline std::string Outcome(const absl::Status& status) {
  if (status.ok()) return "ok";
  const auto refusal = RefusalOf(status);
  return refusal ? ReasonText(*refusal) : absl::StatusCodeToString(status.code());
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() : LedgerTest(FederationOptions{}) {}
  explicit LedgerTest(FederationOptions options)
      : federation(std::move(options)), registry(federation.NewRegistry()) {
    index = registry.snapshot_number();
  }

  // What Check says, then Apply: they must agree. Takes the next index.
  std::string Offer(const Publication& publication, Instant now) {
    return OfferBytes(publication.kind, testing::BodyOf(publication), now);
  }
  std::string Offer(const Publication& publication) { return Offer(publication, instant); }
  // What whoever published it is told to do; empty when it is taken.
  std::string AdviceOn(const Publication& publication) {
    const auto refusal =
        RefusalOf(registry.Check(index, publication.kind, instant, testing::BodyOf(publication)));
    return refusal ? refusal->advice : "";
  }
  std::string OfferBytes(v1::EntryKind kind, std::string_view body, Instant now) {
    const std::string checked = Outcome(registry.Check(index, kind, now, body));
    const uint64_t before = registry.snapshot_number();
    const Digest leaf = audit::LeafHash(body);
    EXPECT_EQ(Outcome(registry.Apply(index++, leaf, kind, now, body)), checked);
    EXPECT_EQ(registry.snapshot_number(), before + 1) << "every open entry counts";
    return checked;
  }

  template <class Body>
  Publication Signed(v1::EntryKind kind, const Body& body,
                     std::initializer_list<record::StatementSigner> signers) {
    return {
        .kind = kind, .statement = record::SignBody(federation.name(), body, signers), .text = {}};
  }

  v1::AgencyStatement AgencyBody(std::string agency, v1::AgencyStatement::State state,
                                 uint64_t number) {
    v1::AgencyStatement body;
    body.set_agency(std::move(agency));
    body.set_state(state);
    body.set_kind("fiu");
    body.set_name("A unit");
    body.set_from_ms(Ms(instant));
    body.set_number(number);
    return body;
  }
  Publication ByAuthority(const std::string& code, const v1::AgencyStatement& body) {
    return Signed(v1::ENTRY_KIND_AGENCY, body,
                  {{federation.jurisdiction(code).authority, KeyUse::kAuthority}});
  }

  crypto::PublicKey NewPublicKey(KeyUse use) {
    if (use == KeyUse::kDelivery) return crypto::AgreementKey::Create(random).public_key();
    return crypto::SigningKey::Create(random).public_key();
  }
  // One new key of `use` for an owner, valid for a year (a delivery key: a week).
  v1::KeyStatement KeysBody(std::string owner, std::initializer_list<KeyUse> uses) {
    v1::KeyStatement body;
    body.set_owner(std::move(owner));
    for (const KeyUse use : uses) {
      v1::KeyEntry& key = *body.add_keys();
      key.set_use(static_cast<uint32_t>(use));
      key.set_public_key(ToString(NewPublicKey(use)));
      if (use == KeyUse::kOfficer) key.set_role("author");
      key.set_from_ms(Ms(instant));
      key.set_until_ms(Ms(instant) + (use == KeyUse::kDelivery ? 7 : 365) * limits::kDayMs);
    }
    body.set_instant_ms(Ms(instant));
    return body;
  }
  Publication ByIdentity(const std::string& agency, const v1::KeyStatement& body) {
    return Signed(v1::ENTRY_KIND_KEYS, body,
                  {{federation.agency(agency).identity, KeyUse::kIdentity}});
  }
  Publication ByAuthority(const std::string& code, const v1::KeyStatement& body) {
    return Signed(v1::ENTRY_KIND_KEYS, body,
                  {{federation.jurisdiction(code).authority, KeyUse::kAuthority}});
  }

  Publication Revoke(const std::string& owner, const KeyId& key, const crypto::SigningKey& signer,
                     KeyUse use) {
    return SignRevocation(federation.name(), owner, key, "stolen", instant, signer, use);
  }
  KeyId SigningKeyId(std::string_view agency) {
    return crypto::MakeKeyId(KeyUse::kRecordSigning,
                             federation.agency(agency).record_signing.public_key());
  }

  Federation federation;
  Registry registry;
  uint64_t index = 0;
  Instant instant = kFounded + limits::kHourMs;
  testing::SeededRandom random{99};
};

}  // namespace entente::ledger

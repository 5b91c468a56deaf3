// Keys: who may publish which, when one counts, and what a revocation undoes.
#include "core/base/encoding.h"
#include "core/ledger/ledger_fixture.h"

namespace entente::ledger {
namespace {

class RegistryKeys : public LedgerTest {
 protected:
  std::string Find(std::string_view owner, const KeyId& id, KeyUse use, uint64_t at, Instant t) {
    return Outcome(registry.FindKey(owner, id, use, at, t).status());
  }
  KeyId last{};
  KeyId IdOf(const v1::KeyStatement& body, int number = 0) {
    return crypto::MakeKeyId(static_cast<KeyUse>(body.keys(number).use()),
                             *FixedBytes<32>(body.keys(number).public_key()));
  }
};

TEST_F(RegistryKeys, AnAgencysIdentityKeyPublishesItsOtherKeys) {
  const v1::KeyStatement body =
      KeysBody("FR.fiu", {KeyUse::kRecordSigning, KeyUse::kDelivery, KeyUse::kAcknowledgement,
                          KeyUse::kWitness, KeyUse::kMatching, KeyUse::kOfficer});
  const uint64_t at = index;
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "ok");
  for (int i = 0; i < body.keys_size(); ++i) {
    const auto use = static_cast<KeyUse>(body.keys(i).use());
    EXPECT_EQ(Find("FR.fiu", IdOf(body, i), use, index, instant), "ok");
    // Not before it was logged, not for another agency or use.
    EXPECT_EQ(Find("FR.fiu", IdOf(body, i), use, at, instant), "key-unknown");
    EXPECT_EQ(Find("BR.fiu", IdOf(body, i), use, index, instant), "key-unknown");
    EXPECT_EQ(Find("FR.fiu", IdOf(body, i), KeyUse::kIdentity, index, instant), "key-unknown");
  }
}

TEST_F(RegistryKeys, TheAuthorityPublishesIdentityKeysAndNoOthers) {
  const v1::KeyStatement identity = KeysBody("FR.fiu", {KeyUse::kIdentity});
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", identity)), "key-unknown");
  EXPECT_EQ(Offer(ByAuthority("BR", identity)), "key-unknown");
  EXPECT_EQ(Offer(ByAuthority("FR", identity)), "ok");
  for (const KeyUse use : {KeyUse::kRecordSigning, KeyUse::kDelivery, KeyUse::kAcknowledgement,
                           KeyUse::kWitness, KeyUse::kMatching, KeyUse::kOfficer}) {
    EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("FR.fiu", {use}))), "key-unknown")
        << crypto::KeyUseWord(use);
  }
}

TEST_F(RegistryKeys, AnotherAgencysIdentityKeyPublishesNothing) {
  EXPECT_EQ(Offer(ByIdentity("BR.fiu", KeysBody("FR.fiu", {KeyUse::kDelivery}))), "key-unknown");
  const v1::KeyStatement own = KeysBody("FR.fiu", {KeyUse::kDelivery});
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_KEYS, own,
                         {{federation.agency("FR.fiu").record_signing, KeyUse::kRecordSigning}})),
            "key-unknown");
}

TEST_F(RegistryKeys, OneSignatureMustDoForAllKeys) {
  const v1::KeyStatement mixed = KeysBody("FR.fiu", {KeyUse::kIdentity, KeyUse::kDelivery});
  EXPECT_EQ(Offer(ByAuthority("FR", mixed)), "malformed");
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", mixed)), "malformed");
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_KEYS, mixed,
                         {{federation.jurisdiction("FR").authority, KeyUse::kAuthority},
                          {federation.agency("FR.fiu").identity, KeyUse::kIdentity}})),
            "malformed");
}

TEST_F(RegistryKeys, UsesBelongToOwners) {
  for (const KeyUse use : {KeyUse::kAuthority, KeyUse::kPolicyAuthor, KeyUse::kPolicyProtection,
                           KeyUse::kReceipt, KeyUse::kNote, KeyUse::kCheckpoint}) {
    EXPECT_EQ(Offer(ByIdentity("FR.fiu", KeysBody("FR.fiu", {use}))), "malformed");
    EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("FR.fiu", {use}))), "malformed");
  }
  for (const KeyUse use : {KeyUse::kAuthority, KeyUse::kIdentity, KeyUse::kRecordSigning,
                           KeyUse::kDelivery, KeyUse::kCheckpoint}) {
    EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("FR", {use}))), "malformed");
  }
  EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("FR", {KeyUse::kPolicyAuthor}))), "ok");
  EXPECT_EQ(Offer(ByAuthority("BR", KeysBody("FR", {KeyUse::kPolicyAuthor}))), "key-unknown");
  EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("NL", {KeyUse::kPolicyAuthor}))), "wrong-agency");
}

TEST_F(RegistryKeys, WhoWasNeverAdmittedHasNoKeys) {
  EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("FR.police", {KeyUse::kIdentity}))), "not-authorised");
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.fiu", v1::AgencyStatement::REMOVED, 2))), "ok");
  EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("FR.fiu", {KeyUse::kIdentity}))), "agency-suspended");
}

TEST_F(RegistryKeys, FormOfTheBody) {
  const auto outcome = [&](auto change) {
    v1::KeyStatement body = KeysBody("FR.fiu", {KeyUse::kDelivery});
    change(body);
    return Offer(ByIdentity("FR.fiu", body));
  };
  EXPECT_EQ(outcome([](auto& body) { body.mutable_keys(0)->set_use(14); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.mutable_keys(0)->set_use(256 + 4); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.mutable_keys(0)->set_public_key("short"); }),
            "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.mutable_keys(0)->set_until_ms(body.keys(0).from_ms()); }),
            "malformed");
  EXPECT_EQ(
      outcome([](auto& body) {
        body.mutable_keys(0)->set_until_ms(body.keys(0).from_ms() + limits::kDeliveryKeyLifeMs + 1);
      }),
      "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.clear_keys(); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.add_format_versions(0); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) {
              body.add_format_versions(2);
              body.add_format_versions(1);
            }),
            "not-canonical");
}

// Whoever sealed to it would fail, again and again.
TEST_F(RegistryKeys, AKeyWithWhichNothingCanBeDoneIsNone) {
  const auto outcome = [&](KeyUse use, std::string_view hex) {
    v1::KeyStatement body = KeysBody("FR.fiu", {use});
    body.mutable_keys(0)->set_public_key(*HexDecode(hex));
    return Offer(ByIdentity("FR.fiu", body));
  };
  const std::string zeros(64, '0');
  EXPECT_EQ(outcome(KeyUse::kDelivery, zeros), "malformed");
  EXPECT_EQ(outcome(KeyUse::kDelivery, "ed" + std::string(60, 'f') + "7f"), "malformed");
  EXPECT_EQ(outcome(KeyUse::kRecordSigning, zeros), "malformed");
  EXPECT_EQ(outcome(KeyUse::kAcknowledgement, "02" + std::string(62, '0')), "malformed");
  EXPECT_EQ(outcome(KeyUse::kMatching, zeros), "ok");
}

TEST_F(RegistryKeys, FormatVersionsAreTheLatestStated) {
  EXPECT_EQ(registry.FormatVersionsOf("FR.fiu"), (std::vector<uint32_t>{1, 2, 3, 4}));
  v1::KeyStatement body = KeysBody("FR.fiu", {});
  body.add_format_versions(1);
  body.add_format_versions(2);
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "ok");
  EXPECT_EQ(registry.FormatVersionsOf("FR.fiu"), (std::vector<uint32_t>{1, 2}));
  EXPECT_TRUE(registry.FormatVersionsOf("FR.never").empty());
}

TEST_F(RegistryKeys, AStatementThatChangesNothingIsNone) {
  v1::KeyStatement body = KeysBody("FR.fiu", {});
  for (const uint32_t version : registry.FormatVersionsOf("FR.fiu")) {
    body.add_format_versions(version);
  }
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "malformed");
  v1::KeyStatement with_key = KeysBody("FR.fiu", {KeyUse::kDelivery});
  *with_key.mutable_format_versions() = body.format_versions();
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", with_key)), "ok");
}

TEST_F(RegistryKeys, AStatementHasSoManyKeys) {
  const auto with = [&](size_t keys) {
    v1::KeyStatement body = KeysBody("FR.fiu", {KeyUse::kOfficer});
    while (static_cast<size_t>(body.keys_size()) < keys) {
      *body.add_keys() = body.keys(0);
      body.mutable_keys(body.keys_size() - 1)
          ->set_public_key(ToString(NewPublicKey(KeyUse::kOfficer)));
    }
    return Offer(ByIdentity("FR.fiu", body));
  };
  EXPECT_EQ(with(limits::kKeysInStatement + 1), "malformed");
  EXPECT_EQ(with(limits::kKeysInStatement), "ok");
}

TEST_F(RegistryKeys, AnOwnerHasSoManyKeysOfOneUseAtOnce) {
  const auto publish = [&](int64_t from_ms) {
    instant = instant + 1;
    v1::KeyStatement body = KeysBody("FR", {KeyUse::kPolicyAuthor});
    body.mutable_keys(0)->set_from_ms(Ms(instant + from_ms));
    body.mutable_keys(0)->set_until_ms(Ms(instant + from_ms + limits::kDayMs));
    const std::string outcome = Offer(ByAuthority("FR", body));
    last = IdOf(body);
    return outcome;
  };
  const int64_t later = 3000 * limits::kDayMs;
  for (size_t i = 0; i < limits::kKeysAtOnce; ++i) EXPECT_EQ(publish(later), "ok");
  const KeyId sixteenth = last;
  EXPECT_EQ(publish(later), "malformed");
  EXPECT_EQ(publish(later + 2 * limits::kDayMs), "ok") << "not at the same time";
  instant = instant + 1;
  EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("FR", {KeyUse::kPolicyProtection}))), "ok");
  EXPECT_EQ(
      Offer(Revoke("FR", sixteenth, federation.jurisdiction("FR").authority, KeyUse::kAuthority)),
      "ok");
  EXPECT_EQ(publish(later), "ok") << "a revoked one makes room";
}

TEST_F(RegistryKeys, AStatementIsNeitherFromTheFutureNorReplayed) {
  v1::KeyStatement body = KeysBody("FR.fiu", {KeyUse::kDelivery});
  body.set_instant_ms(Ms(instant + limits::kClockToleranceMs + 1));
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "future-dated");
  body.set_instant_ms(Ms(instant + limits::kClockToleranceMs));
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "ok");
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "malformed") << "published before";
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", KeysBody("FR.fiu", {KeyUse::kDelivery}))),
            "snapshot-behind");
  // The authority's clock is another: its statements are counted by themselves.
  EXPECT_EQ(Offer(ByAuthority("FR", KeysBody("FR.fiu", {KeyUse::kIdentity}))), "ok");
}

TEST_F(RegistryKeys, AKeyCountsFromItsFirstMillisecondToItsLast) {
  v1::KeyStatement body = KeysBody("FR.fiu", {KeyUse::kRecordSigning});
  body.mutable_keys(0)->set_from_ms(Ms(instant + 1000));
  body.mutable_keys(0)->set_until_ms(Ms(instant + 2000));
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "ok");
  const auto at = [&](int64_t ms) {
    return Find("FR.fiu", IdOf(body), KeyUse::kRecordSigning, index, instant + ms);
  };
  EXPECT_EQ(at(999), "key-not-valid-then");
  EXPECT_EQ(at(1000), "ok");
  EXPECT_EQ(at(1999), "ok");
  EXPECT_EQ(at(2000), "key-not-valid-then");
}

TEST_F(RegistryKeys, AnExpiredIdentityKeyPublishesNothing) {
  const Instant late = kFounded + 4 * 365 * limits::kDayMs;
  v1::KeyStatement body = KeysBody("FR.fiu", {KeyUse::kDelivery});
  body.set_instant_ms(Ms(late));
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body), late), "key-not-valid-then");
}

TEST_F(RegistryKeys, TheCurrentKeyIsTheOnePublishedLastOfThoseThatCount) {
  const auto current = [&](Instant t) {
    const auto key = registry.CurrentKey("FR.fiu", KeyUse::kDelivery, t);
    EXPECT_TRUE(key.ok()) << key.status();
    return key.ok() ? key->public_key : crypto::PublicKey{};
  };
  const auto& delivery = federation.agency("FR.fiu").delivery;
  EXPECT_EQ(current(kFounded), delivery[0].public_key());
  EXPECT_EQ(current(kFounded + limits::kDeliveryKeyLifeMs - 1), delivery[0].public_key());
  EXPECT_EQ(current(kFounded + limits::kDeliveryKeyLifeMs), delivery[1].public_key());
  EXPECT_EQ(Outcome(registry.CurrentKey("FR.fiu", KeyUse::kDelivery, kFounded + 70 * limits::kDayMs)
                        .status()),
            "key-unknown");
  const v1::KeyStatement body = KeysBody("FR.fiu", {KeyUse::kDelivery});
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "ok");
  EXPECT_EQ(current(instant), *FixedBytes<32>(body.keys(0).public_key()));
  // Revoked: back to the other one.
  EXPECT_EQ(
      Offer(Revoke("FR.fiu", IdOf(body), federation.agency("FR.fiu").identity, KeyUse::kIdentity)),
      "ok");
  EXPECT_EQ(current(instant), delivery[0].public_key());
}

TEST_F(RegistryKeys, ARevocationEndsAKeyAtItsIndexAndNotBefore) {
  const KeyId key = SigningKeyId("FR.fiu");
  const uint64_t at = index;
  EXPECT_EQ(Offer(Revoke("FR.fiu", key, federation.agency("FR.fiu").identity, KeyUse::kIdentity)),
            "ok");
  // A record dated back to before the theft is judged by where it stands, not by what it says.
  for (const Instant t : {kFounded, instant, instant + limits::kDayMs}) {
    EXPECT_EQ(Find("FR.fiu", key, KeyUse::kRecordSigning, at - 1, t), "ok");
    EXPECT_EQ(Find("FR.fiu", key, KeyUse::kRecordSigning, at, t), "key-not-valid-then");
    EXPECT_EQ(Find("FR.fiu", key, KeyUse::kRecordSigning, at + 1, t), "key-not-valid-then");
  }
  const auto keys = registry.KeysOf("FR.fiu");
  const auto revoked = std::ranges::find(keys, key, &KeyInfo::id);
  ASSERT_NE(revoked, keys.end());
  EXPECT_EQ(revoked->revoked_at, at);
}

TEST_F(RegistryKeys, WhoMayRevoke) {
  const KeyId key = SigningKeyId("FR.fiu");
  const auto& france = federation.agency("FR.fiu");
  const auto& brazil = federation.agency("BR.fiu");
  EXPECT_EQ(Offer(Revoke("FR.fiu", key, brazil.identity, KeyUse::kIdentity)), "key-unknown");
  EXPECT_EQ(Offer(Revoke("FR.fiu", key, france.record_signing, KeyUse::kRecordSigning)),
            "key-unknown");
  EXPECT_EQ(
      Offer(Revoke("FR.fiu", key, federation.jurisdiction("BR").authority, KeyUse::kAuthority)),
      "key-unknown");
  EXPECT_EQ(Offer(Revoke("BR.fiu", key, brazil.identity, KeyUse::kIdentity)), "key-unknown")
      << "another's key under one's own name";
  EXPECT_EQ(Find("FR.fiu", key, KeyUse::kRecordSigning, index, instant), "ok");
  EXPECT_EQ(
      Offer(Revoke("FR.fiu", key, federation.jurisdiction("FR").authority, KeyUse::kAuthority)),
      "ok");
  EXPECT_EQ(Offer(Revoke("FR.fiu", key, france.identity, KeyUse::kIdentity)), "key-not-valid-then")
      << "revoked already";
}

TEST_F(RegistryKeys, ARevokedKeyDoesNotComeBack) {
  const v1::KeyStatement body = KeysBody("FR.fiu", {KeyUse::kRecordSigning});
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", body)), "ok");
  EXPECT_EQ(
      Offer(Revoke("FR.fiu", IdOf(body), federation.agency("FR.fiu").identity, KeyUse::kIdentity)),
      "ok");
  instant = instant + limits::kHourMs;
  v1::KeyStatement again = body;
  again.set_instant_ms(Ms(instant));
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", again)), "malformed");
  EXPECT_EQ(Find("FR.fiu", IdOf(body), KeyUse::kRecordSigning, index, instant),
            "key-not-valid-then");
}

TEST_F(RegistryKeys, ARevokedIdentityKeySignsNothingMore) {
  const auto& identity = federation.agency("FR.fiu").identity;
  const KeyId id = crypto::MakeKeyId(KeyUse::kIdentity, identity.public_key());
  EXPECT_EQ(Offer(Revoke("FR.fiu", id, identity, KeyUse::kIdentity)), "ok") << "its own last word";
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", KeysBody("FR.fiu", {KeyUse::kDelivery}))),
            "key-not-valid-then");
  EXPECT_EQ(Offer(Revoke("FR.fiu", SigningKeyId("FR.fiu"), identity, KeyUse::kIdentity)),
            "key-not-valid-then");
}

TEST_F(RegistryKeys, ARevocationFromTheFutureIsNone) {
  instant = instant + limits::kHourMs;
  const Publication revocation = Revoke("FR.fiu", SigningKeyId("FR.fiu"),
                                        federation.agency("FR.fiu").identity, KeyUse::kIdentity);
  EXPECT_EQ(Offer(revocation, instant - limits::kHourMs), "future-dated");
}

TEST_F(RegistryKeys, PolicyKeysAreRevokedByTheAuthority) {
  const auto& france = federation.jurisdiction("FR");
  const KeyId id = crypto::MakeKeyId(KeyUse::kPolicyAuthor, france.policy_author.public_key());
  EXPECT_EQ(Offer(Revoke("FR", id, france.policy_protection, KeyUse::kPolicyProtection)),
            "key-unknown");
  EXPECT_EQ(Offer(Revoke("FR", id, france.authority, KeyUse::kAuthority)), "ok");
  EXPECT_EQ(Find("FR", id, KeyUse::kPolicyAuthor, index, instant), "key-not-valid-then");
}

TEST_F(RegistryKeys, KeysOfTheGenesisFileAreFoundUnderTheirOwners) {
  const auto find = [&](std::string_view owner, const crypto::PublicKey& key, KeyUse use) {
    return Find(owner, crypto::MakeKeyId(use, key), use, 1, kFounded);
  };
  const std::string& log = federation.log_origin();
  EXPECT_EQ(find("FR", federation.jurisdiction("FR").authority.public_key(), KeyUse::kAuthority),
            "ok");
  EXPECT_EQ(find("BR", federation.jurisdiction("FR").authority.public_key(), KeyUse::kAuthority),
            "key-unknown");
  EXPECT_EQ(find(log, federation.receipt_key().public_key(), KeyUse::kReceipt), "ok");
  EXPECT_EQ(find(log, federation.note_key().public_key(), KeyUse::kNote), "ok");
  EXPECT_EQ(find(log, federation.checkpoint_key().public_key(), KeyUse::kCheckpoint), "ok");
  EXPECT_EQ(find(log, federation.note_key().public_key(), KeyUse::kReceipt), "key-unknown");
  EXPECT_EQ(find("entente.test/log/other", federation.note_key().public_key(), KeyUse::kNote),
            "key-unknown");
  EXPECT_TRUE(registry.CurrentKey(log, KeyUse::kNote, kFounded).ok());
}

}  // namespace
}  // namespace entente::ledger

#include "core/ledger/overrides.h"

#include <functional>

#include "core/ledger/consents.h"
#include "core/ledger/ledger_fixture.h"
#include "core/record/format.h"
#include "tests/support/emergency.h"

namespace entente::ledger {
namespace {

using ::testing::ElementsAre;
using testing::OfficerKeys;

constexpr int64_t kLife = limits::kOverrideMs;

FederationOptions SixAgencies() {
  FederationOptions options;
  options.agencies = {"FR.fiu", "BR.fiu", "DE.fiu", "DE.police", "CH.fiu", "ORG.desk"};
  return options;
}

// France holds what Germany gave, and lets it go to Brazil in an emergency.
class OverridesTest : public LedgerTest {
 protected:
  OverridesTest()
      : LedgerTest(SixAgencies()),
        keys(testing::MakeOfficerKeys(random)),
        others(testing::MakeOfficerKeys(random)) {
    header.record_id = {1, 2, 3};
    header.purpose = "asset-recovery";
    header.obtained_from = {"DE"};
    EXPECT_EQ(Offer(testing::PublishOfficers(federation, "FR.fiu", keys, instant)), "ok");
    note = testing::OverrideOf(header.record_id, instant);
  }

  absl::StatusOr<Consented> Read(const std::string& bytes) {
    return ReadConsents(registry, header, {"BR.fiu", "TEST-ALL", {}, bytes}, index, instant);
  }
  std::string OutcomeOf(const v1::OverrideNote& one) {
    return Outcome(Read(testing::SignOverride(federation, one, keys)).status());
  }
  std::string After(const std::function<void(v1::OverrideNote&)>& change) {
    v1::OverrideNote changed = note;
    change(changed);
    return OutcomeOf(changed);
  }
  std::string SignedWith(std::initializer_list<record::StatementSigner> signers) {
    const auto statement = record::SignBody(federation.name(), note, signers);
    return Outcome(Read(record::Encode(statement)).status());
  }

  record::Header header{.origin = AgencyId::Parse("FR.fiu").value()};
  v1::OverrideNote note;
  OfficerKeys keys, others;
};

TEST_F(OverridesTest, OneThatHoldsBecomesALabelAndSaysWhoIsTold) {
  note.add_sources("DE.police");
  const auto read = Read(testing::SignOverride(federation, note, keys));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_TRUE(read->labels.emergency);
  EXPECT_THAT(read->labels.emergency->rules, ElementsAre("FR-OUT-900"));
  EXPECT_THAT(read->labels.emergency->about, ElementsAre("suspect"));
  EXPECT_THAT(read->labels.emergency->data, ElementsAre("financial"));
  EXPECT_EQ(read->labels.emergency->from, instant);
  EXPECT_EQ(read->labels.emergency->until, instant + kLife);
  EXPECT_THAT(read->emergency->sources(), ElementsAre("DE.fiu", "DE.police"));
  EXPECT_THAT(read->sources, ElementsAre()) << "nobody's consent is stood in for";
}

TEST_F(OverridesTest, WithoutOneNothingIsOverridden) {
  const auto read = Read("");
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->labels.emergency);
  EXPECT_FALSE(read->emergency);
}

TEST_F(OverridesTest, TwoOfficersInDifferentOfficesSign) {
  using Signer = record::StatementSigner;
  const Signer author{keys.author, KeyUse::kOfficer};
  const Signer releaser{keys.releaser, KeyUse::kOfficer};
  EXPECT_EQ(SignedWith({author, releaser}), "ok");
  EXPECT_EQ(SignedWith({author}), "malformed");
  EXPECT_EQ(SignedWith({releaser}), "malformed");
  const Signer second{others.author, KeyUse::kOfficer};
  EXPECT_EQ(SignedWith({author, second}), "key-unknown");
  EXPECT_EQ(SignedWith({author, releaser, second}), "malformed");
  instant = instant + 1;
  EXPECT_EQ(Offer(testing::PublishOfficers(federation, "FR.fiu", others, instant)), "ok");
  note.set_instant_ms(Ms(instant));
  EXPECT_EQ(SignedWith({author, second}), "consent-missing") << "two authors are one office";
  EXPECT_EQ(SignedWith({{others.author, KeyUse::kOfficer}, releaser}), "ok");
}

TEST_F(OverridesTest, NoOtherKeyOfTheAgencyIsAnOfficers) {
  const auto& node = federation.agency("FR.fiu");
  EXPECT_EQ(
      SignedWith({{keys.author, KeyUse::kOfficer}, {node.record_signing, KeyUse::kRecordSigning}}),
      "key-unknown");
  EXPECT_EQ(SignedWith({{keys.author, KeyUse::kOfficer}, {node.identity, KeyUse::kOfficer}}),
            "key-unknown");
}

TEST_F(OverridesTest, AnotherAgencysOfficersSignNothingForIt) {
  EXPECT_EQ(Offer(testing::PublishOfficers(federation, "DE.fiu", others, instant)), "ok");
  EXPECT_EQ(Outcome(Read(testing::SignOverride(federation, note, others)).status()), "key-unknown");
}

TEST_F(OverridesTest, OfAnotherTypeItIsNone) {
  const std::vector<record::StatementSigner> signers = {{keys.author, KeyUse::kOfficer},
                                                        {keys.releaser, KeyUse::kOfficer}};
  const auto statement =
      record::SignStatement("consent", federation.name(), record::Encode(note), signers);
  EXPECT_EQ(Outcome(Read(record::Encode(statement)).status()), "bad-signature");
}

TEST_F(OverridesTest, HoldsForThisRecordRecipientAndPurposeAlone) {
  EXPECT_EQ(After([](auto&) {}), "ok");
  EXPECT_EQ(After([](auto& n) { n.set_origin("CH.fiu"); }), "key-unknown");
  EXPECT_EQ(After([](auto& n) { n.set_recipient("CH.fiu"); }), "consent-missing");
  EXPECT_EQ(After([](auto& n) { n.set_purpose("fiu-analysis"); }), "consent-missing");
  EXPECT_EQ(After([](auto& n) { n.set_record(std::string(16, 'x')); }), "consent-missing");
}

TEST_F(OverridesTest, EveryStateThatGaveIsTold) {
  header.obtained_from = {"CH", "DE", "ORG"};
  EXPECT_EQ(After([](auto&) {}), "consent-missing");
  const auto telling = [&](std::initializer_list<const char*> names) {
    return After([&](auto& n) {
      n.clear_sources();
      for (const char* name : names) n.add_sources(name);
    });
  };
  EXPECT_EQ(telling({"CH.fiu", "DE.fiu"}), "consent-missing") << "an organisation is told too";
  EXPECT_EQ(telling({"DE.fiu", "DE.police", "ORG.desk"}), "consent-missing");
  EXPECT_EQ(telling({"CH.fiu", "DE.police", "ORG.desk"}), "ok");
  header.obtained_from = {"DE"};
  EXPECT_EQ(telling({"CH.fiu", "DE.fiu"}), "wrong-agency") << "Switzerland gave nothing";
  EXPECT_EQ(telling({"DE.never"}), "wrong-agency");
}

TEST_F(OverridesTest, WhoIsTellableIsAdmitted) {
  auto body = AgencyBody("DE.fiu", v1::AgencyStatement::SUSPENDED, 2);
  EXPECT_EQ(Offer(ByAuthority("DE", body)), "ok");
  EXPECT_EQ(After([](auto&) {}), "agency-suspended");
}

TEST_F(OverridesTest, IsReadStrictly) {
  EXPECT_EQ(After([](auto& n) { n.clear_rules(); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.add_rules("AA"); }), "not-canonical");
  EXPECT_EQ(After([](auto& n) { n.clear_about(); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.clear_data(); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.add_data("address"); }), "not-canonical");
  EXPECT_EQ(After([](auto& n) { n.clear_sources(); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.add_sources("AE.fiu"); }), "not-canonical");
  EXPECT_EQ(After([](auto& n) { n.set_sources(0, "FR.fiu"); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.clear_ground(); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.set_reason_digest("short"); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.set_recipient("FR.fiu"); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.clear_purpose(); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.set_instant_ms(0); }), "malformed");
  EXPECT_EQ(Outcome(Read("nonsense").status()), "malformed");
}

TEST_F(OverridesTest, AtMostSixteenAreTold) {
  const auto telling = [&](int count) {
    return After([&](auto& n) {
      n.clear_sources();
      for (int i = 0; i < count; ++i) n.add_sources("DE." + std::string(1, 'a' + i));
    });
  };
  EXPECT_EQ(telling(17), "malformed");
  EXPECT_EQ(telling(16), "wrong-agency") << "these are none, but as many as may be";
}

TEST_F(OverridesTest, LastsADayAtMostAndIsNoOlder) {
  EXPECT_EQ(After([](auto& n) { n.set_until_ms(n.until_ms() + 1); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.set_until_ms(n.from_ms()); }), "malformed");
  const uint64_t now = Ms(instant);
  EXPECT_EQ(After([&](auto& n) { n.set_instant_ms(now + limits::kClockToleranceMs); }), "ok");
  EXPECT_EQ(After([&](auto& n) { n.set_instant_ms(now + limits::kClockToleranceMs + 1); }),
            "future-dated");
  instant = instant + kLife;
  EXPECT_EQ(After([](auto&) {}), "ok") << "over, and refuses nothing";
  instant = instant + 1;
  EXPECT_EQ(After([](auto&) {}), "consent-missing");
}

TEST_F(OverridesTest, ARevokedKeyOverridesNothing) {
  const std::string bytes = testing::SignOverride(federation, note, keys);
  const KeyId id = crypto::MakeKeyId(KeyUse::kOfficer, keys.releaser.public_key());
  EXPECT_EQ(Outcome(Read(bytes).status()), "ok");
  EXPECT_EQ(Offer(Revoke("FR.fiu", id, federation.agency("FR.fiu").identity, KeyUse::kIdentity)),
            "ok");
  EXPECT_EQ(Outcome(Read(bytes).status()), "key-not-valid-then");
}

// Whatever of the statement is changed after it was signed.
TEST_F(OverridesTest, NoByteOfItCanBeChanged) {
  const std::string good = testing::SignOverride(federation, note, keys);
  ASSERT_EQ(Outcome(Read(good).status()), "ok");
  for (size_t i = 0; i < good.size(); ++i) {
    for (const uint8_t bit : {0x01, 0x10, 0x80}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ bit);
      EXPECT_NE(Outcome(Read(bad).status()), "ok") << "byte " << i << " bit " << int{bit};
    }
  }
}

}  // namespace
}  // namespace entente::ledger

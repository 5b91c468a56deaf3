#include "core/ledger/consents.h"

#include "core/ledger/ledger_fixture.h"

namespace entente::ledger {
namespace {

using ::testing::ElementsAre;

// France holds what Germany gave, and passes it on to Brazil.
class ConsentsTest : public LedgerTest {
 protected:
  ConsentsTest() {
    header.record_id = {1, 2, 3};
    header.purpose = "asset-recovery";
    header.obtained_from = {"DE"};
    note.set_source("DE.fiu");
    note.set_holder("FR.fiu");
    note.set_recipient("BR.fiu");
    note.set_record(std::string(32, 'h'));
    note.set_purpose("asset-recovery");
    note.set_instrument("TEST-ALL");
    note.add_about("suspect");
    note.add_data("financial");
    note.set_from_ms(Ms(instant));
    note.set_until_ms(Ms(instant) + 1000);
    note.set_instant_ms(Ms(instant));
    note.add_obligations("onward:never");
  }

  std::string SignedBy(const std::string& agency) {
    return record::Encode(
        record::SignBody(federation.name(), note,
                         {{federation.agency(agency).record_signing, KeyUse::kRecordSigning}}));
  }
  absl::StatusOr<Consented> Read(const std::string& consent) {
    return ReadConsents(registry, header, {"BR.fiu", "TEST-ALL", {consent}}, index, instant);
  }
  // As the source signs it, after a change.
  std::string After(auto change) {
    const v1::ConsentNote good = note;
    change(note);
    const std::string outcome = Outcome(Read(SignedBy("DE.fiu")).status());
    note = good;
    return outcome;
  }

  record::Header header{.origin = AgencyId::Parse("FR.fiu").value()};
  v1::ConsentNote note;
};

TEST_F(ConsentsTest, OneThatHoldsBecomesALabel) {
  const auto read = Read(SignedBy("DE.fiu"));
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->labels.consents.size(), 1u);
  const policy::ConsentLabels& labels = read->labels.consents[0];
  EXPECT_EQ(labels.source, "DE.fiu");
  EXPECT_EQ(labels.under, "TEST-ALL");
  EXPECT_THAT(labels.about, ElementsAre("suspect"));
  EXPECT_THAT(labels.data, ElementsAre("financial"));
  EXPECT_EQ(labels.from, instant);
  EXPECT_EQ(labels.until, instant + 1000);
  EXPECT_EQ(read->labels.recipient, "BR.fiu");
  EXPECT_THAT(read->obligations, ElementsAre("onward:never"));
  EXPECT_THAT(read->sources, ElementsAre("DE"));
}

TEST_F(ConsentsTest, NobodyElseSignsForTheSource) {
  EXPECT_EQ(Outcome(Read(SignedBy("FR.fiu")).status()), "key-unknown");
  v1::SignedStatement forged = record::StrictParse<v1::SignedStatement>(SignedBy("FR.fiu")).value();
  forged.mutable_signatures(0)->set_key_id(ToString(SigningKeyId("DE.fiu")));
  EXPECT_EQ(Outcome(Read(record::Encode(forged)).status()), "bad-signature");
}

TEST_F(ConsentsTest, OfAnotherTypeItIsNone) {
  const auto statement = record::SignStatement(
      "recall", federation.name(), record::Encode(note),
      std::vector<record::StatementSigner>{
          {federation.agency("DE.fiu").record_signing, KeyUse::kRecordSigning}});
  EXPECT_EQ(Outcome(Read(record::Encode(statement)).status()), "bad-signature");
}

TEST_F(ConsentsTest, HoldsForThisHolderRecipientPurposeAndSourceAlone) {
  EXPECT_EQ(After([](auto&) {}), "ok");
  EXPECT_EQ(After([](auto& n) { n.set_holder("CH.fiu"); }), "consent-missing");
  EXPECT_EQ(After([](auto& n) { n.set_recipient("AE.fiu"); }), "consent-missing");
  EXPECT_EQ(After([](auto& n) { n.set_purpose("fiu-analysis"); }), "consent-missing");
  header.obtained_from = {"CH"};
  EXPECT_EQ(After([](auto&) {}), "consent-missing");
}

TEST_F(ConsentsTest, IsReadStrictly) {
  EXPECT_EQ(After([](auto& n) { n.clear_about(); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.add_data("address"); }), "not-canonical");
  EXPECT_EQ(After([](auto& n) { n.set_record("short"); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.set_until_ms(n.from_ms()); }), "malformed");
  EXPECT_EQ(After([](auto& n) { n.set_instant_ms(0); }), "malformed");
  EXPECT_EQ(Outcome(Read("nonsense").status()), "malformed");
}

TEST_F(ConsentsTest, SignedLaterThanNowIsRefused) {
  const uint64_t now = Ms(instant);
  EXPECT_EQ(After([&](auto& n) { n.set_instant_ms(now + limits::kClockToleranceMs); }), "ok");
  EXPECT_EQ(After([&](auto& n) { n.set_instant_ms(now + limits::kClockToleranceMs + 1); }),
            "future-dated");
}

TEST_F(ConsentsTest, ARevokedKeyConsentsToNothing) {
  const std::string consent = SignedBy("DE.fiu");
  EXPECT_EQ(Offer(Revoke("DE.fiu", SigningKeyId("DE.fiu"), federation.agency("DE.fiu").identity,
                         KeyUse::kIdentity)),
            "ok");
  EXPECT_EQ(Outcome(Read(consent).status()), "key-not-valid-then");
}

TEST_F(ConsentsTest, AKeyThatIsOverConsentedInItsTime) {
  const std::string consent = SignedBy("DE.fiu");
  instant = instant + 5 * 366 * limits::kDayMs;
  EXPECT_EQ(Outcome(Read(consent).status()), "ok");
}

// What a person at the origin releases is of one record.
TEST_F(ConsentsTest, TheOriginsOwnIsOfThisRecord) {
  note.set_source("FR.fiu");
  note.set_record(ToString(header.record_id));
  const auto read = Read(SignedBy("FR.fiu"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->sources, ElementsAre());
  header.record_id = {9};
  EXPECT_EQ(Outcome(Read(SignedBy("FR.fiu")).status()), "consent-missing");
}

}  // namespace
}  // namespace entente::ledger

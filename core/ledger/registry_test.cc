// Replay, snapshots, and what decisions are given.
#include "core/ledger/registry.h"

#include "core/crypto/digest.h"
#include "core/ledger/ledger_fixture.h"
#include "policy/decide.h"

namespace entente::ledger {
namespace {

class RegistryTest : public LedgerTest {
 protected:
  policy::RecordLabels Lead(std::vector<policy::SectionLabels> sections) {
    return {.origin = "FR.fiu",
            .kind = "lead",
            .purpose = "asset-recovery",
            .handling = {"H0"},
            .evaluation = "B2",
            .urgency = "normal",
            .created = instant,
            .expires = instant + limits::kDayMs,
            .obtained_from = {},
            .sent_under = 0,
            .sections = std::move(sections)};
  }
  policy::Decision Decide(std::string recipient, Instant t) {
    const auto snapshot = registry.PolicySnapshot(t);
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    if (!snapshot.ok()) return {};
    const policy::SectionLabels account{{"suspect"}, {"financial"}, "fact", true};
    const policy::SectionLabels address{{"victim"}, {"address"}, "fact", false};
    return policy::Decide(**snapshot, Lead({account, address}),
                          {.recipient = std::move(recipient), .under = "TEST-ALL", .consents = {}},
                          t);
  }
  std::string VerdictFor(std::string recipient) {
    return std::string(policy::VerdictWord(Decide(std::move(recipient), instant).verdict));
  }
  Publication Policy(std::string_view code, uint64_t version, const std::string& text,
                     Instant in_force) {
    const auto& keys = federation.jurisdiction(code);
    return SignPolicy(federation.name(), code, version, text, in_force, keys.policy_author,
                      keys.policy_protection);
  }
};

TEST_F(RegistryTest, HoldsTheWholeFederationAfterItsFoundingStatements) {
  EXPECT_EQ(registry.snapshot_number(), federation.Founding().size() + 1);
  EXPECT_EQ(registry.Agencies(instant).size(), 5u);
  EXPECT_TRUE(registry.MissingTexts(instant).empty());
  EXPECT_EQ(VerdictFor("BR.fiu"), "release");
  EXPECT_EQ(VerdictFor("CH.fiu"), "release-in-part");
  EXPECT_EQ(VerdictFor("AE.fiu"), "refuse");
  EXPECT_EQ(VerdictFor("BR.police"), "refuse");
}

TEST_F(RegistryTest, TheSnapshotHashChainsTheLeavesOfOpenEntries) {
  Registry fresh(federation.genesis());
  EXPECT_EQ(fresh.snapshot_number(), 0u);
  EXPECT_EQ(fresh.snapshot_hash(), Digest{});
  const testing::TestLog log = federation.NewLog();
  Digest hash{};
  for (uint64_t i = 0; i < log.size(); ++i) {
    const auto entry = ReadEntry(log.entries()[i]);
    // Sealed entries between open ones leave no trace: the index may jump.
    ASSERT_TRUE(fresh.Apply(3 * i, log.LeafAt(i), entry->kind, entry->instant, entry->body).ok());
    hash = crypto::Sha256Concat({hash, log.LeafAt(i)});
    EXPECT_EQ(fresh.snapshot_hash(), hash);
    EXPECT_EQ(fresh.snapshot_number(), i + 1);
  }
  EXPECT_EQ(fresh.SnapshotHashAt(0), Digest{});
  EXPECT_EQ(fresh.SnapshotHashAt(1), crypto::Sha256Concat({Digest{}, log.LeafAt(0)}));
  EXPECT_EQ(fresh.SnapshotHashAt(log.size()), hash);
  EXPECT_FALSE(fresh.SnapshotHashAt(log.size() + 1));
}

TEST_F(RegistryTest, SnapshotHashesAreKeptOverManyEntries) {
  std::vector<Digest> hashes = {registry.snapshot_hash()};
  const uint64_t first = registry.snapshot_number();
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_KEYS, "no statement " + std::to_string(i), instant),
              "malformed");
    hashes.push_back(registry.snapshot_hash());
  }
  for (size_t i = 0; i < hashes.size(); ++i)
    EXPECT_EQ(registry.SnapshotHashAt(first + i), hashes[i]);
}

TEST_F(RegistryTest, AnInvalidStatementCountsAndDoesNothingElse) {
  Publication bent = ByAuthority("FR", AgencyBody("FR.police", v1::AgencyStatement::ADMITTED, 1));
  bent.statement.mutable_signatures(0)->mutable_ed25519()->at(0) ^= 1;
  const uint64_t number = registry.snapshot_number();
  EXPECT_EQ(Offer(bent), "bad-signature");
  EXPECT_EQ(registry.snapshot_number(), number + 1);
  EXPECT_EQ(registry.Agencies(instant).size(), 5u);
}

TEST_F(RegistryTest, EntriesAreAppliedInOrderEachOnce) {
  const Publication admission =
      ByAuthority("FR", AgencyBody("FR.police", v1::AgencyStatement::ADMITTED, 1));
  const std::string body = testing::BodyOf(admission);
  const Digest hash = registry.snapshot_hash();
  EXPECT_EQ(registry.Apply(index - 1, {}, admission.kind, instant, body).code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(registry.Apply(index, {}, v1::ENTRY_KIND_SUBMISSION, instant, body).code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(registry.snapshot_hash(), hash);
  EXPECT_EQ(registry.StateOf("FR.police", instant), AgencyState::kUnknown);
}

TEST_F(RegistryTest, InstantsNeverDecrease) {
  EXPECT_EQ(
      Offer(ByAuthority("FR", AgencyBody("FR.police", v1::AgencyStatement::ADMITTED, 1)), instant),
      "ok");
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.customs", v1::AgencyStatement::ADMITTED, 1)),
                  instant - 1),
            "future-dated");
}

TEST_F(RegistryTest, GenesisStandsAtTheBeginningAndNowhereElse) {
  EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_GENESIS, federation.genesis().text(), instant), "malformed");
  Registry fresh(federation.genesis());
  EXPECT_EQ(Outcome(fresh.Check(0, v1::ENTRY_KIND_GENESIS, kFounded, "other")), "malformed");
  EXPECT_EQ(Outcome(fresh.Check(0, v1::ENTRY_KIND_GENESIS, kFounded, federation.genesis().text())),
            "ok");
  EXPECT_EQ(Outcome(fresh.Check(0, v1::ENTRY_KIND_SUBMISSION, kFounded, "")), "malformed");
}

TEST_F(RegistryTest, ACopyStaysWhatItWas) {
  const Registry before = registry;
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.fiu", v1::AgencyStatement::REMOVED, 2))), "ok");
  EXPECT_EQ(before.StateOf("FR.fiu", instant), AgencyState::kAdmitted);
  EXPECT_EQ(registry.StateOf("FR.fiu", instant), AgencyState::kRemoved);
  EXPECT_EQ(before.snapshot_number() + 1, registry.snapshot_number());
  EXPECT_NE((*before.PolicySnapshot(instant))->hash(), (*registry.PolicySnapshot(instant))->hash());
}

TEST_F(RegistryTest, TheSnapshotForDecisionsIsMadeOnceAndRenumbered) {
  const auto first = *registry.PolicySnapshot(instant);
  EXPECT_EQ(first.get(), registry.PolicySnapshot(instant)->get());
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", KeysBody("FR.fiu", {KeyUse::kDelivery}))), "ok");
  const auto second = *registry.PolicySnapshot(instant);
  EXPECT_EQ(&second->tables(), &first->tables()) << "keys change no policy";
  EXPECT_EQ(second->number(), first->number() + 1);
  EXPECT_EQ(second->hash(), registry.snapshot_hash());
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.fiu", v1::AgencyStatement::SUSPENDED, 2))),
            "ok");
  EXPECT_NE(&(*registry.PolicySnapshot(instant))->tables(), &first->tables());
}

TEST_F(RegistryTest, WhatDecisionsRestOnIsNotChangedByKeys) {
  const auto number = [&] { return registry.PolicyNumberAt(registry.snapshot_number()); };
  const uint64_t before = number();
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", KeysBody("FR.fiu", {KeyUse::kDelivery}))), "ok");
  EXPECT_EQ(number(), before);
  const std::string calendar =
      "calendar = \"calendar/1\"\njurisdiction = \"FR\"\nversion = 1\n"
      "time_zone = \"Europe/Paris\"\nweekend = [\"sunday\"]\n"
      "covers_from = \"2026-01-01\"\ncovers_until = \"2026-12-31\"\n";
  EXPECT_EQ(Offer(federation.SignFile("calendar-FR", 1, calendar, {"FR"})), "ok");
  EXPECT_EQ(number(), before);
  EXPECT_EQ(Offer(federation.SignPolicy("FR", 1, testing::DefaultPolicy("FR"))), "snapshot-behind")
      << "one without effect";
  EXPECT_EQ(number(), before);
  EXPECT_EQ(Offer(federation.SignPolicy("FR", 2, testing::DefaultPolicy("FR", 2))), "ok");
  EXPECT_EQ(number(), registry.snapshot_number());
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.fiu", v1::AgencyStatement::SUSPENDED, 2))),
            "ok");
  EXPECT_EQ(number(), registry.snapshot_number());
  EXPECT_EQ(registry.PolicyNumberAt(before + 2), before) << "as of then";
  EXPECT_EQ(registry.PolicyNumberAt(0), 0u);
}

TEST_F(RegistryTest, KnowsSinceWhenTimeHasChangedNothing) {
  EXPECT_LE(registry.UnchangedSince(instant), instant);
  std::string closed = testing::DefaultPolicy("BR", 2);
  closed.resize(closed.find("\n[[inbound.allow]]"));
  EXPECT_EQ(Offer(Policy("BR", 2, closed, instant + 1000)), "ok");
  registry.SetText(closed);
  EXPECT_LE(registry.UnchangedSince(instant + 999), instant);
  EXPECT_EQ(registry.UnchangedSince(instant + 1000), instant + 1000) << "it came in force";
  v1::AgencyStatement body = AgencyBody("BR.fiu", v1::AgencyStatement::SUSPENDED, 2);
  body.set_from_ms(Ms(instant + 2000));
  body.set_until_ms(Ms(instant + 3000));
  EXPECT_EQ(Offer(ByAuthority("BR", body)), "ok");
  EXPECT_EQ(registry.UnchangedSince(instant + 1999), instant + 1000);
  EXPECT_EQ(registry.UnchangedSince(instant + 2500), instant + 2000);
  EXPECT_EQ(registry.UnchangedSince(instant + 5000), instant + 3000);
  const Instant ends = *ParseInstant("2031-01-01T00:00:00Z");
  EXPECT_EQ(registry.UnchangedSince(ends + 1), ends) << "every policy of the test ended";
}

TEST_F(RegistryTest, ASuspendedAgencyIsDecidedAgainst) {
  v1::AgencyStatement body = AgencyBody("BR.fiu", v1::AgencyStatement::SUSPENDED, 2);
  body.set_from_ms(Ms(instant + 1000));
  body.set_until_ms(Ms(instant + 2000));
  EXPECT_EQ(Offer(ByAuthority("BR", body)), "ok");
  EXPECT_TRUE(Decide("BR.fiu", instant + 999).releases());
  EXPECT_FALSE(Decide("BR.fiu", instant + 1000).releases());
  EXPECT_FALSE(Decide("BR.fiu", instant + 1999).releases());
  EXPECT_TRUE(Decide("BR.fiu", instant + 2000).releases());
}

TEST_F(RegistryTest, APolicyComesInForceAtItsInstant) {
  std::string closed = testing::DefaultPolicy("BR", 2);
  closed.resize(closed.find("\n[[inbound.allow]]"));
  EXPECT_EQ(Offer(Policy("BR", 2, closed, instant + 1000)), "ok");
  registry.SetText(closed);
  EXPECT_TRUE(Decide("BR.fiu", instant + 999).releases());
  EXPECT_FALSE(Decide("BR.fiu", instant + 1000).releases());
  EXPECT_TRUE(Decide("BR.fiu", instant).releases()) << "asked again about before";
}

TEST_F(RegistryTest, APolicyInForceThatIsNotHeldIsAbsentNotReplacedByTheOneBefore) {
  using Standing = Registry::Standing;
  EXPECT_EQ(registry.PolicyStanding("BR", instant), Standing::kHeld);
  EXPECT_EQ(registry.PolicyStanding("NL", instant), Standing::kNone);
  const std::string text = testing::DefaultPolicy("BR", 2);
  EXPECT_EQ(Offer(Policy("BR", 2, text, instant)), "ok");
  EXPECT_EQ(registry.PolicyStanding("BR", instant), Standing::kTextNotHeld);
  const policy::Decision absent = Decide("BR.fiu", instant);
  EXPECT_FALSE(absent.releases());
  EXPECT_THAT(absent.reasons, ::testing::Contains(::testing::Field(&policy::SidedReason::text,
                                                                   "destination-policy-absent")));
  EXPECT_TRUE(Decide("DE.fiu", instant).releases()) << "others are not touched";
  registry.SetText(text);
  EXPECT_EQ(registry.PolicyStanding("BR", instant), Standing::kHeld);
  EXPECT_TRUE(Decide("BR.fiu", instant).releases());
}

// The yearly renewal: signed and logged weeks before its own dates begin.
TEST_F(RegistryTest, APolicyInForceBeforeItsDatesNeedsTheOneBelow) {
  using Standing = Registry::Standing;
  std::string text = testing::DefaultPolicy("BR", 2);
  const std::string from = "2026-01-01T00:00:00Z";
  text.replace(text.find(from), from.size(), "2029-01-01T00:00:00Z");
  const Publication renewal = Policy("BR", 2, text, instant);
  EXPECT_EQ(Offer(renewal), "ok");
  registry.SetText(text);
  EXPECT_TRUE(Decide("BR.fiu", instant).releases());
  // Who comes later holds the newest only.
  Registry late(federation.genesis());
  uint64_t at = 0;
  const auto follow = [&](const Publication& one, Instant t) {
    ASSERT_TRUE(late.Apply(at++, {}, one.kind, t, testing::BodyOf(one)).ok());
  };
  ASSERT_TRUE(
      late.Apply(at++, {}, v1::ENTRY_KIND_GENESIS, kFounded, federation.genesis().text()).ok());
  std::string first;
  for (const Publication& one : federation.Founding()) {
    follow(one, kFounded);
    const bool of_brazil = one.text == testing::DefaultPolicy("BR");
    if (of_brazil) first = one.text;
    if (!one.text.empty() && !of_brazil) late.SetText(one.text);
  }
  follow(renewal, instant);
  late.SetText(text);
  const auto missing = late.MissingTexts(instant);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].file.version, 1u);
  EXPECT_EQ(late.PolicyStanding("BR", instant), Standing::kTextNotHeld);
  late.SetText(first);
  EXPECT_TRUE(late.MissingTexts(instant).empty());
  EXPECT_EQ(late.PolicyStanding("BR", instant), Standing::kHeld);
  EXPECT_TRUE((*late.PolicySnapshot(instant))->PolicyVersion("BR", instant));
  // Once its dates have begun, and something was put in force since, it stands alone.
  late.ForgetTexts(instant);
  EXPECT_TRUE(late.HasText(crypto::Sha256(first)));
  const Instant begun = *ParseInstant("2029-01-01T00:00:00Z") + limits::kDayMs;
  const std::string other = testing::DefaultPolicy("FR", 2);
  follow(Policy("FR", 2, other, begun), begun);
  late.ForgetTexts(begun);
  EXPECT_FALSE(late.HasText(crypto::Sha256(first)));
  EXPECT_TRUE(late.HasText(crypto::Sha256(text)));
}

TEST_F(RegistryTest, ATextThatIsNoPolicyIsUnusable) {
  for (const std::string& text : {std::string("not a policy"), testing::DefaultPolicy("BR", 7),
                                  testing::DefaultPolicy("DE", 2)}) {
    Registry copy = registry;
    const Publication one = Policy("BR", 2, text, instant);
    ASSERT_TRUE(copy.Apply(index, {}, one.kind, instant, testing::BodyOf(one)).ok());
    copy.SetText(text);
    EXPECT_EQ(copy.PolicyStanding("BR", instant), Registry::Standing::kUnusable);
    EXPECT_FALSE((*copy.PolicySnapshot(instant))->PolicyVersion("BR", instant));
  }
}

TEST_F(RegistryTest, WithoutVocabularyNothingIsDecided) {
  Registry fresh(federation.genesis());
  EXPECT_EQ(fresh.PolicySnapshot(instant).status().code(), absl::StatusCode::kFailedPrecondition);
  // In force, but the text is not held.
  const std::string text = testing::VocabularyText() + "\n# another\n";
  EXPECT_EQ(Offer(federation.SignFile("vocabulary", 2, text, {"FR", "BR", "DE", "CH", "AE"})),
            "ok");
  EXPECT_EQ(registry.PolicySnapshot(instant).status().code(),
            absl::StatusCode::kFailedPrecondition);
  registry.SetText(text);
  EXPECT_EQ(VerdictFor("BR.fiu"), "release");
}

TEST_F(RegistryTest, AnotherInstrumentFileDecidesFromItsInstant) {
  const std::string text = testing::InstrumentsText({"FR", "DE"}, 2);
  EXPECT_EQ(Offer(federation.SignFile("instruments", 2, text, {"FR", "BR", "DE", "CH", "AE"})),
            "ok");
  EXPECT_FALSE(registry.PolicySnapshot(instant).ok());
  registry.SetText(text);
  EXPECT_EQ(VerdictFor("BR.fiu"), "refuse");
  EXPECT_EQ(VerdictFor("DE.fiu"), "release");
}

}  // namespace
}  // namespace entente::ledger

// Policies and federation files: whose signatures put them in force, and in which order.
#include "core/crypto/digest.h"
#include "core/ledger/ledger_fixture.h"

namespace entente::ledger {
namespace {

class RegistryFiles : public LedgerTest {
 protected:
  v1::PolicyStatement PolicyBody(uint64_t version, std::string_view code = "FR") {
    v1::PolicyStatement body;
    body.set_jurisdiction(std::string(code));
    body.set_version(version);
    body.set_digest(ToString(crypto::Sha256("a policy")));
    body.set_in_force_ms(Ms(instant));
    return body;
  }
  Publication ByOffices(const v1::PolicyStatement& body, const std::string& code = "FR") {
    const auto& keys = federation.jurisdiction(code);
    return Signed(v1::ENTRY_KIND_POLICY, body,
                  {{keys.policy_author, KeyUse::kPolicyAuthor},
                   {keys.policy_protection, KeyUse::kPolicyProtection}});
  }
  uint64_t VersionAt(Instant t) {
    const auto file = registry.PolicyInForce("FR", t);
    return file ? file->version : 0;
  }
};

TEST_F(RegistryFiles, TwoOfficesPutAPolicyInForceAtItsInstant) {
  v1::PolicyStatement body = PolicyBody(2);
  body.set_in_force_ms(Ms(instant + 1000));
  EXPECT_EQ(Offer(ByOffices(body)), "ok");
  EXPECT_EQ(VersionAt(instant + 999), 1u);
  EXPECT_EQ(VersionAt(instant + 1000), 2u);
  EXPECT_EQ(registry.PolicyInForce("FR", instant + 1000)->digest, crypto::Sha256("a policy"));
  EXPECT_FALSE(registry.PolicyInForce("NL", instant));
  EXPECT_FALSE(registry.PolicyInForce("FR", kFounded - 1));
}

TEST_F(RegistryFiles, OneSignatureIsNotTwo) {
  const auto& france = federation.jurisdiction("FR");
  const v1::PolicyStatement body = PolicyBody(2);
  EXPECT_EQ(
      Offer(Signed(v1::ENTRY_KIND_POLICY, body, {{france.policy_author, KeyUse::kPolicyAuthor}})),
      "bad-signature");
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_POLICY, body,
                         {{france.policy_protection, KeyUse::kPolicyProtection}})),
            "bad-signature");
  Publication twice = ByOffices(body);
  *twice.statement.mutable_signatures(1) = twice.statement.signatures(0);
  EXPECT_EQ(Offer(twice), "not-canonical");
  EXPECT_EQ(VersionAt(instant), 1u);
}

TEST_F(RegistryFiles, TwoKeysOfOneOfficeAreNotTwoOffices) {
  const auto second = crypto::SigningKey::Create(random);
  v1::KeyStatement keys = KeysBody("FR", {KeyUse::kPolicyAuthor});
  keys.mutable_keys(0)->set_public_key(ToString(second.public_key()));
  EXPECT_EQ(Offer(ByAuthority("FR", keys)), "ok");
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_POLICY, PolicyBody(2),
                         {{federation.jurisdiction("FR").policy_author, KeyUse::kPolicyAuthor},
                          {second, KeyUse::kPolicyAuthor}})),
            "bad-signature");
}

TEST_F(RegistryFiles, WhoseSignatureIsMissingIsSaid) {
  const auto& author = federation.jurisdiction("FR").policy_author;
  EXPECT_THAT(
      AdviceOn(Signed(v1::ENTRY_KIND_POLICY, PolicyBody(2), {{author, KeyUse::kPolicyAuthor}})),
      ::testing::HasSubstr("Have the other office sign it"));
  EXPECT_THAT(AdviceOn(federation.SignFile("groups", 2, "text", {"FR"})),
              ::testing::HasSubstr("Have more authorities sign it"));
}

TEST_F(RegistryFiles, OneKeyUnderBothUsesIsNotTwo) {
  const auto& author = federation.jurisdiction("FR").policy_author;
  v1::KeyStatement keys = KeysBody("FR", {KeyUse::kPolicyProtection});
  keys.mutable_keys(0)->set_public_key(ToString(author.public_key()));
  EXPECT_EQ(Offer(ByAuthority("FR", keys)), "ok");
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_POLICY, PolicyBody(2),
                         {{author, KeyUse::kPolicyAuthor}, {author, KeyUse::kPolicyProtection}})),
            "bad-signature");
}

TEST_F(RegistryFiles, OtherKeysDoNotSignPolicies) {
  const auto& france = federation.jurisdiction("FR");
  const auto& brazil = federation.jurisdiction("BR");
  const v1::PolicyStatement body = PolicyBody(2);
  EXPECT_EQ(Offer(ByOffices(body, "BR")), "key-unknown");
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_POLICY, body,
                         {{france.policy_author, KeyUse::kPolicyAuthor},
                          {brazil.policy_protection, KeyUse::kPolicyProtection}})),
            "key-unknown");
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_POLICY, body,
                         {{france.policy_author, KeyUse::kPolicyAuthor},
                          {france.authority, KeyUse::kAuthority}})),
            "key-unknown");
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_POLICY, body,
                         {{france.policy_author, KeyUse::kPolicyAuthor},
                          {france.policy_protection, KeyUse::kPolicyProtection},
                          {brazil.policy_protection, KeyUse::kPolicyProtection}})),
            "bad-signature");
  Publication bent = ByOffices(body);
  bent.statement.mutable_signatures(1)->mutable_ed25519()->at(3) ^= 1;
  EXPECT_EQ(Offer(bent), "bad-signature");
}

TEST_F(RegistryFiles, ARevokedOfficeSignsNoPolicy) {
  const auto& france = federation.jurisdiction("FR");
  const KeyId id =
      crypto::MakeKeyId(KeyUse::kPolicyProtection, france.policy_protection.public_key());
  EXPECT_EQ(Offer(Revoke("FR", id, france.authority, KeyUse::kAuthority)), "ok");
  EXPECT_EQ(Offer(ByOffices(PolicyBody(2))), "key-not-valid-then");
}

TEST_F(RegistryFiles, ALowerOrSameVersionIsRefused) {
  EXPECT_EQ(Offer(ByOffices(PolicyBody(5))), "ok");
  EXPECT_EQ(Offer(ByOffices(PolicyBody(4))), "snapshot-behind");
  EXPECT_EQ(Offer(ByOffices(PolicyBody(5))), "snapshot-behind");
  EXPECT_THAT(AdviceOn(ByOffices(PolicyBody(5))), ::testing::HasSubstr("a later version"));
  EXPECT_EQ(Offer(federation.Founding()[4]), "snapshot-behind") << "the first policy replayed";
  EXPECT_EQ(Offer(ByOffices(PolicyBody(6))), "ok");
  EXPECT_EQ(VersionAt(instant), 6u);
}

TEST_F(RegistryFiles, ALaterVersionWithAnEarlierInstantReplacesOneThatWaits) {
  v1::PolicyStatement waiting = PolicyBody(2);
  waiting.set_in_force_ms(Ms(instant + 1000));
  EXPECT_EQ(Offer(ByOffices(waiting)), "ok");
  EXPECT_EQ(Offer(ByOffices(PolicyBody(3))), "ok");
  EXPECT_EQ(VersionAt(instant), 3u);
  EXPECT_EQ(VersionAt(instant + 1000), 3u);
}

TEST_F(RegistryFiles, FormOfTheBody) {
  const auto outcome = [&](auto change) {
    v1::PolicyStatement body = PolicyBody(2);
    change(body);
    return Offer(ByOffices(body));
  };
  EXPECT_EQ(outcome([](auto& body) { body.set_version(0); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_digest("short"); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_in_force_ms(UINT64_MAX); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_jurisdiction("fr"); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_jurisdiction("NL"); }), "wrong-agency");
}

TEST_F(RegistryFiles, MoreThanTwoThirdsOfTheAuthoritiesPutAFederationFileInForce) {
  const std::string text = testing::GroupsText({"FR"}, 2);
  // Of five: three are not enough, four are.
  EXPECT_EQ(Offer(federation.SignFile("groups", 2, text, {"FR", "BR", "DE"})), "bad-signature");
  EXPECT_EQ(registry.FederationFile("groups", instant)->version, 1u);
  EXPECT_EQ(Offer(federation.SignFile("groups", 2, text, {"FR", "BR", "DE", "CH"})), "ok");
  EXPECT_EQ(registry.FederationFile("groups", instant)->version, 2u);
}

TEST(RegistryThirds, ExactlyTwoThirdsAreNotEnough) {
  FederationOptions options;
  options.agencies = {"FR.fiu", "BR.fiu", "DE.fiu"};
  const Federation federation(options);
  const Registry registry = federation.NewRegistry();
  const auto outcome = [&](const std::vector<std::string>& who) {
    const Publication file = federation.SignFile("groups", 2, testing::GroupsText({"FR"}, 2), who);
    return Outcome(
        registry.Check(registry.snapshot_number(), file.kind, kFounded, testing::BodyOf(file)));
  };
  EXPECT_EQ(outcome({"FR", "BR"}), "bad-signature");
  EXPECT_EQ(outcome({"FR", "BR", "DE"}), "ok");
}

TEST_F(RegistryFiles, FederationFilesAreSignedByAuthoritiesEachOnce) {
  v1::FederationFileStatement body;
  body.set_type("groups");
  body.set_version(2);
  body.set_digest(ToString(crypto::Sha256("groups")));
  body.set_in_force_ms(Ms(instant));
  const auto key = [&](const char* code) -> const crypto::SigningKey& {
    return federation.jurisdiction(code).authority;
  };
  // The fourth is no authority: none of the others makes up for it.
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_FEDERATION_FILE, body,
                         {{key("FR"), KeyUse::kAuthority},
                          {key("BR"), KeyUse::kAuthority},
                          {key("DE"), KeyUse::kAuthority},
                          {key("CH"), KeyUse::kAuthority},
                          {federation.jurisdiction("AE").policy_author, KeyUse::kPolicyAuthor}})),
            "key-unknown");
  Publication twice = Signed(v1::ENTRY_KIND_FEDERATION_FILE, body,
                             {{key("FR"), KeyUse::kAuthority},
                              {key("BR"), KeyUse::kAuthority},
                              {key("DE"), KeyUse::kAuthority}});
  *twice.statement.add_signatures() = twice.statement.signatures(2);
  EXPECT_EQ(Offer(twice), "not-canonical");
}

TEST_F(RegistryFiles, ACalendarIsSignedByItsOwnStateAlone) {
  const std::string text =
      "calendar = \"calendar/1\"\njurisdiction = \"FR\"\nversion = 1\n"
      "time_zone = \"Europe/Paris\"\nweekend = [\"saturday\", \"sunday\"]\n"
      "covers_from = \"2026-01-01\"\ncovers_until = \"2026-12-31\"\n";
  const auto by = [&](std::string_view type, const std::vector<std::string>& codes) {
    return federation.SignFile(type, 1, text, codes);
  };
  EXPECT_EQ(Offer(by("calendar-FR", {"BR"})), "key-unknown");
  EXPECT_EQ(Offer(by("calendar-FR", {"BR", "FR"})), "bad-signature");
  EXPECT_EQ(Offer(by("calendar-NL", {"FR"})), "wrong-agency");
  for (const char* type : {"calendar-ORG", "calendar-", "calendar-fr", "calendar-UK"}) {
    EXPECT_EQ(Offer(by(type, {"FR"})), "malformed") << type;
  }
  EXPECT_FALSE(registry.FederationFile("calendar-FR", instant));
  const Publication good = by("calendar-FR", {"FR"});
  const auto check = [&](std::string_view type, const std::string& of) {
    const Publication signed_text = federation.SignFile(type, 1, of, {"FR"});
    return registry.CheckText(v1::ENTRY_KIND_FEDERATION_FILE,
                              signed_text.statement.SerializeAsString(), of, instant);
  };
  EXPECT_TRUE(check("calendar-FR", text).ok());
  EXPECT_TRUE(IsRefusal(check("calendar-BR", text), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(check("calendar-FR", text + "colour = 1\n"), Reason::kMalformed));
  EXPECT_EQ(Offer(good), "ok");
  EXPECT_EQ(registry.FederationFile("calendar-FR", instant)->version, 1u);
  EXPECT_EQ(Offer(good), "snapshot-behind");
}

TEST_F(RegistryFiles, FederationFilesOfOtherTypesOrOlderVersionsAreRefused) {
  const std::vector<std::string> all = {"FR", "BR", "DE", "CH", "AE"};
  EXPECT_EQ(Offer(federation.SignFile("agencies", 1, "text", all)), "malformed");
  EXPECT_EQ(Offer(federation.SignFile("vocabulary", 1, "text", all)), "snapshot-behind");
  EXPECT_EQ(Offer(federation.SignFile("vocabulary", 2, "text", all)), "ok");
}

TEST_F(RegistryFiles, TextsCountUnderTheirOwnDigestOnly) {
  EXPECT_EQ(Offer(ByOffices(PolicyBody(2))), "ok");
  const auto missing = registry.MissingTexts(instant);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].kind, v1::ENTRY_KIND_POLICY);
  EXPECT_EQ(missing[0].name, "FR");
  EXPECT_EQ(missing[0].file.version, 2u);
  registry.SetText("another policy");
  EXPECT_EQ(registry.MissingTexts(instant).size(), 1u);
  EXPECT_FALSE(registry.HasText(crypto::Sha256("a policy")));
  registry.SetText("a policy");
  EXPECT_TRUE(registry.MissingTexts(instant).empty());
  EXPECT_EQ(*registry.FindText(crypto::Sha256("a policy")), "a policy");
}

// A node warns of an instrument that ends, whatever other text it still waits for.
TEST_F(RegistryFiles, InstrumentsAreReadWithoutTheGroups) {
  const std::vector<std::string> all = {"FR", "BR", "DE", "CH", "AE"};
  const auto ids = [&] {
    const auto read = registry.Instruments(instant);
    std::vector<std::string> out;
    if (read == nullptr) return std::vector<std::string>{"not usable"};
    for (const policy::Instrument& one : read->instruments) out.push_back(one.id);
    return out;
  };
  const std::string groups = testing::GroupsText({"FR"}, 2);
  EXPECT_EQ(Offer(federation.SignFile("groups", 2, groups, all)), "ok");
  EXPECT_FALSE(registry.PolicySnapshot(instant).ok()) << "the text of the groups is not held";
  EXPECT_THAT(ids(), ::testing::ElementsAre("TEST-ALL"));
  const std::string instruments = testing::InstrumentsText({"FR", "DE"}, 2);
  EXPECT_EQ(Offer(federation.SignFile("instruments", 2, instruments, all)), "ok");
  EXPECT_THAT(ids(), ::testing::ElementsAre("not usable"));
  registry.SetText(instruments);
  EXPECT_THAT(ids(), ::testing::ElementsAre("TEST-ALL"));
}

// No file was put in force: there are none. No vocabulary to read them under: nobody knows.
TEST(RegistryInstruments, NoneInForceAreEmpty) {
  const Federation federation;
  Registry fresh(federation.genesis());
  uint64_t at = 0;
  const auto apply = [&](v1::EntryKind kind, std::string_view body) {
    ASSERT_TRUE(fresh.Apply(at++, {}, kind, kFounded, body).ok());
  };
  apply(v1::ENTRY_KIND_GENESIS, federation.genesis().text());
  EXPECT_EQ(fresh.Instruments(kFounded), nullptr);
  const Publication words = federation.SignFile("vocabulary", 1, testing::VocabularyText(),
                                                {"FR", "BR", "DE", "CH", "AE"});
  apply(words.kind, testing::BodyOf(words));
  EXPECT_EQ(fresh.Instruments(kFounded), nullptr);
  fresh.SetText(testing::VocabularyText());
  ASSERT_NE(fresh.Instruments(kFounded), nullptr);
  EXPECT_TRUE(fresh.Instruments(kFounded)->instruments.empty());
}

TEST_F(RegistryFiles, MissingAreThoseThatCountOrWillNotThoseReplaced) {
  EXPECT_EQ(Offer(ByOffices(PolicyBody(2))), "ok");
  v1::PolicyStatement third = PolicyBody(3);
  third.set_digest(ToString(crypto::Sha256("third")));
  third.set_in_force_ms(Ms(instant + 1000));
  EXPECT_EQ(Offer(ByOffices(third)), "ok");
  EXPECT_EQ(registry.MissingTexts(instant).size(), 2u);
  EXPECT_EQ(registry.MissingTexts(instant + 1000).size(), 1u);
}

TEST_F(RegistryFiles, ATextIsCheckedAgainstItsStatementBeforeItIsLogged) {
  const auto check = [&](const Publication& one, std::string_view text) {
    return Outcome(registry.CheckText(one.kind, testing::BodyOf(one), text, instant));
  };
  const std::string text = testing::DefaultPolicy("FR", 2);
  const Publication policy = federation.SignPolicy("FR", 2, text);
  EXPECT_EQ(check(policy, text), "ok");
  EXPECT_EQ(check(policy, text + " "), "proof-bad");
  const std::string third = testing::DefaultPolicy("FR", 3);
  EXPECT_EQ(check(federation.SignPolicy("FR", 2, third), third), "malformed");
  const std::string german = testing::DefaultPolicy("DE", 2);
  EXPECT_EQ(check(federation.SignPolicy("FR", 2, german), german), "malformed");
  const std::string odd = text + "\ncolour = 1\n";
  EXPECT_EQ(check(federation.SignPolicy("FR", 2, odd), odd), "malformed");
  std::string reference = text;
  reference.replace(reference.find("TEST-ALL"), 8, "TEST-ONE");
  EXPECT_EQ(check(federation.SignPolicy("FR", 2, reference), reference), "malformed");
}

TEST_F(RegistryFiles, TextsOfFederationFilesAreCheckedToo) {
  const std::vector<std::string> all = {"FR", "BR", "DE", "CH", "AE"};
  const auto check = [&](std::string_view type, uint64_t version, const std::string& text) {
    const Publication one = federation.SignFile(type, version, text, all);
    return Outcome(registry.CheckText(one.kind, testing::BodyOf(one), text, instant));
  };
  EXPECT_EQ(check("groups", 2, testing::GroupsText(all, 2)), "ok");
  EXPECT_EQ(check("groups", 2, testing::GroupsText(all, 3)), "malformed");
  EXPECT_EQ(check("groups", 2, testing::InstrumentsText(all, 2)), "malformed");
  EXPECT_EQ(check("instruments", 2, testing::InstrumentsText(all, 2)), "ok");
  EXPECT_EQ(check("instruments", 3, testing::InstrumentsText(all, 2)), "malformed");
  EXPECT_EQ(check("vocabulary", 2, testing::VocabularyText()), "ok");
  EXPECT_EQ(check("vocabulary", 2, "vocabulary = \"vocabulary/9\"\n"), "malformed");
  const Publication admission =
      ByAuthority("FR", AgencyBody("FR.a", v1::AgencyStatement::ADMITTED, 1));
  const std::string body = testing::BodyOf(admission);
  EXPECT_EQ(Outcome(registry.CheckText(admission.kind, body, "", instant)), "ok");
  EXPECT_EQ(Outcome(registry.CheckText(admission.kind, body, "text", instant)), "malformed");
}

}  // namespace
}  // namespace entente::ledger

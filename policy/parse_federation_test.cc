// Groups, instruments, agencies and labels files, and the published vocabulary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/parse.h"
#include "tests/policy/test_world.h"
#include "tests/support/shared.h"

namespace entente::policy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

template <typename T>
std::string Refusal(const absl::StatusOr<T>& parsed) {
  EXPECT_FALSE(parsed.ok());
  return parsed.ok() ? "accepted" : std::string(parsed.status().message());
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ParseGroups, RefusesWhatItDoesNotKnow) {
  const std::string good = World().groups;
  const auto parse = [](const std::string& text) { return ParseGroups(text, "g.toml"); };
  ASSERT_TRUE(parse(good).ok()) << parse(good).status();
  EXPECT_THAT(parse(good)->groups[0].members, SizeIs(4));
  EXPECT_THAT(Refusal(parse(Replaced(good, "\"GB\"", "\"UK\""))), HasSubstr("write GB"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "\"GB\"", "\"ORG\""))), HasSubstr("'ORG' is not"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "left = 2026", "left = 1992"))),
              HasSubstr("'left' must be later than 'joined'"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "left = ", "gone = "))),
              HasSubstr("'gone' is not a key"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "version = 1\n", ""))),
              HasSubstr("'version' is missing"));
  EXPECT_THAT(Refusal(parse(good + "[[group]]\nid = \"EU\"\ntitle = \"t\"\nmember = "
                                   "[{ jurisdiction = \"FR\", joined = 2000-01-01T00:00:00Z }]\n")),
              HasSubstr("the group 'EU' stands twice"));
}

TEST(ParseInstruments, RefusesWhatItDoesNotKnow) {
  const std::string good = World().instruments;
  const auto parse = [](const std::string& text) {
    return ParseInstruments(text, "i.toml", PublishedVocabulary());
  };
  ASSERT_TRUE(parse(good).ok()) << parse(good).status();
  EXPECT_EQ(parse(good)->instruments[2].kind, InstrumentKind::kDomestic);
  EXPECT_THAT(Refusal(parse(Replaced(good, "kind = \"treaty\"", "kind = \"handshake\""))),
              HasSubstr("'kind' must be one of treaty memorandum reciprocity union-law domestic"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "in-force", "resting"))),
              HasSubstr("'state' must be one of in-force suspended terminated"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "fiu-analysis", "fun"))), HasSubstr("'fun' is not"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "\"GB\"", "\"EL\""))), HasSubstr("write GR"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "ORG.help", "ORG.He"))), HasSubstr("not an agency"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "sent_data_stay_bound = true\n", ""))),
              HasSubstr("'sent_data_stay_bound' is missing"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "kind = \"domestic\"", "kind = \"treaty\""))),
              HasSubstr("a domestic instrument has one party"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "id = \"WIDE\"", "id = \"FR-BR\""))),
              HasSubstr("the instrument 'FR-BR' stands twice"));
}

TEST(ParseAgencies, RefusesWhatItDoesNotKnow) {
  const std::string good = World().agencies;
  const auto parse = [](const std::string& text) {
    return ParseAgencies(text, "a.toml", PublishedVocabulary());
  };
  ASSERT_TRUE(parse(good).ok()) << parse(good).status();
  EXPECT_THAT(Refusal(parse(Replaced(good, "GB.fiu", "UK.fiu"))), HasSubstr("write GB"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "\"police\"", "\"army\""))), HasSubstr("'army' is not"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "GB.fiu", "FR.fiu"))),
              HasSubstr("the agency 'FR.fiu' stands twice"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "from = 2020-01-01T00:00:00Z", "from = 2020-01-01"))),
              HasSubstr("'from' has no offset"));
}

TEST(ParseLabels, LeavesMissingAndUnknownWordsToTheDecision) {
  const auto labels = ParseLabels(
      "record = \"labels/1\"\npurpose = \"curiosity\"\nsent_under = 3\n"
      "[[consents]]\nsource = \"DE.police-a\"\nunder = \"DE-BR\"\nabout = [\"hero\"]\n"
      "data = [\"identity\"]\nfrom = 2026-01-01T00:00:00Z\nuntil = 2026-02-01T00:00:00Z\n"
      "[[section]]\nabout = [\"hero\"]\nessential = true\n",
      "r.toml");
  ASSERT_TRUE(labels.ok()) << labels.status();
  EXPECT_EQ(labels->record.purpose, "curiosity");
  EXPECT_EQ(labels->record.origin, "");
  EXPECT_EQ(labels->record.sent_under, 3u);
  ASSERT_EQ(labels->recipient.consents.size(), 1u);
  EXPECT_EQ(labels->recipient.consents[0].source, "DE.police-a");
  EXPECT_THAT(labels->recipient.consents[0].about, ElementsAre("hero"));
  EXPECT_EQ(labels->recipient.consents[0].until, At("2026-02-01T00:00:00Z"));
  EXPECT_FALSE(labels->record.created);
  EXPECT_THAT(labels->record.sections[0].about, ElementsAre("hero"));
  EXPECT_TRUE(labels->record.sections[0].essential);
}

TEST(ParseLabels, AnOverrideStandsInATableOfItsOwn) {
  const std::string head = "record = \"labels/1\"\n";
  const std::string time = "from = 2026-01-01T00:00:00Z\nuntil = 2026-01-01T12:00:00Z\n";
  const auto labels = ParseLabels(head + "[override]\nrules = [\"FR-F\", \"FR-G\"]\n" +
                                      "about = [\"hero\"]\ndata = [\"identity\"]\n" + time,
                                  "r.toml");
  ASSERT_TRUE(labels.ok()) << labels.status();
  ASSERT_TRUE(labels->recipient.emergency);
  const OverrideLabels& one = *labels->recipient.emergency;
  EXPECT_THAT(one.rules, ElementsAre("FR-F", "FR-G"));
  EXPECT_THAT(one.about, ElementsAre("hero"));
  EXPECT_THAT(one.data, ElementsAre("identity"));
  EXPECT_EQ(one.from, At("2026-01-01T00:00:00Z"));
  EXPECT_EQ(one.until, At("2026-01-01T12:00:00Z"));
  EXPECT_FALSE(ParseLabels(head, "r.toml")->recipient.emergency);
  EXPECT_THAT(Refusal(ParseLabels(head + "override = [\"FR-F\"]\n", "r.toml")),
              HasSubstr("r.toml:2:12: 'override' must be a table, begun by [override]"));
  EXPECT_THAT(Refusal(ParseLabels(head + "[override]\nrules = [\"FR-F\"]\n", "r.toml")),
              HasSubstr("'until'"));
}

TEST(ParseLabels, RefusesUnknownKeysAndDatesWithoutOffset) {
  const auto parse = [](const std::string& rest) {
    return ParseLabels("record = \"labels/1\"\n" + rest, "r.toml");
  };
  EXPECT_EQ(Refusal(parse("colour = \"red\"\n")).find("r.toml:2:1: 'colour' is not a key"), 0u);
  EXPECT_THAT(Refusal(parse("created = 2026-01-01T00:00:00\n")), HasSubstr("has no offset"));
  EXPECT_THAT(Refusal(parse("handling = \"H1\"\n")), HasSubstr("'handling' must be a list"));
  EXPECT_THAT(Refusal(parse("[[section]]\nabout = [\"x\"]\nmood = \"y\"\n")),
              HasSubstr("'mood' is not a key of this section"));
}

TEST(DetectFileType, ByTheFirstKey) {
  EXPECT_EQ(DetectFileType("agencies = \"agencies/1\"\n", "f").value(), FileType::kAgencies);
  EXPECT_EQ(DetectFileType(PublishedVocabularyText(), "f").value(), FileType::kVocabulary);
  EXPECT_FALSE(DetectFileType("agencies = \"agencies/2\"\n", "f").ok());
  EXPECT_FALSE(DetectFileType("title = \"x\"\nagencies = \"agencies/1\"\n", "f").ok());
}

TEST(Vocabulary, ThePublishedOneHasTheseWords) {
  const Vocabulary& words = PublishedVocabulary();
  EXPECT_EQ(words.name(), "2026.1");
  EXPECT_THAT(words.words(Category::kPurpose),
              ElementsAre("prevent", "detect", "investigate", "prosecute", "execute-penalty",
                          "public-security", "border-control", "asset-recovery", "fiu-analysis",
                          "victim-protection", "identification"));
  EXPECT_THAT(words.words(Category::kPerson),
              ElementsAre("suspect", "convicted", "victim", "child", "witness", "informant",
                          "contact", "missing", "other"));
  EXPECT_THAT(
      words.words(Category::kData),
      ElementsAre("identity", "travel-document", "biometric", "photo", "address", "location",
                  "family", "contact-details", "vehicle", "organisation", "financial", "asset",
                  "victim-care", "health", "narrative", "attachment", "search"));
  EXPECT_THAT(words.words(Category::kAgencyKind),
              ElementsAre("police", "border", "customs", "immigration-enforcement", "fiu",
                          "prosecutor", "judge", "central-bureau", "labour-inspectorate",
                          "child-protection", "victim-support", "ngo", "international"));
  EXPECT_THAT(words.words(Category::kRecordKind), SizeIs(15));
  EXPECT_THAT(words.words(Category::kHandling), ElementsAre("H0", "H1", "H2", "H3"));
  EXPECT_EQ(words.handling_for_person(), 0b1000u);
  EXPECT_EQ(words.FindEvaluation("A1"), 0);
  EXPECT_EQ(words.FindEvaluation("X4"), 15);
  EXPECT_EQ(words.FindEvaluation("D1"), std::nullopt);
  EXPECT_EQ(words.FindEvaluation("1A"), std::nullopt);
  EXPECT_EQ(words.Find(Category::kPurpose, ""), std::nullopt);
  EXPECT_EQ(words.Find(Category::kPurpose, "suspect"), std::nullopt);
}

TEST(Vocabulary, TheProgramHoldsTheFileInTheSource) {
  const char* source = std::getenv("ENTENTE_SOURCE_DIR");
  const std::string root = source == nullptr ? "." : source;
  EXPECT_EQ(entente::testing::ReadFile(root + "/policy/vocabulary-2026.1.toml"),
            PublishedVocabularyText());
}

TEST(Vocabulary, RefusesAFileThatIsNotClosed) {
  const std::string good(PublishedVocabularyText());
  const auto parse = [](const std::string& text) { return ParseVocabulary(text, "v.toml"); };
  ASSERT_TRUE(parse(good).ok());
  EXPECT_THAT(Refusal(parse(Replaced(good, "\"bulk\"", "\"normal\""))), HasSubstr("twice"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "\"fact\"", "\"a fact\""))), HasSubstr("not a word"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "\"duration\"", "\"money\""))),
              HasSubstr("'value' can only be \"duration\""));
  EXPECT_THAT(Refusal(parse(Replaced(good, "\"onward:with-consent\"", "\"onward:later\""))),
              HasSubstr("'onward:later' is not an obligation"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "for_person", "by_person"))),
              HasSubstr("'by_person' is not a key"));
  EXPECT_THAT(Refusal(parse(Replaced(good, "urgency = ", "hurry = "))),
              HasSubstr("'urgency' is missing"));
}

TEST(Obligation, ParsesOneFormOnly) {
  const auto& forms = PublishedVocabulary().obligation_forms();
  EXPECT_EQ(ParseObligation("delete-after:P12M", forms)->text, "delete-after:P1Y");
  EXPECT_EQ(ParseObligation("onward:with-consent", forms)->text, "onward:with-consent");
  for (const char* bad :
       {"", "delete-after", "delete-after:", "delete-after:P0D", "delete-after:1Y", "onward",
        "onward:Never", "second-person:yes", "second-person:", "forget"}) {
    EXPECT_FALSE(ParseObligation(bad, forms).ok()) << bad;
  }
}

TEST(Obligation, StricterIsLess) {
  const auto& forms = PublishedVocabulary().obligation_forms();
  const auto less = [&](const char* a, const char* b) {
    return CompareObligations(*ParseObligation(a, forms), *ParseObligation(b, forms)) < 0;
  };
  EXPECT_TRUE(less("delete-after:P30D", "delete-after:P1M"));
  EXPECT_TRUE(less("delete-after:P1M", "delete-after:P31D"));
  EXPECT_TRUE(less("delete-after:P11M", "delete-after:P1Y"));
  EXPECT_TRUE(less("onward:never", "onward:with-consent"));
  EXPECT_TRUE(less("onward:with-consent", "onward:free"));
  EXPECT_FALSE(less("delete-after:P1Y", "delete-after:P12M"));
  EXPECT_FALSE(less("delete-after:P12M", "delete-after:P1Y"));
}

}  // namespace
}  // namespace entente::policy::testing

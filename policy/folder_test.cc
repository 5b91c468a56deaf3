// Folders of policy files, their examples, and the folder of the demonstration.
#include "policy/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "policy/examples.h"
#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

namespace fs = std::filesystem;

std::string ExamplesFolder() {
  const char* source = std::getenv("ENTENTE_SOURCE_DIR");
  return std::string(source == nullptr ? "." : source) + "/policy/examples";
}

// A copy of the demonstration's folder that a test may damage.
class FolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "entente-policy-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
    fs::copy(ExamplesFolder(), path_, fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(path_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
  }
  std::string Text(const std::string& name) {
    return ReadFile(path_ + "/" + name, limits::kConfigBytes).value();
  }
  void Replace(const std::string& name, const std::string& from, const std::string& to) {
    std::string text = Text(name);
    const size_t at = text.find(from);
    ASSERT_NE(at, text.npos) << from;
    Write(name, text.replace(at, from.size(), to));
  }
  std::string Refusal() {
    const auto folder = LoadFolder(path_);
    EXPECT_FALSE(folder.ok());
    return folder.ok() ? "accepted" : std::string(folder.status().message());
  }
  std::vector<std::string> Failures(const std::string& jurisdiction) {
    const auto folder = LoadFolder(path_);
    EXPECT_TRUE(folder.ok()) << folder.status();
    if (!folder.ok()) return {};
    const ExampleSetting setting{folder->vocabulary, folder->groups, folder->instruments,
                                 folder->agencies};
    std::vector<std::string> out;
    for (const Policy& policy : folder->policies) {
      if (policy.jurisdiction != jurisdiction) continue;
      out = RunExamples(policy, setting).value();
    }
    return out;
  }

  std::string path_;
};

TEST_F(FolderTest, EveryPolicyOfTheDemonstrationHasExamplesThatHold) {
  const auto folder = LoadFolder(path_);
  ASSERT_TRUE(folder.ok()) << folder.status();
  EXPECT_THAT(folder->policies, SizeIs(12));
  EXPECT_TRUE(folder->Compile(0, {}).ok());
  for (const Policy& policy : folder->policies) {
    EXPECT_GE(policy.examples.size(), 2u) << policy.file;
    EXPECT_THAT(Failures(policy.jurisdiction), IsEmpty());
  }
}

TEST_F(FolderTest, AnExampleThatDoesNotHoldIsToldWithWhatIs) {
  Replace("fr.toml", "expect  = \"released\"", "expect  = \"refused\"");
  const auto failures = Failures("FR");
  ASSERT_THAT(failures, SizeIs(1));
  EXPECT_THAT(failures[0], HasSubstr("fr.toml:"));
  EXPECT_THAT(failures[0], HasSubstr("expected refuse, the answer is release"));
}

TEST_F(FolderTest, AnExampleAsksForItsCausesToo) {
  Replace("fr.toml", "because = [\"FR-OUT-100\"]", "because = [\"FR-OUT-100\", \"FR-OUT-110\"]");
  ASSERT_THAT(Failures("FR"), SizeIs(1));
  EXPECT_THAT(Failures("FR")[0], HasSubstr("expected FR-OUT-110, the answer is"));
}

TEST_F(FolderTest, AnExampleFailsWhenItsRuleIsTakenOut) {
  Replace("fr.toml", "to      = [\"everyone-except\", \"group:EU\", \"BR\"]", "to = [\"JP\"]");
  EXPECT_THAT(Failures("FR"), SizeIs(1));
}

TEST_F(FolderTest, AFileOfAnotherKindRefusesTheFolder) {
  Write("notes.toml", "title = \"notes\"\n");
  EXPECT_THAT(Refusal(), HasSubstr("/notes.toml:1:1: the first key must say what the file is"));
  Write("notes.toml", "record = \"labels/1\"\n");
  EXPECT_THAT(Refusal(), HasSubstr("/notes.toml:1:1: a record's labels do not belong"));
}

TEST_F(FolderTest, OtherSuffixesAreNotLookedAt) {
  Write("notes.txt", "anything");
  Write("fr.toml~", "anything");
  EXPECT_TRUE(LoadFolder(path_).ok());
}

TEST_F(FolderTest, ASecondFileOfGroupsRefusesTheFolder) {
  Write("groups2.toml", Text("groups.toml"));
  EXPECT_THAT(Refusal(), HasSubstr("groups2.toml:1:1: a folder holds one such file"));
}

TEST_F(FolderTest, TheSameVersionTwiceRefusesTheFolder) {
  Write("fr2.toml", Text("fr.toml"));
  EXPECT_THAT(Refusal(), HasSubstr("fr2.toml:1:1: version 1 of FR stands in"));
  Replace("fr2.toml", "version      = 1", "version      = 2");
  EXPECT_TRUE(LoadFolder(path_).ok());
}

TEST_F(FolderTest, AGroupOrInstrumentThatNoFileDefinesRefusesTheFolder) {
  fs::remove(path_ + "/groups.toml");
  EXPECT_THAT(Refusal(), HasSubstr("no group 'EU' is known"));
  Write("groups.toml", "groups = \"groups/1\"\nversion = 1\n");
  EXPECT_THAT(Refusal(), HasSubstr("no group 'EU' is known"));
}

TEST_F(FolderTest, ErrorsOfAllFilesAreTold) {
  Replace("br.toml", "\"fiu\"", "\"fyu\"");
  Replace("ch.toml", "\"FR\"", "\"UK\"");
  const std::string refusal = Refusal();
  EXPECT_THAT(refusal, HasSubstr("br.toml:"));
  EXPECT_THAT(refusal, HasSubstr("ch.toml:"));
}

TEST_F(FolderTest, AFolderMayBringItsVocabulary) {
  std::string text(PublishedVocabularyText());
  Write("words.toml", text);
  EXPECT_TRUE(LoadFolder(path_).ok());
  const size_t at = text.find("\"2026.1\"");
  Write("words.toml", text.replace(at, 8, "\"2030.1\""));
  EXPECT_THAT(Refusal(), HasSubstr("the one in force is 2030.1"));
}

TEST_F(FolderTest, NoFolderOrAnEmptyOneIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(LoadFolder(path_ + "/none").status()));
  fs::create_directory(path_ + "/empty");
  EXPECT_TRUE(absl::IsNotFound(LoadFolder(path_ + "/empty").status()));
}

std::string ExampleText(const char* say, const char* more, const char* expect) {
  return std::string("[[example]]\nsay = \"") + say +
         "\"\nrecord = { to = \"BR\", purpose = \"investigate\", under = \"FR-BR\", "
         "sections = [[\"suspect\", \"identity\"]], " +
         more + " }\nexpect = \"" + expect + "\"\n";
}

void ExpectAsExpected(const World& world) {
  const SnapshotParts parts = world.Parts();
  const auto failures = RunExamples(
      world.Parsed("FR"), {PublishedVocabulary(), parts.groups, parts.instruments, parts.agencies});
  ASSERT_TRUE(failures.ok()) << failures.status();
  EXPECT_THAT(*failures, IsEmpty());
}

TEST(Examples, ConsentsInAnExampleAreGood) {
  World world;
  const auto example = ExampleText;
  world.of("FR").rules +=
      RuleText("outbound.forbid", "FR-F",
               "obtained_from = [\"another-state\"]\nunless = \"consent-of-source-attached\"") +
      example("one", "obtained_from = [\"DE\"], consents = [\"DE\"]", "released") +
      example("none", "obtained_from = [\"DE\"]", "refused") +
      example("another's", "obtained_from = [\"DE\"], consents = [\"GB\"]", "refused") +
      example("of two", "obtained_from = [\"DE\", \"ORG\"], consents = [\"DE\"]", "refused") +
      example("both", "obtained_from = [\"DE\", \"ORG\"], consents = [\"DE\", \"ORG\"]",
              "released") +
      example("its own", "handling = [\"H3\"], consents = [\"FR\"]", "released") +
      example("not its own", "handling = [\"H3\"], consents = [\"DE\"]", "held");
  ExpectAsExpected(world);
}

TEST(Examples, AnOverrideInAnExampleIsInForceAtItsInstant) {
  World world;
  const auto example = ExampleText;
  world.of("FR").rules +=
      RuleText("outbound.forbid", "FR-F",
               "obtained_from = [\"another-state\"]\nunless = \"consent-of-source-attached\"") +
      example("one", "obtained_from = [\"DE\"], override = [\"FR-F\"]", "released") +
      example("of another rule", "obtained_from = [\"DE\"], override = [\"FR-G\"]", "refused") +
      example("for two", "obtained_from = [\"DE\", \"ORG\"], override = [\"FR-F\"]", "released") +
      example("none to ask", "handling = [\"H3\"], override = [\"FR-F\"]", "held") +
      "at = 2026-09-01T00:00:00Z\n" +
      example("later", "obtained_from = [\"DE\"], override = [\"FR-F\"]", "released") +
      "at = 2026-09-01T00:00:00Z\n";
  ExpectAsExpected(world);
}

TEST(Examples, AnExampleOfTheInboundHalfAndItsDefaults) {
  World world;
  world.of("BR").rules +=
      "[[example]]\nsay = \"s\"\nrecord = { from = \"FR\", purpose = \"investigate\", under = "
      "\"FR-BR\", sections = [[\"suspect\", \"identity\"]] }\nexpect = \"released\"\n"
      "because = [\"BR-IN\"]\n"
      "[[example]]\nsay = \"from an organisation\"\nrecord = { from = \"ORG.help\", purpose = "
      "\"investigate\", under = \"WIDE\", sections = [[\"suspect\", \"identity\"]] }\n"
      "expect = \"released\"\n"
      "[[example]]\nsay = \"too late\"\nat = 2027-01-01T00:00:00Z\nrecord = { from = \"FR\", "
      "purpose "
      "= \"investigate\", under = \"WIDE\", sections = [[\"suspect\", \"identity\"]] }\n"
      "expect = \"refused\"\nbecause = [\"policy-expired\"]\n"
      "[[example]]\nsay = \"for a person\"\nrecord = { from = \"FR\", purpose = \"investigate\", "
      "handling = [\"H3\"], under = \"WIDE\", sections = [[\"suspect\", \"identity\"]] }\n"
      "expect = \"held\"\nbecause = [\"handling-needs-person\"]\n";
  const SnapshotParts parts = world.Parts();
  const ExampleSetting setting{PublishedVocabulary(), parts.groups, parts.instruments,
                               parts.agencies};
  const auto failures = RunExamples(world.Parsed("BR"), setting);
  ASSERT_TRUE(failures.ok()) << failures.status();
  EXPECT_THAT(*failures, IsEmpty());
}

TEST_F(FolderTest, AFileThatSaysNothingOrTooMuchRefusesTheFolder) {
  Write("empty.toml", "");
  EXPECT_THAT(Refusal(), HasSubstr("empty.toml:1:1: the file says nothing"));
  Write("empty.toml", "# " + std::string(limits::kConfigBytes, 'x'));
  EXPECT_THAT(Refusal(), HasSubstr("empty.toml:1:1: larger than"));
}

// The rules that docs/policy.md shows, and their example.
constexpr const char* kPageRules = R"toml(
[[outbound.allow]]
id          = "FR-OUT-020"
title       = "Suspects' identity to Brazil, case by case"
law         = "Directive (EU) 2016/680 art. 37(1)(a)"
to          = ["BR"]
to_kind     = ["police", "prosecutor"]
for_purpose = ["investigate"]
about       = ["suspect", "convicted"]
data        = ["identity", "travel-document"]
under       = ["FR-BR"]
obligations = ["use-only-for-stated-purpose", "delete-after:P1Y", "onward:never"]

[[outbound.withhold]]
id    = "FR-OUT-800"
title = "Where a victim lives never leaves the Union"
law   = "Palermo Protocol art. 6(1)"
to    = ["everyone-except", "group:EU"]
about = ["victim", "child"]
data  = ["address", "location", "family"]

[[example]]
say     = "A victim's address to Brazil"
record  = { to = "BR", purpose = "investigate", under = "FR-BR", sections = [["victim", "address"]] }
expect  = "refused"
because = ["FR-OUT-800", "no-rule-allows"]

[[example]]
say     = "A suspect's identity beside it"
record  = { to = "BR", to_kind = "prosecutor", purpose = "investigate", under = "FR-BR", sections = [["suspect", "identity"], ["victim", "address"]] }
expect  = "released-in-part"
because = ["FR-OUT-020", "FR-OUT-800", "withheld"]
)toml";

TEST(Examples, ThoseOfThePageHold) {
  World world;
  world.of("FR").rules = kPageRules;
  const SnapshotParts parts = world.Parts();
  const ExampleSetting setting{PublishedVocabulary(), parts.groups, parts.instruments,
                               parts.agencies};
  const auto failures = RunExamples(world.Parsed("FR"), setting);
  ASSERT_TRUE(failures.ok()) << failures.status();
  EXPECT_THAT(*failures, IsEmpty());
}

// The story: a lead on assets to five units, and their answers.
class Story : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    const auto folder = LoadFolder(path_);
    ASSERT_TRUE(folder.ok()) << folder.status();
    snapshot_ = folder->Compile(0, {}).value();
  }

  RecordLabels Lead(const std::string& origin, const std::string& kind) {
    RecordLabels lead;
    lead.origin = origin;
    lead.kind = kind;
    lead.purpose = "asset-recovery";
    lead.handling = {"H1"};
    lead.evaluation = "B2";
    lead.urgency = "urgent";
    lead.created = now_;
    lead.expires = now_ + 1000;
    lead.sent_under = 1;
    return lead;
  }

  Decision Send(const RecordLabels& lead, const std::string& to) {
    const auto instruments = snapshot_->InstrumentsFor(lead.origin, to, lead.purpose, now_);
    EXPECT_THAT(instruments, SizeIs(1)) << to;
    return Decide(*snapshot_, lead, {to, instruments.at(0), {}}, now_);
  }

  const Instant now_ = At("2026-11-24T12:00:00Z");
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(Story, TheLeadGoesToThreeWholeToOneInPartAndToOneNot) {
  RecordLabels lead = Lead("FR.tracfin-demo", "lead");
  lead.sections = {{{"suspect"}, {"asset"}, "fact", true},
                   {{"suspect"}, {"financial"}, "fact", false},
                   {{"suspect"}, {"narrative"}, "assessment", false},
                   {{"victim"}, {"identity"}, "fact", false}};
  for (const char* to : {"BR.coaf-demo", "DE.fiu-demo", "NL.fiu-demo"}) {
    const Decision decision = Send(lead, to);
    EXPECT_EQ(decision.verdict, Verdict::kRelease) << DecisionJson(decision);
    EXPECT_THAT(decision.obligations, Contains("delete-after:P1Y"));
    EXPECT_THAT(decision.obligations, Contains("no-judicial-use-without-consent"));
    EXPECT_THAT(decision.obligations, Contains("use-only-for-stated-purpose"));
  }
  const Decision swiss = Send(lead, "CH.mros-demo");
  EXPECT_EQ(swiss.verdict, Verdict::kReleaseInPart);
  EXPECT_THAT(swiss.released, ElementsAre(0, 1, 2));
  EXPECT_THAT(RuleIdsOf(swiss.withheld[0].rules), ElementsAre("FR-OUT-800"));
  EXPECT_THAT(swiss.obligations, Contains("onward:never"));
  // The Emirates refuse by a rule of their own, so France's half lets it go as far as the broker.
  const Decision refused = Send(lead, "AE.fiu-demo");
  EXPECT_EQ(refused.verdict, Verdict::kRefuse);
  EXPECT_THAT(RuleIdsOf(refused.matched), Contains("AE-IN-910"));
  EXPECT_THAT(ViewFor(Reader::kOrigin, refused).RuleIds(), Not(Contains("AE-IN-910")));
  EXPECT_THAT(ViewFor(Reader::kOrigin, refused).contact, HasSubstr("AE.fiu-demo"));
  EXPECT_TRUE(
      DecideOutbound(*snapshot_, lead, {"AE.fiu-demo", "FIU-FR-AE-2023", {}}, now_).releases());
}

TEST_F(Story, AnswersAndErasureStatementsComeBack) {
  for (const char* from : {"BR.coaf-demo", "DE.fiu-demo", "NL.fiu-demo", "CH.mros-demo"}) {
    RecordLabels answer = Lead(from, "answer");
    answer.sections = {{{"suspect"}, {"narrative"}, "fact", true},
                       {{"other"}, {"asset"}, "fact", false}};
    const Decision decision = Send(answer, "FR.tracfin-demo");
    EXPECT_EQ(decision.verdict, Verdict::kRelease) << DecisionJson(decision);
    RecordLabels erased = Lead(from, "erasure-statement");
    erased.sections = {{{"other"}, {"organisation"}, "fact", true}};
    EXPECT_EQ(Send(erased, "FR.tracfin-demo").verdict, Verdict::kRelease) << from;
  }
}

}  // namespace
}  // namespace entente::policy::testing

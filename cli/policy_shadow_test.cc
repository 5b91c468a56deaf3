// entente-policy shadow and explain as a person runs them, on an export of decisions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/decision_fixture.h"
#include "cli/files.h"

namespace entente::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kSwiss = "FIU-FR-CH-2019";
constexpr const char* kBrazil = "FIU-FR-BR-2022";
constexpr const char* kUnion = "FIU-UNION-2024";

// France's policy with one text of it in place of another.
std::string Candidate(const std::string& name, const std::string& from, const std::string& to) {
  std::string text = *ReadText(ExamplesFolder() + "/fr.toml");
  const size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  text.replace(at, from.size(), to);
  const std::string path = ::testing::TempDir() + "/candidate-" + name + ".toml";
  EXPECT_TRUE(WriteText(path, text).ok());
  return path;
}

std::string NoMoreToSwitzerland() {
  return Candidate("ch", R"(to          = ["BR", "CH"])", R"(to          = ["BR"])");
}

ProgramOutcome Shadow(const TestExport& exported, const std::string& candidate,
                      const std::string& more = "") {
  return RunPolicyProgram("shadow " + exported.folder() + " --candidate " + candidate + " " + more);
}

ProgramOutcome Explain(const TestExport& exported, uint64_t index, const std::string& more = "") {
  return RunPolicyProgram("explain " + exported.folder() + " --index " + std::to_string(index) +
                          " " + more);
}

TEST(ShadowTest, ThePolicyInForceChangesNothing) {
  TestExport exported("same");
  exported.Add("CH.mros-demo", kSwiss);
  exported.Add("AE.fiu-demo", "FIU-FR-AE-2023");
  exported.Add("DE.fiu-demo", kUnion);
  exported.Finish();
  for (const std::string& candidate : {ExamplesFolder() + "/fr.toml", ExamplesFolder()}) {
    const ProgramOutcome out = Shadow(exported, candidate);
    EXPECT_EQ(out.exit_code, 0) << out.output;
    EXPECT_THAT(out.output,
                HasSubstr("decided again: 3; the same under this policy: 3; changed: 0"));
    EXPECT_THAT(out.output, Not(HasSubstr("ALARM")));
  }
}

TEST(ShadowTest, SaysWhatANewPolicyWouldKeepBack) {
  TestExport exported("kept");
  exported.Add("CH.mros-demo", kSwiss);
  exported.Add("BR.coaf-demo", kBrazil);
  exported.Add("CH.mros-demo", kSwiss);
  exported.Finish();
  const ProgramOutcome out = Shadow(exported, NoMoreToSwitzerland());
  EXPECT_EQ(out.exit_code, 1) << out.output;
  EXPECT_THAT(out.output, HasSubstr("decided again: 3; the same under this policy: 1; changed: 2"));
  EXPECT_THAT(out.output, HasSubstr("now kept back, released before: 2\n"));
  EXPECT_THAT(out.output, HasSubstr("rules that no longer apply: FR-OUT-110"));
  EXPECT_THAT(out.output, HasSubstr("log index 102: REF-2 to CH.mros-demo"));
  EXPECT_THAT(out.output, Not(HasSubstr("BR.coaf-demo")));
  const ProgramOutcome french = Shadow(exported, NoMoreToSwitzerland(), "--language fr");
  EXPECT_THAT(french.output, HasSubstr("désormais retenu, transmis auparavant : 2\n"));
}

TEST(ShadowTest, SaysWhatANewPolicyWouldRelease) {
  TestExport exported("released");
  exported.Add("CH.mros-demo", kSwiss);
  exported.Finish();
  const std::string candidate =
      Candidate("open", R"(to      = ["everyone-except", "group:EU", "BR"])",
                R"(to      = ["everyone-except", "group:EU", "BR", "CH"])");
  const ProgramOutcome out = Shadow(exported, candidate);
  EXPECT_EQ(out.exit_code, 1) << out.output;
  EXPECT_THAT(out.output,
              HasSubstr("more sections go: 1\n    data: identity\n    about: victim\n"));
  EXPECT_THAT(out.output, HasSubstr("rules that no longer apply: FR-OUT-800"));
}

TEST(ShadowTest, OtherObligationsAreToldByThemselves) {
  TestExport exported("obligations");
  exported.Add("BR.coaf-demo", kBrazil);
  exported.Finish();
  const std::string candidate = Candidate("month", R"("delete-after:P1Y",
]

[[outbound.allow]]
id          = "FR-OUT-120")",
                                          R"("delete-after:P1M",
]

[[outbound.allow]]
id          = "FR-OUT-120")");
  const ProgramOutcome out = Shadow(exported, candidate);
  EXPECT_EQ(out.exit_code, 1) << out.output;
  EXPECT_THAT(out.output, HasSubstr("released as before, with other obligations: 1\n"));
  EXPECT_THAT(out.output, HasSubstr("obligations now taken on: delete-after:P1M\n"));
}

// A version is asked as if it had been in force, whatever its dates and number say.
TEST(ShadowTest, ACandidateOfNextYearIsAskedAboutThisOne) {
  TestExport exported("future");
  exported.Add("CH.mros-demo", kSwiss);
  exported.Finish();
  const std::string candidate = Candidate("future", "valid_from   = 2025-01-01T00:00:00+01:00",
                                          "valid_from   = 2026-10-01T00:00:00+01:00");
  const ProgramOutcome out = Shadow(exported, candidate);
  EXPECT_EQ(out.exit_code, 0) << out.output;
}

TEST(ShadowTest, ADecisionThatTheTextsDoNotGiveIsAnAlarm) {
  TestExport exported("alarm");
  exported.Add("CH.mros-demo", kSwiss, [](DecisionLine& line) {
    line.logged.withheld.clear();
    line.logged.verdict = policy::Verdict::kRelease;
  });
  exported.Finish();
  const ProgramOutcome out = Shadow(exported, ExamplesFolder() + "/fr.toml");
  EXPECT_EQ(out.exit_code, 1) << out.output;
  EXPECT_THAT(out.output, HasSubstr("ALARM: in 1 decisions the log says otherwise"));
  EXPECT_THAT(out.output, HasSubstr("log index 100: REF-0 to CH.mros-demo"));
}

// As the log has it when the first decision kept back what the second would let go.
void DecideAgain(DecisionLine& line) {
  line.before = line.logged;
  line.before->verdict = policy::Verdict::kReleaseInPart;
  line.before->released = {0};
  line.before->withheld = {{.section = 1, .rules = {"FR-OUT-800"}, .reasons = {"withheld"}}};
  line.logged.verdict = line.before->verdict;
  line.logged.released = line.before->released;
  line.logged.withheld = line.before->withheld;
  line.logged.rules.push_back({policy::Side::kRecord, "FR-OUT-800", ""});
  line.logged.reasons = {"withheld"};
}

TEST(ShadowTest, WhatWasDecidedAgainIsHeldAgainstTheDecisionBefore) {
  TestExport exported("again");
  exported.Add("BR.coaf-demo", kBrazil, DecideAgain);
  exported.Finish();
  EXPECT_THAT(Shadow(exported, ExamplesFolder()).output, Not(HasSubstr("ALARM")));
  EXPECT_EQ(Explain(exported, 100).exit_code, 0);
  TestExport wider("again-wider");
  wider.Add("BR.coaf-demo", kBrazil, [](DecisionLine& line) {
    const policy::VisibleDecision whole = line.logged;
    DecideAgain(line);
    line.logged = whole;
  });
  wider.Finish();
  EXPECT_THAT(Shadow(wider, ExamplesFolder()).output, HasSubstr("ALARM: in 1 decisions"));
}

TEST(ShadowTest, WhatOneSideCannotKnowIsSaidAndItsOwnPartIsHeldToTheTexts) {
  TestExport exported("one-sided", {"CH", "BR"});
  exported.Add("CH.mros-demo", kSwiss);
  exported.Add("BR.coaf-demo", kBrazil);
  exported.Finish();
  const ProgramOutcome out = Shadow(exported, NoMoreToSwitzerland());
  EXPECT_THAT(out.output, HasSubstr("since the other State's policy is not public: 2;"));
  EXPECT_THAT(out.output, HasSubstr("now kept back, released before: 1\n"));
  EXPECT_THAT(out.output, Not(HasSubstr("ALARM")));
  TestExport wrong("one-sided-wrong", {"CH"});
  wrong.Add("CH.mros-demo", kSwiss, [](DecisionLine& line) { line.logged.obligations.clear(); });
  wrong.Finish();
  EXPECT_THAT(Shadow(wrong, ExamplesFolder()).output, HasSubstr("ALARM: in 1 decisions"));
}

TEST(ShadowTest, WhatHasNoLabelsIsCounted) {
  TestExport exported("erased");
  exported.Add("CH.mros-demo", kSwiss);
  exported.Add("CH.mros-demo", kSwiss, [](DecisionLine& line) {
    line.labels.reset();
    line.missing = "recalled";
    line.logged.released.clear();
    line.logged.withheld[0].section = kSectionNotKnown;
  });
  exported.Finish();
  const ProgramOutcome out = Shadow(exported, ExamplesFolder());
  EXPECT_EQ(out.exit_code, 0) << out.output;
  EXPECT_THAT(out.output, HasSubstr("since there are no labels any more: 1"));
  const ProgramOutcome told = Explain(exported, 101);
  EXPECT_EQ(told.exit_code, 0) << told.output;
  EXPECT_THAT(told.output, HasSubstr("It cannot be made again: the record was recalled"));
  EXPECT_THAT(told.output, HasSubstr("section ?: kept back: FR-OUT-800"));
}

TEST(ShadowTest, AFileThatWasCutOrChangedIsRefused) {
  TestExport exported("cut");
  exported.Add("CH.mros-demo", kSwiss);
  exported.Add("BR.coaf-demo", kBrazil);
  exported.Finish();
  const std::string path = DecisionsFile(exported.folder());
  const std::string whole = *ReadText(path);
  ASSERT_TRUE(WriteText(path, whole.substr(0, whole.find('\n', whole.find('\n') + 1) + 1)).ok());
  const ProgramOutcome cut = Shadow(exported, ExamplesFolder());
  EXPECT_EQ(cut.exit_code, 3);
  EXPECT_THAT(cut.output, HasSubstr("decisions.jsonl:1:1: the header says 2 decisions"));
  std::string other = whole;
  other.replace(other.find("\"purpose\""), 9, "\"porpoise\"");
  ASSERT_TRUE(WriteText(path, other).ok());
  EXPECT_THAT(Shadow(exported, ExamplesFolder()).output,
              HasSubstr("decisions.jsonl:2:1: 'labels.porpoise' is missing here, is not known"));
  ASSERT_TRUE(WriteText(path, whole).ok());
  std::ofstream(exported.folder() + "/policies-1/policy-FR-1.toml", std::ios::app) << "\n";
  const ProgramOutcome text = Shadow(exported, ExamplesFolder());
  EXPECT_EQ(text.exit_code, 3);
  EXPECT_THAT(text.output, HasSubstr("policy-FR-1.toml:1:1: this is not the text"));
}

TEST(ShadowTest, JsonSaysTheSame) {
  TestExport exported("json");
  for (int i = 0; i < 5; ++i) exported.Add("CH.mros-demo", kSwiss);
  exported.Finish();
  const ProgramOutcome few = Shadow(exported, NoMoreToSwitzerland(), "--json");
  const Json json = Json::parse(few.output, nullptr, false);
  ASSERT_TRUE(json.is_object()) << few.output;
  EXPECT_EQ(json["changes"]["kept-back"], 5);
  EXPECT_EQ(json["groups"][0]["rules_gone"], Json::array({"FR-OUT-110"}));
  EXPECT_EQ(json["groups"][0]["decisions"].size(), 3u);
  const ProgramOutcome all = Shadow(exported, NoMoreToSwitzerland(), "--json --all");
  EXPECT_EQ(Json::parse(all.output, nullptr, false)["groups"][0]["decisions"].size(), 5u);
}

TEST(ExplainTest, TellsEachStepWithTitleAndLaw) {
  TestExport exported("explain");
  const uint64_t index = exported.Add("CH.mros-demo", kSwiss);
  exported.Finish();
  const ProgramOutcome out = Explain(exported, index);
  EXPECT_EQ(out.exit_code, 0) << out.output;
  EXPECT_THAT(out.output, StartsWith("Log index 100, 2026-03-01T10:00:01.000Z: REF-0 to CH.mros"));
  EXPECT_THAT(out.output, HasSubstr("  purpose: asset-recovery\n"));
  EXPECT_THAT(out.output, HasSubstr("  policy FR, version 1, in force from "));
  EXPECT_THAT(out.output, HasSubstr("section 0: released"));
  EXPECT_THAT(out.output, HasSubstr("section 1: kept back: FR-OUT-800, "));
  EXPECT_THAT(out.output,
              HasSubstr("FR-OUT-800  Who the victims are leaves for the Union and Brazil only "
                        "(Palermo Protocol art. 6(1) (text read))"));
  EXPECT_THAT(out.output, HasSubstr("withheld (A rule withholds it.)"));
  EXPECT_THAT(out.output, HasSubstr("The log says the same."));
  EXPECT_EQ(Explain(exported, 99).exit_code, 3);
  EXPECT_EQ(Explain(exported, index, "--to BR.coaf-demo").exit_code, 3);
}

// What the Netherlands gave under H2.
void PassOn(policy::LabelsFile& labels) {
  labels.record.handling = {"H2"};
  labels.record.obtained_from = {"NL"};
  labels.record.sections.resize(1);
}

const Instant kLeadAt{1772359200000};  // 2026-03-01T10:00:00Z

TEST(ExplainTest, ShowsTheConsentsThatWentAlong) {
  TestExport exported("consents");
  const uint64_t index = exported.Add("DE.fiu-demo", kUnion, {}, [](policy::LabelsFile& labels) {
    PassOn(labels);
    labels.recipient.consents.push_back({.source = "NL.fiu-demo",
                                         .under = kUnion,
                                         .about = {"suspect"},
                                         .data = {"financial", "asset"},
                                         .from = kLeadAt,
                                         .until = kLeadAt + 60'000});
  });
  exported.Finish();
  const ProgramOutcome out = Explain(exported, index);
  EXPECT_EQ(out.exit_code, 0) << out.output;
  EXPECT_THAT(out.output,
              HasSubstr("  consent: source: NL.fiu-demo; under: FIU-UNION-2024; about: suspect; "
                        "data: financial, asset; from: 2026-03-01T10:00:00.000Z; until: "
                        "2026-03-01T10:01:00.000Z\n"));
}

TEST(ExplainTest, SaysWhichRuleYieldedToAnOverride) {
  TestExport exported("override");
  const auto overridden = [&](const char* person) {
    return exported.Add("DE.fiu-demo", kUnion, {}, [person](policy::LabelsFile& labels) {
      PassOn(labels);
      labels.record.sections[0].about = {person};
      labels.recipient.emergency = {.rules = {"FR-OUT-910", "FR-OUT-940"},
                                    .about = {"suspect", "victim"},
                                    .data = {"financial"},
                                    .from = kLeadAt,
                                    .until = kLeadAt + 3'600'000};
    });
  };
  const uint64_t yields = overridden("suspect");
  const uint64_t stands = overridden("victim");
  exported.Finish();
  const ProgramOutcome out = Explain(exported, yields);
  EXPECT_EQ(out.exit_code, 0) << out.output;
  EXPECT_THAT(out.output,
              HasSubstr("  override: rules: FR-OUT-910, FR-OUT-940; about: suspect, victim; "
                        "data: financial; from: 2026-03-01T10:00:00.000Z; until: "
                        "2026-03-01T11:00:00.000Z\n"));
  EXPECT_THAT(out.output, HasSubstr("5. What forbids the whole record\n"
                                    "   FR-OUT-910  What another State gave under H2 needs its "
                                    "consent (Directive (EU) 2016/680 art. 35(1)(c) (text read)"));
  EXPECT_THAT(out.output, HasSubstr(") yielded to an override in an emergency, in force until "
                                    "2026-03-01T11:00:00.000Z\n   nothing stands against it"));
  EXPECT_THAT(out.output, Not(HasSubstr("FR-OUT-940  ")));
  EXPECT_THAT(out.output, HasSubstr("The log says the same."));
  EXPECT_THAT(Explain(exported, yields, "--language fr").output,
              HasSubstr("écartée en urgence par une dérogation, valable jusqu'au 2026-03-01T11"));
  const Json json = Json::parse(Explain(exported, yields, "--json").output, nullptr, false);
  EXPECT_EQ(json["steps"][4]["overridden"][0]["id"], "FR-OUT-910");
  EXPECT_EQ(json["steps"][4]["overridden"].size(), 1u);
  const ProgramOutcome refused = Explain(exported, stands);
  EXPECT_EQ(refused.exit_code, 0) << refused.output;
  EXPECT_THAT(refused.output, Not(HasSubstr("yielded")));
  EXPECT_THAT(refused.output, HasSubstr("FR-OUT-910  What another State"));
}

// The export may hold another State's policy: what the log hides, this hides.
TEST(ExplainTest, TheOtherStatesRulesStayHiddenUnlessPublic) {
  TestExport exported("hidden");
  const uint64_t hidden = exported.Add("AE.fiu-demo", "FIU-FR-AE-2023");
  const uint64_t open = exported.Add("DE.fiu-demo", kUnion);
  exported.Finish();
  for (const char* const style : {"", "--json"}) {
    const ProgramOutcome out = Explain(exported, hidden, style);
    EXPECT_EQ(out.exit_code, 0) << out.output;
    EXPECT_THAT(out.output, HasSubstr("sharing@fiu-demo.ae.entente.test"));
    EXPECT_THAT(out.output, Not(HasSubstr("AE-IN-")));
    EXPECT_THAT(out.output, Not(HasSubstr("Freezing")));
    EXPECT_THAT(out.output, Not(HasSubstr("5. What forbids the whole record\n   nothing stands")));
    EXPECT_THAT(Explain(exported, open, style).output, HasSubstr("DE-IN-100"));
  }
}

TEST(ExplainTest, SaysWhenTheLogSaysOtherwise) {
  TestExport exported("otherwise", {"BR"});
  const uint64_t index = exported.Add(
      "CH.mros-demo", kSwiss, [](DecisionLine& line) { line.logged.obligations.pop_back(); });
  const uint64_t one_sided = exported.Add("BR.coaf-demo", kBrazil);
  exported.Finish();
  const ProgramOutcome out = Explain(exported, index);
  EXPECT_EQ(out.exit_code, 1) << out.output;
  EXPECT_THAT(out.output, HasSubstr("ALARM: the log says otherwise"));
  EXPECT_THAT(out.output, HasSubstr("As the log has it:"));
  const ProgramOutcome fits = Explain(exported, one_sided);
  EXPECT_EQ(fits.exit_code, 0) << fits.output;
  EXPECT_THAT(fits.output, HasSubstr("policy BR, version 1, in force from 1970"));
  EXPECT_THAT(fits.output, HasSubstr("The policy of BR is not public"));
  EXPECT_THAT(fits.output, HasSubstr("The log lets no more pass than that"));
}

}  // namespace
}  // namespace entente::cli

// entente-policy as a person runs it: output, errors and exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "cli/decision_fixture.h"
#include "cli/files.h"
#include "core/crypto/keyfile.h"
#include "core/crypto/sign.h"
#include "tests/support/seeded_random.h"

namespace entente::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Outcome = ProgramOutcome;

Outcome Execute(const std::string& arguments) { return RunPolicyProgram(arguments); }

std::string Examples() { return ExamplesFolder(); }

std::string Write(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

constexpr const char* kRecord = R"(record = "labels/1"
origin = "FR.tracfin-demo"
to = "CH.mros-demo"
kind = "lead"
purpose = "asset-recovery"
under = "FIU-FR-CH-2019"
handling = ["H1"]
evaluation = "B2"
urgency = "urgent"
created = 2026-03-01T10:00:00Z
expires = 2026-04-01T10:00:00Z
[[section]]
about = ["suspect"]
data = ["financial"]
[[section]]
about = ["victim"]
data = ["identity"]
)";

Outcome Decide(const std::string& record, const std::string& more) {
  return Execute("decide --policies " + Examples() + " --at 2026-03-01T10:00:01Z --record " +
                 Write("record.toml", record) + " " + more);
}

TEST(PolicyProgram, DecidesARecordWithAnOverride) {
  std::string record(kRecord);
  record.resize(record.find("[[section]]\nabout = [\"victim\"]"));
  record.replace(record.find("CH.mros-demo"), 12, "DE.fiu-demo");
  record.replace(record.find("FIU-FR-CH-2019"), 14, "FIU-UNION-2024");
  record.replace(record.find("[\"H1\"]"), 6, "[\"H2\"]\nobtained_from = [\"NL\"]");
  const Outcome without = Decide(record, "");
  EXPECT_EQ(without.exit_code, 0) << without.output;
  EXPECT_THAT(without.output, HasSubstr("FR-OUT-910"));
  const Outcome with =
      Decide(record +
                 "[override]\nrules = [\"FR-OUT-910\"]\nabout = [\"suspect\"]\ndata = "
                 "[\"financial\"]\nfrom = 2026-03-01T10:00:00Z\nuntil = 2026-03-02T10:00:00Z\n",
             "");
  EXPECT_EQ(with.exit_code, 0) << with.output;
  EXPECT_THAT(with.output, Not(HasSubstr("FR-OUT-910")));
}

TEST(PolicyProgram, ChecksAFolderAndRunsItsExamples) {
  const Outcome out = Execute("check " + Examples());
  EXPECT_EQ(out.exit_code, 0) << out.output;
  EXPECT_THAT(out.output, HasSubstr("fr.toml: FR version 1, 29 outbound and 15 inbound rules"));
  EXPECT_THAT(out.output, HasSubstr("12 policies, 508 examples, 0 not as expected, "));
}

TEST(PolicyProgram, AnExampleThatDoesNotHoldIsANo) {
  const std::string folder = ::testing::TempDir() + "/entente-policy-no";
  ASSERT_EQ(std::system(("rm -rf " + folder + " && cp -r " + Examples() + " " + folder +
                         " && sed -i '0,/expect  = \"released\"/s//expect  = \"refused\"/' " +
                         folder + "/fr.toml")
                            .c_str()),
            0);
  const Outcome out = Execute("check " + folder);
  EXPECT_EQ(out.exit_code, 1) << out.output;
  EXPECT_THAT(out.output, HasSubstr("fr.toml:"));
  EXPECT_THAT(out.output, HasSubstr("1 not as expected"));
}

TEST(PolicyProgram, ARefusedFolderNamesFileLineAndColumn) {
  const std::string folder = ::testing::TempDir() + "/entente-policy-bad";
  ASSERT_EQ(std::system(("rm -rf " + folder + " && mkdir " + folder).c_str()), 0);
  std::ofstream(folder + "/x.toml") << "policy = \"sharing-policy/1\"\ncolour = \"red\"\n";
  const Outcome out = Execute("check " + folder);
  EXPECT_EQ(out.exit_code, 3);
  EXPECT_THAT(out.output, HasSubstr(folder + "/x.toml:2:1: 'colour' is not a key"));
  EXPECT_EQ(Execute("check " + folder + "/none").exit_code, 3);
}

// The examples with one text of one file in place of another.
std::string Changed(const std::string& name, const std::string& from, const std::string& to) {
  const std::string folder = ::testing::TempDir() + "/entente-policy-" + name;
  const std::string command = "rm -rf " + folder + " && cp -r " + Examples() + " " + folder +
                              " && sed -i 's/" + from + "/" + to + "/' " + folder + "/fr.toml";
  EXPECT_EQ(std::system(command.c_str()), 0);
  return folder;
}

// Version 1 from 2021 on, version 2 from 2022 on, ...: all until 2026.
std::string FolderOf(const std::string& name, std::initializer_list<const char*> versions) {
  const std::string folder = ::testing::TempDir() + "/entente-policy-" + name;
  EXPECT_EQ(std::system(("rm -rf " + folder + " && mkdir " + folder).c_str()), 0);
  for (const char* version : versions) {
    std::ofstream(folder + "/" + version + ".toml")
        << "policy = \"sharing-policy/1\"\nvocabulary = \"2026.1\"\njurisdiction = \"FR\"\n"
        << "version = " << version << "\nvalid_from = 202" << version << "-01-01T00:00:00Z\n"
        << "valid_until = 2026-01-01T00:00:00Z\ncontact = \"x\"\n";
  }
  return folder;
}

TEST(PolicyProgram, WarnsOfWhatAnAuthorCanHardlyHaveMeant) {
  const Outcome out = Execute("check " + Examples());
  EXPECT_THAT(out.output,
              HasSubstr("gb.toml:178:1: warning: GB-OUT-450 names NO, which is party to "
                        "none of its instruments on the policy's first day"));
  EXPECT_THAT(out.output, Not(HasSubstr("which no instrument that it names covers")));
  EXPECT_EQ(Execute("check --strict " + Examples()).exit_code, 1);
}

TEST(PolicyProgram, TestsEachExampleAndSaysWhatCameOut) {
  const Outcome met = Execute("test " + Examples());
  EXPECT_EQ(met.exit_code, 0) << met.output;
  EXPECT_THAT(met.output, HasSubstr("An answer to the unit of France: release, as expected\n"));
  EXPECT_THAT(met.output, EndsWith("12 policies, 508 examples, 0 not as expected\n"));
  const Outcome missed =
      Execute("test " + Changed("missed", "expect  = \"refused\"", "expect  = \"held\""));
  EXPECT_EQ(missed.exit_code, 1);
  EXPECT_THAT(missed.output, HasSubstr("expected hold, the answer is refuse"));
}

TEST(PolicyProgram, SaysWhatAChangeOfOneRuleChanges) {
  const std::string folder = Changed("changed", "\"everyone-except\", \"group:EU\", \"BR\"",
                                     "\"everyone-except\", \"group:EU\", \"BR\", \"CH\"");
  const Outcome out = Execute("diff " + Examples() + " " + folder + " --jurisdiction FR");
  EXPECT_EQ(out.exit_code, 1);
  EXPECT_THAT(out.output, HasSubstr("now released, kept back before:\n"));
  EXPECT_THAT(out.output, HasSubstr("      about: victim\n      to: CH\n"));
  EXPECT_THAT(out.output, HasSubstr("rules: FR-OUT-800; now FR-OUT-110\n"));
  EXPECT_THAT(out.output, Not(HasSubstr("no longer")));
  const Outcome french =
      Execute("--language fr diff " + Examples() + " " + folder + " --jurisdiction FR");
  EXPECT_THAT(french.output, HasSubstr("désormais transmis, retenu auparavant :\n"));
}

TEST(PolicyProgram, SaysThatNothingChanged) {
  const Outcome out = Execute("diff " + Examples() + " " + Changed("same", "x", "x"));
  EXPECT_EQ(out.exit_code, 0) << out.output;
  EXPECT_THAT(out.output, HasSubstr("0 differences; all "));
}

// Nobody touched the policy: an instrument that it names is suspended.
TEST(PolicyProgram, AnInstrumentThatIsSuspendedShowsAsAChange) {
  const std::string folder = Changed("suspended", "x", "x");
  ASSERT_EQ(std::system(("sed -i '/FIU-FR-CH-2019/,/in-force/s/in-force/suspended/' " + folder +
                         "/instruments.toml")
                            .c_str()),
            0);
  const Outcome out = Execute("diff " + Examples() + " " + folder + " --jurisdiction FR");
  EXPECT_EQ(out.exit_code, 1) << out.output;
  EXPECT_THAT(out.output, HasSubstr("now keeps its whole record back, released before:\n"));
  EXPECT_THAT(out.output, HasSubstr("      under: FIU-FR-CH-2019\n"));
}

TEST(PolicyProgram, AVersionThatHasEndedIsNotCompared) {
  const Outcome out = Execute("diff " + Examples() + " " + Changed("ended", "x", "x") +
                              " --jurisdiction FR --at 2040-01-01T00:00:00Z");
  EXPECT_EQ(out.exit_code, 3);
  EXPECT_THAT(out.output, HasSubstr("version 1 of FR has ended at 2040"));
}

TEST(PolicyProgram, WhatCannotBeComparedIsSaid) {
  const Outcome one_each = Execute("diff " + Examples() + " " + Examples());
  EXPECT_EQ(one_each.exit_code, 3);
  EXPECT_EQ(one_each.output,
            Examples() +
                " holds no two versions of the policy of one State to compare: give the "
                "folder with the older version first, then the one with the newer, or put "
                "both files into one folder\n");
  const std::string french = FolderOf("both", {"1"});
  const std::string both = "diff " + Examples() + " " + french + " --jurisdiction ";
  for (const std::string& none :
       {both + "BR", both + "FR --at 2020-01-01T00:00:00Z",
        "diff " + french + " " + french + " --jurisdiction FR --at-old 2020-01-01T00:00:00Z"}) {
    const Outcome out = Execute(none);
    EXPECT_EQ(out.exit_code, 3) << none;
    EXPECT_THAT(out.output, StartsWith("no policy of ")) << none;
    EXPECT_THAT(out.output, HasSubstr(": each folder must hold a version of it; --at-old")) << none;
  }
  EXPECT_THAT(Execute("--language fr " + both + "BR").output,
              StartsWith("aucune politique de BR qui ait commencé ne se trouve"));
  const Outcome out = Execute("diff " + Examples() + " " + Examples() + " --at tomorrow");
  EXPECT_EQ(out.exit_code, 2);
  EXPECT_THAT(out.output, HasSubstr("--at: 'tomorrow' is not an instant"));
}

// A key file of one office.
std::string OfficeKey(const std::string& name, crypto::KeyUse use, uint8_t seed) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::remove(path.c_str());
  entente::testing::SeededRandom random(seed);
  EXPECT_TRUE(crypto::WriteKeyFile(path, use, crypto::SigningKey::Create(random).Seed()).ok());
  return path;
}

class PolicySigning : public ::testing::Test {
 protected:
  std::string Sign(const std::string& office, const std::string& key) const {
    return "sign " + policy_ + " --federation entente.test --office " + office + " --key " + key +
           " --out " + out_;
  }

  const std::string policy_ = Changed("signed", "x", "x") + "/fr.toml";
  const std::string out_ = ::testing::TempDir() + "/policy.statement";
  const std::string author_ = OfficeKey("author.key", crypto::KeyUse::kPolicyAuthor, 1);
  const std::string protection_ = OfficeKey("protection.key", crypto::KeyUse::kPolicyProtection, 2);
};

TEST_F(PolicySigning, TwoOfficesOneAfterTheOther) {
  const Outcome first = Execute(Sign("author", author_) + " --in-force 2026-12-01T00:00:00Z");
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_THAT(first.output,
              HasSubstr("in force from 2026-12-01T00:00:00.000Z: signed by one office"));
  const Outcome again = Execute(Sign("author", author_) + " --statement " + out_);
  EXPECT_EQ(again.exit_code, 3);
  EXPECT_THAT(again.output, HasSubstr("this key has signed already"));
  const Outcome second = Execute(Sign("protection", protection_) + " --statement " + out_);
  EXPECT_EQ(second.exit_code, 0) << second.output;
  EXPECT_THAT(second.output, HasSubstr("signed by both offices"));
  const auto written = ReadPublications(out_);
  ASSERT_TRUE(written.ok()) << written.status();
  ASSERT_EQ(written->size(), 1u);
  EXPECT_EQ(written->front().statement.signatures_size(), 2);
}

TEST_F(PolicySigning, AnotherTextThanTheFirstOfficeSignedIsNotSigned) {
  ASSERT_EQ(Execute(Sign("author", author_) + " --in-force 2026-12-01T00:00:00Z").exit_code, 0);
  std::ofstream(policy_, std::ios::app) << "# one more line\n";
  const Outcome out = Execute(Sign("protection", protection_) + " --statement " + out_);
  EXPECT_EQ(out.exit_code, 3);
  EXPECT_THAT(out.output, HasSubstr("was signed for another text, version or jurisdiction"));
}

TEST_F(PolicySigning, WhatDoesNotHoldIsNotSigned) {
  ASSERT_EQ(
      std::system(
          ("sed -i '0,/expect  = \"released\"/s//expect  = \"refused\"/' " + policy_).c_str()),
      0);
  const Outcome missed = Execute(Sign("author", author_) + " --in-force 2026-12-01T00:00:00Z");
  EXPECT_EQ(missed.exit_code, 3);
  EXPECT_THAT(missed.output, HasSubstr("nothing is signed"));
  EXPECT_EQ(Execute(Sign("author", author_)).exit_code, 2) << "from when?";
  EXPECT_EQ(Execute(Sign("author", protection_) + " --in-force 2026-12-01T00:00:00Z").exit_code, 3)
      << "another office's key";
}

TEST(PolicyProgram, EveryVerdictIsAnAnswer) {
  const Outcome part = Decide(kRecord, "--json");
  EXPECT_EQ(part.exit_code, 0) << part.output;
  EXPECT_THAT(part.output,
              StartsWith("{\"verdict\": \"release-in-part\", \"released\": [0], \"withheld\": "
                         "[{\"section\": 1, \"rules\": [\"FR-OUT-800\"], \"reasons\": "
                         "[\"withheld\"]}], \"obligations\": [\"delete-after:P1Y\", "));
  EXPECT_EQ(part.output, Decide(kRecord, "--json").output);
  std::string refused = kRecord;
  refused.replace(refused.find("H1"), 2, "H3");
  const Outcome no = Decide(refused, "");
  EXPECT_EQ(no.exit_code, 0);
  EXPECT_THAT(no.output, StartsWith("refuse: FR.tracfin-demo to CH.mros-demo"));
  EXPECT_THAT(no.output, HasSubstr("handling-needs-person"));
}

TEST(PolicyProgram, ARefusedRecordFileExitsWith3) {
  const Outcome out = Decide(std::string(kRecord) + "mood = \"good\"\n", "");
  EXPECT_EQ(out.exit_code, 3);
  EXPECT_THAT(out.output, HasSubstr("record.toml:18:1: 'mood' is not a key of this section"));
}

TEST(PolicyProgram, UsageErrorsExitWith2) {
  EXPECT_EQ(Execute("").exit_code, 2);
  EXPECT_EQ(Execute("check").exit_code, 2);
  EXPECT_EQ(Execute("explain").exit_code, 2);
  EXPECT_EQ(Execute("check a b").exit_code, 2);
  const Outcome out = Execute("decide --policies " + Examples() + " --at yesterday --record x");
  EXPECT_EQ(out.exit_code, 2);
  EXPECT_THAT(out.output, HasSubstr("'yesterday' is not an instant"));
  EXPECT_EQ(Execute("decide --policies " + Examples() + " --at '' --record x").exit_code, 2);
}

TEST(PolicyProgram, SaysItInFrench) {
  const Outcome checked = Execute("--language fr check " + Examples());
  EXPECT_EQ(checked.exit_code, 0);
  EXPECT_THAT(checked.output, HasSubstr("12 politiques, 508 exemples, 0 non conformes, "));
  const Outcome decided = Decide(kRecord, "--language fr");
  EXPECT_THAT(decided.output, HasSubstr("section 1 : non transmise : withheld (Une règle"));
  EXPECT_EQ(Execute("check x --language de").exit_code, 2);
}

TEST(PolicyProgram, TitlesCannotTurnTheDirection) {
  const std::string folder = ::testing::TempDir() + "/entente-policy-steering";
  ASSERT_EQ(std::system(("rm -rf " + folder + " && cp -r " + Examples() + " " + folder +
                         R"( && sed -i 's/^\( *title *= "\)/\1\\u202e/' )" + folder + "/fr.toml")
                            .c_str()),
            0);
  const Outcome out = Execute("decide --policies " + folder + " --at 2026-03-01T10:00:01Z" +
                              " --record " + Write("record.toml", kRecord));
  EXPECT_EQ(out.exit_code, 0) << out.output;
  EXPECT_THAT(out.output, HasSubstr("FR-OUT-800  <U+202E>"));
  EXPECT_THAT(out.output, Not(HasSubstr("\xe2\x80\xae")));
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Outcome RenderFrance(const std::string& more) {
  return Execute("render " + Examples() +
                 " --jurisdiction FR --at 2027-03-01T00:00:00Z --purpose investigate " + more);
}

TEST(PolicyProgram, RendersAPolicyAsText) {
  const Outcome out = RenderFrance("");
  EXPECT_EQ(out.exit_code, 0);
  EXPECT_THAT(out.output, StartsWith("Sharing policy of France, version 1\n"));
  EXPECT_THAT(out.output, HasSubstr("as of: 1 March 2027 at 00:00 (UTC)\n"));
  EXPECT_THAT(out.output, HasSubstr("Article 44. "));
  EXPECT_THAT(out.output,
              HasSubstr("They hold for the investigation of\noffences at 1 March 2027"));
}

// The digest is the one that sha256sum tells of the file.
TEST(PolicyProgram, RendersAPageThatNamesWhatIsSigned) {
  const std::string page = ::testing::TempDir() + "/policy.html";
  const Outcome out = RenderFrance("--language fr --format html --output " + page);
  EXPECT_EQ(out.exit_code, 0);
  EXPECT_EQ(out.output, page + " est écrit.\n");
  const std::string html = ReadAll(page);
  EXPECT_THAT(html, StartsWith("<!DOCTYPE html>\n<html lang=\"fr\">"));
  EXPECT_THAT(html, EndsWith("</html>\n"));
  const std::string sums = ::testing::TempDir() + "/sums";
  for (const char* name : {"fr.toml", "groups.toml", "instruments.toml", "agencies.toml"}) {
    ASSERT_EQ(std::system(("sha256sum < " + Examples() + "/" + name + " > " + sums).c_str()), 0);
    EXPECT_THAT(html, HasSubstr(name));
    EXPECT_THAT(html, HasSubstr(ReadAll(sums).substr(0, 64))) << name;
  }
  EXPECT_THAT(html, Not(HasSubstr("de.toml")));
}

TEST(PolicyProgram, ComparesTheTwoHighestVersionsOfAFolderUnlessAskedForOthers) {
  const std::string folder = FolderOf("three", {"1", "2", "3"});
  const auto title = [&](const std::string& more) {
    const std::string out = Execute("diff " + folder + " " + folder + more).output;
    return out.substr(0, out.find('\n'));
  };
  EXPECT_EQ(title(""),
            "FR: version 2 at 2022-01-01T00:00:00.000Z, and version 3 at 2023-01-01T00:00:00.000Z");
  EXPECT_EQ(title(" --at 2022-06-01T00:00:00Z"),
            "FR: version 1 at 2021-01-01T00:00:00.000Z, and version 2 at 2022-06-01T00:00:00.000Z");
  EXPECT_EQ(title(" --at-old 2021-06-01T00:00:00Z"),
            "FR: version 1 at 2021-06-01T00:00:00.000Z, and version 3 at 2023-01-01T00:00:00.000Z");
}

TEST(PolicyProgram, RendersTheVersionOfTheInstant) {
  const std::string folder = FolderOf("versions", {"1", "2"});
  const auto version = [&](const std::string& more) {
    return Execute("render " + folder + more).output.substr(0, 35);
  };
  EXPECT_EQ(version(""), "Sharing policy of France, version 2");
  EXPECT_EQ(version(" --at 2022-01-01T00:00:00Z"), "Sharing policy of France, version 2");
  EXPECT_EQ(version(" --at 2021-12-31T23:59:59.999Z"), "Sharing policy of France, version 1");
  for (const char* instant : {"2020-12-31T00:00:00Z", "2026-01-01T00:00:00Z"}) {
    const Outcome none = Execute("render " + folder + " --at " + instant);
    EXPECT_EQ(none.exit_code, 3);
    EXPECT_EQ(none.output, "no policy of FR is in force at " + std::string(instant) + "\n");
  }
}

TEST(PolicyProgram, RenderSaysWhatItCannotDo) {
  const Outcome whose = Execute("render " + Examples());
  EXPECT_EQ(whose.exit_code, 2);
  EXPECT_THAT(whose.output, StartsWith("--jurisdiction: say whose policy, one of AE, BR, CH, "));
  const Outcome nobody = Execute("render " + Examples() + " --jurisdiction JP");
  EXPECT_EQ(nobody.exit_code, 3);
  EXPECT_EQ(nobody.output, "no policy of JP is in force\n");
  EXPECT_EQ(RenderFrance("--purpose curiosity").exit_code, 2);
  EXPECT_EQ(RenderFrance("--format pdf").exit_code, 2);
  EXPECT_EQ(Execute("render " + Examples() + " --jurisdiction FR --at noon").exit_code, 2);
  EXPECT_EQ(Execute("render " + Examples() + "/none").exit_code, 3);
  const Outcome unwritten = RenderFrance("--output /nowhere/policy.html");
  EXPECT_EQ(unwritten.exit_code, 5);
  EXPECT_EQ(unwritten.output, "/nowhere/policy.html cannot be written\n");
}

TEST(PolicyProgram, HelpIsComplete) {
  for (const char* help : {"--help", "check --help", "decide --help", "diff --help",
                           "render --help", "sign --help", "test --help"}) {
    const Outcome out = Execute(help);
    EXPECT_EQ(out.exit_code, 0);
    EXPECT_THAT(out.output, HasSubstr("Exit codes:")) << help;
  }
  EXPECT_THAT(Execute("decide --help").output, HasSubstr("--at INSTANT"));
}

}  // namespace
}  // namespace entente::cli

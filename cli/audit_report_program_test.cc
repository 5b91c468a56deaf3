// `entente-audit report` as people use it: the program itself, on files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/audit_report_fixture.h"

namespace entente::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ReportProgramTest : public ReportFixture {
 protected:
  ReportProgramTest() {
    const uint64_t index =
        Submit(1, Hour(1), "FR.fiu", {{"CH.fiu", Released()}, {"AE.fiu", Refused()}});
    Receipt(index, "FR.fiu", NameOf(1));
    Receipt(index, "CH.fiu", NameOf(1));
  }
  std::string Folders() const { return Place("FR.fiu") + " " + Place("CH.fiu"); }
  std::string Read(const std::string& name) const {
    const auto text = ReadText(Place(name));
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }
};

TEST_F(ReportProgramTest, SaysAtItsHeadWhatItIsAndWhatItCannotShow) {
  const Said run = Report(Folders() + " --jurisdiction FR" + Period());
  EXPECT_EQ(run.exit_code, 0) << run.out;
  for (const std::string& part :
       {std::string("Directive (EU) 2016/680 art. 25(3)"),
        DigestText(federation.genesis().digest()), std::string("2026-11-02T00:00:00.000Z"),
        std::string("2027-01-01T00:00:00.000Z"), std::string("it does not prove that there are no"),
        std::string("QUORUM NONE"), std::string("released in part"), NameOf(1)}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
}

TEST_F(ReportProgramTest, InFrench) {
  const Said run = Report(Folders() + " --jurisdiction FR --language fr" + Period());
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("autorité de contrôle de FR"), HasSubstr("transmis")));
}

TEST_F(ReportProgramTest, OneThatDoesNotVerifyMakesTheAnswerNo) {
  Write("FR.fiu/" + NameOf(1) + ".part", "something else, as long as a salt and some more of it");
  for (const char* form : {"--format table", "--format csv", "--format html", "--json"}) {
    const Said run = Report(Folders() + " --jurisdiction FR " + form + Period());
    EXPECT_EQ(run.exit_code, 1) << form;
    EXPECT_THAT(run.out, HasSubstr("FR.fiu/" + NameOf(1) + ".tlog-proof")) << form;
    EXPECT_THAT(run.out, Not(HasSubstr("AE.fiu"))) << "its receipt alone tells of it";
  }
}

TEST_F(ReportProgramTest, WritesAFileAndSaysSo) {
  const std::string out = " --jurisdiction FR --out " + Place("report.html") + Period();
  const Said run = Report(Folders() + " --format html" + out);
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("report.html is written."));
  EXPECT_THAT(Read("report.html"), HasSubstr("</html>"));
  EXPECT_EQ(Report(Folders() + " --jurisdiction FR --out /no/such/place" + Period()).exit_code, 5);
}

TEST_F(ReportProgramTest, TheSameBytesEachTime) {
  for (const char* form : {"--format table", "--format csv", "--format html", "--json"}) {
    const std::string words = std::string(" --jurisdiction CH ") + form + Period();
    const std::string one = Report(Folders() + words).out;
    EXPECT_EQ(one, Report(Place("CH.fiu") + " " + Place("FR.fiu") + words).out);
  }
}

TEST_F(ReportProgramTest, JsonIsOneLine) {
  const Said run = Report(Folders() + " --jurisdiction CH --json" + Period());
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 1);
  for (const char* part : {"\"sound\":true", "\"own_receipts_missing\":0", "\"first_index\":null",
                           "\"rules\":[\"CH-IN-100\",\"FR-OUT-100\",\"TEST-ALL\"]",
                           "\"contradicted\":false", "\"snapshot_number\":9"}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
}

TEST_F(ReportProgramTest, MisuseIsUsage) {
  const auto exit_of = [&](const std::string& words) { return Report(Folders() + words); };
  EXPECT_EQ(exit_of(Period()).exit_code, 2) << "no jurisdiction";
  EXPECT_EQ(exit_of(" --jurisdiction FR --from 2026-11-02T00:00:00Z").exit_code, 2);
  const Said other = exit_of(" --jurisdiction UK" + Period());
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.out, HasSubstr("write GB"));
  EXPECT_EQ(exit_of(" --jurisdiction ORG" + Period()).exit_code, 0);
  const Said day = exit_of(" --jurisdiction FR --from 2026-11-02 --until 2027-01-01T00:00:00Z");
  EXPECT_EQ(day.exit_code, 2);
  EXPECT_THAT(day.out, HasSubstr("--from: '2026-11-02' is not an instant"));
  EXPECT_EQ(exit_of(" --jurisdiction FR --from 2027-01-01T00:00:00Z --until 2027-01-01T00:00:00Z")
                .exit_code,
            2);
  EXPECT_EQ(exit_of(" --jurisdiction FR --json --format csv" + Period()).exit_code, 2);
  EXPECT_EQ(exit_of(" --jurisdiction FR --format pdf" + Period()).exit_code, 2);
  EXPECT_EQ(Report(folder.string() + " --jurisdiction FR" + Period()).exit_code, 3)
      << "a folder without receipts";
}

}  // namespace
}  // namespace entente::cli

// `entente-audit affected` as people use it: the program itself, on files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/audit_affected_fixture.h"

namespace entente::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class AffectedProgramTest : public AffectedFixture {
 protected:
  AffectedProgramTest() {
    const uint64_t index =
        Submit(1, Hour(1), "FR.fiu", {{"CH.fiu", Released()}, {"AE.fiu", Refused()}});
    Receipt(index, "FR.fiu", NameOf(1));
    Receipt(index, "CH.fiu", NameOf(1));
  }
  std::string Asked() const {
    return Place("FR.fiu") + " " + Place("CH.fiu") + " --agency CH.fiu ";
  }
};

TEST_F(AffectedProgramTest, SaysWhomToTellAndUntilWhenAndWhatItCannotShow) {
  const Said run = Affected(Asked() + "--aware 2026-11-03T12:00:00+01:00");
  EXPECT_EQ(run.exit_code, 0) << run.out;
  for (const std::string& part :
       {std::string("What CH.fiu received"), std::string("art. 30"),
        std::string("supervisory authority of CH"), std::string("2026-11-06T11:00:00.000Z, 72"),
        std::string("of which a receipt was given, and no others"), std::string("QUORUM NONE"),
        std::string("From FR.fiu: 1"), std::string("released in part"), NameOf(1),
        DigestText(federation.genesis().digest())}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
}

TEST_F(AffectedProgramTest, InFrench) {
  const Said run = Affected(Asked() + "--language fr");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, AllOf(HasSubstr("Ce que CH.fiu a reçu"), HasSubstr("De FR.fiu : 1")));
}

TEST_F(AffectedProgramTest, OneThatDoesNotVerifyMakesTheAnswerNo) {
  Write("CH.fiu/" + NameOf(1) + ".part", "something else, as long as a salt and some more of it");
  for (const char* form : {"--format table", "--format csv", "--format html", "--json"}) {
    const Said run = Affected(Asked() + form);
    EXPECT_EQ(run.exit_code, 1) << form;
    EXPECT_THAT(run.out, HasSubstr("CH.fiu/" + NameOf(1) + ".tlog-proof")) << form;
    EXPECT_THAT(run.out, HasSubstr(NameOf(1))) << form;
  }
}

TEST_F(AffectedProgramTest, WritesAFileAndSaysSo) {
  const Said run = Affected(Asked() + "--format html --out " + Place("page.html"));
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("page.html is written."));
  EXPECT_THAT(*ReadText(Place("page.html")), HasSubstr("</html>"));
  EXPECT_EQ(Affected(Asked() + "--out /no/such/place").exit_code, 5);
}

TEST_F(AffectedProgramTest, JsonIsOneLineAndCsvOneARecord) {
  const Said json = Affected(Asked() + "--json");
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_EQ(std::count(json.out.begin(), json.out.end(), '\n'), 1);
  for (const char* part :
       {"\"agency\":\"CH.fiu\",\"from\":null,\"until\":null,\"aware\":null,\"due\":null",
        "\"sound\":true", "\"records\":1", "\"origin\":\"FR.fiu\",\"count\":1",
        "\"proven_had\":true", "\"had_before\":false", "\"refused_at_release\":[]"}) {
    EXPECT_THAT(json.out, HasSubstr(part));
  }
  const Said csv = Affected(Asked() + "--format csv");
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 2);
  EXPECT_THAT(csv.out, AllOf(HasSubstr("\"sender\",\"record_reference\",\"record_id\""),
                             Not(HasSubstr("officer_pseudonym"))));
}

TEST_F(AffectedProgramTest, TakesTheLog) {
  Submit(2, Hour(2), "BR.fiu", {{"CH.fiu", Whole()}});
  WriteTiles("log", log.size());
  // The fixture's decisions rest on a state that this log never had.
  const Said run = Affected(Asked() + "--tiles " + Place("log"));
  EXPECT_EQ(run.exit_code, 1) << run.out;
  EXPECT_THAT(run.out, AllOf(HasSubstr("has 2 submissions"), HasSubstr("ANOTHER STATE: entry")));
  EXPECT_EQ(Affected(Asked() + "--tiles /nowhere").exit_code, 3);
}

TEST_F(AffectedProgramTest, MisuseIsUsage) {
  EXPECT_EQ(Affected(Place("FR.fiu")).exit_code, 2) << "no agency";
  const Said state = Affected(Place("FR.fiu") + " --agency CH");
  EXPECT_EQ(state.exit_code, 2);
  EXPECT_THAT(state.out, HasSubstr("--agency CH: "));
  const Said day = Affected(Asked() + "--aware 2026-11-02");
  EXPECT_EQ(day.exit_code, 2);
  EXPECT_THAT(day.out, HasSubstr("--aware: '2026-11-02' is not an instant"));
  EXPECT_EQ(
      Affected(Asked() + "--from 2027-01-01T00:00:00Z --until 2027-01-01T00:00:00Z").exit_code, 2);
  EXPECT_EQ(Affected(Asked() + "--json --format csv").exit_code, 2);
  EXPECT_EQ(Affected(Asked() + "--format pdf").exit_code, 2);
  EXPECT_EQ(Affected(folder.string() + " --agency CH.fiu").exit_code, 3)
      << "a folder without receipts";
}

}  // namespace
}  // namespace entente::cli

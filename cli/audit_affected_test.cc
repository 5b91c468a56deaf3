// What counts as received, and what each form says of it.
#include "cli/audit_affected.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/audit_affected_fixture.h"
#include "cli/audit_report_log.h"

namespace entente::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string FieldOf(const ReportLine& line, std::string_view name) {
  const auto fields = AffectedFields(line);
  const auto found = std::ranges::find(fields, name, &ReportField::name);
  return found == fields.end() ? "no field " + std::string(name) : found->Joined();
}

class AuditAffectedTest : public AffectedFixture {
 protected:
  AuditAffectedTest()
      : index(Submit(1, Hour(1), "FR.fiu", {{"CH.fiu", Released()}, {"AE.fiu", Refused()}})),
        sent(Receipt(index, "FR.fiu", NameOf(1))) {}

  const uint64_t index;
  const std::string sent;
};

TEST_F(AuditAffectedTest, ARecordSaysWhatItsReceiptSays) {
  const AffectedReport report = Listed({sent});
  ASSERT_THAT(report.origins, SizeIs(1));
  const AffectedOrigin& origin = report.origins[0];
  EXPECT_EQ(origin.origin, "FR.fiu");
  ASSERT_THAT(origin.records, SizeIs(1));
  const ReportLine& line = origin.records[0].line;
  EXPECT_EQ(FieldOf(line, "record_id"), NameOf(1));
  EXPECT_EQ(FieldOf(line, "record_hashes"), DigestText(Record(1, "FR.fiu").record_hash));
  EXPECT_EQ(FieldOf(line, "instant"), "2026-11-02T01:00:00.000Z");
  EXPECT_EQ(FieldOf(line, "log_index"), std::to_string(index));
  EXPECT_EQ(FieldOf(line, "verdict"), "release-in-part");
  EXPECT_EQ(FieldOf(line, "sections_withheld"), "beef0000000000000000000000000000");
  EXPECT_EQ(FieldOf(line, "obligations"), "delete-after:P30D onward:never");
  EXPECT_EQ(FieldOf(line, "sender_receipt"), sent);
  EXPECT_FALSE(origin.records[0].IsProvenHad());
  EXPECT_TRUE(Listed({sent, Receipt(index, "CH.fiu", NameOf(1))}).Records()[0]->IsProvenHad());
  EXPECT_TRUE(report.proven.Sound());
}

TEST_F(AuditAffectedTest, OnlyWhatWasReleasedToThatAgencyIsListed) {
  const uint64_t own = Submit(2, Hour(2), "CH.fiu", {{"FR.fiu", Released()}});
  const uint64_t neighbour = Submit(3, Hour(3), "FR.fiu", {{"CH.border", Released()}});
  const std::vector<std::string> paths = {sent, Receipt(own, "CH.fiu", NameOf(2)),
                                          Receipt(neighbour, "FR.fiu", NameOf(3))};
  EXPECT_THAT(IndicesOf(Listed(paths)), ElementsAre(index));
  EXPECT_EQ(Listed(paths).proven.elsewhere, 1u) << "what went to another agency of the State";
  const AffectedReport refused = Listed(paths, {.agency = "AE.fiu"});
  EXPECT_THAT(refused.origins, IsEmpty());
  EXPECT_THAT(refused.refused, IsEmpty()) << "it never waited";
}

TEST_F(AuditAffectedTest, OriginsStandApartEachWithItsSpan) {
  const std::vector<std::string> paths = {
      sent, Receipt(Submit(2, Hour(2), "BR.fiu", {{"CH.fiu", Whole()}}), "BR.fiu", NameOf(2)),
      Receipt(Submit(3, Hour(3), "FR.fiu", {{"CH.fiu", Whole()}}), "FR.fiu", NameOf(3))};
  const AffectedReport report = Listed(paths);
  ASSERT_THAT(report.origins, SizeIs(2));
  EXPECT_EQ(report.origins[0].origin, "BR.fiu");
  EXPECT_EQ(report.origins[1].origin, "FR.fiu");
  EXPECT_EQ(report.origins[1].First(), Hour(1));
  EXPECT_EQ(report.origins[1].Last(), Hour(3));
  EXPECT_THAT(
      WhomToTell(Language::kEnglish, report)[2],
      ElementsAre("FR.fiu", "2", "2026-11-02T01:00:00.000Z", "2026-11-02T03:00:00.000Z", "0", "0"));
}

TEST_F(AuditAffectedTest, OfDecisionsMadeAgainTheNewestCounts) {
  const uint64_t again = DecideAgain(1, index, Hour(5), v1::VERDICT_RELEASE);
  const AffectedReport report = Listed({sent, AgainReceipt(1, again, "FR.fiu")});
  EXPECT_THAT(IndicesOf(report), ElementsAre(again));
  EXPECT_EQ(FieldOf(report.Records()[0]->line, "first_index"), std::to_string(index));
  EXPECT_EQ(report.origins[0].First(), Hour(1));
  EXPECT_EQ(report.origins[0].Last(), Hour(5));
}

TEST_F(AuditAffectedTest, WhatWasRefusedAtReleaseIsNamedApart) {
  const uint64_t again = DecideAgain(1, index, Hour(5), v1::VERDICT_REFUSE);
  const AffectedReport report = Listed({sent, AgainReceipt(1, again, "FR.fiu")});
  EXPECT_THAT(report.origins, IsEmpty());
  ASSERT_THAT(report.refused, SizeIs(1));
  EXPECT_EQ(report.refused[0].line.log_index, again);
  EXPECT_THAT(Text(report), AllOf(HasSubstr("Refused at release, not counted"),
                                  HasSubstr("Tell its origins too"), HasSubstr(NameOf(1))));
  EXPECT_THAT(AffectedCsv(report), Not(HasSubstr(NameOf(1))));
}

// A node keeps a receipt when it has opened the record. Its connection broke before the broker
// knew.
TEST_F(AuditAffectedTest, WhatTheAgencyHadBeforeItWasRefusedIsListed) {
  const uint64_t again = DecideAgain(1, index, Hour(5), v1::VERDICT_REFUSE);
  const AffectedReport report =
      Listed({sent, Receipt(index, "CH.fiu", NameOf(1)), AgainReceipt(1, again, "FR.fiu")});
  ASSERT_THAT(IndicesOf(report), ElementsAre(index));
  EXPECT_TRUE(report.Records()[0]->had_before);
  EXPECT_THAT(report.refused, IsEmpty());
  EXPECT_THAT(AffectedLimits(Language::kEnglish, report)[1], HasSubstr("Lines 1: a later"));
}

TEST_F(AuditAffectedTest, WhatTheAgencyTookByALaterDecisionIsListedByThat) {
  const uint64_t again = DecideAgain(1, index, Hour(5), v1::VERDICT_RELEASE_IN_PART);
  const AffectedReport report =
      Listed({sent, Receipt(index, "CH.fiu", NameOf(1)), AgainReceipt(1, again, "CH.fiu")});
  ASSERT_THAT(IndicesOf(report), ElementsAre(again));
  EXPECT_FALSE(report.Records()[0]->had_before);
}

// What names another record's place takes nothing away from this one.
TEST_F(AuditAffectedTest, ARefusalOfAnotherRecordRefusesNothingHere) {
  const uint64_t other = DecideAgain(2, index, Hour(5), v1::VERDICT_REFUSE);
  const AffectedReport report = Listed({sent, AgainReceipt(2, other, "FR.fiu")});
  EXPECT_THAT(IndicesOf(report), ElementsAre(index));
}

TEST_F(AuditAffectedTest, ADecisionInThePeriodPutsItsRecordThere) {
  const std::string again =
      AgainReceipt(1, DecideAgain(1, index, Hour(5), v1::VERDICT_RELEASE), "FR.fiu");
  const auto listed = [&](int64_t from, int64_t until) {
    return Listed({sent, again}, {.agency = "CH.fiu", .from = Hour(from), .until = Hour(until)})
        .Records()
        .size();
  };
  EXPECT_EQ(listed(1, 2), 1u) << "it may have been fetched before it was decided again";
  EXPECT_EQ(listed(5, 6), 1u);
  EXPECT_EQ(listed(0, 1), 0u) << "the last instant is outside";
  EXPECT_EQ(listed(2, 5), 0u);
  EXPECT_EQ(listed(6, 9), 0u);
}

TEST_F(AuditAffectedTest, WithoutAPeriodEverythingIsListed) {
  EXPECT_THAT(Text(Listed({sent})), AllOf(HasSubstr("the beginning of the log"),
                                          HasSubstr("no end"), Not(HasSubstr("without --from"))));
  EXPECT_THAT(Text(Listed({sent}, {.agency = "CH.fiu", .from = Hour(0)})),
              HasSubstr("without --from the list has both"));
}

TEST_F(AuditAffectedTest, TheNoticeIsDueThreeDaysLater) {
  EXPECT_EQ(Listed({sent}).Due(), std::nullopt);
  const AffectedReport report = Listed({sent}, {.agency = "CH.fiu", .aware = Hour(10) + 1});
  EXPECT_EQ(report.Due(), Hour(82) + 1);
  const std::string said = "2026-11-05T10:00:00.001Z";
  EXPECT_THAT(Text(report), HasSubstr(said));
  EXPECT_THAT(AffectedHtml(Language::kFrench, federation.genesis(), report), HasSubstr(said));
  EXPECT_THAT(AffectedJson(federation.genesis(), report), HasSubstr("\"due\":\"" + said + "\""));
}

TEST_F(AuditAffectedTest, RecallsAndRestrictionsOfReceiptsThatExistAreCounted) {
  std::vector<std::string> paths = {sent};
  const auto told = [&](const char* type, const char* from, const char* to) {
    const uint64_t at =
        Keep(v1::ENTRY_KIND_NOTICE, Hour(8),
             ledger::NoticeParts(ActAt(Hour(8), from), type, to, crypto::Sha256(type)));
    paths.push_back(Receipt(at, from, type + std::to_string(at)));
  };
  told("recall", "FR.fiu", "CH.fiu");
  told("restriction", "FR.fiu", "CH.fiu");
  told("restriction", "FR.fiu", "CH.fiu");
  told("recall", "BR.fiu", "CH.fiu");
  told("recall", "CH.fiu", "FR.fiu");
  told("pair-head", "FR.fiu", "CH.fiu");
  const AffectedReport report = Listed(paths, {.agency = "CH.fiu", .until = Hour(2)});
  ASSERT_THAT(report.origins, SizeIs(1));
  EXPECT_EQ(report.origins[0].recalls, 1u);
  EXPECT_EQ(report.origins[0].restrictions, 2u);
}

// A broker that tells sender and recipient two things: what either was told was released.
TEST_F(AuditAffectedTest, WhatContradictsItselfIsSaidAndListed) {
  auto parts = ledger::DecisionAgainParts(ActAt(Hour(5), "FR.fiu"), index, Record(1, "FR.fiu"),
                                          Decided(v1::VERDICT_REFUSE), Decided(v1::VERDICT_REFUSE));
  parts[1] =
      ledger::DecisionAgainParts(ActAt(Hour(5), "FR.fiu"), index, Record(1, "FR.fiu"),
                                 Decided(v1::VERDICT_RELEASE), Decided(v1::VERDICT_RELEASE))[1];
  const uint64_t again = Keep(v1::ENTRY_KIND_DECISION_AGAIN, Hour(5), parts);
  const AffectedReport report =
      Listed({sent, AgainReceipt(1, again, "FR.fiu"), AgainReceipt(1, again, "CH.fiu")});
  EXPECT_THAT(IndicesOf(report), ElementsAre(again));
  EXPECT_FALSE(report.proven.Sound());
  EXPECT_THAT(AffectedFindings(Language::kEnglish, report),
              ElementsAre(HasSubstr("CONTRADICTED: receipts tell the act of entry " +
                                    std::to_string(again))));
  EXPECT_THAT(AffectedJson(federation.genesis(), report),
              HasSubstr("\"doubtful_entries\":[" + std::to_string(again) + "]"));
}

TEST_F(AuditAffectedTest, WhatIsNotVerifiedIsAFindingAndNoLine) {
  const AffectedReport report = Listed({Receipt(index, "CH.fiu", NameOf(7))});
  EXPECT_THAT(report.origins, IsEmpty());
  EXPECT_FALSE(report.proven.Sound());
  EXPECT_THAT(AffectedFindings(Language::kEnglish, report), ElementsAre(HasSubstr("NOT VERIFIED")));
}

TEST_F(AuditAffectedTest, TheLogGivenSaysHowManyActsOfThePeriodAreNotCovered) {
  Submit(2, Hour(2), "BR.fiu", {{"CH.fiu", Whole()}});
  Submit(3, Hour(9), "BR.fiu", {{"CH.fiu", Whole()}});
  WriteTiles("log", log.size());
  AffectedReport report = Listed({sent}, {.agency = "CH.fiu", .until = Hour(9)});
  ASSERT_TRUE(AddLog(federation.genesis(), Place("log"), report.proven).ok());
  EXPECT_THAT(AffectedLimits(Language::kEnglish, report)[1],
              AllOf(HasSubstr("has 2 submissions"), HasSubstr("Whom the other 1 concern"),
                    HasSubstr("gone to CH.fiu")));
}

TEST_F(AuditAffectedTest, TheOrderOfFilesChangesNothing) {
  const std::string more =
      Receipt(Submit(2, Hour(2), "BR.fiu", {{"CH.fiu", Released()}}), "BR.fiu", NameOf(2));
  const std::string own = Receipt(index, "CH.fiu", NameOf(1));
  const ledger::Genesis& genesis = federation.genesis();
  const AffectedReport one = Listed({sent, own, more}), other = Listed({more, own, sent});
  EXPECT_EQ(AffectedCsv(one), AffectedCsv(other));
  EXPECT_EQ(Text(one), Text(other));
  EXPECT_EQ(AffectedHtml(Language::kEnglish, genesis, one),
            AffectedHtml(Language::kEnglish, genesis, other));
  EXPECT_EQ(AffectedJson(genesis, one), AffectedJson(genesis, other));
}

TEST_F(AuditAffectedTest, ThePageIsWholeAndShowsEveryFieldOnce) {
  const AffectedReport report = Listed({sent, Receipt(index, "CH.fiu", NameOf(1))});
  const std::string html = AffectedHtml(Language::kEnglish, federation.genesis(), report);
  for (const char* outside : {"<script", "<link", "<img", "src=", "href=", "url(", "@import"}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
  EXPECT_THAT(html, AllOf(HasSubstr("A4 landscape"), HasSubstr("From FR.fiu: 1")));
  for (const ReportField& field : AffectedFields(report.Records()[0]->line)) {
    const std::string mark = "<div class=\"" + std::string(field.name) + "\">";
    const size_t at = html.find(mark);
    EXPECT_EQ(at == html.npos, field.values.empty()) << field.name;
    if (at != html.npos) {
      EXPECT_EQ(html.find(mark, at + 1), html.npos) << field.name;
    }
  }
}

TEST_F(AuditAffectedTest, NoSentenceIsMissingInEitherLanguage) {
  const std::string again =
      AgainReceipt(1, DecideAgain(1, index, Hour(5), v1::VERDICT_REFUSE), "FR.fiu");
  const AffectedQuestion asked = {.agency = "CH.fiu", .from = Hour(0), .aware = Hour(9)};
  for (const Language language : {Language::kEnglish, Language::kFrench}) {
    for (const AffectedReport& report :
         {Listed({sent}, asked), Listed({sent, again, Place("absent.tlog-proof")}, asked),
          Listed({sent, again, Receipt(index, "CH.fiu", NameOf(1))}, asked)}) {
      EXPECT_THAT(AffectedText(language, federation.genesis(), report), Not(HasSubstr("[")));
      EXPECT_THAT(AffectedHtml(language, federation.genesis(), report), Not(HasSubstr("[")));
    }
  }
}

}  // namespace
}  // namespace entente::cli

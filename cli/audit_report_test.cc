// What stands in a report, and in each of its forms.
#include "cli/audit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/audit_render.h"
#include "cli/audit_report_fixture.h"

namespace entente::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string FieldOf(const ReportLine& line, std::string_view name) {
  const auto fields = FieldsOf(line);
  const auto found = std::ranges::find(fields, name, &ReportField::name);
  return found == fields.end() ? "no field " + std::string(name) : found->Joined();
}

class AuditReportTest : public ReportFixture {
 protected:
  // One record to two States, of which one is refused.
  AuditReportTest()
      : index(Submit(1, Hour(1), "FR.fiu", {{"CH.fiu", Released()}, {"AE.fiu", Refused()}})),
        sent(Receipt(index, "FR.fiu", NameOf(1))),
        received(Receipt(index, "CH.fiu", NameOf(1))) {}

  const uint64_t index;
  const std::string sent, received;
};

TEST_F(AuditReportTest, ALineForEachRecipientSaysWhatThePartSays) {
  const AuditReport report = Made({sent}, "FR");
  ASSERT_THAT(report.lines, SizeIs(2));
  const ReportLine &refused = report.lines[0], &released = report.lines[1];
  EXPECT_EQ(FieldOf(refused, "recipient"), "AE.fiu");
  EXPECT_EQ(FieldOf(refused, "verdict"), "refuse");
  EXPECT_EQ(FieldOf(refused, "contact"), "Office of AE");
  EXPECT_EQ(FieldOf(refused, "sections_withheld"), "");
  EXPECT_EQ(FieldOf(released, "instant"), "2026-11-02T01:00:00.000Z");
  EXPECT_EQ(FieldOf(released, "log_index"), std::to_string(index));
  EXPECT_EQ(FieldOf(released, "act"), "submission");
  EXPECT_EQ(FieldOf(released, "side"), "sender");
  EXPECT_EQ(FieldOf(released, "sender"), "FR.fiu");
  EXPECT_EQ(FieldOf(released, "recipient"), "CH.fiu");
  EXPECT_EQ(FieldOf(released, "acting_agency"), "FR.fiu");
  EXPECT_EQ(FieldOf(released, "officer_pseudonym"), HexEncode(AsBytes(std::string(32, '\x0f'))));
  EXPECT_EQ(FieldOf(released, "justification_digest"),
            "sha256:" + HexEncode(AsBytes(std::string(32, '\x0e'))));
  EXPECT_EQ(FieldOf(released, "record_id"), NameOf(1));
  EXPECT_EQ(FieldOf(released, "record_hashes"), DigestText(Record(1, "FR.fiu").record_hash));
  EXPECT_EQ(FieldOf(released, "verdict"), "release-in-part");
  EXPECT_EQ(FieldOf(released, "sections_withheld"), "beef0000000000000000000000000000");
  EXPECT_EQ(FieldOf(released, "withheld_under"), "beef0000000000000000000000000000:FR-OUT-800");
  EXPECT_EQ(FieldOf(released, "obligations"), "delete-after:P30D onward:never");
  EXPECT_EQ(FieldOf(released, "snapshot_number"), "9");
  EXPECT_EQ(FieldOf(released, "snapshot_hash"), DigestText(crypto::Sha256("snapshot")));
  EXPECT_EQ(FieldOf(released, "sender_receipt"), sent);
  EXPECT_EQ(FieldOf(released, "sender_tree_size"), std::to_string(log.size()));
  EXPECT_EQ(FieldOf(released, "sender_root"), DigestText(log.RootAt(log.size())));
  EXPECT_EQ(FieldOf(released, "recipient_receipt"), "");
  EXPECT_TRUE(report.Sound());
}

TEST_F(AuditReportTest, TheReceiptsOfBothSidesAreOneLine) {
  Submit(9, Hour(2), "FR.fiu", {{"CH.fiu", Released()}});  // so that the trees differ
  const std::string later = Receipt(index, "CH.fiu", NameOf(1));
  const AuditReport report = Made({later, sent, later}, "CH");
  ASSERT_THAT(report.lines, SizeIs(1));
  const ReportLine& line = report.lines[0];
  ASSERT_THAT(line.proofs, SizeIs(2));
  EXPECT_EQ(FieldOf(line, "side"), "recipient");
  EXPECT_EQ(FieldOf(line, "sender_receipt"), sent);
  EXPECT_EQ(FieldOf(line, "recipient_receipt"), later);
  EXPECT_EQ(FieldOf(line, "recipient_tree_size"), std::to_string(log.size()));
  EXPECT_NE(FieldOf(line, "sender_root"), FieldOf(line, "recipient_root"));
  EXPECT_EQ(report.receipts, 2u) << "one was named twice";
}

TEST_F(AuditReportTest, OneProofGivenAgainIsCountedAndIsNoSecondLine) {
  const std::string copy = Receipt(index, "FR.fiu", "a-copy");
  const AuditReport report = Made({sent, copy, received}, "FR");
  EXPECT_THAT(report.lines, SizeIs(2));
  EXPECT_EQ(report.repeated, 1u);
  EXPECT_TRUE(report.Sound());
}

TEST_F(AuditReportTest, TheRecipientsOwnRulesComeFromItsReceiptAlone) {
  EXPECT_EQ(FieldOf(Made({sent}, "CH").lines[0], "rules"), "FR-OUT-100 TEST-ALL");
  EXPECT_EQ(FieldOf(Made({received}, "CH").lines[0], "rules"), "CH-IN-100 FR-OUT-100 TEST-ALL");
  EXPECT_EQ(FieldOf(Made({sent, received}, "CH").lines[0], "rules"),
            "CH-IN-100 FR-OUT-100 TEST-ALL");
}

TEST_F(AuditReportTest, OnlyWhatConcernsTheJurisdictionIsALine) {
  EXPECT_THAT(Made({sent}, "DE").lines, IsEmpty());
  EXPECT_EQ(Made({sent}, "DE").elsewhere, 1u);
  const AuditReport report = Made({sent}, "AE");
  ASSERT_THAT(report.lines, SizeIs(1)) << "what went to Switzerland is not the Emirates'";
  EXPECT_EQ(FieldOf(report.lines[0], "recipient"), "AE.fiu");
}

TEST_F(AuditReportTest, OfBothSidesAndOfOrganisations) {
  const uint64_t at_home = Submit(2, Hour(2), "FR.fiu", {{"FR.border", Released()}});
  const uint64_t abroad = Submit(3, Hour(3), "FR.fiu", {{"ORG.police", Released()}});
  const std::vector<std::string> paths = {Receipt(at_home, "FR.fiu", NameOf(2)),
                                          Receipt(abroad, "FR.fiu", NameOf(3))};
  EXPECT_EQ(FieldOf(Made(paths, "FR").lines[0], "side"), "both");
  const AuditReport report = Made(paths, "ORG");
  ASSERT_THAT(report.lines, SizeIs(1));
  EXPECT_EQ(FieldOf(report.lines[0], "recipient"), "ORG.police");
}

TEST_F(AuditReportTest, ThePeriodHasItsFirstInstantAndNotItsLast) {
  EXPECT_THAT(Made({received}, "CH", Hour(1), Hour(2)).lines, SizeIs(1));
  EXPECT_THAT(Made({received}, "CH", Hour(0), Hour(1)).lines, IsEmpty());
  EXPECT_THAT(Made({received}, "CH", Hour(1) + 1, Hour(2)).lines, IsEmpty());
}

TEST_F(AuditReportTest, WhatIsNotVerifiedIsNoLine) {
  Write("CH.fiu/" + NameOf(2) + ".part", "what somebody wrote");
  const std::string misnamed = Receipt(index, "CH.fiu", NameOf(7));
  const AuditReport report = Made({misnamed, Place("CH.fiu/absent.tlog-proof")}, "CH");
  EXPECT_THAT(report.lines, IsEmpty());
  EXPECT_THAT(report.not_verified, SizeIs(2));
  EXPECT_FALSE(report.Sound());
  EXPECT_THAT(ReportText(Language::kEnglish, federation.genesis(), report),
              AllOf(HasSubstr("NOT VERIFIED, and no line of this report: " + misnamed),
                    HasSubstr("proof-bad")));
}

TEST_F(AuditReportTest, WhoseOwnReceiptIsMissingIsSaid) {
  EXPECT_EQ(Made({sent}, "FR").OwnMissing(), 0u);
  EXPECT_EQ(Made({sent, received}, "CH").OwnMissing(), 0u);
  const AuditReport report = Made({sent}, "CH");
  EXPECT_EQ(report.OwnMissing(), 1u);
  EXPECT_THAT(ReportText(Language::kEnglish, federation.genesis(), report),
              HasSubstr("The other side's receipt alone proves lines 1:"));
  EXPECT_EQ(Made({received}, "FR").OwnMissing(), 1u) << "the sender's";
  EXPECT_EQ(Made({sent}, "AE").OwnMissing(), 0u) << "who is refused has none";
}

TEST_F(AuditReportTest, WhatWasDecidedAgainIsALineOfItsOwn) {
  v1::RecipientDecision refused;
  refused.set_recipient("CH.fiu");
  refused.set_verdict(v1::VERDICT_REFUSE);
  refused.add_reasons("policy-expired");
  const uint64_t again = Keep(v1::ENTRY_KIND_DECISION_AGAIN, Hour(5),
                              ledger::DecisionAgainParts(ActAt(Hour(5), "FR.fiu"), index,
                                                         Record(1, "FR.fiu"), refused, refused));
  const AuditReport report =
      Made({sent, Receipt(again, "FR.fiu", NameOf(1) + "-again-" + std::to_string(again))}, "CH");
  ASSERT_THAT(report.lines, SizeIs(2));
  EXPECT_EQ(FieldOf(report.lines[1], "act"), "decision-again");
  EXPECT_EQ(FieldOf(report.lines[1], "first_index"), std::to_string(index));
  EXPECT_EQ(FieldOf(report.lines[1], "verdict"), "refuse");
  EXPECT_EQ(FieldOf(report.lines[1], "reasons"), "policy-expired");
}

TEST_F(AuditReportTest, ActsWithoutADecision) {
  const auto notice = ledger::NoticeParts(ActAt(Hour(2), "FR.fiu"), "recall", "CH.fiu",
                                          crypto::Sha256("statement"));
  const uint64_t recalled = Keep(v1::ENTRY_KIND_NOTICE, Hour(2), notice);
  const std::vector<ledger::AcknowledgedRecord> records = {{"FR.fiu", crypto::Sha256("1")},
                                                           {"DE.fiu", crypto::Sha256("2")}};
  const uint64_t taken =
      Keep(v1::ENTRY_KIND_ACKNOWLEDGEMENT, Hour(3),
           ledger::AcknowledgementParts(ActAt(Hour(3), "CH.fiu"), v1::LANE_BULK, 1, 2, records));
  const AuditReport report =
      Made({Receipt(recalled, "FR.fiu", "recall"), Receipt(recalled, "CH.fiu", "recall"),
            Receipt(taken, "FR.fiu", "taken"), Receipt(taken, "CH.fiu", "taken")},
           "CH");
  ASSERT_THAT(report.lines, SizeIs(3));
  EXPECT_EQ(FieldOf(report.lines[0], "act"), "notice:recall");
  EXPECT_EQ(FieldOf(report.lines[0], "statement_digest"), DigestText(crypto::Sha256("statement")));
  EXPECT_EQ(FieldOf(report.lines[0], "verdict"), "");
  EXPECT_THAT(report.lines[0].proofs, SizeIs(2));
  // The recipient's own part tells of all senders' records together, and names none of them.
  EXPECT_EQ(FieldOf(report.lines[1], "sender"), "");
  EXPECT_EQ(FieldOf(report.lines[2], "sender"), "FR.fiu");
  EXPECT_EQ(FieldOf(report.lines[2], "record_hashes"), DigestText(crypto::Sha256("1")));
  EXPECT_TRUE(report.Sound()) << "they do not contradict each other";
  EXPECT_EQ(report.OwnMissing(), 0u);
}

// A broker that tells two readers of one entry two things: both are proven.
TEST_F(AuditReportTest, PartsThatContradictEachOtherAreSaidAndNotMixed) {
  policy::Decision other = Released();
  other.obligations = {"onward:free"};
  auto parts = ledger::SubmissionParts(ActAt(Hour(2), "FR.fiu"), Record(2, "FR.fiu"),
                                       {{{"CH.fiu", Released()}}});
  parts[1] = ledger::SubmissionParts(ActAt(Hour(2), "FR.fiu"), Record(2, "FR.fiu"),
                                     {{{"CH.fiu", other}}})[1];
  const uint64_t twofold = Keep(v1::ENTRY_KIND_SUBMISSION, Hour(2), parts);
  const AuditReport report =
      Made({Receipt(twofold, "FR.fiu", NameOf(2)), Receipt(twofold, "CH.fiu", NameOf(2))}, "FR");
  ASSERT_THAT(report.lines, SizeIs(2));
  EXPECT_TRUE(report.lines[0].contradicted && report.lines[1].contradicted);
  EXPECT_FALSE(report.Sound());
  EXPECT_THAT(ReportFindings(Language::kEnglish, report),
              ElementsAre(HasSubstr("CONTRADICTED: line 1"), HasSubstr("CONTRADICTED: line 2")));
}

TEST_F(AuditReportTest, ALogThatForkedIsSaid) {
  testing::TestLog forked = federation.NewLog();
  std::swap(log, forked);
  const uint64_t other = Submit(2, Hour(1), "FR.fiu", {{"CH.fiu", Released()}});
  ASSERT_EQ(other, index);
  const AuditReport report = Made({sent, Receipt(other, "CH.fiu", NameOf(2))}, "DE");
  EXPECT_THAT(report.lines, IsEmpty());
  ASSERT_THAT(report.two_histories, SizeIs(1)) << "though no line is of this jurisdiction";
  EXPECT_FALSE(report.Sound());
}

TEST_F(AuditReportTest, TheOrderOfFilesChangesNothing) {
  const std::string more =
      Receipt(Submit(2, Hour(2), "DE.fiu", {{"CH.fiu", Released()}}), "DE.fiu", NameOf(2));
  const ledger::Genesis& genesis = federation.genesis();
  const AuditReport one = Made({sent, received, more}, "CH");
  const AuditReport other = Made({more, received, sent}, "CH");
  EXPECT_EQ(ReportCsv(one), ReportCsv(other));
  EXPECT_EQ(ReportHtml(Language::kEnglish, genesis, one),
            ReportHtml(Language::kEnglish, genesis, other));
  EXPECT_EQ(ReportText(Language::kEnglish, genesis, one),
            ReportText(Language::kEnglish, genesis, other));
  EXPECT_EQ(ReportJson(genesis, one), ReportJson(genesis, other));
}

TEST_F(AuditReportTest, NoSpreadsheetComputesWhatAStateWrote) {
  const auto csv_of = [&](uint8_t number, const std::string& contact) {
    const uint64_t at = Submit(number, Hour(number), "FR.fiu", {{"AE.fiu", Refused(contact)}});
    return ReportCsv(Made({Receipt(at, "FR.fiu", NameOf(number))}, "FR"));
  };
  EXPECT_THAT(csv_of(2, "=HYPERLINK(\"x\")"), HasSubstr("\"'=HYPERLINK(\"\"x\"\")\""));
  EXPECT_THAT(csv_of(3, "+41 22"), HasSubstr("\"'+41 22\""));
  EXPECT_THAT(csv_of(4, " @SUM(A1)"), HasSubstr("\" '@SUM(A1)\""));
  EXPECT_THAT(csv_of(5, "Office; -1+1, \"=2\""), HasSubstr("\"Office; '-1+1, \"\"'=2\"\"\""));
  EXPECT_THAT(csv_of(6,
                     "\xef\xbc\x9d"
                     "1"),
              HasSubstr("\"'\xef\xbc\x9d"
                        "1\""));
  EXPECT_THAT(csv_of(7, "Office 2-4, a=b\r\n=1"),
              HasSubstr("\"Office 2-4, a=b<U+000D><U+000A>=1\""));
}

TEST_F(AuditReportTest, CsvNamesItsColumnsThoughThereIsNoLine) {
  const std::string csv = ReportCsv(Made({sent}, "DE"));
  EXPECT_THAT(csv, AllOf(HasSubstr("\"instant\",\"log_index\",\"act\""), HasSubstr("\"\r\n")));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1);
}

TEST_F(AuditReportTest, NothingThatAStateWroteSteersPageOrTerminal) {
  const uint64_t at =
      Submit(2, Hour(2), "FR.fiu", {{"AE.fiu", Refused("<script>\x1b[2J\u202e&\"")}});
  const AuditReport report = Made({Receipt(at, "FR.fiu", NameOf(2))}, "FR");
  const std::string html = ReportHtml(Language::kEnglish, federation.genesis(), report);
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;&lt;U+001B&gt;[2J&lt;U+202E&gt;&amp;&quot;"));
  for (const std::string& text :
       {html, ReportText(Language::kEnglish, federation.genesis(), report), ReportCsv(report),
        ReportJson(federation.genesis(), report)}) {
    EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e"))));
  }
}

TEST_F(AuditReportTest, ThePageIsWhole) {
  const std::string html =
      ReportHtml(Language::kFrench, federation.genesis(), Made({sent, received}, "CH"));
  EXPECT_THAT(html, AllOf(HasSubstr("<html lang=\"fr\">"), HasSubstr("A4 landscape"),
                          HasSubstr(DigestText(federation.genesis().digest()))));
  for (const char* outside : {"<script", "<link", "<img", "src=", "href=", "url(", "@import"}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
}

TEST_F(AuditReportTest, AQuorumIsSaidAsNumbers) {
  testing::FederationOptions options;
  options.quorum = 4;
  const ledger::Genesis genesis = testing::Federation(options).genesis();
  const AuditReport report = Made({sent}, "CH");
  EXPECT_THAT(ReportJson(genesis, report), HasSubstr("\"quorum\":\"4 of 5\""));
  EXPECT_THAT(AuditJson(genesis, {}), HasSubstr("\"quorum\":\"4 of 5\""));
  EXPECT_THAT(ReportText(Language::kEnglish, genesis, report), HasSubstr("QUORUM 4 OF 5"));
  EXPECT_THAT(RenderAudit(Language::kFrench, genesis, {}), HasSubstr("QUORUM 4 SUR 5"));
}

TEST_F(AuditReportTest, NoSentenceIsMissingInEitherLanguage) {
  const AuditReport report = Made({sent, Place("absent.tlog-proof")}, "CH");
  for (const Language language : {Language::kEnglish, Language::kFrench}) {
    EXPECT_THAT(ReportText(language, federation.genesis(), report), Not(HasSubstr("[")));
    EXPECT_THAT(ReportHtml(language, federation.genesis(), report), Not(HasSubstr("[")));
    for (const ReportField& field : FieldsOf(report.lines[0])) {
      EXPECT_THAT(ReportFieldName(language, field.name), Not(HasSubstr("["))) << field.name;
    }
  }
}

// Every field is somewhere in both forms for people, once.
TEST_F(AuditReportTest, EachFormShowsEveryFieldOnce) {
  const AuditReport report = Made({sent, received}, "CH");
  const std::string html = ReportHtml(Language::kEnglish, federation.genesis(), report);
  for (const ReportField& field : FieldsOf(report.lines[0])) {
    const std::string mark = "<div class=\"" + std::string(field.name) + "\">";
    const size_t at = html.find(mark);
    EXPECT_EQ(at != html.npos, !field.values.empty()) << field.name;
    EXPECT_EQ(html.find(mark, at + (at != html.npos)), html.npos) << field.name;
  }
}

}  // namespace
}  // namespace entente::cli

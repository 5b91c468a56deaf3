#include "cli/render_subject.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace entente::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kNow = 1'795'000'000'000;

v1::SubjectItem Item() {
  v1::SubjectItem item;
  item.set_record_id("00ff");
  item.set_reference("ABCD-EFGH");
  item.set_kind(v1::RECORD_KIND_ALERT);
  item.set_direction(v1::SUBJECT_DIRECTION_RECEIVED);
  item.set_origin("FR.border");
  item.set_instant_ms(kNow);
  item.set_expires_ms(kNow + 1);
  item.set_purpose("border-control");
  item.set_instrument("PACT");
  item.add_data("identity");
  item.add_ask("FR.border");
  item.add_ask_because("handling:H2");
  item.set_receipt_path("/data/receipts/00ff.tlog-proof");
  item.set_not_yet_witnessed(true);
  v1::Restriction& restriction = *item.add_restrictions();
  restriction.set_recipient("BR.border");
  restriction.set_ground(v1::RESTRICTION_GROUND_CONTESTED);
  restriction.set_processing(true);
  v1::SubjectMatch& match = *item.add_matches();
  match.set_score(0.876);
  v1::SearchAgreement& name = *match.add_agreements();
  name.set_what("name");
  name.set_asked("KHALEEL");
  name.set_known("KHALIL");
  name.set_how("phonetic");
  item.add_matches()->set_where("narrative.text");
  v1::SubjectDisclosure& to = *item.add_disclosed();
  to.set_recipient("NL.fiu");
  to.set_record_id("00aa");
  to.set_because("consent");
  v1::Name& known = *item.add_own_data()->mutable_person()->add_names();
  known.set_text("Khalil \u202eAl-Qasimi");
  return item;
}

v1::SubjectReportResponse Report() {
  v1::SubjectReportResponse report;
  report.set_agency("BR.border");
  report.set_asked_ms(kNow);
  report.add_asked("name Khaleel Al-Qasimi");
  report.set_records(41);
  return report;
}

TEST(RenderSubjectTest, AnOfficerReadsEverythingAndWhatIsUndecided) {
  v1::SubjectReportResponse report = Report();
  *report.add_items() = Item();
  report.set_undecided(1);
  report.set_destroyed(7);
  report.set_searches(3);
  report.add_unread("00bb");
  v1::SubjectTrace& trace = *report.add_traces();
  trace.set_what("not-released");
  trace.set_record_id("00cc");
  trace.set_text("not-released-by:rita:about Khaleel Al-Qasimi");
  const std::string text = RenderSubjectReport(Language::kEnglish, report);
  EXPECT_THAT(text, HasSubstr("BR.border holds about: name Khaleel Al-Qasimi"));
  EXPECT_THAT(text, HasSubstr("1. alert ABCD-EFGH, received from FR.border"));
  EXPECT_THAT(text, HasSubstr("agrees, 88 %: name KHALEEL = KHALIL (another spelling)"));
  EXPECT_THAT(text, HasSubstr("named in the text narrative.text"));
  EXPECT_THAT(text, HasSubstr("went on to NL.fiu with the consent of its source, by record 00aa"));
  EXPECT_THAT(text, HasSubstr("ASK FR.border BEFORE YOU TELL IT (handling:H2)"));
  EXPECT_THAT(text, HasSubstr("DECISION: none yet"));
  EXPECT_THAT(text, HasSubstr("/data/receipts/00ff.tlog-proof"));
  EXPECT_THAT(text, HasSubstr("its accuracy is contested"));
  EXPECT_THAT(text, HasSubstr("cosigned"));
  EXPECT_THAT(text, HasSubstr("Record 00cc was not let go"));
  EXPECT_THAT(text, HasSubstr("The content of 7 more records is destroyed"));
  EXPECT_THAT(text, HasSubstr("3 searches were logged"));
  EXPECT_THAT(text, HasSubstr("record 00bb cannot be read here"));
  EXPECT_THAT(text, HasSubstr("--for-subject"));
}

TEST(RenderSubjectTest, AnOfficerReadsWhatIsDecidedAndWhy) {
  v1::SubjectReportResponse report = Report();
  v1::SubjectItem& item = *report.add_items() = Item();
  item.mutable_decision()->set_ground(v1::ACCESS_GROUND_RIGHTS_OF_OTHERS);
  v1::Consultation& before = *item.add_decided_before();
  before.set_officer("dora");
  before.set_detail("told to the person");
  EXPECT_THAT(RenderSubjectReport(Language::kEnglish, report),
              HasSubstr("DECISION: withheld, since the rights and freedoms of others"));
  EXPECT_THAT(RenderSubjectReport(Language::kEnglish, report),
              HasSubstr("by dora: told to the person"));
  item.mutable_decision()->set_silent(true);
  EXPECT_THAT(RenderSubjectReport(Language::kFrench, report),
              HasSubstr("la personne n'en est pas informée"));
}

TEST(RenderSubjectTest, ThePersonReadsInWordsWhatIsHeldAndWhereToComplain) {
  v1::SubjectReportResponse answer = Report();
  v1::SubjectItem& item = *answer.add_items() = Item();
  item.mutable_disclosed(0)->set_instrument("PACT");
  v1::WithheldCount& withheld = *answer.add_withheld();
  withheld.set_ground(v1::ACCESS_GROUND_OBSTRUCT_INQUIRY);
  withheld.set_records(2);
  const std::string text = RenderSubjectAnswer(Language::kEnglish, answer, "CNPD, Brasilia");
  EXPECT_THAT(text, HasSubstr("Purpose: border control"));
  EXPECT_THAT(text, HasSubstr("identity data"));
  EXPECT_THAT(text, HasSubstr("Given to: NL.fiu (under PACT)"));
  EXPECT_THAT(text, HasSubstr("Khalil <U+202E>Al-Qasimi"));
  EXPECT_THAT(text, HasSubstr("access is restricted, by a decision on each: 2"));
  EXPECT_THAT(text, HasSubstr("art. 15(1)(a)"));
  EXPECT_THAT(text, HasSubstr("arts. 17 and 52"));
  EXPECT_THAT(text, HasSubstr("Supervisory authority: CNPD, Brasilia"));
  EXPECT_THAT(text, Not(HasSubstr("00ff"))) << "the record's id is the agency's own";
  const std::string french = RenderSubjectAnswer(Language::kFrench, answer, "CNPD");
  EXPECT_THAT(french, HasSubstr("sur : nom Khaleel Al-Qasimi"));
  EXPECT_THAT(french, HasSubstr("contrôle aux frontières"));
  EXPECT_THAT(french, HasSubstr("données d'identité"));
}

TEST(RenderSubjectTest, NothingToTellIsSaidInOneWay) {
  const std::string text = RenderSubjectAnswer(Language::kEnglish, Report(), "CNPD");
  EXPECT_THAT(text, HasSubstr("There are no personal data about you in our records that we can"));
  EXPECT_THAT(text, Not(HasSubstr("is restricted, by a decision on each: ")));
  EXPECT_THAT(text, HasSubstr("does not say whether anything was withheld"));
}

}  // namespace
}  // namespace entente::cli

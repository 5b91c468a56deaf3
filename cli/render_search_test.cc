#include "cli/render_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace entente::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kNow = 1'795'000'000'000;
constexpr uint64_t kHourMs = 3'600'000;

v1::SearchResponse Answer() {
  v1::SearchResponse response;
  response.set_agency("BR.border");
  response.set_asked_ms(kNow);
  response.set_alerts(241);
  response.set_purpose("border-control");
  response.add_asked("document UTO L898902C3");
  return response;
}

v1::SearchHit Hit() {
  v1::SearchHit hit;
  hit.set_record_id("00ff");
  hit.set_reference("ABCD-EFGH");
  hit.set_issuer("FR.border");
  hit.set_score(0.876);
  hit.set_state(v1::COPY_STATE_VERIFY_FIRST);
  hit.set_current_as_of_ms(kNow - 72 * kHourMs);
  hit.set_evaluation("B2");
  hit.add_handling("H0");
  hit.set_cleared(2);
  v1::AlertNotice& notice = *hit.mutable_notice();
  notice.set_action(v1::ALERT_ACTION_PROTECT_AND_CONSULT);
  notice.add_markers(v1::WARNING_MARKER_AT_RISK_FROM_COMPANION);
  notice.mutable_desk()->set_name("Duty desk");
  notice.mutable_desk()->set_telephone("+33155550101");
  notice.mutable_desk()->add_languages("fr");
  v1::SearchAgreement& name = *hit.add_agreements();
  name.set_what("name");
  name.set_asked("KHALEEL");
  name.set_known("KHALIL");
  name.set_how("phonetic");
  v1::SearchAgreement& year = *hit.add_agreements();
  year.set_what("year-of-birth");
  year.set_how("differs");
  v1::Name& known = *hit.add_subjects()->mutable_person()->add_names();
  known.set_text("Khalil \u202eAl-Qasimi");
  known.set_kind(v1::NAME_KIND_PRIMARY);
  known.set_quality(v1::NAME_QUALITY_GOOD);
  return hit;
}

TEST(RenderSearch, AHitSaysWhatToDoWhomToCallAndWhy) {
  v1::SearchResponse response = Answer();
  *response.add_hits() = Hit();
  const std::string text = RenderSearch(Language::kEnglish, response);
  for (const char* part :
       {"HIT: 1", "88 %", "PROTECT AND CONSULT", "issued by FR.border", "ABCD-EFGH", "VERIFY FIRST",
        "3 days ago", "evaluation B2; handling H0", "name KHALEEL = KHALIL (another spelling)",
        "year of birth (DIFFERS)", "knows 2 person(s)", "at risk from who travels along",
        "+33155550101 (speaks fr)", "entente outcome"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, HasSubstr("<U+202E>"));
  EXPECT_THAT(text, Not(HasSubstr("\u202e")));
  EXPECT_THAT(RenderSearch(Language::kFrench, response), HasSubstr("PROTÉGER ET CONSULTER"));
}

TEST(RenderSearch, NoHitIsSaidWithWhatWasAskedAndOfHowMany) {
  const std::string text = RenderSearch(Language::kEnglish, Answer());
  EXPECT_THAT(text, HasSubstr("document UTO L898902C3 (241 alerts held)"));
  EXPECT_THAT(text, HasSubstr("NO HIT among the alerts that may be used for border-control."));
  EXPECT_THAT(text, Not(HasSubstr("entente outcome")));
}

TEST(RenderSearch, WhoeverIsKnownToBeAnotherIsNoHit) {
  v1::SearchResponse response = Answer();
  v1::SearchHit other = Hit();
  other.set_not_identical_since_ms(kNow - kHourMs);
  *response.add_not_identical() = other;
  const std::string text = RenderSearch(Language::kEnglish, response);
  EXPECT_THAT(text, HasSubstr("NO HIT among the alerts that may be used for border-control."));
  EXPECT_THAT(text, HasSubstr("NOT IDENTICAL: this person resembles the subject of ABCD-EFGH"));
  EXPECT_THAT(text, Not(HasSubstr("PROTECT")));
}

}  // namespace
}  // namespace entente::cli

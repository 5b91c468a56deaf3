// What a person who asks is told: what somebody decided to tell them, and no word of the rest that
// nobody decided to say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/desk.h"
#include "node/subject_fixture.h"

namespace entente::node {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string SubjectOf(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  return refusal ? ReasonText(*refusal) : std::string(status.message());
}

class SubjectToldTest : public SubjectTest {};

TEST_F(SubjectToldTest, NothingIsToldThatNobodyDecided) {
  const std::string first = Alert();
  const std::string second = Alert();
  const absl::Status none = Try("FR.fiu", Deciding({}, true)).status();
  EXPECT_EQ(SubjectOf(none), "label-missing:decision");
  const absl::Status half = Try("FR.fiu", Deciding({Tell(first)}, true)).status();
  EXPECT_EQ(SubjectOf(half), "label-missing:decision");
  EXPECT_THAT(RefusalOf(half)->text, HasSubstr(second));
  EXPECT_THAT(RefusalOf(half)->text, Not(HasSubstr(first)));
  EXPECT_THAT(LinesAbout("FR.fiu", first, "access-decision"), IsEmpty()) << "nothing was done";
}

TEST_F(SubjectToldTest, TheAnswerHasWhatIsToldAndNothingOfTheAgencysOwn) {
  const std::string told = Alert({"BR.fiu", "DE.fiu"});
  const std::string kept = Alert();
  const v1::SubjectReportResponse answer = Report(
      "FR.fiu", Deciding({Tell(told), Withhold(kept, v1::ACCESS_GROUND_OBSTRUCT_INQUIRY)}, true));
  ASSERT_THAT(answer.items(), SizeIs(1));
  const v1::SubjectItem& item = answer.items(0);
  EXPECT_EQ(item.purpose(), "border-control");
  EXPECT_THAT(item.data(), SizeIs(2));
  EXPECT_THAT(item.disclosed(), SizeIs(2));
  EXPECT_NE(item.expires_ms(), 0u);
  ASSERT_THAT(item.own_data(), SizeIs(1));
  EXPECT_EQ(item.own_data(0).person().names(0).text(), "Anna Maria Eriksson");
  EXPECT_EQ(item.record_id(), "");
  EXPECT_EQ(item.evaluation(), "");
  EXPECT_THAT(item.sections(), IsEmpty());
  EXPECT_THAT(item.operations(), IsEmpty());
  EXPECT_FALSE(item.has_decision());
  EXPECT_EQ(answer.records() + answer.searches() + answer.undecided(), 0u);
  ASSERT_THAT(answer.withheld(), SizeIs(1));
  EXPECT_EQ(answer.withheld(0).ground(), v1::ACCESS_GROUND_OBSTRUCT_INQUIRY);
  EXPECT_EQ(answer.withheld(0).records(), 1u);
}

// Art. 15(3): that anything is withheld may itself do the harm.
TEST_F(SubjectToldTest, WhatIsWithheldSilentlyLeavesTheAnswerOfAnAgencyThatHasNothing) {
  const v1::SubjectReportResponse nothing = Report("FR.fiu", Deciding({}, true));
  const std::string id = Alert();
  v1::SubjectReportResponse answer =
      Report("FR.fiu", Deciding({Withhold(id, v1::ACCESS_GROUND_NATIONAL_SECURITY, true)}, true));
  answer.set_asked_ms(nothing.asked_ms());
  EXPECT_EQ(answer.SerializeAsString(), nothing.SerializeAsString());
}

TEST_F(SubjectToldTest, EachDecisionIsLoggedWithItsGroundAndReasonAndShownTheNextTime) {
  const std::string id = Alert();
  v1::AccessDecision decision = Withhold(id, v1::ACCESS_GROUND_PREJUDICE_DETECTION);
  decision.set_reason("the house is watched until Friday");
  const v1::SubjectReportResponse report = Report("FR.fiu", Deciding({decision}));
  EXPECT_EQ(ItemOf(report, id).decision().ground(), v1::ACCESS_GROUND_PREJUDICE_DETECTION);
  EXPECT_EQ(report.undecided(), 0u);
  world.node("FR.fiu").Restart(world.now);
  const auto lines = LinesAbout("FR.fiu", id, "access-decision");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].officer(), "protector");
  EXPECT_EQ(lines[0].detail(), "withheld: prejudice-detection");
  EXPECT_EQ(lines[0].justification(), "the house is watched until Friday");
  Report("FR.fiu", Deciding({Tell(id)}, true));
  const v1::SubjectItem later = ItemAt("FR.fiu", id);
  ASSERT_THAT(later.decided_before(), SizeIs(2));
  EXPECT_EQ(later.decided_before(1).detail(), "told to the person");
  EXPECT_EQ(later.decided_before(1).justification(), "her letter of 3 May");
  EXPECT_FALSE(later.has_decision()) << "who asks next is another perhaps";
  ASSERT_THAT(LinesAbout("FR.fiu", id, "disclosure"), SizeIs(2)) << "to BR.fiu, and to her";
}

TEST_F(SubjectToldTest, WhatAnotherStateGaveIsToldOnceItWasAsked) {
  const std::string id = Alert();
  const absl::Status unasked = Try("BR.fiu", Deciding({Tell(id)})).status();
  EXPECT_EQ(SubjectOf(unasked), "label-missing:reason");
  EXPECT_THAT(RefusalOf(unasked)->text, HasSubstr("FR.fiu"));
  EXPECT_TRUE(Try("BR.fiu", Deciding({Tell(id, "FR.fiu agreed by telephone")}, true)).ok());
  EXPECT_EQ(LinesAbout("BR.fiu", id, "access-decision")[0].justification(),
            "FR.fiu agreed by telephone");
}

TEST_F(SubjectToldTest, ADecisionThatSaysTooLittleOrTooMuchIsRefused) {
  const std::string id = Alert();
  const std::string other = Lead(Saying("three accounts"));
  EXPECT_EQ(
      SubjectOf(Try("FR.fiu", Deciding({Withhold(id, v1::ACCESS_GROUND_UNSPECIFIED)})).status()),
      "label-missing:ground");
  v1::AccessDecision both = Tell(id);
  both.set_ground(v1::ACCESS_GROUND_PUBLIC_SECURITY);
  EXPECT_EQ(SubjectOf(Try("FR.fiu", Deciding({both})).status()), "malformed");
  EXPECT_EQ(SubjectOf(Try("FR.fiu", Deciding({Tell(id), Tell(id)})).status()), "malformed");
  EXPECT_EQ(SubjectOf(Try("FR.fiu", Deciding({Tell(other)})).status()), "malformed")
      << "it does not name her";
  EXPECT_FALSE(Try("FR.fiu", Deciding({Tell(std::string(32, '0'))})).ok());
  v1::AccessDecision wordy = Tell(id);
  wordy.set_reason(std::string(kJustificationBytes + 1, 'x'));
  EXPECT_EQ(SubjectOf(Try("FR.fiu", Deciding({wordy})).status()), "too-large:reason");
  EXPECT_THAT(LinesAbout("FR.fiu", id, "access-decision"), IsEmpty());
}

}  // namespace
}  // namespace entente::node

// Where in a draft a secret may stand, and what is none.
#include "node/search/leak_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace entente::node::search {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Section 0 is told, section 1 is not.
class LeakCheckTest : public ::testing::Test {
 protected:
  LeakCheckTest() {
    told().mutable_narrative()->set_text("They live in the flat above the shop.");
    v1::Subject& victim = *kept().mutable_subjects()->add_subjects();
    victim.mutable_person()->add_names()->set_text("Maria Ivanova");
    v1::Address& home = *kept().mutable_subjects()->add_subjects()->mutable_address();
    home.add_lines("Rue des Lilas 12");
    draft.set_instruction("for the case team alone");
  }

  v1::SectionContent& told() { return *Section(0).mutable_content(); }
  v1::SectionContent& kept() { return *Section(1).mutable_content(); }
  v1::DraftSection& Section(int i) {
    while (draft.sections_size() <= i) draft.add_sections();
    return *draft.mutable_sections(i);
  }
  std::vector<v1::Leak> Find() { return FindLeaks(draft, {1}); }
  v1::Subject& Tell() { return *told().mutable_subjects()->add_subjects(); }

  v1::Draft draft;
};

TEST_F(LeakCheckTest, NothingWithheldNothingLeaks) {
  told().mutable_narrative()->set_text("Maria Ivanova lives in Rue des Lilas 12.");
  EXPECT_THAT(Find(), SizeIs(2));
  EXPECT_THAT(FindLeaks(draft, {}), IsEmpty());
}

TEST_F(LeakCheckTest, SaysWhereAndWhat) {
  EXPECT_THAT(Find(), IsEmpty());
  told().mutable_narrative()->set_text("She is Ivanova, M.");
  const auto leaks = Find();
  ASSERT_THAT(leaks, SizeIs(1));
  EXPECT_EQ(leaks[0].section(), 0u);
  EXPECT_EQ(leaks[0].field(), "narrative.text");
  EXPECT_EQ(leaks[0].withheld(), 1u);
  EXPECT_EQ(leaks[0].gives_away(), "Maria Ivanova");
}

TEST_F(LeakCheckTest, LooksAtEveryField) {
  Tell().mutable_account()->set_holder("M. Ivanova");
  EXPECT_THAT(Find(), SizeIs(1));
  Tell().set_note("came from 12, rue des Lilas");
  EXPECT_THAT(Find(), SizeIs(2));
}

TEST_F(LeakCheckTest, LooksAtTheInstruction) {
  draft.set_instruction("do not contact Ms Ivanova");
  const auto leaks = Find();
  ASSERT_THAT(leaks, SizeIs(1));
  EXPECT_EQ(leaks[0].section(), 2u);
  EXPECT_EQ(leaks[0].field(), "instruction");
}

TEST_F(LeakCheckTest, FindsANumberWhoseHalvesStandInTwoFields) {
  kept().mutable_subjects()->add_subjects()->mutable_phone()->set_number("+33612345678");
  Tell().set_note("begins with 0612");
  EXPECT_THAT(Find(), IsEmpty());
  Tell().set_note("and ends in 345678");
  EXPECT_THAT(Find(), SizeIs(1));
}

TEST_F(LeakCheckTest, FindsWhatSafeContactAndNotesTell) {
  v1::VictimCare& care = *kept().mutable_subjects()->add_subjects()->mutable_victim_care();
  care.set_safe_contact("ask for Sister Agnes, +33 1 42 34 56 78");
  care.set_guardian("Olha Kovalenko");
  told().mutable_narrative()->set_text("Kovalenko can be reached at 01.42.34.56.78.");
  EXPECT_THAT(Find(), SizeIs(2));
}

TEST_F(LeakCheckTest, FindsWhatAKeptNarrativeTells) {
  Section(2).mutable_content()->mutable_narrative()->set_text("He used AB1234567 twice.");
  told().mutable_narrative()->set_text("The passport is AB 123 4567.");
  EXPECT_THAT(FindLeaks(draft, {1, 2}), SizeIs(1));
}

TEST_F(LeakCheckTest, WhatIsStatedAsASubjectIsTheSendersWord) {
  Tell().mutable_person()->add_names()->set_text("IVANOVA Maria");
  EXPECT_THAT(Find(), IsEmpty());
}

}  // namespace
}  // namespace entente::node::search

#include "node/onward.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string Obliging(const std::string& obligation) {
  std::string text = testing::DefaultPolicy("DE");
  const std::string_view first = "\"delete-after:P1Y\"]";
  return text.replace(text.find(first), first.size(),
                      "\"delete-after:P1Y\", \"" + obligation + "\"]");
}

// FR.fiu's own policy asks for no consent: what binds is what Germany said to what it gave.
class OnwardTest : public ::testing::Test {
 protected:
  OnwardTest() : world({"FR.fiu", "BR.fiu", "DE.fiu"}, {{"DE", Obliging("onward:with-consent")}}) {}

  void Give() {
    original = world.Send("DE.fiu", world.Lead({"FR.fiu"}));
    world.Settle();
  }
  v1::Draft Onward(const std::string& from, const std::string& to) const {
    v1::Draft draft = world.Lead({to});
    draft.add_obtained_from(from);
    return draft;
  }
  v1::RecipientPreview Preview(const v1::Draft& draft) {
    const auto preview = world.node("FR.fiu")->Preview("author", draft, world.now);
    EXPECT_TRUE(preview.ok()) << preview.status();
    return preview.ok() ? preview->recipients(0) : v1::RecipientPreview();
  }
  // Of all that is about a suspect; the record id at FR.fiu.
  std::string Consent(const std::string& about, const std::string& data) {
    v1::GiveConsentRequest request;
    request.set_record_id(original);
    request.set_holder("FR.fiu");
    request.set_recipient("BR.fiu");
    request.set_purpose("asset-recovery");
    request.add_about(about);
    request.add_data(data);
    request.set_until_ms(static_cast<uint64_t>((world.now + 10 * limits::kDayMs).ms));
    request.set_justification("asked for by FR.fiu");
    const auto given = world.node("DE.fiu")->GiveConsent("author", request, world.now);
    EXPECT_TRUE(given.ok()) << given.status();
    world.Settle();
    return given.ok() ? given->record_id() : "";
  }

  AlertWorld world;
  std::string original;
};

TEST_F(OnwardTest, WhatIsKeptUnderItsSourcesConsentWaitsForASecondPerson) {
  EXPECT_THAT(Preview(Onward("DE", "BR.fiu")).second_person(), IsEmpty()) << "nothing is kept";
  Give();
  const v1::RecipientPreview preview = Preview(Onward("DE", "BR.fiu"));
  EXPECT_THAT(preview.onward(), ElementsAre("DE onward:with-consent"));
  EXPECT_THAT(preview.second_person(), ElementsAre("onward:DE"));
  const std::string id = world.Send("FR.fiu", Onward("DE", "BR.fiu"));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
}

TEST_F(OnwardTest, WhatWasRestrictedSinceIsBoundByThat) {
  Give();
  v1::RestrictRequest request;
  request.set_record_id(original);
  request.set_ground(v1::RESTRICTION_GROUND_LAW);
  request.add_obligations("onward:never");
  request.set_justification("a court says so");
  const auto restricted = world.node("DE.fiu")->Restrict("author", request, world.now);
  ASSERT_TRUE(restricted.ok()) << restricted.status();
  world.Settle();
  const v1::RecipientPreview preview = Preview(Onward("DE", "BR.fiu"));
  EXPECT_THAT(preview.onward(), ElementsAre("DE onward:never"));
  EXPECT_THAT(preview.second_person(), ElementsAre("onward:DE"));
}

TEST_F(OnwardTest, NotWhatGoesBackOrCameFromAnotherOrIsTakenBack) {
  Give();
  EXPECT_THAT(Preview(Onward("DE", "DE.fiu")).second_person(), IsEmpty());
  EXPECT_THAT(Preview(Onward("BR", "BR.fiu")).second_person(), IsEmpty());
  EXPECT_THAT(Preview(world.Lead({"BR.fiu"})).second_person(), IsEmpty());
  ASSERT_TRUE(world.Recall("DE.fiu", original).ok());
  world.Settle();
  EXPECT_THAT(Preview(Onward("DE", "BR.fiu")).second_person(), IsEmpty());
}

TEST_F(OnwardTest, AConsentThatCoversSomethingIsEnoughAndOneThatCoversNothingIsNamed) {
  Give();
  v1::Draft draft = Onward("DE", "BR.fiu");
  draft.mutable_sections()->DeleteSubrange(1, draft.sections_size() - 1);
  ASSERT_THAT(draft.sections(0).data(), ElementsAre("financial"));
  draft.add_with_consents(Consent("victim", "address"));
  v1::RecipientPreview preview = Preview(draft);
  ASSERT_THAT(preview.consents(), SizeIs(1));
  EXPECT_THAT(preview.idle_consents(), SizeIs(1));
  EXPECT_THAT(preview.second_person(), Contains("onward:DE"));
  draft.add_with_consents(Consent("suspect", "financial"));
  preview = Preview(draft);
  EXPECT_THAT(preview.idle_consents(), SizeIs(1));
  EXPECT_THAT(preview.second_person(), Not(Contains("onward:DE")));
}

}  // namespace
}  // namespace entente::node

// What the desk refuses of a draft before it leaves, since it would be of no use there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UselessTest : public ::testing::Test {
 protected:
  v1::PreviewResponse Preview(const v1::Draft& draft) {
    const auto preview = world.node("FR.fiu")->Preview("author", draft, world.now);
    EXPECT_TRUE(preview.ok()) << preview.status();
    return preview.value_or(v1::PreviewResponse());
  }

  AlertWorld world;
};

// One that says nobody is an alert that nobody can find by, however much else of it goes.
TEST_F(UselessTest, ARecipientWhoWouldNotLearnWhomToFindGetsNothing) {
  v1::Draft draft = world.Alert({"BR.fiu", "DE.fiu"});
  draft.mutable_sections(1)->set_essential(false);
  draft.mutable_sections(1)->add_never_to("BR.fiu");
  v1::PreviewResponse preview = Preview(draft);
  EXPECT_EQ(preview.recipients(0).verdict(), v1::VERDICT_REFUSE);
  EXPECT_EQ(preview.recipients(1).verdict(), v1::VERDICT_RELEASE);
  *draft.add_sections() = draft.sections(1);
  preview = Preview(draft);
  EXPECT_EQ(preview.recipients(0).verdict(), v1::VERDICT_REFUSE) << "nor of two";
  EXPECT_THAT(preview.recipients(0).reasons(), ElementsAre("nobody-to-find"));
  draft.mutable_sections(2)->clear_never_to();
  preview = Preview(draft);
  EXPECT_EQ(preview.recipients(0).verdict(), v1::VERDICT_RELEASE_IN_PART) << "one is enough";
  EXPECT_THAT(preview.recipients(0).withheld(), ElementsAre(1));
}

// The destination's own rules are not known here: the label tells the broker.
TEST(UselessAtDestinationTest, TheOneSectionThatDescribesIsEssentialOnItsWay) {
  const std::string sparing =
      testing::DefaultPolicy("BR") +
      "\n[[inbound.withhold]]\nid    = \"BR-IN-800\"\ntitle = \"No papers of victims\"\n"
      "law   = \"Test act art. 4\"\nabout = [\"victim\"]\ndata  = [\"travel-document\"]\n";
  AlertWorld world({"FR.fiu", "BR.fiu"}, {{"BR", sparing}});
  v1::Draft draft = world.Alert({"BR.fiu"});
  draft.mutable_sections(1)->set_essential(false);
  world.Publish(draft);
  world.Settle();
  const auto alerts = world.List("FR.fiu", v1::RECORD_KIND_ALERT, false);
  EXPECT_EQ(alerts.at(0).recipients(0).state(), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_THAT(alerts.at(0).recipients(0).reasons(), Contains("essential-missing"));
}

TEST_F(UselessTest, ANoticeThatIsOfNoUseIsRefused) {
  v1::Draft draft = world.Alert({"BR.fiu"});
  v1::AlertNotice& notice = *draft.mutable_sections(0)->mutable_content()->mutable_alert_notice();
  const auto refused = [&] {
    const absl::Status status = world.node("FR.fiu")->Preview("author", draft, world.now).status();
    return RefusalOf(status) ? RefusalOf(status)->text : std::string();
  };
  notice.set_confirm_by_ms(static_cast<uint64_t>(world.now.ms));
  EXPECT_THAT(refused(), HasSubstr("unconfirmed"));
  notice.set_confirm_by_ms(static_cast<uint64_t>(world.now.ms) + 1);
  EXPECT_THAT(refused(), IsEmpty());
  for (const char* zone : {"Europe/Nowhere", "/etc/localtime", "../Paris"}) {
    notice.mutable_desk()->set_time_zone(zone);
    EXPECT_THAT(refused(), HasSubstr(zone));
  }
}

TEST_F(UselessTest, AnIbanThatCouldNeverBeFoundIsRefused) {
  v1::Draft draft = world.Alert({"BR.fiu"});
  draft.mutable_sections(1)->add_data("financial");
  v1::FinancialAccount& account = *draft.mutable_sections(1)
                                       ->mutable_content()
                                       ->mutable_subjects()
                                       ->add_subjects()
                                       ->mutable_account();
  account.set_number("DE88370400440532013000");
  const absl::Status wrong = world.node("FR.fiu")->Preview("author", draft, world.now).status();
  ASSERT_TRUE(IsRefusal(wrong, Reason::kMalformed)) << wrong;
  EXPECT_THAT(RefusalOf(wrong)->text, HasSubstr("DE88370400440532013000"));
  account.set_number("DE89370400440532013000");
  Preview(draft);
}

TEST_F(UselessTest, AJustificationIsShort) {
  v1::Draft draft = world.Alert({"BR.fiu"});
  draft.set_justification(std::string(kJustificationBytes + 1, 'x'));
  const absl::Status status = world.node("FR.fiu")->Send("author", draft, world.now).status();
  EXPECT_TRUE(IsRefusal(status, Reason::kTooLarge)) << status;
  draft.set_justification(std::string(kJustificationBytes, 'x'));
  EXPECT_TRUE(world.node("FR.fiu")->Send("author", draft, world.now).ok());
}

}  // namespace
}  // namespace entente::node

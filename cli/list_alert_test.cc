#include "cli/list_alert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/limits.h"
#include "core/record/content.h"
#include "core/record/strict.h"
#include "tests/support/shared.h"

namespace entente::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::Draft Like() {
  v1::Draft draft;
  draft.set_kind(v1::RECORD_KIND_ALERT);
  v1::DraftSection& section = *draft.add_sections();
  section.add_about("suspect");
  section.add_data("identity");
  section.set_basis("fact");
  section.mutable_content()->set_language("en");
  section.mutable_content()->mutable_alert_notice()->set_action(v1::ALERT_ACTION_INQUIRY_CHECK);
  return draft;
}

UnPerson Person() {
  UnPerson person;
  person.reference = "XXi.001";
  person.gender = "Female";
  person.name_parts = {"YELENA", "ZHUKOVA"};
  person.original_script = "Елена Жукова";
  person.aliases.push_back({.name = "Lena",
                            .quality = UnQuality::kLow,
                            .date_of_birth = "",
                            .place_of_birth = "",
                            .note = ""});
  person.births.push_back(
      {.kind = UnBirth::Kind::kBetween, .date = "", .from = 1970, .to = 1973, .note = ""});
  person.nationalities = {"Ruritania"};
  UnDocument passport;
  passport.type = "Passport";
  passport.number = "AB 123";
  passport.issuer = "Ruritania";
  person.documents = {passport};
  return person;
}

TEST(ListAlert, APersonBecomesAnAlertWithEverythingToFindThemBy) {
  const v1::Draft draft = AlertOf(Person(), Like());
  ASSERT_EQ(draft.sections_size(), 2);
  EXPECT_EQ(draft.sections(0).content().alert_notice().reference(), "XXi.001");
  EXPECT_THAT(draft.own_reference(), StartsWith("UN list XXi.001 #"));
  const v1::DraftSection& section = draft.sections(1);
  EXPECT_THAT(section.data(), ElementsAre("identity", "travel-document"));
  EXPECT_THAT(section.about(), ElementsAre("suspect"));
  const v1::Person& person = section.content().subjects().subjects(0).person();
  EXPECT_EQ(person.sex(), v1::SEX_FEMALE);
  ASSERT_EQ(person.births_size(), 1);
  EXPECT_EQ(person.births(0).kind(), v1::DATE_KIND_BETWEEN);
  EXPECT_EQ(person.births(0).until(), "1973");
  EXPECT_TRUE(std::ranges::any_of(person.names(), [](const v1::Name& name) {
    return name.quality() == v1::NAME_QUALITY_LOW && name.text() == "Lena";
  }));
  EXPECT_THAT(section.content().subjects().subjects(0).note(), HasSubstr("Ruritania"));
  EXPECT_EQ(section.content().subjects().subjects(1).document().number(), "AB 123");
}

TEST(ListAlert, ItsReferenceChangesWithWhatItSaysAndNotWithTime) {
  v1::Draft other = Like();
  other.mutable_sections(0)->mutable_content()->mutable_alert_notice()->set_confirm_by_ms(5);
  EXPECT_EQ(AlertOf(Person(), Like()).own_reference(), AlertOf(Person(), other).own_reference());
  v1::Draft elsewhere = Like();
  elsewhere.add_recipients("DE.border");
  EXPECT_NE(AlertOf(Person(), Like()).own_reference(),
            AlertOf(Person(), elsewhere).own_reference());
  UnPerson changed = Person();
  changed.documents[0].number = "AB 124";
  EXPECT_NE(AlertOf(Person(), Like()).own_reference(), AlertOf(changed, Like()).own_reference());
}

TEST(ListAlert, AnEntityBecomesAnAlertOnAnOrganisation) {
  UnEntity entity;
  entity.reference = "XXe.001";
  entity.name = "NORTHERN CROSSING";
  const v1::Draft draft = AlertOf(entity, Like());
  EXPECT_THAT(draft.sections(1).data(), ElementsAre("organisation"));
  EXPECT_EQ(draft.sections(1).content().subjects().subjects(0).organisation().names(0).text(),
            "NORTHERN CROSSING");
}

// Every row of the real list makes an alert that the desk and every recipient would take.
TEST(ListAlert, TheWholeListOfTheUnitedNationsMakesSoundAlerts) {
  const auto path = testing::SharedFile("data/UN_consolidated.xml");
  if (!path) GTEST_SKIP();
  const auto list = ReadUnList(*path);
  ASSERT_TRUE(list.ok()) << list.status();
  std::vector<v1::Draft> drafts;
  for (const UnPerson& person : list->persons) drafts.push_back(AlertOf(person, Like()));
  for (const UnEntity& entity : list->entities) drafts.push_back(AlertOf(entity, Like()));
  EXPECT_GT(drafts.size(), 900u);
  for (const v1::Draft& draft : drafts) {
    const v1::SectionContent& content = draft.sections(1).content();
    ASSERT_TRUE(record::CheckParsed(content).ok()) << content.DebugString();
    const absl::Status sound = record::CheckContent(content);
    ASSERT_TRUE(sound.ok()) << sound << content.DebugString();
    EXPECT_LT(draft.ByteSizeLong(), limits::kRecordBytes / 2);
  }
}

}  // namespace
}  // namespace entente::cli

#include "cli/render_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/subject_words.h"
#include "core/base/sentence_table.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using ::testing::HasSubstr;
using ::testing::Not;

// Every key that a subject can ask the catalogue for.
void Collect(const Descriptor& message, std::set<std::string>& keys);

void CollectEnum(const EnumDescriptor& list, std::set<std::string>& keys) {
  for (int i = 0; i < list.value_count(); ++i) {
    if (list.value(i)->number() == 0) continue;
    keys.insert(Hyphenated(list.name()) + "." + CodeOf(*list.value(i)));
  }
}

// Shown as subjects, or by a reference, not under a label.
bool HasNoLabel(const google::protobuf::FieldDescriptor& field) {
  return field.name() == "alert_record_id" || field.message_type() == v1::Person::descriptor() ||
         field.message_type() == v1::Document::descriptor();
}

void Collect(const Descriptor& message, std::set<std::string>& keys) {
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    if (HasNoLabel(field)) continue;
    keys.insert("field." + Hyphenated(KeyOf(field)));
    if (field.enum_type() != nullptr) CollectEnum(*field.enum_type(), keys);
  }
}

std::set<std::string> KeysOfContents() {
  std::set<std::string> keys;
  for (int i = 0; i < SubjectKinds().field_count(); ++i) {
    keys.insert("field." + Hyphenated(SubjectKinds().field(i)->name()));
    Collect(*SubjectKinds().field(i)->message_type(), keys);
  }
  keys.insert("field.note");
  for (const Descriptor* asked :
       {v1::AlertNotice::descriptor(), v1::NotIdentical::descriptor(), v1::RequestAsk::descriptor(),
        v1::Reply::descriptor(), v1::Finding::descriptor()}) {
    Collect(*asked, keys);
  }
  for (const EnumDescriptor* list :
       {v1::DateKind_descriptor(), v1::NameKind_descriptor(), v1::NameQuality_descriptor(),
        v1::LinkKind_descriptor(), v1::CopyState_descriptor(), v1::CaseRole_descriptor(),
        v1::MeasureStatus_descriptor(), v1::Contradiction_descriptor()}) {
    CollectEnum(*list, keys);
  }
  return keys;
}

TEST(RenderContent, TheCatalogueNamesJustWhatAContentCanHold) {
  std::set<std::string> said;
  for (const SentenceRow& row : ContentSentences()) {
    if (!row.key.starts_with("content.") && !row.key.starts_with("basis.")) said.emplace(row.key);
  }
  EXPECT_EQ(said, KeysOfContents());
}

v1::Subjects Example() {
  v1::Subjects subjects;
  v1::Subject& person = *subjects.add_subjects();
  person.set_number(1);
  person.mutable_statement()->set_basis("assessment");
  person.mutable_statement()->set_evaluation("C3");
  person.set_note("seen with a child");
  v1::Name& name = *person.mutable_person()->add_names();
  name.set_text("Zoë \u202eevil");
  name.set_kind(v1::NAME_KIND_PRIMARY);
  name.set_quality(v1::NAME_QUALITY_GOOD);
  v1::Name& alias = *person.mutable_person()->add_names();
  alias.set_text("ندى");
  alias.set_script("Arab");
  alias.set_kind(v1::NAME_KIND_NICKNAME);
  alias.set_quality(v1::NAME_QUALITY_LOW);
  v1::PartialDate& birth = *person.mutable_person()->add_births();
  birth.set_kind(v1::DATE_KIND_BETWEEN);
  birth.set_from("1980");
  birth.set_until("1984");
  v1::PartialDate& untrue = *person.mutable_person()->add_births();
  untrue.set_kind(v1::DATE_KIND_FALSE);
  untrue.set_from("1990-01-01");
  person.mutable_person()->set_sex(v1::SEX_FEMALE);
  v1::Subject& vehicle = *subjects.add_subjects();
  vehicle.set_number(2);
  vehicle.mutable_vehicle()->set_plate("AB-123-CD");
  v1::Subject& photo = *subjects.add_subjects();
  photo.mutable_photo()->set_image("\xff\xd8\xff rest");
  v1::Link& link = *subjects.add_links();
  link.set_from(1);
  link.set_kind(v1::LINK_KIND_USES);
  link.set_to(2);
  return subjects;
}

TEST(RenderContent, SaysEachFieldThatIsFilledIn) {
  const std::string text = RenderSubjects(Language::kEnglish, Example());
  EXPECT_THAT(text, HasSubstr("person 1 (assessment C3)\n"));
  EXPECT_THAT(text, HasSubstr("(nickname, low quality, Arab)"));
  EXPECT_THAT(text, HasSubstr("1980..1984; FALSE: 1990-01-01"));
  EXPECT_THAT(text, HasSubstr("seen with a child"));
  EXPECT_THAT(text, HasSubstr("AB-123-CD"));
  EXPECT_THAT(text, HasSubstr("8 bytes"));
  EXPECT_THAT(text, HasSubstr("no. 1 uses no. 2"));
  EXPECT_THAT(text, Not(HasSubstr("nationalities")));
  const std::string french = RenderSubjects(Language::kFrench, Example());
  EXPECT_THAT(french, HasSubstr("personne 1 (appréciation C3)\n"));
  EXPECT_THAT(french, HasSubstr("n° 1 utilise le n° 2"));
}

TEST(RenderContent, WhatTurnsTheDirectionIsShownAndNotObeyed) {
  const std::string text = RenderSubjects(Language::kEnglish, Example());
  EXPECT_THAT(text, HasSubstr("<U+202E>"));
  EXPECT_THAT(text, Not(HasSubstr("\u202e")));
}

TEST(RenderContent, AWordOfANewerNodeIsShownAsItsNumber) {
  v1::Subjects subjects = Example();
  subjects.mutable_subjects(0)->mutable_person()->set_sex(static_cast<v1::Sex>(99));
  subjects.mutable_links(0)->set_kind(static_cast<v1::LinkKind>(98));
  const std::string text = RenderSubjects(Language::kEnglish, subjects);
  EXPECT_THAT(text, HasSubstr("99\n"));
  EXPECT_THAT(text, HasSubstr("no. 1 98 no. 2"));
}

TEST(RenderContent, WhatIsOfNoKindIsLeftOut) {
  v1::Subjects subjects;
  subjects.add_subjects()->set_note("alone");
  EXPECT_EQ(RenderSubjects(Language::kEnglish, subjects), "");
}

}  // namespace
}  // namespace entente::cli

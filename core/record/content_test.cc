#include "core/record/content.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::record {
namespace {

v1::SectionContent With(const std::function<void(v1::Subject&)>& fill) {
  v1::SectionContent content;
  content.set_language("en");
  fill(*content.mutable_subjects()->add_subjects());
  return content;
}

// Empty for one that is sound.
std::string Wrong(const std::function<void(v1::Subject&)>& fill) {
  const absl::Status status = CheckContent(With(fill));
  if (status.ok()) return "";
  EXPECT_TRUE(IsRefusal(status, Reason::kMalformed)) << status;
  return RefusalOf(status)->text;
}

v1::Name& AddName(v1::Person& person, const std::string& text) {
  v1::Name& name = *person.add_names();
  name.set_text(text);
  return name;
}

TEST(Content, APersonIsOneOfWhomSomethingIsSaid) {
  EXPECT_NE(Wrong([](auto& s) { s.mutable_person(); }), "");
  EXPECT_EQ(Wrong([](auto& s) { AddName(*s.mutable_person(), "A"); }), "");
  EXPECT_EQ(Wrong([](auto& s) { s.mutable_person()->add_marks("scar"); }), "");
  EXPECT_NE(Wrong([](auto& s) { AddName(*s.mutable_person(), ""); }), "");
  EXPECT_NE(Wrong([](auto& s) { AddName(*s.mutable_person(), "A").set_script("Arabic"); }), "");
  EXPECT_NE(Wrong([](auto& s) {
              AddName(*s.mutable_person(), "A");
              s.mutable_person()->add_nationalities("UK");
            }),
            "");
}

std::string WrongDate(v1::DateKind kind, const std::string& from, const std::string& until = "") {
  return Wrong([&](v1::Subject& s) {
    v1::PartialDate& date = *s.mutable_person()->add_births();
    date.set_kind(kind);
    date.set_from(from);
    date.set_until(until);
  });
}

TEST(Content, DatesAreDaysOrYearsThatExist) {
  EXPECT_EQ(WrongDate(v1::DATE_KIND_EXACT, "1984-02-29"), "");
  EXPECT_EQ(WrongDate(v1::DATE_KIND_YEAR, "1984"), "");
  EXPECT_EQ(WrongDate(v1::DATE_KIND_ABOUT, "1984"), "");
  EXPECT_EQ(WrongDate(v1::DATE_KIND_BETWEEN, "1980", "1984-01-01"), "");
  EXPECT_EQ(WrongDate(v1::DATE_KIND_FALSE, "1984-01-01"), "");
  EXPECT_NE(WrongDate(v1::DATE_KIND_EXACT, "1983-02-29"), "");
  EXPECT_NE(WrongDate(v1::DATE_KIND_EXACT, "1984"), "");
  EXPECT_NE(WrongDate(v1::DATE_KIND_EXACT, "1984-1-01"), "");
  EXPECT_NE(WrongDate(v1::DATE_KIND_YEAR, "84"), "");
  EXPECT_NE(WrongDate(v1::DATE_KIND_YEAR, "1984", "1985"), "");
  EXPECT_NE(WrongDate(v1::DATE_KIND_BETWEEN, "1984", "1980"), "");
  EXPECT_NE(WrongDate(v1::DATE_KIND_BETWEEN, "1984"), "");
  EXPECT_NE(WrongDate(v1::DATE_KIND_FALSE, ""), "");
}

TEST(Content, NumbersHaveTheirForms) {
  const auto vin = [](const std::string& text) {
    return Wrong([&](v1::Subject& s) { s.mutable_vehicle()->set_vin(text); });
  };
  EXPECT_EQ(vin("1M8GDM9AXKP042788"), "");
  EXPECT_NE(vin("1M8GDM9AXKP04278"), "");
  EXPECT_NE(vin("1M8GDM9AXKPO42788"), "");
  const auto imo = [](const std::string& text) {
    return Wrong([&](v1::Subject& s) { s.mutable_vessel()->set_imo(text); });
  };
  EXPECT_EQ(imo("9074729"), "");
  EXPECT_NE(imo("9074728"), "");
  EXPECT_NE(imo("907472"), "");
  const auto phone = [](const std::string& text) {
    return Wrong([&](v1::Subject& s) { s.mutable_phone()->set_number(text); });
  };
  EXPECT_EQ(phone("+33142345678"), "");
  EXPECT_NE(phone("0142345678"), "");
  EXPECT_NE(phone("+33 1 42 34 56 78"), "");
  EXPECT_NE(phone("+1234567890123456"), "");
  const auto email = [](const std::string& text) {
    return Wrong([&](v1::Subject& s) { s.mutable_email()->set_address(text); });
  };
  EXPECT_EQ(email("a@example.org"), "");
  for (const char* bad : {"", "a", "@b", "a@", "a@b@c"}) EXPECT_NE(email(bad), "") << bad;
  EXPECT_NE(Wrong([](auto& s) { s.mutable_vessel()->set_mmsi("12345678"); }), "");
}

TEST(Content, NothingIsOfNoUse) {
  EXPECT_NE(Wrong([](v1::Subject&) {}), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_document()->set_issuer("FR"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_organisation()->set_country("FR"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_vehicle()->set_make("X"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_vessel()->set_flag("FR"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_phone(); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_online_account()->set_service("x"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_address()->set_region("x"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_account()->set_holder("x"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_asset()->set_country("FR"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_transaction()->set_from("x"); }), "");
  EXPECT_NE(Wrong([](auto& s) { s.mutable_biometric()->set_held_by("FR.police"); }), "");
  EXPECT_NE(Wrong([](auto& s) {
              s.mutable_biometric()->set_reference("1");
              s.mutable_biometric()->set_held_by("the police");
            }),
            "");
}

TEST(Content, MoneyIsDecimalWithItsCurrency) {
  const auto priced = [](const std::string& amount, const std::string& currency) {
    return Wrong([&](v1::Subject& s) {
      s.mutable_asset()->set_description("flat");
      s.mutable_asset()->mutable_value()->set_amount(amount);
      s.mutable_asset()->mutable_value()->set_currency(currency);
    });
  };
  EXPECT_EQ(priced("10.50", "EUR"), "");
  EXPECT_EQ(priced("", ""), "");
  EXPECT_NE(priced("1e9", "EUR"), "");
  EXPECT_NE(priced("10.50", "EURO"), "");
  EXPECT_NE(priced("10.50", ""), "");
  EXPECT_NE(priced("", "EUR"), "");
}

TEST(Content, AStatementHasItsCode) {
  const auto said = [](const std::string& basis, const std::string& evaluation) {
    return Wrong([&](v1::Subject& s) {
      s.mutable_email()->set_address("a@b");
      s.mutable_statement()->set_basis(basis);
      s.mutable_statement()->set_evaluation(evaluation);
    });
  };
  EXPECT_EQ(said("fact", "A1"), "");
  EXPECT_EQ(said("", ""), "");
  EXPECT_NE(said("rumour", ""), "");
  EXPECT_NE(said("", "D1"), "");
  EXPECT_NE(said("", "A5"), "");
  EXPECT_NE(said("", "A11"), "");
}

TEST(Content, APhotoIsWhatItSaysAndSmall) {
  const auto photo = [](const std::string& type, std::string image) {
    return Wrong([&](v1::Subject& s) {
      s.mutable_photo()->set_media_type(type);
      s.mutable_photo()->set_image(std::move(image));
    });
  };
  EXPECT_EQ(photo("image/jpeg", "\xff\xd8\xff..."), "");
  EXPECT_EQ(photo("image/png", "\x89PNG\r\n\x1a\n..."), "");
  EXPECT_NE(photo("image/png", "\xff\xd8\xff..."), "");
  EXPECT_NE(photo("image/svg+xml", "<svg/>"), "");
  EXPECT_NE(photo("image/jpeg", "\xff\xd8\xff" + std::string(limits::kPhotoBytes, 'x')), "");
}

TEST(Content, WhatAVictimRefusedIsNotShared) {
  const auto care = [](v1::SharingConsent consent) {
    return Wrong([&](v1::Subject& s) {
      s.mutable_victim_care()->set_status(v1::VICTIM_STATUS_PRESUMED);
      s.mutable_victim_care()->set_consent(consent);
    });
  };
  EXPECT_EQ(care(v1::SHARING_CONSENT_GIVEN), "");
  EXPECT_EQ(care(v1::SHARING_CONSENT_NOT_ASKED), "");
  EXPECT_NE(care(v1::SHARING_CONSENT_REFUSED), "");
}

TEST(Content, EveryTextHasItsLanguage) {
  v1::SectionContent content = With([](auto& s) { s.mutable_email()->set_address("a@b"); });
  for (const char* good : {"en", "fr", "sr-Latn", "zh-Hant-TW", "ckb"}) {
    content.set_language(good);
    EXPECT_TRUE(CheckContent(content).ok()) << good;
  }
  for (const char* bad : {"", "e", "english", "en_GB", "en-", "\x1b[2J"}) {
    content.set_language(bad);
    EXPECT_FALSE(CheckContent(content).ok()) << bad;
  }
}

TEST(Content, ASectionHasOneContentAndATextItsWords) {
  v1::SectionContent content;
  content.set_language("en");
  EXPECT_FALSE(CheckContent(content).ok());
  content.mutable_subjects();
  EXPECT_FALSE(CheckContent(content).ok());
  content.mutable_narrative();
  EXPECT_FALSE(CheckContent(content).ok());
  content.mutable_narrative()->set_text("x");
  EXPECT_TRUE(CheckContent(content).ok());
  content.mutable_narrative()->set_number(3);
  content.mutable_narrative()->set_translation_of(3);
  EXPECT_FALSE(CheckContent(content).ok());
}

// Policy decides on labels: what is not named there must not be inside.
TEST(Content, TheLabelsNameAllThatIsInside) {
  const v1::SectionContent content = With([](auto& s) { s.mutable_phone()->set_number("+331"); });
  v1::SectionLabels labels;
  labels.add_data("identity");
  EXPECT_TRUE(IsRefusal(CheckLabelled(labels, content), Reason::kLabelMissing));
  labels.add_data("contact-details");
  EXPECT_TRUE(CheckLabelled(labels, content).ok());
  v1::SectionContent text;
  text.mutable_narrative()->set_text("x");
  EXPECT_TRUE(IsRefusal(CheckLabelled(labels, text), Reason::kLabelMissing));
  labels.add_data("narrative");
  EXPECT_TRUE(CheckLabelled(labels, text).ok());
}

TEST(Content, EveryKindOfSubjectHasItsWord) {
  const auto* kinds = v1::Subject::descriptor()->FindOneofByName("what");
  for (int i = 0; i < kinds->field_count(); ++i) {
    v1::Subject subject;
    subject.GetReflection()->MutableMessage(&subject, kinds->field(i));
    EXPECT_NE(DataWord(subject), "") << kinds->field(i)->name();
  }
  EXPECT_EQ(DataWord(v1::Subject()), "");
}

struct TwoSections {
  v1::SectionContent first = With([](auto& s) { s.set_number(1); });
  v1::SectionContent second = With([](auto& s) { s.set_number(2); });
  void Link(uint32_t from, uint32_t to) {
    v1::Link& link = *second.mutable_subjects()->add_links();
    link.set_from(from);
    link.set_to(to);
  }
  bool Sound(bool first_essential = false) const {
    const PlacedContent sections[] = {{first, first_essential}, {second, false}};
    return CheckLinks(sections).ok();
  }
};

TEST(Content, ALinkTellsOfNoSectionThatMayBeWithheld) {
  TwoSections two;
  EXPECT_TRUE(two.Sound());
  two.Link(2, 1);
  EXPECT_FALSE(two.Sound());
  EXPECT_TRUE(two.Sound(true)) << "an essential section goes wherever the record goes";
  TwoSections within;
  within.second.mutable_subjects()->add_subjects()->set_number(3);
  within.Link(2, 3);
  EXPECT_TRUE(within.Sound());
  TwoSections nowhere;
  nowhere.Link(2, 9);
  EXPECT_FALSE(nowhere.Sound());
}

TEST(Content, ANumberIsGivenOnce) {
  TwoSections two;
  two.second.mutable_subjects()->add_subjects()->set_number(1);
  EXPECT_FALSE(two.Sound());
  TwoSections none;
  none.second.mutable_subjects()->mutable_subjects(0)->set_number(0);
  none.first.mutable_subjects()->mutable_subjects(0)->set_number(0);
  EXPECT_TRUE(none.Sound());
}

TEST(Content, ATranslationNamesItsOriginal) {
  v1::SectionContent original, translation;
  original.mutable_narrative()->set_number(1);
  translation.mutable_narrative()->set_translation_of(1);
  const PlacedContent both[] = {{original, false}, {translation, false}};
  EXPECT_TRUE(CheckLinks(both).ok());
  const PlacedContent alone[] = {{translation, false}};
  EXPECT_FALSE(CheckLinks(alone).ok());
}

TEST(Content, ALinkJoinsTwo) {
  for (const auto& [from, to] : {std::pair(0u, 1u), {1u, 0u}, {1u, 1u}}) {
    v1::SectionContent content = With([](auto& s) { s.mutable_email()->set_address("a@b"); });
    v1::Link& link = *content.mutable_subjects()->add_links();
    link.set_from(from);
    link.set_to(to);
    EXPECT_FALSE(CheckContent(content).ok());
  }
}

TEST(Content, ASectionHasAtMost256Subjects) {
  v1::SectionContent content;
  content.set_language("en");
  for (size_t i = 0; i < limits::kSubjects; ++i) {
    content.mutable_subjects()->add_subjects()->mutable_document()->set_number("A1");
  }
  EXPECT_TRUE(CheckContent(content).ok());
  content.mutable_subjects()->add_subjects()->mutable_document()->set_number("A1");
  EXPECT_TRUE(IsRefusal(CheckContent(content), Reason::kMalformed));
}

}  // namespace
}  // namespace entente::record

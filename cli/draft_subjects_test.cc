#include "cli/draft_subjects.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "cli/draft_fields.h"
#include "cli/subject_words.h"
#include "core/record/content.h"

namespace entente::cli {
namespace {

std::string ErrorIn(std::string_view text) {
  auto table = net::ConfigTable::Parse(text, "draft.toml");
  if (!table.ok()) return std::string(table.status().message());
  ReadSubjects(*table);
  const absl::Status status = table->Finish();
  return status.ok() ? "" : std::string(status.message());
}

v1::Subjects Read(std::string_view text) {
  auto table = net::ConfigTable::Parse(text, "draft.toml");
  EXPECT_TRUE(table.ok()) << table.status();
  v1::Subjects subjects = ReadSubjects(*table);
  EXPECT_TRUE(table->Finish().ok()) << table->Finish();
  return subjects;
}

constexpr std::string_view kEverything = R"(
[[person]]
subject = 1
basis = "assessment"
evaluation = "C3"
note = "seen twice"
names = ["Nada Example", "N. E."]
births = ["1984-03-17", "about 1980", "1980..1984", "false 1990-01-01"]
sex = "female"
nationalities = ["FR", "BR"]
marks = ["scar on the left hand"]
[[person.name]]
text = "ندى"
script = "Arab"
kind = "nickname"
quality = "low"
[[document]]
kind = "passport"
number = "12AB34567"
issuer = "FR"
expires = "2030-01-01"
state = "stolen"
[[organisation]]
names = ["Example Ltd"]
owners = ["A", "B"]
[[vehicle]]
subject = 2
plate = "AB-123-CD"
country = "FR"
vin = "1M8GDM9AXKP042788"
[[vessel]]
name = "Example"
imo = "9074729"
mmsi = "211234560"
[[phone]]
number = "+33142345678"
[[email]]
address = "a@example.org"
[[online_account]]
service = "example"
handle = "nada"
[[address]]
lines = ["1, quay"]
city = "Marseille"
country = "FR"
[[event]]
kind = "border-crossing"
when = "2026-11-02"
country = "FR"
[[account]]
number = "DE89370400440532013000"
balance = "10.50"
currency = "EUR"
[[asset]]
description = "a flat"
value = "420000.00"
currency = "EUR"
[[transaction]]
amount = "10.00"
currency = "EUR"
day = "2026-11-02"
[[biometric]]
kind = "fingerprint"
reference = "4711"
held_by = "FR.police"
[[victim_care]]
status = "presumed"
consent = "given"
needs = ["shelter"]
[[link]]
from = 1
kind = "uses"
to = 2
)";

TEST(DraftSubjects, EveryKindIsReadAndSound) {
  const v1::Subjects subjects = Read(kEverything);
  std::set<int> kinds;
  for (const v1::Subject& subject : subjects.subjects()) kinds.insert(subject.what_case());
  EXPECT_EQ(kinds.size(), 15u) << "all but a photo";
  v1::SectionContent content;
  content.set_language("en");
  *content.mutable_subjects() = subjects;
  EXPECT_TRUE(record::CheckContent(content).ok()) << record::CheckContent(content);
  const v1::Subject& person = subjects.subjects(0);
  EXPECT_EQ(person.number(), 1u);
  EXPECT_EQ(person.statement().evaluation(), "C3");
  ASSERT_EQ(person.person().names_size(), 3);
  EXPECT_EQ(person.person().names(0).kind(), v1::NAME_KIND_PRIMARY);
  EXPECT_EQ(person.person().names(1).kind(), v1::NAME_KIND_ALIAS);
  EXPECT_EQ(person.person().names(2).quality(), v1::NAME_QUALITY_LOW);
  ASSERT_EQ(person.person().births_size(), 4);
  EXPECT_EQ(person.person().births(2).until(), "1984");
  EXPECT_EQ(person.person().births(3).kind(), v1::DATE_KIND_FALSE);
  EXPECT_FALSE(subjects.subjects(1).has_statement());
  ASSERT_EQ(subjects.links_size(), 1);
  EXPECT_EQ(subjects.links(0).kind(), v1::LINK_KIND_USES);
}

TEST(DraftSubjects, WhatIsWrongIsSaidAtItsPlace) {
  EXPECT_EQ(ErrorIn("[[document]]\nnumber = \"1\"\n").substr(0, 14), "draft.toml:1:1");
  EXPECT_NE(ErrorIn("[[document]]\nkind = \"pass\"\nnumber = \"1\"\n").find("identity-card"),
            std::string::npos);
  EXPECT_EQ(ErrorIn("[[person]]\nnames = [\"A\"]\nheight = 3\n").substr(0, 14), "draft.toml:3:1");
  EXPECT_NE(
      ErrorIn("[[person]]\nnames = [\"A\"]\nbirths = [\"17.3.1984\"]\n").find("draft.toml:3:"),
      std::string::npos);
  EXPECT_NE(ErrorIn("[[person]]\nnames = [\"A\"]\nnationalities = [\"UK\"]\n").find("write GB"),
            std::string::npos);
  EXPECT_NE(ErrorIn("[[vehicle]]\nplate = \"x\"\nsubject = -1\n").find("draft.toml:3:"),
            std::string::npos);
  EXPECT_NE(ErrorIn("[[asset]]\ndescription = \"x\"\nvalue = \"ten\"\ncurrency = \"EUR\"\n")
                .find("draft.toml:3:"),
            std::string::npos);
  EXPECT_NE(ErrorIn("[[photo]]\nfile = \"none.png\"\n").find("draft.toml:2:"), std::string::npos);
  EXPECT_EQ(ErrorIn("person = 3\n").substr(0, 13), "draft.toml:1:");
}

TEST(DraftSubjects, DatesInTheirForms) {
  v1::PartialDate date;
  for (const std::string_view good :
       {"1984", "1984-02-29", "about 1984-01-01", "1980..1984-01-01"}) {
    EXPECT_TRUE(ReadPartialDate(good, date)) << good;
  }
  for (const std::string_view bad : {"", "84", "1984-13-01", "1983-02-29", "about", "about x",
                                     "1980..", "..1980", "between 1980"}) {
    EXPECT_FALSE(ReadPartialDate(bad, date)) << bad;
  }
}

// docs/drafts.md is what an officer has: it names each kind, key and word that a draft may have.
TEST(DraftSubjects, ThePageNamesEverythingThatMayBeWritten) {
  const char* const root = std::getenv("ENTENTE_SOURCE_DIR");
  std::ifstream in(std::string(root == nullptr ? "." : root) + "/docs/drafts.md");
  const std::string page(std::istreambuf_iterator<char>(in), {});
  const auto named = [&](const std::string& word) {
    return page.find("`" + word + "`") != page.npos;
  };
  const std::set<std::string> written_otherwise = {"image", "media_type"};
  for (int i = 0; i < SubjectKinds().field_count(); ++i) {
    const auto& kind = *SubjectKinds().field(i);
    EXPECT_TRUE(named(kind.name())) << kind.name();
    for (int k = 0; k < kind.message_type()->field_count(); ++k) {
      const auto& field = *kind.message_type()->field(k);
      EXPECT_TRUE(named(field.name()) || written_otherwise.contains(field.name())) << field.name();
      const auto* const list = field.enum_type();
      for (int v = 1; list != nullptr && v < list->value_count(); ++v) {
        EXPECT_TRUE(named(CodeOf(*list->value(v)))) << list->value(v)->name();
      }
    }
  }
  for (int v = 1; v < v1::LinkKind_descriptor()->value_count(); ++v) {
    EXPECT_TRUE(named(CodeOf(*v1::LinkKind_descriptor()->value(v))));
  }
}

}  // namespace
}  // namespace entente::cli

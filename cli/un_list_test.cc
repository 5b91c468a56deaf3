#include "cli/un_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "tests/support/shared.h"

namespace entente::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// An invented person.
constexpr std::string_view kPerson = R"(<INDIVIDUAL>
      <DATAID>42</DATAID>
      <FIRST_NAME>KARIM</FIRST_NAME>
      <SECOND_NAME>AL-HADDADI</SECOND_NAME>
      <FOURTH_NAME>na</FOURTH_NAME>
      <UN_LIST_TYPE>Test</UN_LIST_TYPE>
      <REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER>
      <LISTED_ON>2012-12-31</LISTED_ON>
      <GENDER>Male</GENDER>
      <COMMENTS1>Invented.</COMMENTS1>
      <TITLE><VALUE>Dr.</VALUE></TITLE>
      <DESIGNATION><VALUE>Tailor</VALUE><VALUE>Cook </VALUE></DESIGNATION>
      <NATIONALITY><VALUE>Utopia</VALUE></NATIONALITY>
      <NAME_ORIGINAL_SCRIPT>كريم الحدادي</NAME_ORIGINAL_SCRIPT>
      <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Kareem Haddadi; Karim Hadadi</ALIAS_NAME>
        <DATE_OF_BIRTH>1970</DATE_OF_BIRTH><CITY_OF_BIRTH>Amaurot</CITY_OF_BIRTH></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>a) The Tailor (nickname) b) Abu
        Karim</ALIAS_NAME></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-04-21</DATE></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1968</FROM_YEAR><TO_YEAR>1970</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1969</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE/></INDIVIDUAL_DATE_OF_BIRTH>
      <INDIVIDUAL_PLACE_OF_BIRTH><CITY>Amaurot</CITY><COUNTRY>Utopia</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>
      <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>L898902C3</NUMBER><ISSUING_COUNTRY>Utopia</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT>
      <INDIVIDUAL_DOCUMENT/>
    </INDIVIDUAL>)";

std::string ListOf(std::string_view persons, std::string_view entities = "") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CONSOLIDATED_LIST dateGenerated=\"today\">\n"
         "<INDIVIDUALS>\n" +
         std::string(persons) + "</INDIVIDUALS>\n<ENTITIES>" + std::string(entities) +
         "</ENTITIES></CONSOLIDATED_LIST>\n";
}

std::string Row(int number, std::string_view more = "") {
  return "<INDIVIDUAL><DATAID>" + std::to_string(number) +
         "</DATAID><REFERENCE_NUMBER>X</REFERENCE_NUMBER>" + std::string(more) + "</INDIVIDUAL>\n";
}

std::string ErrorOf(std::string_view xml) {
  return std::string(ParseUnList(xml, "un.xml").status().message());
}

TEST(UnList, ReadsAPerson) {
  const auto list = ParseUnList(ListOf(kPerson), "un.xml");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->generated, "today");
  ASSERT_EQ(list->persons.size(), 1u);
  const UnPerson& person = list->persons[0];
  EXPECT_EQ(person.data_id, 42u);
  EXPECT_EQ(person.reference, "XXi.001");
  EXPECT_EQ(person.list, "Test");
  EXPECT_EQ(person.listed_on, "2012-12-31");
  EXPECT_EQ(person.gender, "Male");
  EXPECT_EQ(person.comments, "Invented.");
  EXPECT_THAT(person.name_parts, ElementsAre("KARIM", "AL-HADDADI"));
  EXPECT_THAT(person.titles, ElementsAre("Dr."));
  EXPECT_THAT(person.designations, ElementsAre("Tailor", "Cook"));
  EXPECT_THAT(person.nationalities, ElementsAre("Utopia"));
  EXPECT_THAT(person.places_of_birth, ElementsAre("Amaurot, Utopia"));
  ASSERT_EQ(person.aliases.size(), 2u);
  EXPECT_EQ(person.aliases[0].quality, UnQuality::kGood);
  EXPECT_EQ(person.aliases[0].date_of_birth, "1970");
  EXPECT_EQ(person.aliases[0].place_of_birth, "Amaurot");
  EXPECT_EQ(person.aliases[1].quality, UnQuality::kLow);
  ASSERT_EQ(person.documents.size(), 1u);
  EXPECT_EQ(person.documents[0].type, "Passport");
  EXPECT_EQ(person.documents[0].number, "L898902C3");
  EXPECT_EQ(person.documents[0].issuer, "Utopia");
}

TEST(UnList, ReadsEachKindOfBirth) {
  const auto list = ParseUnList(ListOf(kPerson), "un.xml");
  ASSERT_TRUE(list.ok()) << list.status();
  const auto& births = list->persons[0].births;
  ASSERT_EQ(births.size(), 3u);
  EXPECT_EQ(births[0].kind, UnBirth::Kind::kExact);
  EXPECT_EQ(births[0].date, "1971-04-21");
  EXPECT_EQ(births[0].from, 1971);
  EXPECT_EQ(births[1].kind, UnBirth::Kind::kBetween);
  EXPECT_EQ(births[1].from, 1968);
  EXPECT_EQ(births[1].to, 1970);
  EXPECT_EQ(births[2].kind, UnBirth::Kind::kAbout);
  EXPECT_EQ(births[2].to, 1969);
}

TEST(UnList, GivesEachNameByItself) {
  const auto list = ParseUnList(ListOf(kPerson), "un.xml");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(
      NamesOf(list->persons[0]),
      ElementsAre(UnName{"KARIM AL-HADDADI", false, true}, UnName{"كريم الحدادي", false, false},
                  UnName{"Kareem Haddadi", false, false}, UnName{"Karim Hadadi", false, false},
                  UnName{"The Tailor", true, false}, UnName{"Abu Karim", true, false}));
  UnPerson person;
  person.aliases.resize(3);
  person.aliases[0].name = "Jin Tiesan 金铁三";
  person.aliases[1].name = "Karim Haddadi, born 1 Jan. 1953 (passport 1; lost)";
  person.aliases[2].name = "Karim M’Haddadi Ḥasan";
  EXPECT_THAT(NamesOf(person),
              ElementsAre(UnName{"Jin Tiesan", false, false}, UnName{"金铁三", false, false},
                          UnName{"Karim Haddadi", false, false},
                          UnName{"Karim M’Haddadi Ḥasan", false, false}));
}

TEST(UnList, ReadsAnEntity) {
  const auto list = ParseUnList(
      ListOf("",
             "<ENTITY><DATAID>7</DATAID><FIRST_NAME>ACME</FIRST_NAME><REFERENCE_NUMBER>XXe.001"
             "</REFERENCE_NUMBER><ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>Acme Ltd"
             "</ALIAS_NAME></ENTITY_ALIAS></ENTITY>"),
      "un.xml");
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->entities.size(), 1u);
  EXPECT_EQ(list->entities[0].name, "ACME");
  EXPECT_EQ(list->entities[0].aliases[0].quality, UnQuality::kFormerlyKnownAs);
}

TEST(UnList, RefusesBrokenXmlAtItsPlace) {
  EXPECT_THAT(ErrorOf(""), StartsWith("un.xml:1:1: the XML is broken"));
  EXPECT_THAT(ErrorOf("<A>\n<B>\n</A>"), StartsWith("un.xml:3:"));
  EXPECT_THAT(ErrorOf("<A>\n<B>\n</A>"), HasSubstr("the XML is broken"));
  EXPECT_THAT(ErrorOf(ListOf(kPerson).substr(0, 500)), HasSubstr("the XML is broken"));
}

TEST(UnList, RefusesEachDocumentType) {
  const std::string root = ListOf("");
  const std::string head = "<?xml version=\"1.0\"?>\n";
  for (const char* type :
       {"<!DOCTYPE CONSOLIDATED_LIST>", "<!DOCTYPE x SYSTEM \"http://example.org/x.dtd\">",
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>",
        "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>", "<!DOCTYPE x [<!ENTITY"}) {
    const std::string error = ErrorOf(head + type + root.substr(root.find('\n')));
    EXPECT_THAT(error, StartsWith("un.xml:")) << type;
    EXPECT_THAT(error, HasSubstr(": a document type is not read")) << type;
  }
  EXPECT_THAT(ErrorOf(head + "  <!DOCTYPE a>" + root.substr(root.find('\n'))),
              StartsWith("un.xml:2:"));
}

TEST(UnList, ExpandsNoEntityOfItsOwn) {
  const auto list = ParseUnList(ListOf(Row(1, "<COMMENTS1>&file; &amp; &#65;</COMMENTS1>")), "");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->persons[0].comments, "&file; & A");
}

TEST(UnList, RefusesWhatIsNotTheList) {
  EXPECT_THAT(ErrorOf("<SOMETHING/>"), StartsWith("un.xml:1:1: the list begins with"));
  EXPECT_THAT(ErrorOf(ListOf("<INDIVIDUAL><DATAID>1</DATAID></INDIVIDUAL>")),
              StartsWith("un.xml:4:2: REFERENCE_NUMBER is missing"));
  EXPECT_THAT(ErrorOf(ListOf("\n  <INDIVIDUAL><DATAID>x1</DATAID></INDIVIDUAL>")),
              StartsWith("un.xml:5:4: DATAID is missing"));
  EXPECT_THAT(ErrorOf(ListOf(Row(1) + Row(1))), StartsWith("un.xml:5:2: the number 1"));
  for (const char* year : {"<YEAR>71</YEAR>", "<YEAR>19x1</YEAR>", "<DATE>1-1-71</DATE>",
                           "<FROM_YEAR>1980</FROM_YEAR><TO_YEAR>1970</TO_YEAR>"}) {
    EXPECT_THAT(ErrorOf(ListOf(Row(1, std::string("<INDIVIDUAL_DATE_OF_BIRTH>") + year +
                                          "</INDIVIDUAL_DATE_OF_BIRTH>"))),
                HasSubstr("the year of birth"))
        << year;
  }
}

TEST(UnList, RefusesMoreRowsThanTheLimit) {
  std::string rows;
  for (size_t i = 1; i <= limits::kListRows; ++i) rows += Row(static_cast<int>(i));
  const auto most = ParseUnList(ListOf(rows), "un.xml");
  ASSERT_TRUE(most.ok()) << most.status();
  EXPECT_EQ(most->persons.size(), limits::kListRows);
  EXPECT_THAT(ErrorOf(ListOf(rows + Row(0x7fffffff))),
              StartsWith("un.xml:100004:2: more than 100000 rows"));
}

TEST(UnList, RefusesAFileBeyondTheLimit) {
  const std::string path = ::testing::TempDir() + "/un_list_test.xml";
  std::ofstream(path) << "<a/>";
  std::filesystem::resize_file(path, limits::kListBytes + 1);
  const absl::Status status = ReadUnList(path).status();
  std::filesystem::remove(path);
  EXPECT_TRUE(IsRefusal(status, Reason::kTooLarge)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("un_list_test.xml:1:1: "));
  EXPECT_TRUE(absl::IsNotFound(ReadUnList("/no/such/list.xml").status()));
}

// The list as it is published, which a user downloads.
TEST(UnList, ReadsThePublishedList) {
  const auto path = testing::SharedFile("data/UN_consolidated.xml");
  if (!path) GTEST_SKIP();
  const auto list = ReadUnList(*path);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_GT(list->persons.size(), 500u);
  EXPECT_GT(list->entities.size(), 200u);
  size_t names = 0;
  size_t documents = 0;
  for (const UnPerson& person : list->persons) {
    EXPECT_FALSE(person.reference.empty());
    ASSERT_FALSE(NamesOf(person).empty()) << person.reference;
    EXPECT_TRUE(NamesOf(person).front().primary);
    names += NamesOf(person).size();
    documents += person.documents.size();
  }
  EXPECT_GT(names, 2500u);
  EXPECT_GT(documents, 400u);
}

}  // namespace
}  // namespace entente::cli

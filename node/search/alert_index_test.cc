#include "node/search/alert_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/search/subject_keys.h"

namespace entente::node::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

v1::Subject Person(const std::string& name, const std::string& born) {
  v1::Subject subject;
  v1::Name& one = *subject.mutable_person()->add_names();
  one.set_text(name);
  one.set_quality(v1::NAME_QUALITY_GOOD);
  v1::PartialDate& date = *subject.mutable_person()->add_births();
  date.set_kind(born.size() == 4 ? v1::DATE_KIND_YEAR : v1::DATE_KIND_EXACT);
  date.set_from(born);
  return subject;
}

v1::Subject Passport(const std::string& number, const std::string& issuer) {
  v1::Subject subject;
  subject.mutable_document()->set_kind(v1::DOCUMENT_KIND_PASSPORT);
  subject.mutable_document()->set_number(number);
  subject.mutable_document()->set_issuer(issuer);
  return subject;
}

std::vector<uint32_t> Numbers(const std::vector<IndexCandidate>& found) {
  std::vector<uint32_t> numbers;
  for (const IndexCandidate& one : found) numbers.push_back(one.number);
  return numbers;
}

IndexQuestion ByDocument(const std::string& number) { return {*DocumentKeys(number, ""), {}}; }
IndexQuestion ByName(const std::string& name, std::optional<uint16_t> year) {
  return {{}, NameQuery{name, year}};
}

TEST(AlertIndexTest, FindsByNumberHoweverItIsWritten) {
  AlertIndex index;
  const std::vector<v1::Subject> one = {Person("Amina Diallo", "1991-02-03"),
                                        Passport("20 FR-12345", "FR")};
  index.Add(7, 1, one);
  EXPECT_THAT(Numbers(index.Find(ByDocument("20fr12345"), 10)), ElementsAre(7));
  EXPECT_THAT(Numbers(index.Find({*DocumentKeys("20FR12345", "FRA"), {}}, 10)), ElementsAre(7));
  EXPECT_THAT(index.Find(ByDocument("20FR12346"), 10), IsEmpty());
}

TEST(AlertIndexTest, SeveralRecordsShareAKey) {
  AlertIndex index;
  const std::vector<v1::Subject> same = {Passport("A1234567", "")};
  for (const uint32_t number : {1, 2, 3}) index.Add(number, 1, same);
  EXPECT_THAT(Numbers(index.Find(ByDocument("A1234567"), 10)), UnorderedElementsAre(1, 2, 3));
  index.Remove(2);
  EXPECT_THAT(Numbers(index.Find(ByDocument("A1234567"), 10)), UnorderedElementsAre(1, 3));
  index.Remove(1);
  index.Remove(3);
  EXPECT_THAT(index.Find(ByDocument("A1234567"), 10), IsEmpty());
  index.Add(4, 1, same);
  EXPECT_THAT(Numbers(index.Find(ByDocument("A1234567"), 10)), ElementsAre(4));
}

TEST(AlertIndexTest, FindsByNameInAnotherScriptWithTheYear) {
  AlertIndex index;
  const std::vector<v1::Subject> one = {Passport("X1112223", "SY"), Person("محمد الخطيب", "1984")};
  const std::vector<v1::Subject> other = {Person("Ivan Petrov", "1970")};
  index.Add(1, 1, one);
  index.Add(2, 1, other);
  const auto found = index.Find(ByName("Mohammed al-Khatib", 1984), 10);
  ASSERT_THAT(Numbers(found), ElementsAre(1));
  EXPECT_EQ(found[0].subject, 1);
  EXPECT_FALSE(found[0].by_key);
  EXPECT_THAT(index.Find(ByName("Mohammed al-Khatib", 1952), 10), IsEmpty());
}

TEST(AlertIndexTest, TheYearOfOnePersonIsNotThatOfAnother) {
  AlertIndex index;
  const std::vector<v1::Subject> pair = {Person("Ivan Petrov", "1970"),
                                         Person("Amina Diallo", "1991")};
  index.Add(1, 1, pair);
  EXPECT_EQ(index.Find(ByName("Ivan Petrov", 1991), 10)[0].name->year, YearAgreement::kContradicts);
  EXPECT_EQ(index.Find(ByName("Ivan Petrov", 1970), 10)[0].name->year, YearAgreement::kAgrees);
}

TEST(AlertIndexTest, ByNumberComesBeforeByName) {
  AlertIndex index;
  const std::vector<v1::Subject> named = {Person("Ivan Petrov", "1970")};
  const std::vector<v1::Subject> numbered = {Passport("P9", ""), Passport("P998877", "")};
  index.Add(1, 1, named);
  index.Add(2, 1, numbered);
  IndexQuestion question = ByDocument("P998877");
  question.name = NameQuery{"Ivan Petrov", 1970};
  const auto found = index.Find(question, 10);
  EXPECT_THAT(Numbers(found), ElementsAre(2, 1));
  EXPECT_TRUE(found[0].by_key);
}

TEST(AlertIndexTest, WhatIsRemovedIsNotFound) {
  AlertIndex index;
  const std::vector<v1::Subject> one = {Person("Amina Diallo", "1991"),
                                        Passport("20FR12345", "FR")};
  index.Add(1, 1, one);
  index.Remove(1);
  index.Remove(1);
  EXPECT_EQ(index.records(), 0);
  EXPECT_THAT(index.Find(ByDocument("20FR12345"), 10), IsEmpty());
  EXPECT_THAT(index.Find(ByName("Amina Diallo", 1991), 10), IsEmpty());
}

TEST(AlertIndexTest, ARecordWithManyNumbersIsFoundByEachOfThem) {
  AlertIndex index;
  std::vector<v1::Subject> many;
  for (int i = 0; i < 400; ++i) many.push_back(Passport("DOC" + std::to_string(10000 + i), ""));
  many.insert(many.begin(), Person("Amina Diallo", "1991"));
  index.Add(1, 1, many);
  EXPECT_THAT(Numbers(index.Find(ByName("Amina Diallo", 1991), 10)), ElementsAre(1));
  EXPECT_THAT(Numbers(index.Find(ByDocument("DOC10000"), 10)), ElementsAre(1));
  EXPECT_THAT(Numbers(index.Find(ByDocument("DOC10399"), 10)), ElementsAre(1))
      << "the last one too";
  index.Remove(1);
  EXPECT_THAT(index.Find(ByDocument("DOC10000"), 10), IsEmpty());
  EXPECT_THAT(index.Find(ByDocument("DOC10399"), 10), IsEmpty());
}

// What one issuer publishes, however much, hides nothing of another's.
TEST(AlertIndexTest, NobodyCrowdsOutAnother) {
  AlertIndex index;
  const std::vector<v1::Subject> true_one = {Person("Anna Eriksson", "1974"),
                                             Passport("L898902C3", "SE")};
  std::string like;
  for (int i = 0; i < 8; ++i) like += "Eriksson Anna ";
  const std::vector<v1::Subject> noise = {Person(like, "1900"), Person("Anna Eriksson", "1974"),
                                          Passport("L898902C3", "SE")};
  for (uint32_t number = 0; number < 1000; ++number) index.Add(number, 1, noise);
  index.Add(5000, 2, true_one);
  EXPECT_THAT(Numbers(index.Find(ByDocument("L898902C3"), 20)), ::testing::Contains(5000));
  EXPECT_THAT(Numbers(index.Find(ByName("Anna Eriksson", 1974), 20)), ::testing::Contains(5000));
  EXPECT_LE(index.Find(ByDocument("L898902C3"), 20).size(), 40u);
}

TEST(SubjectKeysTest, EachKindOfSubjectGivesItsNumbers) {
  const auto kinds = [](const v1::Subject& subject) {
    std::vector<std::string> words;
    for (const SubjectKey& one : KeysOf(subject)) words.emplace_back(KindWord(one.key.kind));
    return words;
  };
  EXPECT_THAT(kinds(Passport("A1234567", "")), ElementsAre("document"));
  EXPECT_THAT(kinds(Passport("A1234567", "DE")), ElementsAre("document", "document-issuer"));
  EXPECT_THAT(kinds(Passport("A", "")), IsEmpty());
  v1::Subject subject;
  subject.mutable_vehicle()->set_plate("AB-123-CD");
  subject.mutable_vehicle()->set_vin("1M8GDM9AXKP042788");
  EXPECT_THAT(kinds(subject), ElementsAre("plate", "vin"));
  subject.mutable_phone()->set_number("+33142345678");
  EXPECT_THAT(kinds(subject), ElementsAre("phone"));
  subject.mutable_email()->set_address("a@b.example");
  EXPECT_THAT(kinds(subject), ElementsAre("e-mail"));
  subject.mutable_account()->set_number("FR1420041010050500013M02606");
  EXPECT_THAT(kinds(subject), ElementsAre("iban"));
  subject.mutable_person()->set_national_number("1840375123456");
  subject.mutable_person()->add_nationalities("FR");
  EXPECT_THAT(kinds(subject), ElementsAre("national-number", "national-number-issuer"));
}

TEST(SubjectKeysTest, AFalseDateOfBirthIsNone) {
  v1::Subject subject = Person("Amina Diallo", "1991-02-03");
  subject.mutable_person()->mutable_births(0)->set_kind(v1::DATE_KIND_FALSE);
  EXPECT_THAT(NamesOf(subject)->years, IsEmpty());
  EXPECT_THAT(BirthKeysOf(subject.person()), IsEmpty());
}

}  // namespace
}  // namespace entente::node::search

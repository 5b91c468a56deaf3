#include "node/search/name_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace entente::node::search {
namespace {

// Invented persons.
NameIndex Small() {
  NameIndex index;
  index.Add(
      {1, {{"KARIM MANSOUR AL-HADDADI", false}, {"The Tailor", true}}, {{1971, 1971, false}}});
  index.Add({2, {{"Yevgeny Borisovich Malinovsky", false}, {"Евгений Малиновский", false}}, {}});
  index.Add({3, {{"RI YONG WON", false}}, {{1960, 1964, false}}});
  index.Add({4, {{"Abd al-Rahman Quraishi", false}}, {{1950, 1950, true}}});
  return index;
}

uint64_t FirstOf(const NameIndex& index, const NameQuery& query) {
  const auto found = index.Find(query, 3);
  return found.empty() ? 0 : found.front().id;
}

TEST(NameIndex, FindsOtherSpellingsOrdersAndScripts) {
  const NameIndex index = Small();
  EXPECT_EQ(FirstOf(index, {"HADDADI, Kareem Mansur", {}}), 1u);
  EXPECT_EQ(FirstOf(index, {"Alhadadi Mansour Karim", {}}), 1u);
  EXPECT_EQ(FirstOf(index, {"Evgenii Malinovskii", {}}), 2u);
  EXPECT_EQ(FirstOf(index, {"МАЛИНОВСКИЙ Евгений", {}}), 2u);
  EXPECT_EQ(FirstOf(index, {"Ri Yongwon", {}}), 3u);
  EXPECT_EQ(FirstOf(index, {"Yong-Won RI", {}}), 3u);
  EXPECT_EQ(FirstOf(index, {"Abdurrahman Qureshi", {}}), 4u);
  EXPECT_EQ(FirstOf(index, {"عبد الرحمن قريشي", {}}), 4u);
}

TEST(NameIndex, DoesNotFindOthers) {
  const NameIndex index = Small();
  EXPECT_EQ(FirstOf(index, {"Karim Boulghiti", {}}), 0u);
  EXPECT_EQ(FirstOf(index, {"Abdul Rahman Siddiqui", {}}), 0u);
  EXPECT_EQ(FirstOf(index, {"Kim Yong Chol", {}}), 0u);
  EXPECT_EQ(FirstOf(index, {"", {}}), 0u);
  EXPECT_EQ(FirstOf(index, {"al", {}}), 0u);
  EXPECT_EQ(FirstOf(NameIndex(), {"Karim Haddadi", {}}), 0u);
}

TEST(NameIndex, SaysWhichPartsAgreedAndHow) {
  const NameIndex index = Small();
  const auto found = index.Find({"Haddadi Kareem", 1971}, 3);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, 0u);
  EXPECT_EQ(found[0].year, YearAgreement::kAgrees);
  EXPECT_FALSE(found[0].in_order);
  ASSERT_EQ(found[0].parts.size(), 2u);
  EXPECT_EQ(found[0].parts[0].asked, "HADDADI");
  EXPECT_EQ(found[0].parts[0].how, Agreement::kExact);
  EXPECT_EQ(found[0].parts[1].asked, "KAREEM");
  EXPECT_EQ(found[0].parts[1].known, "KARIM");
  EXPECT_EQ(found[0].parts[1].how, Agreement::kPhonetic);
  const auto joined = index.Find({"Ri Yongwon", {}}, 3);
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].parts.back().known, "YONG WON");
}

YearAgreement YearOf(const NameIndex& index, const std::string& name, uint16_t year) {
  const auto found = index.Find({name, year}, 1, 0.0001);
  return found.empty() ? YearAgreement::kMissing : found.front().year;
}

TEST(NameIndex, ComparesYears) {
  const NameIndex index = Small();
  EXPECT_EQ(YearOf(index, "Ri Yong Won", 1960), YearAgreement::kAgrees);
  EXPECT_EQ(YearOf(index, "Ri Yong Won", 1962), YearAgreement::kAgrees);
  EXPECT_EQ(YearOf(index, "Ri Yong Won", 1965), YearAgreement::kNear);
  EXPECT_EQ(YearOf(index, "Ri Yong Won", 1980), YearAgreement::kContradicts);
  EXPECT_EQ(YearOf(index, "Abdurrahman Quraishi", 1953), YearAgreement::kNear);
  EXPECT_EQ(YearOf(index, "Abdurrahman Quraishi", 1955), YearAgreement::kContradicts);
  EXPECT_EQ(YearOf(index, "Yevgeny Malinovsky", 1955), YearAgreement::kMissing);
}

TEST(NameIndex, RemovingLeavesNothing) {
  NameIndex index = Small();
  EXPECT_EQ(index.entries(), 4u);
  EXPECT_TRUE(index.Remove(1));
  EXPECT_FALSE(index.Remove(1));
  EXPECT_EQ(FirstOf(index, {"Karim Mansour al-Haddadi", {}}), 0u);
  EXPECT_EQ(FirstOf(index, {"Ri Yong Won", {}}), 3u);
  for (const uint64_t id : {2, 3, 4}) EXPECT_TRUE(index.Remove(id));
  EXPECT_EQ(index.entries(), 0u);
  EXPECT_EQ(index.words(), 0u);
}

TEST(NameIndex, AddingAgainReplaces) {
  NameIndex index = Small();
  index.Add({1, {{"Somebody Else Entirely", false}}, {}});
  EXPECT_EQ(index.entries(), 4u);
  EXPECT_EQ(FirstOf(index, {"Karim Mansour al-Haddadi", {}}), 0u);
  EXPECT_EQ(FirstOf(index, {"Somebody Else Entirely", {}}), 1u);
}

// Whatever was added and removed before, the answers are those of an index built anew.
TEST(NameIndex, HistoryDoesNotMatter) {
  const char* const given[] = {"Karim", "Olga", "Yong", "Bosco",
                               "Amina", "Juan", "Li",   "Abdulkarim"};
  const char* const family[] = {"Haddad", "Malinova", "Won", "Mukendi", "Warsame", "Orozco", "Wei"};
  std::mt19937 random(11);
  const auto entry = [&](uint64_t id) {
    IndexEntry made{.id = id, .names = {}, .years = {}};
    for (size_t n = random() % 3 + 1; n > 0; --n) {
      made.names.push_back({std::string(given[random() % std::size(given)]) + " " +
                                given[random() % std::size(given)] + " " +
                                family[random() % std::size(family)],
                            random() % 4 == 0});
    }
    if (random() % 2 == 0) made.years.push_back({1970, static_cast<uint16_t>(1970 + random() % 9)});
    return made;
  };
  NameIndex worn;
  std::map<uint64_t, IndexEntry> held;
  for (int step = 0; step < 600; ++step) {
    const uint64_t id = random() % 40;
    if (random() % 3 == 0) {
      EXPECT_EQ(worn.Remove(id), held.erase(id) == 1);
    } else {
      held[id] = entry(id);
      worn.Add(held[id]);
    }
  }
  NameIndex fresh;
  for (const auto& [id, one] : held) fresh.Add(one);
  EXPECT_EQ(worn.words(), fresh.words());
  for (const char* name : {"Karim Haddad", "Olga Yong Won", "Amina Warsame Li", "Juan Orozko"}) {
    const auto expected = fresh.Find({name, 1975}, 5, 0.01);
    const auto found = worn.Find({name, 1975}, 5, 0.01);
    ASSERT_EQ(found.size(), expected.size()) << name;
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].id, expected[i].id) << name;
      EXPECT_DOUBLE_EQ(found[i].score, expected[i].score) << name;
    }
  }
}

TEST(NameIndex, TakesAnyText) {
  NameIndex index;
  const std::string longest(100'000, 'Q');
  index.Add({1, {{longest, false}, {"\xff\xfe", false}, {"", false}, {"12 34", false}}, {}});
  index.Add({2, std::vector<IndexName>(400, IndexName{"Karim Haddad", false}), {}});
  EXPECT_EQ(FirstOf(index, {longest, {}}), 1u);
  EXPECT_EQ(FirstOf(index, {"Karim Haddad", {}}), 2u);
  EXPECT_TRUE(index.Remove(1));
  EXPECT_TRUE(index.Remove(2));
  EXPECT_EQ(index.words(), 0u);
}

}  // namespace
}  // namespace entente::node::search

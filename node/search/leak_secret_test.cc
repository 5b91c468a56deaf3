// The made cases: what gives something away is caught; what does not is counted, and a bound kept.
#include "node/search/leak_secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <span>

#include "node/search/leak_cases.h"
#include "node/search/leak_clean_cases.h"

namespace entente::node::search {
namespace {

using testing::LeakCase;
using testing::Withheld;

SecretKind KindOf(Withheld kind) {
  switch (kind) {
    case Withheld::kPersonName:
    case Withheld::kHolder:
      return SecretKind::kName;
    case Withheld::kOrganisation:
      return SecretKind::kOrganisation;
    case Withheld::kPhone:
      return SecretKind::kPhone;
    case Withheld::kEmail:
    case Withheld::kHandle:
      return SecretKind::kWord;
    case Withheld::kBirthDate:
      return SecretKind::kDay;
    case Withheld::kAddressLine:
      return SecretKind::kAddress;
    default:
      return SecretKind::kNumber;
  }
}

bool Leaks(const LeakCase& one) {
  if (one.kind == Withheld::kSafeContact) {
    return std::ranges::any_of(SecretsIn(one.value), [&](const Secret& secret) {
      return secret.IsIn(ReadText(one.text));
    });
  }
  std::string value = one.value;
  if (one.kind == Withheld::kBirthDate && value[2] == '.') {
    value = value.substr(6) + "-" + value.substr(3, 2) + "-" + value.substr(0, 2);
  }
  return Secret(KindOf(one.kind), value).IsIn(ReadText(one.text));
}

struct Tally {
  size_t caught = 0;
  size_t all = 0;
};

std::map<std::string, Tally> Count(std::span<const LeakCase> cases, bool expected) {
  std::map<std::string, Tally> tallies;
  for (const LeakCase& one : cases) {
    const bool leaks = Leaks(one);
    tallies[one.way].all += 1;
    tallies[one.way].caught += leaks ? 1 : 0;
    if (leaks == expected) continue;
    std::cout << (expected ? "missed " : "false alarm ") << one.id << ": " << one.value << " | "
              << one.text << "\n";
  }
  for (const auto& [way, tally] : tallies) {
    std::cout << way << ": " << tally.caught << " of " << tally.all << "\n";
  }
  return tallies;
}

Tally SumOf(const std::map<std::string, Tally>& tallies) {
  Tally sum;
  for (const auto& [way, tally] : tallies) sum = {sum.caught + tally.caught, sum.all + tally.all};
  return sum;
}

TEST(LeakSecretTest, WhatGivesSomethingAwayIsCaught) {
  const auto tallies = Count(testing::kLeaking, true);
  EXPECT_EQ(tallies.size(), 5u);
  const Tally sum = SumOf(tallies);
  EXPECT_GE(sum.all, 100u);
  // Park that is written Bak, Levi without vowels, and a number half of it in words.
  EXPECT_GE(sum.caught + 3, sum.all);
}

TEST(LeakSecretTest, FewAlarmsAreFalse) {
  const Tally sum = SumOf(Count(testing::kClean, false));
  EXPECT_GE(sum.all, 100u);
  EXPECT_EQ(sum.caught, 0u);
}

}  // namespace
}  // namespace entente::node::search

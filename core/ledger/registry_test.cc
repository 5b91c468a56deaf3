#include "core/ledger/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/decide.h"
#include "tests/support/federation.h"

namespace entente::ledger {
namespace {

using testing::Federation;
using testing::kFounded;

TEST(Registry, HoldsTheWholeFederationAfterItsFoundingStatements) {
  const Federation federation;
  const Registry registry = federation.NewRegistry();
  EXPECT_EQ(registry.snapshot_number(), federation.Founding().size() + 1);
  EXPECT_EQ(registry.StateOf("FR.fiu", kFounded), AgencyState::kAdmitted);
  EXPECT_EQ(registry.StateOf("FR.other", kFounded), AgencyState::kUnknown);
  EXPECT_EQ(registry.Agencies(kFounded).size(), 5u);
  const auto snapshot = registry.PolicySnapshot(kFounded);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ((*snapshot)->number(), registry.snapshot_number());
}

}  // namespace
}  // namespace entente::ledger

#include "node/list_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/exchange_fixture.h"
#include "node/table.h"

namespace entente::node {
namespace {

class ListEntryTest : public ::testing::Test {
 protected:
  v1::Draft Entry(const std::string& name = "UN list XXi.003") {
    v1::Draft draft = world.Alert({"BR.fiu"});
    draft.set_list_entry(name);
    return draft;
  }
  v1::PreviewResponse Preview(const v1::Draft& draft) {
    const auto preview = world.node("FR.fiu")->Preview("author", draft, world.now);
    EXPECT_TRUE(preview.ok()) << preview.status();
    return preview.value_or(v1::PreviewResponse());
  }
  void Recall(const std::string& record, bool by_list) {
    v1::RecallRequest request;
    request.set_record_id(record);
    request.set_ground(v1::RECALL_GROUND_WITHDRAWN);
    request.set_by_list(by_list);
    request.set_justification("found");
    ASSERT_TRUE(world.node("FR.fiu")->Recall("author", request, world.now).ok());
    world.Settle();
  }

  AlertWorld world;
};

TEST_F(ListEntryTest, WhatWasRecalledByHandIsKnownByItsEntry) {
  const std::string id = world.Publish(Entry());
  world.Settle();
  EXPECT_FALSE(Preview(Entry()).has_recalled());
  Recall(id, false);
  world.node("FR.fiu").Restart(world.now);
  const v1::PreviewResponse preview = Preview(Entry());
  EXPECT_EQ(preview.recalled().record_id(), id);
  EXPECT_EQ(preview.recalled().ground(), v1::RECALL_GROUND_WITHDRAWN);
  EXPECT_FALSE(Preview(Entry("UN list XXi.004")).has_recalled());
  world.Publish(Entry());
  EXPECT_FALSE(Preview(Entry()).has_recalled()) << "published all the same";
}

TEST_F(ListEntryTest, WhatTheListLeftOutItMayNameAgain) {
  const std::string id = world.Publish(Entry());
  world.Settle();
  Recall(id, true);
  EXPECT_FALSE(Preview(Entry()).has_recalled());
}

TEST_F(ListEntryTest, TheStoreDoesNotSayWhoWasRecalled) {
  const std::string id = world.Publish(Entry());
  world.Settle();
  Recall(id, false);
  size_t rows = 0;
  for (const store::Family& family : Engine::Families()) {
    const absl::Status read =
        ForEachBytes(world.node("FR.fiu").store, family, "", [&](auto key, auto value) {
          ++rows;
          EXPECT_EQ(key.find("XXi.003"), key.npos) << family.name();
          EXPECT_EQ(value.find("XXi.003"), value.npos) << family.name();
          return absl::OkStatus();
        });
    ASSERT_TRUE(read.ok()) << read;
  }
  EXPECT_GT(rows, 10u);
}

}  // namespace
}  // namespace entente::node

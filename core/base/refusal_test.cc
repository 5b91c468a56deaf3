#include "core/base/refusal.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

TEST(Refusal, TravelsInsideAStatus) {
  const absl::Status status =
      Refuse({Reason::kLabelMissing, "purpose", "no purpose: 3:x", "say why", "00ff", 7});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto refusal = RefusalOf(status);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(ReasonText(*refusal), "label-missing:purpose");
  EXPECT_EQ(refusal->text, "no purpose: 3:x");
  EXPECT_EQ(refusal->advice, "say why");
  EXPECT_EQ(refusal->record_id, "00ff");
  EXPECT_EQ(refusal->log_index, 7u);
}

TEST(Refusal, EveryReasonHasAWordAndAdvice) {
  for (int i = 0; i <= static_cast<int>(Reason::kShuttingDown); ++i) {
    const Reason reason = static_cast<Reason>(i);
    EXPECT_EQ(ReasonFromWord(ReasonWord(reason)), reason);
    EXPECT_GT(DefaultAdvice(reason).size(), 20u);
    EXPECT_NE(ReasonCode(reason), absl::StatusCode::kOk);
  }
}

TEST(Refusal, AnOrdinaryErrorIsNone) {
  EXPECT_FALSE(RefusalOf(absl::InternalError("disk")));
  EXPECT_FALSE(RefusalOf(absl::OkStatus()));
}

TEST(Refusal, NamesTheRecordOnce) {
  const absl::Status plain = Refuse(Reason::kExpired, "over");
  const absl::Status named = NamingRecord(plain, "0a");
  EXPECT_EQ(RefusalOf(named)->record_id, "0a");
  EXPECT_EQ(RefusalOf(named)->text, "over");
  EXPECT_EQ(RefusalOf(NamingRecord(named, "0b"))->record_id, "0a");
  EXPECT_EQ(NamingRecord(absl::InternalError("x"), "0a"), absl::InternalError("x"));
  EXPECT_TRUE(NamingRecord(absl::OkStatus(), "0a").ok());
}

}  // namespace
}  // namespace entente

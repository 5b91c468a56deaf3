#include "core/net/refusal_status.h"

#include <gtest/gtest.h>

#include "entente/v1/status.pb.h"

namespace entente::net {
namespace {

void ExpectSame(const Refusal& a, const Refusal& b) {
  EXPECT_EQ(ReasonText(a), ReasonText(b));
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.advice, b.advice);
  EXPECT_EQ(a.record_id, b.record_id);
  EXPECT_EQ(a.log_index, b.log_index);
}

TEST(RefusalStatus, EveryReasonComesBackAsItWasSent) {
  for (int i = 0; i <= static_cast<int>(Reason::kShuttingDown); ++i) {
    const Reason reason = static_cast<Reason>(i);
    const Refusal sent{reason, "", "what happened", "what to do", std::string(32, 'a'), 7};
    const grpc::Status wire = ToGrpcStatus(Refuse(sent));
    EXPECT_EQ(static_cast<int>(wire.error_code()), static_cast<int>(ReasonCode(reason)));
    const auto back = RefusalOf(FromGrpcStatus(wire));
    ASSERT_TRUE(back.has_value()) << ReasonWord(reason);
    ExpectSame(*back, sent);
  }
}

TEST(RefusalStatus, KeepsTheSubject) {
  const Refusal sent{Reason::kLabelMissing, "purpose", "no purpose",
                     "fill it in",          "",        std::nullopt};
  const auto back = RefusalOf(FromGrpcStatus(ToGrpcStatus(Refuse(sent))));
  ASSERT_TRUE(back.has_value());
  ExpectSame(*back, sent);
  EXPECT_EQ(ToMessage(sent).reason(), "label-missing:purpose");
}

TEST(RefusalStatus, DetailsHaveTheDocumentedForm) {
  const grpc::Status wire = ToGrpcStatus(Refuse(Reason::kQuota, "too many"));
  v1::StatusDetails details;
  ASSERT_TRUE(details.ParseFromString(wire.error_details()));
  EXPECT_EQ(details.code(), 8);
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/entente.v1.Refusal");
}

TEST(RefusalStatus, ALocalFaultTellsNothingOfTheMachine) {
  const grpc::Status wire = ToGrpcStatus(absl::InternalError("cannot write /var/lib/x: errno 5"));
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(wire.error_message().find("/var"), std::string::npos);
  EXPECT_FALSE(RefusalOf(FromGrpcStatus(wire)).has_value());
  EXPECT_EQ(FromGrpcStatus(wire).code(), absl::StatusCode::kInternal);
}

TEST(RefusalStatus, WhatIsNotThereIsAnAnswerAndNoFault) {
  const grpc::Status wire = ToGrpcStatus(absl::NotFoundError("no record 12 in /var/lib/x"));
  const absl::Status back = FromGrpcStatus(wire);
  EXPECT_EQ(back.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(back.message(), "nothing of that name or number is kept here");
  EXPECT_FALSE(RefusalOf(back).has_value());
}

TEST(RefusalStatus, OkIsOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(RefusalStatus, ForeignDetailsAreNoRefusal) {
  const grpc::Status garbage(grpc::StatusCode::UNAVAILABLE, "away", "\xff\xff not a message");
  EXPECT_FALSE(RefusalOf(FromGrpcStatus(garbage)).has_value());
  v1::Refusal unknown;
  unknown.set_reason("because");
  EXPECT_FALSE(FromMessage(unknown).has_value());
  v1::StatusDetails details;
  details.add_details()->PackFrom(unknown);
  const grpc::Status wire(grpc::StatusCode::NOT_FOUND, "x", details.SerializeAsString());
  EXPECT_EQ(FromGrpcStatus(wire).code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(RefusalOf(FromGrpcStatus(wire)).has_value());
}

}  // namespace
}  // namespace entente::net

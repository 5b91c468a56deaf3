#include "cli/failure.h"

#include <gtest/gtest.h>

#include "cli/json.h"
#include "core/net/refusal_status.h"

namespace entente::cli {
namespace {

const Peer kDesk{Peer::Kind::kDesk, "unix:desk.sock"};
const Peer kBroker{Peer::Kind::kBroker, "broker:7443"};

// What arrives of it over the wire.
absl::Status Wire(const absl::Status& status) {
  return net::FromGrpcStatus(net::ToGrpcStatus(status));
}

Failure AtDesk(const absl::Status& status) {
  return PeerFailure(Language::kEnglish, kDesk, status);
}

TEST(Failure, ARefusalIsANoWithItsReasonAndAdvice) {
  const Failure failure = AtDesk(Wire(Refuse(Reason::kWrongAgency, "this desk belongs to FR.fiu")));
  EXPECT_EQ(failure.exit_code, kAnswerIsNo);
  EXPECT_EQ(failure.reason, "wrong-agency");
  const std::string text = RenderFailure(Language::kFrench, failure);
  EXPECT_NE(text.find("wrong-agency"), text.npos);
  EXPECT_NE(text.find("this desk belongs to FR.fiu"), text.npos);
  EXPECT_NE(text.find("Que faire"), text.npos);
}

TEST(Failure, WhatIsNotThereIsANoAndNoFault) {
  const Failure failure = AtDesk(Wire(absl::NotFoundError("no record 12 at this node")));
  EXPECT_EQ(failure.exit_code, kAnswerIsNo);
  EXPECT_EQ(failure.reason, "not-found");
  EXPECT_EQ(failure.error.find("fault"), std::string::npos) << failure.error;
  EXPECT_FALSE(failure.advice.empty());
}

TEST(Failure, APeerThatDoesNotAnswerIsNamed) {
  EXPECT_EQ(AtDesk(absl::UnavailableError("x")).exit_code, kPeerNotReachable);
  const Failure broker =
      PeerFailure(Language::kEnglish, kBroker, absl::DeadlineExceededError("late"));
  EXPECT_EQ(broker.exit_code, kPeerNotReachable);
  EXPECT_NE(broker.error.find("The broker at broker:7443"), std::string::npos);
  EXPECT_EQ(broker.advice.find("desk"), std::string::npos);
}

TEST(Failure, AMessageTooLargeForTheWireIsNoFaultOfThisMachine) {
  const Failure failure = AtDesk(absl::ResourceExhaustedError("Received message larger than max"));
  EXPECT_EQ(failure.exit_code, kAnswerIsNo);
  EXPECT_EQ(failure.error.find("this machine"), std::string::npos);
  const Failure quota = AtDesk(Wire(Refuse(Reason::kQuota, "too many")));
  EXPECT_EQ(quota.reason, "quota");
}

TEST(Failure, AFaultOfThePeerIsSaidOfThePeer) {
  const Failure failure = AtDesk(Wire(absl::InternalError("disk")));
  EXPECT_EQ(failure.exit_code, kLocalFault);
  EXPECT_NE(failure.error.find(kDesk.address), std::string::npos);
}

TEST(Failure, WhatLiesHereIsInputOrLocalFault) {
  const auto code = [](const absl::Status& status) {
    return LocalFailure(Language::kEnglish, status).exit_code;
  };
  EXPECT_EQ(code(absl::NotFoundError("a.toml: no such file")), kInputRefused);
  EXPECT_EQ(code(absl::PermissionDeniedError("key is open to others")), kInputRefused);
  EXPECT_EQ(code(Refuse(Reason::kTooLarge, "a.toml:1:1: larger than allowed")), kInputRefused);
  EXPECT_EQ(code(Refuse(Reason::kNotAuthenticated, "no officer's certificate")), kInputRefused);
  EXPECT_EQ(code(Refuse(Reason::kBadSignature, "not signed by its key")), kAnswerIsNo);
  EXPECT_EQ(code(absl::InternalError("disk")), kLocalFault);
}

TEST(Failure, JsonIsOneLineOfAsciiWithEveryField) {
  Refusal refusal{Reason::kLabelMissing, "purpose", "a\nb\x1b\xe2\x80\xae\xff", "", "ab", 7};
  const std::string line = FailureJson(AtDesk(Refuse(std::move(refusal))));
  EXPECT_TRUE(std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7f; })) << line;
  const Json json = Json::parse(line);
  EXPECT_EQ(json["reason"], "label-missing:purpose");
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["record_id"], "ab");
  EXPECT_EQ(json["log_index"], 7);
  EXPECT_FALSE(json["error"].get<std::string>().empty());
  EXPECT_FALSE(json["advice"].get<std::string>().empty());
}

TEST(Failure, NothingAPeerSaysSteersTheTerminal) {
  Refusal refusal{Reason::kMalformed, "", "\x1b[2J\nDone.", "\nDo this\xe2\x80\xae", "", {}};
  for (const absl::Status& status :
       {Refuse(std::move(refusal)), absl::UnavailableError("\x1b\nDone."),
        absl::InternalError("\x1b\nDone.")}) {
    const std::string text = RenderFailure(Language::kEnglish, AtDesk(status));
    EXPECT_EQ(text.find('\x1b'), text.npos) << text;
    EXPECT_EQ(text.find("\nDo"), text.npos) << text;
    EXPECT_EQ(text.find("\xe2\x80\xae"), text.npos) << text;
  }
}

}  // namespace
}  // namespace entente::cli

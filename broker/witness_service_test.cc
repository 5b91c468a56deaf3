// A quorum of witnesses at the members, over the wire.
#include "broker/witness_service.h"

#include <gtest/gtest.h>

#include "core/audit/add_checkpoint.h"
#include "core/audit/note.h"
#include "core/base/refusal.h"
#include "core/net/refusal_status.h"
#include "tests/support/broker_server_fixture.h"

namespace entente::broker {
namespace {

testing::FederationOptions FourOfFive() {
  testing::FederationOptions options;
  options.quorum = 4;
  return options;
}

class WitnessServiceTest : public ::testing::Test {
 protected:
  using Channel = std::shared_ptr<grpc::Channel>;

  absl::StatusOr<std::string> Next(const Channel& channel, const std::string& agency,
                                   uint64_t cosigned = 0) {
    v1::NextCheckpointRequest request;
    request.set_witness(world.federation.WitnessKey(agency).Text());
    request.set_cosigned_size(cosigned);
    v1::NextCheckpointResponse response;
    grpc::ClientContext context;
    const absl::Status status = net::FromGrpcStatus(
        v1::Witness::NewStub(channel)->NextCheckpoint(&context, request, &response));
    if (!status.ok()) return status;
    return response.add_checkpoint();
  }
  // Of what Next() gave.
  absl::Status Cosign(const Channel& channel, const std::string& agency, const std::string& body) {
    const auto note = audit::ParseNote(audit::ParseAddCheckpoint(body)->note);
    v1::CosignRequest request;
    request.set_witness(world.federation.WitnessKey(agency).Text());
    request.set_size(audit::ParseCheckpointText(note->text)->size);
    request.set_signatures(audit::SignatureLine(audit::CosignNote(
        note->text, world.federation.WitnessKey(agency).name(),
        static_cast<uint64_t>(world.clock.Now().ms) / 1000, world.federation.witness(agency))));
    v1::CosignResponse response;
    grpc::ClientContext context;
    return net::FromGrpcStatus(v1::Witness::NewStub(channel)->Cosign(&context, request, &response));
  }
  void CosignAll(const std::vector<std::string>& agencies) {
    for (const std::string& agency : agencies) {
      const Channel channel = world.ChannelOf(agency);
      const auto body = Next(channel, agency);
      ASSERT_TRUE(body.ok()) << body.status();
      const absl::Status status = Cosign(channel, agency, *body);
      EXPECT_TRUE(status.ok()) << status;
    }
  }
  // As GetCheckpoint and GetEntries give it, which are one.
  std::string Witnessed() {
    const auto stub = v1::Transparency::NewStub(world.ChannelOf("FR.fiu"));
    grpc::ClientContext first, second;
    v1::GetCheckpointResponse checkpoint;
    v1::GetEntriesRequest request;
    v1::GetEntriesResponse entries;
    EXPECT_TRUE(stub->GetCheckpoint(&first, {}, &checkpoint).ok());
    EXPECT_TRUE(stub->GetEntries(&second, request, &entries).ok());
    EXPECT_EQ(checkpoint.witnessed(), entries.witnessed());
    return checkpoint.witnessed();
  }

  ShellWorld world{{}, FourOfFive()};
};

TEST_F(WitnessServiceTest, AQuorumIsServedAndSurvivesARestart) {
  world.clock.Move(kRoundMs);
  EXPECT_EQ(Witnessed(), "");
  CosignAll({"FR.fiu", "BR.fiu", "DE.fiu"});
  EXPECT_EQ(Witnessed(), "");
  CosignAll({"CH.fiu"});
  const std::string note = Witnessed();
  const auto quorum = world.federation.genesis().quorum();
  const auto verified =
      audit::VerifyCheckpoint(note, world.federation.genesis()->checkpoint, quorum->witnesses());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->checkpoint.size, world.TreeSize());
  EXPECT_TRUE(quorum->MetSince(verified->cosignatures));
  world.Stop();
  world.Start();
  EXPECT_EQ(Witnessed(), note);
}

// The key counts; a certificate of the federation is needed to come so far.
TEST_F(WitnessServiceTest, WhoeverIsOfTheFederationMayCallAndNobodyElse) {
  const auto officer = world.ChannelAs("agency/BR/fiu/officer/bruno");
  const auto body = Next(officer, "FR.fiu");
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_TRUE(Cosign(officer, "FR.fiu", *body).ok());
  const auto stranger = world.ChannelAs("agency/FR/fiu", "BR");
  EXPECT_TRUE(IsRefusal(Next(stranger, "FR.fiu").status(), Reason::kNotAuthenticated))
      << Next(stranger, "FR.fiu").status();
  EXPECT_FALSE(Cosign(stranger, "FR.fiu", *body).ok());
}

TEST_F(WitnessServiceTest, RefusalsComeWithTheirReason) {
  EXPECT_TRUE(
      IsRefusal(Next(world.ChannelOf("FR.fiu"), "FR.fiu", 1'000'000).status(), Reason::kFork));
  v1::NextCheckpointRequest request;
  request.set_witness("somebody");
  v1::NextCheckpointResponse response;
  grpc::ClientContext context;
  EXPECT_TRUE(IsRefusal(net::FromGrpcStatus(v1::Witness::NewStub(world.ChannelOf("FR.fiu"))
                                                ->NextCheckpoint(&context, request, &response)),
                        Reason::kNotAuthorised));
}

}  // namespace
}  // namespace entente::broker

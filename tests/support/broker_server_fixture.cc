#include "tests/support/broker_server_fixture.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "core/record/statements.h"
#include "spdlog/spdlog.h"

namespace entente::broker {
namespace {

// Far to both sides, so that neither the hand clock nor the real one leaves it.
constexpr int64_t kFiveYears = 5 * 365 * int64_t{86'400};
constexpr int64_t kDeadlineMs = 30 * limits::kSecondMs;

std::string AuthorityIn(const std::string& path) {
  if (path.starts_with("broker/")) return "broker";
  return path.substr(path.find('/') + 1, path.find('/', path.find('/') + 1) - path.find('/') - 1);
}

template <typename Client, typename Service>
std::unique_ptr<Client> NewClient(const std::shared_ptr<grpc::Channel>& channel) {
  auto client = std::make_unique<Client>();
  client->stub = Service::NewStub(channel);
  net::SetDeadline(client->context, kDeadlineMs);
  return client;
}

}  // namespace

ShellWorld::ShellWorld(ServerOptions options, testing::FederationOptions founded)
    : federation(std::move(founded)), options_(std::move(options)) {
  spdlog::set_level(spdlog::level::off);
  net::SendGrpcLogTo([](const std::string&) {});
  std::map<std::string, std::string> pems;
  for (const char* name : {"FR", "BR", "DE", "CH", "AE", "broker"}) {
    authorities_[name] = std::make_unique<testing::TestAuthority>(name);
    pems[name] = authorities_[name]->certificate_pem();
  }
  anchors_ = *net::TrustAnchors::Create(federation.name(), pems);
  const absl::Status status = InitLog(store, federation.genesis().text(), Assets().keys);
  EXPECT_TRUE(status.ok()) << status;
  Start();
  LogFounding();
}

ShellWorld::~ShellWorld() = default;

BrokerAssets ShellWorld::Assets() const {
  const auto issued = authorities_.at("broker")->Issue(testing::CertificateWish{
      {"spiffe://" + federation.name() + "/broker/broker-1"}, -kFiveYears, kFiveYears});
  return {federation.genesis(),
          {federation.checkpoint_key().Clone(), federation.receipt_key().Clone(),
           federation.note_key().Clone()},
          {issued.certificate_pem, issued.key_pem},
          anchors_};
}

void ShellWorld::Start() {
  ServerOptions options = options_;
  options.steady = clock.Steady();
  options.attachments = files();
  auto started =
      BrokerServer::Start(options, Assets(), store, clock, random, [this] { ++failures; });
  ASSERT_TRUE(started.ok()) << started.status();
  server = *std::move(started);
  publisher_.reset();
}

void ShellWorld::LogFounding() {
  for (const ledger::Publication& publication : federation.Founding()) {
    const absl::Status status = Publish(publication);
    ASSERT_TRUE(status.ok()) << status;
  }
}

absl::Status ShellWorld::Publish(const ledger::Publication& publication) {
  if (!publisher_) publisher_ = ChannelOf("FR.fiu");
  v1::PublishRequest request;
  request.set_entry_kind(publication.kind);
  *request.mutable_statement() = publication.statement;
  request.set_text(publication.text);
  v1::PublishResponse response;
  grpc::ClientContext context;
  return net::FromGrpcStatus(
      v1::Directory::NewStub(publisher_)->Publish(&context, request, &response));
}

std::shared_ptr<grpc::Channel> ShellWorld::ChannelAs(const std::string& path,
                                                     std::string authority) {
  if (authority.empty()) authority = AuthorityIn(path);
  const auto issued = authorities_.at(authority)->Issue(testing::CertificateWish{
      {"spiffe://" + federation.name() + "/" + path}, -kFiveYears, kFiveYears});
  return net::OpenChannel(server->address(),
                          net::ClientTls({issued.certificate_pem, issued.key_pem}, anchors_,
                                         net::BrokerCaller("broker-1"), clock));
}

std::shared_ptr<grpc::Channel> ShellWorld::ChannelOf(const std::string& agency) {
  return ChannelAs("agency/" + agency.substr(0, 2) + "/" + agency.substr(3));
}

v1::Submission ShellWorld::PairHead(uint64_t number, const std::string& from, const std::string& to,
                                    uint64_t count) const {
  v1::PairHead head;
  head.set_log_origin(federation.log_origin());
  head.set_origin(from);
  head.set_recipient(to);
  head.set_bulk_seq(count);
  head.set_instant_ms(static_cast<uint64_t>(testing::kFounded.ms));
  v1::Submission submission;
  submission.set_number(number);
  submission.mutable_notice()->set_type(v1::NOTICE_TYPE_PAIR_HEAD);
  *submission.mutable_notice()->mutable_statement() =
      record::SignBody(federation.name(), head,
                       {{federation.agency(from).record_signing, crypto::KeyUse::kRecordSigning}});
  return submission;
}

absl::StatusOr<v1::SubmitResponse> ShellWorld::Submit(
    const std::string& agency, const std::vector<v1::Submission>& submissions) {
  const auto client = OpenSubmit(ChannelOf(agency));
  v1::SubmitRequest request;
  for (const v1::Submission& submission : submissions) *request.add_submissions() = submission;
  client->Write(request);
  auto response = client->Read();
  const absl::Status status = client->End();
  if (!response) return status;
  return *std::move(response);
}

uint64_t ShellWorld::TreeSize() {
  const auto stub = v1::Transparency::NewStub(ChannelOf("FR.fiu"));
  grpc::ClientContext context;
  v1::GetCheckpointResponse response;
  const grpc::Status status = stub->GetCheckpoint(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  const auto key = audit::VerifyCheckpoint(response.checkpoint(), federation.genesis()->checkpoint);
  EXPECT_TRUE(key.ok()) << key.status();
  return key->checkpoint.size;
}

template <typename Stub, typename Request, typename Response>
absl::Status ClientStream<Stub, Request, Response>::End(size_t* read) {
  stream->WritesDone();
  while (Read()) {
    if (read != nullptr) ++*read;
  }
  return net::FromGrpcStatus(stream->Finish());
}
template struct ClientStream<v1::Broker::Stub, v1::SubmitRequest, v1::SubmitResponse>;
template struct ClientStream<v1::Mailbox::Stub, v1::PullRequest, v1::PullResponse>;
template struct ClientStream<v1::Attachments::Stub, v1::UploadRequest, v1::UploadResponse>;
template struct ClientStream<v1::Attachments::Stub, v1::FetchRequest, v1::FetchResponse>;

std::unique_ptr<SubmitClient> OpenSubmit(const std::shared_ptr<grpc::Channel>& channel) {
  auto client = NewClient<SubmitClient, v1::Broker>(channel);
  client->stream = client->stub->Submit(&client->context);
  return client;
}

std::unique_ptr<PullClient> OpenPull(const std::shared_ptr<grpc::Channel>& channel) {
  auto client = NewClient<PullClient, v1::Mailbox>(channel);
  client->stream = client->stub->Pull(&client->context);
  return client;
}

std::unique_ptr<PullClient> StartPull(const std::shared_ptr<grpc::Channel>& channel,
                                      uint32_t max_deliveries) {
  auto client = OpenPull(channel);
  v1::PullRequest request;
  request.mutable_start()->set_max_deliveries(max_deliveries);
  client->Write(request);
  return client;
}

std::unique_ptr<UploadClient> StartUpload(const std::shared_ptr<grpc::Channel>& channel,
                                          const record::FileShape& shape) {
  auto client = NewClient<UploadClient, v1::Attachments>(channel);
  client->stream = client->stub->Upload(&client->context);
  v1::UploadRequest request;
  request.mutable_start()->mutable_file()->set_size(shape.size);
  request.mutable_start()->mutable_file()->set_root(ToString(shape.root));
  client->Write(request);
  return client;
}

std::unique_ptr<FetchClient> StartFetch(const std::shared_ptr<grpc::Channel>& channel,
                                        std::string_view record_hash, std::string_view section_id,
                                        uint64_t offset) {
  auto client = NewClient<FetchClient, v1::Attachments>(channel);
  client->stream = client->stub->Fetch(&client->context);
  v1::FetchRequest request;
  request.mutable_start()->set_record_hash(std::string(record_hash));
  request.mutable_start()->set_section_id(std::string(section_id));
  request.mutable_start()->set_offset(offset);
  client->Write(request);
  return client;
}

v1::PullRequest AcknowledgeThrough(v1::Lane lane, uint64_t seq) {
  v1::PullRequest request;
  request.mutable_acknowledge()->set_lane(lane);
  request.mutable_acknowledge()->set_through_seq(seq);
  return request;
}

}  // namespace entente::broker

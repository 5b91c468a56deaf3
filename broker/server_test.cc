#include "broker/server.h"

#include <arpa/inet.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "broker/metrics.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "tests/support/broker_fixture.h"
#include "tests/support/broker_server_fixture.h"

namespace entente::broker {
namespace {

grpc::ByteBuffer Nothing() {
  const grpc::Slice nothing("");
  return grpc::ByteBuffer(&nothing, 1);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice whole;
  if (!buffer.DumpToSingleSlice(&whole).ok()) return "";
  return std::string(reinterpret_cast<const char*>(whole.begin()), whole.size());
}

// One request of empty bytes to a method that this program has no stub of.
grpc::Status CallEmpty(const std::shared_ptr<grpc::Channel>& channel, const char* method,
                       std::string* answer = nullptr) {
  grpc::ClientContext context;
  net::SetDeadline(context, 10'000);
  grpc::ByteBuffer response;
  const grpc::Status status = grpc::internal::BlockingUnaryCall(
      channel.get(),
      grpc::internal::RpcMethod(method, nullptr, grpc::internal::RpcMethod::NORMAL_RPC), &context,
      Nothing(), &response);
  if (answer != nullptr && status.ok()) *answer = BytesOf(response);
  return status;
}

constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

std::string HttpGet(const std::string& address, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string out;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;) {
    out.append(buffer, static_cast<size_t>(n));
  }
  close(fd);
  return out;
}

TEST(Server, StopsWithLiveStreamsAndSaysWhy) {
  ShellWorld world;
  const auto channel = world.ChannelOf("FR.fiu");
  const auto submit = OpenSubmit(channel);
  const auto pull = StartPull(channel);
  v1::SubmitRequest request;
  *request.add_submissions() = world.PairHead(1, "FR.fiu", "BR.fiu");
  ASSERT_TRUE(submit->Write(request));
  ASSERT_TRUE(submit->Read());
  const absl::Time begin = absl::Now();
  world.Stop();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  EXPECT_TRUE(IsRefusal(submit->End(), Reason::kShuttingDown));
  EXPECT_TRUE(IsRefusal(pull->End(), Reason::kShuttingDown));
  EXPECT_EQ(world.failures, 0);
}

TEST(Server, WhatWasTakenIsAnsweredBeforeItStops) {
  ShellWorld world;
  const auto submit = OpenSubmit(world.ChannelOf("FR.fiu"));
  uint64_t answered = 0;
  std::thread reader([&] {
    while (const auto response = submit->Read()) answered += response->results_size();
  });
  std::thread stopper([&] {
    absl::SleepFor(absl::Milliseconds(20));
    world.Stop();
  });
  for (uint64_t number = 1; number <= 5000; ++number) {
    v1::SubmitRequest request;
    *request.add_submissions() = world.PairHead(number, "FR.fiu", "BR.fiu", number);
    if (!submit->Write(request)) break;
  }
  reader.join();
  stopper.join();
  EXPECT_TRUE(IsRefusal(submit->End(), Reason::kShuttingDown));
  // Every number of the log was answered, and every answer is in the log.
  world.Start();
  const uint64_t founded = 1 + world.federation.Founding().size();
  EXPECT_EQ(world.TreeSize(), founded + answered);
}

TEST(Server, StopsWhileAClientDoesNotRead) {
  ShellWorld world;
  std::vector<v1::Submission> many;
  for (uint64_t i = 1; i <= 64; ++i) many.push_back(world.PairHead(i, "FR.fiu", "BR.fiu", i));
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(world.Submit("FR.fiu", many).ok());
    for (auto& submission : many)
      submission = world.PairHead(submission.number() + 64, "FR.fiu", "BR.fiu", 1);
  }
  const auto pull = StartPull(world.ChannelOf("BR.fiu"), 1);
  ASSERT_TRUE(pull->Read());
  const absl::Time begin = absl::Now();
  world.Stop();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(2 * kStopSeconds));
}

TEST(Server, StartsAgainWithTheSameLog) {
  ShellWorld world;
  const auto first = world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "BR.fiu")});
  ASSERT_TRUE(first.ok());
  const uint64_t size = world.TreeSize();
  world.Stop();
  world.store.Crash();
  world.Start();
  EXPECT_EQ(world.TreeSize(), size);
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  EXPECT_TRUE(pull->Read());
}

// The disk as it was a while ago, put back from a copy, beside the high-water file of today.
TEST(Server, ADatabaseCutShortIsNotServed) {
  ShellWorld world;
  const auto open = [&](store::Store& store) {
    return Engine::Open(
               store, world.federation.genesis().text(),
               {world.federation.checkpoint_key().Clone(), world.federation.receipt_key().Clone(),
                world.federation.note_key().Clone()},
               {}, world.clock.Now())
        .status();
  };
  store::MemoryStore older{kBrokerFamilies};
  store::WriteBatch batch;
  for (store::Family family : kBrokerFamilies) {
    const auto rows = *world.store.Iterate(family, "");
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      batch.Put(family, rows->key(), rows->value());
    }
  }
  ASSERT_TRUE(older.Write(batch, store::Sync::kYes).ok());
  ASSERT_TRUE(older.PutFile("high-water", **world.store.ReadFile("high-water")).ok());
  ASSERT_TRUE(world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "BR.fiu")}).ok());
  world.Stop();
  EXPECT_TRUE(open(older).ok());
  EXPECT_TRUE(open(world.store).ok());
  ASSERT_TRUE(older.PutFile("high-water", **world.store.ReadFile("high-water")).ok());
  const absl::Status cut = open(older);
  EXPECT_TRUE(IsRefusal(cut, Reason::kFork)) << cut;
  EXPECT_NE(cut.message().find("cut short"), std::string::npos) << cut;
}

// A balancer must send nobody to a broker that only finishes what it took.
TEST(Server, HealthSaysNotServingWhileItStops) {
  ShellWorld world;
  const auto channel = world.ChannelOf("FR.fiu");
  grpc::ClientContext context;
  net::SetDeadline(context, 10'000);
  using Watch = grpc::internal::ClientReaderFactory<grpc::ByteBuffer>;
  const std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> health(
      Watch::Create(channel.get(),
                    grpc::internal::RpcMethod("/grpc.health.v1.Health/Watch", nullptr,
                                              grpc::internal::RpcMethod::SERVER_STREAMING),
                    &context, Nothing()));
  grpc::ByteBuffer now;
  ASSERT_TRUE(health->Read(&now));
  EXPECT_EQ(BytesOf(now), "\x08\x01");  // status: SERVING
  std::thread stopper([&] { world.Stop(); });
  EXPECT_TRUE(health->Read(&now));
  EXPECT_EQ(BytesOf(now), "\x08\x02");  // status: NOT_SERVING
  context.TryCancel();
  stopper.join();
}

TEST(Server, HealthAndReflection) {
  ShellWorld quiet;
  std::string answer;
  EXPECT_TRUE(CallEmpty(quiet.ChannelOf("FR.fiu"), kHealth, &answer).ok());
  EXPECT_EQ(answer, "\x08\x01");  // status: SERVING
  EXPECT_EQ(CallEmpty(quiet.ChannelOf("FR.fiu"), kReflection).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  ServerOptions options;
  options.reflection = true;
  ShellWorld open(options);
  EXPECT_TRUE(CallEmpty(open.ChannelOf("FR.fiu"), kReflection).ok());
}

TEST(Server, TellsPrometheusCountsAndNoContent) {
  ServerOptions options;
  options.metrics = "127.0.0.1:0";
  ShellWorld world(options);
  EngineFixture maker;
  const Lead lead = maker.Seal(
      {.recipients = {"CH.fiu"}, .sections = {{"suspect", "financial"}, {"victim", "address"}}});
  auto broken = world.PairHead(2, "FR.fiu", "BR.fiu");
  broken.clear_notice();
  const auto sent = world.Submit(
      "FR.fiu", {world.PairHead(1, "FR.fiu", "BR.fiu"), broken, maker.Submission(lead, 3)});
  ASSERT_TRUE(sent.ok()) << sent.status();
  ASSERT_TRUE(sent->results(2).has_committed()) << sent->results(2).refusal().reason();
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  ASSERT_TRUE(pull->Read());
  const auto upload = StartUpload(world.ChannelOf("FR.fiu"), {272, Digest{}});
  ASSERT_TRUE(upload->Read());
  const std::string text = HttpGet(world.server->metrics_address(), "/metrics");
  for (const char* line : {"entente_submissions_total{outcome=\"committed\"} 2\n",
                           "entente_refusals_total{reason=\"malformed\"} 1\n",
                           "entente_mailbox_waiting{agency=\"BR.fiu\"} 1\n",
                           "entente_attachment_bytes{agency=\"FR.fiu\"} 65536\n",
                           "entente_streams{service=\"pull\"} 1\n", "entente_commit_commands_count",
                           "entente_commit_seconds_bucket", "entente_sync_seconds_sum"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
  EXPECT_NE(text.find("entente_tree_size " + std::to_string(world.TreeSize())), std::string::npos);
  // Nothing of the one record: not its id, why it was sent, or under which rule it was cut.
  for (const std::string& told :
       {HexEncode(lead.sealed.id), ToString(lead.sealed.id), HexEncode(lead.sealed.hash),
        std::string("asset-recovery"), std::string("FR-OUT"), std::string("victim"),
        std::string("TEST-ALL")}) {
    EXPECT_EQ(text.find(told), std::string::npos) << told << "\n" << text;
  }
}

TEST(Server, AddressesInUseAreSaid) {
  Metrics first, second;
  const auto port = first.Expose("127.0.0.1:0", [] { return Levels{}; });
  ASSERT_TRUE(port.ok()) << port.status();
  const absl::Status status =
      second.Expose("127.0.0.1:" + std::to_string(*port), [] { return Levels{}; }).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST(Server, WhatNobodyFetchesExpires) {
  ServerOptions options;
  options.housekeeping = absl::Milliseconds(5);
  ShellWorld world(options);
  EngineFixture maker;
  ASSERT_TRUE(world.Submit("FR.fiu", {maker.Submission(maker.Seal({}), 1)}).ok());
  const uint64_t size = world.TreeSize();
  absl::SleepFor(absl::Milliseconds(30));
  EXPECT_EQ(world.TreeSize(), size);
  world.clock.Move(limits::kQueueMs + limits::kMinuteMs);
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (world.TreeSize() == size && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_EQ(world.TreeSize(), size + 1);
}

TEST(Directory, TextsGoToMembers) {
  ShellWorld world;
  const ledger::Publication* vocabulary = nullptr;
  for (const auto& publication : world.federation.Founding()) {
    if (publication.kind == v1::ENTRY_KIND_FEDERATION_FILE && vocabulary == nullptr) {
      vocabulary = &publication;
    }
  }
  ASSERT_NE(vocabulary, nullptr);
  v1::GetTextRequest request;
  request.set_digest(ToString(crypto::Sha256(vocabulary->text)));
  const std::pair<const char*, bool> callers[] = {
      {"agency/FR/fiu", true}, {"agency/BR/fiu/officer/ana", true}, {"auditor/FR", false}};
  for (const auto& [path, allowed] : callers) {
    const auto stub = v1::Directory::NewStub(world.ChannelAs(path));
    grpc::ClientContext context;
    v1::GetTextResponse response;
    const grpc::Status status = stub->GetText(&context, request, &response);
    EXPECT_EQ(status.ok(), allowed) << path << status.error_message();
    EXPECT_EQ(response.text(), allowed ? vocabulary->text : "");
  }
  request.set_digest("short");
  const auto stub = v1::Directory::NewStub(world.ChannelOf("FR.fiu"));
  grpc::ClientContext context;
  v1::GetTextResponse response;
  EXPECT_TRUE(IsRefusal(net::FromGrpcStatus(stub->GetText(&context, request, &response)),
                        Reason::kMalformed));
}

TEST(Directory, AStatementIsPublishedOnce) {
  ShellWorld world;
  const uint64_t size = world.TreeSize();
  const ledger::Publication& publication = world.federation.Founding().back();
  v1::PublishRequest request;
  request.set_entry_kind(publication.kind);
  *request.mutable_statement() = publication.statement;
  request.set_text(publication.text);
  const auto stub = v1::Directory::NewStub(world.ChannelOf("FR.fiu"));
  grpc::ClientContext context;
  v1::PublishResponse response;
  ASSERT_TRUE(stub->Publish(&context, request, &response).ok());
  EXPECT_EQ(response.log_index(), size - 1);
  EXPECT_EQ(world.TreeSize(), size);
  request.mutable_statement()->mutable_signatures(0)->mutable_ed25519()->back() ^= 1;
  grpc::ClientContext second;
  const absl::Status refused = net::FromGrpcStatus(stub->Publish(&second, request, &response));
  EXPECT_TRUE(RefusalOf(refused).has_value()) << refused;
  EXPECT_EQ(world.TreeSize(), size);
}

TEST(Transparency, ShowsEntriesAndConsistency) {
  ShellWorld world;
  const uint64_t size = world.TreeSize();
  const auto stub = v1::Transparency::NewStub(world.ChannelAs("auditor/BR"));
  v1::GetEntriesRequest request;
  request.set_limit(1000);
  v1::GetEntriesResponse entries;
  grpc::ClientContext first;
  ASSERT_TRUE(stub->GetEntries(&first, request, &entries).ok());
  EXPECT_EQ(static_cast<uint64_t>(entries.entries_size()), size);
  v1::GetConsistencyRequest sizes;
  sizes.set_from_size(1);
  sizes.set_to_size(size);
  v1::GetConsistencyResponse path;
  grpc::ClientContext second;
  ASSERT_TRUE(stub->GetConsistency(&second, sizes, &path).ok());
  EXPECT_GT(path.path_size(), 0);
  sizes.set_to_size(size + 1);
  grpc::ClientContext third;
  EXPECT_FALSE(stub->GetConsistency(&third, sizes, &path).ok());
}

}  // namespace
}  // namespace entente::broker

// The link with a broker that takes what is sent and never answers.
#include "node/link.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "core/base/limits.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

class HandClock : public Clock {
 public:
  explicit HandClock(Instant now) : ms_(now.ms) {}
  Instant Now() override { return {ms_}; }
  void Advance(int64_t ms) { ms_ += ms; }

 private:
  std::atomic<int64_t> ms_;
};

class SilentBroker : public v1::Broker::Service {
 public:
  using Stream = grpc::ServerReaderWriter<v1::SubmitResponse, v1::SubmitRequest>;
  grpc::Status Submit(grpc::ServerContext*, Stream* stream) override {
    v1::SubmitRequest request;
    while (stream->Read(&request)) ++asked;
    return grpc::Status::OK;
  }
  std::atomic<int> asked = 0;
};

class EmptyMailbox : public v1::Mailbox::Service {
  using Stream = grpc::ServerReaderWriter<v1::PullResponse, v1::PullRequest>;
  grpc::Status Pull(grpc::ServerContext*, Stream* stream) override {
    v1::PullRequest request;
    while (stream->Read(&request)) continue;
    return grpc::Status::OK;
  }
};

class NoTexts : public v1::Directory::Service {
 public:
  grpc::Status GetText(grpc::ServerContext*, const v1::GetTextRequest*,
                       v1::GetTextResponse*) override {
    return {grpc::NOT_FOUND, "no such text"};
  }
};

class WholeLog : public v1::Transparency::Service {
 public:
  explicit WholeLog(const TestBroker& broker) : broker_(broker) {}
  grpc::Status GetEntries(grpc::ServerContext*, const v1::GetEntriesRequest* request,
                          v1::GetEntriesResponse* response) override {
    *response = broker_.Entries(*request);
    return grpc::Status::OK;
  }

 private:
  const TestBroker& broker_;
};

// Polls: what is looked for happens on the link's threads.
template <typename Holds>
bool Soon(Holds holds) {
  for (int i = 0; i < 300; ++i) {
    if (holds()) return true;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return false;
}

class LinkTest : public ::testing::Test {
 protected:
  LinkTest() {
    grpc::ServerBuilder builder;
    for (grpc::Service* service :
         std::initializer_list<grpc::Service*>{&broker_, &mailbox_, &log_, &directory_}) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
  }
  ~LinkTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  World world_{{"FR.fiu", "BR.fiu"}};
  HandClock clock_{world_.now};
  SilentBroker broker_;
  EmptyMailbox mailbox_;
  NoTexts directory_;
  WholeLog log_{world_.broker};
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(LinkTest, TimeGoesOnAndTheSubmissionIsOfferedAgain) {
  v1::Draft lead = world_.Lead({"BR.fiu"});
  SetExpiry(lead, world_.now + limits::kHourMs);
  world_.Send("FR.fiu", lead);
  Driver driver(world_.node("FR.fiu").Release(), [] {});
  Link link(driver, server_->InProcessChannel({}), clock_, ::testing::TempDir(), absl::Seconds(3));
  link.Start();
  ASSERT_TRUE(Soon([&] { return broker_.asked == 1; }));
  // While the first is still without an answer.
  clock_.Advance(2 * limits::kHourMs);
  const auto expired = [&](Engine& engine) {
    const auto leads = engine.ListRecords("author", Leads(), clock_.Now());
    return leads.ok() && leads->records(0).recipients(0).state() == v1::RECIPIENT_STATE_UNDELIVERED;
  };
  const auto erased = [&](Engine& engine) {
    v1::ConsultationsRequest request;
    request.set_justification("review");
    const auto lines = engine.Consultations("protector", request, clock_.Now());
    return lines.ok() && std::ranges::any_of(lines->consultations(), [](const auto& line) {
             return line.operation() == "erasure";
           });
  };
  EXPECT_TRUE(Soon([&] { return driver.With(erased); }));
  EXPECT_TRUE(driver.With(expired));
  EXPECT_TRUE(Soon([&] { return broker_.asked >= 2; }));
}

}  // namespace
}  // namespace entente::node

// What is measured one at a time: a record, a start.
#include <utility>
#include <vector>

#include "core/ledger/receipt.h"
#include "core/net/refusal_status.h"
#include "entente/v1/broker.grpc.pb.h"
#include "tests/bench/clients.h"
#include "tests/bench/runs.h"
#include "tests/bench/site.h"

namespace entente::bench {
namespace {

constexpr size_t kWarmUp = 50;

absl::Status CheckAnswer(const Ground& ground, const v1::SubmitResponse& response) {
  if (response.results_size() != 1 || !response.results(0).has_committed()) {
    return absl::FailedPreconditionError("a record was refused");
  }
  return ledger::VerifyReceipt(ground.genesis(), response.receipt()).status();
}

// Seconds of each record, the warm-up left out.
absl::StatusOr<std::vector<double>> SubmitOneByOne(const Site& site, const RecordMaker& maker,
                                                   size_t records) {
  const auto stub =
      v1::Broker::NewStub(site.ground().ChannelOf(site.ground().sender(), site.address()));
  grpc::ClientContext context;
  const auto stream = stub->Submit(&context);
  std::vector<double> seconds;
  for (size_t i = 0; i < kWarmUp + records; ++i) {
    auto request = maker.Make(i + 1, 1);
    if (!request.ok()) return request.status();
    v1::SubmitResponse response;
    const Stopwatch watch;
    if (!stream->Write(*request) || !stream->Read(&response)) {
      return net::FromGrpcStatus(stream->Finish());
    }
    if (i >= kWarmUp) seconds.push_back(watch.Seconds());
    if (auto status = CheckAnswer(site.ground(), response); !status.ok()) return status;
  }
  stream->WritesDone();
  if (auto status = net::FromGrpcStatus(stream->Finish()); !status.ok()) return status;
  return seconds;
}

absl::StatusOr<double> MedianStart(Site& site, size_t times) {
  std::vector<double> seconds;
  for (size_t i = 0; i < times; ++i) {
    if (auto status = site.Restart(); !status.ok()) return status;
    seconds.push_back(site.broker().start_seconds());
  }
  return Quantile(seconds, 0.5) * 1e3;
}

absl::Status Fill(const Site& site, size_t records) {
  const RecordMaker maker(site.ground(), Signing::kBatch);
  auto prepared = Prepare(maker, records);
  if (!prepared.ok()) return prepared.status();
  const RequestSource source = [&](size_t i) -> absl::StatusOr<v1::SubmitRequest> {
    return std::move(prepared->requests[i]);
  };
  return SubmitAll(site.ground(), site.address(), source, prepared->requests.size(), 1, Stopwatch())
      .status();
}

}  // namespace

absl::StatusOr<nlohmann::json> RunLatency(const std::string& broker, size_t records) {
  auto site = Site::Open(broker, 1);
  if (!site.ok()) return site.status();
  const RecordMaker maker((*site)->ground(), Signing::kSingle);
  auto seconds = SubmitOneByOne(**site, maker, records);
  if (!seconds.ok()) return seconds.status();
  const auto metrics = (*site)->broker().Metrics();
  const auto mean_us = [&](const std::string& name) {
    const auto sum = metrics.find(name + "_sum");
    const auto count = metrics.find(name + "_count");
    if (sum == metrics.end() || count == metrics.end()) return 0.0;
    return sum->second / count->second * 1e6;
  };
  return nlohmann::json{{"records", seconds->size()},
                        {"p50_us", Quantile(*seconds, 0.5) * 1e6},
                        {"p99_us", Quantile(*seconds, 0.99) * 1e6},
                        {"commit_us", mean_us("entente_commit_seconds")},
                        {"sync_us", mean_us("entente_sync_seconds")},
                        {"limits", (*site)->LimitsJson()}};
}

absl::StatusOr<nlohmann::json> RunStartup(const std::string& broker, size_t records, size_t times) {
  auto site = Site::Open(broker, 1);
  if (!site.ok()) return site.status();
  auto founded = MedianStart(**site, times);
  if (!founded.ok()) return founded.status();
  const double idle = (*site)->broker().Use().resident_mib;
  if (auto status = Fill(**site, records); !status.ok()) return status;
  auto filled = MedianStart(**site, times);
  if (!filled.ok()) return filled.status();
  return nlohmann::json{{"founded_ms", *founded},
                        {"founded_resident_mib", idle},
                        {"records", records},
                        {"filled_ms", *filled},
                        {"filled_resident_mib", (*site)->broker().Use().resident_mib},
                        {"limits", (*site)->LimitsJson()}};
}

}  // namespace entente::bench

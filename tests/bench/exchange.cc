#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/clients.h"
#include "tests/bench/runs.h"
#include "tests/bench/site.h"

namespace entente::bench {
namespace {

using Outcome = absl::StatusOr<Seen>;

struct Outcomes {
  Outcome submitted;
  std::vector<Outcome> delivered;  // at each recipient
  Outcome acknowledged;
};

size_t RequestsOf(size_t records) { return (records + kPerMessage - 1) / kPerMessage; }

Outcomes RunAll(const Site& site, const ExchangeOptions& options, const RequestSource& source,
                const Stopwatch& watch) {
  Outcomes out;
  out.delivered.resize(options.recipients);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < options.recipients; ++i) {
    threads.emplace_back([&, i] {
      out.delivered[i] =
          TakeRecords(site.ground(), site.address(), site.ground().recipient(i), options.records,
                      site.Path("cursor-" + std::to_string(i)), watch);
    });
  }
  threads.emplace_back([&] {
    out.acknowledged =
        TakeAcknowledgements(site.ground(), site.address(), options.records * options.recipients,
                             site.Path("cursor-sender"), watch);
  });
  out.submitted = SubmitAll(site.ground(), site.address(), source, RequestsOf(options.records),
                            options.streams, watch);
  for (std::thread& thread : threads) thread.join();
  return out;
}

// Where the broker's time went: its own metrics, and the kernel's account of it.
nlohmann::json BrokerJson(const std::map<std::string, double>& before,
                          const std::map<std::string, double>& after, const ProcessUse& use_before,
                          const ProcessUse& use_after) {
  const auto grown = [&](const std::string& name) {
    const auto old = before.find(name);
    const auto now = after.find(name);
    return (now == after.end() ? 0 : now->second) - (old == before.end() ? 0 : old->second);
  };
  return {{"commits", grown("entente_commit_seconds_count")},
          {"commands", grown("entente_commit_commands_sum")},
          {"commit_seconds", grown("entente_commit_seconds_sum")},
          {"sync_seconds", grown("entente_sync_seconds_sum")},
          {"syncs", grown("entente_sync_seconds_count")},
          {"cpu_seconds", use_after.cpu_seconds - use_before.cpu_seconds},
          {"resident_mib_idle", use_before.resident_mib},
          {"resident_mib", use_after.resident_mib},
          {"peak_mib", use_after.peak_mib}};
}

absl::StatusOr<nlohmann::json> CountsJson(const ExchangeOptions& options,
                                          const Outcomes& outcomes) {
  if (!outcomes.submitted.ok()) return outcomes.submitted.status();
  if (!outcomes.acknowledged.ok()) return outcomes.acknowledged.status();
  Seen delivered;
  for (const Outcome& one : outcomes.delivered) {
    if (!one.ok()) return one.status();
    delivered.count += one->count;
    delivered.at_seconds = std::max(delivered.at_seconds, one->at_seconds);
  }
  const Seen& submitted = *outcomes.submitted;
  const Seen& acknowledged = *outcomes.acknowledged;
  if (submitted.count != options.records ||
      delivered.count != submitted.count * options.recipients ||
      acknowledged.count != delivered.count) {
    return absl::DataLossError("not everything that was submitted came through");
  }
  const auto rate = [](const Seen& seen) {
    return static_cast<double>(seen.count) / seen.at_seconds;
  };
  return nlohmann::json{{"submitted", submitted.count},
                        {"delivered", delivered.count},
                        {"acknowledged", acknowledged.count},
                        {"seconds", acknowledged.at_seconds},
                        {"in_per_s", rate(submitted)},
                        {"out_per_s", rate(delivered)},
                        {"acknowledged_per_s", rate(acknowledged)}};
}

}  // namespace

absl::StatusOr<nlohmann::json> RunExchange(const ExchangeOptions& options) {
  auto site = Site::Open(options.broker, options.recipients);
  if (!site.ok()) return site.status();
  const RecordMaker maker((*site)->ground(), options.signing);
  Prepared prepared;
  if (!options.seal_live) {
    auto made = Prepare(maker, options.records);
    if (!made.ok()) return made.status();
    prepared = *std::move(made);
  }
  const RequestSource source = [&](size_t i) -> absl::StatusOr<v1::SubmitRequest> {
    if (!options.seal_live) return std::move(prepared.requests[i]);
    return maker.Make(i * kPerMessage + 1,
                      std::min(kPerMessage, options.records - i * kPerMessage));
  };
  const BrokerProcess& broker = (*site)->broker();
  const auto before = broker.Metrics();
  const ProcessUse use_before = broker.Use();
  const Outcomes outcomes = RunAll(**site, options, source, Stopwatch());
  auto report = CountsJson(options, outcomes);
  if (!report.ok()) return report;
  (*report)["broker"] = BrokerJson(before, broker.Metrics(), use_before, broker.Use());
  (*report)["limits"] = (*site)->LimitsJson();
  (*report)["sealed"] = options.seal_live ? "live" : "ahead";
  (*report)["signed"] = options.signing == Signing::kBatch ? "batch" : "single";
  (*report)["recipients"] = options.recipients;
  (*report)["streams"] = options.streams;
  (*report)["sealed_ahead_per_s"] =
      options.seal_live ? 0 : static_cast<double>(options.records) / prepared.seconds;
  return report;
}

}  // namespace entente::bench

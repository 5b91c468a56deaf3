#include "broker/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <exception>

namespace entente::broker {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets kSeconds = {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01,
                          0.02,   0.05,   0.1,    0.2,   0.5,   1.0,   5.0};
const Buckets kCounts = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};

prometheus::ClientMetric Level(double value) {
  prometheus::ClientMetric metric;
  metric.gauge.value = value;
  return metric;
}

prometheus::MetricFamily Gauge(std::string name, std::string help, uint64_t value) {
  return {std::move(name),
          std::move(help),
          prometheus::MetricType::Gauge,
          {Level(static_cast<double>(value))}};
}

prometheus::MetricFamily ByAgency(std::string name, std::string help,
                                  const std::map<std::string, uint64_t>& values) {
  prometheus::MetricFamily family{
      std::move(name), std::move(help), prometheus::MetricType::Gauge, {}};
  for (const auto& [agency, value] : values) {
    family.metric.push_back(Level(static_cast<double>(value)));
    family.metric.back().label.push_back({"agency", agency});
  }
  return family;
}

class LevelsCollectable final : public prometheus::Collectable {
 public:
  explicit LevelsCollectable(std::function<Levels()> levels) : levels_(std::move(levels)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    const Levels levels = levels_();
    std::vector<prometheus::MetricFamily> all = {
        Gauge("entente_tree_size", "Entries that the checkpoint covers.", levels.tree_size),
        ByAgency("entente_mailbox_waiting", "Deliveries not yet acknowledged.", levels.mailboxes),
        ByAgency("entente_attachment_bytes",
                 "What an origin's attachments take up of what is kept for one origin.",
                 levels.attachments)};
    if (levels.witnessed) {
      all.push_back(Gauge("entente_witnessed_tree_size",
                          "Entries that the newest checkpoint with a quorum covers.",
                          levels.witnessed->size));
      all.push_back(Gauge("entente_witnessed_time_seconds",
                          "When the last witness needed cosigned it, Unix time.",
                          levels.witnessed->time));
    }
    return all;
  }

 private:
  const std::function<Levels()> levels_;
};

}  // namespace

struct Metrics::Impl {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& submissions =
      BuildCounter()
          .Name("entente_submissions_total")
          .Help("Submissions that were committed, or repeated one that was.")
          .Register(*registry);
  prometheus::Counter& committed = submissions.Add({{"outcome", "committed"}});
  prometheus::Counter& repeated = submissions.Add({{"outcome", "repeated"}});
  prometheus::Family<prometheus::Counter>& refusals =
      BuildCounter()
          .Name("entente_refusals_total")
          .Help("What was refused to callers, by reason.")
          .Register(*registry);
  prometheus::Histogram& commit_seconds = BuildHistogram()
                                              .Name("entente_commit_seconds")
                                              .Help("Time of one commit, its checkpoint included.")
                                              .Register(*registry)
                                              .Add({}, kSeconds);
  prometheus::Histogram& commit_commands = BuildHistogram()
                                               .Name("entente_commit_commands")
                                               .Help("Commands in one commit.")
                                               .Register(*registry)
                                               .Add({}, kCounts);
  prometheus::Histogram& sync_seconds = BuildHistogram()
                                            .Name("entente_sync_seconds")
                                            .Help("Time of one synced write of the database.")
                                            .Register(*registry)
                                            .Add({}, kSeconds);
  prometheus::Family<prometheus::Gauge>& streams = BuildGauge()
                                                       .Name("entente_streams")
                                                       .Help("Streams of agencies now open.")
                                                       .Register(*registry);
  std::shared_ptr<LevelsCollectable> levels;
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::Submitted(size_t committed, size_t repeated) {
  impl_->committed.Increment(static_cast<double>(committed));
  impl_->repeated.Increment(static_cast<double>(repeated));
}

void Metrics::Refused(Reason reason) {
  impl_->refusals.Add({{"reason", std::string(ReasonWord(reason))}}).Increment();
}

void Metrics::Committed(size_t commands, double seconds) {
  impl_->commit_commands.Observe(static_cast<double>(commands));
  impl_->commit_seconds.Observe(seconds);
}

void Metrics::Synced(double seconds) { impl_->sync_seconds.Observe(seconds); }

void Metrics::Streams(std::string_view service, int change) {
  impl_->streams.Add({{"service", std::string(service)}}).Increment(change);
}

absl::StatusOr<int> Metrics::Expose(const std::string& address, std::function<Levels()> levels) {
  impl_->levels = std::make_shared<LevelsCollectable>(std::move(levels));
  try {
    impl_->exposer = std::make_unique<prometheus::Exposer>(address, 1);
  } catch (const std::exception&) {
    return absl::UnavailableError("cannot listen for metrics at " + address);
  }
  impl_->exposer->RegisterCollectable(impl_->registry);
  impl_->exposer->RegisterCollectable(impl_->levels);
  return impl_->exposer->GetListeningPorts().at(0);
}

void Metrics::Hide() { impl_->exposer.reset(); }

}  // namespace entente::broker

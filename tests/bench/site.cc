#include "tests/bench/site.h"

#include <utility>

namespace entente::bench {

absl::StatusOr<std::unique_ptr<Site>> Site::Open(const std::string& program, size_t recipients) {
  std::unique_ptr<Site> site(new Site(program));
  auto ground = Ground::Make(site->folder_.path(), recipients);
  if (!ground.ok()) return ground.status();
  site->ground_ = *std::move(ground);
  auto limits = MeasureLimits(*site->ground_, site->folder_.path());
  if (!limits.ok()) return limits.status();
  site->limits_ = *limits;
  if (auto status = site->Restart(); !status.ok()) return status;
  if (auto status = site->ground_->Publish(site->address()); !status.ok()) return status;
  return site;
}

absl::Status Site::Restart() {
  broker_.reset();
  auto broker = BrokerProcess::Start(program_, ground_->config());
  if (!broker.ok()) return broker.status();
  broker_ = *std::move(broker);
  return absl::OkStatus();
}

nlohmann::json Site::LimitsJson() const {
  return {{"fdatasync_us", limits_.fdatasync_us},
          {"echo_per_s", limits_.echo_per_s},
          {"verify_per_s", limits_.verify_per_s}};
}

}  // namespace entente::bench

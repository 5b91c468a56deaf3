#include "tests/federation/node_host.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::testing {
namespace {

constexpr int64_t kTryAgainMs = limits::kMinuteMs;
// What honest parties refuse each other while clocks differ or news is on its way.
constexpr std::array kPassing = {Reason::kBelowQuorum, Reason::kSnapshotBehind, Reason::kKeyUnknown,
                                 Reason::kShuttingDown, Reason::kFutureDated};

}  // namespace

NodeHost::NodeHost(Scene& scene, const Federation& federation, std::string agency)
    : scene_(scene), federation_(federation), agency_(std::move(agency)) {}

void NodeHost::Start() {
  if (up()) return;
  node::Settings settings{.agency = *AgencyId::Parse(agency_),
                          .genesis = federation_.genesis().text(),
                          .genesis_digest = federation_.genesis().digest(),
                          .first_administrator = std::string(kAdministrator)};
  auto opened =
      node::Engine::Open(std::move(settings), federation_.agency(agency_).identity.Clone(),
                         {store, slots, store_key, scene_.random}, Now());
  if (opened.ok()) {
    engine_ = *std::move(opened);
    scene_.trace.Add(agency_, "starts");
    if (on_start) on_start();
    return;
  }
  scene_.trace.Add(agency_, "does not start: " + opened.status().ToString());
  if (absl::IsInternal(opened.status())) {
    return CrashAndStart(kTryAgainMs);
  }
  if (!IsRefusal(opened.status(), Reason::kDiskFull)) {
    return scene_.Wrong(agency_, "does not start: " + opened.status().ToString());
  }
  scene_.timeline.After(kTryAgainMs, [this, life = life_] {
    if (life == life_) Start();
  });
}

void NodeHost::Crash() {
  const auto survivors = [this] { return static_cast<size_t>(scene_.Between(0, 3)); };
  scene_.trace.Add(agency_, "crashes, " + std::to_string(store.unsynced()) + " unsynced");
  ++life_;
  engine_.reset();
  if (on_crash) on_crash();
  store.Crash(survivors());
  slots.Crash(survivors());
  store_key.Crash(survivors());
  files.Crash(scene_);
  key_write_fails_ = false;
  SetDiskFull(disk_full_);
}

void NodeHost::CrashAndStart(int64_t after_ms) {
  Crash();
  scene_.timeline.After(after_ms, [this, life = life_] {
    if (life == life_) Start();
  });
}

bool NodeHost::Took(const absl::Status& status, std::string_view what) {
  if (status.ok()) return true;
  const std::string text = std::string(what) + ": " + status.ToString();
  scene_.trace.Add(agency_, text);
  const auto refusal = RefusalOf(status);
  if (absl::IsInternal(status)) {
    if (up()) CrashAndStart(scene_.Between(500, 60'000));
  } else if (refusal && refusal->reason == Reason::kDiskFull) {
    if (!disk_full_ && !key_write_fails_) scene_.Wrong(agency_, "no reason for " + text);
  } else if (!refusal || std::ranges::find(kPassing, refusal->reason) == kPassing.end()) {
    scene_.Wrong(agency_, text);
  }
  return false;
}

void NodeHost::SetDiskFull(bool full) {
  disk_full_ = full;
  store.SetDiskFull(full);
  slots.SetDiskFull(full);
  store_key.SetDiskFull(full);
  files.SetDiskFull(full);
}

void NodeHost::FailKeyWrite(size_t nth) {
  key_write_fails_ = true;
  slots.FailWrite(nth);
}

}  // namespace entente::testing

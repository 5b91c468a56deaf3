// A running node: store, engine, link and desk, opened in the order in which each needs the next
// and closed in the other. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "node/config.h"

namespace entente::node {

class Server {
 public:
  // `clock` outlives it. Errors as of CheckConfig, the store and Engine::Open; UNAVAILABLE when an
  // address cannot be bound.
  // `on_broken`: called once, from any thread, when a disk has failed and the process must end.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Config& config, Clock& clock,
                                                       std::function<void()> on_broken);
  ~Server();
  // Lines for people and scripts: `listening unix:PATH`, `listening HOST:PORT`.
  const std::string& listening() const;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace entente::node

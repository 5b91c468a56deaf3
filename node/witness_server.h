// A witness over HTTP: POST /add-checkpoint (https://c2sp.org/tlog-witness), and nothing else.
// Without TLS: what is asked and answered is public and signed. Connections, their time and the
// size of a request are bounded.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/audit/witness.h"

namespace entente::node {

// Has threads of its own. Start and destruction from one thread.
class WitnessServer {
 public:
  // `address`: HOST:PORT, port 0 for any. `witness` outlives it. INVALID_ARGUMENT for another form,
  // UNAVAILABLE when it cannot be bound.
  static absl::StatusOr<std::unique_ptr<WitnessServer>> Start(const std::string& address,
                                                              audit::Witness& witness);
  // What is in work is broken off: what was signed is saved, and can be asked for again.
  ~WitnessServer();

  // HOST:PORT as bound.
  const std::string& address() const;

 private:
  struct Parts;
  explicit WitnessServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace entente::node

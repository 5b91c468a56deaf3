// The node as a witness of the log that it follows: asks the broker what is up for cosigning, and
// cosigns it only when its tree is the one whose entries this node has read.
// https://c2sp.org/tlog-witness, with the roles of caller and called exchanged. Not thread-safe.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/witness.h"
#include "core/audit/witness_files.h"
#include "core/base/clock.h"
#include "entente/v1/witness.grpc.pb.h"
#include "node/driver.h"

namespace entente::node {

class Cosigner {
 public:
  // `key`: file as of node/witness_key.h. `folder`: what was cosigned; it and the key must never
  // come back from a backup. The clock outlives it. Errors of the files, and of Witness::Open.
  static absl::StatusOr<std::unique_ptr<Cosigner>> Open(const std::string& key,
                                                        const std::string& folder,
                                                        const audit::VerifierKey& log,
                                                        Clock& clock);

  // One question and, when there is something to cosign, one answer; at most once in half a second.
  // Not OK: the call failed, the broker refused, or what it showed cannot be cosigned.
  absl::Status Step(v1::Witness::StubInterface& broker, Driver& driver);

 private:
  Cosigner(std::unique_ptr<audit::WitnessFiles> files, std::unique_ptr<audit::Witness> witness,
           std::string origin, Clock& clock);
  absl::Status Cosign(v1::Witness::StubInterface& broker, const std::string& body);

  const std::unique_ptr<audit::WitnessFiles> files_;
  const std::unique_ptr<audit::Witness> witness_;
  const std::string origin_;
  Clock& clock_;
  Instant asked_;
};

}  // namespace entente::node

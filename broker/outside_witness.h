// A witness that the broker asks over HTTP, https://c2sp.org/tlog-witness: it stands outside of the
// federation's nodes, which call the broker themselves. Not thread-safe; each has a thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "broker/config.h"
#include "broker/cosigning.h"
#include "broker/http_post.h"
#include "broker/remarks.h"
#include "core/base/limits.h"

namespace entente::broker {

// One that did not answer as it should is left alone for this long.
inline constexpr int64_t kWitnessPauseMs = 30 * limits::kSecondMs;

class OutsideWitness {
 public:
  struct Say {
    std::function<void(const std::string&)> warning;
    std::function<void(const std::string&)> error;  // one of the two logs is not the true one
  };
  // `cosigning` outlives it.
  OutsideWitness(Cosigning& cosigning, WitnessAddress address, HttpPost post, Say say);

  // Asks for a cosignature if there is something to cosign. To be called every second.
  void Turn(Instant now);

 private:
  // True: ask again at once, from the size that the witness holds.
  bool Ask(const Cosigning::Request& request, Instant now);
  bool TakeSize(const HttpReply& reply, Instant now);
  void TakeCosignature(const HttpReply& reply, uint64_t size, Instant now);
  void Refused(const absl::Status& status, Instant now);
  void Failed(const std::string& sentence, Instant now, bool error = false);

  Cosigning& cosigning_;
  const WitnessAddress address_;
  const std::string name_;  // for people
  const HttpPost post_;
  const Say say_;
  uint64_t held_ = 0;   // the size that it is thought to hold
  Instant not_before_;  // nothing is asked until then
  Remarks remarks_;
};

}  // namespace entente::broker

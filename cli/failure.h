// What went wrong, for people and for programs: one form for every command of `entente`. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "core/base/refusal.h"
#include "core/base/sentences.h"

namespace entente::cli {

enum ExitCode : int {
  kDone = 0,
  kAnswerIsNo = 1,
  kUsage = 2,
  kInputRefused = 3,
  kPeerNotReachable = 4,
  kLocalFault = 5,
};

struct Peer {
  enum class Kind : uint8_t { kDesk, kBroker };
  Kind kind;
  std::string address;
};

struct Failure {
  ExitCode exit_code;
  std::string reason;  // a reason of the closed list, or a word of docs/json.md
  std::string error;   // one sentence
  std::string detail;  // what happened in particular, may be empty
  std::string advice;  // what to do now
  std::string record_id;
  std::optional<uint64_t> log_index;
};

// Of something on this machine: files, keys, configuration.
Failure LocalFailure(Language language, const absl::Status& status);
// Of a call to `peer`: what it answered, or that it did not.
Failure PeerFailure(Language language, const Peer& peer, const absl::Status& status);
Failure UsageFailure(Language language, const std::string& what);

std::string RenderFailure(Language language, const Failure& failure);
// One line without its end: docs/json.md.
std::string FailureJson(const Failure& failure);

}  // namespace entente::cli

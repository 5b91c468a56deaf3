// What changes the broker's state. Admission makes commands from what callers send; the engine
// applies them, in one order, without clock, randomness or configuration: the same commands give
// the same r_ bytes however they are grouped into commits. Values; safe to move between threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/command.pb.h"
#include "broker/view.h"
#include "core/base/clock.h"

namespace entente::broker {

// What must not go before a command that rests on it is committed.
using Hold = std::shared_ptr<const void>;

struct Command {
  std::string body;                      // a CommandBody, at most limits::kCommandBytes
  std::vector<std::string> attachments;  // named in the body by digest, in its order
  std::vector<Hold> holds{};             // until it is dropped; not applied
};

// A body with instant, fresh seed and the preconditions of `view` filled in.
CommandBody NewCommandBody(const View& view, Instant now, Random& random);
// Fills in the digests and encodes. Refusal too-large above limits::kCommandBytes.
absl::StatusOr<Command> MakeCommand(CommandBody body, std::vector<std::string> attachments);
// INTERNAL for bytes that MakeCommand does not make, or attachments that the body does not name.
absl::StatusOr<CommandBody> ParseCommand(const Command& command);

}  // namespace entente::broker

#include "broker/command.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"

namespace entente::broker {

CommandBody NewCommandBody(const View& view, Instant now, Random& random) {
  CommandBody body;
  body.set_instant_ms(std::max(now, view.ledger_time).ms);
  body.set_seed(ToString(random.Bytes<32>()));
  body.set_snapshot_number(view.registry.snapshot_number());
  body.set_snapshot_hash(ToString(view.registry.snapshot_hash()));
  return body;
}

absl::StatusOr<Command> MakeCommand(CommandBody body, std::vector<std::string> attachments) {
  for (const std::string& attachment : attachments) {
    body.add_attachment_digests(ToString(crypto::Sha256(attachment)));
  }
  Command command{body.SerializeAsString(), std::move(attachments)};
  if (command.body.size() > limits::kCommandBytes) {
    return Refuse(Reason::kTooLarge, "Header and labels together are above 32 KiB.");
  }
  return command;
}

absl::StatusOr<CommandBody> ParseCommand(const Command& command) {
  CommandBody body;
  if (!body.ParseFromString(command.body) || body.seed().size() != sizeof(Salt32) ||
      static_cast<size_t>(body.attachment_digests_size()) != command.attachments.size()) {
    return absl::InternalError("a command that this broker did not make");
  }
  for (int i = 0; i < body.attachment_digests_size(); ++i) {
    const std::string& attachment = command.attachments[static_cast<size_t>(i)];
    if (ToString(crypto::Sha256(attachment)) != body.attachment_digests(i)) {
      return absl::InternalError("an attachment is not the one that its command names");
    }
  }
  return body;
}

}  // namespace entente::broker

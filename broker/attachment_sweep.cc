#include "broker/attachment_sweep.h"

namespace entente::broker {

// In this order: a file that was idle and is admitted after the first step is idle no more, and one
// that was admitted before it has its grant by the second, or is held.
absl::Status SweepAttachments(Engine& engine, AttachmentFiles& files, Instant now) {
  const Instant since = now - kUnclaimedMs;
  const std::set<OwnedFile> idle = files.Idle(since);
  const auto granted = engine.SweepGrants(now);
  if (!granted.ok()) return granted.status();
  absl::Status status;
  for (const OwnedFile& file : idle) {
    if (!granted->contains(file)) status.Update(files.DropIdle(file, since));
  }
  return status;
}

}  // namespace entente::broker

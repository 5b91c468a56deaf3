// Gap notes, pair heads, recalls, restrictions, and what their recipients answer, on their way into
// the log. Pure; safe from any thread.
#pragma once

#include "absl/status/statusor.h"
#include "broker/command.h"
#include "broker/view.h"
#include "core/base/clock.h"
#include "entente/v1/broker.pb.h"

namespace entente::broker {

// SHA-256 of the statement's body: what a notice is known by.
Digest NoticeDigest(const v1::Notice& notice);

// Checks what `submitter` signed: refusals of record::ReadStatement under its record-signing keys
// (its acknowledgement keys for an erasure, a fetched note, or the word that it is restricted);
// wrong-agency (another origin, a recipient that was never a member), agency-suspended (one that
// was removed: it will not come back for it), proof-bad (another log, or a log index that does not
// stand), future-dated, malformed (another type of notice).
struct MadeNotice {
  Command command;
  std::string recipient;
};
absl::StatusOr<MadeNotice> MakeNotice(const v1::Notice& notice, const Submitter& submitter,
                                      const View& view, Instant instant, Random& random);

}  // namespace entente::broker

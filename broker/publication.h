// Open statements on their way into the log: asked of the registry before they are logged, and
// again when they are applied. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "broker/command.h"
#include "broker/quota.h"
#include "broker/view.h"
#include "core/base/clock.h"
#include "entente/v1/broker.pb.h"

namespace entente::broker {

// Refusals of ledger::Registry::Check and CheckText; malformed for a kind that is not published
// (genesis, sealed kinds), or a text where none belongs.
absl::Status CheckPublication(const View& view, v1::EntryKind kind, std::string_view body,
                              std::string_view text, Instant instant);

// The body of the entry as it will be logged.
std::string PublicationBody(const v1::PublishRequest& request);
// Whose day's budget a statement counts against: its signer's, whatever keys that one has. An
// authority, a jurisdiction's policy offices and each agency have one apart, so that none keeps
// another from revoking; a State's agencies have one in common above their own. Of a statement that
// was not checked it is a claim.
OpenAccount AccountOf(const ledger::Genesis& genesis, v1::EntryKind kind, std::string_view body);
absl::StatusOr<Command> MakePublication(const v1::PublishRequest& request, const View& view,
                                        Instant now, Random& random);

}  // namespace entente::broker

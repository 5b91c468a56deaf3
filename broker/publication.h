// Open statements on their way into the log: asked of the registry before they are logged, and
// again when they are applied. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "broker/command.h"
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
// The id of the key that signed first: whose day's budget a published statement counts against.
std::string SignerOf(std::string_view body);
absl::StatusOr<Command> MakePublication(const v1::PublishRequest& request, const View& view,
                                        Instant now, Random& random);

}  // namespace entente::broker

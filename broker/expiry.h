// What nobody took in time: finds it in the mailboxes. Safe from any thread.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "broker/command.h"
#include "broker/mailboxes.h"
#include "broker/view.h"
#include "core/base/clock.h"
#include "core/store/store.h"

namespace entente::broker {

// Commands for at most `max` records whose row says that their time is over. Lanes in which nothing
// was due are noted in `mailboxes`, so that they are not read again before they have to.
absl::StatusOr<std::vector<Command>> FindExpired(Mailboxes& mailboxes, const store::Reader& store,
                                                 const View& view, Instant instant, size_t max,
                                                 Random& random);

}  // namespace entente::broker

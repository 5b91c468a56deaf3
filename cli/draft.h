// A lead as a person writes it: a TOML file (`draft = "lead/1"`), read strictly into what the desk
// takes. Blocking file access; thread-safe. Form: README, "A first exchange by hand".
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// Instants may be written as durations from `now`. INVALID_ARGUMENT `FILE:LINE:COL: sentence` for
// anything but the closed form; NOT_FOUND without the file; refusal too-large above
// limits::kConfigBytes.
absl::StatusOr<v1::SendLeadRequest> ReadLeadDraft(const std::string& path, Instant now);

}  // namespace entente::cli

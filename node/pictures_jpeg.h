// The JPEG half of pictures.h: see there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace entente::node::internal {

inline constexpr uint64_t kMostPixels = 25'000'000;
absl::Status Unreadable(std::string_view type, std::string_view why);
absl::Status TooManyPixels();

absl::StatusOr<std::string> StripJpeg(std::string_view image);

}  // namespace entente::node::internal

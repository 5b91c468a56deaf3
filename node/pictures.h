// Pictures without anything but what is seen: position, author, device, comments, thumbnails and
// whatever stands after the picture's end go; of a JPEG the orientation stays, and no pixel
// changes. Stateless; thread-safe. Formats: JPEG (ITU-T T.81) with Exif 2.3, PNG (ISO 15948), by
// the libraries of Debian.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "entente/v1/desk.pb.h"

namespace entente::node {

// `media_type`: "image/jpeg" or "image/png". Refusals malformed: it cannot be read as that;
// too-large: above 25 million pixels.
absl::StatusOr<std::string> StripPicture(std::string_view image, std::string_view media_type);

// Each photo in the draft, in place. Refusals as above. Photos of another type,
// or too large, stay, for CheckContent() to refuse.
absl::Status StripPictures(v1::Draft& draft);

}  // namespace entente::node

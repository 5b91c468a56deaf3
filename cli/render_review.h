// What people read of the review of sent records. Pure.
#pragma once

#include <string>

#include "core/base/instant.h"
#include "core/base/sentences.h"
#include "entente/v1/desk.pb.h"

namespace entente::cli {

// A line of its own; nothing for a record without a date.
std::string RenderReviewDate(Language language, uint64_t review_by_ms);
// Those whose date is near, or has passed by `now` and is marked '!'.
std::string RenderReviews(Language language, const v1::ListResponse& response, Instant now);
std::string RenderReviewed(Language language, const v1::ReviewResponse& response);

}  // namespace entente::cli

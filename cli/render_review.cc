#include "cli/render_review.h"

#include "absl/strings/str_join.h"
#include "cli/render_restrict.h"
#include "cli/text.h"

namespace entente::cli {

std::string RenderReviewDate(Language language, uint64_t review_by_ms) {
  if (review_by_ms == 0) return "";
  return Say(language, "review.by", {InstantText(review_by_ms)}) + "\n";
}

std::string RenderReviews(Language language, const v1::ListResponse& response, Instant now) {
  if (response.records().empty()) return Say(language, "review.none") + "\n";
  std::string out;
  for (const v1::RecordSummary& record : response.records()) {
    const bool missed = record.review_by_ms() <= static_cast<uint64_t>(now.ms);
    out += Say(language, "review.head",
               {missed ? "!" : " ", record.reference(),
                Word(language, "kind", std::to_string(record.kind())),
                InstantText(record.review_by_ms()), record.record_id()}) +
           "\n" + RenderRestrictions(language, record.restrictions());
  }
  return out + Say(language, "review.how") + "\n";
}

std::string RenderReviewed(Language language, const v1::ReviewResponse& response) {
  const std::string told = absl::StrJoin(response.recipients(), ", ");
  return Say(language, "review.kept",
             {response.reference(), InstantText(response.review_by_ms())}) +
         "\n" + (told.empty() ? "" : Say(language, "review.lifted", {told}) + "\n");
}

}  // namespace entente::cli

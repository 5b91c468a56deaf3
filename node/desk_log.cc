// The log of consultations at the desk (desk.h).
#include <algorithm>

#include "core/base/encoding.h"
#include "node/desk.h"
#include "node/page.h"
#include "node/table.h"

namespace entente::node {

v1::Consultation ShownLine(uint64_t number, const state::DiaryLine& line) {
  v1::Consultation shown;
  shown.set_number(number);
  shown.set_instant_ms(line.instant_ms());
  shown.set_officer(line.officer());
  shown.set_operation(line.operation());
  shown.set_record_id(HexOf(line.record_id()));
  shown.set_purpose(line.purpose());
  shown.set_justification(line.justification());
  shown.set_asked(line.asked());
  shown.set_detail(line.detail());
  shown.set_outside(line.outside());
  return shown;
}

// A page names the last line before it, and the line that was the last of all when the first page
// was read: reading the log makes it longer.
absl::StatusOr<v1::ConsultationsResponse> Desk::ConsultationsPage(
    const std::string& wanted, const v1::ConsultationsRequest& request) const {
  absl::StatusOr<Place> place = ReadPlace(request.page());
  if (!place.ok()) return place.status();
  const uint64_t size = ground_->diary.size();
  const uint64_t end = request.page().empty() ? size : std::min(U64FromKey(place->key), size);
  Page page(request.limit());
  v1::ConsultationsResponse response;
  absl::Status status =
      ground_->diary.ForEach(place->ms, end, [&](uint64_t number, const state::DiaryLine& line) {
        if (!wanted.empty() && line.record_id() != wanted) return absl::OkStatus();
        if (request.outside_only() && !line.outside()) return absl::OkStatus();
        v1::Consultation shown = ShownLine(number, line);
        if (!page.Takes(shown.ByteSizeLong())) {
          response.set_next_page(TextOf({number - 1, U64Key(end)}));
          return absl::CancelledError();
        }
        *response.add_consultations() = std::move(shown);
        return absl::OkStatus();
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  return response;
}

absl::StatusOr<v1::ConsultationsResponse> Desk::Consultations(
    std::string_view officer, const v1::ConsultationsRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kProtection, role::kAuditor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  std::string wanted;
  if (!request.record_id().empty()) {
    absl::StatusOr<std::string> id = FindLoggedId(request.record_id());
    if (!id.ok()) return id.status();
    wanted = *std::move(id);
  }
  absl::StatusOr<v1::ConsultationsResponse> response = ConsultationsPage(wanted, request);
  if (!response.ok()) return response;
  const state::DiaryLine line =
      MakeLine(officer, operation::kLogReading, wanted, "", request.justification(), now);
  store::WriteBatch batch;
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return response;
}

}  // namespace entente::node

// The review of what this agency sent: the need that others store it stands (desk.h).
#include <algorithm>
#include <array>
#include <set>

#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/recall.h"
#include "node/restrict.h"
#include "node/reviews.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::array kReviewed = {v1::RECORD_KIND_LEAD, v1::RECORD_KIND_REQUEST,
                                  v1::RECORD_KIND_ANSWER, v1::RECORD_KIND_INFORMATION,
                                  v1::RECORD_KIND_CASE_ITEM};

absl::Status CheckKind(const state::SentRecord& sent) {
  if (sent.kind() == v1::RECORD_KIND_ALERT) {
    return RefuseAdvising(Reason::kMalformed, "", "an alert has no review date of this kind",
                          "publish it anew with a later confirm_by and --replaces, or recall it");
  }
  if (std::ranges::find(kReviewed, sent.kind()) != kReviewed.end()) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "a record of this kind has no review date",
                        "leads, requests, answers, information and case items have one");
}

absl::Status CheckStands(const state::SentRecord& sent, Instant now) {
  if (IsOver(sent, now)) return WhyOver(sent);
  if (absl::Status kind = CheckKind(sent); !kind.ok()) return kind;
  if (HasLeft(sent)) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "this record has not left yet",
                        "recall it, and send it with the review date that it should have");
}

absl::Status CheckNext(const v1::ReviewRequest& request, const state::SentRecord& sent,
                       Instant now) {
  if (request.review_by_ms() == 0) {
    return Refuse(Reason::kLabelMissing, "review_by",
                  "what is kept after a review has a date for the next one");
  }
  if (request.review_by_ms() <= static_cast<uint64_t>(now.ms)) {
    return RefuseAdvising(Reason::kMalformed, "", "the next review date is over already",
                          "give one that is still to come");
  }
  if (request.review_by_ms() < sent.expires_ms()) return absl::OkStatus();
  const Instant expires{static_cast<int64_t>(sent.expires_ms())};
  return RefuseAdvising(
      Reason::kMalformed, "",
      Text("the next review date is not before the record's expiry, ", FormatInstant(expires)),
      "give an earlier one");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Desk::KeepOne(std::string_view officer,
                                                       const v1::ReviewRequest& request,
                                                       state::SentRecord& sent, Instant now) {
  const Instant next{static_cast<int64_t>(request.review_by_ms())};
  store::WriteBatch batch;
  const Restricting lift{.ground = v1::RESTRICTION_GROUND_LIFTED, .by_review = true};
  absl::StatusOr<std::vector<std::string>> told = RestrictSent(*ground_, lift, sent, batch, now);
  if (!told.ok()) return told;
  sent.set_review_by_ms(request.review_by_ms());
  PlanReview(sent, batch);
  EndReview(*ground_, sent);
  sent_.Save(sent, batch);
  state::DiaryLine line = MakeLine(officer, operation::kAlteration, sent.record_id(),
                                   sent.purpose(), request.justification(), now);
  line.set_detail(Text("reviewed: kept until ", FormatInstant(next),
                       told->empty() ? "" : ", its restriction lifted"));
  if (absl::Status status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return told;
}

absl::StatusOr<v1::ReviewResponse> Desk::Review(std::string_view officer,
                                                const v1::ReviewRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<state::SentRecord> sent = FindSent(request.record_id());
  // A copy is reviewed with what it is a copy of.
  if (sent.ok() && !sent->copy_of().empty()) sent = FindSent(HexOf(sent->copy_of()));
  if (!sent.ok()) return sent.status();
  status = CheckStands(*sent, now);
  if (status.ok()) status = CheckNext(request, *sent, now);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<state::SentRecord>> all = WithCopies(*ground_, *sent);
  if (!all.ok()) return all.status();
  // Each is committed by itself. The record comes last: while a copy lacks the date, its alarm
  // stands.
  std::ranges::reverse(*all);
  std::set<std::string> told;
  for (state::SentRecord& one : *all) {
    if (IsOver(one, now)) continue;
    absl::StatusOr<std::vector<std::string>> these = KeepOne(officer, request, one, now);
    if (!these.ok()) return these.status();
    told.insert(these->begin(), these->end());
  }
  v1::ReviewResponse response;
  response.set_record_id(HexOf(sent->record_id()));
  response.set_reference(ReferenceOf(sent->record_id()));
  response.set_review_by_ms(request.review_by_ms());
  response.mutable_recipients()->Assign(told.begin(), told.end());
  return response;
}

}  // namespace entente::node

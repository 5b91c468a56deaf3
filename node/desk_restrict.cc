// What this agency restricts of what it sent (desk.h).
#include <algorithm>

#include "absl/strings/str_join.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/labels.h"
#include "node/recall.h"
#include "node/restrict.h"
#include "node/reviews.h"
#include "node/text.h"

namespace entente::node {
namespace {

bool Lifts(const v1::RestrictRequest& request) {
  return request.ground() == v1::RESTRICTION_GROUND_LIFTED;
}

absl::Status CheckAsked(const v1::RestrictRequest& request) {
  if (request.ground() == v1::RESTRICTION_GROUND_UNSPECIFIED) {
    return Refuse(Reason::kLabelMissing, "ground", "a restriction says why");
  }
  const bool restricts = request.processing() || !request.obligations().empty();
  if (restricts != Lifts(request)) return absl::OkStatus();
  return Lifts(request) ? RefuseAdvising(Reason::kMalformed, "", "what is lifted restricts nothing",
                                         "lift it alone; obligations that were added stay")
                        : RefuseAdvising(Reason::kLabelMissing, "restriction",
                                         "nothing is said of what is restricted",
                                         "restrict processing, or add an obligation");
}

// As the vocabulary writes them.
absl::StatusOr<std::vector<std::string>> ObligationsOf(const Ground& ground,
                                                       const v1::RestrictRequest& request,
                                                       Instant now) {
  const auto vocabulary = VocabularyAt(ground.federation.registry(), now);
  std::vector<std::string> obligations;
  for (const std::string& text : request.obligations()) {
    const absl::StatusOr<policy::Obligation> read =
        policy::ParseObligation(text, vocabulary->obligation_forms());
    if (!read.ok()) {
      return RefuseAdvising(Reason::kLabelUnknown, "obligation",
                            std::string(read.status().message()),
                            "write an obligation of the vocabulary, such as onward:never");
    }
    obligations.push_back(read->text);
  }
  return obligations;
}

// Lifted it would be used unreviewed.
absl::Status CheckReviewed(const state::SentRecord& sent, Instant now) {
  if (!IsReviewMissed(sent, now)) return absl::OkStatus();
  const Instant by{static_cast<int64_t>(sent.review_by_ms())};
  return RefuseAdvising(Reason::kMalformed, "",
                        Text("nobody reviewed this record by ", FormatInstant(by),
                             ": until then its use stays restricted"),
                        "review it: entente review RECORD --keep --until INSTANT lifts what the "
                        "review restricted, and what an officer restricted can be lifted after it");
}

absl::Status CheckStands(const state::SentRecord& sent, Instant now) {
  if (sent.recalled_ms() != 0) {
    return RefuseAdvising(Reason::kExpired, "", "this record was recalled",
                          "every copy is closed; nothing is left to restrict");
  }
  if (sent.stage() == state::STAGE_PURGED || sent.expires_ms() <= static_cast<uint64_t>(now.ms)) {
    return ErasedByTime();
  }
  if (sent.kind() == v1::RECORD_KIND_MEMBERSHIP) {
    return RefuseAdvising(Reason::kMalformed, "", "a membership is not restricted",
                          "change the case: the next membership takes the place of this one");
  }
  if (HasLeft(sent)) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "this record has not left yet",
                        "recall it, and send it when it may be used");
}

absl::Status CheckRecipients(const std::vector<state::SentRecord>& all,
                             const v1::RestrictRequest& request) {
  std::set<std::string> has, restricted;
  for (const state::SentRecord& one : all) {
    for (const state::SentRecipient& recipient : one.recipients()) {
      has.insert(recipient.recipient());
      if (IsRestricted(recipient)) restricted.insert(recipient.recipient());
    }
  }
  for (const std::string& name : request.recipients()) {
    if (has.contains(name)) continue;
    return RefuseAdvising(Reason::kWrongAgency, "", Text("this record was not sent to ", name),
                          Text("name of these: ", absl::StrJoin(has, ", ")));
  }
  const auto is_restricted = [&](const std::string& name) { return restricted.contains(name); };
  const bool any = request.recipients().empty()
                       ? !restricted.empty()
                       : std::ranges::any_of(request.recipients(), is_restricted);
  if (!Lifts(request) || any) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "the use of this record is not restricted there",
                        "entente restrict list shows what is restricted, and where");
}

}  // namespace

// Before a copy has left it does not leave.
absl::StatusOr<std::vector<std::string>> Desk::RestrictOne(std::string_view officer,
                                                           const Restricting& wish,
                                                           state::SentRecord& sent,
                                                           std::string_view justification,
                                                           Instant now) {
  store::WriteBatch batch;
  const bool left = HasLeft(sent);
  absl::StatusOr<std::vector<std::string>> told =
      left ? RestrictSent(*ground_, wish, sent, batch, now)
           : RecallSent(*ground_, v1::RECALL_GROUND_WITHDRAWN, sent, batch, now);
  if (!told.ok()) return told;
  sent_.Save(sent, batch);
  state::DiaryLine line = MakeLine(officer, left ? operation::kAlteration : operation::kErasure,
                                   sent.record_id(), sent.purpose(), justification, now);
  line.set_detail(wish.ground == v1::RESTRICTION_GROUND_LIFTED ? "its restriction lifted"
                                                               : "its use restricted");
  if (absl::Status status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  if (!left) outbox_->Forget(sent);
  if (!left || IsRestricted(sent)) {
    ground_->held.Remove(sent.record_id());
    return told;
  }
  const absl::StatusOr<state::SentContent> content = sent_.Content(sent);
  if (content.ok()) ground_->held.AddSent(sent, content->draft());
  return told;
}

absl::StatusOr<v1::RestrictResponse> Desk::Restrict(std::string_view officer,
                                                    const v1::RestrictRequest& request,
                                                    Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (status.ok()) status = CheckAsked(request);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<std::string>> obligations = ObligationsOf(*ground_, request, now);
  if (!obligations.ok()) return obligations.status();
  absl::StatusOr<state::SentRecord> sent = FindSent(request.record_id());
  if (!sent.ok()) return sent.status();
  status = CheckStands(*sent, now);
  if (status.ok() && Lifts(request)) status = CheckReviewed(*sent, now);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<state::SentRecord>> all = WithCopies(*ground_, *sent);
  if (!all.ok()) return all.status();
  if (status = CheckRecipients(*all, request); !status.ok()) return status;
  const Restricting wish{.ground = request.ground(),
                         .processing = request.processing(),
                         .obligations = *std::move(obligations),
                         .recipients = {request.recipients().begin(), request.recipients().end()}};
  std::set<std::string> told;
  for (state::SentRecord& one : *all) {
    const bool lifts_nothing = !HasLeft(one) && Lifts(request);
    const bool over = one.recalled_ms() != 0 || one.stage() == state::STAGE_PURGED;
    if (lifts_nothing || over) continue;
    absl::StatusOr<std::vector<std::string>> these =
        RestrictOne(officer, wish, one, request.justification(), now);
    if (!these.ok()) return these.status();
    told.insert(these->begin(), these->end());
  }
  v1::RestrictResponse response;
  response.set_record_id(HexOf(sent->record_id()));
  response.mutable_recipients()->Assign(told.begin(), told.end());
  return response;
}

}  // namespace entente::node

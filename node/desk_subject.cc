// What is held about a person who asks, and what they are told of it (desk.h).
#include <algorithm>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/access_decisions.h"
#include "node/desk.h"
#include "node/page.h"
#include "node/question.h"
#include "node/subject_items.h"
#include "node/subject_log.h"
#include "node/text.h"

namespace entente::node {
namespace {

Place PlaceOf(const v1::SubjectItem& item) {
  return {item.instant_ms(), Text(item.record_id(), "/", item.origin())};
}

v1::SubjectItem* FindItem(std::vector<v1::SubjectItem>& items, const FoundRecord& found) {
  const auto is_it = [&](const v1::SubjectItem& item) {
    const bool sent = item.direction() != v1::SUBJECT_DIRECTION_RECEIVED;
    if (sent != found.sent) return false;
    return sent ? item.record_id() == HexOf(found.key)
                : item.record_hash() == DigestText(*FixedBytes<32>(found.key));
  };
  const auto item = std::ranges::find_if(items, is_it);
  return item == items.end() ? nullptr : &*item;
}

// As many as fit an answer, from the page's place on.
absl::Status FillPage(std::vector<v1::SubjectItem>& items, const v1::SubjectReportRequest& request,
                      v1::SubjectReportResponse& response) {
  absl::StatusOr<Place> last = ReadPlace(request.page());
  if (!last.ok()) return last.status();
  std::ranges::sort(items, {}, PlaceOf);
  Page page(request.limit());
  for (v1::SubjectItem& item : items) {
    if (PlaceOf(item) <= *last) continue;
    if (!page.Takes(item.ByteSizeLong())) {
      response.set_next_page(TextOf(*last));
      return absl::OkStatus();
    }
    *last = PlaceOf(item);
    *response.add_items() = std::move(item);
  }
  return absl::OkStatus();
}

state::DiaryLine LineOf(std::string_view officer, std::string_view operation,
                        const v1::SubjectItem& item, const v1::SearchRequest& who, Instant now) {
  state::DiaryLine line =
      MakeLine(officer, operation, *HexDecode(item.record_id()),
               who.purpose().empty() ? item.purpose() : who.purpose(), who.justification(), now);
  line.set_detail("a person asks what is held about them");
  return line;
}

// The question in every case; with the first page what was decided; of each record that is given
// that it is read, or that the person is told.
std::vector<state::DiaryLine> LinesFor(std::string_view officer,
                                       const v1::SubjectReportRequest& request,
                                       const Question& question,
                                       const std::vector<v1::SubjectItem>& items,
                                       const v1::SubjectReportResponse& given, Instant now) {
  const v1::SearchRequest& who = request.who();
  std::vector<state::DiaryLine> lines = {
      MakeLine(officer, operation::kSearch, "", who.purpose(), who.justification(), now)};
  lines.back().set_asked(absl::StrJoin(question.kinds, ", "));
  lines.back().set_detail(request.for_subject() ? "for a person who asks: the answer to them"
                                                : "for a person who asks");
  if (request.page().empty()) {
    for (const v1::SubjectItem& item : items) {
      if (item.has_decision()) lines.push_back(DecisionLine(officer, item, who, now));
    }
  }
  const std::string_view operation =
      request.for_subject() ? operation::kDisclosure : operation::kConsultation;
  for (const v1::SubjectItem& item : given.items()) {
    lines.push_back(LineOf(officer, operation, item, who, now));
  }
  return lines;
}

// Of what is told, and in what is given, nothing else.
absl::Status FillForSubject(const std::vector<v1::SubjectItem>& items,
                            const v1::SubjectReportRequest& request,
                            v1::SubjectReportResponse& response) {
  std::vector<v1::SubjectItem> told;
  for (const v1::SubjectItem& item : items) {
    if (item.decision().told()) told.push_back(item);
  }
  if (absl::Status status = FillPage(told, request, response); !status.ok()) return status;
  for (v1::WithheldCount& one : WithheldOf(items)) {
    if (request.page().empty()) *response.add_withheld() = std::move(one);
  }
  return absl::OkStatus();
}

// What is not about one record goes with the first page.
absl::Status FillForOfficer(const SubjectItems& held, const v1::SubjectReportResponse& of_log,
                            const std::vector<v1::SubjectItem>& items,
                            const v1::SubjectReportRequest& request,
                            v1::SubjectReportResponse& response) {
  if (request.page().empty()) {
    response.MergeFrom(of_log);
    held.FillCounts(response);
    response.set_undecided(static_cast<uint64_t>(
        std::ranges::count_if(items, [](const auto& item) { return !item.has_decision(); })));
  }
  std::vector<v1::SubjectItem> all = items;
  return FillPage(all, request, response);
}

}  // namespace

absl::Status Desk::Decide(const v1::SubjectReportRequest& request,
                          std::vector<v1::SubjectItem>& items) const {
  for (const v1::AccessDecision& decision : request.decisions()) {
    const absl::StatusOr<FoundRecord> found = Find(decision.record_id(), true);
    if (!found.ok()) return found.status();
    v1::SubjectItem* const item = FindItem(items, *found);
    if (item == nullptr) {
      return RefuseAdvising(Reason::kMalformed, "",
                            Text("nothing in record ", decision.record_id(),
                                 " names the person as they are asked for"),
                            "decide on the records of the report alone");
    }
    if (absl::Status status = CheckDecision(decision, *item); !status.ok()) return status;
    *item->mutable_decision() = decision;
    item->mutable_decision()->set_record_id(item->record_id());
  }
  return request.for_subject() ? CheckAllDecided(items) : absl::OkStatus();
}

absl::StatusOr<v1::SubjectReportResponse> Desk::SubjectReport(
    std::string_view officer, const v1::SubjectReportRequest& request, Instant now) {
  const v1::SearchRequest& who = request.who();
  absl::Status status = ground_->officers.Check(officer, {role::kProtection});
  if (status.ok()) status = CheckJustification(who.justification());
  if (status.ok()) status = CheckPurposeKnown(ground_->federation.registry(), who.purpose(), now);
  if (!status.ok()) return status;
  const absl::StatusOr<Question> question = ReadQuestion(who, now);
  if (!question.ok()) return question.status();
  SubjectItems held(*ground_, *question, now);
  if (status = held.Collect(); !status.ok()) return status;
  v1::SubjectReportResponse of_log;
  status = ReadLogAbout(ground_->diary, held.finder(), held.items(), of_log);
  if (status.ok()) status = Decide(request, held.items());
  if (!status.ok()) return status;
  v1::SubjectReportResponse response;
  response.set_agency(ground_->agency.text());
  response.set_asked_ms(static_cast<uint64_t>(now.ms));
  if (request.page().empty()) {
    response.mutable_asked()->Assign(question->asked.begin(), question->asked.end());
  }
  response.set_for_subject(request.for_subject());
  status = request.for_subject() ? FillForSubject(held.items(), request, response)
                                 : FillForOfficer(held, of_log, held.items(), request, response);
  if (!status.ok()) return status;
  const std::vector<state::DiaryLine> lines =
      LinesFor(officer, request, *question, held.items(), response, now);
  if (request.for_subject()) {
    for (v1::SubjectItem& item : *response.mutable_items()) item = ForSubject(item);
  }
  store::WriteBatch batch;
  if (status = ground_->Commit(batch, lines); !status.ok()) return status;
  return response;
}

}  // namespace entente::node

// Officers and units, to whom records are assigned, who read outside, and sessions (desk.h).
#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/assignment.h"
#include "node/cases.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

absl::Status CheckAssignee(const Assignments& assignments, const v1::AssignRequest& request) {
  if (request.unit().empty() && request.officers().empty()) {
    return Refuse(Reason::kLabelMissing, "assignee", "name a unit, or officers");
  }
  if (!request.unit().empty() && !assignments.Units().contains(request.unit())) {
    return RefuseAdvising(Reason::kMalformed, "", Text("no officer is in unit ", request.unit()),
                          "entente unit list shows the units");
  }
  for (const std::string& id : request.officers()) {
    const auto found = assignments.officers().find(id);
    const bool reads =
        found != assignments.officers().end() &&
        std::ranges::find(found->second.roles(), role::kReader) != found->second.roles().end();
    if (reads) continue;
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("officer ", id, " is not listed here, or has not the role reader"),
                          "name officers who read records at this desk");
  }
  return absl::OkStatus();
}

state::Assignment ToState(const v1::AssignRequest& request) {
  state::Assignment assignment;
  assignment.set_unit(request.unit());
  *assignment.mutable_officers() = request.officers();
  return assignment;
}

}  // namespace

absl::StatusOr<v1::AddOfficerResponse> Desk::AddOfficer(std::string_view officer,
                                                        const v1::AddOfficerRequest& request,
                                                        Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAdministrator});
  if (!status.ok()) return status;
  if (request.officer().id() == officer) {
    return RefuseAdvising(Reason::kNotAuthorised, "", "nobody changes their own roles",
                          "ask another administrator");
  }
  store::WriteBatch batch;
  absl::StatusOr<std::string> change = ground_->officers.Add(request.officer(), batch);
  if (!change.ok()) return change.status();
  const state::DiaryLine line = MakeLine(officer, operation::kAdministration, "", "", *change, now);
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return v1::AddOfficerResponse();
}

absl::StatusOr<v1::ListOfficersResponse> Desk::ListOfficers(std::string_view officer) const {
  absl::Status status =
      ground_->officers.Check(officer, {role::kAdministrator, role::kProtection, role::kAuditor});
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<v1::Officer>> all = ground_->officers.All();
  if (!all.ok()) return all.status();
  v1::ListOfficersResponse response;
  for (v1::Officer& one : *all) *response.add_officers() = std::move(one);
  return response;
}

// ---- units

absl::StatusOr<v1::SetUnitRuleResponse> Desk::SetUnitRule(std::string_view officer,
                                                          const v1::SetUnitRuleRequest& request,
                                                          Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAdministrator});
  if (!status.ok()) return status;
  store::WriteBatch batch;
  absl::StatusOr<std::string> change = SetRule(*ground_, request.rule(), batch);
  if (!change.ok()) return change.status();
  const state::DiaryLine line = MakeLine(officer, operation::kAdministration, "", "", *change, now);
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return v1::SetUnitRuleResponse();
}

absl::StatusOr<v1::ListUnitsResponse> Desk::ListUnits(std::string_view officer) const {
  if (absl::Status status = ground_->officers.Check(officer, {}); !status.ok()) return status;
  absl::StatusOr<Assignments> assignments = Assignments::Load(*ground_);
  if (!assignments.ok()) return assignments.status();
  v1::ListUnitsResponse response;
  for (const auto& [name, officers] : assignments->Units()) {
    v1::Unit& unit = *response.add_units();
    unit.set_name(name);
    unit.mutable_officers()->Assign(officers.begin(), officers.end());
  }
  *response.mutable_rules() = assignments->rules().rules();
  return response;
}

// ---- assignment

// Who is inside may hand on; an administrator, who reads nothing, may put right what nobody can.
absl::Status Desk::CheckMayAssign(std::string_view officer, const Assignments& assignments,
                                  const Assigned& assigned) const {
  absl::Status status =
      ground_->officers.Check(officer, {role::kAuthor, role::kReader, role::kAdministrator});
  if (!status.ok() || assignments.IsInside(assigned, officer) ||
      ground_->officers.Check(officer, {role::kAdministrator}).ok()) {
    return status;
  }
  if (assigned.unit.empty() && assigned.officers.empty()) {
    return RefuseAdvising(Reason::kNotAuthorised, "", "this is assigned to nobody",
                          "ask an administrator to assign it");
  }
  return RefuseAdvising(
      Reason::kNotAuthorised, "",
      Text("this is assigned to ", AssignedText(assigned), ", and you are not of them"),
      "ask one of them, or an administrator, to assign it");
}

// The row with its new assignee, in the batch, and who had it before.
absl::StatusOr<Assigned> Desk::Reassign(std::string_view officer, const Assignments& assignments,
                                        const v1::AssignRequest& request, store::WriteBatch& batch,
                                        std::string& record_id) {
  absl::StatusOr<FoundRecord> found = Find(request.record_id(), true);
  if (!found.ok()) return found.status();
  absl::StatusOr<Assigned> before;
  if (found->sent) {
    absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(found->key);
    if (!sent.ok()) return sent.status();
    before = assignments.Of(**sent);
    record_id = (*sent)->record_id();
    *(*sent)->mutable_assigned() = ToState(request);
    sent_.Save(**sent, batch);
  } else {
    absl::StatusOr<std::optional<state::ReceivedRecord>> received =
        Load<state::ReceivedRecord>(ground_->db, kReceived, found->key);
    if (!received.ok()) return received.status();
    before = assignments.Of(**received);
    record_id = (*received)->record_id();
    *(*received)->mutable_assigned() = ToState(request);
    Save(batch, kReceived, found->key, **received);
  }
  if (!before.ok()) return before;
  if (absl::Status may = CheckMayAssign(officer, assignments, *before); !may.ok()) return may;
  return before;
}

absl::StatusOr<Assigned> Desk::ReassignCase(std::string_view officer,
                                            const Assignments& assignments,
                                            const v1::AssignRequest& request,
                                            store::WriteBatch& batch, std::string& case_id) {
  absl::StatusOr<std::string> id = FindCaseId(request.case_id());
  if (!id.ok()) return id.status();
  case_id = *id;
  absl::StatusOr<Assigned> before = assignments.OfCase(*id);
  if (!before.ok()) return before;
  if (absl::Status may = CheckMayAssign(officer, assignments, *before); !may.ok()) return may;
  absl::StatusOr<std::optional<state::CaseBook>> book =
      Load<state::CaseBook>(ground_->db, kCases, *id);
  if (!book.ok()) return book.status();
  *(*book)->mutable_assigned() = ToState(request);
  Save(batch, kCases, *id, **book);
  return before;
}

absl::StatusOr<v1::AssignResponse> Desk::Assign(std::string_view officer,
                                                const v1::AssignRequest& request, Instant now) {
  absl::Status status =
      ground_->officers.Check(officer, {role::kAuthor, role::kReader, role::kAdministrator});
  if (status.ok()) status = CheckJustification(request.justification());
  if (status.ok() && request.record_id().empty() == request.case_id().empty()) {
    status = Refuse(Reason::kLabelMissing, "record", "name one record, or one case");
  }
  if (!status.ok()) return status;
  absl::StatusOr<Assignments> assignments = Assignments::Load(*ground_);
  if (!assignments.ok()) return assignments.status();
  if (status = CheckAssignee(*assignments, request); !status.ok()) return status;
  const bool record = request.case_id().empty();
  store::WriteBatch batch;
  std::string id;
  absl::StatusOr<Assigned> before = record
                                        ? Reassign(officer, *assignments, request, batch, id)
                                        : ReassignCase(officer, *assignments, request, batch, id);
  if (!before.ok()) return before.status();
  const Assigned after{
      false, request.unit(), {request.officers().begin(), request.officers().end()}};
  state::DiaryLine line =
      MakeLine(officer, operation::kAlteration, record ? id : "", "", request.justification(), now);
  line.set_detail(Text(record ? "" : Text("case ", HexOf(id), ": "), "assigned to ",
                       AssignedText(after), "; before: ", AssignedText(*before)));
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  v1::AssignResponse response;
  (record ? response.mutable_record_id() : response.mutable_case_id())->assign(HexOf(id));
  response.set_unit(request.unit());
  *response.mutable_officers() = request.officers();
  return response;
}

// ---- reads outside

absl::StatusOr<std::vector<std::string>> Desk::OutsideReads(uint64_t through) const {
  std::vector<std::string> keys;
  absl::Status status =
      ForEachBytes(ground_->db, kNode, kOutsidePrefix, [&](std::string_view key, std::string_view) {
        if (U64FromKey(key.substr(kOutsidePrefix.size())) <= through) keys.emplace_back(key);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return keys;
}

absl::StatusOr<v1::ReviewOutsideResponse> Desk::ReviewOutside(
    std::string_view officer, const v1::ReviewOutsideRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kProtection});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<std::string>> seen = OutsideReads(request.through());
  if (!seen.ok()) return seen.status();
  absl::StatusOr<std::vector<std::string>> all = OutsideReads(UINT64_MAX);
  if (!all.ok()) return all.status();
  // Else what came after the list that was looked at would count as looked at.
  if (seen->empty() ||
      U64FromKey(seen->back().substr(kOutsidePrefix.size())) != request.through()) {
    return RefuseAdvising(
        Reason::kMalformed, "", Text("line ", request.through(), " is no read outside that waits"),
        "entente log --outside --justification \"...\" shows them with their numbers");
  }
  store::WriteBatch batch;
  for (const std::string& key : *seen) batch.Delete(kNode, key);
  state::DiaryLine line =
      MakeLine(officer, operation::kLogReading, "", "", request.justification(), now);
  line.set_detail(Text(seen->size(), " reads outside looked at, up to line ", request.through()));
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  v1::ReviewOutsideResponse response;
  response.set_reviewed(seen->size());
  response.set_left(all->size() - seen->size());
  return response;
}

// ---- sessions

absl::Status Desk::TryPassphrase(std::string_view officer, std::string_view passphrase,
                                 Instant now) {
  store::WriteBatch batch;
  absl::StatusOr<Sessions::Attempt> attempt =
      ground_->sessions.Try(officer, passphrase, batch, now);
  if (!attempt.ok()) return attempt.status();
  state::DiaryLine line = MakeLine(officer, operation::kSession, "", "", "", now);
  line.set_detail(attempt->detail);
  if (absl::Status status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  if (attempt->right) return absl::OkStatus();
  return RefuseAdvising(Reason::kNotAuthenticated, "", "the pass phrase is wrong",
                        "type it again; an administrator can take a forgotten one away");
}

absl::StatusOr<v1::LockResponse> Desk::Lock(std::string_view officer, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {});
  if (!status.ok()) return status;
  const absl::StatusOr<bool> locked = ground_->sessions.Lock(officer);
  if (!locked.ok()) return locked.status();
  if (!*locked) return v1::LockResponse();
  store::WriteBatch batch;
  state::DiaryLine line = MakeLine(officer, operation::kSession, "", "", "", now);
  line.set_detail("session locked");
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return v1::LockResponse();
}

absl::StatusOr<v1::UnlockResponse> Desk::Unlock(std::string_view officer,
                                                const v1::UnlockRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {});
  if (status.ok()) status = TryPassphrase(officer, request.passphrase(), now);
  if (!status.ok()) return status;
  ground_->sessions.Open(officer, now);
  v1::UnlockResponse response;
  response.set_idle_ms(static_cast<uint64_t>(ground_->sessions.rule().idle_ms));
  return response;
}

absl::StatusOr<v1::SetPassphraseResponse> Desk::SetPassphrase(
    std::string_view officer, const v1::SetPassphraseRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {});
  if (!status.ok()) return status;
  absl::StatusOr<bool> has = ground_->sessions.HasPassphrase(officer);
  if (!has.ok()) return has.status();
  if (*has) status = TryPassphrase(officer, request.before(), now);
  if (!status.ok()) return status;
  store::WriteBatch batch;
  status = ground_->sessions.Set(officer, request.passphrase(), ground_->random, batch);
  if (!status.ok()) return status;
  state::DiaryLine line = MakeLine(officer, operation::kSession, "", "", "", now);
  line.set_detail(*has ? "pass phrase changed" : "pass phrase set");
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  ground_->sessions.Open(officer, now);
  return v1::SetPassphraseResponse();
}

absl::StatusOr<v1::ResetPassphraseResponse> Desk::ResetPassphrase(
    std::string_view officer, const v1::ResetPassphraseRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAdministrator});
  if (!status.ok()) return status;
  absl::StatusOr<bool> has = ground_->sessions.HasPassphrase(request.officer());
  if (!has.ok()) return has.status();
  if (!*has || request.officer() == officer) {
    return RefuseAdvising(Reason::kMalformed, "",
                          "this officer has no pass phrase, or it is your own",
                          "your own is changed with entente officer passphrase, or taken away by "
                          "another administrator");
  }
  store::WriteBatch batch;
  ground_->sessions.Forget(request.officer(), batch);
  const state::DiaryLine line =
      MakeLine(officer, operation::kAdministration, "", "",
               Text("officer ", request.officer(), ": pass phrase taken away"), now);
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return v1::ResetPassphraseResponse();
}

absl::StatusOr<v1::WatchResponse> Desk::Watch(std::string_view officer, Instant now) const {
  v1::InboxRequest request;
  request.set_unread_only(true);
  request.set_mine_only(true);
  // They are found by a search: a whole list of them would drown what waits for somebody.
  request.add_without(v1::RECORD_KIND_ALERT);
  const absl::StatusOr<v1::InboxResponse> inbox = Inbox(officer, request, now);
  if (!inbox.ok()) return inbox.status();
  v1::WatchResponse response;
  for (const v1::InboxItem& item : inbox->items()) {
    v1::WaitingRecord& waiting = *response.add_records();
    waiting.set_record_id(item.record_id());
    waiting.set_reference(item.reference());
    waiting.set_urgency(item.urgency());
    waiting.set_received_ms(item.received_ms());
  }
  return response;
}

}  // namespace entente::node

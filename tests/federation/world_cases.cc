// Cases at the desks of a simulated world (world.h).
#include <algorithm>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "tests/federation/world.h"

namespace entente::testing {
namespace {

v1::CaseMember Investigator(const std::string& agency) {
  v1::CaseMember member;
  member.set_agency(agency);
  member.set_role(v1::CASE_ROLE_INVESTIGATOR);
  return member;
}

}  // namespace

ModelCase* World::FindCase(std::string_view id) {
  const auto found = std::ranges::find(cases, id, &ModelCase::id);
  return found == cases.end() ? nullptr : &*found;
}

absl::StatusOr<std::string> World::OpenCase(std::string_view owner,
                                            const std::set<std::string>& members, Instant expires) {
  v1::OpenCaseRequest request;
  request.set_title("The quay");
  for (const std::string& agency : members) *request.add_members() = Investigator(agency);
  request.set_purpose("asset-recovery");
  request.add_handling("H1");
  request.set_evaluation("B2");
  request.set_expires_ms(static_cast<uint64_t>(expires.ms));
  request.set_justification("joint work");
  NodeHost& host = node(owner);
  const auto opened = host.Desk<v1::CaseChange>(
      "case", [&](node::Engine& engine) { return engine.OpenCase(kOfficer, request, host.Now()); });
  scene.trace.Add(owner, "opens a case: " + opened.status().ToString());
  if (!opened.ok()) return opened.status();
  ModelCase& kept = cases.emplace_back();
  kept.id = opened->case_id();
  kept.owner = std::string(owner);
  if (absl::Status status = KeepDeclared(kept, members, 1); !status.ok()) return status;
  link(owner).Wake(limits::kSecondMs);
  return opened->case_id();
}

absl::Status World::ChangeCase(ModelCase& in, const std::string& add, const std::string& remove) {
  v1::ChangeCaseRequest request;
  request.set_case_id(in.id);
  if (!add.empty()) *request.add_members() = Investigator(add);
  if (!remove.empty()) request.add_remove(remove);
  request.set_justification("as agreed");
  NodeHost& host = node(in.owner);
  const auto changed = host.Desk<v1::CaseChange>("case", [&](node::Engine& engine) {
    return engine.ChangeCase(kOfficer, request, host.Now());
  });
  scene.trace.Add(in.owner, "changes case " + in.id + ": +" + add + " -" + remove + ": " +
                                changed.status().ToString());
  if (absl::IsInternal(changed.status())) in.unsure = true;
  if (!changed.ok()) return changed.status();
  // The one before may have been refused meanwhile: this follows on what the log took.
  const auto before = std::ranges::find_if(in.declared, [&](const ModelMembership& one) {
    return one.number == changed->number() - 1 && logged.contains(one.record);
  });
  if (before == in.declared.end()) {
    scene.Wrong(in.owner, "the case changes from a membership that nobody logged");
    return absl::OkStatus();
  }
  std::set<std::string> members = before->members;
  if (!add.empty()) members.insert(add);
  members.erase(remove);
  absl::Status kept = KeepDeclared(in, members, changed->number());
  link(in.owner).Wake(limits::kSecondMs);
  return kept;
}

absl::Status World::KeepDeclared(ModelCase& in, const std::set<std::string>& members,
                                 uint64_t number) {
  std::string record;
  for (const v1::CaseEntry& entry : EntriesOf(in.owner, in.id)) {
    const bool known = std::ranges::find(in.declared, entry.record_id(),
                                         &ModelMembership::record) != in.declared.end();
    if (entry.kind() == v1::RECORD_KIND_MEMBERSHIP && !known) record = entry.record_id();
  }
  if (record.empty()) scene.Wrong(in.owner, "shows no membership that it declared");
  in.declared.push_back({record, number, members});
  return absl::OkStatus();
}

absl::StatusOr<v1::SendResponse> World::Post(std::string_view agency, const ModelCase& in,
                                             LeadWish wish) {
  wish.kind = v1::RECORD_KIND_CASE_ITEM;
  wish.case_id = in.id;
  const auto sent = Send(agency, std::move(wish));
  if (!sent.ok() || in.unsure) return sent;
  const std::vector<std::string>& to = records.back().recipients;
  const bool declared = std::ranges::any_of(in.declared, [&](const ModelMembership& one) {
    std::set<std::string> others = one.members;
    others.insert(in.owner);
    others.erase(std::string(agency));
    return others == std::set<std::string>(to.begin(), to.end());
  });
  if (!declared) scene.Wrong(std::string(agency), "posts to others than the members of a case");
  return sent;
}

absl::Status World::ShareCase(std::string_view agency, ModelCase& in,
                              const std::string& recipient) {
  v1::ShareCaseRequest request;
  request.set_case_id(in.id);
  request.set_recipient(recipient);
  request.set_justification("has joined");
  NodeHost& host = node(agency);
  const auto shared = host.Desk<v1::ShareCaseResponse>("share", [&](node::Engine& engine) {
    return engine.ShareCase(kOfficer, request, host.Now());
  });
  scene.trace.Add(
      agency, "shares case " + in.id + " with " + recipient + ": " + shared.status().ToString());
  if (absl::IsInternal(shared.status())) in.unsure = true;
  if (!shared.ok()) return shared.status();
  CheckShared(agency, in, recipient, *shared);
  KeepShared(in, recipient, *shared);
  link(agency).Wake(limits::kSecondMs);
  return absl::OkStatus();
}

// Whatever this agency posted and the recipient was not sent.
void World::CheckShared(std::string_view agency, const ModelCase& in, const std::string& recipient,
                        const v1::ShareCaseResponse& shared) {
  if (in.unsure) return;
  for (const ModelRecord& posted : records) {
    const bool shareable = posted.origin == agency && posted.case_id == in.id &&
                           posted.copy_of.empty() && !posted.recalled && !posted.recall_unsure &&
                           !posted.restricted && !posted.restrict_unsure &&
                           logged.contains(posted.id) &&
                           posted.expires > node(agency).Now() + limits::kHourMs;
    const bool sent = std::ranges::any_of(records, [&](const ModelRecord& one) {
      return (one.id == posted.id || one.copy_of == posted.id) && !one.recalled &&
             std::ranges::find(one.recipients, recipient) != one.recipients.end();
    });
    const bool now = std::ranges::find(shared.entries(), posted.id, &v1::SharedEntry::record_id) !=
                     shared.entries().end();
    if (!shareable || sent || now) continue;
    scene.Wrong(std::string(agency), "does not share post " + std::to_string(posted.number));
  }
}

void World::KeepShared(ModelCase& in, const std::string& recipient,
                       const v1::ShareCaseResponse& shared) {
  for (const v1::SharedEntry& entry : shared.entries()) {
    const ModelRecord* const posted = FindRecord(entry.record_id());
    // Accepted by a desk that died before it could say so, or refused for room: it may be tried
    // again.
    if (posted == nullptr) in.unsure = true;
    if (posted == nullptr || entry.copy_id().empty()) continue;
    ModelRecord copy = *posted;
    copy.id = entry.copy_id();
    copy.copy_of = posted->id;
    copy.recipients = {recipient};
    copy.sent = scene.timeline.now();
    records.push_back(std::move(copy));
  }
}

std::map<std::string, std::vector<v1::RecipientStatus>> World::Sent(std::string_view agency) {
  std::map<std::string, std::vector<v1::RecipientStatus>> sent;
  for (const v1::RecordSummary& one : Leads(agency, false)) {
    sent[one.record_id()] = {one.recipients().begin(), one.recipients().end()};
  }
  for (const v1::CaseSummary& in : Cases(agency)) {
    for (const v1::CaseEntry& one : EntriesOf(agency, in.case_id())) {
      if (one.origin() != agency) continue;
      sent[one.record_id()] = {one.recipients().begin(), one.recipients().end()};
    }
  }
  return sent;
}

std::vector<v1::CaseSummary> World::Cases(std::string_view agency) {
  NodeHost& host = node(agency);
  const auto cases_here = host.Desk<v1::ListCasesResponse>(
      "cases", [&](node::Engine& engine) { return engine.ListCases(kOfficer, {}, host.Now()); });
  if (!cases_here.ok()) scene.Wrong(std::string(agency), cases_here.status().ToString());
  if (!cases_here.ok()) return {};
  return {cases_here->cases().begin(), cases_here->cases().end()};
}

std::vector<v1::CaseEntry> World::EntriesOf(std::string_view agency, const std::string& case_id) {
  v1::ShowCaseRequest request;
  request.set_case_id(case_id);
  NodeHost& host = node(agency);
  const auto listed = host.Desk<v1::ShowCaseResponse>(
      "case", [&](node::Engine& engine) { return engine.ShowCase(kOfficer, request, host.Now()); });
  if (!listed.ok()) scene.Wrong(std::string(agency), "case: " + listed.status().ToString());
  if (!listed.ok()) return {};
  return {listed->entries().begin(), listed->entries().end()};
}

}  // namespace entente::testing

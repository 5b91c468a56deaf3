// Overrides: what two officers sign, and what the data-protection officer reviews (desk.h).
#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/officer_keys.h"
#include "node/override_drafts.h"
#include "node/page.h"
#include "node/table.h"
#include "node/text.h"
#include "node/wanted.h"

namespace entente::node {
namespace {

constexpr size_t kTextBytes = 4096;

std::vector<v1::OverrideSigner> SignersOf(const state::Emergency& emergency) {
  std::vector<v1::OverrideSigner> signers;
  for (const state::EmergencySignature& one : emergency.signatures()) {
    v1::OverrideSigner& signer = signers.emplace_back();
    signer.set_officer(one.officer());
    signer.set_role(one.role());
    signer.set_key_id(HexEncode(AsBytes(one.signature().key_id())));
  }
  return signers;
}

absl::Status CheckWaiting(const state::SentRecord& sent, const state::SentContent& content) {
  if (sent.stage() == state::STAGE_HELD && content.has_emergency()) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "no override of this record waits to be signed",
                        "entente override list shows those that stand in the log");
}

absl::Status CheckFinding(const v1::ReviewOverrideRequest& request) {
  if (!v1::OverrideFinding_IsValid(request.finding()) ||
      request.finding() == v1::OVERRIDE_FINDING_UNSPECIFIED) {
    return RefuseAdvising(Reason::kLabelMissing, "finding", "a review ends with a finding",
                          "justified, or not-justified");
  }
  if (IsBlank(request.text())) {
    return RefuseAdvising(Reason::kLabelMissing, "text", "a finding has its grounds",
                          "write in a few words what was looked at, and what follows");
  }
  if (request.text().size() <= kTextBytes) return absl::OkStatus();
  return Refuse(Reason::kTooLarge, "the text of a review has 4096 bytes at most");
}

std::string_view FindingWord(v1::OverrideFinding finding) {
  return finding == v1::OVERRIDE_FINDING_JUSTIFIED ? "justified" : "not-justified";
}

}  // namespace

using PublishedKey = absl::StatusOr<v1::PublishOfficerKeyResponse>;

PublishedKey Desk::PublishOfficerKey(std::string_view officer,
                                     const v1::PublishOfficerKeyRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAdministrator});
  if (!status.ok()) return status;
  store::WriteBatch batch;
  absl::StatusOr<KeyId> id = KeepOfficerKey(ground_->db, ground_->officers, request, now, batch);
  if (!id.ok()) return id.status();
  state::DiaryLine line = MakeLine(officer, operation::kAdministration, "", "", "", now);
  line.set_detail(
      Text("key ", HexEncode(*id), " of ", request.officer(), ", who signs as ", request.role()));
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  v1::PublishOfficerKeyResponse response;
  response.set_key_id(HexEncode(*id));
  return response;
}

absl::StatusOr<std::vector<KeptOverride>> Desk::FindOverrides(std::string_view name) const {
  absl::StatusOr<Wanted> wanted = ReadWanted(name);
  if (!wanted.ok()) return wanted.status();
  absl::StatusOr<std::vector<KeptOverride>> all = AllOverrides(ground_->db);
  if (!all.ok()) return all;
  std::erase_if(*all, [&](const KeptOverride& one) {
    return !wanted->Is(one.note.origin(), one.note.record());
  });
  return all;
}

// One that is not in the log yet.
absl::StatusOr<v1::ShowOverrideResponse> Desk::ShowWaiting(std::string_view officer,
                                                           std::string_view name,
                                                           Instant now) const {
  absl::StatusOr<state::SentRecord> sent = FindSent(name);
  if (!sent.ok()) return sent.status();
  absl::StatusOr<state::SentContent> content = sent_.Content(*sent);
  if (!content.ok()) return content.status();
  if (absl::Status waits = CheckWaiting(*sent, *content); !waits.ok()) return waits;
  const state::Emergency& emergency = content->emergency();
  v1::ShowOverrideResponse response;
  v1::OverrideSummary& summary = *response.mutable_override();
  summary.set_record_id(HexOf(sent->record_id()));
  summary.set_reference(ReferenceOf(sent->record_id()));
  *summary.mutable_note() = NoteOf(emergency);
  for (v1::OverrideSigner& one : SignersOf(emergency)) *summary.add_signers() = std::move(one);
  response.set_body(emergency.body());
  response.set_reason(emergency.reason());
  response.set_salt(emergency.salt());
  response.set_role(RoleToSign(*ground_, *sent, officer, now, emergency));
  return response;
}

absl::StatusOr<v1::ShowOverrideResponse> Desk::ShowOverride(std::string_view officer,
                                                            const v1::ShowOverrideRequest& request,
                                                            Instant now) {
  absl::Status status = ground_->officers.Check(
      officer, {role::kAuthor, role::kReleaser, role::kProtection, role::kAuditor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<KeptOverride>> logged = FindOverrides(request.record_id());
  if (!logged.ok()) return logged.status();
  v1::ShowOverrideResponse response;
  if (logged->empty()) {
    absl::StatusOr<v1::ShowOverrideResponse> waiting =
        ShowWaiting(officer, request.record_id(), now);
    if (!waiting.ok()) return waiting;
    response = *std::move(waiting);
  } else {
    const KeptOverride& kept = logged->front();
    *response.mutable_override() = SummaryOf(kept, now);
    response.set_body(kept.row.body());
    response.set_reason(kept.row.reason());
    response.set_salt(kept.row.salt());
  }
  response.set_seen(SpokenBody(response.body()));
  store::WriteBatch batch;
  state::DiaryLine line =
      MakeLine(officer, operation::kConsultation, response.override().note().record(),
               response.override().note().purpose(), request.justification(), now);
  line.set_detail("the override");
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return response;
}

absl::StatusOr<v1::SignOverrideResponse> Desk::SignOverride(std::string_view officer,
                                                            const v1::SignOverrideRequest& request,
                                                            Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor, role::kReleaser});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<state::SentRecord> sent = FindSent(request.record_id());
  if (!sent.ok()) return sent.status();
  absl::StatusOr<state::SentContent> content = sent_.Content(*sent);
  if (!content.ok()) return content.status();
  if (status = CheckWaiting(*sent, *content); !status.ok()) return status;
  state::Emergency& emergency = *content->mutable_emergency();
  status = AddSignature(*ground_, *sent, officer, request.signature(), now, emergency);
  if (!status.ok()) return status;
  store::WriteBatch batch;
  if (status = sent_.Save(*sent, *content, batch); !status.ok()) return status;
  state::DiaryLine line = MakeLine(officer, operation::kDisclosure, sent->record_id(),
                                   sent->purpose(), request.justification(), now);
  const std::string& role = emergency.signatures(emergency.signatures_size() - 1).role();
  line.set_detail(Text("override signed as ", role, ", ", SpokenBody(emergency.body())));
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  v1::SignOverrideResponse response;
  response.set_record_id(HexOf(sent->record_id()));
  for (v1::OverrideSigner& one : SignersOf(emergency)) *response.add_signers() = std::move(one);
  return response;
}

absl::StatusOr<v1::ListOverridesResponse> Desk::ListOverrides(
    std::string_view officer, const v1::ListOverridesRequest& request, Instant now) const {
  absl::Status status = ground_->officers.Check(officer, {role::kProtection, role::kAuditor});
  if (!status.ok()) return status;
  absl::StatusOr<Place> last = ReadPlace(request.page());
  if (!last.ok()) return last.status();
  absl::StatusOr<std::vector<KeptOverride>> all = AllOverrides(ground_->db);
  if (!all.ok()) return all.status();
  Page page(request.limit());
  v1::ListOverridesResponse response;
  for (const KeptOverride& kept : *all) {
    Place place{kept.row.logged_ms(), kept.key};
    if (place <= *last) continue;
    v1::OverrideSummary summary = SummaryOf(kept, now);
    if (!page.Takes(summary.ByteSizeLong())) {
      response.set_next_page(TextOf(*last));
      return response;
    }
    *response.add_overrides() = std::move(summary);
    *last = std::move(place);
  }
  return response;
}

// A record that went to several by overrides is looked at as a whole.
absl::StatusOr<v1::ReviewOverrideResponse> Desk::ReviewOverride(
    std::string_view officer, const v1::ReviewOverrideRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kProtection});
  if (status.ok()) status = CheckFinding(request);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<KeptOverride>> found = FindOverrides(request.record_id());
  if (!found.ok()) return found.status();
  std::erase_if(*found, [](const KeptOverride& one) { return !WaitsForReview(one.row); });
  if (found->empty()) {
    return RefuseAdvising(Reason::kMalformed, "", "no override of this record waits for a review",
                          "entente override list shows which do");
  }
  store::WriteBatch batch;
  for (KeptOverride& one : *found) {
    one.row.set_finding(request.finding());
    one.row.set_text(request.text());
    one.row.set_reviewed_by(std::string(officer));
    one.row.set_reviewed_ms(static_cast<uint64_t>(now.ms));
    Save(batch, kNode, one.key, one.row);
  }
  const v1::OverrideNote& note = found->front().note;
  state::DiaryLine line = MakeLine(officer, operation::kAdministration, note.record(),
                                   note.purpose(), request.text(), now);
  line.set_detail(Text("override reviewed: ", FindingWord(request.finding())));
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  if (status = WatchReviews(*ground_, now); !status.ok()) return status;
  v1::ReviewOverrideResponse response;
  response.set_record_id(HexOf(note.record()));
  return response;
}

}  // namespace entente::node

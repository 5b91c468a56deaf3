// The calls of the desk (engine.h).
#include "node/engine_parts.h"

namespace entente::node {

absl::StatusOr<v1::StatusResponse> Engine::Status(std::string_view officer, Instant now) {
  parts_->last_seen_now = now;
  absl::StatusOr<v1::StatusResponse> response =
      parts_->Guarded([&] { return parts_->desk.Status(officer); });
  if (!response.ok()) return response;
  response->set_broker_connected(parts_->connected);
  response->set_broker_error(parts_->broker_error);
  return response;
}

absl::StatusOr<v1::PreviewResponse> Engine::Preview(std::string_view officer,
                                                    const v1::Draft& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Preview(officer, request, now); });
}

absl::StatusOr<v1::SendResponse> Engine::Send(std::string_view officer, const v1::Draft& request,
                                              Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Send(officer, request, now); });
}

absl::StatusOr<NewFile> Engine::BeginAttachment(std::string_view officer) {
  return parts_->Guarded([&] { return parts_->desk.BeginAttachment(officer); });
}

absl::StatusOr<v1::AttachResponse> Engine::KeepAttachment(std::string_view officer,
                                                          const record::AttachedFile& file,
                                                          const v1::AttachResponse& described,
                                                          Instant now) {
  return parts_->Guarded(
      [&] { return parts_->desk.KeepAttachment(officer, file, described, now); });
}

absl::StatusOr<FileToRead> Engine::OpenAttachment(std::string_view officer,
                                                  const v1::ReadAttachmentRequest& request,
                                                  Instant now) {
  return parts_->Guarded([&] { return parts_->desk.OpenAttachment(officer, request, now); });
}

absl::StatusOr<v1::ListResponse> Engine::ListRecords(std::string_view officer,
                                                     const v1::ListRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ListRecords(officer, request, now); });
}

absl::StatusOr<v1::AnswerResponse> Engine::AnswerLead(std::string_view officer,
                                                      const v1::AnswerLeadRequest& request,
                                                      Instant now) {
  return parts_->Guarded([&] { return parts_->desk.AnswerLead(officer, request, now); });
}

absl::StatusOr<v1::ShowLeadResponse> Engine::ShowLead(std::string_view officer,
                                                      const v1::ShowLeadRequest& request,
                                                      Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ShowLead(officer, request, now); });
}

absl::StatusOr<v1::AnswerResponse> Engine::Answer(std::string_view officer,
                                                  const v1::AnswerRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Answer(officer, request, now); });
}

absl::StatusOr<v1::SendResponse> Engine::GiveConsent(std::string_view officer,
                                                     const v1::GiveConsentRequest& request,
                                                     Instant now) {
  return parts_->Guarded([&] { return parts_->desk.GiveConsent(officer, request, now); });
}

absl::StatusOr<v1::ListConsentsResponse> Engine::ListConsents(
    std::string_view officer, const v1::ListConsentsRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ListConsents(officer, request, now); });
}

absl::StatusOr<v1::PublishOfficerKeyResponse> Engine::PublishOfficerKey(
    std::string_view officer, const v1::PublishOfficerKeyRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.PublishOfficerKey(officer, request, now); });
}

absl::StatusOr<v1::ShowOverrideResponse> Engine::ShowOverride(
    std::string_view officer, const v1::ShowOverrideRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ShowOverride(officer, request, now); });
}

absl::StatusOr<v1::SignOverrideResponse> Engine::SignOverride(
    std::string_view officer, const v1::SignOverrideRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.SignOverride(officer, request, now); });
}

absl::StatusOr<v1::ListOverridesResponse> Engine::ListOverrides(
    std::string_view officer, const v1::ListOverridesRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ListOverrides(officer, request, now); });
}

absl::StatusOr<v1::ReviewOverrideResponse> Engine::ReviewOverride(
    std::string_view officer, const v1::ReviewOverrideRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ReviewOverride(officer, request, now); });
}

absl::StatusOr<v1::RecallResponse> Engine::Recall(std::string_view officer,
                                                  const v1::RecallRequest& request, Instant now) {
  return parts_->Guarded([&]() -> absl::StatusOr<v1::RecallResponse> {
    absl::StatusOr<v1::RecallResponse> recalled = parts_->desk.Recall(officer, request, now);
    if (!recalled.ok()) return recalled;
    // What a full disk keeps from being erased is closed all the same, and erased with a later
    // tick.
    const absl::Status purged = parts_->upkeep.Purge(now);
    if (absl::IsInternal(purged)) return purged;
    return recalled;
  });
}

absl::StatusOr<v1::RestrictResponse> Engine::Restrict(std::string_view officer,
                                                      const v1::RestrictRequest& request,
                                                      Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Restrict(officer, request, now); });
}

absl::StatusOr<v1::LogCheckpointResponse> Engine::LogCheckpoint(std::string_view officer) {
  return parts_->Guarded([&] { return parts_->desk.LogCheckpoint(officer); });
}

absl::StatusOr<v1::CompareLogResponse> Engine::CompareLog(std::string_view officer,
                                                          const v1::CompareLogRequest& request,
                                                          Instant now) {
  return parts_->Guarded([&]() -> absl::StatusOr<v1::CompareLogResponse> {
    auto compared = parts_->desk.CompareLog(officer, request);
    const absl::Status progress = parts_->Progress(now);
    if (compared.ok() && !progress.ok()) return progress;
    return compared;
  });
}

absl::StatusOr<v1::ReviewResponse> Engine::Review(std::string_view officer,
                                                  const v1::ReviewRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Review(officer, request, now); });
}

absl::StatusOr<v1::SubjectReportResponse> Engine::SubjectReport(
    std::string_view officer, const v1::SubjectReportRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.SubjectReport(officer, request, now); });
}

absl::StatusOr<v1::CaseChange> Engine::OpenCase(std::string_view officer,
                                                const v1::OpenCaseRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.OpenCase(officer, request, now); });
}

absl::StatusOr<v1::CaseChange> Engine::ChangeCase(std::string_view officer,
                                                  const v1::ChangeCaseRequest& request,
                                                  Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ChangeCase(officer, request, now); });
}

absl::StatusOr<v1::ListCasesResponse> Engine::ListCases(std::string_view officer,
                                                        const v1::ListCasesRequest& request,
                                                        Instant) {
  return parts_->Guarded([&] { return parts_->desk.ListCases(officer, request); });
}

absl::StatusOr<v1::ShowCaseResponse> Engine::ShowCase(std::string_view officer,
                                                      const v1::ShowCaseRequest& request,
                                                      Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ShowCase(officer, request, now); });
}

absl::StatusOr<v1::ShareCaseResponse> Engine::ShareCase(std::string_view officer,
                                                        const v1::ShareCaseRequest& request,
                                                        Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ShareCase(officer, request, now); });
}

absl::StatusOr<v1::ListHeldResponse> Engine::ListHeld(std::string_view officer,
                                                      const v1::ListHeldRequest& request,
                                                      Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ListHeld(officer, request, now); });
}

absl::StatusOr<v1::JudgeHeldResponse> Engine::JudgeHeld(std::string_view officer,
                                                        const v1::JudgeHeldRequest& request,
                                                        Instant now) {
  return parts_->Guarded([&] { return parts_->desk.JudgeHeld(officer, request, now); });
}

absl::StatusOr<v1::SendResponse> Engine::ClearPerson(std::string_view officer,
                                                     const v1::ClearPersonRequest& request,
                                                     Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ClearPerson(officer, request, now); });
}

absl::StatusOr<v1::SearchResponse> Engine::Search(std::string_view officer,
                                                  const v1::SearchRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Search(officer, request, now); });
}

absl::StatusOr<v1::SendResponse> Engine::JudgeHit(std::string_view officer,
                                                  const v1::JudgeHitRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.JudgeHit(officer, request, now); });
}

absl::StatusOr<v1::WatchResponse> Engine::Watch(std::string_view officer, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Watch(officer, now); });
}

absl::StatusOr<v1::InboxResponse> Engine::Inbox(std::string_view officer,
                                                const v1::InboxRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Inbox(officer, request, now); });
}

absl::StatusOr<v1::ShowResponse> Engine::Show(std::string_view officer,
                                              const v1::ShowRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Show(officer, request, now); });
}

absl::StatusOr<v1::ConsultationsResponse> Engine::Consultations(
    std::string_view officer, const v1::ConsultationsRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Consultations(officer, request, now); });
}

absl::StatusOr<v1::DecisionsResponse> Engine::Decisions(std::string_view officer,
                                                        const v1::DecisionsRequest& request,
                                                        Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Decisions(officer, request, now); });
}

absl::StatusOr<v1::DecisionTextsResponse> Engine::DecisionTexts(
    std::string_view officer, const v1::DecisionTextsRequest& request) {
  return parts_->Guarded([&] { return parts_->desk.DecisionTexts(officer, request); });
}

absl::StatusOr<v1::KeysResponse> Engine::Keys(std::string_view officer, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Keys(officer, now); });
}

absl::StatusOr<v1::ListAgenciesResponse> Engine::ListAgencies(std::string_view officer,
                                                              Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ListAgencies(officer, now); });
}

absl::StatusOr<v1::AddOfficerResponse> Engine::AddOfficer(std::string_view officer,
                                                          const v1::AddOfficerRequest& request,
                                                          Instant now) {
  return parts_->Guarded([&] { return parts_->desk.AddOfficer(officer, request, now); });
}

absl::StatusOr<v1::ListOfficersResponse> Engine::ListOfficers(std::string_view officer) {
  return parts_->Guarded([&] { return parts_->desk.ListOfficers(officer); });
}

absl::Status Engine::Enter(std::string_view officer, Instant now) {
  return parts_->Guarded([&] { return parts_->ground->sessions.Enter(officer, now); });
}

absl::StatusOr<v1::SetUnitRuleResponse> Engine::SetUnitRule(std::string_view officer,
                                                            const v1::SetUnitRuleRequest& request,
                                                            Instant now) {
  return parts_->Guarded([&] { return parts_->desk.SetUnitRule(officer, request, now); });
}

absl::StatusOr<v1::ListUnitsResponse> Engine::ListUnits(std::string_view officer) {
  return parts_->Guarded([&] { return parts_->desk.ListUnits(officer); });
}

absl::StatusOr<v1::AssignResponse> Engine::Assign(std::string_view officer,
                                                  const v1::AssignRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Assign(officer, request, now); });
}

absl::StatusOr<v1::ReviewOutsideResponse> Engine::ReviewOutside(
    std::string_view officer, const v1::ReviewOutsideRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ReviewOutside(officer, request, now); });
}

absl::StatusOr<v1::LockResponse> Engine::Lock(std::string_view officer, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Lock(officer, now); });
}

absl::StatusOr<v1::UnlockResponse> Engine::Unlock(std::string_view officer,
                                                  const v1::UnlockRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.Unlock(officer, request, now); });
}

absl::StatusOr<v1::SetPassphraseResponse> Engine::SetPassphrase(
    std::string_view officer, const v1::SetPassphraseRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.SetPassphrase(officer, request, now); });
}

absl::StatusOr<v1::ResetPassphraseResponse> Engine::ResetPassphrase(
    std::string_view officer, const v1::ResetPassphraseRequest& request, Instant now) {
  return parts_->Guarded([&] { return parts_->desk.ResetPassphrase(officer, request, now); });
}

}  // namespace entente::node

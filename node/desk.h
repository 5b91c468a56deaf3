// What officers do at this node: each call checks roles and justification, logs what must be
// logged, and answers in the messages of desk.proto. Not thread-safe; errors as in engine.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "entente/v1/desk.pb.h"
#include "node/assignment.h"
#include "node/attachments.h"
#include "node/ground.h"
#include "node/lead_answers.h"
#include "node/outbox.h"
#include "node/overrides.h"
#include "node/question.h"
#include "node/recall.h"
#include "node/restrict.h"
#include "node/sent.h"
#include "node/state.pb.h"

namespace entente::node {

using Previews = google::protobuf::RepeatedPtrField<v1::RecipientPreview>;

struct FoundRecord {
  bool sent;
  std::string key;  // record hash of a received one, record id of one sent
  std::string origin;
};

class Desk {
 public:
  Desk(Ground& ground, Outbox& outbox) : ground_(&ground), outbox_(&outbox), sent_(ground) {}

  absl::StatusOr<v1::StatusResponse> Status(std::string_view officer) const;
  absl::StatusOr<v1::KeysResponse> Keys(std::string_view officer, Instant now) const;
  absl::StatusOr<v1::ListAgenciesResponse> ListAgencies(std::string_view officer,
                                                        Instant now) const;
  absl::StatusOr<v1::AddOfficerResponse> AddOfficer(std::string_view officer,
                                                    const v1::AddOfficerRequest& request,
                                                    Instant now);
  absl::StatusOr<v1::ListOfficersResponse> ListOfficers(std::string_view officer) const;

  absl::StatusOr<v1::SetUnitRuleResponse> SetUnitRule(std::string_view officer,
                                                      const v1::SetUnitRuleRequest& request,
                                                      Instant now);
  absl::StatusOr<v1::ListUnitsResponse> ListUnits(std::string_view officer) const;
  absl::StatusOr<v1::AssignResponse> Assign(std::string_view officer,
                                            const v1::AssignRequest& request, Instant now);
  absl::StatusOr<v1::ReviewOutsideResponse> ReviewOutside(std::string_view officer,
                                                          const v1::ReviewOutsideRequest& request,
                                                          Instant now);
  absl::StatusOr<v1::LockResponse> Lock(std::string_view officer, Instant now);
  absl::StatusOr<v1::UnlockResponse> Unlock(std::string_view officer,
                                            const v1::UnlockRequest& request, Instant now);
  absl::StatusOr<v1::SetPassphraseResponse> SetPassphrase(std::string_view officer,
                                                          const v1::SetPassphraseRequest& request,
                                                          Instant now);
  absl::StatusOr<v1::ResetPassphraseResponse> ResetPassphrase(
      std::string_view officer, const v1::ResetPassphraseRequest& request, Instant now);

  absl::StatusOr<v1::SendResponse> Send(std::string_view officer, const v1::Draft& request,
                                        Instant now);
  absl::StatusOr<v1::PreviewResponse> Preview(std::string_view officer, const v1::Draft& request,
                                              Instant now) const;
  absl::StatusOr<NewFile> BeginAttachment(std::string_view officer);
  absl::StatusOr<v1::AttachResponse> KeepAttachment(std::string_view officer,
                                                    const record::AttachedFile& file,
                                                    v1::AttachResponse described, Instant now);
  absl::StatusOr<FileToRead> OpenAttachment(std::string_view officer,
                                            const v1::ReadAttachmentRequest& request, Instant now);
  absl::StatusOr<v1::AnswerResponse> AnswerLead(std::string_view officer,
                                                const v1::AnswerLeadRequest& request, Instant now);
  absl::StatusOr<v1::ShowLeadResponse> ShowLead(std::string_view officer,
                                                const v1::ShowLeadRequest& request, Instant now);
  absl::StatusOr<v1::AnswerResponse> Answer(std::string_view officer,
                                            const v1::AnswerRequest& request, Instant now);
  absl::StatusOr<v1::SendResponse> GiveConsent(std::string_view officer,
                                               const v1::GiveConsentRequest& request, Instant now);
  absl::StatusOr<v1::ListConsentsResponse> ListConsents(std::string_view officer,
                                                        const v1::ListConsentsRequest& request,
                                                        Instant now) const;
  absl::StatusOr<v1::RecallResponse> Recall(std::string_view officer,
                                            const v1::RecallRequest& request, Instant now);
  absl::StatusOr<v1::RestrictResponse> Restrict(std::string_view officer,
                                                const v1::RestrictRequest& request, Instant now);
  absl::StatusOr<v1::LogCheckpointResponse> LogCheckpoint(std::string_view officer) const;
  absl::StatusOr<v1::CompareLogResponse> CompareLog(std::string_view officer,
                                                    const v1::CompareLogRequest& request);
  absl::StatusOr<v1::ReviewResponse> Review(std::string_view officer,
                                            const v1::ReviewRequest& request, Instant now);
  absl::StatusOr<v1::SubjectReportResponse> SubjectReport(std::string_view officer,
                                                          const v1::SubjectReportRequest& request,
                                                          Instant now);
  absl::StatusOr<v1::SendResponse> ClearPerson(std::string_view officer,
                                               const v1::ClearPersonRequest& request, Instant now);
  absl::StatusOr<v1::SearchResponse> Search(std::string_view officer,
                                            const v1::SearchRequest& request, Instant now);
  absl::StatusOr<v1::SendResponse> JudgeHit(std::string_view officer,
                                            const v1::JudgeHitRequest& request, Instant now);

  absl::StatusOr<v1::CaseChange> OpenCase(std::string_view officer,
                                          const v1::OpenCaseRequest& request, Instant now);
  absl::StatusOr<v1::CaseChange> ChangeCase(std::string_view officer,
                                            const v1::ChangeCaseRequest& request, Instant now);
  absl::StatusOr<v1::ListCasesResponse> ListCases(std::string_view officer,
                                                  const v1::ListCasesRequest& request) const;
  absl::StatusOr<v1::ShowCaseResponse> ShowCase(std::string_view officer,
                                                const v1::ShowCaseRequest& request,
                                                Instant now) const;
  absl::StatusOr<v1::ShareCaseResponse> ShareCase(std::string_view officer,
                                                  const v1::ShareCaseRequest& request, Instant now);

  absl::StatusOr<v1::ListHeldResponse> ListHeld(std::string_view officer,
                                                const v1::ListHeldRequest& request, Instant now);
  absl::StatusOr<v1::JudgeHeldResponse> JudgeHeld(std::string_view officer,
                                                  const v1::JudgeHeldRequest& request, Instant now);

  absl::StatusOr<v1::PublishOfficerKeyResponse> PublishOfficerKey(
      std::string_view officer, const v1::PublishOfficerKeyRequest& request, Instant now);
  absl::StatusOr<v1::ShowOverrideResponse> ShowOverride(std::string_view officer,
                                                        const v1::ShowOverrideRequest& request,
                                                        Instant now);
  absl::StatusOr<v1::SignOverrideResponse> SignOverride(std::string_view officer,
                                                        const v1::SignOverrideRequest& request,
                                                        Instant now);
  absl::StatusOr<v1::ListOverridesResponse> ListOverrides(std::string_view officer,
                                                          const v1::ListOverridesRequest& request,
                                                          Instant now) const;
  absl::StatusOr<v1::ReviewOverrideResponse> ReviewOverride(
      std::string_view officer, const v1::ReviewOverrideRequest& request, Instant now);

  absl::StatusOr<v1::ListResponse> ListRecords(std::string_view officer,
                                               const v1::ListRequest& request, Instant now) const;
  absl::StatusOr<v1::WatchResponse> Watch(std::string_view officer, Instant now) const;
  absl::StatusOr<v1::InboxResponse> Inbox(std::string_view officer, const v1::InboxRequest& request,
                                          Instant now) const;
  absl::StatusOr<v1::ShowResponse> Show(std::string_view officer, const v1::ShowRequest& request,
                                        Instant now);
  absl::StatusOr<v1::ConsultationsResponse> Consultations(std::string_view officer,
                                                          const v1::ConsultationsRequest& request,
                                                          Instant now);
  absl::StatusOr<v1::DecisionsResponse> Decisions(std::string_view officer,
                                                  const v1::DecisionsRequest& request, Instant now);
  absl::StatusOr<v1::DecisionTextsResponse> DecisionTexts(std::string_view officer,
                                                          const v1::DecisionTextsRequest& request);

 private:
  // By record id in hex, or spoken reference, with ORIGIN/ before it or not. Refusal malformed for
  // neither, or for a name that two records share; NOT_FOUND.
  absl::StatusOr<FoundRecord> Find(std::string_view name, bool sent_too) const;
  // Of a record that the diary names; a whole id is taken as it is.
  absl::StatusOr<std::string> FindLoggedId(std::string_view id_or_reference) const;
  absl::StatusOr<v1::ShowResponse> OpenReceived(const std::string& hash,
                                                const v1::ShowRequest& request,
                                                store::WriteBatch& batch, Instant now);
  // To whom the record that is shown is assigned, and whether the officer is of them.
  absl::StatusOr<Assigned> AssignedTo(const FoundRecord& found,
                                      const Assignments& assignments) const;

  // Refusal expired from the end of its time on, erased or not.
  absl::StatusOr<state::ReceivedContent> ContentOf(const state::ReceivedRecord& received,
                                                   Instant now) const;
  v1::InboxItem ItemOf(const state::ReceivedRecord& received) const;
  absl::StatusOr<v1::ListResponse> ListDueForReview(const v1::ListRequest& request,
                                                    Instant now) const;
  absl::StatusOr<v1::RecordSummary> SummaryOfSent(const state::SentRecord& kept, Instant now) const;
  absl::StatusOr<v1::RecordSummary> SummaryOfReceived(const state::ReceivedRecord& received,
                                                      Instant now) const;
  absl::StatusOr<v1::ShowResponse> ShowReceived(const state::ReceivedRecord& received,
                                                const state::ReceivedContent& content) const;
  absl::StatusOr<v1::ShowResponse> ShowSent(const state::SentRecord& sent, Instant now) const;
  absl::StatusOr<v1::ConsultationsResponse> ConsultationsPage(
      const std::string& wanted, const v1::ConsultationsRequest& request) const;
  absl::Status CheckPurpose(const state::ReceivedContent& content, std::string_view stated,
                            std::string_view wanted) const;

  // Instruments chosen, and what our own policy lets each recipient have.
  absl::Status DecideRecipients(const v1::Draft& request, Instant now, state::SentRecord& sent,
                                Previews& previews) const;
  absl::Status CheckOverridden(const state::SentRecord& sent, const v1::Draft& draft,
                               const state::SentRecipient& recipient, const policy::Decision& with,
                               Instant now) const;
  // Placed in its case, checked, its pictures and consents as they will leave.
  absl::Status Complete(v1::Draft& draft, Instant now) const;
  // A draft on its way: a new id, instruments chosen, act and justification logged.
  state::SentRecord NewRecord(std::string_view officer, v1::RecordKind kind, const v1::Draft& draft,
                              Instant now) const;
  absl::Status NameSubject(const v1::Draft& draft, state::SentRecord& sent, Instant now) const;
  absl::StatusOr<v1::SendResponse> SendDraft(std::string_view officer, const v1::Draft& draft,
                                             Instant now);
  // Decided, as `previews` say; held when something in it leaks or asks for a second person.
  absl::StatusOr<v1::SendResponse> KeepSent(state::SentRecord& sent, const v1::Draft& draft,
                                            const Previews& previews, Instant now);
  absl::StatusOr<state::DiaryLine> Disclose(std::string_view justification, state::SentRecord& sent,
                                            store::WriteBatch& batch, Instant now);
  absl::Status KeepDraft(state::SentRecord& sent, const v1::Draft& draft,
                         const state::DiaryLine& line, store::WriteBatch& batch);

  // desk_reply.cc
  struct Opened {
    state::ReceivedRecord received;
    state::ReceivedContent content;
  };
  static v1::Draft BackDraft(const state::ReceivedRecord& to, const state::ReceivedContent& content,
                             v1::SectionContent::BodyCase body);
  absl::StatusOr<Opened> OpenToReply(std::string_view name, v1::RecordKind kind, Instant now) const;
  absl::StatusOr<state::SentRecord> PrepareReply(std::string_view officer, v1::RecordKind kind,
                                                 const v1::Draft& draft, std::string_view answers,
                                                 Instant now) const;
  absl::StatusOr<std::optional<state::SentRecord>> ReplacedAnswer(
      const state::ReceivedRecord& asked, const v1::AnswerRequest& request) const;
  absl::StatusOr<v1::AnswerResponse> KeepReply(std::string_view justification,
                                               const v1::Draft& draft, state::SentRecord& sent,
                                               store::WriteBatch& batch, Instant now);
  absl::StatusOr<state::SentRecord> FindSent(std::string_view name) const;
  absl::StatusOr<std::vector<v1::Draft>> NotesOf(const state::SentRecord& alert) const;
  absl::StatusOr<v1::SendResponse> SendReplacing(std::string_view officer, const v1::Draft& draft,
                                                 Instant now);
  // The old one stands until the log lets somebody have the new one; or goes first.
  absl::StatusOr<v1::SendResponse> SendAfter(const state::SentRecord& old, const v1::Draft& draft,
                                             state::SentRecord& fresh, const Previews& previews,
                                             Instant now);
  absl::StatusOr<v1::SendResponse> SendInstead(const TakingBack& act, const state::SentRecord& old,
                                               const v1::Draft& draft, state::SentRecord& fresh,
                                               const Previews& previews, Instant now);
  absl::Status RememberByHand(const state::SentRecord& sent, const v1::RecallRequest& request,
                              Instant now);
  static v1::Draft NoteDraft(const v1::Draft& alert, const state::SentRecord& sent,
                             const v1::ClearPersonRequest& request, Instant now);

  // desk_consents.cc
  absl::StatusOr<v1::ConsentNote> NoteFor(const state::SentRecord& sent,
                                          const state::SentContent& content,
                                          const state::SentRecipient& holder,
                                          const v1::GiveConsentRequest& request, Instant now) const;
  absl::Status AttachConsents(v1::Draft& draft, Instant now) const;
  absl::Status LogConsents(std::string_view officer, const v1::Draft& draft, Instant now);
  void NameAbout(v1::ConsentSummary& summary) const;
  v1::ConsentSummary SummaryOfConsent(const state::ReceivedRecord& received, Instant now) const;
  v1::ConsentSummary SummaryOfConsent(const state::SentRecord& sent, Instant now) const;

  // desk_leads.cc
  // The answer that is asked for, its measures told whole. Refusal malformed for one that cannot
  // follow those before it.
  absl::StatusOr<v1::LeadAnswer> NextAnswer(const state::ReceivedRecord& lead,
                                            const v1::AnswerLeadRequest& request,
                                            Instant now) const;
  absl::Status FillSentLead(const std::string& record_id, std::string_view purpose, Instant now,
                            v1::ShowLeadResponse& response) const;
  absl::Status FillReceivedLead(const std::string& record_hash, std::string_view purpose,
                                Instant now, v1::ShowLeadResponse& response) const;
  void LimitTo(std::string_view purpose, std::vector<KeptAnswer>& answers) const;

  // desk_cases.cc
  // By its id or spoken reference. Refusal malformed: none such.
  absl::StatusOr<std::string> FindCaseId(std::string_view name) const;
  absl::Status PlaceInCase(v1::Draft& draft, Instant now) const;
  absl::Status CheckAllAreTold(std::string_view officer, const v1::Draft& draft, Instant now) const;
  absl::StatusOr<v1::CaseChange> Declare(std::string_view officer, const v1::Draft& draft,
                                         Instant now);
  absl::StatusOr<v1::Draft> NewestMembership(const std::string& case_id, Instant now) const;
  absl::StatusOr<std::string> TitleOf(const state::CaseBook& book,
                                      const state::HeldMembership& held) const;
  absl::StatusOr<v1::CaseSummary> SummaryOfCase(const std::string& id) const;
  absl::StatusOr<std::vector<state::SentRecord>> PostedBefore(const std::string& case_id,
                                                              const std::string& recipient,
                                                              Instant now) const;
  absl::StatusOr<v1::SharedEntry> ShareOne(std::string_view officer,
                                           const state::SentRecord& posted,
                                           const v1::ShareCaseRequest& request, Instant now);

  // desk_attachments.cc
  absl::StatusOr<FileToRead> FileOfSent(const std::string& section_id) const;
  absl::Status CheckMaySave(std::string_view officer, const std::string& name) const;

  // desk_restrict.cc
  absl::StatusOr<std::vector<std::string>> RestrictOne(std::string_view officer,
                                                       const Restricting& wish,
                                                       state::SentRecord& sent,
                                                       std::string_view justification, Instant now);

  // desk_review.cc
  absl::StatusOr<std::vector<std::string>> KeepOne(std::string_view officer,
                                                   const v1::ReviewRequest& request,
                                                   state::SentRecord& sent, Instant now);

  // desk_subject.cc
  absl::Status Decide(const v1::SubjectReportRequest& request,
                      std::vector<v1::SubjectItem>& items) const;

  // desk_held.cc
  absl::StatusOr<std::vector<state::SentRecord>> AllHeld() const;
  absl::StatusOr<v1::HeldRecord> ShowHeld(const state::SentRecord& sent, Instant now) const;
  absl::Status Release(const v1::HeldRecord& held, state::SentRecord& sent,
                       store::WriteBatch& batch, Instant now);
  absl::StatusOr<v1::JudgeHeldResponse> ReleaseHeld(std::string_view officer,
                                                    const v1::JudgeHeldRequest& request,
                                                    state::SentRecord& sent, Instant now);

  // desk_overrides.cc
  absl::StatusOr<std::vector<KeptOverride>> FindOverrides(std::string_view name) const;
  absl::StatusOr<v1::ShowOverrideResponse> ShowWaiting(std::string_view officer,
                                                       std::string_view name, Instant now) const;

  // desk_people.cc
  absl::Status CheckMayAssign(std::string_view officer, const Assignments& assignments,
                              const Assigned& assigned) const;
  absl::StatusOr<Assigned> Reassign(std::string_view officer, const Assignments& assignments,
                                    const v1::AssignRequest& request, store::WriteBatch& batch,
                                    std::string& record_id);
  absl::StatusOr<Assigned> ReassignCase(std::string_view officer, const Assignments& assignments,
                                        const v1::AssignRequest& request, store::WriteBatch& batch,
                                        std::string& case_id);
  // Keys of those up to this line that nobody has looked at.
  absl::StatusOr<std::vector<std::string>> OutsideReads(uint64_t through) const;
  absl::Status FillPerson(std::string_view officer, v1::StatusResponse& response) const;
  absl::Status TryPassphrase(std::string_view officer, std::string_view passphrase, Instant now);

  // desk_search.cc
  struct Candidate;
  absl::StatusOr<std::optional<Candidate>> CandidateOf(std::string_view name,
                                                       std::string_view purpose, Instant now) const;
  absl::StatusOr<std::optional<Candidate>> CandidateOfSent(std::string_view record_id,
                                                           Instant now) const;
  absl::StatusOr<std::optional<Candidate>> CandidateOfReceived(std::string_view record_hash,
                                                               std::string_view purpose,
                                                               Instant now) const;
  static bool Compare(const Question& question, const search::IndexCandidate& found,
                      Candidate& candidate);
  absl::Status ApplyNotes(const Question& question, Candidate& candidate, Instant now) const;
  void ReportUnread(const absl::Status& why, Instant now);
  absl::Status FindAlerts(const Question& question, std::string_view purpose, Instant now,
                          v1::SearchResponse& response);

  Ground* ground_;
  Outbox* outbox_;
  Sent sent_;
};

// Refusal label-unknown:purpose for a word that the federation does not know; empty passes.
absl::Status CheckPurposeKnown(const ledger::Registry& registry, const std::string& purpose,
                               Instant now);
bool IsBlank(std::string_view text);
// Erased, or about to be: nothing of its content is shown any more.
bool IsOver(const state::ReceivedRecord& received, Instant now);
bool IsOver(const state::SentRecord& sent, Instant now);
inline constexpr size_t kJustificationBytes = 2048;
// Refusals label-missing:justification for a blank one, too-large:justification.
absl::Status CheckJustification(std::string_view text);
state::DiaryLine MakeLine(std::string_view officer, std::string_view operation,
                          std::string_view record_id, std::string_view purpose,
                          std::string_view justification, Instant now);
v1::Consultation ShownLine(uint64_t number, const state::DiaryLine& line);
// 32 hex, or a text of the same kind that people can speak.
std::string HexOf(std::string_view record_id);
std::string ReferenceOf(std::string_view record_id);

}  // namespace entente::node

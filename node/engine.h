// The node of one agency: everything between an officer's desk and the broker, without threads,
// clock, randomness, sockets or disk of its own. A shell (gRPC, timers) or a simulation drives it
// step by step and carries the messages.
//
// Thread safety: none; the shell holds one lock around every call.
// Ownership: the engine owns its state only; everything in Surroundings outlives it.
// Errors, for every call unless said otherwise:
//   a Refusal (core/base/refusal.h): the answer is no, with advice; nothing was changed;
//   disk-full among them: nothing was lost, the same call may be made again when room was made;
//   DATA_LOSS with Refusal fork: the log contradicts itself; exchange has stopped, evidence is
//   kept; DATA_LOSS otherwise: what was asked for is damaged on disk, the rest goes on;
//   INTERNAL: a fault of the disk; what it holds is not known, so every later call answers INTERNAL
//   too, or gives nothing: open the engine anew.
// Instants are arguments, Unix milliseconds; they may jump.
// Formats: docs/formats.md.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/crypto/sign.h"
#include "core/record/seal.h"
#include "core/store/store.h"
#include "entente/v1/broker.pb.h"
#include "entente/v1/desk.pb.h"
#include "node/files.h"
#include "node/in_place_file.h"
#include "node/second_person.h"
#include "node/sessions.h"

namespace entente::node {

struct Settings {
  AgencyId agency;
  std::string genesis;              // the genesis file's bytes
  Digest genesis_digest{};          // what two persons confirmed: any other genesis is refused
  std::string first_administrator;  // listed, as administrator only, when no officer is yet
  std::optional<Instant> certificate_until{};  // of the one that this node shows
  SecondPersonRule second_person{};
  SessionRule sessions{};
};

struct Surroundings {
  store::Store& store;     // opened with Engine::Families()
  InPlaceFile& slots;      // keys of records and of the agency, wrapped
  InPlaceFile& store_key;  // what wraps them: better on another medium, never in a backup
  Random& random;
};

// The three files of one receipt. Names: <name>.tlog-proof, <name>.entry, <name>.part.
struct ReceiptFiles {
  std::string name;  // record id, 32 hex; receipts.h for an id that two records share
  std::string proof;
  std::string entry;
  std::string part;  // salt || part
};

class Engine {
 public:
  // What a store must be opened with to hold a node.
  static std::span<const store::Family> Families();

  // Begins, or resumes where the store stands. INVALID_ARGUMENT: the genesis file is not the one
  // confirmed or is refused; FAILED_PRECONDITION: the store belongs to another agency, genesis or
  // identity key.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(Settings settings,
                                                      crypto::SigningKey identity,
                                                      Surroundings surroundings, Instant now);
  ~Engine();

  // A disk has failed: see INTERNAL.
  bool broken() const;

  // ---- Time. To be called every few seconds: expiry, key renewal and destruction, pair heads,
  // alarms.
  absl::Status Tick(Instant now);

  // ---- The link to the broker. The shell reports connection and loss; after a loss everything
  // that was under way is offered again. The order of calls below does not matter.
  void OnConnected();
  void OnDisconnected(const absl::Status& why);

  // Transparency.GetEntries. To be asked every few seconds; at once again while BehindLog().
  v1::GetEntriesRequest NextEntries() const;
  absl::Status OnEntries(const v1::GetEntriesRequest& request,
                         const v1::GetEntriesResponse& response, Instant now);
  // Whether the checkpoint's tree is the one followed here; false when it goes beyond it, or is too
  // old to be told. Refusal bad-signature, malformed: it is none of this log.
  absl::StatusOr<bool> Follows(std::string_view note, Instant now);
  // More entries are known to stand in the log, and something may wait for them.
  bool BehindLog() const;

  // Directory.GetText: texts that open entries name and this node lacks. One that the broker
  // refused (another jurisdiction's policy) is asked for again an hour later.
  std::vector<v1::GetTextRequest> NextTexts() const;
  // proof-bad when the text is not the one asked for.
  absl::Status OnText(const v1::GetTextRequest& request,
                      const absl::StatusOr<v1::GetTextResponse>& response, Instant now);

  // Directory.Publish: this agency's key statements. nullopt when nothing is to be published, or
  // while the one given last has not been answered.
  std::optional<v1::PublishRequest> NextPublish(Instant now);
  void OnPublished(const absl::StatusOr<v1::PublishResponse>& response, Instant now);

  // Broker.Submit. nullopt when nothing waits, everything waiting is under way, or the state of the
  // federation is not known freshly enough. Everything in it is on disk.
  absl::StatusOr<std::optional<v1::SubmitRequest>> NextSubmit(Instant now);
  absl::Status OnSubmitResponse(const v1::SubmitResponse& response, Instant now);

  // Mailbox.Pull.
  // To begin each stream with: what the last one left unsettled comes again.
  v1::PullStart StartPull();
  absl::Status OnPullResponse(const v1::PullResponse& response, Instant now);
  // Why what was pulled cannot be settled: it is tried again with each call above. Of one delivery
  // that fails by damage here, an alarm says so instead.
  absl::Status MailStatus() const;
  // False while several responses wait for the log or for texts: read no further until then.
  bool HasRoomForMail() const;
  // What may be acknowledged by now: it is on disk. To be asked after OnPullResponse and OnEntries.
  std::vector<v1::PullAcknowledge> NextAcknowledges();

  // Receipts that the shell has not yet said to have on file; at most `max`.
  absl::StatusOr<std::vector<ReceiptFiles>> NextReceipts(size_t max) const;
  absl::Status OnReceiptWritten(std::string_view name);

  // ---- Attachments. The shell keeps the sealed files under the names given here, in a folder of
  // their own, and moves them. Whoever moves one asks again afterwards: a record may be recalled.
  // To be given to the broker, the urgent first; nullopt for none but `resting`.
  absl::StatusOr<std::optional<FileToMove>> NextUpload(const std::set<std::string>& resting = {});
  // The broker has it whole.
  absl::Status OnUploaded(const FileToMove& file);
  // It cannot be given to it: an alarm, and it is tried again.
  void OnUploadFailed(const FileToMove& file, const absl::Status& why, Instant now);
  // To be fetched from the broker, what came with an urgent record first.
  absl::StatusOr<std::optional<FileToMove>> NextFetch(const std::set<std::string>& resting = {});
  // What one that is whole must open to before it is told to be here.
  absl::StatusOr<FileToRead> FileToCheck(const FileToMove& file) const;
  // It is whole, on disk, and what its section describes.
  absl::Status OnFetched(const FileToMove& file, Instant now);
  // It does not come: an alarm; when that is `final` it is asked for no more.
  absl::Status OnFetchFailed(const FileToMove& file, const absl::Status& why, bool final,
                             Instant now);
  // Something is being sent: a file should not take the line from it.
  bool IsSending() const;
  // The names of all files that may still be needed.
  absl::StatusOr<std::set<std::string>> FilesInUse() const;

  // ---- The desk. `officer`: the id in the caller's certificate, which the shell has verified to
  // be of this agency. not-authorised when not listed, or without the role named.
  // To be asked before each of these but Lock, Unlock and SetPassphrase: refusal session-locked
  // (sessions.h). What it lets pass counts as a call of the officer.
  absl::Status Enter(std::string_view officer, Instant now);
  absl::StatusOr<v1::StatusResponse> Status(std::string_view officer, Instant now);
  // Role author. The draft is on disk when this returns; it leaves when it can.
  absl::StatusOr<v1::SendResponse> Send(std::string_view officer, const v1::Draft& request,
                                        Instant now);
  // Role author. What Send would say; nothing is kept and nothing leaves.
  absl::StatusOr<v1::PreviewResponse> Preview(std::string_view officer, const v1::Draft& request,
                                              Instant now);
  // Role author or reader. Of received leads measure and deadline are shown, never the summary:
  // reading content is a consultation (Show).
  absl::StatusOr<v1::ListResponse> ListRecords(std::string_view officer,
                                               const v1::ListRequest& request, Instant now);
  // Role author. What a file is to be sealed under; nothing is kept before KeepAttachment().
  absl::StatusOr<NewFile> BeginAttachment(std::string_view officer);
  // Role author. The sealed file is on disk under OwnFileName(). Gives `described` with its id.
  absl::StatusOr<v1::AttachResponse> KeepAttachment(std::string_view officer,
                                                    const record::AttachedFile& file,
                                                    const v1::AttachResponse& described,
                                                    Instant now);
  // Role reader. A consultation, logged before this returns. Refusal attachment-missing: it is not
  // here yet.
  absl::StatusOr<FileToRead> OpenAttachment(std::string_view officer,
                                            const v1::ReadAttachmentRequest& request, Instant now);
  // Role author.
  absl::StatusOr<v1::AnswerResponse> AnswerLead(std::string_view officer,
                                                const v1::AnswerLeadRequest& request, Instant now);
  // Role reader: what was answered to a lead that was sent, or by this agency to one received. A
  // consultation of the lead and of each answer, logged, synced, before anything is given.
  absl::StatusOr<v1::ShowLeadResponse> ShowLead(std::string_view officer,
                                                const v1::ShowLeadRequest& request, Instant now);
  // Role author: to a received request.
  absl::StatusOr<v1::AnswerResponse> Answer(std::string_view officer,
                                            const v1::AnswerRequest& request, Instant now);
  // Role author. Our own copy is closed when this returns, and erased, unless a full disk keeps it
  // a while; recipients are told when that can be done, and erase theirs.
  absl::StatusOr<v1::SendResponse> GiveConsent(std::string_view officer,
                                               const v1::GiveConsentRequest& request, Instant now);
  absl::StatusOr<v1::ListConsentsResponse> ListConsents(std::string_view officer,
                                                        const v1::ListConsentsRequest& request,
                                                        Instant now);
  // Role administrator, for an officer with the role; logged. It counts once it stands in the log.
  absl::StatusOr<v1::PublishOfficerKeyResponse> PublishOfficerKey(
      std::string_view officer, const v1::PublishOfficerKeyRequest& request, Instant now);
  // Role author, releaser, data-protection-officer or auditor; a consultation. One that waits to be
  // signed, or stands in the log.
  absl::StatusOr<v1::ShowOverrideResponse> ShowOverride(std::string_view officer,
                                                        const v1::ShowOverrideRequest& request,
                                                        Instant now);
  // Role author, and then releaser, who is another person; logged. Verified against the log.
  absl::StatusOr<v1::SignOverrideResponse> SignOverride(std::string_view officer,
                                                        const v1::SignOverrideRequest& request,
                                                        Instant now);
  // Role data-protection-officer or auditor: ours, and those of which we are told.
  absl::StatusOr<v1::ListOverridesResponse> ListOverrides(std::string_view officer,
                                                          const v1::ListOverridesRequest& request,
                                                          Instant now);
  // Role data-protection-officer; logged.
  absl::StatusOr<v1::ReviewOverrideResponse> ReviewOverride(
      std::string_view officer, const v1::ReviewOverrideRequest& request, Instant now);
  absl::StatusOr<v1::RecallResponse> Recall(std::string_view officer,
                                            const v1::RecallRequest& request, Instant now);
  // Role author. Recipients are told when that can be done, and hold to it.
  absl::StatusOr<v1::RestrictResponse> Restrict(std::string_view officer,
                                                const v1::RestrictRequest& request, Instant now);
  // Role author. The need stands until the next review date; what the node restricted since nobody
  // reviewed it is used again.
  absl::StatusOr<v1::ReviewResponse> Review(std::string_view officer,
                                            const v1::ReviewRequest& request, Instant now);
  // Role data-protection-officer: what is held about a person, and what they are told of it. A
  // consultation of each record, and each decision, logged, synced, before anything is given.
  absl::StatusOr<v1::SubjectReportResponse> SubjectReport(std::string_view officer,
                                                          const v1::SubjectReportRequest& request,
                                                          Instant now);
  // Role author. To all to whom the alert was sent.
  absl::StatusOr<v1::SendResponse> ClearPerson(std::string_view officer,
                                               const v1::ClearPersonRequest& request, Instant now);
  // Any listed officer. What this node has followed of the log, and proof of a fork.
  absl::StatusOr<v1::LogCheckpointResponse> LogCheckpoint(std::string_view officer);
  // Any listed officer. A checkpoint that another member gave by another way than the broker.
  absl::StatusOr<v1::CompareLogResponse> CompareLog(std::string_view officer,
                                                    const v1::CompareLogRequest& request,
                                                    Instant now);
  // Role reader. In the alerts that this node holds; nobody else learns that it was asked. Logged,
  // synced, before anything is given.
  absl::StatusOr<v1::SearchResponse> Search(std::string_view officer,
                                            const v1::SearchRequest& request, Instant now);
  // Role author. What a person found a hit to be, logged and sent to its issuer.
  absl::StatusOr<v1::SendResponse> JudgeHit(std::string_view officer,
                                            const v1::JudgeHitRequest& request, Instant now);
  // Role author.
  absl::StatusOr<v1::CaseChange> OpenCase(std::string_view officer,
                                          const v1::OpenCaseRequest& request, Instant now);
  // Role author of the agency that owns the case (wrong-agency).
  absl::StatusOr<v1::CaseChange> ChangeCase(std::string_view officer,
                                            const v1::ChangeCaseRequest& request, Instant now);
  // Role author or reader: who is in which case, and what was posted, without content.
  absl::StatusOr<v1::ListCasesResponse> ListCases(std::string_view officer,
                                                  const v1::ListCasesRequest& request, Instant now);
  absl::StatusOr<v1::ShowCaseResponse> ShowCase(std::string_view officer,
                                                const v1::ShowCaseRequest& request, Instant now);
  // Role author.
  absl::StatusOr<v1::ShareCaseResponse> ShareCase(std::string_view officer,
                                                  const v1::ShareCaseRequest& request, Instant now);
  // Role releaser. Logged: what is held is shown whole, and what is kept from whom.
  absl::StatusOr<v1::ListHeldResponse> ListHeld(std::string_view officer,
                                                const v1::ListHeldRequest& request, Instant now);
  // Role releaser, and not the author of the record (not-authorised). To release, the request names
  // what was looked at: refusals of CheckSeen (second_person.h).
  absl::StatusOr<v1::JudgeHeldResponse> JudgeHeld(std::string_view officer,
                                                  const v1::JudgeHeldRequest& request, Instant now);
  // Role author or reader. That something waits, and how urgently: also for a session that is
  // locked, and no call that keeps one open.
  absl::StatusOr<v1::WatchResponse> Watch(std::string_view officer, Instant now);
  // Role author or reader.
  absl::StatusOr<v1::InboxResponse> Inbox(std::string_view officer, const v1::InboxRequest& request,
                                          Instant now);
  // Role reader. The consultation is logged, synced, before anything is given; by an officer to
  // whom the record is not assigned it is reported in the same step.
  absl::StatusOr<v1::ShowResponse> Show(std::string_view officer, const v1::ShowRequest& request,
                                        Instant now);
  // Role data-protection-officer or auditor; logged too.
  absl::StatusOr<v1::ConsultationsResponse> Consultations(std::string_view officer,
                                                          const v1::ConsultationsRequest& request,
                                                          Instant now);
  // The same roles. Decisions about records of this agency, with the labels they rest on; logged.
  absl::StatusOr<v1::DecisionsResponse> Decisions(std::string_view officer,
                                                  const v1::DecisionsRequest& request, Instant now);
  // The same roles: the texts that this node holds, and what it does not.
  absl::StatusOr<v1::DecisionTextsResponse> DecisionTexts(std::string_view officer,
                                                          const v1::DecisionTextsRequest& request);
  // Any listed officer.
  absl::StatusOr<v1::KeysResponse> Keys(std::string_view officer, Instant now);
  absl::StatusOr<v1::ListAgenciesResponse> ListAgencies(std::string_view officer, Instant now);
  // Role administrator. An officer added again has the new roles; the change is logged. Nobody
  // changes their own, and an administrator has no other role.
  absl::StatusOr<v1::AddOfficerResponse> AddOfficer(std::string_view officer,
                                                    const v1::AddOfficerRequest& request,
                                                    Instant now);
  // Role administrator, data-protection-officer or auditor.
  absl::StatusOr<v1::ListOfficersResponse> ListOfficers(std::string_view officer);
  // Role administrator; logged.
  absl::StatusOr<v1::SetUnitRuleResponse> SetUnitRule(std::string_view officer,
                                                      const v1::SetUnitRuleRequest& request,
                                                      Instant now);
  // Any listed officer.
  absl::StatusOr<v1::ListUnitsResponse> ListUnits(std::string_view officer);
  // Role author, reader or administrator; the first two only of what is assigned to them; logged.
  absl::StatusOr<v1::AssignResponse> Assign(std::string_view officer,
                                            const v1::AssignRequest& request, Instant now);
  // Role data-protection-officer; logged.
  absl::StatusOr<v1::ReviewOutsideResponse> ReviewOutside(std::string_view officer,
                                                          const v1::ReviewOutsideRequest& request,
                                                          Instant now);
  // Any listed officer: their own session. Each attempt is logged. Refusals not-authenticated: the
  // pass phrase is wrong; those of Sessions::Try.
  absl::StatusOr<v1::LockResponse> Lock(std::string_view officer, Instant now);
  absl::StatusOr<v1::UnlockResponse> Unlock(std::string_view officer,
                                            const v1::UnlockRequest& request, Instant now);
  absl::StatusOr<v1::SetPassphraseResponse> SetPassphrase(std::string_view officer,
                                                          const v1::SetPassphraseRequest& request,
                                                          Instant now);
  // Role administrator, of another officer; logged.
  absl::StatusOr<v1::ResetPassphraseResponse> ResetPassphrase(
      std::string_view officer, const v1::ResetPassphraseRequest& request, Instant now);

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace entente::node

// Files that officers give and read (desk.h).
#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/restrict.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

// The section that is asked for, or the only one that has a file.
absl::StatusOr<const v1::ShownSection*> AttachmentIn(const v1::ShowResponse& shown,
                                                     std::string_view wanted) {
  const v1::ShownSection* found = nullptr;
  for (const v1::ShownSection& section : shown.sections()) {
    if (!section.content().has_attachment()) continue;
    if (!wanted.empty() && section.section_id() != wanted) continue;
    if (found != nullptr) {
      return RefuseAdvising(Reason::kMalformed, "", "this record has several attachments",
                            "name the section: entente show lists them");
    }
    found = &section;
  }
  if (found != nullptr) return found;
  return RefuseAdvising(Reason::kMalformed, "", "this record has no such attachment",
                        "entente show lists the attachments of a record");
}

}  // namespace

absl::StatusOr<NewFile> Desk::BeginAttachment(std::string_view officer) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (!status.ok()) return status;
  return NewFile{ground_->random.Bytes<16>(), crypto::Secret<32>::Create(ground_->random)};
}

absl::StatusOr<v1::AttachResponse> Desk::KeepAttachment(std::string_view officer,
                                                        const record::AttachedFile& file,
                                                        v1::AttachResponse described, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (!status.ok()) return status;
  described.set_attachment_id(HexEncode(file.id));
  store::WriteBatch batch;
  status = KeepOwnFile(*ground_, officer, file, described, batch, now);
  const state::DiaryLine line =
      MakeLine(officer, operation::kCollection, "", "", "attached a file for a draft", now);
  if (status.ok()) status = ground_->Commit(batch, {&line, 1});
  if (!status.ok()) return status;
  return described;
}

absl::StatusOr<FileToRead> Desk::FileOfSent(const std::string& section_id) const {
  absl::StatusOr<record::AttachedFile> file = FileToSeal(*ground_, section_id);
  if (!file.ok()) return file.status();
  return FileToRead{
      OwnFileName(section_id), file->id, std::move(file->content_key), file->shape, {}};
}

// A copy that leaves the node could not be called back when it is kept and not used.
absl::Status Desk::CheckMaySave(std::string_view officer, const std::string& name) const {
  absl::Status status = ground_->officers.Check(officer, {role::kReader});
  if (!status.ok()) return status;
  const absl::StatusOr<FoundRecord> found = Find(name, true);
  if (!found.ok() || found->sent) return found.status();
  const absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, found->key);
  return received.ok() ? CheckUse(**received) : received.status();
}

absl::StatusOr<FileToRead> Desk::OpenAttachment(std::string_view officer,
                                                const v1::ReadAttachmentRequest& request,
                                                Instant now) {
  absl::Status may = CheckMaySave(officer, request.record_id());
  if (!may.ok()) return may;
  v1::ShowRequest show;
  show.set_record_id(request.record_id());
  show.set_purpose(request.purpose());
  show.set_justification(request.justification());
  // A reading like any other: checked, and logged before anything is given.
  const absl::StatusOr<v1::ShowResponse> shown = Show(officer, show, now);
  if (!shown.ok()) return shown.status();
  const absl::StatusOr<const v1::ShownSection*> section =
      AttachmentIn(*shown, request.section_id());
  if (!section.ok()) return section.status();
  if (!(*section)->fetched()) {
    return RefuseAdvising(Reason::kAttachmentMissing, "", "the attachment is not here yet",
                          "it is fetched by itself; try again later, and see entente status");
  }
  const absl::StatusOr<FoundRecord> found = Find(request.record_id(), true);
  if (!found.ok()) return found.status();
  const std::string id = *HexDecode((*section)->section_id());
  absl::StatusOr<FileToRead> file =
      found->sent ? FileOfSent(id) : OpenIncoming(*ground_, found->key, id);
  if (file.ok()) file->description = (*section)->content().attachment();
  return file;
}

}  // namespace entente::node

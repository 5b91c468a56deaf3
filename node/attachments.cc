#include "node/attachments.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/header.h"
#include "node/families.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr size_t kIdBytes = sizeof(SectionId);
constexpr size_t kHashBytes = sizeof(Digest);

std::string OwnKey(std::string_view id) { return Text("o", id); }
// The urgent first.
std::string UploadKey(v1::Urgency urgency, std::string_view id) {
  return Text("u", std::string(1, static_cast<char>(0xff - urgency)), id);
}
std::string UnusedKey(uint64_t made_ms, std::string_view id) {
  return Text("d", U64Key(made_ms), id);
}
std::string IncomingKey(std::string_view hash, std::string_view id) { return Text("i", hash, id); }
// The urgent first.
std::string FetchKey(v1::Urgency urgency, std::string_view hash, std::string_view id) {
  return Text("f", std::string(1, static_cast<char>(0xff - urgency)), hash, id);
}
// In the vault beside contents, which have names of 16 and 32 bytes.
std::string SecretName(std::string_view id) { return Text("file ", id); }

record::FileShape ShapeOf(const v1::SealedFile& file) {
  return {file.size(), FixedBytes<kHashBytes>(file.root()).value_or(Digest{})};
}

v1::SealedFile MessageOf(const record::FileShape& shape) {
  v1::SealedFile file;
  file.set_size(shape.size);
  file.set_root(ToString(shape.root));
  return file;
}

absl::StatusOr<std::optional<state::OwnFile>> FindOwn(const Ground& ground, std::string_view id) {
  return Load<state::OwnFile>(ground.db, kFiles, OwnKey(id));
}

absl::StatusOr<state::OwnFileSecret> SecretOf(const Ground& ground, std::string_view id) {
  absl::StatusOr<std::string> bytes = ground.vault.Get(SecretName(id));
  if (!bytes.ok()) return bytes.status();
  return ParseStored<state::OwnFileSecret>(*bytes);
}

absl::Status NoSuchFile() {
  return RefuseAdvising(Reason::kMalformed, "",
                        "a section names an attachment that this node was not given",
                        "attach the file again; what no draft names is dropped after a day");
}

// The section says of the file what the node found when it was given.
absl::Status CheckDescribed(const Ground& ground, std::string_view id,
                            const v1::Attachment& attachment) {
  absl::StatusOr<state::OwnFileSecret> secret = SecretOf(ground, id);
  if (!secret.ok()) return secret.status();
  if (attachment.size() == secret->size() && attachment.sha256() == secret->sha256()) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kMalformed, "a section describes another file than the one attached");
}

absl::Status TakeFile(const Ground& ground, const v1::DraftSection& section,
                      state::SentRecord& sent, store::WriteBatch& batch) {
  const std::string id = HexDecode(section.attachment_id()).value_or("");
  absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, id);
  if (!own.ok()) return own.status();
  if (id.size() != kIdBytes || !*own) return NoSuchFile();
  if (std::ranges::find(sent.files(), id) != sent.files().end()) {
    return Refuse(Reason::kMalformed, "two sections name the same attachment");
  }
  absl::Status described = CheckDescribed(ground, id, section.content().attachment());
  if (!described.ok()) return described;
  if ((*own)->records().empty()) batch.Delete(kFiles, UnusedKey((*own)->made_ms(), id));
  (*own)->add_records(sent.record_id());
  sent.add_files(id);
  Save(batch, kFiles, OwnKey(id), **own);
  return absl::OkStatus();
}

void QueueUpload(std::string_view id, state::OwnFile own, store::WriteBatch& batch) {
  own.set_uploaded(false);
  Save(batch, kFiles, OwnKey(id), own);
  batch.Put(kFiles, UploadKey(own.urgency(), id), "");
}

void ClearUploadAlarms(Ground& ground, std::string_view id) {
  for (const std::string_view code : {alarm::kLocalFault, alarm::kSubmissionRefused}) {
    ground.alarms.Clear(code, OwnFileName(id));
  }
}

// No row for it any more, and no key.
absl::Status Forget(Ground& ground, std::string_view id, store::WriteBatch& batch) {
  ClearUploadAlarms(ground, id);
  batch.Delete(kFiles, OwnKey(id));
  for (int urgency = v1::Urgency_MIN; urgency <= v1::Urgency_MAX; ++urgency) {
    batch.Delete(kFiles, UploadKey(static_cast<v1::Urgency>(urgency), id));
  }
  return ground.vault.Erase(SecretName(id), batch);
}

absl::Status DropOwnFile(Ground& ground, std::string_view id, std::string_view record_id,
                         store::WriteBatch& batch) {
  absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, id);
  // Who else carries it cannot be known: better a file too few than a key too many.
  if (absl::IsDataLoss(own.status())) return Forget(ground, id, batch);
  if (!own.ok() || !*own) return own.status();
  auto& records = *(*own)->mutable_records();
  records.erase(std::remove(records.begin(), records.end(), record_id), records.end());
  if (records.empty()) return Forget(ground, id, batch);
  Save(batch, kFiles, OwnKey(id), **own);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<state::ReceivedRecord>> FindReceived(const Ground& ground,
                                                                  const FileToMove& file) {
  return Load<state::ReceivedRecord>(ground.db, kReceived, AsText(file.record_hash));
}

std::string FetchKeyOf(const state::ReceivedRecord& received, const SectionId& id) {
  return FetchKey(received.urgency(), received.record_hash(), AsText(id));
}

// The ids of the record's attachments, or nothing while one is still on its way.
absl::StatusOr<std::vector<std::string>> WholeFiles(const Ground& ground, const FileToMove& last) {
  std::vector<std::string> whole;
  bool all = true;
  const std::string prefix = IncomingKey(AsText(last.record_hash), "");
  absl::Status status =
      ForEachBytes(ground.db, kFiles, prefix, [&](std::string_view key, std::string_view value) {
        absl::StatusOr<state::IncomingFile> incoming = ParseStored<state::IncomingFile>(value);
        if (!incoming.ok()) return incoming.status();
        whole.emplace_back(key.substr(prefix.size()));
        all = all && (incoming->complete() || whole.back() == AsText(last.section_id));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  if (!all) whole.clear();
  return whole;
}

void OweFetched(const Ground& ground, const state::ReceivedRecord& received,
                const std::vector<std::string>& ids, store::WriteBatch& batch, Instant now) {
  state::OwedNotice owed;
  v1::FetchedNote& note = *owed.mutable_fetched();
  note.set_log_origin(std::string(ground.log_origin()));
  note.set_origin(received.origin());
  note.set_recipient(ground.agency.text());
  note.set_record_hash(received.record_hash());
  note.mutable_section_ids()->Assign(ids.begin(), ids.end());
  note.set_instant_ms(static_cast<uint64_t>(now.ms));
  Save(batch, kOwed, Text(received.record_hash(), received.origin()), owed);
}

}  // namespace

std::string OwnFileName(std::string_view section_id) {
  return Text("out-", HexEncode(AsBytes(section_id)));
}

std::string IncomingFileName(std::string_view record_hash, std::string_view section_id) {
  return Text("in-", HexEncode(AsBytes(record_hash)), "-", HexEncode(AsBytes(section_id)));
}

// ---- those of this agency

absl::Status KeepOwnFile(Ground& ground, std::string_view officer, const record::AttachedFile& file,
                         const v1::AttachResponse& described, store::WriteBatch& batch,
                         Instant now) {
  state::OwnFile own;
  own.set_made_ms(static_cast<uint64_t>(now.ms));
  own.set_officer(std::string(officer));
  *own.mutable_shape() = MessageOf(file.shape);
  Save(batch, kFiles, OwnKey(AsText(file.id)), own);
  batch.Put(kFiles, UnusedKey(own.made_ms(), AsText(file.id)), "");
  state::OwnFileSecret secret;
  secret.set_key(ToString(file.content_key.ExposeSecret()));
  secret.set_size(described.size());
  secret.set_sha256(described.sha256());
  std::string plain = secret.SerializeAsString();
  absl::Status kept = ground.vault.Put(SecretName(AsText(file.id)), plain, batch);
  crypto::Wipe(plain);
  crypto::Wipe(*secret.mutable_key());
  return kept;
}

absl::Status TakeFiles(const Ground& ground, const v1::Draft& draft, state::SentRecord& sent,
                       store::WriteBatch& batch) {
  for (const v1::DraftSection& section : draft.sections()) {
    if (!section.content().has_attachment()) continue;
    if (absl::Status taken = TakeFile(ground, section, sent, batch); !taken.ok()) return taken;
  }
  if (static_cast<size_t>(sent.files_size()) <= limits::kAttachments) return absl::OkStatus();
  return Refuse(Reason::kTooLarge, "a record has at most 8 attachments");
}

absl::StatusOr<record::AttachedFile> FileToSeal(const Ground& ground, std::string_view section_id) {
  absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, section_id);
  if (!own.ok()) return own.status();
  if (!*own) return absl::DataLossError("the row of an attachment is gone; restore a backup");
  absl::StatusOr<state::OwnFileSecret> secret = SecretOf(ground, section_id);
  if (!secret.ok()) return secret.status();
  auto key = crypto::Secret<32>::FromBytes(AsBytes(secret->key()));
  crypto::Wipe(*secret->mutable_key());
  if (!key) return absl::DataLossError("the key of an attachment is damaged; restore a backup");
  return record::AttachedFile{*FixedBytes<kIdBytes>(section_id), *std::move(key),
                              ShapeOf((*own)->shape())};
}

absl::Status AwaitUploads(const Ground& ground, const state::SentRecord& sent,
                          store::WriteBatch& batch) {
  bool all = true;
  for (const std::string& id : sent.files()) {
    absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, id);
    if (!own.ok()) return own.status();
    if (!*own || (*own)->uploaded()) continue;
    all = false;
    if ((*own)->urgency() >= sent.urgency()) continue;  // queued before
    batch.Delete(kFiles, UploadKey((*own)->urgency(), id));
    (*own)->set_urgency(sent.urgency());
    QueueUpload(id, **own, batch);
  }
  if (all) return absl::OkStatus();
  return Refuse(Reason::kAttachmentMissing, "uploading",
                "its attachment is on the way to the broker");
}

absl::StatusOr<bool> IsUploaded(const Ground& ground, std::string_view section_id) {
  absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, section_id);
  if (!own.ok()) return own.status();
  // One that is gone was erased with its record: the broker will say what it lacks.
  return !*own || (*own)->uploaded();
}

absl::StatusOr<bool> HasOwnFiles(const Ground& ground, const state::OutboxItem& item) {
  for (const std::string& id : item.files()) {
    absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, id);
    if (!own.ok()) return own.status();
    if (!*own) return false;
  }
  return true;
}

absl::Status UploadAgain(const Ground& ground, const state::OutboxItem& item,
                         store::WriteBatch& batch) {
  for (const std::string& id : item.files()) {
    absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, id);
    if (!own.ok()) return own.status();
    if (*own) QueueUpload(id, **own, batch);
  }
  return absl::OkStatus();
}

absl::Status DropOwnFiles(Ground& ground, const state::SentRecord& sent, store::WriteBatch& batch) {
  for (const std::string& id : sent.files()) {
    absl::Status dropped = DropOwnFile(ground, id, sent.record_id(), batch);
    if (!dropped.ok()) return dropped;
  }
  return absl::OkStatus();
}

absl::Status DropUnused(Ground& ground, Instant now) {
  std::vector<std::string> over;
  absl::Status status =
      ForEachBytes(ground.db, kFiles, "d", [&](std::string_view key, std::string_view) {
        const uint64_t made = U64FromKey(key.substr(1, 8));
        if (static_cast<int64_t>(made) > now.ms - limits::kDayMs) return absl::CancelledError();
        over.emplace_back(key);
        return absl::OkStatus();
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  if (over.empty()) return absl::OkStatus();
  store::WriteBatch batch;
  for (const std::string& key : over) {
    batch.Delete(kFiles, key);
    if (absl::Status gone = Forget(ground, key.substr(9), batch); !gone.ok()) return gone;
  }
  return ground.Commit(batch);
}

absl::StatusOr<std::optional<FileToMove>> NextUpload(const Ground& ground,
                                                     const std::set<std::string>& resting) {
  std::optional<FileToMove> next;
  absl::Status status =
      ForEachBytes(ground.db, kFiles, "u", [&](std::string_view key, std::string_view) {
        const std::string_view id = key.substr(2);
        if (resting.contains(OwnFileName(id))) return absl::OkStatus();
        absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, id);
        // A damaged row keeps its own record, which says so, and no other.
        if (absl::IsDataLoss(own.status())) return absl::OkStatus();
        if (!own.ok()) return own.status();
        if (!*own) return absl::OkStatus();
        next = FileToMove{OwnFileName(id), ShapeOf((*own)->shape()), *FixedBytes<kIdBytes>(id), {}};
        return absl::CancelledError();
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  return next;
}

absl::Status OnUploaded(Ground& ground, const SectionId& section_id, store::WriteBatch& batch) {
  ClearUploadAlarms(ground, AsText(section_id));
  absl::StatusOr<std::optional<state::OwnFile>> own = FindOwn(ground, AsText(section_id));
  if (!own.ok()) return own.status();
  if (!*own) return absl::OkStatus();
  batch.Delete(kFiles, UploadKey((*own)->urgency(), AsText(section_id)));
  (*own)->set_uploaded(true);
  Save(batch, kFiles, OwnKey(AsText(section_id)), **own);
  return absl::OkStatus();
}

void OnUploadFailed(Ground& ground, const FileToMove& file, const absl::Status& why, Instant now) {
  // What the broker refuses is no damage here.
  ground.alarms.Raise(RefusalOf(why) ? alarm::kSubmissionRefused : alarm::kLocalFault, file.file,
                      Text("the file ", file.file,
                           " of an attachment cannot be given to the "
                           "broker, and its record does not leave: ",
                           std::string(why.message())),
                      now);
}

// ---- those that come

void ExpectFiles(const state::ReceivedRecord& received, const state::ReceivedContent& content,
                 store::WriteBatch& batch) {
  for (const state::KeptSection& section : content.sections()) {
    if (!section.has_file()) continue;
    state::IncomingFile incoming;
    *incoming.mutable_shape() = section.file();
    Save(batch, kFiles, IncomingKey(received.record_hash(), section.section_id()), incoming);
    batch.Put(kFiles, FetchKey(received.urgency(), received.record_hash(), section.section_id()),
              "");
  }
}

absl::StatusOr<std::optional<FileToMove>> NextFetch(const Ground& ground,
                                                    const std::set<std::string>& resting) {
  std::optional<FileToMove> next;
  absl::Status status =
      ForEachBytes(ground.db, kFiles, "f", [&](std::string_view key, std::string_view) {
        const std::string_view hash = key.substr(2, kHashBytes);
        const std::string_view id = key.substr(2 + kHashBytes);
        if (resting.contains(IncomingFileName(hash, id))) return absl::OkStatus();
        absl::StatusOr<std::optional<state::IncomingFile>> incoming =
            Load<state::IncomingFile>(ground.db, kFiles, IncomingKey(hash, id));
        if (absl::IsDataLoss(incoming.status())) return absl::OkStatus();
        if (!incoming.ok()) return incoming.status();
        if (!*incoming) return absl::OkStatus();
        next = FileToMove{IncomingFileName(hash, id), ShapeOf((*incoming)->shape()),
                          *FixedBytes<kIdBytes>(id), *FixedBytes<kHashBytes>(hash)};
        return absl::CancelledError();
      });
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  return next;
}

absl::Status OnFetched(Ground& ground, const FileToMove& file, store::WriteBatch& batch,
                       Instant now) {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received = FindReceived(ground, file);
  if (!received.ok()) return received.status();
  const std::string key = IncomingKey(AsText(file.record_hash), AsText(file.section_id));
  absl::StatusOr<std::optional<state::IncomingFile>> incoming =
      Load<state::IncomingFile>(ground.db, kFiles, key);
  if (!incoming.ok()) return incoming.status();
  if (!*received || !*incoming) return absl::OkStatus();  // recalled, or over, meanwhile
  batch.Delete(kFiles, FetchKeyOf(**received, file.section_id));
  ground.alarms.Clear(alarm::kAttachmentLost, HexEncode(AsBytes((*received)->record_id())));
  (*incoming)->set_complete(true);
  Save(batch, kFiles, key, **incoming);
  absl::StatusOr<std::vector<std::string>> whole = WholeFiles(ground, file);
  if (!whole.ok()) return whole.status();
  if (!whole->empty()) OweFetched(ground, **received, *whole, batch, now);
  return absl::OkStatus();
}

absl::Status OnFetchFailed(Ground& ground, const FileToMove& file, const absl::Status& why,
                           bool final, store::WriteBatch& batch, Instant now) {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received = FindReceived(ground, file);
  if (!received.ok() || !*received) return received.status();
  if ((*received)->purged()) return absl::OkStatus();  // recalled, or over, meanwhile
  if (final) batch.Delete(kFiles, FetchKeyOf(**received, file.section_id));
  const std::string id = HexEncode(AsBytes((*received)->record_id()));
  ground.alarms.Raise(alarm::kAttachmentLost, id,
                      Text("an attachment of record ", id, " from ", (*received)->origin(),
                           final ? " cannot be had: " : " does not come, and is tried again: ",
                           std::string(why.message())),
                      now);
  return absl::OkStatus();
}

absl::StatusOr<FileToRead> OpenIncoming(const Ground& ground, std::string_view record_hash,
                                        std::string_view section_id) {
  absl::StatusOr<std::string> bytes = ground.vault.Get(record_hash);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<state::ReceivedContent> content = ParseStored<state::ReceivedContent>(*bytes);
  crypto::Wipe(*bytes);
  if (!content.ok()) return content.status();
  const absl::Status damaged =
      absl::DataLossError("the key of an attachment is damaged; restore a backup");
  for (state::KeptSection& section : *content->mutable_sections()) {
    if (section.section_id() != section_id || !section.has_file()) continue;
    auto key = crypto::Secret<32>::FromBytes(AsBytes(section.file_key()));
    crypto::Wipe(*section.mutable_file_key());
    v1::SectionContent described;
    if (!key || !described.ParseFromString(section.content())) return damaged;
    return FileToRead{IncomingFileName(record_hash, section_id), *FixedBytes<kIdBytes>(section_id),
                      *std::move(key), ShapeOf(section.file()), described.attachment()};
  }
  return damaged;
}

absl::StatusOr<bool> IsFetched(const Ground& ground, std::string_view record_hash,
                               std::string_view section_id) {
  absl::StatusOr<std::optional<state::IncomingFile>> incoming =
      Load<state::IncomingFile>(ground.db, kFiles, IncomingKey(record_hash, section_id));
  if (!incoming.ok()) return incoming.status();
  return *incoming && (*incoming)->complete();
}

absl::Status DropIncoming(const Ground& ground, const state::ReceivedRecord& received,
                          store::WriteBatch& batch) {
  const std::string prefix = IncomingKey(received.record_hash(), "");
  return ForEachBytes(ground.db, kFiles, prefix, [&](std::string_view key, std::string_view) {
    batch.Delete(kFiles, key);
    batch.Delete(kFiles,
                 FetchKey(received.urgency(), received.record_hash(), key.substr(prefix.size())));
    return absl::OkStatus();
  });
}

absl::Status OnFetchedNote(Ground& ground, const v1::FetchedNote& note, store::WriteBatch& batch) {
  const Sent sent_records(ground);
  absl::StatusOr<std::optional<state::SentRecord>> sent =
      sent_records.FindByHash(note.record_hash());
  if (!sent.ok()) return sent.status();
  state::SentRecipient* const recipient = *sent ? FindRecipient(**sent, note.recipient()) : nullptr;
  const bool attached =
      recipient != nullptr && std::ranges::all_of(note.section_ids(), [&](const std::string& id) {
        return std::ranges::find((*sent)->files(), id) != (*sent)->files().end();
      });
  if (!attached) {
    return Refuse(Reason::kProofBad, "it says that an attachment came that was not sent");
  }
  recipient->set_fetched_ms(note.instant_ms());
  sent_records.Save(**sent, batch);
  return absl::OkStatus();
}

// ---- both

absl::StatusOr<std::set<std::string>> FilesInUse(const Ground& ground) {
  std::set<std::string> names;
  absl::Status status =
      ForEachBytes(ground.db, kFiles, "", [&](std::string_view key, std::string_view) {
        if (key[0] == 'o') names.insert(OwnFileName(key.substr(1)));
        if (key[0] == 'i') {
          names.insert(IncomingFileName(key.substr(1, kHashBytes), key.substr(1 + kHashBytes)));
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return names;
}

}  // namespace entente::node

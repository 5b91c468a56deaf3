// Attachments in the engine's book: which sealed files lie on this node's disk, which of them the
// broker must be given before a record may go, and which are to be fetched. The files themselves
// are the shell's (file_folder.h); nothing here reads or writes one. Not thread-safe. Errors: the
// store's and the vault's. Source: docs/formats.md, "Attachments".
//
// A file of ours has one key in the vault, which is destroyed with the last record that carries it;
// one that came has its key in that record's content.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/record/seal.h"
#include "entente/v1/attachment.pb.h"
#include "node/files.h"
#include "node/ground.h"
#include "node/state.pb.h"

namespace entente::node {

// ---- those of this agency

// One that an officer gave; it is on disk. In no record yet.
absl::Status KeepOwnFile(Ground& ground, std::string_view officer, const record::AttachedFile& file,
                         const v1::AttachResponse& described, store::WriteBatch& batch,
                         Instant now);
// The draft's attachments become the record's. Refusal malformed: a section names no file that was
// given to this node, or describes another one.
absl::Status TakeFiles(const Ground& ground, const v1::Draft& draft, state::SentRecord& sent,
                       store::WriteBatch& batch);
// As it is sealed into a record.
absl::StatusOr<record::AttachedFile> FileToSeal(const Ground& ground, std::string_view section_id);
// OK when the broker has all of the record's files. Refusal attachment-missing: the others are to
// be uploaded; the record is not sealed before, so that its number is no hole meanwhile.
absl::Status AwaitUploads(const Ground& ground, const state::SentRecord& sent,
                          store::WriteBatch& batch);
// Whether the broker has all of them. `files`: section ids.
template <class List>
absl::StatusOr<bool> AllUploaded(const Ground& ground, const List& files);
absl::StatusOr<bool> IsUploaded(const Ground& ground, std::string_view section_id);
// The broker says that it lacks one: all are given to it again.
absl::Status UploadAgain(const Ground& ground, const state::OutboxItem& item,
                         store::WriteBatch& batch);
// The record's content is erased: a file that no other record carries loses its key.
absl::Status DropOwnFiles(Ground& ground, const state::SentRecord& sent, store::WriteBatch& batch);
// Those that no draft named within a day.
absl::Status DropUnused(Ground& ground, Instant now);

absl::StatusOr<std::optional<FileToMove>> NextUpload(const Ground& ground,
                                                     const std::set<std::string>& resting);
absl::Status OnUploaded(Ground& ground, const SectionId& section_id, store::WriteBatch& batch);

// An alarm: nothing that carries it leaves.
void OnUploadFailed(Ground& ground, const FileToMove& file, const absl::Status& why, Instant now);

// ---- those that come

// What the record brings is to be fetched, the urgent first.
void ExpectFiles(const state::ReceivedRecord& received, const state::ReceivedContent& content,
                 store::WriteBatch& batch);
absl::StatusOr<std::optional<FileToMove>> NextFetch(const Ground& ground,
                                                    const std::set<std::string>& resting);
// It is whole. When it was the last of its record the origin is told.
absl::Status OnFetched(Ground& ground, const FileToMove& file, store::WriteBatch& batch,
                       Instant now);
// The broker has it no more, or what it gave was not the file: an alarm, and it is not asked for
// again.
absl::Status OnFetchFailed(Ground& ground, const FileToMove& file, const absl::Status& why,
                           bool final, store::WriteBatch& batch, Instant now);
// False: one was erased with its record, and cannot be given again.
absl::StatusOr<bool> HasOwnFiles(const Ground& ground, const state::OutboxItem& item);
// Where it lies, and what opens it. DATA_LOSS when the record's content does not open.
absl::StatusOr<FileToRead> OpenIncoming(const Ground& ground, std::string_view record_hash,
                                        std::string_view section_id);
absl::StatusOr<bool> IsFetched(const Ground& ground, std::string_view record_hash,
                               std::string_view section_id);
absl::Status DropIncoming(const Ground& ground, const state::ReceivedRecord& received,
                          store::WriteBatch& batch);

// A recipient's word that what we attached is whole there. Refusal proof-bad: we attached no such
// thing to a record for it.
absl::Status OnFetchedNote(Ground& ground, const v1::FetchedNote& note, store::WriteBatch& batch);

// ---- both

// Names of all files that some row stands for: the folder may lose any other.
absl::StatusOr<std::set<std::string>> FilesInUse(const Ground& ground);

template <class List>
absl::StatusOr<bool> AllUploaded(const Ground& ground, const List& files) {
  for (const std::string& id : files) {
    absl::StatusOr<bool> uploaded = IsUploaded(ground, id);
    if (!uploaded.ok() || !*uploaded) return uploaded;
  }
  return true;
}

}  // namespace entente::node

// Who may fetch which attachment, and until when (docs/formats.md, "Upload and fetch"). A grant is
// written in the commit that released the section to the recipient, and goes with the recipient's
// own word that it has the file, with the origin's recall, or with time. Rows of l_grants: local,
// since what goes with time alone is no entry of the log. Safe from any thread.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/command.pb.h"
#include "broker/transaction.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/ledger/entry.h"
#include "core/record/chunks.h"
#include "core/store/store.h"

namespace entente::broker {

// A file at the broker is known by whose it is, its size and its root.
struct OwnedFile {
  std::string origin;
  record::FileShape shape{};
  friend bool operator==(const OwnedFile&, const OwnedFile&) = default;
  friend bool operator<(const OwnedFile& a, const OwnedFile& b);
};
OwnedFile FileOf(const Grant& grant);

// The row under `key`: SHA-256 of key and grant || Grant, so that no row passes for another.
std::string EncodeGrant(std::string_view key, const Grant& grant);
// nullopt for bytes that are no row of that key.
std::optional<Grant> DecodeGrant(std::string_view key, std::string_view bytes);

// Stages what the entry at `log_index` grants: to each reader of `parts` but the first, the origin,
// every attachment that is delivered to it. `record`: as carried. INTERNAL for bytes that admission
// does not let in.
absl::Status StageGrants(const std::string& record, std::span<const ledger::ReaderPart> parts,
                         uint64_t log_index, uint64_t expires_ms, Transaction& tx);
// Stages what a fetched note or a recall of `from` ends; other notices end nothing. `notices`: the
// command's NoticeList.
absl::Status EndGrants(std::string_view type, const std::string& from, const std::string& notices,
                       Transaction& tx);

// Stages what a decision made again ends, of one record to `recipient`: the attachments of the
// sections that it withholds, or all when it refuses.
absl::Status EndWithheld(const std::string& recipient, std::string_view record_hash,
                         const v1::RecipientDecision& decision, Transaction& tx);

// Every grant whose time is over, and the files that the others refer to. DATA_LOSS when a row
// cannot be read: then nothing may be dropped.
struct GrantScan {
  std::set<std::string> over;  // keys
  std::set<OwnedFile> files;
};
absl::StatusOr<GrantScan> ScanGrants(const store::Reader& store, Instant instant);

}  // namespace entente::broker

#include "broker/grants.h"

#include <memory>
#include <tuple>
#include <utility>

#include "broker/delivery.h"
#include "broker/rows.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/ledger/parts.h"
#include "core/record/statements.h"
#include "entente/v1/record.pb.h"

namespace entente::broker {
namespace {

std::string RowDigest(std::string_view key, std::string_view grant) {
  return ToString(crypto::Sha256(Framing().U64(key.size()).Raw(key).Raw(grant).str()));
}

// What one reader is delivered it may fetch.
absl::Status StageFor(const v1::Record& record, const ledger::ReaderPart& reader, Grant grant,
                      Transaction& tx) {
  v1::Part part;
  if (!part.ParseFromString(reader.bytes) || part.submission().decisions_size() != 1) {
    return absl::InternalError("a recipient's part that admission does not make");
  }
  auto own = StripRecord(record, reader.reader, part.submission().decisions(0));
  if (!own.ok()) return own.status();
  for (const v1::Section& section : own->sections()) {
    if (!section.has_file()) continue;
    *grant.mutable_file() = section.file();
    tx.PutGrant(GrantKey(reader.reader, part.submission().record_hash(), section.section_id()),
                grant);
  }
  return absl::OkStatus();
}

template <class Body>
absl::StatusOr<Body> BodyIn(const std::string& notices) {
  NoticeList list;
  Body body;
  if (list.ParseFromString(notices) && list.notices_size() == 1 &&
      body.ParseFromString(list.notices(0).statement().body())) {
    return body;
  }
  return absl::InternalError("a notice command that this broker did not make");
}

// Its own grants alone: the key begins with the name of who signed the note.
absl::Status EndFetched(const v1::FetchedNote& note, const std::string& from, Transaction& tx) {
  for (const std::string& section : note.section_ids()) {
    tx.DropGrant(GrantKey(from, note.record_hash(), section));
  }
  return absl::OkStatus();
}

// A hash is known to everybody who has the record: only its origin ends what others may fetch.
absl::Status EndRecalled(const v1::RecallNote& note, const std::string& from, Transaction& tx) {
  auto grants = tx.GrantsUnder(GrantPrefix(note.recipient(), note.record_hash()));
  if (!grants.ok()) return grants.status();
  for (const auto& [key, grant] : *grants) {
    if (grant.origin() == from) tx.DropGrant(key);
  }
  return absl::OkStatus();
}

}  // namespace

bool operator<(const OwnedFile& a, const OwnedFile& b) {
  return std::tie(a.origin, a.shape.size, a.shape.root) <
         std::tie(b.origin, b.shape.size, b.shape.root);
}

OwnedFile FileOf(const Grant& grant) {
  const v1::SealedFile& file = grant.file();
  return {grant.origin(),
          {file.size(), FixedBytes<sizeof(Digest)>(file.root()).value_or(Digest{})}};
}

std::string EncodeGrant(std::string_view key, const Grant& grant) {
  std::string bytes = grant.SerializeAsString();
  return RowDigest(key, bytes) + bytes;
}

std::optional<Grant> DecodeGrant(std::string_view key, std::string_view bytes) {
  if (bytes.size() < sizeof(Digest)) return std::nullopt;
  const std::string rest(bytes.substr(sizeof(Digest)));
  Grant grant;
  if (RowDigest(key, rest) != bytes.substr(0, sizeof(Digest)) || !grant.ParseFromString(rest)) {
    return std::nullopt;
  }
  return grant;
}

absl::Status StageGrants(const std::string& record, std::span<const ledger::ReaderPart> parts,
                         uint64_t log_index, uint64_t expires_ms, Transaction& tx) {
  v1::Record message;
  if (!message.ParseFromString(record)) {
    return absl::InternalError("a record that admission does not let in");
  }
  // It is copied for each reader.
  for (v1::Section& section : *message.mutable_sections()) section.clear_ciphertext();
  Grant grant;
  grant.set_origin(parts[0].reader);
  grant.set_expires_ms(expires_ms);
  grant.set_log_index(log_index);
  for (const ledger::ReaderPart& reader : parts.subspan(1)) {
    if (auto status = StageFor(message, reader, grant, tx); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EndGrants(std::string_view type, const std::string& from, const std::string& notices,
                       Transaction& tx) {
  if (type == record::kStatementType<v1::FetchedNote>) {
    auto note = BodyIn<v1::FetchedNote>(notices);
    return note.ok() ? EndFetched(*note, from, tx) : note.status();
  }
  if (type == record::kStatementType<v1::RecallNote>) {
    auto note = BodyIn<v1::RecallNote>(notices);
    return note.ok() ? EndRecalled(*note, from, tx) : note.status();
  }
  return absl::OkStatus();
}

absl::Status EndWithheld(const std::string& recipient, std::string_view record_hash,
                         const v1::RecipientDecision& decision, Transaction& tx) {
  auto grants = tx.GrantsUnder(GrantPrefix(recipient, record_hash));
  if (!grants.ok()) return grants.status();
  std::set<std::string> withheld;
  for (const v1::WithheldSection& section : decision.withheld()) {
    withheld.insert(GrantKey(recipient, record_hash, section.section_id()));
  }
  const bool refused = !ledger::Releases(decision.verdict());
  for (const auto& [key, grant] : *grants) {
    if (refused || withheld.contains(key)) tx.DropGrant(key);
  }
  return absl::OkStatus();
}

absl::StatusOr<GrantScan> ScanGrants(const store::Reader& store, Instant instant) {
  auto rows = store.Iterate(kGrants, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  GrantScan scan;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    auto grant = DecodeGrant(it.key(), it.value());
    if (!grant) return Damaged(kGrants);
    if (grant->expires_ms() <= static_cast<uint64_t>(instant.ms)) {
      scan.over.emplace(it.key());
    } else {
      scan.files.insert(FileOf(*grant));
    }
  }
  if (!it.status().ok()) return it.status();
  return scan;
}

}  // namespace entente::broker

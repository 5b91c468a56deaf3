// The genesis file: who may sign in one federation, under which name, with which quorum. Its digest
// is confirmed by two persons at each node by another channel; entry 0 of the log carries it.
// Values; safe from any thread. Form: docs/formats.md, "Genesis file".
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/audit/note.h"
#include "core/audit/tlog_policy.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/crypto/keys.h"

namespace entente::ledger {

inline constexpr std::string_view kQuorumNone = "none";

// A text of c2sp.org/tlog-policy that holds for a log: the log's one key, one vote for each
// jurisdiction, more than two thirds. INVALID_ARGUMENT with `NAME:LINE:COL: sentence`, or a
// sentence.
absl::StatusOr<audit::TlogPolicy> ReadQuorum(std::string_view name, std::string_view text,
                                             const audit::VerifierKey& log);

// What the file says. Written out by WriteGenesis, checked by ParseGenesis.
struct GenesisFields {
  std::string federation;  // F, "entente.test"
  std::string log_origin;  // "entente.test/log/broker-1"
  Instant created;         // whole seconds
  // "none": the log's own signature suffices, and every desk says so. Else a text that ReadQuorum
  // takes: open entries act only under its cosignatures.
  std::string quorum;
  audit::VerifierKey checkpoint;  // its name is log_origin
  crypto::PublicKey receipt{};
  crypto::PublicKey note{};
  // By jurisdiction: ISO code, or ORG. Offline keys, each valid for its own agencies only.
  std::map<std::string, crypto::PublicKey> authorities;
};

// A genesis file that was read. Invariant: one that exists is valid.
class Genesis {
 public:
  // `name` is what errors call the file: INVALID_ARGUMENT `name:LINE:COL: sentence` for anything
  // but the closed form, names that do not fit together, a key used twice, no authority.
  static absl::StatusOr<Genesis> Parse(std::string_view toml,
                                       std::string_view name = "genesis.toml");
  // INVALID_ARGUMENT when the fields do not make a valid file.
  static absl::StatusOr<Genesis> Create(const GenesisFields& fields);

  const GenesisFields* operator->() const { return &fields_; }
  const GenesisFields& fields() const { return fields_; }
  // The bytes as read, which are what is hashed and stands in entry 0.
  const std::string& text() const { return text_; }
  const Digest& digest() const { return digest_; }

  // nullptr: none.
  std::shared_ptr<const audit::TlogPolicy> quorum() const { return quorum_; }

  // The key ids that statements name.
  KeyId receipt_key_id() const;
  KeyId note_key_id() const;
  // nullptr when the jurisdiction has no authority here.
  const crypto::PublicKey* FindAuthority(std::string_view jurisdiction) const;

 private:
  static absl::StatusOr<Genesis> Build(GenesisFields fields, std::string text);
  Genesis(GenesisFields fields, std::string text, std::shared_ptr<const audit::TlogPolicy> quorum);

  GenesisFields fields_;
  std::string text_;
  Digest digest_;
  std::shared_ptr<const audit::TlogPolicy> quorum_;
};

}  // namespace entente::ledger

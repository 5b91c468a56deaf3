#include "core/ledger/genesis.h"

#include <set>
#include <utility>

#include "core/base/agency.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/ledger/genesis_toml.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kQuotes = "'''";  // around a text of several lines

absl::Status Wrong(std::string sentence) { return absl::InvalidArgumentError(sentence); }

absl::Status CheckNames(const GenesisFields& fields) {
  if (!IsFederationName(fields.federation)) {
    return Wrong("`federation` is a name such as entente.example, in lower case.");
  }
  const std::string prefix = fields.federation + "/log/";
  if (!fields.log_origin.starts_with(prefix) ||
      !IsBrokerName(std::string_view(fields.log_origin).substr(prefix.size()))) {
    return Wrong("`log` is " + prefix + " and the broker's name.");
  }
  if (fields.checkpoint.name() != fields.log_origin) {
    return Wrong("the name in `checkpoint` is that of `log`.");
  }
  return absl::OkStatus();
}

absl::Status CheckJurisdictions(const GenesisFields& fields) {
  if (fields.authorities.empty()) return Wrong("at least one [[authority]] is needed.");
  for (const auto& [jurisdiction, key] : fields.authorities) {
    if (jurisdiction == "ORG") continue;
    if (absl::Status status = CheckJurisdiction(jurisdiction); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// One key in two roles would let one signature count twice.
absl::Status CheckDistinct(const GenesisFields& fields) {
  std::set<crypto::PublicKey> keys = {fields.checkpoint.key(), fields.receipt, fields.note};
  for (const auto& [jurisdiction, key] : fields.authorities) keys.insert(key);
  if (keys.size() != fields.authorities.size() + 3) return Wrong("the same key stands here twice.");
  return absl::OkStatus();
}

absl::Status CheckFields(const GenesisFields& fields) {
  if (absl::Status status = CheckNames(fields); !status.ok()) return status;
  if (fields.checkpoint.type() != audit::NoteKeyType::kEd25519) {
    return Wrong("`checkpoint` is an Ed25519 key of type 1.");
  }
  if (fields.quorum.find(kQuotes) != std::string::npos) {
    return Wrong("no name in `quorum` has three quotes in a row.");
  }
  if (fields.created.ms < 0 || fields.created.ms % 1000 != 0) {
    return Wrong("`created` is an instant in whole seconds.");
  }
  if (absl::Status status = CheckJurisdictions(fields); !status.ok()) return status;
  return CheckDistinct(fields);
}

std::string QuorumToml(const std::string& quorum) {
  if (quorum == kQuorumNone) return "\"none\"";
  return std::string(kQuotes) + "\n" + quorum + std::string(kQuotes);
}

std::string Write(const GenesisFields& fields) {
  std::string created = FormatInstant(fields.created);
  created.replace(created.size() - 5, 5, "Z");  // whole seconds: ".000Z" says nothing
  std::string out = "genesis    = \"entente-genesis/1\"\nfederation = \"" + fields.federation +
                    "\"\nlog        = \"" + fields.log_origin + "\"\ncreated    = " + created +
                    "\nquorum     = " + QuorumToml(fields.quorum) +
                    "\n\n[broker]\ncheckpoint = \"" + fields.checkpoint.Text() +
                    "\"\nreceipt    = \"" + HexEncode(fields.receipt) + "\"\nnote       = \"" +
                    HexEncode(fields.note) + "\"\n";
  for (const auto& [jurisdiction, key] : fields.authorities) {
    out += "\n[[authority]]\njurisdiction = \"" + jurisdiction + "\"\nkey          = \"" +
           HexEncode(key) + "\"\n";
  }
  return out;
}

}  // namespace

absl::StatusOr<audit::TlogPolicy> ReadQuorum(std::string_view name, std::string_view text,
                                             const audit::VerifierKey& log) {
  auto policy = audit::TlogPolicy::Parse(name, text);
  if (!policy.ok()) return policy;
  if (policy->logs() != std::vector<audit::VerifierKey>{log}) {
    return Wrong("the quorum names one log, this one: `log " + log.Text() + "`.");
  }
  if (absl::Status status = policy->CheckOneVoteEach(); !status.ok()) {
    return Wrong(std::string(status.message()));
  }
  return policy;
}

Genesis::Genesis(GenesisFields fields, std::string text,
                 std::shared_ptr<const audit::TlogPolicy> quorum)
    : fields_(std::move(fields)),
      text_(std::move(text)),
      digest_(crypto::Sha256(text_)),
      quorum_(std::move(quorum)) {}

absl::StatusOr<Genesis> Genesis::Build(GenesisFields fields, std::string text) {
  if (absl::Status status = CheckFields(fields); !status.ok()) return status;
  if (fields.quorum == kQuorumNone) return Genesis(std::move(fields), std::move(text), nullptr);
  auto quorum = ReadQuorum("quorum", fields.quorum, fields.checkpoint);
  if (!quorum.ok()) return quorum.status();
  return Genesis(std::move(fields), std::move(text),
                 std::make_shared<const audit::TlogPolicy>(*std::move(quorum)));
}

absl::StatusOr<Genesis> Genesis::Parse(std::string_view toml, std::string_view name) {
  auto fields = ReadGenesisToml(toml, name);
  if (!fields.ok()) return fields.status();
  auto genesis = Build(*std::move(fields), std::string(toml));
  if (genesis.ok()) return genesis;
  return Wrong(std::string(name) + ":1:1: " + std::string(genesis.status().message()));
}

absl::StatusOr<Genesis> Genesis::Create(const GenesisFields& fields) {
  return Build(fields, Write(fields));
}

KeyId Genesis::receipt_key_id() const {
  return crypto::MakeKeyId(crypto::KeyUse::kReceipt, fields_.receipt);
}

KeyId Genesis::note_key_id() const {
  return crypto::MakeKeyId(crypto::KeyUse::kNote, fields_.note);
}

const crypto::PublicKey* Genesis::FindAuthority(std::string_view jurisdiction) const {
  const auto found = fields_.authorities.find(std::string(jurisdiction));
  return found == fields_.authorities.end() ? nullptr : &found->second;
}

}  // namespace entente::ledger

#include "broker/init.h"

#include <sys/stat.h>

#include <filesystem>

#include "broker/assets.h"
#include "broker/engine.h"
#include "broker/families.h"
#include "core/audit/tlog_policy.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/store/durable_file.h"
#include "core/store/rocks_store.h"

namespace entente::broker {
namespace {

// The log's key is made here, so that whoever writes the quorum cannot name it.
std::string QuorumOf(const Founding& founding, const audit::VerifierKey& log) {
  if (founding.quorum.empty()) return std::string(ledger::kQuorumNone);
  return "log " + log.Text() + "\n" + founding.quorum;
}

absl::StatusOr<ledger::GenesisFields> FieldsOf(const Founding& founding, const BrokerKeys& keys,
                                               Instant now) {
  const std::string origin = founding.federation + "/log/" + founding.name;
  auto checkpoint = audit::VerifierKey::Create(origin, audit::NoteKeyType::kEd25519,
                                               keys.checkpoint.public_key());
  if (!checkpoint.ok()) return checkpoint.status();
  return ledger::GenesisFields{founding.federation,
                               origin,
                               {now.ms / limits::kSecondMs * limits::kSecondMs},
                               QuorumOf(founding, *checkpoint),
                               *std::move(checkpoint),
                               keys.receipt.public_key(),
                               keys.note.public_key(),
                               founding.authorities};
}

bool SameButForTheTime(const ledger::GenesisFields& a, const ledger::GenesisFields& b) {
  return a.federation == b.federation && a.log_origin == b.log_origin && a.quorum == b.quorum &&
         a.checkpoint == b.checkpoint && a.receipt == b.receipt && a.note == b.note &&
         a.authorities == b.authorities;
}

absl::StatusOr<ledger::Genesis> WriteOrKeepGenesis(const std::string& path,
                                                   const ledger::GenesisFields& fields) {
  auto there = LoadGenesis(path);
  if (there.ok()) {
    if (SameButForTheTime(there->fields(), fields)) return there;
    return absl::AlreadyExistsError(path + " founds another federation or broker; move it away");
  }
  if (!absl::IsNotFound(there.status())) return there;
  auto genesis = ledger::Genesis::Create(fields);
  if (!genesis.ok()) return genesis;
  const auto again = ledger::Genesis::Parse(genesis->text(), path);
  if (!again.ok() || !SameButForTheTime(again->fields(), fields)) {
    return absl::InvalidArgumentError(
        "the quorum has what a genesis file cannot hold: write it in UTF-8, or without comments");
  }
  const absl::Status status = store::WriteFileDurably(path, genesis->text());
  if (!status.ok()) return status;
  chmod(path.c_str(), 0644);
  return genesis;
}

// Its disk may not be mounted, and a second log under the same keys is a fork to every node.
absl::Status CheckLogNotLost(const FoundingPlaces& places) {
  std::error_code ignored;
  const auto there = [&](const std::string& path) {
    return std::filesystem::exists(path, ignored);
  };
  if (!there(places.genesis) || !there(KeyPath(places.keys, crypto::KeyUse::kCheckpoint)) ||
      there(places.data + "/db/CURRENT")) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      "keys and genesis file of a log are there, and no database in " + places.data +
      ": the disk may not be mounted; a second log would be a fork for every node. If no log was "
      "ever served, say --no-log-was-served");
}

absl::Status WriteLog(const FoundingPlaces& places, const ledger::Genesis& genesis,
                      const BrokerKeys& keys) {
  auto store = store::RocksStore::Open(places.data, kBrokerFamilies);
  if (!store.ok()) return store.status();
  const absl::Status status = InitLog(**store, genesis.text(), keys);
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

}  // namespace

absl::StatusOr<std::string> ReadQuorumFile(const std::string& path) {
  auto text = ReadFile(path, limits::kConfigBytes);
  if (!text.ok()) return text;
  const auto policy = audit::TlogPolicy::Parse(path, *text);
  if (!policy.ok()) return policy.status();
  if (!policy->logs().empty()) {
    return absl::InvalidArgumentError(path + ":1:1: leave the log line out: init makes the key");
  }
  if (absl::Status status = policy->CheckOneVoteEach(); !status.ok()) {
    return absl::InvalidArgumentError(path + ":1:1: " + std::string(status.message()));
  }
  return text;
}

absl::Status AddAuthority(std::string_view text, Founding& founding) {
  const size_t equals = text.find('=');
  const auto key = equals == text.npos ? std::nullopt : FixedFromHex<32>(text.substr(equals + 1));
  if (!key) {
    return absl::InvalidArgumentError("'" + std::string(text.substr(0, 128)) +
                                      "' is no authority: write FR= and 64 hex characters");
  }
  if (!founding.authorities.emplace(text.substr(0, equals), *key).second) {
    return absl::InvalidArgumentError("two authorities of " + std::string(text.substr(0, equals)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Founded> Found(const FoundingPlaces& places, const Founding& founding, Instant now,
                              Random& random) {
  const absl::Status lost = CheckLogNotLost(places);
  if (!lost.ok() && !founding.no_log_was_served) return lost;
  auto keys = MakeBrokerKeys(places.keys, random);
  if (!keys.ok()) return keys.status();
  auto fields = FieldsOf(founding, *keys, now);
  if (!fields.ok()) return fields.status();
  auto genesis = WriteOrKeepGenesis(places.genesis, *fields);
  if (!genesis.ok()) return genesis.status();
  if (absl::Status status = WriteLog(places, *genesis, *keys); !status.ok()) return status;
  return Founded{DigestText(genesis->digest()), genesis->fields().checkpoint.Text()};
}

}  // namespace entente::broker

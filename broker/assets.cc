#include "broker/assets.h"

#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "core/crypto/keyfile.h"
#include "core/store/durable_file.h"

namespace entente::broker {
namespace {

using crypto::KeyUse;
using crypto::SigningKey;

absl::StatusOr<SigningKey> LoadKey(const std::string& folder, KeyUse use) {
  auto seed = crypto::ReadKeyFile(KeyPath(folder, use), use);
  if (!seed.ok()) return seed.status();
  return SigningKey::FromSeed(*seed);
}

absl::Status MakeKey(const std::string& folder, KeyUse use, Random& random) {
  const absl::Status status =
      crypto::WriteKeyFile(KeyPath(folder, use), use, crypto::Secret<32>::Create(random));
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

absl::Status CheckKeys(const BrokerKeys& keys, const ledger::Genesis& genesis,
                       const BrokerConfig& config) {
  if (keys.checkpoint.public_key() == genesis->checkpoint.key() &&
      keys.receipt.public_key() == genesis->receipt && keys.note.public_key() == genesis->note) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("the keys in " + config.keys + " are not those that " +
                                    config.genesis + " names");
}

absl::Status CheckCertificate(const net::TlsIdentity& identity, const ledger::Genesis& genesis,
                              const BrokerConfig& config) {
  const net::Caller wanted = net::BrokerCaller(BrokerName(genesis));
  const auto name = net::NameInCertificate(genesis->federation, identity.certificate_pem);
  if (name.ok() && *name == wanted) return absl::OkStatus();
  return absl::InvalidArgumentError(config.certificate + " must have the one URI name " +
                                    net::SpiffeId(genesis->federation, wanted) +
                                    (name.ok() ? "" : "; " + std::string(name.status().message())));
}

absl::StatusOr<std::shared_ptr<const net::TrustAnchors>> LoadAnchors(const ledger::Genesis& genesis,
                                                                     const BrokerConfig& config) {
  std::map<std::string, std::string> pems;
  for (const auto& [name, path] : config.authorities) {
    auto pem = net::LoadCertificates(path);
    if (!pem.ok()) return pem.status();
    pems.emplace(name, *std::move(pem));
  }
  if (pems.empty()) {
    return absl::InvalidArgumentError("no [authorities]: no agency could connect");
  }
  return net::TrustAnchors::Create(genesis->federation, pems);
}

}  // namespace

std::string KeyPath(const std::string& folder, KeyUse use) {
  return folder + "/" + std::string(crypto::KeyUseWord(use)) + ".key";
}

absl::StatusOr<BrokerKeys> LoadBrokerKeys(const std::string& folder) {
  auto checkpoint = LoadKey(folder, KeyUse::kCheckpoint);
  if (!checkpoint.ok()) return checkpoint.status();
  auto receipt = LoadKey(folder, KeyUse::kReceipt);
  if (!receipt.ok()) return receipt.status();
  auto note = LoadKey(folder, KeyUse::kNote);
  if (!note.ok()) return note.status();
  return BrokerKeys{*std::move(checkpoint), *std::move(receipt), *std::move(note)};
}

absl::StatusOr<BrokerKeys> MakeBrokerKeys(const std::string& folder, Random& random) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || chmod(folder.c_str(), 0700) != 0) {
    return absl::InternalError("cannot make the folder " + folder);
  }
  for (const KeyUse use : {KeyUse::kCheckpoint, KeyUse::kReceipt, KeyUse::kNote}) {
    if (absl::Status status = MakeKey(folder, use, random); !status.ok()) return status;
  }
  return LoadBrokerKeys(folder);
}

absl::StatusOr<ledger::Genesis> LoadGenesis(const std::string& path) {
  auto text = store::ReadFileIfThere(path);
  if (!text.ok()) return text.status();
  if (!*text) return absl::NotFoundError("there is no genesis file " + path);
  return ledger::Genesis::Parse(**text, path);
}

std::string BrokerName(const ledger::Genesis& genesis) {
  return genesis->log_origin.substr(genesis->log_origin.rfind('/') + 1);
}

absl::StatusOr<BrokerAssets> LoadAssets(const BrokerConfig& config) {
  auto genesis = LoadGenesis(config.genesis);
  if (!genesis.ok()) return genesis.status();
  auto keys = LoadBrokerKeys(config.keys);
  if (!keys.ok()) return keys.status();
  if (absl::Status status = CheckKeys(*keys, *genesis, config); !status.ok()) return status;
  auto identity = net::LoadTlsIdentity(config.certificate, config.certificate_key);
  if (!identity.ok()) return identity.status();
  absl::Status status = CheckCertificate(*identity, *genesis, config);
  if (!status.ok()) return status;
  auto clients = LoadAnchors(*genesis, config);
  if (!clients.ok()) return clients.status();
  return BrokerAssets{*std::move(genesis), *std::move(keys), *std::move(identity),
                      *std::move(clients)};
}

}  // namespace entente::broker

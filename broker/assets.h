// What a broker's configuration names, read and held against each other: the genesis file, the
// broker's keys, its certificate, the authorities. Blocking file access; safe from any thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "broker/config.h"
#include "broker/engine.h"
#include "core/ledger/genesis.h"
#include "core/net/tls.h"
#include "core/net/trust.h"

namespace entente::broker {

struct BrokerAssets {
  ledger::Genesis genesis;
  BrokerKeys keys;
  net::TlsIdentity identity;
  std::shared_ptr<const net::TrustAnchors> clients;
};

// A sentence that names the file in question: NOT_FOUND, PERMISSION_DENIED (a key that others can
// read), INVALID_ARGUMENT (refused, or not belonging together: keys that the genesis file does not
// name, a certificate of another broker).
absl::StatusOr<BrokerAssets> LoadAssets(const BrokerConfig& config);

// NAME.key in `folder`.
std::string KeyPath(const std::string& folder, crypto::KeyUse use);
absl::StatusOr<BrokerKeys> LoadBrokerKeys(const std::string& folder);
// Makes what is missing, keeps what is there, and loads all. The folder is made with mode 0700.
absl::StatusOr<BrokerKeys> MakeBrokerKeys(const std::string& folder, Random& random);

absl::StatusOr<ledger::Genesis> LoadGenesis(const std::string& path);
// "broker-1", from the log's origin.
std::string BrokerName(const ledger::Genesis& genesis);

}  // namespace entente::broker

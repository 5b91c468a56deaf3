// The node's configuration: /etc/entente/node.toml, or ENTENTE_CONFIG, or --config. Values.
// Form: `entente-node --help`. Errors: `FILE:LINE:COL: sentence`.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "node/second_person.h"
#include "node/sessions.h"

namespace entente::node {

struct Config {
  explicit Config(AgencyId id) : agency(std::move(id)) {}

  AgencyId agency;
  std::string genesis;      // path of the genesis file
  Digest genesis_digest{};  // as two persons confirmed it
  std::string data;         // folder of database, key slots and receipts
  std::string keys;         // folder of identity.key and the store key; better on another medium
  std::string certificate;  // of this node, PEM
  std::string key;          // its private key
  std::string authority;    // CA of this jurisdiction: certifies officers
  std::string broker;       // HOST:PORT
  std::string broker_name;  // as in its certificate
  std::string broker_authority;  // CA of the broker
  std::string socket;            // the desk's Unix socket
  std::string listen;            // HOST:PORT of the desk for workstations; empty: the socket only
  std::string administrator;     // the first officer, while none is listed
  SessionRule sessions;
  SecondPersonRule second_person;  // [release]
  std::string witness_key;         // [witness]; empty: this node cosigns nothing
};

absl::StatusOr<Config> LoadConfig(const std::string& path);
// That every file named is there, readable and fits the others. The first thing wrong, with its
// path.
absl::Status CheckConfig(const Config& config);

}  // namespace entente::node

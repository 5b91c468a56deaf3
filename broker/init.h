// Founding a broker: its keys, the genesis file, and entry 0 of its log. What is there already is
// kept and used, so that a founding that was cut short is completed by doing it again. Where keys
// and genesis file are there and the database is not, a person must say that no log was ever
// served. Blocking file access.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/crypto/keys.h"

namespace entente::broker {

struct FoundingPlaces {
  std::string genesis;  // file
  std::string data;     // folder
  std::string keys;     // folder
};

struct Founding {
  std::string federation;                                // "entente.test"
  std::string name;                                      // "broker-1"
  std::map<std::string, crypto::PublicKey> authorities;  // by jurisdiction
  std::string quorum;              // text of a tlog-policy without its `log` line; empty: none
  bool no_log_was_served = false;  // keys and genesis file without a database: begin the log
};

struct Founded {
  std::string genesis_digest;  // "sha256:…": two persons at each node confirm it
  std::string verifier_key;    // of checkpoints, as auditors give it to entente-audit
};

// INVALID_ARGUMENT for a founding that makes no genesis file; ALREADY_EXISTS when another genesis
// file stands in its place; FAILED_PRECONDITION when a log was begun and is not there; else the
// errors of the disk.
absl::StatusOr<Founded> Found(const FoundingPlaces& places, const Founding& founding, Instant now,
                              Random& random);

// The lines of a quorum, to be given to Found(). INVALID_ARGUMENT `FILE:LINE:COL: sentence`;
// NOT_FOUND, or what else keeps the file from being read.
absl::StatusOr<std::string> ReadQuorumFile(const std::string& path);

// "FR=<64 hex>".
absl::Status AddAuthority(std::string_view text, Founding& founding);

}  // namespace entente::broker

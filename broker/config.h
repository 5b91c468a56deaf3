// The broker's configuration file, /etc/entente/broker.toml. Read strictly: an unknown key refuses
// it. Relative paths count from the file's own folder. Values; safe from any thread.
//
//   genesis = "genesis.toml"
//   data    = "/var/lib/entente/broker"       # default: this
//   keys    = "/var/lib/entente/broker-keys"  # default: this
//
//   [listen]
//   address    = "0.0.0.0:7443"               # default: this; port 0: any, and printed
//   metrics    = "127.0.0.1:9464"             # default: this
//   reflection = false                        # default: this
//
//   [tls]
//   certificate = "broker-1.pem"
//   key         = "broker-1.key"              # mode 0600
//
//   [authorities]                             # who certifies the agencies of each jurisdiction
//   FR = "ca/FR.pem"
//
//   [limits]                                  # all with defaults
//   records_queued = 200000                   # of one origin; as many notices
//   megabytes_queued = 4096                   # of one origin
//   mailbox_records = 100000                  # of one recipient; a quarter for each origin,
//                                             # half for all of one jurisdiction
//   streams_per_agency = 16
//   attachment_megabytes = 4096               # of one origin, in `data`/attachments
//
//   [[witness]]                               # one of the quorum that is asked over HTTP; one
//   key = "example.org/w+0123abcd+BA…"        # at a node asks by itself. Its verifier key, and
//   url = "https://witness.example.org/"      # what stands before /add-checkpoint
//
//   [log]
//   level = "info"                            # debug, info, warning, error
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/quota.h"

namespace entente::broker {

struct WitnessAddress {
  std::string key;  // verifier key text
  std::string url;  // without a slash at its end
};

struct BrokerConfig {
  std::string genesis;
  std::string data;
  std::string keys;
  std::string address;
  std::string metrics;
  bool reflection = false;
  std::string certificate;
  std::string certificate_key;
  std::map<std::string, std::string> authorities;
  QuotaLimits quotas;
  size_t streams_per_agency = 0;
  uint64_t attachment_bytes = 0;
  std::vector<WitnessAddress> witnesses;
  std::string log_level;
};

// INVALID_ARGUMENT `FILE:LINE:COL: sentence`; NOT_FOUND. Files that it names are not looked at.
absl::StatusOr<BrokerConfig> LoadConfig(const std::string& path);

}  // namespace entente::broker

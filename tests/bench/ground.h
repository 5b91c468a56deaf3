// What the bench runs on: a federation of one sender and some recipients, founded at the present
// instant in a folder of its own, with keys, certificates and a configuration for a real broker.
// NOT FOR PRODUCTION: every private key of the federation is in here. Not thread-safe while it is
// founded; afterwards safe to read from any thread.
#pragma once

#include <grpcpp/channel.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/agency.h"
#include "core/base/clock.h"
#include "core/crypto/agree.h"
#include "core/crypto/random.h"
#include "core/crypto/sign.h"
#include "core/ledger/ceremony.h"
#include "core/ledger/genesis.h"
#include "core/net/tls.h"
#include "tests/support/pki.h"

namespace entente::bench {

inline constexpr std::string_view kFederation = "entente.bench";
inline constexpr std::string_view kBrokerName = "broker-1";
inline constexpr std::string_view kInstrument = "TEST-ALL";
inline constexpr size_t kMostRecipients = 8;

struct Member {
  AgencyId id;
  crypto::SigningKey authority;  // of its jurisdiction, where it is the only agency
  crypto::SigningKey identity;
  crypto::SigningKey record_signing;
  crypto::SigningKey acknowledgement;
  crypto::AgreementKey delivery;
  net::TlsIdentity tls;
};

class Ground {
 public:
  // Everything that a broker is started from, in this folder: genesis.toml, data, keys, and
  // broker.toml which names them. Errors: more
  // than kMostRecipients; those of the disk.
  static absl::StatusOr<std::unique_ptr<Ground>> Make(const std::string& folder, size_t recipients);

  const std::string& config() const { return config_; }
  const ledger::Genesis& genesis() const { return *genesis_; }
  const Member& sender() const { return members_.front(); }
  const Member& recipient(size_t i) const { return members_[i + 1]; }
  size_t recipients() const { return members_.size() - 1; }
  const net::TlsIdentity& broker_tls() const { return broker_tls_; }
  const net::TrustAnchors& anchors() const { return *anchors_; }
  Clock& clock() const { return clock_; }
  Random& random() const { return random_; }

  // Mutual TLS as this member, to the broker at HOST:PORT.
  std::shared_ptr<grpc::Channel> ChannelOf(const Member& member, const std::string& address) const;
  // Vocabulary, files, agencies, keys and policies, in an order in which each is valid.
  std::vector<ledger::Publication> Founding() const;
  // Puts them into the log of a running broker.
  absl::Status Publish(const std::string& address) const;

 private:
  Ground() = default;
  absl::Status Certify(size_t recipients);
  absl::Status FoundBroker(const std::string& folder);
  absl::Status WriteConfig(const std::string& folder);

  mutable SystemClock clock_;
  mutable crypto::SystemRandom random_;
  std::string config_;
  std::vector<Member> members_;
  net::TlsIdentity broker_tls_;
  std::map<std::string, std::string> authority_pems_;  // by jurisdiction, and the brokers'
  std::shared_ptr<const net::TrustAnchors> anchors_;
  std::optional<ledger::Genesis> genesis_;
};

}  // namespace entente::bench

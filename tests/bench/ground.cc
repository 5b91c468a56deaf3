#include "tests/bench/ground.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "broker/assets.h"
#include "broker/init.h"
#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "core/record/statements.h"
#include "entente/v1/broker.grpc.pb.h"
#include "tests/support/federation.h"

namespace entente::bench {
namespace {

using crypto::KeyUse;

constexpr std::array<std::string_view, kMostRecipients + 1> kCodes = {"FR", "BR", "DE", "NL", "ES",
                                                                      "IT", "PT", "SE", "PL"};

absl::Status WriteText(const std::string& path, const std::string& text) {
  std::ofstream out(path);
  out << text;
  out.close();
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  return out ? absl::OkStatus() : absl::InternalError("cannot write " + path);
}

net::TlsIdentity IdentityOf(const testing::TestAuthority& authority, const net::Caller& caller) {
  const auto issued = authority.Issue(net::SpiffeId(kFederation, caller));
  return {issued.certificate_pem, issued.key_pem};
}

v1::KeyEntry KeyEntryOf(KeyUse use, const crypto::PublicKey& key, ledger::Period period) {
  v1::KeyEntry entry;
  entry.set_use(static_cast<uint32_t>(use));
  entry.set_public_key(ToString(key));
  entry.set_from_ms(static_cast<uint64_t>(period.from.ms));
  entry.set_until_ms(static_cast<uint64_t>(period.until.ms));
  return entry;
}

// What an agency publishes about itself.
ledger::Publication OwnKeys(const Member& member, Instant now, ledger::Period office) {
  const ledger::Period week{office.from, office.from + limits::kDeliveryKeyLifeMs};
  v1::KeyStatement body;
  body.set_owner(member.id.text());
  *body.add_keys() = KeyEntryOf(KeyUse::kRecordSigning, member.record_signing.public_key(), office);
  *body.add_keys() =
      KeyEntryOf(KeyUse::kAcknowledgement, member.acknowledgement.public_key(), office);
  *body.add_keys() = KeyEntryOf(KeyUse::kDelivery, member.delivery.public_key(), week);
  body.add_format_versions(1);
  body.set_instant_ms(static_cast<uint64_t>(now.ms));
  return {.kind = v1::ENTRY_KIND_KEYS,
          .statement = record::SignBody(kFederation, body, {{member.identity, KeyUse::kIdentity}}),
          .text = {}};
}

absl::Status PublishOne(v1::Directory::Stub& directory, const ledger::Publication& publication) {
  v1::PublishRequest request;
  request.set_entry_kind(publication.kind);
  *request.mutable_statement() = publication.statement;
  request.set_text(publication.text);
  grpc::ClientContext context;
  net::SetDeadline(context);
  v1::PublishResponse response;
  return net::FromGrpcStatus(directory.Publish(&context, request, &response));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ground>> Ground::Make(const std::string& folder, size_t recipients) {
  if (recipients == 0 || recipients > kMostRecipients) {
    return absl::InvalidArgumentError("from 1 to " + std::to_string(kMostRecipients) +
                                      " recipients");
  }
  std::unique_ptr<Ground> ground(new Ground);
  if (auto status = ground->Certify(recipients); !status.ok()) return status;
  if (auto status = ground->FoundBroker(folder); !status.ok()) return status;
  if (auto status = ground->WriteConfig(folder); !status.ok()) return status;
  return ground;
}

absl::Status Ground::Certify(size_t recipients) {
  const testing::TestAuthority brokers("broker");
  authority_pems_[std::string(net::kBrokerAuthority)] = brokers.certificate_pem();
  broker_tls_ = IdentityOf(brokers, net::BrokerCaller(kBrokerName));
  for (size_t i = 0; i <= recipients; ++i) {
    const std::string code(kCodes[i]);
    const testing::TestAuthority authority(code);
    authority_pems_[code] = authority.certificate_pem();
    const AgencyId id = *AgencyId::Parse(code + ".fiu");
    members_.push_back({.id = id,
                        .authority = crypto::SigningKey::Create(random_),
                        .identity = crypto::SigningKey::Create(random_),
                        .record_signing = crypto::SigningKey::Create(random_),
                        .acknowledgement = crypto::SigningKey::Create(random_),
                        .delivery = crypto::AgreementKey::Create(random_),
                        .tls = IdentityOf(authority, net::AgencyCaller(id))});
  }
  auto anchors = net::TrustAnchors::Create(std::string(kFederation), authority_pems_);
  if (!anchors.ok()) return anchors.status();
  anchors_ = *std::move(anchors);
  return absl::OkStatus();
}

absl::Status Ground::FoundBroker(const std::string& folder) {
  broker::Founding founding{std::string(kFederation), std::string(kBrokerName), {}, {}};
  for (const Member& member : members_) {
    founding.authorities.emplace(member.id.jurisdiction(), member.authority.public_key());
  }
  const std::string genesis = folder + "/genesis.toml";
  auto founded =
      broker::Found({genesis, folder + "/data", folder + "/keys"}, founding, clock_.Now(), random_);
  if (!founded.ok()) return founded.status();
  auto loaded = broker::LoadGenesis(genesis);
  if (!loaded.ok()) return loaded.status();
  genesis_ = *std::move(loaded);
  return absl::OkStatus();
}

absl::Status Ground::WriteConfig(const std::string& folder) {
  // No queue limit stands in the way: what is measured is the broker, not its quotas.
  std::string text =
      "genesis = \"genesis.toml\"\ndata = \"data\"\nkeys = \"keys\"\n"
      "[listen]\naddress = \"127.0.0.1:0\"\nmetrics = \"127.0.0.1:0\"\n"
      "[limits]\nrecords_queued = 1000000000\nmegabytes_queued = 1000000000\n"
      "mailbox_records = 1000000000\n[log]\nlevel = \"warning\"\n"
      "[tls]\ncertificate = \"broker.pem\"\nkey = \"broker.key\"\n[authorities]\n";
  for (const auto& [code, pem] : authority_pems_) {
    if (code == net::kBrokerAuthority) continue;
    text += code + " = \"" + code + ".pem\"\n";
    if (auto status = WriteText(folder + "/" + code + ".pem", pem); !status.ok()) return status;
  }
  auto status = WriteText(folder + "/broker.pem", broker_tls_.certificate_pem);
  if (status.ok()) status = WriteText(folder + "/broker.key", broker_tls_.key_pem);
  config_ = folder + "/broker.toml";
  return status.ok() ? WriteText(config_, text) : status;
}

std::vector<ledger::Publication> Ground::Founding() const {
  const Instant now = clock_.Now();
  const ledger::Period office{now - limits::kDayMs, now + 365 * limits::kDayMs};
  std::vector<std::string> codes;
  std::vector<crypto::SigningKey> authorities;
  for (const Member& member : members_) {
    codes.emplace_back(member.id.jurisdiction());
    authorities.push_back(member.authority.Clone());
  }
  std::vector<ledger::Publication> all;
  const auto add_file = [&](std::string_view type, std::string text) {
    all.push_back(
        ledger::SignFederationFile(kFederation, type, 1, std::move(text), now, authorities));
  };
  add_file("vocabulary", testing::VocabularyText());
  add_file("groups", testing::GroupsText(codes));
  add_file("instruments", testing::InstrumentsText(codes));
  for (const Member& member : members_) {
    const std::string code(member.id.jurisdiction());
    const auto author = crypto::SigningKey::Create(random_);
    const auto protection = crypto::SigningKey::Create(random_);
    all.push_back(ledger::SignPolicyKeys(kFederation, code, author.public_key(),
                                         protection.public_key(), office, now, member.authority));
    all.push_back(ledger::SignPolicy(kFederation, code, 1, testing::DefaultPolicy(code), now,
                                     author, protection));
    const ledger::EnrolmentRequest request{member.id, "fiu", "Agency " + member.id.text(),
                                           member.identity.public_key()};
    for (auto& one :
         ledger::SignAdmission(kFederation, request, 1, office, now, member.authority)) {
      all.push_back(std::move(one));
    }
    all.push_back(OwnKeys(member, now, office));
  }
  return all;
}

std::shared_ptr<grpc::Channel> Ground::ChannelOf(const Member& member,
                                                 const std::string& address) const {
  return net::OpenChannel(
      address, net::ClientTls(member.tls, anchors_, net::BrokerCaller(kBrokerName), clock_));
}

absl::Status Ground::Publish(const std::string& address) const {
  const auto directory = v1::Directory::NewStub(ChannelOf(sender(), address));
  for (const ledger::Publication& publication : Founding()) {
    if (auto status = PublishOne(*directory, publication); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace entente::bench

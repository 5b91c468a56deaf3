#include "node/config.h"

#include <algorithm>
#include <array>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/crypto/digest.h"
#include "core/crypto/keyfile.h"
#include "core/ledger/genesis.h"
#include "core/net/channel.h"
#include "core/net/config_reader.h"
#include "core/net/tls.h"
#include "core/record/words.h"
#include "core/store/durable_file.h"
#include "policy/vocabulary.h"

namespace entente::node {
namespace {

AgencyId ReadAgency(net::ConfigTable& table) {
  const auto agency = AgencyId::Parse(table.Text("agency"));
  if (agency.ok()) return *agency;
  table.Refuse("agency", std::string(agency.status().message()));
  return *AgencyId::Parse("XK.unset");
}

Digest ReadDigest(net::ConfigTable& table) {
  const std::string text = table.Text("genesis_digest");
  const std::string_view prefix = "sha256:";
  const auto digest =
      text.starts_with(prefix) ? FixedFromHex<32>(text.substr(prefix.size())) : std::nullopt;
  if (!digest) table.Refuse("genesis_digest", "write sha256: and 64 lower-case hex characters");
  return digest.value_or(Digest{});
}

// Those that are drafted here; of the others nobody could say whether it was thought of.
std::optional<v1::RecordKind> ReadKind(const std::string& word) {
  constexpr std::array kKinds = {v1::RECORD_KIND_ALERT,       v1::RECORD_KIND_LEAD,
                                 v1::RECORD_KIND_CASE_ITEM,   v1::RECORD_KIND_REQUEST,
                                 v1::RECORD_KIND_INFORMATION, v1::RECORD_KIND_ANSWER,
                                 v1::RECORD_KIND_OUTCOME};
  const auto kind = record::KindFromWord(word);
  if (!kind || std::ranges::find(kKinds, *kind) == kKinds.end()) return std::nullopt;
  return kind;
}

// What cannot be understood refuses the file: a record must not leave alone because of a misspelt
// word.
SecondPersonRule ReadSecondPerson(net::ConfigTable& release) {
  SecondPersonRule rule;
  if (!release.Has("second_person")) return rule;
  net::ConfigTable table = release.Table("second_person");
  rule.handling = table.Texts("handling");
  for (const std::string& code : rule.handling) {
    const auto& words = policy::PublishedVocabulary().words(policy::Category::kHandling);
    if (std::ranges::find(words, code) == words.end()) {
      table.Refuse("handling", "no such handling code: " + code);
    }
  }
  for (const std::string& word : table.Texts("kinds")) {
    const auto kind = ReadKind(word);
    if (kind) {
      rule.kinds.push_back(*kind);
    } else {
      table.Refuse("kinds", "no kind of record that is drafted at a desk: " + word);
    }
  }
  if (rule.handling.empty() && rule.kinds.empty()) {
    release.Refuse("second_person", "name handling codes or kinds of records");
  }
  return rule;
}

}  // namespace

absl::StatusOr<Config> LoadConfig(const std::string& path) {
  auto table = net::ConfigTable::Load(path);
  if (!table.ok()) return table.status();
  Config config(ReadAgency(*table));
  config.genesis = table->Path("genesis");
  config.genesis_digest = ReadDigest(*table);
  config.data = table->Path("data");
  config.keys = table->Path("keys");
  config.certificate = table->Path("certificate");
  config.key = table->Path("key");
  config.authority = table->Path("authority");
  config.administrator = table->Text("administrator");
  if (!IsOfficerId(config.administrator))
    table->Refuse("administrator", "write an officer id such as a.dupont");
  net::ConfigTable broker = table->Table("broker");
  config.broker = broker.Text("address");
  config.broker_name = broker.Text("name");
  config.broker_authority = broker.Path("authority");
  if (const auto form = net::CheckHostPort(config.broker); !form.ok())
    broker.Refuse("address", std::string(form.message()));
  net::ConfigTable desk = table->Table("desk");
  config.socket = desk.Path("socket");
  config.listen = desk.TextOr("listen", "");
  if (const auto form = net::UnixAddress(config.socket); !form.ok())
    desk.Refuse("socket", std::string(form.status().message()));
  config.sessions.idle_ms =
      limits::kMinuteMs * desk.IntegerOr("idle_lock_minutes",
                                         limits::kIdleLockMs / limits::kMinuteMs, 1,
                                         limits::kIdleLockMostMs / limits::kMinuteMs);
  config.sessions.require_passphrase = desk.BoolOr("require_passphrase", false);
  if (!config.listen.empty()) {
    if (const auto form = net::CheckHostPort(config.listen); !form.ok())
      desk.Refuse("listen", std::string(form.message()));
  }
  if (table->Has("release")) {
    net::ConfigTable release = table->Table("release");
    config.second_person = ReadSecondPerson(release);
  }
  if (table->Has("witness")) config.witness_key = table->Table("witness").Path("key");
  if (const auto read = table->Finish(); !read.ok()) return read;
  return config;
}

absl::Status CheckConfig(const Config& config) {
  const auto genesis = store::ReadFileIfThere(config.genesis);
  if (!genesis.ok()) return genesis.status();
  if (!*genesis)
    return absl::NotFoundError(config.genesis +
                               ": no genesis file; ask the broker's operator for it");
  if (const auto parsed = ledger::Genesis::Parse(**genesis, config.genesis); !parsed.ok())
    return parsed.status();
  if (crypto::Sha256(**genesis) != config.genesis_digest) {
    return absl::FailedPreconditionError(config.genesis + " has the digest " +
                                         DigestText(crypto::Sha256(**genesis)) + ", not the " +
                                         DigestText(config.genesis_digest) +
                                         " that was confirmed: ask the operator and a second "
                                         "member by telephone which one is right");
  }
  if (const auto seed =
          crypto::ReadKeyFile(config.keys + "/identity.key", crypto::KeyUse::kIdentity);
      !seed.ok()) {
    return seed.status();
  }
  if (const auto identity = net::LoadTlsIdentity(config.certificate, config.key); !identity.ok()) {
    return identity.status();
  }
  for (const std::string& path : {config.authority, config.broker_authority}) {
    if (const auto pem = net::LoadCertificates(path); !pem.ok()) return pem.status();
  }
  return absl::OkStatus();
}

}  // namespace entente::node

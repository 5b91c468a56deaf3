#include "broker/config.h"

#include <algorithm>
#include <utility>

#include "core/audit/note.h"
#include "core/net/channel.h"
#include "core/net/config_reader.h"

namespace entente::broker {
namespace {

constexpr int64_t kMegabyte = 1024 * 1024;
constexpr size_t kUrlBytes = 2048;
constexpr size_t kWitnesses = 64;  // each has a thread

void ReadListen(net::ConfigTable listen, BrokerConfig& config) {
  config.address = listen.TextOr("address", "0.0.0.0:7443");
  config.metrics = listen.TextOr("metrics", "127.0.0.1:9464");
  config.reflection = listen.BoolOr("reflection", false);
  for (const auto& [key, value] :
       {std::pair{"address", config.address}, std::pair{"metrics", config.metrics}}) {
    const absl::Status status = net::CheckHostPort(value);
    if (!status.ok()) listen.Refuse(key, std::string(status.message()));
  }
}

void ReadLimits(net::ConfigTable limits, BrokerConfig& config) {
  const auto read = [&limits](std::string_view key, uint64_t otherwise, int64_t most) {
    return static_cast<uint64_t>(limits.IntegerOr(key, static_cast<int64_t>(otherwise), 1, most));
  };
  QuotaLimits& quotas = config.quotas;
  quotas.records_queued = read("records_queued", quotas.records_queued, 1'000'000'000);
  quotas.bytes_queued =
      read("megabytes_queued", quotas.bytes_queued / kMegabyte, 1'000'000'000) * kMegabyte;
  quotas.mailbox_records = read("mailbox_records", quotas.mailbox_records, 1'000'000'000);
  config.streams_per_agency = read("streams_per_agency", 16, 1024);
  config.attachment_bytes = read("attachment_megabytes", 4096, 1'000'000'000) * kMegabyte;
}

std::string ReadWitnessKey(net::ConfigTable& table) {
  std::string text = table.Text("key");
  if (text.empty()) return text;  // reported
  const auto key = audit::VerifierKey::Parse(text);
  if (!key.ok()) {
    table.Refuse("key", std::string(key.status().message()));
  } else if (key->type() != audit::NoteKeyType::kCosignatureV1) {
    table.Refuse("key", "it is a log's key (type 1); a witness's (type 4) is needed");
  }
  return text;
}

// What curl would read otherwise than a person: names and passwords, queries, spaces.
std::string ReadWitnessUrl(net::ConfigTable& table) {
  std::string url = table.Text("url");
  const bool web = url.starts_with("http://") || url.starts_with("https://");
  const bool plain = std::ranges::all_of(url, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"#?@\\").find(c) == std::string_view::npos;
  });
  if (!url.empty() && (!web || !plain || url.size() > kUrlBytes || url.ends_with("//"))) {
    table.Refuse("url", "it must be http:// or https://, a host, and a path if need be");
  }
  if (url.ends_with('/')) url.pop_back();
  return url;
}

void ReadWitnesses(std::vector<net::ConfigTable> tables, BrokerConfig& config) {
  for (net::ConfigTable& table : tables) {
    WitnessAddress one{ReadWitnessKey(table), ReadWitnessUrl(table)};
    for (const WitnessAddress& other : config.witnesses) {
      if (other.key == one.key) table.Refuse("key", "it stands above already");
    }
    config.witnesses.push_back(std::move(one));
    if (config.witnesses.size() > kWitnesses) table.Refuse("", "there are too many");
  }
}

void ReadLog(net::ConfigTable log, BrokerConfig& config) {
  config.log_level = log.TextOr("level", "info");
  for (const std::string_view level : {"debug", "info", "warning", "error"}) {
    if (config.log_level == level) return;
  }
  log.Refuse("level", "it must be debug, info, warning or error");
}

}  // namespace

absl::StatusOr<BrokerConfig> LoadConfig(const std::string& path) {
  auto root = net::ConfigTable::Load(path);
  if (!root.ok()) return root.status();
  BrokerConfig config;
  config.genesis = root->Path("genesis");
  config.data = root->PathOr("data", "/var/lib/entente/broker");
  config.keys = root->PathOr("keys", "/var/lib/entente/broker-keys");
  ReadListen(root->Table("listen"), config);
  net::ConfigTable tls = root->Table("tls");
  config.certificate = tls.Path("certificate");
  config.certificate_key = tls.Path("key");
  config.authorities = root->Table("authorities").Paths();
  ReadLimits(root->Table("limits"), config);
  ReadWitnesses(root->Tables("witness"), config);
  ReadLog(root->Table("log"), config);
  if (absl::Status status = root->Finish(); !status.ok()) return status;
  return config;
}

}  // namespace entente::broker

#include "core/ledger/genesis_toml.h"

#include <string>
#include <utility>

#include "core/base/encoding.h"
#include "policy/table_reader.h"

namespace entente::ledger {
namespace {

using policy::FileErrors;
using policy::Need;
using policy::PlacedText;
using policy::TableReader;
using policy::TomlValue;

// With the entry around it, it must fit an entry.
constexpr size_t kGenesisBytes = 60 * 1024;

crypto::PublicKey ReadKey(TableReader& table, std::string_view key) {
  const PlacedText text = table.Placed(key, Need::kMandatory);
  if (text.text.empty()) return {};  // reported
  const auto bytes = FixedFromHex<32>(text.text);
  if (!bytes) table.Error(text.at, "a public key is 64 characters of lower-case hex.");
  return bytes.value_or(crypto::PublicKey{});
}

std::optional<audit::VerifierKey> ReadVerifierKey(TableReader& table, std::string_view key) {
  const PlacedText text = table.Placed(key, Need::kMandatory);
  if (text.text.empty()) return std::nullopt;
  auto parsed = audit::VerifierKey::Parse(text.text);
  if (parsed.ok()) return *std::move(parsed);
  table.Error(text.at, std::string(parsed.status().message()));
  return std::nullopt;
}

// Alone of all texts here it may have several lines.
std::string ReadQuorumText(TableReader& file, FileErrors& errors) {
  const TomlValue* value = file.Take("quorum", Need::kMandatory);
  if (!value) return {};
  if (value->kind != TomlValue::Kind::kText || value->text.empty()) {
    errors.Add(value->at, "`quorum` is \"none\", or the lines of a tlog-policy.");
    return {};
  }
  return value->text;
}

std::map<std::string, crypto::PublicKey> ReadAuthorities(TableReader& file, FileErrors& errors) {
  std::map<std::string, crypto::PublicKey> out;
  for (const TomlValue* value : file.Tables("authority", Need::kMandatory)) {
    TableReader table(*value, "this authority", errors);
    const PlacedText jurisdiction = table.Placed("jurisdiction", Need::kMandatory);
    if (!jurisdiction.text.empty()) policy::CheckState(jurisdiction, /*org=*/true, errors);
    const crypto::PublicKey key = ReadKey(table, "key");
    table.Finish();
    if (!out.emplace(jurisdiction.text, key).second) {
      errors.Add(jurisdiction.at, "this jurisdiction stands here twice.");
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<GenesisFields> ReadGenesisToml(std::string_view toml, std::string_view name) {
  FileErrors errors(name);
  if (toml.size() > kGenesisBytes) {
    errors.Add({}, "a genesis file has at most 61440 bytes.");
    return errors.status();
  }
  const auto tree = policy::ParseToml(toml, name);
  if (!tree.ok()) return tree.status();
  TableReader file(*tree, "the genesis file", errors);
  const PlacedText form = file.Placed("genesis", Need::kMandatory);
  if (!form.text.empty() && form.text != "entente-genesis/1") {
    errors.Add(form.at, "this form of genesis file is not known: \"entente-genesis/1\" is.");
  }
  std::string federation = file.Text("federation", Need::kMandatory);
  std::string log_origin = file.Text("log", Need::kMandatory);
  const auto created = file.When("created", Need::kMandatory);
  std::string quorum = ReadQuorumText(file, errors);
  static const TomlValue* const kNoTable = new TomlValue;
  const TomlValue* broker_value = file.Take("broker", Need::kMandatory);
  if (broker_value && broker_value->kind != TomlValue::Kind::kTable) {
    errors.Add(broker_value->at, "`broker` is a table: [broker].");
  }
  TableReader broker(broker_value ? *broker_value : *kNoTable, "[broker]", errors);
  auto checkpoint = ReadVerifierKey(broker, "checkpoint");
  const crypto::PublicKey receipt = ReadKey(broker, "receipt");
  const crypto::PublicKey note = ReadKey(broker, "note");
  broker.Finish();
  auto authorities = ReadAuthorities(file, errors);
  file.Finish();
  if (!errors.ok()) return errors.status();
  return GenesisFields{std::move(federation),
                       std::move(log_origin),
                       *created,
                       std::move(quorum),
                       *std::move(checkpoint),
                       receipt,
                       note,
                       std::move(authorities)};
}

}  // namespace entente::ledger

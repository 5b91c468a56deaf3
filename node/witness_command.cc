#include "node/witness_command.h"

#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>
#include <utility>

#include "core/audit/witness.h"
#include "core/audit/witness_files.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/crypto/keyfile.h"
#include "core/crypto/random.h"
#include "core/crypto/sign.h"
#include "core/store/durable_file.h"
#include "node/witness_server.h"

namespace entente::node {
namespace {

using audit::NoteKeyType;
using audit::VerifierKey;

constexpr const char* kFooter =
    "A log sends its checkpoints with POST http://HOST:PORT/add-checkpoint "
    "(c2sp.org/tlog-witness)\n"
    "and is given a cosignature when they continue what was cosigned before. First make a key:\n"
    "  entente-node witness --make-key FEDERATION/witness/CC.name --key FILE\n"
    "prints its verifier key, for the policies of all who count on it. Beside FILE stand "
    "FILE.vkey,\n"
    "the verifier key, and FILE.logs, the logs that the key has cosigned; they move with it.\n"
    "State that was lost, damaged or put back from a backup: the key must never sign again. Make "
    "a\n"
    "new one, take an empty folder, and have the policies changed.\n"
    "It runs until SIGTERM or SIGINT. Exit codes: 0 done, 2 usage, 3 key, state or log keys "
    "refused,\n"
    "4 address not available, 5 a fault of this machine.";

std::string VkeyPath(const std::string& key) { return key + ".vkey"; }

absl::Status AtLine(const std::string& path, size_t line, const std::string& sentence) {
  return absl::InvalidArgumentError(path + ":" + std::to_string(line) + ":1: " + sentence);
}

// A verifier key a line; empty lines and those that begin with # are passed over.
absl::Status ReadVkeys(const std::string& path, std::vector<VerifierKey>& keys) {
  const auto text = ReadFile(path, limits::kConfigBytes);
  if (!text.ok()) return text.status();
  std::string_view rest = *text;
  const size_t before = keys.size();
  for (size_t number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.starts_with('#')) continue;
    auto key = VerifierKey::Parse(line);
    if (!key.ok()) return AtLine(path, number, std::string(key.status().message()));
    keys.push_back(*std::move(key));
  }
  return keys.size() > before ? absl::OkStatus() : AtLine(path, 1, "no verifier key stands there");
}

absl::Status MakeKey(const std::string& name, const std::string& path) {
  crypto::SystemRandom random;
  const auto key = crypto::SigningKey::Create(random);
  const auto verifier = VerifierKey::Create(name, NoteKeyType::kCosignatureV1, key.public_key());
  if (!verifier.ok()) return verifier.status();
  if (absl::Status kept = crypto::WriteKeyFile(path, crypto::KeyUse::kWitness, key.Seed());
      !kept.ok()) {
    return kept;
  }
  absl::Status written = store::WriteFileDurably(VkeyPath(path), verifier->Text() + "\n");
  if (written.ok()) std::cout << "verifier-key " << verifier->Text() << "\n";
  return written;
}

struct OwnKey {
  std::string name;
  crypto::SigningKey key;
};

absl::StatusOr<OwnKey> ReadOwnKey(const std::string& path) {
  const auto seed = crypto::ReadKeyFile(path, crypto::KeyUse::kWitness);
  if (!seed.ok()) return seed.status();
  auto key = crypto::SigningKey::FromSeed(*seed);
  std::vector<VerifierKey> verifiers;
  if (absl::Status read = ReadVkeys(VkeyPath(path), verifiers); !read.ok()) return read;
  const VerifierKey& verifier = verifiers.front();
  if (verifiers.size() == 1 && verifier.type() == NoteKeyType::kCosignatureV1 &&
      verifier.key() == key.public_key()) {
    return OwnKey{verifier.name(), std::move(key)};
  }
  return AtLine(VkeyPath(path), 1, "not the verifier key (type 4) of the key beside it");
}

absl::Status Serve(const WitnessOptions& options, const sigset_t& signals) {
  auto own = ReadOwnKey(options.key);
  if (!own.ok()) return own.status();
  std::vector<VerifierKey> logs;
  for (const std::string& path : options.log_vkeys) {
    if (absl::Status read = ReadVkeys(path, logs); !read.ok()) return read;
  }
  auto files = audit::WitnessFiles::Open(options.state, options.key);
  if (!files.ok()) return files.status();
  SystemClock clock;
  auto witness = audit::Witness::Open(own->name, std::move(own->key), logs, **files, clock);
  if (!witness.ok()) return witness.status();
  auto server = WitnessServer::Start(options.listen, **witness);
  if (!server.ok()) return server.status();
  std::cout << "listening " << (*server)->address() << "\nverifier-key " << (*witness)->key().Text()
            << "\n"
            << std::flush;
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  return absl::OkStatus();
}

}  // namespace

CLI::App* AddWitnessCommand(CLI::App& app, WitnessOptions& options) {
  CLI::App* const command =
      app.add_subcommand("witness", "A witness of logs, alone and over HTTP; needs no node.");
  command->footer(kFooter);
  command->add_option("--listen", options.listen, "HOST:PORT, port 0 for any")
      ->capture_default_str();
  command->add_option("--state", options.state,
                      "folder of what was cosigned: a text file for each log");
  command->add_option("--key", options.key, "the witness's key, mode 0600")->required();
  command->add_option("--log-vkey", options.log_vkeys,
                      "file with verifier keys of logs, one a line; can be given again");
  command->add_option("--make-key", options.make_key, "make the key, under this name, and stop");
  command->callback([&options] {
    if (!options.make_key.empty()) return;
    if (options.state.empty()) throw CLI::RequiredError("--state");
    if (options.log_vkeys.empty()) throw CLI::RequiredError("--log-vkey");
  });
  return command;
}

absl::Status RunWitness(const WitnessOptions& options, const sigset_t& signals) {
  if (!options.make_key.empty()) return MakeKey(options.make_key, options.key);
  signal(SIGPIPE, SIG_IGN);
  return Serve(options, signals);
}

}  // namespace entente::node

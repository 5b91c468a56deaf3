#include "node/witness_command.h"

#include <spdlog/spdlog.h>

#include <iostream>
#include <memory>
#include <utility>

#include "core/audit/witness.h"
#include "core/audit/witness_files.h"
#include "core/base/clock.h"
#include "core/crypto/keyfile.h"
#include "core/crypto/random.h"
#include "core/crypto/sign.h"
#include "core/store/durable_file.h"
#include "node/witness_key.h"
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

absl::Status MakeKey(const std::string& name, const std::string& path) {
  crypto::SystemRandom random;
  const auto key = crypto::SigningKey::Create(random);
  const auto verifier = VerifierKey::Create(name, NoteKeyType::kCosignatureV1, key.public_key());
  if (!verifier.ok()) return verifier.status();
  if (absl::Status kept = crypto::WriteKeyFile(path, crypto::KeyUse::kWitness, key.Seed());
      !kept.ok()) {
    return kept;
  }
  absl::Status written = store::WriteFileDurably(WitnessVkeyPath(path), verifier->Text() + "\n");
  if (written.ok()) std::cout << "verifier-key " << verifier->Text() << "\n";
  return written;
}

absl::Status Serve(const WitnessOptions& options, const sigset_t& signals) {
  auto own = ReadWitnessKey(options.key);
  if (!own.ok()) return own.status();
  std::vector<VerifierKey> logs;
  for (const std::string& path : options.log_vkeys) {
    if (absl::Status read = ReadVerifierKeys(path, logs); !read.ok()) return read;
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

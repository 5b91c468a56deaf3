#include <signal.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdlib>
#include <iostream>

#include "core/base/command_line.h"
#include "core/base/refusal.h"
#include "node/server.h"
#include "node/witness_command.h"

namespace entente::node {
namespace {

constexpr const char* kFooter =
    "Configuration (TOML): agency, genesis, genesis_digest, data, keys, certificate, key, "
    "authority,\n"
    "administrator; [broker] address, name, authority; [desk] socket, listen,\n"
    "idle_lock_minutes (15), require_passphrase (false);\n"
    "[release] second_person = { handling = [\"H2\"], kinds = [\"lead\"] }: what a second officer "
    "must "
    "look at\n"
    "before it leaves, beside what policy asks for. [witness] key: this node cosigns the log with "
    "that\n"
    "key, made by entente-node witness --make-key; never put key or data back from a backup. "
    "Relative paths are taken from the file's "
    "folder.\n"
    "ENTENTE_CONFIG names the file when --config does not; else /etc/entente/node.toml.\n"
    "It runs until SIGTERM or SIGINT, also while the broker is away.\n"
    "Exit codes: 0 done, 2 usage, 3 configuration refused, 4 address not available, 5 a fault of "
    "this machine.";

int ExitCodeOf(const absl::Status& status) {
  if (absl::IsUnavailable(status)) return 4;
  if (absl::IsInternal(status) || absl::IsDataLoss(status) || absl::IsResourceExhausted(status))
    return 5;
  return 3;
}

int Fail(const absl::Status& status) {
  std::cerr << "entente-node: " << status.message() << "\n";
  if (const auto refusal = RefusalOf(status))
    std::cerr << "What to do: " << refusal->advice << "\n";
  return ExitCodeOf(status);
}

std::string ConfigPath(const std::string& named) {
  if (!named.empty()) return named;
  const char* const environment = std::getenv("ENTENTE_CONFIG");
  return environment != nullptr ? environment : "/etc/entente/node.toml";
}

int Run(const Config& config, const sigset_t& signals) {
  SystemClock clock;
  std::atomic<bool> broken = false;
  auto server = Server::Start(config, clock, [&broken] {
    broken = true;
    kill(getpid(), SIGTERM);
  });
  if (!server.ok()) return Fail(server.status());
  std::cout << (*server)->listening() << std::flush;
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  server->reset();
  if (!broken) return 0;
  return Fail(absl::InternalError(
      "a disk failed; what it holds is read again at the next start. Look at the disk first"));
}

int Main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  spdlog::set_default_logger(spdlog::stderr_color_mt("entente-node"));
  CLI::App app(
      "The node of one agency: composes, seals, keeps and opens records, and serves the desk.",
      "entente-node");
  DescribeItself(app);
  app.footer(kFooter);
  std::string path;
  bool check = false;
  app.add_option("--config", path, "configuration file");
  app.add_flag("--check-config", check,
               "check the configuration and everything it names, then stop");
  WitnessOptions witness;
  const CLI::App* const as_witness = AddWitnessCommand(app, witness);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (as_witness->parsed()) {
    const absl::Status ended = RunWitness(witness, signals);
    return ended.ok() ? 0 : Fail(ended);
  }
  const auto config = LoadConfig(ConfigPath(path));
  if (!config.ok()) return Fail(config.status());
  if (!check) return Run(*config, signals);
  if (const absl::Status fits = CheckConfig(*config); !fits.ok()) return Fail(fits);
  std::cout << "configuration: good\n";
  return 0;
}

}  // namespace
}  // namespace entente::node

int main(int argc, char** argv) { return entente::node::Main(argc, argv); }

// entente-broker: runs a broker, founds one, checks its database, writes its log as files.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "broker/assets.h"
#include "broker/config.h"
#include "broker/export.h"
#include "broker/families.h"
#include "broker/fsck.h"
#include "broker/fsck_files.h"
#include "broker/init.h"
#include "broker/server.h"
#include "core/base/command_line.h"
#include "core/base/refusal.h"
#include "core/crypto/random.h"
#include "core/net/channel.h"
#include "core/store/rocks_store.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace entente::broker {
namespace {

enum Exit { kDone = 0, kNo = 1, kUsage = 2, kInputRefused = 3, kLocalFault = 5 };

constexpr char kFooter[] =
    "Configuration (TOML): genesis, data, keys; [listen] address, metrics, reflection;\n"
    "[tls] certificate, key; [authorities] one line for each jurisdiction: FR = \"ca/FR.pem\";\n"
    "[limits] records_queued, megabytes_queued, mailbox_records, streams_per_agency,\n"
    "attachment_megabytes; [[witness]] key, url, of each that is asked over HTTP; [log] level.\n"
    "Only genesis, [tls] and [authorities] must be there. Relative paths are taken from the file's "
    "folder.\n"
    "init needs no configuration when it is given --data, --keys and --genesis.\n"
    "Every command takes --config FILE; else it is $ENTENTE_CONFIG, else "
    "/etc/entente/broker.toml.\n"
    "Exit codes: 0 done; 1 the answer is no; 2 usage; 3 input or configuration refused;\n"
    "5 local fault.";

int Fail(const absl::Status& status) {
  const auto refusal = RefusalOf(status);
  std::fprintf(stderr, "entente-broker: %s\n%s", std::string(status.message()).c_str(),
               refusal ? (refusal->advice + "\n").c_str() : "");
  // A database other than the one that was signed for: no restart helps, a person must look.
  if (refusal && refusal->reason == Reason::kFork) return kInputRefused;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
      return kInputRefused;
    default:
      return kLocalFault;
  }
}

void StartLogging(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("entente-broker");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
  net::SendGrpcLogTo([](const std::string& line) { spdlog::debug("transport: {}", line); });
}

// Before any thread is started, so that every thread inherits it.
sigset_t BlockStopSignals() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return stops;
}

std::string AttachmentsOf(const BrokerConfig& config) { return config.data + "/attachments"; }

ServerOptions OptionsOf(const BrokerConfig& config) {
  ServerOptions options;
  options.address = config.address;
  options.metrics = config.metrics;
  options.reflection = config.reflection;
  options.quotas = config.quotas;
  options.streams_per_agency = config.streams_per_agency;
  options.attachments = AttachmentsOf(config);
  options.attachment_bytes = config.attachment_bytes;
  options.witnesses = config.witnesses;
  return options;
}

using Opens = absl::StatusOr<std::unique_ptr<store::RocksStore>>(const std::string&,
                                                                 std::span<const store::Family>);

// Opening would make a new one, which is for `init` alone.
absl::StatusOr<std::unique_ptr<store::RocksStore>> OpenDatabase(
    const BrokerConfig& config, Opens* open = store::RocksStore::Open) {
  std::error_code ignored;
  if (!std::filesystem::exists(config.data, ignored)) {
    return absl::NotFoundError("there is no database in " + config.data +
                               ": the disk may not be mounted; a broker that never had one is "
                               "founded with entente-broker init");
  }
  return open(config.data, std::span(kBrokerFamilies));
}

int Serve(const BrokerConfig& config, const sigset_t& stops) {
  auto assets = LoadAssets(config);
  if (!assets.ok()) return Fail(assets.status());
  auto store = OpenDatabase(config);
  if (!store.ok()) return Fail(store.status());
  const std::string log_origin = assets->genesis->log_origin;
  SystemClock clock;
  crypto::SystemRandom random;
  auto server = BrokerServer::Start(OptionsOf(config), *std::move(assets), **store, clock, random,
                                    [] { kill(getpid(), SIGTERM); });
  if (!server.ok()) return Fail(server.status());
  spdlog::info("serving {} at {}", log_origin, (*server)->address());
  std::printf("listening %s\nmetrics %s\n", (*server)->address().c_str(),
              (*server)->metrics_address().c_str());
  std::fflush(stdout);
  int got = 0;
  sigwait(&stops, &got);
  spdlog::info("stopping");
  (*server)->Stop();
  // Not to be started again before a person has set the clock.
  if ((*server)->clock_moved()) return kInputRefused;
  return (*server)->failed() ? kLocalFault : kDone;
}

int Run(const std::string& path, bool check_only) {
  const auto config = LoadConfig(path);
  if (!config.ok()) return Fail(config.status());
  if (check_only) {
    const auto assets = LoadAssets(*config);
    if (!assets.ok()) return Fail(assets.status());
    std::printf("%s: good\n", path.c_str());
    return kDone;
  }
  const sigset_t stops = BlockStopSignals();
  StartLogging(config->log_level);
  return Serve(*config, stops);
}

struct InitArguments {
  FoundingPlaces places;
  std::string federation;
  std::string name;
  std::vector<std::string> authorities;
  std::string quorum;  // file
  bool no_log_was_served = false;
};

absl::StatusOr<FoundingPlaces> PlacesOf(const std::string& path, const FoundingPlaces& given) {
  if (!given.data.empty()) return given;
  const auto config = LoadConfig(path);
  if (!config.ok()) return config.status();
  return FoundingPlaces{config->genesis, config->data, config->keys};
}

int Init(const std::string& path, const InitArguments& arguments) {
  const auto places = PlacesOf(path, arguments.places);
  if (!places.ok()) return Fail(places.status());
  Founding founding{arguments.federation, arguments.name, {}, "", arguments.no_log_was_served};
  if (!arguments.quorum.empty()) {
    auto quorum = ReadQuorumFile(arguments.quorum);
    if (!quorum.ok()) return Fail(quorum.status());
    founding.quorum = *std::move(quorum);
  }
  for (const std::string& authority : arguments.authorities) {
    if (absl::Status status = AddAuthority(authority, founding); !status.ok()) return Fail(status);
  }
  crypto::SystemRandom random;
  const auto founded = Found(*places, founding, SystemClock().Now(), random);
  if (!founded.ok()) return Fail(founded.status());
  std::printf("genesis %s\nverifier-key %s\n", founded->genesis_digest.c_str(),
              founded->verifier_key.c_str());
  return kDone;
}

// Damage that keeps the database from being opened is what a check is asked for.
int ReportDamaged(const absl::Status& status) {
  if (!absl::IsDataLoss(status)) return Fail(status);
  std::printf("database: %s\nnot opened, 1 findings\n", std::string(status.message()).c_str());
  return kNo;
}

int CheckDatabase(const std::string& path) {
  const auto config = LoadConfig(path);
  if (!config.ok()) return Fail(config.status());
  const auto genesis = LoadGenesis(config->genesis);
  if (!genesis.ok()) return Fail(genesis.status());
  const auto store = OpenDatabase(*config, store::RocksStore::OpenToRead);
  if (!store.ok()) return ReportDamaged(store.status());
  auto report = Fsck(**store, genesis->text());
  if (!report.ok()) return Fail(report.status());
  const auto looked = FsckFiles(**store, AttachmentsOf(*config), report->findings);
  if (!looked.ok()) return Fail(looked);
  for (const audit::FsckFinding& finding : report->findings) {
    std::printf("%s %s: %s\n", finding.place.c_str(), finding.key.c_str(), finding.what.c_str());
  }
  std::printf("%llu entries, %zu findings\n", static_cast<unsigned long long>(report->rebuilt.size),
              report->findings.size());
  return report->findings.empty() ? kDone : kNo;
}

// A line on the terminal of whoever waits, written over and taken away at the end.
void ShowProgress(uint64_t done, uint64_t all) {
  if (done % 256 != 0 && done != all) return;
  std::fprintf(stderr, done == all ? "\r\x1b[K" : "\r%llu of %llu files",
               static_cast<unsigned long long>(done), static_cast<unsigned long long>(all));
  std::fflush(stderr);
}

struct ExportArguments {
  std::string folder;
  bool hashes = false;
  bool entries = false;
};

int Export(const std::string& path, const ExportArguments& arguments) {
  const auto config = LoadConfig(path);
  if (!config.ok()) return Fail(config.status());
  const auto genesis = LoadGenesis(config->genesis);
  if (!genesis.ok()) return Fail(genesis.status());
  const auto store = OpenDatabase(*config);
  if (!store.ok()) return Fail(store.status());
  const ExportProgress progress = isatty(STDERR_FILENO) == 1 ? ShowProgress : ExportProgress{};
  const auto exported =
      ExportLog(**store, (*genesis)->checkpoint, arguments.folder, arguments.entries, progress);
  if (!exported.ok()) return Fail(exported.status());
  std::printf("%llu entries, %llu files written, %llu were there\nverifier-key %s\n",
              static_cast<unsigned long long>(exported->size),
              static_cast<unsigned long long>(exported->written),
              static_cast<unsigned long long>(exported->kept),
              (*genesis)->checkpoint.Text().c_str());
  return kDone;
}

std::string DefaultConfig() {
  const char* path = std::getenv("ENTENTE_CONFIG");
  return path != nullptr && *path != '\0' ? path : "/etc/entente/broker.toml";
}

const CLI::App* AddInit(CLI::App& app, InitArguments& founding) {
  CLI::App* init = app.add_subcommand(
      "init", "Found a broker: make its keys, the genesis file and the log; what is there is kept");
  init->add_option("--federation", founding.federation, "The federation's name: entente.test")
      ->required();
  init->add_option("--name", founding.name, "The broker's name: broker-1")->required();
  init->add_option("--authority", founding.authorities,
                   "Public authority key of a jurisdiction, once for each: FR=<64 hex>")
      ->required();
  init->add_option("--quorum", founding.quorum,
                   "The witnesses, in the form of c2sp.org/tlog-policy without its log line: "
                   "witness FR.fiu KEY, group members 2 FR.fiu DE.fiu BR.fiu, quorum members, a "
                   "line each (else no witness cosigns the log)")
      ->type_name("FILE");
  init->add_flag("--no-log-was-served", founding.no_log_was_served,
                 "Begin the log although keys and genesis file are there and the database is not");
  CLI::Option* data = init->add_option("--data", founding.places.data,
                                       "Folder of the database (else as configured)");
  CLI::Option* keys =
      init->add_option("--keys", founding.places.keys, "Folder of the broker's keys");
  CLI::Option* genesis =
      init->add_option("--genesis", founding.places.genesis, "The genesis file to write");
  data->needs(keys, genesis);
  keys->needs(data, genesis);
  genesis->needs(data, keys);
  return init;
}

const CLI::App* AddExport(CLI::App& app, ExportArguments& arguments) {
  CLI::App* out = app.add_subcommand(
      "export",
      "Write the log as files, up to the last checkpoint that was signed, in the form of "
      "c2sp.org/tlog-tiles, which entente-audit verify-tiles and other programs verify; the broker "
      "must not be running. On a folder that has it already it adds what is new");
  out->add_option("--out", arguments.folder, "The folder, made if it is not there")
      ->required()
      ->type_name("DIR");
  CLI::Option_group* what = out->add_option_group("What of it, one of the two");
  what->add_flag("--hashes", arguments.hashes, "The tree alone, for anyone: it tells no entry");
  what->add_flag("--entries", arguments.entries,
                 "The public entries as well, for operator and auditor: kind and instant of each "
                 "act, and of open ones all that they say. Parts and records are not in it");
  what->require_option(1);
  return out;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "The broker of an Entente federation: admits records under both sides' policies, "
      "writes them in a log, and hands them to their recipients. It can open none.");
  app.name("entente-broker");
  app.footer(kFooter);
  DescribeItself(app);
  std::string config = DefaultConfig();
  bool check_only = false;
  app.add_option("--config", config, "The configuration file")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_flag("--check-config", check_only,
               "Read the configuration and all files it names, say what is wrong, and stop");
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.add_subcommand("run", "Serve until SIGTERM or SIGINT (what it does without a command)");
  InitArguments founding;
  const CLI::App* init = AddInit(app, founding);
  ExportArguments exporting;
  const CLI::App* out = AddExport(app, exporting);
  CLI::App* fsck = app.add_subcommand("fsck",
                                      "Check every row of the database against the log, and every "
                                      "attachment; the broker must not be "
                                      "running");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  if (init->parsed()) return Init(config, founding);
  if (fsck->parsed()) return CheckDatabase(config);
  if (out->parsed()) return Export(config, exporting);
  return Run(config, check_only);
}

}  // namespace
}  // namespace entente::broker

int main(int argc, char** argv) { return entente::broker::Main(argc, argv); }

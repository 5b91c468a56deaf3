// entente-bench: what the system costs. Not for people who run Entente; tests/bench/run makes the
// table of docs/benchmarks.md with it.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "core/net/channel.h"
#include "tests/bench/alerts.h"
#include "tests/bench/decide.h"
#include "tests/bench/names.h"
#include "tests/bench/runs.h"

namespace entente::bench {
namespace {

// entente-broker of the same build.
std::string DefaultBroker() {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path() / "entente-broker").string();
}

// The folder of this project: as the tests have it, else that in which this program was built.
std::string DefaultSource() {
  if (const char* const told = std::getenv("ENTENTE_SOURCE_DIR")) return told;
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  return self.parent_path().parent_path().parent_path().parent_path().string();
}

constexpr int kUsage = 2;
constexpr int kInputRefused = 3;
constexpr int kLocalFault = 5;

int Print(const absl::StatusOr<nlohmann::json>& report, bool as_json) {
  if (!report.ok()) {
    std::fprintf(stderr, "entente-bench: %s\n", report.status().ToString().c_str());
    return kLocalFault;
  }
  std::printf("%s\n", report->dump(as_json ? -1 : 2).c_str());
  return 0;
}

// What is wrong with a file is said as `FILE:LINE:COL: sentence`, alone on its line.
int PrintNames(const NamesOptions& options, bool as_json) {
  const auto report = RunNames(options);
  if (!absl::IsInvalidArgument(report.status()) && !absl::IsNotFound(report.status())) {
    return Print(report, as_json);
  }
  std::fprintf(stderr, "%s\n", std::string(report.status().message()).c_str());
  return kInputRefused;
}

int RunMicro(const std::string& filter, bool as_json) {
  std::vector<std::string> words = {"entente-bench", "--benchmark_filter=" + filter};
  if (as_json) words.push_back("--benchmark_format=json");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

struct Arguments {
  ExchangeOptions exchange{.broker = DefaultBroker()};
  bool single = false;
  std::string seal = "ahead";
  size_t latency_records = 2'000;
  size_t startup_records = 50'000;
  size_t startup_times = 5;
  std::string filter = ".";
  NamesOptions names;
  AlertsOptions alerts;
  DecideOptions decide{.source = DefaultSource()};
  size_t queued = 1'000'000;
  bool json = false;
};

void AddExchange(CLI::App& app, Arguments& args) {
  CLI::App* run = app.add_subcommand("exchange", "records per second, in, out and acknowledged");
  run->add_option("--records", args.exchange.records)->capture_default_str();
  run->add_flag("--single-signed,!--batch-signed", args.single,
                "one signature each; else one for each message of 64");
  run->add_option("--seal", args.seal, "ahead: before the clock starts; live: while it runs")
      ->check(CLI::IsMember({"ahead", "live"}))
      ->capture_default_str();
  run->add_option("--recipients", args.exchange.recipients, "of each record")
      ->capture_default_str();
  run->add_option("--streams", args.exchange.streams, "that submit")->capture_default_str();
}

void AddOthers(CLI::App& app, Arguments& args) {
  CLI::App* latency = app.add_subcommand("latency", "one record at a time, submit to receipt");
  latency->add_option("--records", args.latency_records)->capture_default_str();
  CLI::App* startup = app.add_subcommand("startup", "from starting the broker to its listening");
  startup->add_option("--records", args.startup_records, "in the log the second time")
      ->capture_default_str();
  startup->add_option("--times", args.startup_times)->capture_default_str();
  CLI::App* alerts = app.add_subcommand("alerts", "searching many alerts, by number and by name");
  alerts->add_option("--alerts", args.alerts.alerts)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  alerts->add_option("--questions", args.alerts.questions, "by number")->capture_default_str();
  alerts->add_option("--name-questions", args.alerts.name_questions)->capture_default_str();
  CLI::App* micro = app.add_subcommand("micro", "the parts, by Google Benchmark");
  micro->add_option("--filter", args.filter, "regular expression")->capture_default_str();
}

void AddDecide(CLI::App& app, Arguments& args) {
  CLI::App* decide =
      app.add_subcommand("decide", "one decision, in cache and out of it, and Cedar's");
  decide->add_option("--cases", args.decide.cases)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  decide->add_option("--repeats", args.decide.repeats, "of each case, in cache")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  decide->add_option("--cold", args.decide.cold, "decisions out of cache")->capture_default_str();
  decide
      ->add_option("--cedar", args.decide.cedar_records,
                   "cases that Cedar decides too; 0: it is not asked")
      ->capture_default_str();
  CLI::App* redecide = app.add_subcommand("redecide", "queued records, after a change of policy");
  redecide->add_option("--records", args.queued)->capture_default_str();
  app.add_subcommand("diff", "two versions of a policy, over every question there is");
}

void AddNames(CLI::App& app, NamesOptions& options) {
  CLI::App* names = app.add_subcommand("names", "how well names of the UN list are found again");
  names->add_option("--list", options.list, "the Consolidated List, XML")->required();
  CLI::Option* queries = names->add_option(
      "--queries", options.queries,
      "lines of: name, tab, year of birth or nothing, tab, REFERENCE_NUMBER or nothing");
  CLI::Option* left_out = names->add_flag("--leave-one-out", options.leave_one_out,
                                          "ask for the list's own names, each taken out in turn");
  names->add_option("--dataids", options.dataids, "of the persons whose names are asked for")
      ->check(CLI::IsMember({"even", "odd", "all"}))
      ->capture_default_str()
      ->needs(left_out);
  queries->excludes(left_out);
  names->callback([queries, left_out] {
    if (queries->count() + left_out->count() == 0) {
      throw CLI::RequiredError("--queries or --leave-one-out");
    }
  });
}

int Main(int argc, char** argv) {
  CLI::App app("What the system costs on this machine. Works in $TMPDIR, which must be on a disk.");
  Arguments args;
  app.add_flag("--json", args.json, "on one line");
  app.add_option("--broker", args.exchange.broker, "the program")->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();
  AddExchange(app, args);
  AddOthers(app, args);
  AddDecide(app, args);
  AddNames(app, args.names);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  net::SendGrpcLogTo([](const std::string&) {});
  args.exchange.signing = args.single ? Signing::kSingle : Signing::kBatch;
  args.exchange.seal_live = args.seal == "live";
  if (app.got_subcommand("names")) return PrintNames(args.names, args.json);
  if (app.got_subcommand("decide")) return Print(RunDecide(args.decide), args.json);
  if (app.got_subcommand("redecide")) return Print(RunRedecide(args.queued), args.json);
  if (app.got_subcommand("diff")) return Print(RunPolicyDiff(), args.json);
  if (app.got_subcommand("alerts")) return Print(RunAlerts(args.alerts), args.json);
  if (app.got_subcommand("exchange")) return Print(RunExchange(args.exchange), args.json);
  if (app.got_subcommand("latency")) {
    return Print(RunLatency(args.exchange.broker, args.latency_records), args.json);
  }
  if (app.got_subcommand("startup")) {
    return Print(RunStartup(args.exchange.broker, args.startup_records, args.startup_times),
                 args.json);
  }
  return RunMicro(args.filter, args.json);
}

}  // namespace
}  // namespace entente::bench

int main(int argc, char** argv) { return entente::bench::Main(argc, argv); }

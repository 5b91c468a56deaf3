#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "cli/commands.h"
#include "core/base/command_line.h"
#include "core/net/channel.h"
#include "core/net/config_reader.h"

namespace entente::cli {
namespace {

constexpr const char* kFooter =
    "Configuration: --config FILE or ENTENTE_CONFIG, a TOML file with the keys desk, certificate, "
    "key,\n"
    "authority, language. ENTENTE_DESK names the desk. Options win over the environment, the "
    "environment\n"
    "over the file.\n"
    "Exit codes: 0 done, 1 the answer is no, 2 usage, 3 input or configuration refused, 4 the desk "
    "is not\n"
    "reachable, 5 a fault of this machine.";

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void AddSettings(CLI::App& app, std::string& config, Settings& settings) {
  app.add_option("--config", config, "configuration file (default: ENTENTE_CONFIG)");
  app.add_option("--desk", settings.desk, "the node's desk: unix:PATH or HOST:PORT");
  app.add_option("--certificate", settings.certificate, "your certificate, PEM");
  app.add_option("--key", settings.key, "its private key, PEM, mode 0600");
  app.add_option("--authority", settings.authority, "CA that certified the node, PEM");
  app.add_option("--language", settings.language, "en or fr")->check(CLI::IsMember({"en", "fr"}));
  app.add_flag("--json", settings.json, "print the answer as one line of JSON");
}

// Fills what no option gave. A missing file is refused only when one was named.
absl::Status Complete(const std::string& named, Settings& settings) {
  const std::string path = named.empty() ? FromEnvironment("ENTENTE_CONFIG") : named;
  if (settings.desk.empty()) settings.desk = FromEnvironment("ENTENTE_DESK");
  if (!path.empty()) {
    auto table = net::ConfigTable::Load(path);
    if (!table.ok()) return table.status();
    const auto fill = [](std::string& value, const std::string& text) {
      if (value.empty()) value = text;
    };
    fill(settings.desk, table->TextOr("desk", ""));
    fill(settings.certificate, table->PathOr("certificate", ""));
    fill(settings.key, table->PathOr("key", ""));
    fill(settings.authority, table->PathOr("authority", ""));
    fill(settings.language, table->TextOr("language", ""));
    if (absl::Status read = table->Finish(); !read.ok()) return read;
  }
  if (settings.language.empty()) settings.language = "en";
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  // What the transport has to say stands in the failure that we print.
  net::SendGrpcLogTo([](const std::string&) {});
  CLI::App app(
      "Entente: exchange intelligence on trafficking in persons, through your agency's node.",
      "entente");
  Context context;
  context.settings.language.clear();
  std::string config;
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();
  DescribeItself(app);
  AddSettings(app, config, context.settings);
  AddLeadCommands(app, context);
  AddAlertCommands(app, context);
  AddRequestCommands(app, context);
  AddCaseCommands(app, context);
  AddAttachmentCommands(app, context);
  AddConsentCommands(app, context);
  AddOverrideCommands(app, context);
  AddHeldCommands(app, context);
  AddRestrictCommands(app, context);
  AddReviewCommands(app, context);
  AddSubjectCommands(app, context);
  AddCheckpointCommands(app, context);
  AddInboxCommands(app, context);
  AddDecisionsCommand(app, context);
  AddWatchCommands(app, context);
  AddAgencyCommands(app, context);
  AddCertificateCommands(app, context);
  AddOfficerCommands(app, context);
  AddPeopleCommands(app, context);
  AddAuthorityCommands(app, context);
  absl::Status completed;
  app.parse_complete_callback([&] {
    completed = Complete(config, context.settings);
    if (!completed.ok()) throw CLI::RuntimeError(kInputRefused);
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError&) {
    context.Fail(completed);
    return kInputRefused;
  } catch (const CLI::ParseError& error) {
    const bool as_json = std::count(argv, argv + argc, std::string_view("--json")) > 0;
    // Of a word that is no command the parser says only that one is missing.
    const std::vector<std::string> rest = app.remaining(true);
    const bool no_command = std::string_view(error.what()).find("subcommand") != std::string::npos;
    if (no_command && !rest.empty()) {
      context.settings.json = as_json;
      context.Fail(UsageFailure(context.language(), "no command " + rest.front()));
      return context.exit_code;
    }
    // The options are right, and what was written for one is not.
    if (error.get_name() == "ValidationError" || error.get_name() == "ConversionError") {
      context.settings.json = as_json;
      context.Fail(absl::InvalidArgumentError(error.what()));
      return context.exit_code;
    }
    if (error.get_exit_code() == 0 || !as_json) return app.exit(error) == 0 ? kDone : kUsage;
    // The parser stops at the error, and may not have come to these two.
    context.settings.json = true;
    context.Fail(UsageFailure(context.language(), error.what()));
  }
  return context.exit_code;
}

}  // namespace
}  // namespace entente::cli

int main(int argc, char** argv) { return entente::cli::Main(argc, argv); }

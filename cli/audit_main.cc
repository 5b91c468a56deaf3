// entente-audit: verifies what nodes keep on file, with no broker, no network and no database.
#include <google/protobuf/stubs/logging.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/audit_receipts.h"
#include "cli/audit_render.h"
#include "cli/files.h"
#include "cli/text.h"
#include "core/base/command_line.h"

namespace entente::cli {
namespace {

constexpr int kDone = 0;
constexpr int kAnswerIsNo = 1;
constexpr int kUsage = 2;
constexpr int kInputRefused = 3;

constexpr const char* kExitCodes =
    "Exit codes: 0 every receipt is verified; 1 one or more are not; 2 usage;\n"
    "3 the genesis file is refused, or a file of a receipt cannot be read.";

struct VerifyOptions {
  std::vector<std::string> paths;
  std::string genesis;
  std::string language = "en";
  bool json = false;
};

int Refused(Language language, const absl::Status& status) {
  std::cerr << Printable(MessageIn(language, status)) << '\n';
  return kInputRefused;
}

int ExitFor(std::span<const AuditedReceipt> receipts) {
  const AuditCounts counts = CountReceipts(receipts);
  if (counts.refused > 0) return kAnswerIsNo;
  return counts.unreadable > 0 ? kInputRefused : kDone;
}

int VerifyReceipts(const VerifyOptions& options) {
  const Language language = LanguageFromTag(options.language).value_or(Language::kEnglish);
  const auto text = ReadText(options.genesis);
  if (!text.ok()) return Refused(language, text.status());
  const auto genesis = ledger::Genesis::Parse(*text, options.genesis);
  if (!genesis.ok()) return Refused(language, genesis.status());
  const auto paths = FindReceipts(options.paths);
  if (absl::IsOutOfRange(paths.status())) {
    std::cerr << Say(language, "audit.none", {std::string(paths.status().message())}) << '\n';
    return kInputRefused;
  }
  if (!paths.ok()) return Refused(language, paths.status());
  std::vector<AuditedReceipt> receipts;
  for (const std::string& path : *paths) receipts.push_back(AuditReceipt(*genesis, path));
  std::cout << (options.json ? AuditJson(*genesis, receipts)
                             : RenderAudit(language, *genesis, receipts));
  return ExitFor(receipts);
}

int Main(int argc, char** argv) {
  CLI::App app{"Verifies the receipts that a node keeps on file. Needs no broker and no network.",
               "entente-audit"};
  DescribeItself(app);
  app.require_subcommand(1);
  app.footer(kExitCodes);

  VerifyOptions options;
  CLI::App* verify = app.add_subcommand(
      "verify-receipt",
      "Verify that acts stand in the log: proof, checkpoint signature, entry, part; and print who "
      "acted when, on which record, and what was decided for each recipient.");
  verify
      ->add_option("FILE", options.paths,
                   "RECORDID.tlog-proof with RECORDID.entry and RECORDID.part beside it, or a "
                   "folder of such receipts")
      ->required();
  verify
      ->add_option("--genesis", options.genesis,
                   "The federation's genesis file. Compare the digest printed with the one that "
                   "you were given by another channel.")
      ->required()
      ->type_name("FILE");
  verify->add_option("--language", options.language, "en or fr")
      ->check(CLI::IsMember({"en", "fr"}))
      ->capture_default_str();
  verify->add_flag("--json", options.json, "One line of JSON instead of text");
  verify->footer(kExitCodes);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return VerifyReceipts(options);
}

}  // namespace
}  // namespace entente::cli

int main(int argc, char** argv) {
  // What is wrong with a file is said once, in our words.
  google::protobuf::SetLogHandler(nullptr);
  return entente::cli::Main(argc, argv);
}

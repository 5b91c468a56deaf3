// entente-audit: verifies what nodes keep on file and what a broker exported, with no broker, no
// network and no database.
#include <google/protobuf/stubs/logging.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/audit_commands.h"
#include "cli/audit_log.h"
#include "cli/audit_receipts.h"
#include "cli/audit_render.h"
#include "cli/failure.h"
#include "core/base/command_line.h"

namespace entente::cli {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 verified, of prove-fork and verify-fork: a fork is proven; 1 not verified, or "
    "no\n"
    "fork; 2 usage; 3 an input is refused or cannot be read; 5 a file cannot be written.";

struct VerifyOptions {
  std::vector<std::string> paths;
  std::string genesis;
  bool json = false;
};

int ExitFor(std::span<const AuditedReceipt> receipts) {
  const AuditCounts counts = CountReceipts(receipts);
  if (counts.refused > 0) return kAnswerIsNo;
  return counts.unreadable > 0 ? kInputRefused : kDone;
}

int VerifyReceipts(Language language, const VerifyOptions& options) {
  const auto genesis = ReadGenesis(options.genesis);
  if (!genesis.ok()) return AuditRefused(language, genesis.status());
  const auto receipts = AuditReceipts(*genesis, options.paths);
  if (!receipts.ok()) return AuditRefused(language, receipts.status());
  std::cout << (options.json ? AuditJson(*genesis, *receipts)
                             : RenderAudit(language, *genesis, *receipts));
  return ExitFor(*receipts);
}

// What every command takes.
CLI::Option* AddOutput(CLI::App& command, std::string& language, bool& json) {
  command.add_option("--language", language, "en or fr")
      ->check(CLI::IsMember({"en", "fr"}))
      ->capture_default_str();
  return command.add_flag("--json", json, "One line of JSON instead of text");
}

void AddReceiptFiles(CLI::App& command, std::vector<std::string>& paths, std::string& genesis) {
  command
      .add_option("FILE", paths,
                  "RECORDID.tlog-proof with RECORDID.entry and RECORDID.part beside it, or a "
                  "folder of such receipts")
      ->required();
  command
      .add_option("--genesis", genesis,
                  "The federation's genesis file. Compare the digest printed with the one that "
                  "you were given by another channel.")
      ->required()
      ->type_name("FILE");
}

void AddKey(CLI::App& command, std::string& key) {
  command
      .add_option(
          "--vkey", key,
          "The log's verifier key, name+id+key as entente-broker init printed it, or a file "
          "that holds it. Take it from a channel that the log's operator does not control.")
      ->required()
      ->type_name("KEY");
}

void AddReceipts(CLI::App& app, VerifyOptions& options, std::string& language) {
  CLI::App* verify = app.add_subcommand(
      "verify-receipt",
      "Verify that acts stand in the log: proof, checkpoint signature, entry, part; and print who "
      "acted when, on which record, and what was decided for each recipient.");
  AddReceiptFiles(*verify, options.paths, options.genesis);
  AddOutput(*verify, language, options.json);
  verify->footer(
      "Exit codes: 0 every receipt is verified; 1 one or more are not; 2 usage;\n"
      "3 the genesis file is refused, or a file of a receipt cannot be read.");
}

const CLI::App* AddTiles(CLI::App& app, TilesQuestion& question, std::string& language) {
  CLI::App* tiles = app.add_subcommand(
      "verify-tiles",
      "Verify a whole log that was written as files (c2sp.org/tlog-tiles), by whatever program: "
      "the checkpoint's signature, every tile of every level, the root, and every entry where the "
      "entries are there. Names each file that is wrong or does not belong there.");
  tiles->add_option("DIR", question.folder, "The folder with `checkpoint` and `tile`")->required();
  AddKey(*tiles, question.key);
  AddOutput(*tiles, language, question.json);
  tiles->footer(
      "Without tile/entries the hashes alone are verified, and it says so; where some of it is\n"
      "there, all of it must be. Other names beside `checkpoint` and `tile` are no part of the "
      "log.\n"
      "Exit codes: 0 all of it is what the log signed; 1 something is not; 2 usage;\n"
      "3 the key is refused, there is no checkpoint, or a file cannot be read.");
  return tiles;
}

const CLI::App* AddProveFork(CLI::App& app, ForkQuestion& question, std::string& language) {
  CLI::App* prove = app.add_subcommand(
      "prove-fork",
      "Compare two checkpoints that one log signed: of one size they must be the same; of two "
      "sizes the smaller must be the beginning of the larger, which takes the tiles of the "
      "larger.");
  prove->add_option("A", question.one, "A signed checkpoint, or a receipt (.tlog-proof)")
      ->required();
  prove->add_option("B", question.other, "Another one, in any order")->required();
  AddKey(*prove, question.key);
  prove
      ->add_option("--tiles", question.tiles,
                   "A folder as verify-tiles takes it, of the log that B (or the larger of both) "
                   "is of; level 0 suffices")
      ->type_name("DIR");
  prove
      ->add_option("--out", question.out,
                   "Write a proven fork to this file: both checkpoints and the hashes, all that "
                   "verify-fork needs")
      ->type_name("FILE");
  AddOutput(*prove, language, question.json);
  prove->footer(
      "Exit codes: 0 a fork is proven: the log signed two histories; 1 they fit, no fork; 2 "
      "usage;\n"
      "3 an input is refused: key, signature, two logs, tiles of another tree; 5 FILE cannot be "
      "written.");
  return prove;
}

const CLI::App* AddVerifyFork(CLI::App& app, ForkProofQuestion& question, std::string& language) {
  CLI::App* verify = app.add_subcommand(
      "verify-fork",
      "Verify the proof of a fork that prove-fork wrote, with nothing else at hand.");
  verify->add_option("FILE", question.file, "The proof")->required();
  AddKey(*verify, question.key);
  AddOutput(*verify, language, question.json);
  verify->footer(
      "Exit codes: 0 a fork is proven; 1 the file proves none; 2 usage; 3 the key, the form of "
      "the\n"
      "file or a signature in it is refused.");
  return verify;
}

// What every report from receipts takes.
void AddForm(CLI::App& command, ReceiptOptions& options, std::string& language,
             const std::string& tiles) {
  command
      .add_option(
          "--tiles", options.tiles,
          "The whole log with its entries, as entente-broker export --entries wrote it: " + tiles)
      ->type_name("DIR");
  CLI::Option* format =
      command
          .add_option("--format", options.format, "table, csv, or html for reading and printing")
          ->check(CLI::IsMember({"table", "csv", "html"}))
          ->capture_default_str();
  command.add_option("--out", options.out, "File to write; else standard output")
      ->type_name("FILE");
  AddOutput(command, language, options.json)->excludes(format);
}

CLI::Option* AddInstant(CLI::App& command, const char* name, std::string& text,
                        const std::string& help) {
  return command.add_option(name, text, help)->type_name("INSTANT");
}

constexpr const char* kExitCodesOfReports =
    "Exit codes: 0 every receipt is verified, and they fit together; 1 not so, and the report "
    "says what;\n2 usage; 3 the genesis file or the log is refused, or a folder holds no receipt; "
    "5 FILE cannot be\nwritten.";

const CLI::App* AddReport(CLI::App& app, ReportOptions& options, std::string& language) {
  CLI::App* report = app.add_subcommand(
      "report",
      "What a supervisory authority asks under Directive (EU) 2016/680 art. 25(3): the acts of a "
      "period that went from agencies of a jurisdiction or to them, each with who acted and when, "
      "the digest of the justification, the decision, its rules, the state that it was decided "
      "under, and its proof. Everything is verified first, as verify-receipt does.");
  AddReceiptFiles(*report, options.paths, options.genesis);
  report
      ->add_option("--jurisdiction", options.jurisdiction,
                   "Whose, such as FR; ORG for international organisations")
      ->required()
      ->type_name("CC");
  AddInstant(*report, "--from", options.from,
             "First instant of the period, such as 2026-12-01T00:00:00Z")
      ->required();
  AddInstant(*report, "--until", options.until, "First instant after the period")->required();
  AddForm(*report, options, language,
          "then the report names the versions of policies, says how many acts of the period the "
          "log has, and that receipts and log are of one history");
  report->footer(
      std::string(
          "Sender's and recipient's receipt of one act are one line. What is not verified is no "
          "line: it is\nnamed with the reason, of csv and with --out on standard error. The report "
          "shows acts of which a\nreceipt was given, and no others. In csv an apostrophe stands "
          "before what a spreadsheet would\ncompute.\n") +
      kExitCodesOfReports);
  return report;
}

const CLI::App* AddAffected(CLI::App& app, AffectedOptions& options, std::string& language) {
  CLI::App* affected = app.add_subcommand(
      "affected",
      "What an agency received whose node, disk or keys were in other hands, for the notice of the "
      "breach within 72 hours (Directive (EU) 2016/680 art. 30): every record that was released to "
      "it, by the agency that sent it and is to be told, each with its reference, its place in the "
      "log, the sections withheld, the obligations and its proof. Everything is verified first, as "
      "verify-receipt does.");
  AddReceiptFiles(*affected, options.paths, options.genesis);
  affected->add_option("--agency", options.agency, "Whose node it was, such as FR.fiu")
      ->required()
      ->type_name("CC.NAME");
  AddInstant(*affected, "--from", options.from,
             "First instant of the period, such as 2026-12-01T00:00:00Z; else from the beginning. "
             "What came before may still have been kept");
  AddInstant(*affected, "--until", options.until, "First instant after the period; else no end");
  AddInstant(*affected, "--aware", options.aware,
             "When the breach was known: then it says until when the notice is due");
  AddForm(*affected, options, language,
          "then it says how many acts of the period the log has of which no receipt was given, and "
          "that receipts and log are of one history");
  affected->footer(
      std::string(
          "Give the agency's own receipts and those of all who may have sent to it. A record is in "
          "the period when a\ndecision about it is. The newest decision counts; what was refused "
          "at "
          "release is named apart, but for\nwhat the agency's own receipt shows that it had by "
          "then. What is not verified is not listed: it is named\nwith the reason, of csv and with "
          "--out on standard error. Csv has the records received alone. Receipts\nhold no content "
          "and nobody's name, and say nothing of what the agency searched or read.\n") +
      kExitCodesOfReports);
  return affected;
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Verifies receipts that a node keeps on file, logs that were written as files, and proofs of "
      "a fork; and reports what receipts prove. Needs no broker and no network.",
      "entente-audit"};
  DescribeItself(app);
  app.require_subcommand(1);
  app.footer(kExitCodes);
  std::string language = "en";
  VerifyOptions receipts;
  TilesQuestion tiles;
  ForkQuestion fork;
  ForkProofQuestion proof;
  ReportOptions asked;
  AffectedOptions received;
  AddReceipts(app, receipts, language);
  const CLI::App* verify_tiles = AddTiles(app, tiles, language);
  const CLI::App* prove_fork = AddProveFork(app, fork, language);
  const CLI::App* verify_fork = AddVerifyFork(app, proof, language);
  const CLI::App* report = AddReport(app, asked, language);
  const CLI::App* affected = AddAffected(app, received, language);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  const Language chosen = LanguageFromTag(language).value_or(Language::kEnglish);
  if (verify_tiles->parsed()) return VerifyTiles(chosen, tiles);
  if (prove_fork->parsed()) return ProveFork(chosen, fork);
  if (verify_fork->parsed()) return VerifyFork(chosen, proof);
  if (report->parsed()) return Report(chosen, asked);
  if (affected->parsed()) return Affected(chosen, received);
  return VerifyReceipts(chosen, receipts);
}

}  // namespace
}  // namespace entente::cli

int main(int argc, char** argv) {
  // What is wrong with a file is said once, in our words.
  google::protobuf::SetLogHandler(nullptr);
  return entente::cli::Main(argc, argv);
}

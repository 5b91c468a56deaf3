// entente-policy: checks a folder of sharing policies and decides single records with it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "policy/decide.h"
#include "policy/examples.h"
#include "policy/folder.h"
#include "policy/parse.h"

namespace entente::cli {
namespace {

constexpr int kDone = 0;
constexpr int kAnswerIsNo = 1;
constexpr int kUsage = 2;
constexpr int kInputRefused = 3;

constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 the answer is no (an example is not met); 2 usage;\n"
    "3 a file or folder is refused, each error as FILE:LINE:COL: sentence.";

int Refused(const absl::Status& status) {
  std::cerr << status.message() << '\n';
  return kInputRefused;
}

// Names the folder's content: the names and bytes of its files, and the vocabulary compiled in.
Digest FolderDigest(const policy::Folder& folder) {
  Framing framing;
  framing.Raw(crypto::Sha256(policy::PublishedVocabularyText()));
  for (const policy::FolderFile& file : folder.files) {
    framing.Lp16(file.name).Raw(crypto::Sha256(file.bytes));
  }
  return crypto::Sha256(framing.bytes());
}

void PrintPolicy(const policy::Policy& policy) {
  std::cout << policy.file << ": " << policy.jurisdiction << " version " << policy.version << ", "
            << policy.outbound.size() << " outbound and " << policy.inbound.size()
            << " inbound rules, " << policy.examples.size() << " examples\n";
}

int Check(const std::string& path) {
  const auto folder = policy::LoadFolder(path);
  if (!folder.ok()) return Refused(folder.status());
  if (const auto snapshot = folder->Compile(0, FolderDigest(*folder)); !snapshot.ok()) {
    return Refused(snapshot.status());
  }
  const policy::ExampleSetting setting{folder->vocabulary, folder->groups, folder->instruments,
                                       folder->agencies};
  size_t examples = 0;
  size_t failed = 0;
  for (const policy::Policy& policy : folder->policies) {
    PrintPolicy(policy);
    const auto failures = policy::RunExamples(policy, setting);
    if (!failures.ok()) return Refused(failures.status());
    for (const std::string& line : *failures) std::cerr << line << '\n';
    examples += policy.examples.size();
    failed += failures->size();
  }
  std::cout << folder->policies.size() << " policies, " << examples << " examples, " << failed
            << " not as expected\n";
  return failed == 0 ? kDone : kAnswerIsNo;
}

void PrintRules(const std::vector<policy::MatchedRule>& rules, const char* indent) {
  for (const policy::MatchedRule& rule : rules) {
    std::cout << indent << rule.id << "  " << rule.title << '\n';
  }
}

void PrintDecision(const policy::Decision& decision, const policy::LabelsFile& labels) {
  std::cout << policy::VerdictWord(decision.verdict) << ": " << labels.record.origin << " to "
            << labels.recipient.recipient << " at " << FormatInstant(decision.at) << '\n';
  for (const uint32_t section : decision.released) {
    std::cout << "section " << section << ": released\n";
  }
  for (const policy::WithheldSection& section : decision.withheld) {
    std::cout << "section " << section.section << ": kept back:";
    for (const policy::SidedReason& reason : section.reasons) std::cout << ' ' << reason.text;
    std::cout << '\n';
    PrintRules(section.rules, "  ");
  }
  if (!decision.reasons.empty()) std::cout << "reasons:\n";
  for (const policy::SidedReason& reason : decision.reasons) {
    std::cout << "  " << reason.text << '\n';
  }
  if (!decision.obligations.empty()) std::cout << "obligations:\n";
  for (const std::string& obligation : decision.obligations) {
    std::cout << "  " << obligation << '\n';
  }
  if (!decision.matched.empty()) std::cout << "rules and instrument that matched:\n";
  PrintRules(decision.matched, "  ");
}

int Decide(const std::string& path, const std::string& at, const std::string& record, bool json) {
  const auto instant = ParseInstant(at);
  if (!instant.ok()) {
    std::cerr << "--at: " << instant.status().message() << '\n';
    return kUsage;
  }
  const auto folder = policy::LoadFolder(path);
  if (!folder.ok()) return Refused(folder.status());
  const auto snapshot = folder->Compile(0, FolderDigest(*folder));
  if (!snapshot.ok()) return Refused(snapshot.status());
  const auto bytes = policy::ReadWholeFile(record);
  if (!bytes.ok()) return Refused(bytes.status());
  const auto labels = policy::ParseLabels(*bytes, record);
  if (!labels.ok()) return Refused(labels.status());
  const policy::Decision decision =
      policy::Decide(**snapshot, labels->record, labels->recipient, *instant);
  if (json) {
    std::cout << policy::DecisionJson(decision) << '\n';
  } else {
    PrintDecision(decision, *labels);
  }
  return kDone;
}

int Main(int argc, char** argv) {
  CLI::App app{"Sharing policies of a federation: check a folder of them, decide a record by them.",
               "entente-policy"};
  app.require_subcommand(1);
  app.footer(kExitCodes);

  std::string folder;
  CLI::App* check = app.add_subcommand(
      "check", "Read every *.toml of a folder strictly and run the examples in its policies.");
  check->add_option("DIR", folder, "Folder of policy files")->required();
  check->footer(kExitCodes);

  std::string at;
  std::string record;
  bool json = false;
  CLI::App* decide = app.add_subcommand(
      "decide", "Say whether a record may go to its recipient, which sections, and why.");
  decide->add_option("--policies", folder, "Folder of policy files")->required()->type_name("DIR");
  decide->add_option("--at", at, "Instant of the decision, such as 2026-12-01T00:00:00Z")
      ->required()
      ->type_name("INSTANT");
  decide->add_option("--record", record, "TOML file of the record's labels (record = \"labels/1\")")
      ->required()
      ->type_name("FILE");
  decide->add_flag("--json", json, "One line of JSON instead of text");
  decide->footer("Every verdict, a refusal too, is an answer and exits with 0.\n" +
                 std::string(kExitCodes));

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return check->parsed() ? Check(folder) : Decide(folder, at, record, json);
}

}  // namespace
}  // namespace entente::cli

int main(int argc, char** argv) { return entente::cli::Main(argc, argv); }

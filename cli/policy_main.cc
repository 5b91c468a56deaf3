// entente-policy: checks a folder of sharing policies, decides single records with it, and renders
// a policy as sentences.
#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "cli/failure.h"
#include "cli/policy_render.h"
#include "cli/text.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/crypto/digest.h"
#include "policy/decide.h"
#include "policy/examples.h"
#include "policy/folder.h"
#include "policy/parse.h"

namespace entente::cli {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 the answer is no (an example is not met); 2 usage;\n"
    "3 a file or folder is refused, each error as FILE:LINE:COL: sentence.";

// Of a folder there are several errors, each on its line.
int Refused(Language language, const absl::Status& status) {
  std::istringstream lines(MessageIn(language, status));
  for (std::string line; std::getline(lines, line);) std::cerr << Printable(line) << '\n';
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

void PrintPolicy(Language language, const policy::Policy& policy) {
  std::cout << Say(language, "policy.file",
                   {policy.file, policy.jurisdiction, std::to_string(policy.version),
                    std::to_string(policy.outbound.size()), std::to_string(policy.inbound.size()),
                    std::to_string(policy.examples.size())})
            << '\n';
}

void PrintCalendar(Language language, const policy::Calendar& calendar) {
  const auto day = [](policy::Day of) {
    return FormatInstant({std::chrono::milliseconds(of.time_since_epoch()).count()}).substr(0, 10);
  };
  std::cout << Say(language, "policy.calendar",
                   {calendar.jurisdiction, std::to_string(calendar.version), day(calendar.first),
                    day(calendar.last), std::to_string(calendar.holidays.size()),
                    calendar.time_zone})
            << '\n';
}

int Check(Language language, const std::string& path) {
  const auto folder = policy::LoadFolder(path);
  if (!folder.ok()) return Refused(language, folder.status());
  if (const auto snapshot = folder->Compile(0, FolderDigest(*folder)); !snapshot.ok()) {
    return Refused(language, snapshot.status());
  }
  const policy::ExampleSetting setting{folder->vocabulary, folder->groups, folder->instruments,
                                       folder->agencies};
  for (const policy::Calendar& calendar : folder->calendars) PrintCalendar(language, calendar);
  size_t examples = 0;
  size_t failed = 0;
  for (const policy::Policy& policy : folder->policies) {
    PrintPolicy(language, policy);
    const auto failures = policy::RunExamples(policy, setting);
    if (!failures.ok()) return Refused(language, failures.status());
    for (const std::string& line : *failures) std::cerr << Printable(line) << '\n';
    examples += policy.examples.size();
    failed += failures->size();
  }
  std::cout << Say(language, "policy.summary",
                   {std::to_string(folder->policies.size()), std::to_string(examples),
                    std::to_string(failed)})
            << '\n';
  return failed == 0 ? kDone : kAnswerIsNo;
}

void PrintRules(const std::vector<policy::MatchedRule>& rules) {
  for (const policy::MatchedRule& rule : rules) {
    std::cout << "  " << Printable(rule.id) << "  " << Printable(rule.title) << '\n';
  }
}

std::string ReasonsText(Language language, const std::vector<policy::SidedReason>& reasons) {
  std::string out;
  for (const policy::SidedReason& reason : reasons) {
    out += (out.empty() ? "" : "; ") + ReasonWords(language, reason.text);
  }
  return out;
}

void PrintSections(Language language, const policy::Decision& decision) {
  for (const uint32_t section : decision.released) {
    std::cout << Say(language, "policy.released", {std::to_string(section)}) << '\n';
  }
  for (const policy::WithheldSection& section : decision.withheld) {
    std::cout << Say(language, "policy.kept-back",
                     {std::to_string(section.section), ReasonsText(language, section.reasons)})
              << '\n';
    PrintRules(section.rules);
  }
}

void PrintDecision(Language language, const policy::Decision& decision,
                   const policy::LabelsFile& labels) {
  std::cout << Say(language, "policy.verdict." + std::string(policy::VerdictWord(decision.verdict)),
                   {labels.record.origin, labels.recipient.recipient, FormatInstant(decision.at)})
            << '\n';
  PrintSections(language, decision);
  if (!decision.reasons.empty()) std::cout << Say(language, "policy.reasons") << '\n';
  for (const policy::SidedReason& reason : decision.reasons) {
    std::cout << "  " << Printable(ReasonWords(language, reason.text)) << '\n';
  }
  if (!decision.obligations.empty()) std::cout << Say(language, "policy.obligations") << '\n';
  for (const std::string& obligation : decision.obligations) {
    std::cout << "  " << Printable(obligation) << '\n';
  }
  if (!decision.matched.empty()) std::cout << Say(language, "policy.matched") << '\n';
  PrintRules(decision.matched);
}

struct Question {
  std::string folder, at, record;
  bool json = false;
};

int Decide(Language language, const Question& question) {
  const auto instant = ParseInstant(question.at);
  if (!instant.ok()) {
    std::cerr << Say(language, "policy.at", {question.at}) << '\n';
    return kUsage;
  }
  const auto folder = policy::LoadFolder(question.folder);
  if (!folder.ok()) return Refused(language, folder.status());
  const auto snapshot = folder->Compile(0, FolderDigest(*folder));
  if (!snapshot.ok()) return Refused(language, snapshot.status());
  const auto bytes = ReadFile(question.record, limits::kConfigBytes);
  if (!bytes.ok()) return Refused(language, bytes.status());
  const auto labels = policy::ParseLabels(*bytes, question.record);
  if (!labels.ok()) return Refused(language, labels.status());
  const policy::Decision decision =
      policy::Decide(**snapshot, labels->record, labels->recipient, *instant);
  if (question.json) {
    std::cout << policy::DecisionJson(decision) << '\n';
  } else {
    PrintDecision(language, decision, *labels);
  }
  return kDone;
}

void AddDecide(CLI::App& app, Question& question) {
  CLI::App* decide = app.add_subcommand(
      "decide", "Say whether a record may go to its recipient, which sections, and why.");
  decide->add_option("--policies", question.folder, "Folder of policy files")
      ->required()
      ->type_name("DIR");
  decide->add_option("--at", question.at, "Instant of the decision, such as 2026-12-01T00:00:00Z")
      ->required()
      ->type_name("INSTANT");
  decide
      ->add_option("--record", question.record,
                   "TOML file of the record's labels (record = \"labels/1\")")
      ->required()
      ->type_name("FILE");
  decide->add_flag("--json", question.json, "One line of JSON instead of text");
  decide->footer("Every verdict, a refusal too, is an answer and exits with 0.\n" +
                 std::string(kExitCodes));
}

CLI::App* AddRender(CLI::App& app, Question& question, RenderQuestion& rendering) {
  CLI::App* render = app.add_subcommand(
      "render",
      "Say one State's policy in sentences, with tables of what may go to whom, to be "
      "read and signed.");
  render->add_option("DIR", question.folder, "Folder of policy files")->required();
  AddRenderOptions(*render, rendering);
  render->footer("The file to sign is named by its SHA-256 at the end of the document.\n" +
                 std::string(kExitCodes) + "\n5 the output cannot be written.");
  return render;
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Sharing policies of a federation: check a folder of them, decide a record by them, "
      "render one as sentences.",
      "entente-policy"};
  app.require_subcommand(1);
  app.footer(kExitCodes);

  app.fallthrough();
  std::string language_tag = "en";
  app.add_option("--language", language_tag, "en or fr")->check(CLI::IsMember({"en", "fr"}));

  Question question;
  CLI::App* check = app.add_subcommand(
      "check", "Read every *.toml of a folder strictly and run the examples in its policies.");
  check->add_option("DIR", question.folder, "Folder of policy files")->required();
  check->footer(kExitCodes);

  AddDecide(app, question);
  RenderQuestion rendering;
  CLI::App* render = AddRender(app, question, rendering);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  const Language language = *LanguageFromTag(language_tag);
  if (check->parsed()) return Check(language, question.folder);
  if (!render->parsed()) return Decide(language, question);
  const auto folder = policy::LoadFolder(question.folder);
  return folder.ok() ? Render(language, *folder, rendering) : Refused(language, folder.status());
}

}  // namespace
}  // namespace entente::cli

int main(int argc, char** argv) { return entente::cli::Main(argc, argv); }

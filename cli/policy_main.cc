// entente-policy: checks a folder of sharing policies, decides single records with it, and renders
// a policy as sentences.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/failure.h"
#include "cli/policy_commands.h"
#include "cli/policy_render.h"
#include "cli/text.h"
#include "core/base/command_line.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "policy/decide.h"
#include "policy/folder.h"
#include "policy/parse.h"

namespace entente::cli {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 the answer is no (an example is not met); 2 usage;\n"
    "3 a file or folder is refused, each error as FILE:LINE:COL: sentence.";

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
  const auto instant = ReadInstant(language, "--at", question.at);
  if (!instant) return kUsage;
  const auto folder = policy::LoadFolder(question.folder);
  if (!folder.ok()) return PolicyRefused(language, folder.status());
  const auto snapshot = folder->Compile(0, FolderDigest(*folder));
  if (!snapshot.ok()) return PolicyRefused(language, snapshot.status());
  const auto bytes = ReadFile(question.record, limits::kConfigBytes);
  if (!bytes.ok()) return PolicyRefused(language, bytes.status());
  const auto labels = policy::ParseLabels(*bytes, question.record);
  if (!labels.ok()) return PolicyRefused(language, labels.status());
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

const CLI::App* AddDiff(CLI::App& app, DiffQuestion& question) {
  CLI::App* diff = app.add_subcommand(
      "diff",
      "Say in sentences what changes from one version of a policy to another: every question that "
      "any of their rules tells apart is put to both.");
  diff->add_option("OLD", question.before, "Folder with the older version")->required();
  diff->add_option("NEW", question.after,
                   "Folder with the newer version; the same folder again compares its two highest")
      ->required();
  diff->add_option("--jurisdiction", question.jurisdiction, "One State alone, such as FR")
      ->type_name("CODE");
  diff->add_option("--at", question.at,
                   "Instant at which NEW is asked; else the version's first day")
      ->type_name("INSTANT");
  diff->add_option("--at-old", question.at_before, "Instant at which OLD is asked; else likewise")
      ->type_name("INSTANT");
  diff->footer(
      "Groups and instruments are those of each folder at its instant, so that a new member or a\n"
      "suspended treaty shows as well. Exit code 1: there are differences.\n" +
      std::string(kExitCodes));
  return diff;
}

const CLI::App* AddSign(CLI::App& app, SignQuestion& question) {
  CLI::App* sign = app.add_subcommand(
      "sign",
      "Sign a policy for one of its two offices, each with its own key on its own machine. Its "
      "folder is read and its examples are run first.");
  sign->add_option("FILE", question.file, "The policy, in its folder")->required();
  sign->add_option("--federation", question.federation, "The federation's name")
      ->required()
      ->type_name("NAME");
  sign->add_option("--office", question.office, "author or protection")
      ->required()
      ->check(CLI::IsMember({"author", "protection"}));
  sign->add_option("--key", question.key,
                   "The office's key, as `entente authority policy-keys` made it")
      ->required()
      ->type_name("FILE");
  CLI::Option* in_force = sign->add_option("--in-force", question.in_force,
                                           "First signature: instant from which it is in force")
                              ->type_name("INSTANT");
  CLI::Option* statement =
      sign->add_option("--statement", question.statement,
                       "Second signature: what the other office wrote, about the same file")
          ->type_name("FILE");
  in_force->excludes(statement);
  sign->add_option("--out", question.out, "File to write the statement to")
      ->required()
      ->type_name("FILE");
  sign->footer(kExitCodes);
  sign->callback([in_force, statement] {
    if (in_force->count() + statement->count() == 0) {
      throw CLI::RequiredError("--in-force or --statement");
    }
  });
  return sign;
}

CLI::Option* AddExport(CLI::App& command, std::string& folder) {
  return command.add_option("EXPORT", folder, "Folder that `entente decisions` wrote")->required();
}

const CLI::App* AddShadow(CLI::App& app, ShadowQuestion& question) {
  CLI::App* shadow = app.add_subcommand(
      "shadow",
      "Make the decisions of the log again, by the texts of their time and with another policy in "
      "the place of its State's, and say what would change.");
  AddExport(*shadow, question.folder);
  shadow
      ->add_option("--candidate", question.candidate,
                   "The policy, or a folder: then the highest version of the agency's State")
      ->required()
      ->type_name("FILE|DIR");
  shadow->add_flag("--all", question.all, "Name every decision that changes, not a few of each");
  shadow->add_flag("--json", question.json, "One line of JSON instead of text");
  shadow->footer(
      "The candidate is asked as if it had been in force at the instant of each decision. Exit "
      "code 1:\nsomething would change, or the log says otherwise than the texts of its time.\n" +
      std::string(kExitCodes));
  return shadow;
}

const CLI::App* AddExplain(CLI::App& app, ExplainQuestion& question) {
  CLI::App* explain = app.add_subcommand(
      "explain",
      "Say why a decision of the log came out as it did, step by step, with the rules that its "
      "origin may see.");
  AddExport(*explain, question.folder);
  explain->add_option("--index", question.index, "Its index in the log")
      ->required()
      ->type_name("N");
  explain->add_option("--to", question.to, "One recipient alone, such as BR.fiu")
      ->type_name("AGENCY");
  explain->add_flag("--json", question.json, "A line of JSON for each decision instead of text");
  explain->footer("Exit code 1: the log says otherwise than the texts of its time.\n" +
                  std::string(kExitCodes));
  return explain;
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Sharing policies of a federation: check a folder of them, compare versions, decide a "
      "record, render a policy as sentences.",
      "entente-policy"};
  DescribeItself(app);
  app.require_subcommand(1);
  app.footer(kExitCodes);

  app.fallthrough();
  std::string language_tag = "en";
  app.add_option("--language", language_tag, "en or fr")->check(CLI::IsMember({"en", "fr"}));

  Question question;
  bool strict = false;
  CLI::App* check = app.add_subcommand(
      "check",
      "Read every *.toml of a folder strictly, run the examples in its policies, and warn of rules "
      "that never have an effect or say more than their instrument.");
  check->add_option("DIR", question.folder, "Folder of policy files")->required();
  check->add_flag("--strict", strict, "A warning, too, makes the answer no");
  check->footer(kExitCodes);
  CLI::App* test = app.add_subcommand(
      "test", "Run the examples in the policies of a folder, each with its answer.");
  test->add_option("DIR", question.folder, "Folder of policy files")->required();
  test->footer(kExitCodes);
  SignQuestion sign_question;
  const CLI::App* sign = AddSign(app, sign_question);
  DiffQuestion diff_question;
  const CLI::App* diff = AddDiff(app, diff_question);
  ShadowQuestion shadow_question;
  const CLI::App* shadow = AddShadow(app, shadow_question);
  ExplainQuestion explain_question;
  const CLI::App* explain = AddExplain(app, explain_question);

  AddDecide(app, question);
  RenderQuestion rendering;
  CLI::App* render = AddRender(app, question, rendering);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  const Language language = *LanguageFromTag(language_tag);
  if (check->parsed()) return CheckPolicies(language, question.folder, strict);
  if (test->parsed()) return TestPolicies(language, question.folder);
  if (sign->parsed()) return SignPolicyFile(language, sign_question);
  if (diff->parsed()) return DiffPolicies(language, diff_question);
  if (shadow->parsed()) return ShadowPolicies(language, shadow_question);
  if (explain->parsed()) return ExplainDecision(language, explain_question);
  if (!render->parsed()) return Decide(language, question);
  const auto folder = policy::LoadFolder(question.folder);
  if (!folder.ok()) return PolicyRefused(language, folder.status());
  return Render(language, *folder, rendering);
}

}  // namespace
}  // namespace entente::cli

int main(int argc, char** argv) { return entente::cli::Main(argc, argv); }

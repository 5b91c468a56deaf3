#include <memory>

#include "cli/alert_import.h"
#include "cli/commands.h"
#include "cli/draft.h"
#include "cli/question_options.h"
#include "cli/record_commands.h"
#include "cli/render.h"
#include "cli/render_search.h"

namespace entente::cli {
namespace {

void Search(Context& context, AskedFor& asked) {
  if (const auto read = ReadZone(asked); !read.ok()) return context.Fail(read);
  const auto response = context.Call(&v1::Desk::Stub::Search, asked.request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderSearch(context.language(), *response);
}

void AddSearch(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "search",
      "Does any alert at this node look for this person, document or thing? "
      "Nobody else learns that "
      "you asked; it is logged here. Exit code 0 when the question was answered, hit or no hit.");
  auto asked = std::make_shared<AskedFor>();
  AddQuestion(*command, asked);
  command
      ->add_option_function<std::string>(
          "--purpose", [asked](const std::string& text) { asked->request.set_purpose(text); },
          "purpose, a word of the vocabulary")
      ->required();
  command
      ->add_option_function<std::string>(
          "--justification",
          [asked](const std::string& text) { asked->request.set_justification(text); },
          "why you ask")
      ->required();
  command->callback([&context, asked] { Search(context, *asked); });
}

struct OutcomeOptions {
  v1::JudgeHitRequest request;
  bool identical = false;
  bool not_identical = false;
};

void Outcome(Context& context, const OutcomeOptions& options) {
  v1::JudgeHitRequest request = options.request;
  request.set_result(options.identical ? v1::FINDING_RESULT_IDENTICAL
                                       : v1::FINDING_RESULT_NOT_IDENTICAL);
  const auto response = context.Call(&v1::Desk::Stub::JudgeHit, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("lead.answered", {response->reference(), response->record_id()}) << "\n";
}

void AddOutcome(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "outcome", "Say what a hit came to: the person is the one, or is not. Its issuer is told.");
  auto options = std::make_shared<OutcomeOptions>();
  v1::JudgeHitRequest* const request = &options->request;
  command
      ->add_option_function<std::string>(
          "alert", [request](const std::string& text) { request->set_record_id(text); },
          "record id or spoken reference of the alert")
      ->required();
  auto* const which = command->add_option_group("result", "what was found")->require_option(1);
  which->add_flag("--identical", options->identical, "it is the person");
  which->add_flag("--not-identical", options->not_identical, "it is somebody else");
  command->add_option_function<std::string>(
      "--text", [request](const std::string& text) { request->set_text(text); },
      "what is said to the issuer");
  command
      ->add_option_function<std::string>(
          "--justification",
          [request](const std::string& text) { request->set_justification(text); },
          "how you know; kept in this node's log")
      ->required();
  command->callback([&context, options] { Outcome(context, *options); });
}

struct ClearOptions {
  std::string alert;
  std::string person;
  std::string justification;
};

void Clear(Context& context, const ClearOptions& options) {
  const auto sections = ReadSectionsFile(options.person);
  if (!sections.ok()) return context.Fail(sections.status());
  v1::ClearPersonRequest request;
  request.set_alert_record_id(options.alert);
  request.set_justification(options.justification);
  for (const v1::DraftSection& section : *sections) {
    for (const v1::Subject& subject : section.content().subjects().subjects()) {
      if (subject.has_person()) *request.mutable_person() = subject.person();
      if (subject.has_document()) *request.add_documents() = subject.document();
    }
  }
  const auto response = context.Call(&v1::Desk::Stub::ClearPerson, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderSent(context.language(), *response);
}

void AddClear(CLI::App& alert, Context& context) {
  auto* const command = alert.add_subcommand("clear",
                                             "Tell all who hold an alert of this agency that a "
                                             "person who resembles its subject is another, "
                                             "so that they are not stopped again.");
  auto options = std::make_shared<ClearOptions>();
  command->add_option("alert", options->alert, "record id or spoken reference of the alert")
      ->required();
  command
      ->add_option("--person", options->person,
                   "who it is, with their papers, as a TOML file; docs/drafts.md has its form")
      ->required();
  command
      ->add_option("--justification", options->justification,
                   "how this was established; kept in this node's log")
      ->required();
  command->callback([&context, options] { Clear(context, *options); });
}

void AddImport(CLI::App& alert, Context& context) {
  auto* const command = alert.add_subcommand(
      "import",
      "Publish an alert for each person and organisation of a United Nations Security Council "
      "Consolidated List (XML). What was published of it before is not published again; what has "
      "changed replaces the old, and who is not named with --to any more loses the copy. Nothing "
      "is done unless every entry would go to somebody.");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("--list", options->list, "the list as its publisher gives it")->required();
  command
      ->add_option(
          "--draft", options->draft,
          "labels, action and desk of the alerts: an alert as a TOML file, without sections")
      ->required();
  command->add_option("--to", options->recipients, "recipient agencies, such as BR.pf,DE.bpol")
      ->delimiter(',')
      ->required();
  command
      ->add_option("--justification", options->justification,
                   "why they are sent; kept in this node's log")
      ->required();
  command->add_flag("--recall-missing", options->recall_missing,
                    "recall what was imported before and is not on this list any more");
  command
      ->add_flag("--recall-most", options->recall_most,
                 "also when that is more than half of what stands")
      ->needs("--recall-missing");
  command->add_flag("--recalled-too", options->recalled_too,
                    "publish again what was recalled by hand; without it that is left out");
  command->add_flag("--dry-run", options->dry_run,
                    "say what would be done, and what nobody would get, and do nothing");
  command->callback([&context, options] { ImportAlerts(context, *options); });
}

}  // namespace

void AddAlertCommands(CLI::App& app, Context& context) {
  const RecordCommands what{v1::RECORD_KIND_ALERT, "an alert", "publish"};
  auto* const alert = app.add_subcommand(
      "alert", "Alerts to partner agencies: preview, publish, import, list, recall, clear.");
  alert->require_subcommand(1);
  AddPreview(*alert, what, context);
  AddSend(*alert, what, context);
  AddImport(*alert, context);
  AddList(*alert, what, context);
  AddRecall(*alert, what, context);
  AddClear(*alert, context);
  AddSearch(app, context);
  AddOutcome(app, context);
}

}  // namespace entente::cli

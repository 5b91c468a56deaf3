#include <memory>

#include "cli/alert_import.h"
#include "cli/commands.h"
#include "cli/draft.h"
#include "cli/record_commands.h"
#include "cli/render.h"
#include "cli/render_search.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"

namespace entente::cli {
namespace {

using Request = std::shared_ptr<v1::SearchRequest>;

void Search(Context& context, v1::SearchRequest request, const std::string& zone) {
  if (!zone.empty()) {
    const auto text = ReadFile(zone == "-" ? "/dev/stdin" : zone, limits::kConfigBytes);
    if (!text.ok()) return context.Fail(text.status());
    // An empty file is no zone, and must not pass for none asked for.
    request.set_zone(text->empty() ? "\n" : *text);
  }
  const auto response = context.Call(&v1::Desk::Stub::Search, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderSearch(context.language(), *response);
}

void AddText(CLI::App& command, const std::string& name, const Request& request,
             void (v1::SearchRequest::*set)(const std::string&), const std::string& description,
             bool required = false) {
  command
      .add_option_function<std::string>(
          name, [request, set](const std::string& text) { ((*request).*set)(text); }, description)
      ->required(required);
}

void AddSearch(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "search",
      "Does any alert at this node look for this person, document or thing? "
      "Nobody else learns that "
      "you asked; it is logged here. Exit code 0 when the question was answered, hit or no hit.");
  auto request = std::make_shared<v1::SearchRequest>();
  auto zone = std::make_shared<std::string>();
  using Q = v1::SearchRequest;
  command->add_option("--zone", *zone,
                      "a file with the machine-readable zone of a document (- is standard input)");
  AddText(*command, "--document", request, &Q::set_document_number, "a document's number");
  AddText(*command, "--issuer", request, &Q::set_document_issuer,
          "the document's issuing country, two or three letters");
  AddText(*command, "--name", request, &Q::set_name, "a name, in any script and order");
  AddText(*command, "--born", request, &Q::set_born, "year or date of birth: 1984, 1984-03-17");
  AddText(*command, "--national-number", request, &Q::set_national_number, "a personal number");
  AddText(*command, "--plate", request, &Q::set_plate, "a vehicle's plate");
  AddText(*command, "--vin", request, &Q::set_vin, "a vehicle identification number");
  AddText(*command, "--phone", request, &Q::set_phone, "a telephone number with country code");
  AddText(*command, "--email", request, &Q::set_email, "an e-mail address");
  AddText(*command, "--iban", request, &Q::set_iban, "an account");
  AddText(*command, "--crypto-address", request, &Q::set_crypto_address,
          "the address of a crypto-asset");
  AddText(*command, "--purpose", request, &Q::set_purpose, "purpose, a word of the vocabulary",
          true);
  AddText(*command, "--justification", request, &Q::set_justification, "why you ask", true);
  command->callback([&context, request, zone] { Search(context, *request, *zone); });
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

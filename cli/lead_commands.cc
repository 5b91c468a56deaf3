#include <memory>

#include "cli/commands.h"
#include "cli/measures.h"
#include "cli/record_commands.h"
#include "cli/render_lead.h"
#include "cli/subject_words.h"

namespace entente::cli {
namespace {

struct AnswerOptions {
  v1::AnswerLeadRequest request;
  MeasureWords measure;
  std::string measures;
  std::string review_by;
};

void Answer(Context& context, const AnswerOptions& options) {
  v1::AnswerLeadRequest request = options.request;
  const Instant now = SystemClock().Now();
  if (!options.measures.empty()) {
    auto measures = ReadMeasures(options.measures, now);
    if (!measures.ok()) return context.Fail(measures.status());
    for (v1::TakenMeasure& one : *measures) *request.add_measures() = std::move(one);
  }
  if (options.measure.Any()) {
    auto measure = MeasureFrom(options.measure, now, context.language());
    if (!measure.ok()) return context.Fail(measure.status());
    *request.add_measures() = *std::move(measure);
  }
  if (!options.review_by.empty()) {
    const auto by = InstantOf(context, "--review-by", options.review_by);
    if (!by.ok()) return context.Fail(by.status());
    request.set_review_by_ms(*by);
  }
  const auto response = context.Call(&v1::Desk::Stub::AnswerLead, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("lead.answered", {response->reference(), response->record_id()}) << "\n";
}

void AddMeasure(CLI::App& command, AnswerOptions& options, bool follows) {
  MeasureWords& words = options.measure;
  if (follows) {
    command.add_option(
        "--number", words.number,
        "the measure that changes, as `lead show` numbers it; without it: a new one");
  }
  command.add_option("--measure", words.measure,
                     "what was done: " + CodesOf(*v1::LeadMeasure_descriptor()));
  command.add_option("--on", words.on, "the account, transaction or asset, in your words");
  command.add_option("--subject", words.subject, "or its number in the lead");
  command.add_option("--measure-reference", words.reference, "the file reference of the measure");
  command.add_option("--held", words.held, "amount and currency, such as \"310500.50 EUR\"");
  command.add_option("--from", words.from,
                     "since when it holds: an instant; a new measure without it: now");
  command.add_option("--until", words.until,
                     "when it lapses by itself: an instant, or a duration from now such as P10D");
  command.add_option(
      "--status", words.status,
      CodesOf(*v1::MeasureStatus_descriptor()) + "; a new measure without it: in-force");
  command.add_option("--since", words.since,
                     "since when it has the status that is given; without it: now");
  command.add_option("--court-reference", words.court_reference,
                     "of what was handed to a court: its reference there");
  command.add_option("--measures", options.measures,
                     "several measures, as a TOML file; docs/drafts.md has its form");
}

enum class Way { kTake, kDecline, kUpdate };

const char* Purpose(Way way) {
  switch (way) {
    case Way::kTake:
      return "Take up a lead, and say what was done; the sender is told.";
    case Way::kDecline:
      return "Decline a lead with a reason; the sender is told.";
    case Way::kUpdate:
      return "Follow up a lead that was taken up: a new measure, or one that was prolonged, lifted "
             "or handed to a court.";
  }
  return "";
}

void AddAnswer(CLI::App& lead, Context& context, const std::string& name, Way way) {
  auto* const command = lead.add_subcommand(name, Purpose(way));
  auto options = std::make_shared<AnswerOptions>();
  v1::AnswerLeadRequest* const request = &options->request;
  request->set_taken(way != Way::kDecline);
  request->set_follows(way == Way::kUpdate);
  const auto text = [command](const std::string& option, auto set, const std::string& description) {
    return command->add_option_function<std::string>(option, set, description);
  };
  text(
      "record", [request](const std::string& value) { request->set_record_id(value); },
      "record id or spoken reference of the lead")
      ->required();
  text(
      "--reason", [request](const std::string& value) { request->set_reason(value); },
      way == Way::kDecline ? "why it is declined" : "a remark for the sender")
      ->required(way == Way::kDecline);
  text(
      "--reference", [request](const std::string& value) { request->set_own_reference(value); },
      "your own file reference");
  AddReviewBy(*command, options->review_by);
  if (way == Way::kTake) {
    command->add_flag_callback(
        "--after-decline", [request] { request->set_after_decline(true); },
        "it was declined before, and is taken up after all");
  }
  if (way != Way::kDecline) AddMeasure(*command, *options, way == Way::kUpdate);
  text(
      "--justification", [request](const std::string& value) { request->set_justification(value); },
      "why you act; kept in this node's log")
      ->required();
  command->callback([&context, options] { Answer(context, *options); });
}

void Show(Context& context, const v1::ShowLeadRequest& request) {
  const auto response = context.Call(&v1::Desk::Stub::ShowLead, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderLead(context.language(), *response);
}

void AddShow(CLI::App& lead, Context& context) {
  auto* const command = lead.add_subcommand(
      "show", "What was answered to a lead: each measure as it stands, and every answer.");
  auto request = std::make_shared<v1::ShowLeadRequest>();
  const auto text = [command](const std::string& option, auto set, const std::string& description) {
    return command->add_option_function<std::string>(option, set, description);
  };
  text(
      "record", [request](const std::string& value) { request->set_record_id(value); },
      "record id or spoken reference of a lead that was sent or received")
      ->required();
  text(
      "--purpose", [request](const std::string& value) { request->set_purpose(value); },
      "what you read it for, a word of the vocabulary; without it: what it was sent for");
  text(
      "--justification", [request](const std::string& value) { request->set_justification(value); },
      "why you read it; kept in this node's log")
      ->required();
  command->callback([&context, request] { Show(context, *request); });
}

}  // namespace

void AddLeadCommands(CLI::App& app, Context& context) {
  const RecordCommands what{v1::RECORD_KIND_LEAD, "a lead", "send"};
  auto* const lead = app.add_subcommand(
      "lead",
      "Asset leads to partner FIUs: preview, send, take, decline, update, show, list, recall.");
  lead->require_subcommand(1);
  AddPreview(*lead, what, context);
  AddSend(*lead, what, context);
  AddAnswer(*lead, context, "take", Way::kTake);
  AddAnswer(*lead, context, "decline", Way::kDecline);
  AddAnswer(*lead, context, "update", Way::kUpdate);
  AddShow(*lead, context);
  AddList(*lead, what, context);
  AddRecall(*lead, what, context);
}

}  // namespace entente::cli

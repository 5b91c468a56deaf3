#include <memory>

#include "cli/commands.h"
#include "cli/record_commands.h"

namespace entente::cli {
namespace {

struct AnswerOptions {
  std::string record;
  std::string reason;
  std::string reference;
  std::string justification;
};

void Answer(Context& context, const AnswerOptions& options, bool taken) {
  v1::AnswerLeadRequest request;
  request.set_record_id(options.record);
  request.set_taken(taken);
  request.set_reason(options.reason);
  request.set_own_reference(options.reference);
  request.set_justification(options.justification);
  const auto response = context.Call(&v1::Desk::Stub::AnswerLead, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("lead.answered", {response->reference(), response->record_id()}) << "\n";
}

void AddAnswer(CLI::App& lead, Context& context, bool taken) {
  auto* const command = lead.add_subcommand(
      taken ? "take" : "decline", taken ? "Take up a lead; the sender is told."
                                        : "Decline a lead with a reason; the sender is told.");
  auto options = std::make_shared<AnswerOptions>();
  command->add_option("record", options->record, "record id or spoken reference")->required();
  auto* const reason = command->add_option(
      "--reason", options->reason, taken ? "a remark for the sender" : "why it is declined");
  if (!taken) reason->required();
  command->add_option("--reference", options->reference, "your own file reference");
  command
      ->add_option("--justification", options->justification,
                   "why you act; kept in this node's log")
      ->required();
  command->callback([&context, options, taken] { Answer(context, *options, taken); });
}

}  // namespace

void AddLeadCommands(CLI::App& app, Context& context) {
  const RecordCommands what{v1::RECORD_KIND_LEAD, "a lead", "send"};
  auto* const lead = app.add_subcommand(
      "lead", "Asset leads to partner FIUs: preview, send, take, decline, list, recall.");
  lead->require_subcommand(1);
  AddPreview(*lead, what, context);
  AddSend(*lead, what, context);
  AddAnswer(*lead, context, true);
  AddAnswer(*lead, context, false);
  AddList(*lead, what, context);
  AddRecall(*lead, what, context);
}

}  // namespace entente::cli

#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/draft.h"
#include "cli/render.h"

namespace entente::cli {
namespace {

struct SendOptions {
  std::string draft;
  std::vector<std::string> recipients;
  std::string justification;
  std::string as;
};

struct AnswerOptions {
  std::string record;
  std::string reason;
  std::string reference;
  std::string justification;
};

// By the sender's own policy; the destination's has not spoken yet. Of a SendLeadResponse or a
// PreviewLeadResponse.
template <typename Response>
bool ReachesSomebody(const Response& response) {
  return std::ranges::any_of(response.recipients(), [](const v1::RecipientPreview& recipient) {
    return recipient.verdict() != v1::VERDICT_REFUSE;
  });
}

absl::StatusOr<v1::SendLeadRequest> DraftOf(const SendOptions& options) {
  auto request = ReadLeadDraft(options.draft, SystemClock().Now());
  if (!request.ok()) return request;
  for (const std::string& recipient : options.recipients) request->add_recipients(recipient);
  request->set_justification(options.justification);
  return request;
}

void Preview(Context& context, const SendOptions& options) {
  const auto request = DraftOf(options);
  if (!request.ok()) return context.Fail(request.status());
  const auto& to = request->recipients();
  if (!options.as.empty() && std::ranges::find(to, options.as) == to.end()) {
    return context.Fail(
        absl::InvalidArgumentError(context.Say("preview.no-recipient", {options.as})));
  }
  const auto response = context.Call(&v1::Desk::Stub::PreviewLead, *request);
  if (!response) return;
  if (!ReachesSomebody(*response)) context.exit_code = kAnswerIsNo;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderPreview(context.language(), *response);
  for (const v1::RecipientPreview& recipient : response->recipients()) {
    if (recipient.recipient() != options.as) continue;
    std::cout << "\n" << RenderAs(context.language(), *request, recipient);
  }
}

void Send(Context& context, const SendOptions& options) {
  const auto request = DraftOf(options);
  if (!request.ok()) return context.Fail(request.status());
  const auto response = context.Call(&v1::Desk::Stub::SendLead, *request);
  if (!response) return;
  if (!ReachesSomebody(*response)) context.exit_code = kAnswerIsNo;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderSent(context.language(), *response);
}

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

void List(Context& context, const v1::ListLeadsRequest& request) {
  const auto response = context.CallPaged(&v1::Desk::Stub::ListLeads, request,
                                          [](const auto& all) { return all.leads_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderLeads(context.language(), *response, request.received());
}

void AddDraft(CLI::App& command, SendOptions& options) {
  command
      .add_option("--draft", options.draft, "the lead as a TOML file; docs/drafts.md has its form")
      ->required();
  command.add_option("--to", options.recipients, "recipient agencies, such as BR.fiu,DE.fiu")
      ->delimiter(',')
      ->required();
}

void AddPreview(CLI::App& lead, Context& context) {
  auto* const command = lead.add_subcommand(
      "preview", "Show what each recipient would get of a draft. Nothing is sent or kept.");
  auto options = std::make_shared<SendOptions>();
  AddDraft(*command, *options);
  command->add_option("--as", options->as,
                      "show the content as this recipient would see it, such as BR.fiu");
  command->callback([&context, options] { Preview(context, *options); });
}

void AddSend(CLI::App& lead, Context& context) {
  auto* const command = lead.add_subcommand(
      "send", "Send a lead to partner agencies. What goes to whom is decided by policy and shown.");
  auto options = std::make_shared<SendOptions>();
  AddDraft(*command, *options);
  command
      ->add_option("--justification", options->justification,
                   "why it is sent; kept in this node's log")
      ->required();
  command->callback([&context, options] { Send(context, *options); });
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

void AddList(CLI::App& lead, Context& context) {
  auto* const command = lead.add_subcommand(
      "list", "Leads sent, with the state at each recipient; overdue ones marked '!'.");
  auto request = std::make_shared<v1::ListLeadsRequest>();
  command->add_flag_callback(
      "--received", [request] { request->set_received(true); }, "the leads received instead");
  command->add_flag_callback(
      "--overdue", [request] { request->set_overdue_only(true); },
      "only leads with an overdue recipient");
  AddLimit(*command, request);
  command->callback([&context, request] { List(context, *request); });
}

}  // namespace

void AddLeadCommands(CLI::App& app, Context& context) {
  auto* const lead = app.add_subcommand(
      "lead", "Asset leads to partner FIUs: preview, send, take, decline, list.");
  lead->require_subcommand(1);
  AddPreview(*lead, context);
  AddSend(*lead, context);
  AddAnswer(*lead, context, true);
  AddAnswer(*lead, context, false);
  AddList(*lead, context);
}

}  // namespace entente::cli

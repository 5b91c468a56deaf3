#include <memory>

#include "cli/commands.h"
#include "cli/render.h"
#include "cli/render_people.h"
#include "cli/render_standing.h"
#include "core/record/words.h"

namespace entente::cli {
namespace {

void Status(Context& context) {
  const auto response = context.Call(&v1::Desk::Stub::Status, v1::StatusRequest());
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderStatus(context.language(), *response);
}

void Inbox(Context& context, const v1::InboxRequest& request) {
  const auto response = context.CallPaged(&v1::Desk::Stub::Inbox, request,
                                          [](const auto& all) { return all.items_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderInbox(context.language(), *response);
}

bool AddWithout(Context& context, const std::vector<std::string>& kinds,
                v1::InboxRequest& request) {
  for (const std::string& word : kinds) {
    const auto kind = record::KindFromWord(word);
    if (!kind) {
      context.Fail(Told(absl::StatusCode::kInvalidArgument, "unit.no-kind", {word}));
      return false;
    }
    request.add_without(*kind);
  }
  return true;
}

void Show(Context& context, const v1::ShowRequest& request) {
  const auto response = context.Call(&v1::Desk::Stub::Show, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderShown(context.language(), *response);
}

void Log(Context& context, const v1::ConsultationsRequest& request) {
  const auto response = context.CallPaged(&v1::Desk::Stub::Consultations, request,
                                          [](const auto& all) { return all.consultations_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderConsultations(context.language(), *response);
}

void Keys(Context& context) {
  const auto response = context.Call(&v1::Desk::Stub::Keys, v1::KeysRequest());
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderKeys(context.language(), *response);
}

void AddShow(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "show",
      "Read a record. Each reading is logged with your name, the purpose and the justification.");
  auto request = std::make_shared<v1::ShowRequest>();
  command
      ->add_option_function<std::string>(
          "record", [request](const std::string& text) { request->set_record_id(text); },
          "record id or spoken reference; ORIGIN/ before it when two records share one")
      ->required();
  command
      ->add_option_function<std::string>(
          "--purpose", [request](const std::string& text) { request->set_purpose(text); },
          "purpose of this reading, a word of the vocabulary")
      ->required();
  command
      ->add_option_function<std::string>(
          "--justification",
          [request](const std::string& text) { request->set_justification(text); },
          "why you read it")
      ->required();
  command->callback([&context, request] { Show(context, *request); });
}

void AddLog(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "log", "Who read what, when and why, at this node. Reading the log is logged as well.");
  auto request = std::make_shared<v1::ConsultationsRequest>();
  command->add_option_function<std::string>(
      "--record", [request](const std::string& text) { request->set_record_id(text); },
      "only this record: its id or spoken reference");
  command->add_flag_callback(
      "--outside", [request] { request->set_outside_only(true); },
      "only reads by officers to whom the record is not assigned");
  command
      ->add_option_function<std::string>(
          "--justification",
          [request](const std::string& text) { request->set_justification(text); },
          "why you read the log")
      ->required();
  AddLimit(*command, request);
  command->callback([&context, request] { Log(context, *request); });
}

}  // namespace

void AddInboxCommands(CLI::App& app, Context& context) {
  app.add_subcommand("status", "This node's agency, log, connection, counts and alarms.")
      ->callback([&context] { Status(context); });
  auto* const inbox =
      app.add_subcommand("inbox", "Records received, newest last, without their content.");
  auto request = std::make_shared<v1::InboxRequest>();
  inbox->add_flag_callback(
      "--unread", [request] { request->set_unread_only(true); }, "only unread ones");
  inbox->add_flag_callback(
      "--mine", [request] { request->set_mine_only(true); },
      "only those assigned to you, or to your unit");
  inbox->add_flag_callback(
      "--restricted", [request] { request->set_restricted(true); },
      "only those that are kept and not used, which are left out else");
  auto without = std::make_shared<std::vector<std::string>>();
  inbox
      ->add_option("--without", *without,
                   "kinds that are left out unless urgent, such as alert; several with commas")
      ->delimiter(',');
  AddLimit(*inbox, request);
  inbox->callback([&context, request, without] {
    if (AddWithout(context, *without, *request)) Inbox(context, *request);
  });
  AddShow(app, context);
  AddLog(app, context);
  app.add_subcommand("keys", "This agency's keys with their use, state and time of validity.")
      ->callback([&context] { Keys(context); });
}

}  // namespace entente::cli

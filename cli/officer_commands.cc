#include <memory>

#include "cli/commands.h"
#include "cli/passphrase.h"
#include "cli/render_people.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

constexpr std::string_view kRoles =
    "author, releaser, reader, administrator, data-protection-officer, auditor";

void Add(Context& context, const v1::Officer& officer) {
  v1::AddOfficerRequest request;
  *request.mutable_officer() = officer;
  const auto response = context.Call(&v1::Desk::Stub::AddOfficer, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::string roles;
  for (const std::string& role : officer.roles()) {
    roles += (roles.empty() ? "" : ", ") + Word(context.language(), "role", role);
  }
  std::cout << context.Say("officer.added", {officer.id(), roles}) << "\n";
}

void List(Context& context) {
  const auto response = context.Call(&v1::Desk::Stub::ListOfficers, v1::ListOfficersRequest());
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderOfficers(context.language(), *response);
}

// Whether there is an old one a desk that is locked does not say.
void SetPassphrase(Context& context) {
  v1::SetPassphraseRequest request;
  request.set_before(AskPassphrase(context.Say("session.ask-old")).value_or(""));
  request.set_passphrase(AskPassphrase(context.Say("session.ask-new")).value_or(""));
  if (AskPassphrase(context.Say("session.ask-again")).value_or("") != request.passphrase()) {
    return context.Fail(Told(absl::StatusCode::kInvalidArgument, "session.differ", {}));
  }
  const auto response = context.Call(&v1::Desk::Stub::SetPassphrase, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("session.set") << "\n";
}

void ResetPassphrase(Context& context, const v1::ResetPassphraseRequest& request) {
  const auto response = context.Call(&v1::Desk::Stub::ResetPassphrase, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("session.reset", {request.officer()}) << "\n";
}

void AddPassphrase(CLI::App& officer, Context& context) {
  officer
      .add_subcommand("passphrase",
                      "Set or change your own pass phrase: with one, your session locks when it is "
                      "idle. Asks for the old one, empty when there is none, and twice for the "
                      "new.")
      ->callback([&context] { SetPassphrase(context); });
  auto* const reset = officer.add_subcommand(
      "reset-passphrase", "Take away a forgotten pass phrase (administrators only).");
  auto request = std::make_shared<v1::ResetPassphraseRequest>();
  reset
      ->add_option_function<std::string>(
          "officer", [request](const std::string& text) { request->set_officer(text); },
          "officer id")
      ->required();
  reset->callback([&context, request] { ResetPassphrase(context, *request); });
}

}  // namespace

void AddOfficerCommands(CLI::App& app, Context& context) {
  auto* const officer = app.add_subcommand(
      "officer", "Who may use this desk: add, list; your own pass phrase, and your own key.");
  officer->require_subcommand(1);
  auto* const add = officer->add_subcommand(
      "add",
      "Let an officer use this desk (administrators only). The certificate is issued apart.");
  auto entry = std::make_shared<v1::Officer>();
  add->add_option_function<std::string>(
         "officer", [entry](const std::string& text) { entry->set_id(text); },
         "officer id, as in the certificate")
      ->required();
  add->add_option_function<std::vector<std::string>>(
         "--role",
         [entry](const std::vector<std::string>& roles) {
           entry->mutable_roles()->Assign(roles.begin(), roles.end());
         },
         std::string(kRoles) + "; several with commas")
      ->delimiter(',')
      ->check([](const std::string& role) {
        return HasSentence("role." + role) ? "" : "write some of " + std::string(kRoles);
      })
      ->required();
  add->add_option_function<std::string>(
      "--name", [entry](const std::string& text) { entry->set_name(text); }, "name for people");
  add->add_option_function<std::string>(
      "--unit", [entry](const std::string& text) { entry->set_unit(text); },
      "unit within the agency: its officers read what is assigned to it");
  add->callback([&context, entry] { Add(context, *entry); });
  officer->add_subcommand("list", "The officers of this desk and their roles.")
      ->callback([&context] { List(context); });
  AddPassphrase(*officer, context);
  AddOfficerKeyCommands(*officer, context);
}

}  // namespace entente::cli

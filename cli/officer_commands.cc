#include <memory>

#include "cli/commands.h"
#include "cli/render.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

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

}  // namespace

void AddOfficerCommands(CLI::App& app, Context& context) {
  auto* const officer = app.add_subcommand("officer", "Who may use this desk: add, list.");
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
         "author, releaser, reader, administrator, data-protection-officer, auditor; several with "
         "commas")
      ->delimiter(',')
      ->required();
  add->add_option_function<std::string>(
      "--name", [entry](const std::string& text) { entry->set_name(text); }, "name for people");
  add->add_option_function<std::string>(
      "--unit", [entry](const std::string& text) { entry->set_unit(text); },
      "unit within the agency");
  add->callback([&context, entry] { Add(context, *entry); });
  officer->add_subcommand("list", "The officers of this desk and their roles.")
      ->callback([&context] { List(context); });
}

}  // namespace entente::cli

#include <memory>

#include "cli/commands.h"
#include "cli/passphrase.h"
#include "cli/render_people.h"
#include "core/record/words.h"

namespace entente::cli {
namespace {

template <typename Request>
void AddJustification(CLI::App& command, const std::shared_ptr<Request>& request) {
  command
      .add_option_function<std::string>(
          "--justification",
          [request](const std::string& text) { request->set_justification(text); },
          "why, in your words; kept in this node's log")
      ->required();
}

void Assign(Context& context, const v1::AssignRequest& request) {
  const auto response = context.Call(&v1::Desk::Stub::Assign, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderAssigned(context.language(), *response);
}

void ListUnits(Context& context) {
  const auto response = context.Call(&v1::Desk::Stub::ListUnits, v1::ListUnitsRequest());
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderUnits(context.language(), *response);
}

void SetRule(Context& context, v1::UnitRule rule, const std::string& kind) {
  if (!kind.empty()) {
    const auto number = record::KindFromWord(kind);
    if (!number) {
      return context.Fail(Told(absl::StatusCode::kInvalidArgument, "unit.no-kind", {kind}));
    }
    rule.set_kind(*number);
  }
  v1::SetUnitRuleRequest request;
  *request.mutable_rule() = std::move(rule);
  const auto response = context.Call(&v1::Desk::Stub::SetUnitRule, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("unit.rule-set") << "\n";
}

void Reviewed(Context& context, const v1::ReviewOutsideRequest& request) {
  const auto response = context.Call(&v1::Desk::Stub::ReviewOutside, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("outside.reviewed",
                           {std::to_string(response->reviewed()), std::to_string(response->left())})
            << "\n";
}

void Unlock(Context& context) {
  v1::UnlockRequest request;
  request.set_passphrase(AskPassphrase(context.Say("session.ask")).value_or(""));
  const auto response = context.Call(&v1::Desk::Stub::Unlock, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("session.open", {std::to_string(response->idle_ms() / 60'000)}) << "\n";
}

void Lock(Context& context) {
  const auto response = context.Call(&v1::Desk::Stub::Lock, v1::LockRequest());
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("session.closed") << "\n";
}

void AddAssign(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "assign", "Say which unit and which officers a record, or a case, belongs to from now on.");
  auto request = std::make_shared<v1::AssignRequest>();
  command->add_option_function<std::string>(
      "record", [request](const std::string& text) { request->set_record_id(text); },
      "record id or spoken reference");
  command->add_option_function<std::string>(
      "--case", [request](const std::string& text) { request->set_case_id(text); },
      "a case in place of a record, with all that stands in it");
  command->add_option_function<std::string>(
      "--unit", [request](const std::string& text) { request->set_unit(text); }, "a unit");
  command
      ->add_option_function<std::vector<std::string>>(
          "--officer",
          [request](const std::vector<std::string>& ids) {
            request->mutable_officers()->Assign(ids.begin(), ids.end());
          },
          "officers by name; several with commas")
      ->delimiter(',');
  AddJustification(*command, request);
  command->callback([&context, request] { Assign(context, *request); });
}

void AddUnit(CLI::App& app, Context& context) {
  auto* const unit =
      app.add_subcommand("unit", "Which unit what comes is assigned to: list, rule.");
  unit->require_subcommand(1);
  unit->add_subcommand("list", "The units with their officers, and the rules.")
      ->callback([&context] { ListUnits(context); });
  auto* const rule = unit->add_subcommand(
      "rule",
      "Assign what comes from now on to a unit (administrators only). The rule that says most "
      "counts; one that names neither kind nor origin is for all else.");
  auto entry = std::make_shared<v1::UnitRule>();
  auto kind = std::make_shared<std::string>();
  rule->add_option("--kind", *kind, "only this kind of record, such as alert, lead or request");
  rule->add_option_function<std::string>(
      "--from", [entry](const std::string& text) { entry->set_origin(text); },
      "only from this agency (DE.fiu) or State (DE)");
  auto* const to = rule->add_option_function<std::string>(
      "--unit", [entry](const std::string& text) { entry->set_unit(text); }, "the unit");
  auto* const remove = rule->add_flag_callback(
      "--remove", [entry] { entry->clear_unit(); }, "take the rule for this kind and origin away");
  to->excludes(remove);
  rule->callback([&context, entry, kind, to, remove] {
    if (to->count() + remove->count() == 0) throw CLI::RequiredError("--unit or --remove");
    SetRule(context, *entry, *kind);
  });
}

void AddReviewed(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "reviewed",
      "You have looked at the reads outside the assigned unit (data-protection officers only).");
  auto request = std::make_shared<v1::ReviewOutsideRequest>();
  command
      ->add_option_function<uint64_t>(
          "--through", [request](uint64_t number) { request->set_through(number); },
          "up to this number of the log, as `log --outside` shows it")
      ->required();
  AddJustification(*command, request);
  command->callback([&context, request] { Reviewed(context, *request); });
}

}  // namespace

void AddPeopleCommands(CLI::App& app, Context& context) {
  AddAssign(app, context);
  AddUnit(app, context);
  AddReviewed(app, context);
  app.add_subcommand("lock",
                     "Lock your session at once, at whatever workstation; `unlock` opens it.")
      ->callback([&context] { Lock(context); });
  app.add_subcommand("unlock",
                     "Open your session, which locks when it is idle. Asks for your pass phrase.")
      ->callback([&context] { Unlock(context); });
}

}  // namespace entente::cli

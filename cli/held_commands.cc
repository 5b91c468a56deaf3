#include <memory>

#include "cli/commands.h"
#include "cli/render.h"

namespace entente::cli {
namespace {

void List(Context& context, const v1::ListHeldRequest& request) {
  const auto response =
      context.CallPaged(&v1::Desk::Stub::ListHeld, request,
                        [](const v1::ListHeldResponse& all) { return all.records_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderHeld(context.language(), *response);
}

void Judge(Context& context, const v1::JudgeHeldRequest& request) {
  const auto response = context.Call(&v1::Desk::Stub::JudgeHeld, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say(request.release() ? "held.released" : "held.refused",
                           {response->record_id()})
            << "\n";
}

template <typename Request>
void AddJustification(CLI::App& command, const std::shared_ptr<Request>& request) {
  command
      .add_option_function<std::string>(
          "--justification",
          [request](const std::string& text) { request->set_justification(text); },
          "why, in your words; kept in this node's log")
      ->required();
}

void AddJudge(CLI::App& group, bool release, const std::string& description, Context& context) {
  auto* const command = group.add_subcommand(release ? "release" : "refuse", description);
  auto request = std::make_shared<v1::JudgeHeldRequest>();
  request->set_release(release);
  command
      ->add_option_function<std::string>(
          "record", [request](const std::string& text) { request->set_record_id(text); },
          "record id or spoken reference")
      ->required();
  if (release) {
    command
        ->add_option_function<std::string>(
            "--seen", [request](const std::string& text) { request->set_seen(text); },
            "what `held list` printed beside the record: this, and nothing else, is let go")
        ->required();
  }
  AddJustification(*command, request);
  command->callback([&context, request] { Judge(context, *request); });
}

}  // namespace

void AddHeldCommands(CLI::App& app, Context& context) {
  auto* const held = app.add_subcommand(
      "held", "Records that wait until a second person has looked at them: list, release, refuse.");
  held->require_subcommand(1);
  auto* const list = held->add_subcommand(
      "list", "What is held and why, whole, with what each recipient would get and learn.");
  auto request = std::make_shared<v1::ListHeldRequest>();
  AddJustification(*list, request);
  list->callback([&context, request] { List(context, *request); });
  AddJudge(*held, true, "Let a record go as it was seen. Not by the officer who wrote it.",
           context);
  AddJudge(*held, false, "Keep a record from leaving, for good. Its author may write another.",
           context);
}

}  // namespace entente::cli

#include <memory>

#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/render_restrict.h"
#include "cli/subject_words.h"

namespace entente::cli {
namespace {

struct RestrictOptions {
  v1::RestrictRequest request;
  std::string ground;
  std::vector<std::string> obligations;
  std::vector<std::string> recipients;
};

void Restrict(Context& context, const RestrictOptions& options) {
  v1::RestrictRequest request = options.request;
  if (const auto* ground = ValueOf(*v1::RestrictionGround_descriptor(), options.ground)) {
    request.set_ground(static_cast<v1::RestrictionGround>(ground->number()));
  }
  request.mutable_obligations()->Assign(options.obligations.begin(), options.obligations.end());
  request.mutable_recipients()->Assign(options.recipients.begin(), options.recipients.end());
  const auto response = context.Call(&v1::Desk::Stub::Restrict, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  const std::string told = absl::StrJoin(response->recipients(), ", ");
  const bool lifted = request.ground() == v1::RESTRICTION_GROUND_LIFTED;
  std::cout << (told.empty() ? context.Say("restriction.nobody", {response->record_id()})
                : lifted     ? context.Say("restriction.done-lifted", {response->record_id(), told})
                             : context.Say("restriction.done", {response->record_id(), told}))
            << "\n";
}

void List(Context& context, const v1::ListRequest& request) {
  const auto response = context.CallPaged(&v1::Desk::Stub::ListRecords, request,
                                          [](const auto& all) { return all.records_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderRestricted(context.language(), *response);
}

std::string GroundRefusal(const std::string& word) {
  const auto& grounds = *v1::RestrictionGround_descriptor();
  const auto* const ground = ValueOf(grounds, word);
  const bool restricts = ground != nullptr && ground->number() != v1::RESTRICTION_GROUND_LIFTED;
  if (restricts) return "";
  return "write one of contested, evidence, source, law, safety; to lift: entente restrict lift";
}

// Which record, where, and why in words: of what restricts and of what lifts.
void AddCommon(CLI::App& command, RestrictOptions& options) {
  v1::RestrictRequest* const request = &options.request;
  command.add_option_function<std::string>(
      "record", [request](const std::string& text) { request->set_record_id(text); },
      "record id or spoken reference of a record that this agency sent");
  command
      .add_option("--to", options.recipients,
                  "only there, such as BR.fiu,DE.fiu; without it: wherever it went")
      ->delimiter(',');
  command.add_option_function<std::string>(
      "--justification", [request](const std::string& text) { request->set_justification(text); },
      "why, in your words; kept in this node's log");
}

void Demand(const CLI::App& command, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (command.get_option(name)->count() == 0) throw CLI::RequiredError(name);
  }
}

// The parser gives what a subcommand does not know to the command above it.
void RefuseBeside(const CLI::App& above) {
  for (const char* name : {"record", "--ground", "--processing", "--obligation"}) {
    if (above.get_option(name)->count() != 0) throw CLI::ExtrasError("restrict", {name});
  }
}

void AddLift(CLI::App& above, Context& context) {
  auto* const command = above.add_subcommand(
      "lift", "The record may be used again. Obligations that were added stay.");
  auto options = std::make_shared<RestrictOptions>();
  options->request.set_ground(v1::RESTRICTION_GROUND_LIFTED);
  AddCommon(*command, *options);
  command->callback([&context, options, command, &above] {
    RefuseBeside(above);
    Demand(*command, {"record", "--justification"});
    Restrict(context, *options);
  });
}

void AddRestricted(CLI::App& above, Context& context) {
  auto* const command = above.add_subcommand(
      "list", "What this agency restricted, where, and who has said that it holds.");
  auto request = std::make_shared<v1::ListRequest>();
  request->set_restricted_only(true);
  command->add_flag_callback(
      "--received", [request] { request->set_received(true); },
      "what other agencies restricted here instead");
  AddLimit(*command, request);
  command->callback([&context, request, &above] {
    RefuseBeside(above);
    List(context, *request);
  });
}

}  // namespace

void AddRestrictCommands(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand("restrict",
                                           "Restrict what recipients may do with a record that "
                                           "they have, whatever policy says by then.");
  auto options = std::make_shared<RestrictOptions>();
  AddCommon(*command, *options);
  command
      ->add_option("--ground", options->ground,
                   "why: contested, evidence, source (whoever gave the data restricts it), law, "
                   "safety")
      ->check(GroundRefusal);
  command->add_flag_callback(
      "--processing", [options] { options->request.set_processing(true); },
      "it is kept and not used: not found, not listed, nothing rests on it");
  command
      ->add_option("--obligation", options->obligations,
                   "taken on beside those that it has, such as onward:never; can be given again")
      ->allow_extra_args(false);
  AddLift(*command, context);
  AddRestricted(*command, context);
  command->callback([&context, options, command] {
    if (!command->get_subcommands().empty()) return;
    Demand(*command, {"record", "--ground", "--justification"});
    Restrict(context, *options);
  });
}

}  // namespace entente::cli

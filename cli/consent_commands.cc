#include <memory>

#include "cli/commands.h"
#include "cli/draft_fields.h"
#include "cli/record_commands.h"
#include "cli/render.h"
#include "cli/render_consent.h"
#include "core/base/clock.h"

namespace entente::cli {
namespace {

struct GiveOptions {
  v1::GiveConsentRequest request;
  std::vector<std::string> about;
  std::vector<std::string> data;
  std::string until;
};

void Give(Context& context, const GiveOptions& options) {
  v1::GiveConsentRequest request = options.request;
  request.mutable_about()->Assign(options.about.begin(), options.about.end());
  request.mutable_data()->Assign(options.data.begin(), options.data.end());
  const std::optional<Instant> until = InstantFrom(options.until, SystemClock().Now());
  if (!until) {
    return context.Fail(
        absl::InvalidArgumentError(context.Say("draft.instant", {"--until", options.until})));
  }
  request.set_until_ms(static_cast<uint64_t>(until->ms));
  const auto response = context.Call(&v1::Desk::Stub::GiveConsent, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderSent(context.language(), *response);
}

void List(Context& context, const v1::ListConsentsRequest& request) {
  const auto response =
      context.CallPaged(&v1::Desk::Stub::ListConsents, request,
                        [](const v1::ListConsentsResponse& all) { return all.consents_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderConsents(context.language(), *response);
}

void AddGive(CLI::App& group, Context& context) {
  auto* const command = group.add_subcommand(
      "give",
      "Let an agency that has a record of ours pass it on to a third. Our own policy is asked as "
      "if we sent it there.");
  auto options = std::make_shared<GiveOptions>();
  v1::GiveConsentRequest* const request = &options->request;
  const auto text = [command](const std::string& name, auto set, const std::string& description) {
    return command->add_option_function<std::string>(name, set, description);
  };
  text(
      "record", [request](const std::string& value) { request->set_record_id(value); },
      "record id or spoken reference of the record that we sent")
      ->required();
  text(
      "--holder", [request](const std::string& value) { request->set_holder(value); },
      "the agency that has it, such as FR.fiu")
      ->required();
  text(
      "--for", [request](const std::string& value) { request->set_recipient(value); },
      "the agency that it may go to, such as BR.fiu")
      ->required();
  text(
      "--purpose", [request](const std::string& value) { request->set_purpose(value); },
      "what it may go there for, a word of the vocabulary")
      ->required();
  command
      ->add_option("--about", options->about,
                   "categories of person, such as suspect,victim; without it: all that went to the "
                   "holder")
      ->delimiter(',');
  command
      ->add_option("--data", options->data,
                   "categories of data, such as financial; without it: all that went to the holder")
      ->delimiter(',');
  text(
      "--instrument", [request](const std::string& value) { request->set_instrument(value); },
      "between us and the agency that it may go to; without it: the only one for the purpose");
  command
      ->add_option("--until", options->until,
                   "until when: an instant such as 2026-12-31T00:00:00Z, or from now, such as P30D")
      ->required();
  text(
      "--text", [request](const std::string& value) { request->set_text(value); },
      "what is said to the holder");
  text(
      "--justification", [request](const std::string& value) { request->set_justification(value); },
      "why you consent; kept in this node's log")
      ->required();
  command->callback([&context, options] { Give(context, *options); });
}

}  // namespace

void AddConsentCommands(CLI::App& app, Context& context) {
  const RecordCommands what{v1::RECORD_KIND_CONSENT, "a consent", "give"};
  auto* const consent = app.add_subcommand(
      "consent", "Letting others pass on what this agency gave them: give, list, recall.");
  consent->require_subcommand(1);
  AddGive(*consent, context);
  auto* const list = consent->add_subcommand(
      "list", "Consents given and received, with what they let go, to whom, and until when.");
  auto request = std::make_shared<v1::ListConsentsRequest>();
  AddLimit(*list, request);
  list->callback([&context, request] { List(context, *request); });
  AddRecall(*consent, what, context);
}

}  // namespace entente::cli

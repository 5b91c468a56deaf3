#include <memory>

#include "cli/commands.h"
#include "cli/record_commands.h"
#include "cli/render_review.h"
#include "core/base/clock.h"

namespace entente::cli {
namespace {

struct ReviewOptions {
  v1::ReviewRequest request;
  std::string until;
};

void Keep(Context& context, const ReviewOptions& options) {
  v1::ReviewRequest request = options.request;
  const auto until = InstantOf(context, "--until", options.until);
  if (!until.ok()) return context.Fail(until.status());
  request.set_review_by_ms(*until);
  const auto response = context.Call(&v1::Desk::Stub::Review, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderReviewed(context.language(), *response);
}

void List(Context& context, v1::ListRequest request) {
  request.set_review_due_only(true);
  const auto response = context.CallPaged(&v1::Desk::Stub::ListRecords, request,
                                          [](const auto& all) { return all.records_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderReviews(context.language(), *response, SystemClock().Now());
}

constexpr const char* kKeepOptions[] = {"record", "--keep", "--until", "--justification"};

// All of them, or none.
bool Keeps(const CLI::App& command) {
  size_t given = 0;
  for (const char* name : kKeepOptions) given += command.get_option(name)->count() != 0 ? 1 : 0;
  if (given == 0) return false;
  for (const char* name : kKeepOptions) {
    if (command.get_option(name)->count() == 0) throw CLI::RequiredError(name);
  }
  return true;
}

}  // namespace

void AddReviewCommands(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "review",
      "Review whether others still need what this agency sent. Without a record: what is due "
      "within 30 days, or overdue, the soonest first. What nobody reviews is restricted, and "
      "recalled 30 days later.");
  auto options = std::make_shared<ReviewOptions>();
  v1::ReviewRequest* const request = &options->request;
  command->add_option_function<std::string>(
      "record", [request](const std::string& text) { request->set_record_id(text); },
      "record id or spoken reference of a record that this agency sent");
  command->add_flag_callback(
      "--keep", [] {},
      "the need stands: what the missed review restricted is used again. Where it "
      "does not stand: recall, restrict, or --replaces");
  command->add_option("--until", options->until,
                      "the next review: an instant, or a duration from now such as P1Y");
  command->add_option_function<std::string>(
      "--justification", [request](const std::string& text) { request->set_justification(text); },
      "why it is needed, in your words; kept in this node's log");
  auto* const list =
      command->add_subcommand("list", "What is due within 30 days, or overdue: the same.");
  auto asked = std::make_shared<v1::ListRequest>();
  AddLimit(*list, asked);
  command->callback([&context, options, command, list, asked] {
    const bool keeps = Keeps(*command);
    if (keeps && list->parsed()) throw CLI::ExtrasError("review", {"list"});
    if (keeps) return Keep(context, *options);
    List(context, *asked);
  });
}

}  // namespace entente::cli

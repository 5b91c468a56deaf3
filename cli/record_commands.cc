#include "cli/record_commands.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "cli/attachments.h"
#include "cli/commands.h"
#include "cli/draft.h"
#include "cli/draft_fields.h"
#include "cli/render.h"
#include "cli/subject_words.h"

namespace entente::cli {
namespace {

struct SendOptions {
  v1::RecordKind kind = v1::RECORD_KIND_UNSPECIFIED;
  std::string draft;
  std::vector<std::string> recipients;
  std::vector<std::string> consents;
  std::string about;
  std::string case_id;
  std::string replaces;
  std::string ground;
  std::vector<std::string> override_rules;
  std::string override_ground;
  std::string override_reason;
  std::vector<std::string> override_sources;
  std::string justification;
  std::string as;
};

// By the sender's own policy; the destination's has not spoken yet. Of a SendResponse or a
// PreviewResponse.
template <typename Response>
bool ReachesSomebody(const Response& response) {
  return std::ranges::any_of(response.recipients(), [](const v1::RecipientPreview& recipient) {
    return recipient.verdict() != v1::VERDICT_REFUSE;
  });
}

// Beside what the file says of it.
void AddOverride(const SendOptions& options, v1::Draft& draft) {
  if (options.override_rules.empty()) return;
  v1::DraftOverride& asked = *draft.mutable_override();
  for (const std::string& rule : options.override_rules) asked.add_rules(rule);
  for (const std::string& source : options.override_sources) asked.add_sources(source);
  if (const auto* ground = ValueOf(*v1::OverrideGround_descriptor(), options.override_ground)) {
    asked.set_ground(static_cast<v1::OverrideGround>(ground->number()));
  }
  if (!options.override_reason.empty()) asked.set_reason(options.override_reason);
}

absl::StatusOr<v1::Draft> DraftOf(const SendOptions& options) {
  auto draft = ReadDraft(options.draft, options.kind, SystemClock().Now());
  if (!draft.ok()) return draft;
  for (std::string recipient : options.recipients) {
    std::erase(recipient, ' ');
    draft->add_recipients(std::move(recipient));
  }
  for (const std::string& consent : options.consents) draft->add_with_consents(consent);
  AddOverride(options, *draft);
  draft->set_about(options.about);
  draft->set_case_id(options.case_id);
  draft->set_replaces(options.replaces);
  if (const auto* ground = ValueOf(*v1::RecallGround_descriptor(), options.ground)) {
    draft->set_replace_ground(static_cast<v1::RecallGround>(ground->number()));
  }
  draft->set_justification(options.justification);
  return draft;
}

// With those named in it who would get it, where the sender has chosen so.
v1::Draft AsSealed(v1::Draft draft, const v1::PreviewResponse& response) {
  if (!draft.show_recipients()) return draft;
  std::set<std::string> names;
  for (const v1::RecipientPreview& recipient : response.recipients()) {
    if (recipient.verdict() != v1::VERDICT_REFUSE) names.insert(recipient.recipient());
  }
  draft.mutable_sections(0)->mutable_content()->mutable_lead_ask()->mutable_recipients()->Assign(
      names.begin(), names.end());
  return draft;
}

void Preview(Context& context, const SendOptions& options) {
  auto request = DraftOf(options);
  if (!request.ok()) return context.Fail(request.status());
  const absl::Status described = DescribeFiles(*request->mutable_sections());
  if (!described.ok()) return context.Fail(described);
  const auto response = context.Call(&v1::Desk::Stub::Preview, *request);
  if (!response) return;
  const auto& to = response->recipients();
  if (!options.as.empty() &&
      std::ranges::find(to, options.as, &v1::RecipientPreview::recipient) == to.end()) {
    return context.Fail(
        absl::InvalidArgumentError(context.Say("preview.no-recipient", {options.as})));
  }
  if (!ReachesSomebody(*response)) context.exit_code = kAnswerIsNo;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderPreview(context.language(), *response);
  const v1::Draft shown = AsSealed(*request, *response);
  for (const v1::RecipientPreview& recipient : response->recipients()) {
    if (recipient.recipient() != options.as) continue;
    std::cout << "\n" << RenderAs(context.language(), shown, recipient);
  }
}

void Send(Context& context, const SendOptions& options) {
  auto request = DraftOf(options);
  if (!request.ok()) return context.Fail(request.status());
  if (!AttachFiles(context, *request->mutable_sections())) return;
  const auto response = context.Call(&v1::Desk::Stub::Send, *request);
  if (!response) {
    // Of one that is wrong nothing was closed either: that is the last step.
    const bool answered = context.exit_code == kAnswerIsNo && !context.settings.json;
    if (answered && !options.replaces.empty()) {
      std::cerr << context.Say("replaced.refused", {options.replaces}) << "\n";
    }
    return;
  }
  if (!ReachesSomebody(*response)) context.exit_code = kAnswerIsNo;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderSent(context.language(), *response);
}

void List(Context& context, const v1::ListRequest& request) {
  const auto response = context.CallPaged(&v1::Desk::Stub::ListRecords, request,
                                          [](const auto& all) { return all.records_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderRecords(context.language(), *response, request.received());
}

void Recall(Context& context, v1::RecallRequest request, const std::string& ground) {
  const auto* const value = ValueOf(*v1::RecallGround_descriptor(), ground);
  request.set_ground(static_cast<v1::RecallGround>(value->number()));
  const auto response = context.Call(&v1::Desk::Stub::Recall, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::string told;
  for (const std::string& one : response->recipients()) told += (told.empty() ? "" : ", ") + one;
  std::cout << (told.empty() ? context.Say("recall.nobody", {response->record_id()})
                             : context.Say("recall.done", {response->record_id(), told}))
            << "\n";
}

void AddOverrideOptions(CLI::App& command, SendOptions& options) {
  auto* const rules =
      command
          .add_option("--override", options.override_rules,
                      "in an emergency: the rules of our own that are to yield without the "
                      "consent that they wait for, such as FR-OUT-910; to one recipient, by two "
                      "officers' signatures, and the sources are told")
          ->delimiter(',');
  command
      .add_option("--override-ground", options.override_ground,
                  "what is in danger: " + CodesOf(*v1::OverrideGround_descriptor()))
      ->needs(rules)
      ->check([](const std::string& word) {
        return ValueOf(*v1::OverrideGround_descriptor(), word) == nullptr
                   ? "write one of " + CodesOf(*v1::OverrideGround_descriptor())
                   : "";
      });
  command
      .add_option("--override-reason", options.override_reason,
                  "why consent cannot be had in time; stays at this node, for the review")
      ->needs(rules);
  command
      .add_option("--source", options.override_sources,
                  "agencies that are told of the override, at least one of each State that gave "
                  "data; without it: all of those States")
      ->delimiter(',')
      ->needs(rules);
}

std::shared_ptr<SendOptions> AddDraft(CLI::App& command, const RecordCommands& what) {
  auto options = std::make_shared<SendOptions>();
  options->kind = what.kind;
  command
      .add_option("--draft", options->draft,
                  what.name + " as a TOML file; docs/drafts.md has its form")
      ->required();
  const bool post = what.kind == v1::RECORD_KIND_CASE_ITEM;
  command
      .add_option("--to", options->recipients,
                  std::string("recipient agencies, such as BR.fiu,DE.fiu") +
                      (post ? "; without it: all who are in the case" : ""))
      ->delimiter(',')
      ->required(!post);
  if (post || what.kind == v1::RECORD_KIND_REQUEST) {
    command
        .add_option("--case", options->case_id,
                    "the case that it stands in: its id or spoken reference")
        ->required(post);
  }
  command
      .add_option(
          "--consent", options->consents,
          "a consent that was received, by its id or spoken reference: it goes along to the "
          "agency that it is for; can be given again")
      ->allow_extra_args(false);
  AddOverrideOptions(command, *options);
  if (what.kind == v1::RECORD_KIND_REQUEST || what.kind == v1::RECORD_KIND_INFORMATION) {
    command.add_option("--about", options->about,
                       "the received record that it is about: its id or spoken reference");
  }
  return options;
}

CLI::Option* AddGround(CLI::App& command, const std::string& name, std::string& ground,
                       const std::string& description) {
  return command
      .add_option(name, ground, description + ": " + CodesOf(*v1::RecallGround_descriptor()))
      ->check([](const std::string& word) {
        return ValueOf(*v1::RecallGround_descriptor(), word) == nullptr
                   ? "write one of " + CodesOf(*v1::RecallGround_descriptor())
                   : "";
      });
}

}  // namespace

void AddPreview(CLI::App& group, const RecordCommands& what, Context& context) {
  auto* const command = group.add_subcommand(
      "preview", "Show what each recipient would get of a draft. Nothing is sent or kept.");
  auto options = AddDraft(*command, what);
  command->add_option("--as", options->as,
                      "show the content as this recipient would see it, such as BR.fiu");
  command->callback([&context, options] { Preview(context, *options); });
}

void AddSend(CLI::App& group, const RecordCommands& what, Context& context) {
  auto* const command = group.add_subcommand(
      what.verb, "Send " + what.name +
                     " to partner agencies. What goes to whom is decided by policy and shown.");
  auto options = AddDraft(*command, what);
  command->add_option("--replaces", options->replaces,
                      "the sent record that it corrects or takes the place of: every copy of that "
                      "is closed and erased");
  AddGround(*command, "--ground", options->ground,
            "with --replaces, why the old one goes; without it: replaced")
      ->needs("--replaces");
  command
      ->add_option("--justification", options->justification,
                   "why it is sent; kept in this node's log")
      ->required();
  command->callback([&context, options] { Send(context, *options); });
}

void AddList(CLI::App& group, const RecordCommands& what, Context& context) {
  auto* const command = group.add_subcommand(
      "list", "What was sent, with the state at each recipient; overdue ones marked '!'.");
  auto request = std::make_shared<v1::ListRequest>();
  request->set_kind(what.kind);
  command->add_flag_callback(
      "--received", [request] { request->set_received(true); }, "what was received instead");
  command->add_flag_callback(
      "--overdue", [request] { request->set_overdue_only(true); },
      "only those with an overdue recipient");
  AddLimit(*command, request);
  command->callback([&context, request] { List(context, *request); });
}

void AddRecall(CLI::App& group, const RecordCommands& what, Context& context) {
  auto* const command = group.add_subcommand(
      "recall", "Take back " + what.name +
                    " that this agency sent: every copy is closed and erased, ours first.");
  auto request = std::make_shared<v1::RecallRequest>();
  auto ground = std::make_shared<std::string>();
  command
      ->add_option_function<std::string>(
          "record", [request](const std::string& text) { request->set_record_id(text); },
          "record id or spoken reference")
      ->required();
  AddGround(*command, "--ground", *ground, "why")->required();
  command
      ->add_option_function<std::string>(
          "--justification",
          [request](const std::string& text) { request->set_justification(text); },
          "why, in your words; kept in this node's log")
      ->required();
  command->callback([&context, request, ground] { Recall(context, *request, *ground); });
}

void AddReviewBy(CLI::App& command, std::string& text) {
  command.add_option("--review-by", text,
                     "by when somebody here looks again whether it is still needed: an instant, or "
                     "a duration from now such as P1Y");
}

absl::StatusOr<uint64_t> InstantOf(const Context& context, std::string_view option,
                                   const std::string& text) {
  const std::optional<Instant> instant = InstantFrom(text, SystemClock().Now());
  if (instant) return static_cast<uint64_t>(instant->ms);
  return absl::InvalidArgumentError(context.Say("draft.instant", {option, text}));
}

}  // namespace entente::cli

#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/record_commands.h"
#include "cli/render_case.h"
#include "cli/subject_words.h"

namespace entente::cli {
namespace {

// "DE.fiu", or "DE.fiu=observer".
absl::StatusOr<v1::CaseMember> MemberOf(const Context& context, const std::string& text) {
  const size_t sign = text.find('=');
  const std::string role = sign == std::string::npos ? "investigator" : text.substr(sign + 1);
  const auto* const value = ValueOf(*v1::CaseRole_descriptor(), role);
  if (value == nullptr) {
    return absl::InvalidArgumentError(
        context.Say("case.no-role", {role, CodesOf(*v1::CaseRole_descriptor())}));
  }
  v1::CaseMember member;
  member.set_agency(text.substr(0, sign));
  member.set_role(static_cast<v1::CaseRole>(value->number()));
  return member;
}

template <typename Request>
bool AddMembers(Context& context, const std::vector<std::string>& texts, Request& request) {
  for (const std::string& text : texts) {
    auto member = MemberOf(context, text);
    if (!member.ok()) {
      context.Fail(member.status());
      return false;
    }
    *request.add_members() = *std::move(member);
  }
  return true;
}

struct OpenOptions {
  v1::OpenCaseRequest request;
  std::vector<std::string> members;
  std::string expires = "P1Y";
};

void Open(Context& context, const OpenOptions& options) {
  v1::OpenCaseRequest request = options.request;
  if (!AddMembers(context, options.members, request)) return;
  auto expires = InstantOf(context, "--expires", options.expires);
  if (!expires.ok()) return context.Fail(expires.status());
  request.set_expires_ms(*expires);
  const auto response = context.Call(&v1::Desk::Stub::OpenCase, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderChange(context.language(), *response);
}

struct ChangeOptions {
  v1::ChangeCaseRequest request;
  std::vector<std::string> add;
  std::vector<std::string> remove;
  std::string expires;
};

void Change(Context& context, const ChangeOptions& options) {
  v1::ChangeCaseRequest request = options.request;
  if (!AddMembers(context, options.add, request)) return;
  request.mutable_remove()->Assign(options.remove.begin(), options.remove.end());
  if (!options.expires.empty()) {
    auto expires = InstantOf(context, "--expires", options.expires);
    if (!expires.ok()) return context.Fail(expires.status());
    request.set_expires_ms(*expires);
  }
  const auto response = context.Call(&v1::Desk::Stub::ChangeCase, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderChange(context.language(), *response);
}

template <typename Response, typename Request, typename Call, typename Render>
void Ask(Context& context, Call call, const Request& request, Render render) {
  const auto response = context.Call(call, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << render(context.language(), *response);
}

// The answer is no when there was something to share, and none of it goes.
void Share(Context& context, const v1::ShareCaseRequest& request) {
  const auto response = context.Call(&v1::Desk::Stub::ShareCase, request);
  if (!response) return;
  const auto goes = [](const v1::SharedEntry& entry) { return !entry.copy_id().empty(); };
  if (!response->entries().empty() && std::ranges::none_of(response->entries(), goes)) {
    context.exit_code = kAnswerIsNo;
  }
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderShared(context.language(), *response);
}

// Sets one text field of the request that `options` points to.
template <typename Set>
CLI::Option* AddText(CLI::App& command, const std::string& name, Set set,
                     const std::string& description) {
  return command.add_option_function<std::string>(name, set, description);
}

void AddOpen(CLI::App& group, Context& context) {
  auto* const command = group.add_subcommand(
      "open", "Open a case that this agency owns, and tell its members who is in it.");
  auto options = std::make_shared<OpenOptions>();
  v1::OpenCaseRequest* const request = &options->request;
  AddText(
      *command, "--title", [request](const std::string& v) { request->set_title(v); },
      "what it is called; members read it")
      ->required();
  command
      ->add_option("--member", options->members,
                   "agencies that are in it, such as BR.fiu,DE.fiu=observer; who observes does "
                   "not post")
      ->delimiter(',')
      ->required();
  AddText(
      *command, "--purpose", [request](const std::string& v) { request->set_purpose(v); },
      "what the work is for, a word of the vocabulary, such as investigate")
      ->required();
  AddText(
      *command, "--handling", [request](const std::string& v) { request->add_handling(v); },
      "handling code of the membership, such as H1")
      ->required();
  AddText(
      *command, "--evaluation", [request](const std::string& v) { request->set_evaluation(v); },
      "4x4 evaluation of the membership, such as A1")
      ->required();
  command->add_option("--expires", options->expires,
                      "until when the case runs: an instant, or from now, such as P90D or P1Y");
  AddText(
      *command, "--justification",
      [request](const std::string& v) { request->set_justification(v); },
      "why, in your words; kept in this node's log")
      ->required();
  command->callback([&context, options] { Open(context, *options); });
}

void AddChange(CLI::App& group, Context& context) {
  auto* const command = group.add_subcommand(
      "change",
      "Add members to a case of this agency, or remove them: who is removed gets nothing "
      "from then on.");
  auto options = std::make_shared<ChangeOptions>();
  v1::ChangeCaseRequest* const request = &options->request;
  AddText(
      *command, "case", [request](const std::string& v) { request->set_case_id(v); },
      "id of the case, or its spoken reference")
      ->required();
  command->add_option("--add", options->add, "agencies that come, such as BR.fiu,DE.fiu=observer")
      ->delimiter(',');
  command->add_option("--remove", options->remove, "agencies that go")->delimiter(',');
  command->add_option(
      "--expires", options->expires,
      "until when the case runs: an instant, or from now, such as P1Y; without it: as before");
  AddText(
      *command, "--justification",
      [request](const std::string& v) { request->set_justification(v); },
      "why, in your words; kept in this node's log")
      ->required();
  command->callback([&context, options] { Change(context, *options); });
}

void AddCaseList(CLI::App& group, Context& context) {
  auto* const list = group.add_subcommand("list", "The cases that this agency owns or is in.");
  list->callback([&context] {
    Ask<v1::ListCasesResponse>(context, &v1::Desk::Stub::ListCases, v1::ListCasesRequest(),
                               RenderCases);
  });
  auto* const show = group.add_subcommand(
      "show", "Who is in a case, and what was posted, without its content: `show` reads that.");
  auto request = std::make_shared<v1::ShowCaseRequest>();
  AddText(
      *show, "case", [request](const std::string& v) { request->set_case_id(v); },
      "id of the case, or its spoken reference")
      ->required();
  show->callback([&context, request] {
    Ask<v1::ShowCaseResponse>(context, &v1::Desk::Stub::ShowCase, *request, RenderCase);
  });
}

void AddShare(CLI::App& group, Context& context) {
  auto* const command = group.add_subcommand(
      "share", "Send one who came later what this agency posted so far, as policy decides today.");
  auto request = std::make_shared<v1::ShareCaseRequest>();
  AddText(
      *command, "case", [request](const std::string& v) { request->set_case_id(v); },
      "id of the case, or its spoken reference")
      ->required();
  AddText(
      *command, "--to", [request](const std::string& v) { request->set_recipient(v); },
      "the member who came later")
      ->required();
  AddText(
      *command, "--justification",
      [request](const std::string& v) { request->set_justification(v); },
      "why, in your words; kept in this node's log")
      ->required();
  command->callback([&context, request] { Share(context, *request); });
}

}  // namespace

void AddCaseCommands(CLI::App& app, Context& context) {
  auto* const group = app.add_subcommand(
      "case", "Joint investigations: open, change, list, show, preview, post, recall, share.");
  group->require_subcommand(1);
  const RecordCommands post{v1::RECORD_KIND_CASE_ITEM, "a case item", "post"};
  AddOpen(*group, context);
  AddChange(*group, context);
  AddCaseList(*group, context);
  AddPreview(*group, post, context);
  AddSend(*group, post, context);
  AddRecall(*group, post, context);
  AddShare(*group, context);
}

}  // namespace entente::cli

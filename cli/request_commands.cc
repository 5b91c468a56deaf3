#include <memory>

#include "cli/attachments.h"
#include "cli/commands.h"
#include "cli/draft.h"
#include "cli/record_commands.h"
#include "cli/subject_words.h"

namespace entente::cli {
namespace {

struct AnswerOptions {
  v1::AnswerRequest request;
  std::string state;
  std::string ground;
  std::string sections;
  std::string review_by;
};

void Answer(Context& context, const AnswerOptions& options) {
  v1::AnswerRequest request = options.request;
  request.set_state(
      static_cast<v1::ReplyState>(ValueOf(*v1::ReplyState_descriptor(), options.state)->number()));
  if (!options.ground.empty()) {
    request.set_ground(static_cast<v1::RefusalGround>(
        ValueOf(*v1::RefusalGround_descriptor(), options.ground)->number()));
  }
  if (!options.sections.empty()) {
    auto sections = ReadSectionsFile(options.sections);
    if (!sections.ok()) return context.Fail(sections.status());
    for (v1::DraftSection& section : *sections) *request.add_sections() = std::move(section);
    if (!AttachFiles(context, *request.mutable_sections())) return;
  }
  if (!options.review_by.empty()) {
    const auto by = InstantOf(context, "--review-by", options.review_by);
    if (!by.ok()) return context.Fail(by.status());
    request.set_review_by_ms(*by);
  }
  const auto response = context.Call(&v1::Desk::Stub::Answer, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("lead.answered", {response->reference(), response->record_id()}) << "\n";
}

// A word of a closed list.
void AddWord(CLI::App& command, const std::string& name, std::string& word,
             const google::protobuf::EnumDescriptor& list, const std::string& description,
             bool required) {
  command.add_option(name, word, description + ": " + CodesOf(list))
      ->required(required)
      ->check([&list](const std::string& text) {
        return ValueOf(list, text) == nullptr ? "write one of " + CodesOf(list) : "";
      });
}

void AddAnswer(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "answer", "Answer a request that was received: accept it, ask back, answer, or refuse.");
  auto options = std::make_shared<AnswerOptions>();
  v1::AnswerRequest* const request = &options->request;
  const auto text = [command](const std::string& name, auto set, const std::string& description) {
    return command->add_option_function<std::string>(name, set, description);
  };
  text(
      "record", [request](const std::string& value) { request->set_record_id(value); },
      "record id or spoken reference of the request")
      ->required();
  AddWord(*command, "--state", options->state, *v1::ReplyState_descriptor(), "what it is", true);
  AddWord(*command, "--ground", options->ground, *v1::RefusalGround_descriptor(),
          "of a refusal, why", false);
  text(
      "--text", [request](const std::string& value) { request->set_text(value); },
      "what is said to who asked");
  command->add_option("--sections", options->sections,
                      "what is told beside it, as a TOML file; docs/drafts.md has its form");
  text(
      "--reference", [request](const std::string& value) { request->set_own_reference(value); },
      "your own file reference");
  text(
      "--replaces", [request](const std::string& value) { request->set_replaces(value); },
      "the answer to the same request that this one corrects: it is recalled once the log has let "
      "this one go");
  AddReviewBy(*command, options->review_by);
  text(
      "--justification", [request](const std::string& value) { request->set_justification(value); },
      "why you act; kept in this node's log")
      ->required();
  command->callback([&context, options] { Answer(context, *options); });
}

}  // namespace

void AddRequestCommands(CLI::App& app, Context& context) {
  const RecordCommands asked{v1::RECORD_KIND_REQUEST, "a request", "send"};
  auto* const request = app.add_subcommand(
      "request",
      "Requests to partner agencies, with a time to answer: preview, send, list, recall.");
  request->require_subcommand(1);
  AddPreview(*request, asked, context);
  AddSend(*request, asked, context);
  AddList(*request, asked, context);
  AddRecall(*request, asked, context);
  AddAnswer(app, context);
  const RecordCommands told{v1::RECORD_KIND_INFORMATION, "information", "send"};
  auto* const information = app.add_subcommand(
      "information", "Information that wants no answer: preview, send, list, recall.");
  information->require_subcommand(1);
  AddPreview(*information, told, context);
  AddSend(*information, told, context);
  AddList(*information, told, context);
  AddRecall(*information, told, context);
}

}  // namespace entente::cli

#include <memory>

#include "cli/attachments.h"
#include "cli/commands.h"

namespace entente::cli {
namespace {

struct SaveOptions {
  v1::ReadAttachmentRequest request;
  std::string out;
};

void Save(Context& context, const SaveOptions& options) {
  const auto saved = SaveAttachment(context, options.request, options.out);
  if (!saved) return;
  context.Done(
      context.Say("attachment.saved", {options.out, saved->name(), std::to_string(saved->size())}),
      {{"file", options.out}, {"name", saved->name()}, {"size", saved->size()}});
}

void AddText(CLI::App& command, const std::string& name, std::string* text,
             const std::string& description, bool required) {
  command
      .add_option_function<std::string>(
          name, [text](const std::string& value) { *text = value; }, description)
      ->required(required);
}

}  // namespace

void AddAttachmentCommands(CLI::App& app, Context& context) {
  auto* const group = app.add_subcommand(
      "attachment", "Files that go with records. A draft names the file; see docs/drafts.md.");
  group->require_subcommand(1);
  auto* const save = group->add_subcommand(
      "save", "Write an attachment of a record to a file. Logged as a reading, with your reason.");
  auto options = std::make_shared<SaveOptions>();
  v1::ReadAttachmentRequest& request = options->request;
  AddText(*save, "record", request.mutable_record_id(), "record id or spoken reference", true);
  AddText(*save, "--out", &options->out, "the file to write, which must not be there", true);
  AddText(*save, "--section", request.mutable_section_id(),
          "the section's id, when the record has several attachments", false);
  AddText(*save, "--purpose", request.mutable_purpose(),
          "purpose of this reading, a word of the vocabulary", true);
  AddText(*save, "--justification", request.mutable_justification(), "why you read it", true);
  save->callback([&context, options] { Save(context, *options); });
}

}  // namespace entente::cli

#include <filesystem>
#include <memory>
#include <vector>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/question_options.h"
#include "cli/render.h"
#include "cli/render_subject.h"
#include "cli/subject_words.h"

namespace entente::cli {
namespace {

struct ReportOptions {
  std::shared_ptr<AskedFor> who = std::make_shared<AskedFor>();
  std::vector<std::string> told, withheld, silent;
  bool for_subject = false;
  std::string supervisor;
  std::string out;
};

absl::Status Wrong(const char* key, std::vector<std::string> arguments) {
  return Told(absl::StatusCode::kInvalidArgument, key, std::move(arguments));
}

// RECORD or RECORD:REASON; a spoken reference and an origin have no colon.
absl::StatusOr<v1::AccessDecision> ReadTold(const std::string& text) {
  const size_t colon = std::min(text.find(':'), text.size());
  if (colon == 0) return Wrong("subject.decision-form", {text});
  v1::AccessDecision decision;
  decision.set_told(true);
  decision.set_record_id(text.substr(0, colon));
  decision.set_reason(text.substr(std::min(colon + 1, text.size())));
  return decision;
}

// RECORD=GROUND or RECORD=GROUND:REASON.
absl::StatusOr<v1::AccessDecision> ReadWithheld(const std::string& text, bool silent) {
  const size_t equals = std::min(text.find('='), text.size());
  const size_t colon = std::min(text.find(':', equals), text.size());
  const auto& grounds = *v1::AccessGround_descriptor();
  const auto* const ground =
      equals + 1 >= colon ? nullptr : ValueOf(grounds, text.substr(equals + 1, colon - equals - 1));
  if (equals == 0 || ground == nullptr) {
    return Wrong("subject.withhold-form", {text, CodesOf(grounds)});
  }
  v1::AccessDecision decision;
  decision.set_record_id(text.substr(0, equals));
  decision.set_ground(static_cast<v1::AccessGround>(ground->number()));
  decision.set_silent(silent);
  decision.set_reason(text.substr(std::min(colon + 1, text.size())));
  return decision;
}

absl::Status AddDecisions(const ReportOptions& options, v1::SubjectReportRequest& request) {
  const auto add = [&](absl::StatusOr<v1::AccessDecision> read) {
    if (!read.ok()) return read.status();
    *request.add_decisions() = *std::move(read);
    return absl::OkStatus();
  };
  absl::Status status;
  for (const std::string& text : options.told) status.Update(add(ReadTold(text)));
  for (const std::string& text : options.withheld) status.Update(add(ReadWithheld(text, false)));
  for (const std::string& text : options.silent) status.Update(add(ReadWithheld(text, true)));
  return status;
}

// Before anything is asked: what is given is logged as given.
absl::Status CheckOptions(const ReportOptions& options) {
  if (options.for_subject && options.supervisor.empty()) {
    return Wrong("subject.supervisor-missing", {});
  }
  std::error_code none;
  if (options.out.empty() || !std::filesystem::exists(options.out, none)) return absl::OkStatus();
  return Wrong("subject.file-there", {options.out});
}

absl::StatusOr<std::string> TextOf(const Context& context, const ReportOptions& options,
                                   const v1::SubjectReportResponse& report) {
  if (context.settings.json) {
    absl::StatusOr<std::string> json = RenderJson(report);
    return json.ok() ? *json + "\n" : json;
  }
  return options.for_subject ? RenderSubjectAnswer(context.language(), report, options.supervisor)
                             : RenderSubjectReport(context.language(), report);
}

void Report(Context& context, const ReportOptions& options) {
  if (const auto checked = CheckOptions(options); !checked.ok()) return context.Fail(checked);
  if (const auto read = ReadZone(*options.who); !read.ok()) return context.Fail(read);
  v1::SubjectReportRequest request;
  *request.mutable_who() = options.who->request;
  request.set_for_subject(options.for_subject);
  if (const auto read = AddDecisions(options, request); !read.ok()) return context.Fail(read);
  const auto report = context.CallPaged(&v1::Desk::Stub::SubjectReport, request,
                                        [](const auto& all) { return all.items_size(); });
  if (!report) return;
  const auto text = TextOf(context, options, *report);
  if (!text.ok()) return context.Fail(text.status());
  if (options.out.empty()) {
    std::cout << *text;
    return;
  }
  if (const auto saved = WritePrivateText(options.out, *text); !saved.ok()) {
    return context.Fail(saved);
  }
  context.Done(context.Say("subject.written", {options.out}), {{"out", options.out}});
}

void AddDecisionOptions(CLI::App& command, ReportOptions& options) {
  command
      .add_option(
          "--tell", options.told,
          "RECORD or RECORD:REASON: the person is told of it; the reason is needed for what "
          "came from another State: what that State said. Can be given again")
      ->allow_extra_args(false);
  command
      .add_option("--withhold", options.withheld,
                  "RECORD=GROUND or RECORD=GROUND:REASON: the person is not told of it; grounds: "
                  "obstruct-inquiry, prejudice-detection, public-security, national-security, "
                  "rights-of-others. Can be given again")
      ->allow_extra_args(false);
  command
      .add_option("--withhold-silently", options.silent,
                  "the same, where that something is withheld must not be said either")
      ->allow_extra_args(false);
}

void AddReport(CLI::App& subject, Context& context) {
  auto* const command = subject.add_subcommand(
      "report",
      "Everything that this node holds about a person who asks, and what they are told of it "
      "(data-protection officers). Each decision is logged with its ground.");
  auto options = std::make_shared<ReportOptions>();
  AddQuestion(*command, options->who);
  AddDecisionOptions(*command, *options);
  command->add_flag("--for-subject", options->for_subject,
                    "the answer to the person; every record that names them must be decided on");
  command->add_option("--supervisor", options->supervisor,
                      "name and address of the supervisory authority, for the answer");
  command->add_option("--out", options->out, "a new file to write, mode 0600")->type_name("FILE");
  auto& who = options->who->request;
  command->add_option_function<std::string>(
      "--purpose", [&who](const std::string& text) { who.set_purpose(text); },
      "a word of the vocabulary for the log; without it, each record's own");
  command
      ->add_option_function<std::string>(
          "--justification", [&who](const std::string& text) { who.set_justification(text); },
          "who asked and when; kept in this node's log")
      ->required();
  command->callback([&context, options] { Report(context, *options); });
}

}  // namespace

void AddSubjectCommands(CLI::App& app, Context& context) {
  auto* const subject =
      app.add_subcommand("subject", "A person who asks what is held about them: report.");
  subject->require_subcommand(1);
  AddReport(*subject, context);
}

}  // namespace entente::cli

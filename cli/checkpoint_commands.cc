#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"

namespace entente::cli {
namespace {

struct CheckpointOptions {
  std::string file, origin, out;
};

absl::Status Keep(const std::string& out, const std::string& text) {
  return out.empty() ? absl::OkStatus() : WriteText(out, text);
}

void Show(Context& context, const CheckpointOptions& options) {
  const auto response = context.Call(&v1::Desk::Stub::LogCheckpoint, v1::LogCheckpointRequest());
  if (!response) return;
  const bool witnessed = !response->witnessed().empty();
  const std::string& note = witnessed ? response->witnessed() : response->checkpoint();
  if (const auto kept = Keep(options.out, note); !kept.ok()) return context.Fail(kept);
  if (context.settings.json) return context.PrintJson(*response);
  if (!options.out.empty()) {
    return context.Done(context.Say("checkpoint.kept", {options.out}), {{"file", options.out}});
  }
  if (note.empty()) {
    std::cout << context.Say("checkpoint.none") << "\n";
    return;
  }
  std::cout << note;
}

void Compare(Context& context, const CheckpointOptions& options) {
  auto note = ReadFile(options.file, limits::kConfigBytes);
  if (!note.ok()) return context.Fail(note.status());
  v1::CompareLogRequest request;
  request.set_checkpoint(*std::move(note));
  request.set_origin(options.origin);
  const auto response = context.Call(&v1::Desk::Stub::CompareLog, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say(response->beyond() ? "checkpoint.beyond" : "checkpoint.fits",
                           {options.origin, std::to_string(response->their_size()),
                            std::to_string(response->our_size())})
            << "\n";
}

void Fork(Context& context, const CheckpointOptions& options) {
  const auto response = context.Call(&v1::Desk::Stub::LogCheckpoint, v1::LogCheckpointRequest());
  if (!response) return;
  if (response->has_fork() && !response->fork().proof().empty()) {
    if (const auto kept = Keep(options.out, response->fork().proof()); !kept.ok()) {
      return context.Fail(kept);
    }
  }
  if (context.settings.json) return context.PrintJson(*response);
  if (!response->has_fork()) {
    std::cout << context.Say("checkpoint.no-fork") << "\n";
    return;
  }
  const v1::LogFork& fork = response->fork();
  std::cout << fork.text() << "\n\n" << fork.trusted() << "\n" << fork.refused() << "\n";
  std::cout << (fork.proof().empty() ? context.Say("checkpoint.unproven", {fork.unproven()})
                                     : context.Say("checkpoint.proof", {options.out}))
            << "\n";
}

}  // namespace

void AddCheckpointCommands(CLI::App& app, Context& context) {
  auto* const group = app.add_subcommand(
      "checkpoint",
      "What this node has seen of the broker's log, to be compared with what others see.");
  group->require_subcommand(1);
  auto options = std::make_shared<CheckpointOptions>();
  auto* const show = group->add_subcommand(
      "show", "The newest checkpoint that it has followed; with its cosignatures, if there are.");
  show->add_option("--out", options->out, "file to write it to, for another member");
  show->callback([&context, options] { Show(context, *options); });

  options = std::make_shared<CheckpointOptions>();
  auto* const compare = group->add_subcommand(
      "compare",
      "Hold a checkpoint that another member gave against the log followed here. Once a "
      "day, by another way than the broker.");
  compare->add_option("file", options->file, "the checkpoint")->required();
  compare->add_option("--from", options->origin, "the agency that gave it, CC.name")->required();
  compare->callback([&context, options] { Compare(context, *options); });

  options = std::make_shared<CheckpointOptions>();
  auto* const fork = group->add_subcommand(
      "fork", "Two checkpoints that contradict each other, and the proof for a court; if any.");
  fork->add_option("--out", options->out, "file for the proof, which entente-audit verifies")
      ->required();
  fork->callback([&context, options] { Fork(context, *options); });
}

}  // namespace entente::cli

#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <set>
#include <system_error>
#include <thread>

#include "cli/commands.h"
#include "cli/text.h"
#include "core/record/words.h"

extern char** environ;

namespace entente::cli {
namespace {

struct WatchOptions {
  std::string hook;
  int every_seconds = 5;
  bool once = false;
};

std::string UrgencyOf(const v1::WaitingRecord& record) {
  return std::string(record::UrgencyWord(record.urgency()));
}

// PROGRAM REFERENCE URGENCY, and waits for it. Not through a shell: nothing is interpreted.
// NOT_FOUND when it cannot be run at all, for this record or any other.
absl::Status RunHook(const std::string& hook, const v1::WaitingRecord& record) {
  std::string program = hook;
  std::string reference = record.reference();
  std::string urgency = UrgencyOf(record);
  std::array<char*, 4> arguments = {program.data(), reference.data(), urgency.data(), nullptr};
  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, program.c_str(), nullptr, nullptr, arguments.data(), environ);
  if (error != 0) {
    return absl::NotFoundError(hook + ": " + std::generic_category().message(error));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(hook + " did not succeed for " + reference);
}

void Tell(Context& context, const v1::WaitingRecord& record) {
  if (context.settings.json) return context.PrintJson(record);
  std::cout << context.Say("watch.waits",
                           {record.reference(),
                            Word(context.language(), "urgency", std::to_string(record.urgency())),
                            InstantText(record.received_ms())})
            << std::endl;
}

// Each record is told once; one whose hook failed again the next time.
void LookOnce(Context& context, const WatchOptions& options, std::set<std::string>& told) {
  const auto waiting = context.Call(&v1::Desk::Stub::Watch, v1::WatchRequest());
  if (!waiting) return;
  context.exit_code = kDone;
  for (const v1::WaitingRecord& record : waiting->records()) {
    if (told.contains(record.record_id())) continue;
    const absl::Status rung =
        options.hook.empty() ? absl::OkStatus() : RunHook(options.hook, record);
    if (!rung.ok()) {
      context.Fail(rung);
      if (absl::IsNotFound(rung)) return;
      continue;
    }
    told.insert(record.record_id());
    Tell(context, record);
  }
}

// Until it is interrupted. A node that does not answer is asked again.
void Watch(Context& context, const WatchOptions& options) {
  std::set<std::string> told;
  while (true) {
    LookOnce(context, options, told);
    if (options.once) return;
    std::this_thread::sleep_for(std::chrono::seconds(options.every_seconds));
  }
}

}  // namespace

void AddWatchCommands(CLI::App& app, Context& context) {
  auto* const command = app.add_subcommand(
      "watch",
      "Say when something unread waits for you: its reference and urgency, never what it says.");
  auto options = std::make_shared<WatchOptions>();
  command->add_option("--hook", options->hook,
                      "a program to run for each, as PROGRAM REFERENCE URGENCY, such as a pager");
  command
      ->add_option("--every", options->every_seconds, "seconds between two looks; 5 when not given")
      ->check(CLI::Range(1, 3600));
  command->add_flag("--once", options->once, "look once and end");
  command->callback([&context, options] { Watch(context, *options); });
}

}  // namespace entente::cli

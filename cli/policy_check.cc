// entente-policy check and test.
#include <algorithm>
#include <iostream>

#include "cli/failure.h"
#include "cli/policy_commands.h"
#include "cli/text.h"
#include "policy/examples.h"
#include "policy/lint.h"

namespace entente::cli {
namespace {

void PrintPolicy(Language language, const policy::Policy& policy) {
  std::cout << Say(language, "policy.file",
                   {policy.file, policy.jurisdiction, std::to_string(policy.version),
                    std::to_string(policy.outbound.size()), std::to_string(policy.inbound.size()),
                    std::to_string(policy.examples.size())})
            << '\n';
}

void PrintCalendar(Language language, const policy::Calendar& calendar) {
  const auto day = [](policy::Day of) {
    return FormatInstant({std::chrono::milliseconds(of.time_since_epoch()).count()}).substr(0, 10);
  };
  std::cout << Say(language, "policy.calendar",
                   {calendar.jurisdiction, std::to_string(calendar.version), day(calendar.first),
                    day(calendar.last), std::to_string(calendar.holidays.size()),
                    calendar.time_zone})
            << '\n';
}

policy::ExampleSetting SettingOf(const policy::Folder& folder) {
  return {folder.vocabulary, folder.groups, folder.instruments, folder.agencies};
}

void PrintWarning(Language language, const policy::Policy& policy, const policy::Warning& warning) {
  const std::string key = "policy.lint." + std::string(policy::LintWord(warning.lint));
  std::cout << Printable(policy::ErrorAt(policy.file, warning.at,
                                         Say(language, "policy.warning") + " " +
                                             Say(language, key, {warning.rule, warning.detail})))
            << '\n';
}

struct Tally {
  size_t examples = 0, failed = 0, warnings = 0;
};

absl::Status CheckOne(Language language, const policy::Folder& folder, const policy::Policy& policy,
                      Tally& tally) {
  PrintPolicy(language, policy);
  const auto failures = policy::RunExamples(policy, SettingOf(folder));
  if (!failures.ok()) return failures.status();
  for (const std::string& line : *failures) std::cerr << Printable(line) << '\n';
  const auto warnings =
      policy::FindWarnings(policy, folder.vocabulary, folder.groups, folder.instruments);
  if (!warnings.ok()) return warnings.status();
  for (const policy::Warning& warning : *warnings) PrintWarning(language, policy, warning);
  tally.examples += policy.examples.size();
  tally.failed += failures->size();
  tally.warnings += warnings->size();
  return absl::OkStatus();
}

}  // namespace

int CheckPolicies(Language language, const std::string& path, bool strict) {
  const auto folder = policy::LoadFolder(path);
  if (!folder.ok()) return PolicyRefused(language, folder.status());
  if (const auto snapshot = folder->Compile(0, FolderDigest(*folder)); !snapshot.ok()) {
    return PolicyRefused(language, snapshot.status());
  }
  for (const policy::Calendar& calendar : folder->calendars) PrintCalendar(language, calendar);
  Tally tally;
  for (const policy::Policy& policy : folder->policies) {
    absl::Status status = CheckOne(language, *folder, policy, tally);
    if (!status.ok()) return PolicyRefused(language, status);
  }
  std::cout << Say(language, "policy.summary",
                   {std::to_string(folder->policies.size()), std::to_string(tally.examples),
                    std::to_string(tally.failed), std::to_string(tally.warnings)})
            << '\n';
  return tally.failed == 0 && (!strict || tally.warnings == 0) ? kDone : kAnswerIsNo;
}

int TestPolicies(Language language, const std::string& path) {
  const auto folder = policy::LoadFolder(path);
  if (!folder.ok()) return PolicyRefused(language, folder.status());
  size_t examples = 0;
  size_t failed = 0;
  for (const policy::Policy& policy : folder->policies) {
    const auto failures = policy::RunExamples(policy, SettingOf(*folder));
    if (!failures.ok()) return PolicyRefused(language, failures.status());
    for (const policy::Example& example : policy.examples) {
      const std::string where = policy::ErrorAt(policy.file, example.at, "");
      const auto failure = std::ranges::find_if(
          *failures, [&](const std::string& line) { return line.starts_with(where); });
      const bool met = failure == failures->end();
      (met ? std::cout : std::cerr) << Printable(met ? where + Say(language, "policy.example-met",
                                                                   {example.say, example.expect})
                                                     : *failure)
                                    << '\n';
    }
    examples += policy.examples.size();
    failed += failures->size();
  }
  std::cout << Say(language, "policy.tested",
                   {std::to_string(folder->policies.size()), std::to_string(examples),
                    std::to_string(failed)})
            << '\n';
  return failed == 0 ? kDone : kAnswerIsNo;
}

}  // namespace entente::cli

// The commands of `entente`, one function a group: each adds its subcommands to the parser; the
// callbacks run against the context and set its exit code. The context outlives the parser.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "cli/context.h"

namespace entente::cli {

template <typename Request>
void AddLimit(CLI::App& command, const std::shared_ptr<Request>& request) {
  command.add_option_function<uint32_t>(
      "--limit", [request](uint32_t limit) { request->set_limit(limit); },
      "at most so many, the oldest first");
}

// --vocabulary and --genesis, of what is checked offline (cli/offline_checks.h).
void AddVocabulary(CLI::App& command, std::string& path);
void AddGenesis(CLI::App& command, std::string& path);

void AddLeadCommands(CLI::App& app, Context& context);
void AddAlertCommands(CLI::App& app, Context& context);
void AddCaseCommands(CLI::App& app, Context& context);
void AddAttachmentCommands(CLI::App& app, Context& context);
void AddWatchCommands(CLI::App& app, Context& context);
void AddHeldCommands(CLI::App& app, Context& context);
void AddRequestCommands(CLI::App& app, Context& context);
void AddConsentCommands(CLI::App& app, Context& context);
void AddOverrideCommands(CLI::App& app, Context& context);
void AddCheckpointCommands(CLI::App& app, Context& context);
void AddReviewCommands(CLI::App& app, Context& context);
void AddRestrictCommands(CLI::App& app, Context& context);
void AddSubjectCommands(CLI::App& app, Context& context);
void AddInboxCommands(CLI::App& app, Context& context);
void AddDecisionsCommand(CLI::App& app, Context& context);
void AddAgencyCommands(CLI::App& app, Context& context);
void AddOfficerCommands(CLI::App& app, Context& context);
// Beneath `officer`.
void AddOfficerKeyCommands(CLI::App& officer, Context& context);
void AddPeopleCommands(CLI::App& app, Context& context);
void AddCertificateCommands(CLI::App& app, Context& context);
void AddAuthorityCommands(CLI::App& app, Context& context);
// Beneath `agency` and `authority`: what an authority does about those that must not go on.
void AddStanding(CLI::App& agency, Context& context);
void AddSignQuorum(CLI::App& authority, Context& context);
void AddRevoke(CLI::App& authority, Context& context);

}  // namespace entente::cli

// The commands of `entente`, one function a group: each adds its subcommands to the parser; the
// callbacks run against the context and set its exit code. The context outlives the parser.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.h"

namespace entente::cli {

void AddLeadCommands(CLI::App& app, Context& context);
void AddInboxCommands(CLI::App& app, Context& context);
void AddAgencyCommands(CLI::App& app, Context& context);
void AddOfficerCommands(CLI::App& app, Context& context);
void AddAuthorityCommands(CLI::App& app, Context& context);

}  // namespace entente::cli

// What the commands of several kinds of records share: preview, send, list, recall. The context
// outlives the parser.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "cli/context.h"
#include "entente/v1/record.pb.h"

namespace entente::cli {

// `verb`: "send", or "publish" for alerts. `name`: what people call it, "a lead".
struct RecordCommands {
  v1::RecordKind kind;
  std::string name;
  std::string verb;
};

void AddPreview(CLI::App& group, const RecordCommands& what, Context& context);
void AddSend(CLI::App& group, const RecordCommands& what, Context& context);
void AddList(CLI::App& group, const RecordCommands& what, Context& context);
void AddRecall(CLI::App& group, const RecordCommands& what, Context& context);

// --review-by, of a command that sends without a draft; `text` is read by InstantOf().
void AddReviewBy(CLI::App& command, std::string& text);
// "P30D" from now, or an instant. INVALID_ARGUMENT, naming the option, for anything else.
absl::StatusOr<uint64_t> InstantOf(const Context& context, std::string_view option,
                                   const std::string& text);

}  // namespace entente::cli

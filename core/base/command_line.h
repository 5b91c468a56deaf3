// What each program says of itself: --version, and --help-all, the help of every command at every
// level. To be called before any command is added, which takes the form of its help from here.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/version.h"

namespace entente {

class HelpOfEveryLevel final : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    if (mode != CLI::AppFormatMode::All) return Formatter::make_help(app, std::move(name), mode);
    std::string out = Formatter::make_help(app, name, CLI::AppFormatMode::Normal);
    for (const CLI::App* command : Commands(*app)) out += "\n" + OfCommand(*command, name);
    return out;
  }

 private:
  static std::vector<const CLI::App*> Commands(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
  }
  // Without what the help of the program has said already.
  std::string OfCommand(const CLI::App& command, const std::string& above) const {
    const std::string called = above + " " + command.get_name();
    std::string out = make_description(&command) + make_usage(&command, called) +
                      make_positionals(&command) +
                      make_groups(&command, CLI::AppFormatMode::Normal);
    for (const CLI::App* below : Commands(command)) out += "\n" + OfCommand(*below, called);
    return out;
  }
};

inline void DescribeItself(CLI::App& app) {
  app.formatter(std::make_shared<HelpOfEveryLevel>());
  app.set_help_all_flag("--help-all", "help of every command");
  app.set_version_flag("--version", app.get_name() + " " + std::string(Version()),
                       "the version of this program");
}

}  // namespace entente

// What the log says of a received record, in the words of the desk. Pure; safe from any thread.
#pragma once

#include <string>

#include "cli/text.h"

namespace entente::cli {

// "  NOT YET WITNESSED  DOUBTED", or as much of it as holds: for a row of a table.
template <class Shown>
std::string LogMarks(Language language, const Shown& shown) {
  std::string out;
  if (shown.not_yet_witnessed()) out += "  " + Say(language, "log.not-witnessed");
  if (shown.doubted()) out += "  " + Say(language, "log.doubted");
  return out;
}

// The same in sentences, a line each after `indent`, before the content.
template <class Shown>
std::string LogWarnings(Language language, const Shown& shown, const std::string& origin,
                        const std::string& indent = "") {
  std::string out;
  if (shown.doubted()) out += indent + Say(language, "log.doubted-why", {origin}) + "\n";
  if (shown.not_yet_witnessed()) out += indent + Say(language, "log.not-witnessed-why") + "\n";
  return out;
}

}  // namespace entente::cli

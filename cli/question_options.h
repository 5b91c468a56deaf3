// Options by which a person, document or thing is asked for. Not thread-safe.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "entente/v1/search.pb.h"

namespace entente::cli {

struct AskedFor {
  v1::SearchRequest request;
  std::string zone;  // a file; "-" is standard input
};

void AddQuestion(CLI::App& command, const std::shared_ptr<AskedFor>& asked);
// Reads the file of the zone into the request.
absl::Status ReadZone(AskedFor& asked);

}  // namespace entente::cli

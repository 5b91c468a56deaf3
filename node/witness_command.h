// `entente-node witness`: a witness alone, without the node. What its options name, its key, and
// its life until a signal. Not thread-safe.
#pragma once

#include <signal.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace entente::node {

struct WitnessOptions {
  std::string listen = "127.0.0.1:7480";
  std::string state;                   // folder
  std::string key;                     // key file; beside it KEY.vkey and KEY.logs
  std::string make_key;                // name of the new key; empty: serve
  std::vector<std::string> log_vkeys;  // files
};

// The command, filled into `options`, which outlive the parsing.
CLI::App* AddWitnessCommand(CLI::App& app, WitnessOptions& options);

// Makes a key, or serves until one of `signals` comes, which all threads have blocked.
// INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, ALREADY_EXISTS, FAILED_PRECONDITION: of the
// files; UNAVAILABLE: the address; INTERNAL or refusal disk-full: the disk.
absl::Status RunWitness(const WitnessOptions& options, const sigset_t& signals);

}  // namespace entente::node

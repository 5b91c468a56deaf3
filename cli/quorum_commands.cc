// Who must cosign the log: the statement of the authorities, made where they have their keys.
#include <memory>
#include <vector>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/offline_checks.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/crypto/keyfile.h"
#include "core/ledger/ceremony.h"

namespace entente::cli {
namespace {

struct QuorumOptions {
  std::string file, genesis, out;
  std::vector<std::string> authority_keys;
  uint64_t number = 1;
};

// "none", or the text of the file, which everyone would take.
absl::StatusOr<std::string> PolicyOf(const QuorumOptions& options, const ledger::Genesis& genesis) {
  if (options.file == ledger::kQuorumNone) return options.file;
  auto text = ReadFile(options.file, limits::kConfigBytes);
  if (!text.ok()) return text;
  const auto policy = ledger::ReadQuorum(options.file, *text, genesis->checkpoint);
  if (!policy.ok()) return policy.status();
  return text;
}

absl::Status SignQuorum(Context& context, const QuorumOptions& options) {
  const auto bytes = ReadFile(options.genesis, limits::kConfigBytes);
  if (!bytes.ok()) return bytes.status();
  const auto genesis = ledger::Genesis::Parse(*bytes, options.genesis);
  if (!genesis.ok()) return genesis.status();
  const auto policy = PolicyOf(options, *genesis);
  if (!policy.ok()) return policy.status();
  std::vector<crypto::SigningKey> keys;
  for (const std::string& path : options.authority_keys) {
    const auto seed = crypto::ReadKeyFile(path, crypto::KeyUse::kAuthority);
    if (!seed.ok()) return seed.status();
    keys.push_back(crypto::SigningKey::FromSeed(*seed));
  }
  const auto count = CountSignatures(*genesis, keys);
  if (!count.ok()) return count.status();
  const std::vector publications = {ledger::SignQuorum((*genesis)->federation, options.number,
                                                       *policy, SystemClock().Now(), keys)};
  if (absl::Status kept = WritePublications(options.out, publications); !kept.ok()) return kept;
  context.Done(context.Say("authority.signed", {options.out}) + "\n" +
                   context.Say(count->missing == 0 ? "authority.enough" : "authority.missing",
                               {std::to_string(keys.size()), std::to_string(count->authorities),
                                std::to_string(count->missing)}),
               {{"signed", options.out}, {"missing", count->missing}});
  return absl::OkStatus();
}

}  // namespace

void AddSignQuorum(CLI::App& authority, Context& context) {
  auto* const command = authority.add_subcommand(
      "sign-quorum",
      "Sign who must cosign the log from now on, with more than two thirds of the authorities.");
  auto options = std::make_shared<QuorumOptions>();
  command
      ->add_option("file", options->file,
                   "the quorum, a text of c2sp.org/tlog-policy; or the word none")
      ->required();
  command->add_option("--genesis", options->genesis, "the federation's genesis file")->required();
  command
      ->add_option("--number", options->number,
                   "number of this statement: one above the last on the quorum")
      ->capture_default_str();
  command
      ->add_option("--authority-key", options->authority_keys, "authority key files, with commas")
      ->delimiter(',')
      ->required();
  command->add_option("--out", options->out, "file to write the statement to")->required();
  command->callback([&context, options] {
    if (const auto status = SignQuorum(context, *options); !status.ok()) context.Fail(status);
  });
}

}  // namespace entente::cli

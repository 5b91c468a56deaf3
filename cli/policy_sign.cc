// entente-policy sign.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "cli/failure.h"
#include "cli/files.h"
#include "cli/policy_commands.h"
#include "cli/text.h"
#include "core/base/instant.h"
#include "core/crypto/keyfile.h"
#include "core/ledger/ceremony.h"
#include "policy/examples.h"

namespace entente::cli {
namespace {

int Failed(Language language, const absl::Status& status) {
  std::cerr << Printable(MessageIn(language, status)) << '\n';
  return kInputRefused;
}

// The policy as its folder reads it. Nothing is signed that a node would refuse, or whose own
// examples do not hold.
absl::StatusOr<std::pair<policy::Policy, std::string>> Sound(const std::string& path) {
  const std::filesystem::path file(path);
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  const auto loaded = policy::LoadFolder(folder);
  if (!loaded.ok()) return loaded.status();
  const auto bytes =
      std::ranges::find(loaded->files, file.filename().string(), &policy::FolderFile::name);
  const auto found = bytes == loaded->files.end()
                         ? loaded->policies.end()
                         : std::ranges::find(loaded->policies, bytes->path, &policy::Policy::file);
  if (found == loaded->policies.end()) {
    return absl::InvalidArgumentError(path + " is not a policy of its folder");
  }
  const auto failures = policy::RunExamples(
      *found, {loaded->vocabulary, loaded->groups, loaded->instruments, loaded->agencies});
  if (!failures.ok()) return failures.status();
  if (!failures->empty()) {
    return absl::InvalidArgumentError(failures->front() + ": nothing is signed");
  }
  return std::pair(*found, bytes->bytes);
}

absl::StatusOr<ledger::Publication> Statement(const SignQuestion& question,
                                              const policy::Policy& policy, const std::string& text,
                                              const crypto::SigningKey& key, crypto::KeyUse use) {
  if (question.statement.empty()) {
    const auto in_force = ParseInstant(question.in_force);
    if (!in_force.ok()) return in_force.status();
    return ledger::BeginPolicy(question.federation, policy.jurisdiction, policy.version, text,
                               *in_force, key, use);
  }
  auto begun = ReadPublications(question.statement);
  if (!begun.ok()) return begun.status();
  if (begun->size() != 1 || begun->front().kind != v1::ENTRY_KIND_POLICY) {
    return absl::InvalidArgumentError(question.statement + " is not the statement of one policy");
  }
  return ledger::CosignPolicy(question.federation, policy.jurisdiction, policy.version, text,
                              begun->front(), key, use);
}

}  // namespace

int SignPolicyFile(Language language, const SignQuestion& question) {
  const crypto::KeyUse use = question.office == "author" ? crypto::KeyUse::kPolicyAuthor
                                                         : crypto::KeyUse::kPolicyProtection;
  const auto sound = Sound(question.file);
  if (!sound.ok()) return PolicyRefused(language, sound.status());
  const auto& [policy, text] = *sound;
  const auto seed = crypto::ReadKeyFile(question.key, use);
  if (!seed.ok()) return Failed(language, seed.status());
  const auto signed_policy =
      Statement(question, policy, text, crypto::SigningKey::FromSeed(*seed), use);
  if (!signed_policy.ok()) return Failed(language, signed_policy.status());
  const std::vector publications = {*signed_policy};
  if (absl::Status kept = WritePublications(question.out, publications); !kept.ok()) {
    return Failed(language, kept);
  }
  const int count = signed_policy->statement.signatures_size();
  const auto in_force = ledger::InForceOf(*signed_policy);
  std::cout << Say(language, count == 2 ? "policy.signed-twice" : "policy.signed-once",
                   {policy.jurisdiction, std::to_string(policy.version),
                    in_force ? FormatInstant(*in_force) : std::string(), question.out})
            << '\n';
  return kDone;
}

}  // namespace entente::cli

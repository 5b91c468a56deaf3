#include "cli/policy_folder.h"

#include <iostream>
#include <set>
#include <sstream>

#include "cli/failure.h"
#include "cli/text.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace entente::cli {

int PolicyRefused(Language language, const absl::Status& status) {
  std::istringstream lines(MessageIn(language, status));
  for (std::string line; std::getline(lines, line);) std::cerr << Printable(line) << '\n';
  return kInputRefused;
}

Digest FolderDigest(const policy::Folder& folder) {
  Framing framing;
  framing.Raw(crypto::Sha256(policy::PublishedVocabularyText()));
  for (const policy::FolderFile& file : folder.files) {
    framing.Lp16(file.name).Raw(crypto::Sha256(file.bytes));
  }
  return crypto::Sha256(framing.bytes());
}

std::vector<std::string> JurisdictionsOf(const policy::Folder& folder) {
  std::set<std::string> states;
  for (const policy::Policy& one : folder.policies) states.insert(one.jurisdiction);
  return {states.begin(), states.end()};
}

const policy::Policy* PickVersion(const policy::Folder& folder, std::string_view jurisdiction,
                                  std::optional<Instant> at, std::optional<uint64_t> below) {
  const policy::Policy* found = nullptr;
  for (const policy::Policy& one : folder.policies) {
    if (one.jurisdiction != jurisdiction || (at && *at < one.valid.from)) continue;
    if (!at && below && one.version >= *below) continue;
    if (found == nullptr || one.version > found->version) found = &one;
  }
  return found;
}

std::optional<Instant> ReadInstant(Language language, std::string_view option,
                                   const std::string& text) {
  const auto instant = ParseInstant(text);
  if (instant.ok()) return *instant;
  std::cerr << Say(language, "policy.at", {option, text}) << '\n';
  return std::nullopt;
}

}  // namespace entente::cli

#include "cli/offline_checks.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"
#include "cli/files.h"
#include "core/base/printable.h"
#include "core/base/sentences.h"
#include "policy/parse.h"

namespace entente::cli {
namespace {

absl::Status Wrong(std::string_view key, std::vector<std::string> arguments) {
  return Told(absl::StatusCode::kInvalidArgument, key, std::move(arguments));
}

// A file may be wrong in many places: the first, and how many more.
absl::Status First(const absl::Status& status) {
  const std::string all(status.message());
  const size_t end = all.find('\n');
  if (end == all.npos || end + 1 == all.size()) return status;
  const auto more = std::ranges::count(all.substr(end + 1), '\n') + 1;
  return Wrong("authority.first", {std::string(all.substr(0, end)), std::to_string(more)});
}

template <typename File>
absl::Status CheckVersion(const absl::StatusOr<File>& read, const std::string& file,
                          uint64_t version) {
  if (!read.ok()) return First(read.status());
  if (read->version == version) return absl::OkStatus();
  return Wrong("authority.version", {file, std::to_string(read->version)});
}

}  // namespace

absl::StatusOr<policy::Vocabulary> VocabularyIn(const std::string& path) {
  if (path.empty()) return policy::PublishedVocabulary();
  const auto text = ReadText(path);
  if (!text.ok()) return text.status();
  return policy::ParseVocabulary(*text, path);
}

absl::Status CheckPolicyText(const std::string& text, const std::string& file,
                             const std::string& jurisdiction, uint64_t version,
                             const policy::Vocabulary& vocabulary) {
  const auto policy = policy::ParsePolicy(text, file, vocabulary);
  if (!policy.ok()) return First(policy.status());
  if (policy->jurisdiction == jurisdiction && policy->version == version) return absl::OkStatus();
  return Wrong("authority.policy", {file, policy->jurisdiction, std::to_string(policy->version)});
}

absl::Status CheckFederationText(const std::string& type, const std::string& text,
                                 const std::string& file, uint64_t version,
                                 const policy::Vocabulary& vocabulary) {
  if (type == "vocabulary") return First(policy::ParseVocabulary(text, file).status());
  if (type == "groups") return CheckVersion(policy::ParseGroups(text, file), file, version);
  if (type == "instruments") {
    return CheckVersion(policy::ParseInstruments(text, file, vocabulary), file, version);
  }
  return Wrong("authority.file-type", {type});
}

absl::Status CheckKindAndName(const std::string& kind, const std::string& name,
                              const policy::Vocabulary& vocabulary) {
  if (!vocabulary.Find(policy::Category::kAgencyKind, kind)) {
    return Wrong("agency.no-kind",
                 {kind, absl::StrJoin(vocabulary.words(policy::Category::kAgencyKind), ", ")});
  }
  return Printable(name) == name ? absl::OkStatus() : Wrong("agency.name", {name});
}

absl::StatusOr<std::optional<ledger::Genesis>> GenesisIn(const std::string& path,
                                                         const std::string& federation) {
  if (path.empty()) return std::nullopt;
  const auto text = ReadText(path);
  if (!text.ok()) return text.status();
  auto genesis = ledger::Genesis::Parse(*text, path);
  if (!genesis.ok()) return genesis.status();
  if ((*genesis)->federation != federation) {
    return Wrong("authority.federation", {path, (*genesis)->federation});
  }
  return *std::move(genesis);
}

absl::Status CheckAuthorityKey(const ledger::Genesis& genesis, std::string_view jurisdiction,
                               const crypto::SigningKey& key) {
  const crypto::PublicKey* const known = genesis.FindAuthority(jurisdiction);
  if (known != nullptr && *known == key.public_key()) return absl::OkStatus();
  return Wrong("authority.other-key", {std::string(jurisdiction)});
}

absl::StatusOr<Signatures> CountSignatures(const ledger::Genesis& genesis,
                                           std::span<const crypto::SigningKey> keys) {
  std::set<std::string> signing;
  for (const crypto::SigningKey& key : keys) {
    const auto& all = genesis->authorities;
    const auto found = std::ranges::find_if(
        all, [&](const auto& authority) { return authority.second == key.public_key(); });
    if (found == all.end()) return Wrong("authority.no-authority", {});
    if (!signing.insert(found->first).second) return Wrong("authority.twice", {found->first});
  }
  const size_t of = genesis->authorities.size();
  const size_t needed = 2 * of / 3 + 1;
  return Signatures{of, needed - std::min(needed, keys.size())};
}

}  // namespace entente::cli

#include "node/witness_key.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/crypto/keyfile.h"

namespace entente::node {
namespace {

using audit::NoteKeyType;
using audit::VerifierKey;

absl::Status AtLine(const std::string& path, size_t line, const std::string& sentence) {
  return absl::InvalidArgumentError(path + ":" + std::to_string(line) + ":1: " + sentence);
}

}  // namespace

std::string WitnessVkeyPath(const std::string& key_path) { return key_path + ".vkey"; }

absl::Status ReadVerifierKeys(const std::string& path, std::vector<VerifierKey>& keys) {
  const auto text = ReadFile(path, limits::kConfigBytes);
  if (!text.ok()) return text.status();
  std::string_view rest = *text;
  const size_t before = keys.size();
  for (size_t number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.starts_with('#')) continue;
    auto key = VerifierKey::Parse(line);
    if (!key.ok()) return AtLine(path, number, std::string(key.status().message()));
    keys.push_back(*std::move(key));
  }
  return keys.size() > before ? absl::OkStatus() : AtLine(path, 1, "no verifier key stands there");
}

absl::StatusOr<WitnessKey> ReadWitnessKey(const std::string& path) {
  const auto seed = crypto::ReadKeyFile(path, crypto::KeyUse::kWitness);
  if (!seed.ok()) return seed.status();
  auto key = crypto::SigningKey::FromSeed(*seed);
  std::vector<VerifierKey> verifiers;
  if (absl::Status read = ReadVerifierKeys(WitnessVkeyPath(path), verifiers); !read.ok()) {
    return read;
  }
  const VerifierKey& verifier = verifiers.front();
  if (verifiers.size() == 1 && verifier.type() == NoteKeyType::kCosignatureV1 &&
      verifier.key() == key.public_key()) {
    return WitnessKey{verifier.name(), std::move(key)};
  }
  return AtLine(WitnessVkeyPath(path), 1, "not the verifier key (type 4) of the key beside it");
}

}  // namespace entente::node

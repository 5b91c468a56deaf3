#include "cli/decision_texts.h"

#include <algorithm>

#include "cli/files.h"
#include "cli/json_fields.h"
#include "core/base/encoding.h"
#include "core/base/sentences.h"
#include "core/crypto/digest.h"
#include "policy/parse.h"

namespace entente::cli {
namespace {

constexpr std::string_view kKinds[] = {"vocabulary", "groups", "instruments", "agencies"};

std::string ListPath(const std::string& folder) { return folder + "/in-force.json"; }

template <typename T>
absl::Status Keep(absl::StatusOr<T> parsed, T& into) {
  if (parsed.ok()) into = *std::move(parsed);
  return parsed.status();
}

}  // namespace

std::string FileNameOf(const TextInForce& text) {
  if (text.kind != "policy") {
    return std::ranges::find(kKinds, text.kind) == std::end(kKinds) ? "" : text.kind + ".toml";
  }
  const bool letters = std::ranges::all_of(text.name, [](char c) { return 'A' <= c && c <= 'Z'; });
  if (!letters || text.name.empty()) return "";
  return "policy-" + text.name + "-" + std::to_string(text.version) + ".toml";
}

Json TextJson(const TextInForce& text) {
  Json json = {{"kind", text.kind}};
  if (!text.name.empty()) json["name"] = text.name;
  json["version"] = text.version;
  json["digest"] = DigestText(text.digest);
  json["in_force"] = FormatInstant(text.in_force);
  if (text.held) json["file"] = FileNameOf(text);
  return json;
}

absl::Status WriteTextsInForce(const std::string& folder, const std::vector<TextInForce>& texts) {
  Json list = Json::array();
  for (const TextInForce& text : texts) list.push_back(TextJson(text));
  return WriteText(ListPath(folder), JsonLine({{"texts", std::move(list)}}) + "\n");
}

absl::StatusOr<TextsInForce> TextsInForce::Read(const std::string& folder) {
  TextsInForce out;
  if (absl::Status status = out.ReadList(ListPath(folder)); !status.ok()) return status;
  // The vocabulary stands first in the list, and all others are read by it.
  for (const TextInForce& text : out.texts_) {
    if (!text.held) continue;
    if (absl::Status status = out.ReadOne(folder, text); !status.ok()) return status;
  }
  return out;
}

absl::Status TextsInForce::ReadList(const std::string& path) {
  const auto bytes = ReadText(path);
  if (!bytes.ok()) return bytes.status();
  std::string bad;
  const Json json = Json::parse(*bytes, nullptr, false);
  JsonFields fields(json, "", bad);
  for (JsonFields& one : fields.Objects("texts")) {
    TextInForce text;
    text.kind = one.Text("kind");
    text.name = one.TextOrNone("name");
    text.version = one.Number("version");
    text.digest = one.Hash("digest");
    text.in_force = one.When("in_force");
    const std::string file = one.TextOrNone("file");
    text.held = !file.empty();
    if (text.held && file != FileNameOf(text)) one.Reject("file");
    texts_.push_back(std::move(text));
  }
  if (bad.empty()) return absl::OkStatus();
  return Told(absl::StatusCode::kInvalidArgument, "decisions.bad-line", {bad}, path + ":1:1");
}

absl::Status TextsInForce::ReadOne(const std::string& folder, const TextInForce& text) {
  const std::string path = folder + "/" + FileNameOf(text);
  const auto bytes = ReadText(path);
  if (!bytes.ok()) return bytes.status();
  if (crypto::Sha256(*bytes) != text.digest) {
    const std::string digest = DigestText(text.digest);
    return Told(absl::StatusCode::kInvalidArgument, "decisions.other-text", {digest},
                path + ":1:1");
  }
  return Take(text, *bytes, path);
}

absl::Status TextsInForce::Take(const TextInForce& text, const std::string& bytes,
                                const std::string& path) {
  if (text.kind == "vocabulary") return Keep(policy::ParseVocabulary(bytes, path), vocabulary_);
  if (text.kind == "groups") return Keep(policy::ParseGroups(bytes, path), groups_);
  if (text.kind == "instruments") {
    return Keep(policy::ParseInstruments(bytes, path, vocabulary_), instruments_);
  }
  if (text.kind == "agencies") {
    return Keep(policy::ParseAgencies(bytes, path, vocabulary_), agencies_);
  }
  auto policy = policy::ParsePolicy(bytes, path, vocabulary_);
  // As core/ledger has it: no older one counts in the place of one that cannot be used.
  if (!policy.ok()) unusable_.insert(text.name);
  if (!unusable_.contains(text.name)) policies_.push_back({*std::move(policy), text.in_force});
  return absl::OkStatus();
}

bool TextsInForce::Holds(std::string_view jurisdiction) const {
  return std::ranges::none_of(texts_, [&](const TextInForce& text) {
    return text.kind == "policy" && text.name == jurisdiction && !text.held;
  });
}

const policy::Policy* TextsInForce::PolicyAt(std::string_view jurisdiction, Instant at) const {
  const policy::PolicyInForce* found = nullptr;
  for (const policy::PolicyInForce& one : policies_) {
    const bool begun = std::max(one.in_force, one.policy.valid.from) <= at;
    if (one.policy.jurisdiction != jurisdiction || !begun) continue;
    if (found == nullptr || one.policy.version > found->policy.version) found = &one;
  }
  return found != nullptr && Holds(jurisdiction) ? &found->policy : nullptr;
}

absl::StatusOr<std::shared_ptr<const policy::Snapshot>> TextsInForce::Compile(
    const std::optional<policy::Policy>& instead) const {
  policy::SnapshotParts parts{.number = 0,
                              .hash = {},
                              .groups = groups_,
                              .instruments = instruments_,
                              .agencies = agencies_,
                              .policies = policies_};
  if (instead) {
    std::erase_if(parts.policies, [&](const policy::PolicyInForce& one) {
      return one.policy.jurisdiction == instead->jurisdiction;
    });
    parts.policies.push_back({*instead, {INT64_MIN}});
  }
  return policy::Snapshot::Compile(vocabulary_, parts);
}

}  // namespace entente::cli

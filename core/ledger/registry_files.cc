#include "core/ledger/registry_files.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/statements.h"
#include "policy/parse.h"

namespace entente::ledger {
namespace {

const std::string* FindText(const State& state, const Digest& digest) {
  const auto found = state.texts.find(digest);
  return found == state.texts.end() ? nullptr : found->second.get();
}

// The text of a federation file; nullptr when none is in force.
absl::StatusOr<const std::string*> TextInForce(const State& state, std::string_view type,
                                               Instant instant) {
  const FileInForce* file = InForce(state.files, type, instant);
  if (!file) return nullptr;
  const std::string* text = FindText(state, file->digest);
  if (!text) {
    return absl::FailedPreconditionError("the text of the federation's " + std::string(type) +
                                         " is not held");
  }
  return text;
}

absl::Status Unusable(const absl::Status& why) {
  return absl::FailedPreconditionError("a federation file is not usable: " +
                                       std::string(why.message()));
}

absl::Status ReadVocabulary(const State& state, Instant instant,
                            std::optional<policy::Vocabulary>& vocabulary) {
  const auto text = TextInForce(state, "vocabulary", instant);
  if (!text.ok()) return text.status();
  if (!*text) return absl::FailedPreconditionError("no vocabulary is in force");
  auto parsed = policy::ParseVocabulary(**text, "vocabulary");
  if (!parsed.ok()) return Unusable(parsed.status());
  vocabulary = *std::move(parsed);
  return absl::OkStatus();
}

// As AddPolicies goes down from the policy in force.
std::vector<FileInForce>::const_iterator OldestNeeded(
    const State& state, const std::string& jurisdiction, const std::vector<FileInForce>& files,
    std::vector<FileInForce>::const_iterator first, const FederationTexts& federation,
    const policy::Interval& serves) {
  for (auto file = first;; --file) {
    if (file->in_force <= serves.from) {
      const PolicyText text = ReadPolicy(state, jurisdiction, *file, federation);
      if (!text.policy || text.policy->valid.from <= serves.from) return file;
    }
    if (file == files.begin()) return file;
  }
}

}  // namespace

const FileInForce* InForce(const std::vector<FileInForce>& files, Instant instant) {
  const auto found = std::find_if(files.rbegin(), files.rend(), [&](const FileInForce& file) {
    return file.in_force <= instant;
  });
  return found == files.rend() ? nullptr : &*found;
}

const FileInForce* InForce(const NameMap<std::vector<FileInForce>>& files, std::string_view name,
                           Instant instant) {
  const auto found = files.find(name);
  return found == files.end() ? nullptr : InForce(found->second, instant);
}

absl::StatusOr<FederationTexts> ReadFederation(const State& state, Instant instant) {
  std::optional<policy::Vocabulary> vocabulary;
  absl::Status status = ReadVocabulary(state, instant, vocabulary);
  if (!status.ok()) return status;
  FederationTexts out{.vocabulary = *std::move(vocabulary),
                      .vocabulary_digest = InForce(state.files, "vocabulary", instant)->digest,
                      .groups = {},
                      .instruments = {}};
  const auto groups = TextInForce(state, "groups", instant);
  if (!groups.ok()) return groups.status();
  if (*groups) {
    auto parsed = policy::ParseGroups(**groups, "groups");
    if (!parsed.ok()) return Unusable(parsed.status());
    out.groups = *std::move(parsed);
  }
  const auto instruments = TextInForce(state, "instruments", instant);
  if (!instruments.ok()) return instruments.status();
  if (*instruments) {
    auto parsed = policy::ParseInstruments(**instruments, "instruments", out.vocabulary);
    if (!parsed.ok()) return Unusable(parsed.status());
    out.instruments = *std::move(parsed);
  }
  return out;
}

PolicyText ReadPolicy(const State& state, std::string_view jurisdiction, const FileInForce& file,
                      const FederationTexts& federation) {
  using Standing = Registry::Standing;
  const std::string* text = FindText(state, file.digest);
  if (!text) return {Standing::kTextNotHeld, nullptr};
  auto policy =
      state.parsed->Policy(file.digest, *text, federation.vocabulary_digest, federation.vocabulary);
  if (!policy || policy->jurisdiction != jurisdiction || policy->version != file.version) {
    return {Standing::kUnusable, nullptr};
  }
  return {Standing::kHeld, std::move(policy)};
}

std::optional<FileInForce> Registry::PolicyInForce(std::string_view jurisdiction,
                                                   Instant instant) const {
  const FileInForce* file = InForce(state_->policies, jurisdiction, instant);
  return file ? std::optional(*file) : std::nullopt;
}

std::optional<FileInForce> Registry::FederationFile(std::string_view type, Instant instant) const {
  const FileInForce* file = InForce(state_->files, type, instant);
  return file ? std::optional(*file) : std::nullopt;
}

void Registry::SetText(std::string_view text) {
  const Digest digest = crypto::Sha256(text);
  if (HasText(digest)) return;
  auto next = state_->Clone(/*same_policy=*/false);
  next->texts.emplace(digest, std::make_shared<const std::string>(text));
  state_ = std::move(next);
}

std::shared_ptr<const std::string> Registry::FindText(const Digest& digest) const {
  const auto found = state_->texts.find(digest);
  return found == state_->texts.end() ? nullptr : found->second;
}

std::vector<NeededFile> Registry::NeededFiles(Instant instant) const {
  std::vector<NeededFile> out;
  const auto add = [&](v1::EntryKind kind, const std::string& name, auto begin, auto end) {
    for (auto file = begin; file != end; ++file) out.push_back({kind, name, *file});
  };
  const auto first_of = [&](const std::vector<FileInForce>& files) {
    const FileInForce* now = InForce(files, instant);
    return now ? files.begin() + (now - files.data()) : files.begin();
  };
  for (const auto& [type, files] : state_->files) {
    add(v1::ENTRY_KIND_FEDERATION_FILE, type, first_of(files), files.end());
  }
  std::optional<absl::StatusOr<FederationTexts>> federation;  // read once, if at all
  const policy::Interval serves = Serves(*state_, instant);
  for (const auto& [jurisdiction, files] : state_->policies) {
    auto first = first_of(files);
    if (first != files.begin()) {
      if (!federation) federation = ReadFederation(*state_, instant);
      if (federation->ok()) {
        first = OldestNeeded(*state_, jurisdiction, files, first, **federation, serves);
      }
    }
    add(v1::ENTRY_KIND_POLICY, jurisdiction, first, files.end());
  }
  return out;
}

std::vector<MissingText> Registry::MissingTexts(Instant instant) const {
  std::vector<MissingText> out = NeededFiles(instant);
  std::erase_if(out, [&](const NeededFile& one) { return HasText(one.file.digest); });
  return out;
}

void Registry::ForgetTexts(Instant instant) {
  std::set<Digest> needed;
  for (const NeededFile& one : NeededFiles(instant)) needed.insert(one.file.digest);
  auto next = state_->Clone(/*same_policy=*/true);
  std::erase_if(next->texts, [&](const auto& text) { return !needed.contains(text.first); });
  next->parsed->Keep(needed);
  state_ = std::move(next);
}

}  // namespace entente::ledger

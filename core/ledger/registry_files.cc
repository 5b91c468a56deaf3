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

// The federation file of this type, as `parse(digest, text)` reads it; `none` when none is in
// force.
template <typename T, typename Parse>
ParsedFiles::Parsed<T> ReadFile(const State& state, std::string_view type, Instant instant,
                                ParsedFiles::Parsed<T> none, const Parse& parse) {
  const FileInForce* file = InForce(state.files, type, instant);
  if (!file) return none;
  const std::string* text = FindText(state, file->digest);
  if (!text) {
    return absl::FailedPreconditionError("the text of the federation's " + std::string(type) +
                                         " is not held");
  }
  auto parsed = parse(file->digest, *text);
  if (parsed.ok()) return parsed;
  return absl::FailedPreconditionError("a federation file is not usable: " +
                                       std::string(parsed.status().message()));
}

template <typename T>
std::shared_ptr<const T> Empty() {
  static const auto* const empty = new std::shared_ptr<const T>(std::make_shared<const T>());
  return *empty;
}

absl::StatusOr<std::shared_ptr<const policy::Instruments>> ReadInstruments(
    const State& state, const NamedVocabulary& vocabulary, Instant instant) {
  return ReadFile<policy::Instruments>(state, "instruments", instant, Empty<policy::Instruments>(),
                                       [&](const Digest& digest, std::string_view text) {
                                         return state.parsed->Instruments(digest, text, vocabulary);
                                       });
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

absl::StatusOr<NamedVocabulary> ReadVocabulary(const State& state, Instant instant) {
  auto words = ReadFile<policy::Vocabulary>(
      state, "vocabulary", instant, absl::FailedPreconditionError("no vocabulary is in force"),
      [&](const Digest& digest, std::string_view text) {
        return state.parsed->Vocabulary(digest, text);
      });
  if (!words.ok()) return words.status();
  return NamedVocabulary{*std::move(words), InForce(state.files, "vocabulary", instant)->digest};
}

absl::StatusOr<FederationTexts> ReadFederation(const State& state, Instant instant) {
  auto vocabulary = ReadVocabulary(state, instant);
  if (!vocabulary.ok()) return vocabulary.status();
  auto groups = ReadFile<policy::Groups>(state, "groups", instant, Empty<policy::Groups>(),
                                         [&](const Digest& digest, std::string_view text) {
                                           return state.parsed->Groups(digest, text);
                                         });
  if (!groups.ok()) return groups.status();
  auto instruments = ReadInstruments(state, *vocabulary, instant);
  if (!instruments.ok()) return instruments.status();
  return FederationTexts{*std::move(vocabulary), *std::move(groups), *std::move(instruments)};
}

PolicyText ReadPolicy(const State& state, std::string_view jurisdiction, const FileInForce& file,
                      const FederationTexts& federation) {
  using Standing = Registry::Standing;
  const std::string* text = FindText(state, file.digest);
  if (!text) return {Standing::kTextNotHeld, nullptr};
  auto policy = state.parsed->Policy(file.digest, *text, federation.vocabulary);
  if (!policy.ok() || (*policy)->jurisdiction != jurisdiction ||
      (*policy)->version != file.version) {
    return {Standing::kUnusable, nullptr};
  }
  return {Standing::kHeld, *std::move(policy)};
}

std::shared_ptr<const policy::Vocabulary> Registry::Vocabulary(Instant instant) const {
  auto vocabulary = ReadVocabulary(*state_, instant);
  return vocabulary.ok() ? std::move(vocabulary->words) : nullptr;
}

std::shared_ptr<const policy::Instruments> Registry::Instruments(Instant instant) const {
  const auto vocabulary = ReadVocabulary(*state_, instant);
  if (!vocabulary.ok()) return nullptr;
  auto instruments = ReadInstruments(*state_, *vocabulary, instant);
  return instruments.ok() ? *std::move(instruments) : nullptr;
}

std::shared_ptr<const policy::Policy> Registry::ParsedPolicy(std::string_view text,
                                                             Instant instant) const {
  const auto vocabulary = ReadVocabulary(*state_, instant);
  if (!vocabulary.ok()) return nullptr;
  auto policy = state_->parsed->Policy(crypto::Sha256(text), text, *vocabulary);
  return policy.ok() ? *std::move(policy) : nullptr;
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

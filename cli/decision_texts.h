// The texts that a decision was made by: a folder beside decisions.jsonl with the policies and
// files of the federation that were in force, and in-force.json, which says for each what the log
// says of it. Of texts that the agency does not hold the line is there, and no file.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/json.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "policy/model.h"
#include "policy/snapshot.h"
#include "policy/vocabulary.h"

namespace entente::cli {

struct TextInForce {
  std::string kind;  // policy, vocabulary, groups, instruments, agencies
  std::string name;  // of a policy: whose
  uint64_t version = 0;
  Digest digest{};
  Instant in_force;
  bool held = false;
};

// "policy-FR-14.toml"; empty for a kind or name that no file may have.
std::string FileNameOf(const TextInForce& text);

Json TextJson(const TextInForce& text);

// Writes in-force.json. Errors as in cli/files.h.
absl::Status WriteTextsInForce(const std::string& folder, const std::vector<TextInForce>& texts);

// Immutable once read; safe from any thread.
class TextsInForce {
 public:
  // INVALID_ARGUMENT with `FILE:LINE:COL: sentence`: what the readers of policy/parse.h refuse, and
  // a file that is another than the log named. A policy that is none under
  // the vocabulary in force counts for none, as it did then.
  static absl::StatusOr<TextsInForce> Read(const std::string& folder);

  const std::vector<TextInForce>& texts() const { return texts_; }
  const policy::Vocabulary& vocabulary() const { return vocabulary_; }
  const policy::Groups& groups() const { return groups_; }
  const policy::Instruments& instruments() const { return instruments_; }
  // False when the log names a policy of that State which was not given to the agency.
  bool Holds(std::string_view jurisdiction) const;
  // The policy that counts at that instant; nullptr when there is none, or it is not held.
  const policy::Policy* PolicyAt(std::string_view jurisdiction, Instant at) const;

  // With `instead` in place of all policies of its State, when it is given.
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> Compile(
      const std::optional<policy::Policy>& instead) const;

 private:
  absl::Status ReadList(const std::string& path);
  absl::Status ReadOne(const std::string& folder, const TextInForce& text);
  absl::Status Take(const TextInForce& text, const std::string& bytes, const std::string& path);

  std::vector<TextInForce> texts_;
  policy::Vocabulary vocabulary_ = policy::PublishedVocabulary();
  policy::Groups groups_;
  policy::Instruments instruments_;
  std::vector<policy::Agency> agencies_;
  std::vector<policy::PolicyInForce> policies_;
  std::set<std::string> unusable_;  // States
};

}  // namespace entente::cli

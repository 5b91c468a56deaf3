// Reads the text of a policy, line by line.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/audit/decimal.h"
#include "core/audit/tlog_policy.h"
#include "core/base/limits.h"
#include "core/base/printable.h"

namespace entente::audit {
namespace {

constexpr std::string_view kNone = "none";

struct Word {
  std::string_view text;
  size_t column;  // from 1
};

std::vector<Word> WordsOf(std::string_view line) {
  std::vector<Word> words;
  for (size_t at = line.find_first_not_of(" \t"); at != line.npos;) {
    const size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.push_back({line.substr(at, end - at), at + 1});
    at = line.find_first_not_of(" \t", end);
  }
  return words;
}

bool IsForbidden(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

}  // namespace

class TlogPolicyReader {
 public:
  explicit TlogPolicyReader(std::string_view file) : file_(file) {}

  absl::StatusOr<TlogPolicy> Read(std::string_view text) {
    while (!text.empty()) {
      ++line_;
      auto line = TakeLine(text);
      if (!line) return Wrong(1, "the last line does not end with a newline: the file may be cut");
      if (absl::Status read = ReadLine(*line); !read.ok()) return read;
    }
    if (has_quorum_) return std::move(policy_);
    ++line_;
    return Wrong(1, "no quorum line; one without witnesses says `quorum none`");
  }

 private:
  using Words = std::vector<Word>;
  using Voter = TlogPolicy::Voter;

  absl::Status Wrong(size_t column, const std::string& sentence) const {
    return absl::InvalidArgumentError(absl::StrCat(file_, ":", line_, ":", column, ": ", sentence));
  }
  absl::Status Wrong(const Word& word, const std::string& sentence) const {
    return Wrong(word.column, absl::StrCat("`", Printable(word.text), "` ", sentence));
  }

  absl::Status ReadLine(std::string_view line) {
    const auto forbidden = std::ranges::find_if(line, IsForbidden);
    if (forbidden != line.end()) {
      return Wrong(static_cast<size_t>(forbidden - line.begin()) + 1,
                   "a control character other than tab and newline");
    }
    const Words words = WordsOf(line);
    if (words.empty() || words[0].text.starts_with('#')) return absl::OkStatus();
    if (words[0].text == "log") return ReadLog(words);
    if (words[0].text == "witness") return ReadWitness(words);
    if (words[0].text == "group") return ReadGroup(words);
    if (words[0].text == "quorum") return ReadQuorum(words);
    return Wrong(words[0], "is not log, witness, group or quorum");
  }

  absl::Status CheckCount(const Words& words, size_t least, size_t most, const std::string& form) {
    if (words.size() < least) {
      const size_t end = words.back().column + words.back().text.size();
      return Wrong(end, absl::StrCat("the line is too short: ", form));
    }
    if (words.size() <= most) return absl::OkStatus();
    return Wrong(words[most], absl::StrCat("is one word too many: ", form));
  }

  // Duplicates are told by the key alone, whatever its name and type.
  absl::Status AddKey(const Word& word, NoteKeyType type, std::vector<VerifierKey>& to) {
    auto key = VerifierKey::Parse(word.text);
    if (!key.ok()) return Wrong(word.column, std::string(key.status().message()));
    if (key->type() != type) {
      return Wrong(word.column, type == NoteKeyType::kEd25519
                                    ? "a witness's key (type 4) where a log's (type 1) is needed"
                                    : "a log's key (type 1) where a witness's (type 4) is needed");
    }
    const auto same = [&](const VerifierKey& other) { return other.key() == key->key(); };
    if (std::ranges::any_of(to, same)) return Wrong(word.column, "this key stands above already");
    to.push_back(*std::move(key));
    return absl::OkStatus();
  }

  absl::Status ReadLog(const Words& words) {
    absl::Status counted = CheckCount(words, 2, 3, "log KEY [URL]");
    return counted.ok() ? AddKey(words[1], NoteKeyType::kEd25519, policy_.logs_) : counted;
  }

  absl::Status AddVoter(const Word& name, Voter voter) {
    if (name.text == kNone) return Wrong(name, "is predefined and cannot be defined");
    if (!places_.emplace(std::string(name.text), policy_.voters_.size()).second) {
      return Wrong(name, "is defined above already");
    }
    voter.name = std::string(name.text);
    policy_.voters_.push_back(std::move(voter));
    return absl::OkStatus();
  }

  absl::Status ReadWitness(const Words& words) {
    if (auto counted = CheckCount(words, 3, 4, "witness NAME KEY [URL]"); !counted.ok()) {
      return counted;
    }
    absl::Status added = AddKey(words[2], NoteKeyType::kCosignatureV1, policy_.witnesses_);
    if (!added.ok()) return added;
    Voter voter;
    voter.witness = policy_.witnesses_.size() - 1;
    return AddVoter(words[1], std::move(voter));
  }

  // The place of a name that stands above.
  absl::StatusOr<size_t> PlaceOf(const Word& name) const {
    const auto found = places_.find(name.text);
    if (found != places_.end()) return found->second;
    return Wrong(name, "is not defined on a line above");
  }

  absl::StatusOr<uint64_t> ThresholdOf(const Word& word, size_t members) const {
    if (word.text == "any") return 1;
    if (word.text == "all") return members;
    const auto number = ParseDecimal(word.text);
    if (number && *number >= 1 && *number <= members) return *number;
    return Wrong(word, absl::StrCat("is not all, any, or a number from 1 to ", members));
  }

  absl::Status ReadGroup(const Words& words) {
    auto counted = CheckCount(words, 4, words.size(), "group NAME all|any|K MEMBER...");
    if (!counted.ok()) return counted;
    auto threshold = ThresholdOf(words[2], words.size() - 3);
    if (!threshold.ok()) return threshold.status();
    Voter group;
    group.threshold = *threshold;
    for (size_t i = 3; i < words.size(); ++i) {
      if (words[i].text == kNone) return Wrong(words[i], "cannot be a member");
      auto place = PlaceOf(words[i]);
      if (!place.ok()) return place.status();
      if (!members_.insert(*place).second) return Wrong(words[i], "is a member of a group already");
      group.members.push_back(*place);
    }
    return AddVoter(words[1], std::move(group));
  }

  absl::Status ReadQuorum(const Words& words) {
    if (auto counted = CheckCount(words, 2, 2, "quorum NAME"); !counted.ok()) return counted;
    if (has_quorum_) return Wrong(words[0], "stands above already; a policy has one such line");
    has_quorum_ = true;
    if (words[1].text == kNone) return absl::OkStatus();
    auto place = PlaceOf(words[1]);
    if (!place.ok()) return place.status();
    policy_.quorum_ = *place;
    return absl::OkStatus();
  }

  const std::string file_;
  size_t line_ = 0;
  TlogPolicy policy_;
  std::map<std::string, size_t, std::less<>> places_;  // of names, in voters_
  std::set<size_t> members_;                           // voters that are in a group
  bool has_quorum_ = false;
};

absl::StatusOr<TlogPolicy> TlogPolicy::Parse(std::string_view file, std::string_view text) {
  if (text.size() > limits::kConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(file), ":1:1: the policy is larger than 1 MiB"));
  }
  return TlogPolicyReader(file).Read(text);
}

}  // namespace entente::audit

// A text of any script as words and numbers, to look for secrets in (leak_secret.h). Pure;
// thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "node/search/fold.h"

namespace entente::node::search {

struct TextWord {
  std::string text;  // folded
  std::string sound;
  bool capital = false;  // could begin a name
  bool without_vowels = false;
  PartKind kind = PartKind::kPlain;
};

// A text read once for all secrets.
class ReadText {
 public:
  explicit ReadText(std::string_view text);

  const std::vector<TextWord>& words() const { return words_; }
  // Letters and digits without what stands between, and where a piece begins.
  const std::string& squeezed() const { return squeezed_; }
  bool Joined(size_t at) const { return at > 0 && at < joined_.size() && joined_[at]; }
  const std::vector<std::string>& numbers() const { return numbers_; }

 private:
  void AddWords(std::string_view text);
  void Squeeze(std::string_view text);

  std::vector<TextWord> words_;
  std::string squeezed_;
  std::vector<bool> joined_;          // to the character before
  std::vector<std::string> numbers_;  // each run of digits
};

// Of the first letter: no small one.
bool BeginsLikeAName(std::string_view piece);
// The words of a text, particles left out.
std::vector<TextWord> WordsOf(std::string_view text);
// All letters and digits of a text without what stands between.
std::string Squeezed(std::string_view text);

}  // namespace entente::node::search

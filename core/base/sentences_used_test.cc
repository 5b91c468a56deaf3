// The catalogue against the sources: every sentence that is named exists, and every one that exists
// is named.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/base/sentence_table.h"
#include "core/base/sentences.h"

namespace entente {
namespace {

namespace fs = std::filesystem;

// The texts between quotes; comments, characters and raw strings are left out.
std::set<std::string> LiteralsOf(const std::string& text) {
  std::set<std::string> found;
  const auto past = [&](std::string_view end, size_t from) {
    const size_t at = text.find(end, from);
    return at == text.npos ? text.size() : at + end.size();
  };
  for (size_t i = 0; i < text.size();) {
    if (text.compare(i, 2, "//") == 0) {
      i = past("\n", i);
    } else if (text.compare(i, 3, "R\"(") == 0) {
      i = past(")\"", i);
    } else if (text.compare(i, 3, "'\"'") == 0) {
      i += 3;
    } else if (text[i] == '"') {
      size_t end = i + 1;
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      found.insert(text.substr(i + 1, end - i - 1));
      i = end + 1;
    } else {
      ++i;
    }
  }
  return found;
}

bool IsTable(const fs::path& file) {
  return file.filename().string().starts_with("sentences_") ||
         file.filename() == "sentence_table.cc";
}

// All texts in the sources of programs: not in tests, not in the tables themselves.
std::set<std::string> LiteralsOfSources(std::initializer_list<const char*> folders) {
  const char* const root = std::getenv("ENTENTE_SOURCE_DIR");
  std::set<std::string> found;
  for (const char* folder : folders) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(root == nullptr ? "." : root) / folder)) {
      const fs::path& file = entry.path();
      const bool source = file.extension() == ".cc" || file.extension() == ".h";
      const bool test = file.stem().string().ends_with("_test");
      if (!source || test || IsTable(file)) continue;
      std::ifstream in(file, std::ios::binary);
      found.merge(LiteralsOf(std::string(std::istreambuf_iterator<char>(in), {})));
    }
  }
  return found;
}

std::set<std::string> Keys() {
  std::set<std::string> keys;
  for (const auto rows : AllSentences()) {
    for (const SentenceRow& row : rows) keys.emplace(row.key);
  }
  return keys;
}

bool IsWords(const std::string& text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == text.npos;
}

// "lead.overdue", and "audit.verdict.", to which a word is added, in a group of the catalogue.
TEST(SentencesUsed, EverySentenceThatIsNamedExists) {
  const std::set<std::string> keys = Keys();
  std::set<std::string> groups;
  for (const std::string& key : keys) groups.insert(key.substr(0, key.find('.')));
  size_t named = 0;
  for (const std::string& text : LiteralsOfSources({"cli", "core/net", "core/base", "policy"})) {
    const size_t dot = text.find('.');
    if (dot == text.npos || !IsWords(text) || !groups.contains(text.substr(0, dot))) continue;
    ++named;
    if (text.back() == '.') {
      const auto first = keys.lower_bound(text);
      EXPECT_TRUE(first != keys.end() && first->starts_with(text)) << text;
      continue;
    }
    EXPECT_TRUE(HasSentence(text)) << text;
    for (const Language language : {Language::kEnglish, Language::kFrench}) {
      EXPECT_NE(Sentence(language, text), "[" + text + "]");
    }
  }
  EXPECT_GT(named, 100u) << "the sources were not found";
}

// Named whole, or by its group and its word; numbers are those of an enumeration.
TEST(SentencesUsed, EverySentenceThatExistsIsNamed) {
  const std::set<std::string> texts =
      LiteralsOfSources({"cli", "core", "node", "broker", "policy"});
  const auto is_named = [&](const std::string& key) {
    if (texts.contains(key)) return true;
    for (size_t dot = key.find('.'); dot != key.npos; dot = key.find('.', dot + 1)) {
      const std::string group = key.substr(0, dot), word = key.substr(dot + 1);
      if (!texts.contains(group) && !texts.contains(group + ".")) continue;
      if (texts.contains(word) || word.find_first_not_of("0123456789") == word.npos) return true;
    }
    return false;
  };
  // Named after content.proto: cli/render_content_test.cc holds these against it.
  std::set<std::string> of_contents;
  for (const SentenceRow& row : ContentSentences()) of_contents.emplace(row.key);
  for (const std::string& key : Keys()) {
    EXPECT_TRUE(of_contents.contains(key) || is_named(key)) << key << " is said nowhere";
  }
}

std::string TextOf(std::string_view path) {
  const char* const root = std::getenv("ENTENTE_SOURCE_DIR");
  std::ifstream in(fs::path(root == nullptr ? "." : root) / path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

TEST(SentencesUsed, EveryAlarmHasASentenceAndALineInTheRunbook) {
  const std::string runbook = TextOf("deploy/runbook.md");
  size_t alarms = 0;
  for (const std::string& code : LiteralsOf(TextOf("node/alarms.h"))) {
    if (!IsWords(code)) continue;
    ++alarms;
    EXPECT_TRUE(HasSentence("alarm." + code)) << code;
    EXPECT_NE(runbook.find("`" + code + "`"), runbook.npos) << code;
  }
  EXPECT_GT(alarms, 20u);
}

}  // namespace
}  // namespace entente

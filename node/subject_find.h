// Which records name a person: by the numbers and names of their subjects, as a search does, and in
// their texts, by the words alone. Every record counts as of an owner of its own, so that none
// crowds out another. Not thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "entente/v1/desk_subject.pb.h"
#include "node/question.h"
#include "node/search/leak_secret.h"
#include "node/search/name_index.h"

namespace entente::node {

// What a record says. Views: the caller's outlive the call.
struct HeldWords {
  std::span<const v1::SectionContent> sections;
  std::vector<const google::protobuf::Message*> beside;  // instruction, reasons: no section
};

// Of one record: what agrees, and in which of its sections something does.
struct SubjectEvidence {
  std::vector<v1::SubjectMatch> matches;
  std::set<size_t> sections;
  std::vector<v1::Subject> own;  // what is said of the person, and of their things
  bool in_text = false;
};

class SubjectFinder {
 public:
  explicit SubjectFinder(Question question);

  // Under a number of the caller's, below 2^32.
  void Add(uint32_t number, const HeldWords& words);
  // After all were added: those that name the person.
  std::set<uint32_t> Find();
  // The same words as were added under the number.
  SubjectEvidence Explain(uint32_t number, const HeldWords& words) const;

  bool IsNamedIn(const std::string& text) const;
  bool IsNamedIn(const google::protobuf::Message& message) const;
  const Question& question() const { return question_; }

 private:
  bool Reads(const std::string& text) const;
  v1::SubjectMatch MatchOf(uint32_t number, size_t place, const v1::Subject& subject) const;
  void AddTexts(const google::protobuf::Message& message, SubjectEvidence& evidence) const;

  Question question_;
  std::vector<search::Secret> numbers_;
  search::SoughtName name_;
  search::NameIndex names_;
  // Most texts have the words of another: places, offices, reasons.
  mutable std::unordered_map<std::string, bool> known_;
  std::set<uint32_t> found_;
  std::map<std::pair<uint32_t, size_t>, search::NameCandidate> by_name_;
};

}  // namespace entente::node

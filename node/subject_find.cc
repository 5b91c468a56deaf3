#include "node/subject_find.h"

#include <algorithm>
#include <limits>

#include "node/search/message_texts.h"
#include "node/search/subject_keys.h"

namespace entente::node {
namespace {

using google::protobuf::Message;
using search::KeyKind;
using search::SecretKind;

// No name or number that is looked for in a text is shorter.
constexpr size_t kLeastText = 4;
constexpr size_t kMostKnown = 65536;

// Where a subject stands: that of a note that somebody is another counts as one too.
struct Placed {
  size_t section = 0;
  int position = 0;
  v1::Subject subject;
};

std::vector<Placed> PlacedIn(std::span<const v1::SectionContent> sections) {
  std::vector<Placed> placed;
  for (size_t i = 0; i < sections.size(); ++i) {
    int position = 0;
    for (const v1::Subject& subject : sections[i].subjects().subjects()) {
      placed.push_back({i, position++, subject});
    }
    if (!sections[i].has_not_identical()) continue;
    const v1::NotIdentical& note = sections[i].not_identical();
    placed.push_back({i, position++, {}});
    *placed.back().subject.mutable_person() = note.person();
    for (const v1::Document& document : note.documents()) {
      placed.push_back({i, position++, {}});
      *placed.back().subject.mutable_document() = document;
    }
  }
  return placed;
}

// Its texts count as that subject, and not again.
void Remove(int position, v1::SectionContent& content) {
  if (!content.has_not_identical()) {
    content.mutable_subjects()->mutable_subjects()->DeleteSubrange(position, 1);
  } else if (position == 0) {
    content.mutable_not_identical()->clear_person();
  } else {
    content.mutable_not_identical()->mutable_documents()->DeleteSubrange(position - 1, 1);
  }
}

SecretKind KindOf(const AskedNumber& number) {
  switch (number.keys.front().kind) {
    case KeyKind::kPhone:
      return SecretKind::kPhone;
    case KeyKind::kEmail:
      return SecretKind::kWord;
    default:
      return SecretKind::kNumber;
  }
}

uint64_t NameId(uint32_t number, size_t place) {
  return uint64_t{number} * search::AlertIndex::kNamed + place;
}

bool IsThing(const v1::Subject& subject) {
  return !subject.has_person() && !subject.has_organisation();
}

// What belongs to a subject that was found: a thing that a link joins to it.
bool IsJoined(const v1::Subjects& all, const v1::Subject& thing, const std::set<uint32_t>& found) {
  if (thing.number() == 0 || !IsThing(thing)) return false;
  return std::ranges::any_of(all.links(), [&](const v1::Link& link) {
    return link.kind() != v1::LINK_KIND_NOT_SAME_AS &&
           ((link.from() == thing.number() && found.contains(link.to())) ||
            (link.to() == thing.number() && found.contains(link.from())));
  });
}

void AddJoined(const HeldWords& words, const std::set<uint32_t>& numbers,
               SubjectEvidence& evidence) {
  v1::Subjects all;
  for (const v1::SectionContent& section : words.sections) all.MergeFrom(section.subjects());
  for (size_t i = 0; i < words.sections.size(); ++i) {
    for (const v1::Subject& subject : words.sections[i].subjects().subjects()) {
      if (numbers.contains(subject.number()) || !IsJoined(all, subject, numbers)) continue;
      evidence.own.push_back(subject);
      evidence.sections.insert(i);
    }
  }
}

}  // namespace

SubjectFinder::SubjectFinder(Question question)
    : question_(std::move(question)), name_(question_.name) {
  for (const AskedNumber& number : question_.numbers) {
    search::Secret secret(KindOf(number), number.written);
    if (!secret.empty()) numbers_.push_back(std::move(secret));
  }
}

bool SubjectFinder::IsNamedIn(const std::string& text) const {
  if (text.size() < kLeastText) return false;
  if (known_.size() == kMostKnown) known_.clear();
  const auto [known, first] = known_.try_emplace(text, false);
  if (first) known->second = Reads(text);
  return known->second;
}

bool SubjectFinder::Reads(const std::string& text) const {
  const search::ReadText read(text);
  return name_.IsIn(read) ||
         std::ranges::any_of(numbers_, [&](const search::Secret& one) { return one.IsIn(read); });
}

bool SubjectFinder::IsNamedIn(const Message& message) const {
  bool named = false;
  search::ForEachText(message, "", [&](const std::string&, const std::string& text) {
    named = named || IsNamedIn(text);
  });
  return named;
}

void SubjectFinder::Add(uint32_t number, const HeldWords& words) {
  const std::vector<Placed> placed = PlacedIn(words.sections);
  for (size_t i = 0; i < std::min(placed.size(), search::AlertIndex::kNamed); ++i) {
    if (!Agreements(question_, placed[i].subject).empty()) found_.insert(number);
    std::optional<search::IndexEntry> entry = search::NamesOf(placed[i].subject);
    if (!entry) continue;
    entry->id = NameId(number, i);
    entry->owner = number;
    names_.Add(*entry);
  }
  if (found_.contains(number)) return;
  const auto named = [&](const Message& message) { return IsNamedIn(message); };
  if (std::ranges::any_of(words.sections, named) ||
      std::ranges::any_of(words.beside, [&](const Message* one) { return named(*one); })) {
    found_.insert(number);
  }
}

std::set<uint32_t> SubjectFinder::Find() {
  const std::optional<search::NameQuery> name = ForIndex(question_).name;
  if (!name) return found_;
  for (search::NameCandidate& one : names_.Find(*name, std::numeric_limits<size_t>::max())) {
    const auto number = static_cast<uint32_t>(one.id / search::AlertIndex::kNamed);
    found_.insert(number);
    by_name_.emplace(std::pair(number, one.id % search::AlertIndex::kNamed), std::move(one));
  }
  return found_;
}

v1::SubjectMatch SubjectFinder::MatchOf(uint32_t number, size_t place,
                                        const v1::Subject& subject) const {
  v1::SubjectMatch match;
  for (v1::SearchAgreement& one : Agreements(question_, subject)) {
    *match.add_agreements() = std::move(one);
  }
  match.set_score(match.agreements().empty() ? 0 : 1);
  const auto found = by_name_.find({number, place});
  if (found == by_name_.end()) return match;
  match.set_score(std::max(match.score(), found->second.score));
  for (v1::SearchAgreement& one : Agreements(found->second)) {
    *match.add_agreements() = std::move(one);
  }
  return match;
}

void SubjectFinder::AddTexts(const Message& message, SubjectEvidence& evidence) const {
  std::set<std::string> seen;
  search::ForEachText(message, "", [&](const std::string& where, const std::string& text) {
    if (!IsNamedIn(text) || !seen.insert(where).second) return;
    evidence.matches.emplace_back().set_where(where);
    evidence.in_text = true;
  });
}

SubjectEvidence SubjectFinder::Explain(uint32_t number, const HeldWords& words) const {
  SubjectEvidence evidence;
  std::vector<v1::SectionContent> rest(words.sections.begin(), words.sections.end());
  std::vector<Placed> placed = PlacedIn(words.sections);
  std::set<uint32_t> numbers;
  // From behind, so that positions stay.
  for (size_t i = placed.size(); i-- > 0;) {
    v1::SubjectMatch match = MatchOf(number, i, placed[i].subject);
    if (match.score() == 0) continue;
    evidence.sections.insert(placed[i].section);
    if (placed[i].subject.number() != 0) numbers.insert(placed[i].subject.number());
    Remove(placed[i].position, rest[placed[i].section]);
    evidence.own.push_back(placed[i].subject);
    *match.mutable_subject() = std::move(placed[i].subject);
    evidence.matches.push_back(std::move(match));
  }
  std::ranges::reverse(evidence.matches);
  std::ranges::reverse(evidence.own);
  AddJoined(words, numbers, evidence);
  for (size_t i = 0; i < rest.size(); ++i) {
    const size_t before = evidence.matches.size();
    AddTexts(rest[i], evidence);
    if (evidence.matches.size() != before) evidence.sections.insert(i);
  }
  for (const Message* one : words.beside) AddTexts(*one, evidence);
  return evidence;
}

}  // namespace entente::node

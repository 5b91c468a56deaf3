// A small federation for tests: FR and BR with policies made of the rules a test writes, agencies
// of several kinds in several States, a group EU with members that come and go, and instruments.
// Each test changes what it is about and leaves the rest.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "policy/decide.h"
#include "policy/parse.h"

namespace entente::policy::testing {

// "[[outbound.allow]]" with id, a title and a law, then `body`.
std::string RuleText(const std::string& table, const std::string& id, const std::string& body);
// The same with every condition that an allow needs: FR to BR, investigate, suspect, identity.
std::string AllowOut(const std::string& id, const std::string& more = "");
std::string AllowIn(const std::string& id, const std::string& more = "");

// The instant of a text such as "2026-06-01T00:00:00Z". Fails the test when unreadable.
Instant At(const std::string& text);

struct World {
  World();

  std::string groups;
  std::string instruments;
  std::string agencies;
  struct PolicyText {
    std::string rules;
    std::string head;  // further keys above the rules
    uint64_t version = 1;
    std::string from = "2026-01-01T00:00:00Z";
    std::string until = "2027-01-01T00:00:00Z";
    std::string in_force = "2026-01-01T00:00:00Z";
  };
  std::multimap<std::string, PolicyText> policies;  // by jurisdiction

  // By default a record about a suspect's identity, FR.police-a to BR.police-b.
  RecordLabels record;
  RecipientLabels recipient;
  Instant now;

  // The rules of a State that has one policy.
  PolicyText& of(const std::string& jurisdiction) { return policies.find(jurisdiction)->second; }
  void Section(std::vector<std::string> about, std::vector<std::string> data,
               bool essential = false);

  // Fails the test when a text is refused.
  Policy Parsed(const std::string& jurisdiction) const;
  SnapshotParts Parts() const;
  std::shared_ptr<const Snapshot> Compile() const;
  Decision Decide() const;
};

std::vector<std::string> Reasons(const Decision& decision);
std::vector<std::string> Matched(const Decision& decision);

}  // namespace entente::policy::testing

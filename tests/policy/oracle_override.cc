#include "tests/policy/oracle_override.h"

namespace entente::policy::testing {
namespace {

constexpr int64_t kDay = 24 * 60 * 60 * 1000;

bool IsVictimOrChild(const std::string& person) { return person == "victim" || person == "child"; }

}  // namespace

std::string OracleOverride::BarOf(const Rule& forbid, Direction direction) const {
  if (!(given_->from <= t_ && t_ < given_->until)) return "override-time";
  if (given_->until - given_->from > kDay) return "override-too-long";
  if (!HasWord(given_->rules, forbid.id)) return "override-other-rule";
  if (direction == Direction::kInbound) return "override-inbound";
  if (!forbid.unless_consent_of_source) return "override-firm-rule";
  for (const std::string& person : forbid.about) {
    if (IsVictimOrChild(person)) return "override-protected-rule";
  }
  return "";
}

std::string OracleOverride::BarOf(const Atom& atom) const {
  const auto& [person, data] = atom;
  const bool known = HasWord(words_.words(Category::kPerson), person) &&
                     HasWord(words_.words(Category::kData), data);
  const bool named = HasWord(given_->about, person) && HasWord(given_->data, data);
  if (!known && named) return "override-unknown-word";
  if (!named) return "override-words";
  return IsVictimOrChild(person) ? "override-protected" : "";
}

std::set<Atom> OracleOverride::StandsInFor(const Rule& forbid, Direction direction,
                                           const std::set<Atom>& matched) {
  if (!given_) return {};
  if (const std::string bar = BarOf(forbid, direction); !bar.empty()) {
    met_.insert(bar);
    return {};
  }
  std::set<Atom> out;
  for (const Atom& atom : matched) {
    const std::string bar = BarOf(atom);
    if (bar.empty()) {
      out.insert(atom);
    } else {
      met_.insert(bar);
    }
  }
  return out;
}

}  // namespace entente::policy::testing

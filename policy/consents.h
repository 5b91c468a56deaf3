// What the consents attached for one recipient make true (docs/policy.md, "Consents"): which atoms
// of the record the States that its data came from let go on to this recipient, and whether the
// origin itself has let a record go that handling code H3 holds. That a consent was signed by whom
// it names, for this origin and recipient and purpose, was verified before it became a label. An
// override stands in for those that are missing.
// Internal to policy/. Allocates nothing.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/limits.h"
#include "policy/bound.h"
#include "policy/labels.h"
#include "policy/override.h"
#include "policy/side.h"
#include "policy/tables.h"

namespace entente::policy {

class Consents {
 public:
  // Whether the policy of a State that consents is asked as well, or taken to let it go.
  enum class Sources : uint8_t { kAsked, kTaken };

  // Precondition: at most limits::kConsents. Views into its arguments, which must outlive it.
  Consents(const Tables& tables, const RecipientLabels& recipient, const Bound& bound, Instant t,
           Sources sources);

  // Of these forbids, which all match, those that yield: the rows of `unless`, each atom of which
  // is covered by every State that the rule asks about, or by the override.
  Mask Yielding(const SideTables& side, const Mask& forbids) const;
  // The origin has itself let every atom go to this recipient.
  bool OriginLetsGo() const;
  // What the States that consent, and the instruments they name, oblige to; nothing when they were
  // not asked.
  void AddObligations(ObligationSet& out) const;

 private:
  struct Voice {
    uint16_t state;
    uint32_t about;
    uint32_t data;
    Mask rules;              // of the State's outbound half
    const SideTables* side;  // null: no rule is asked
    ObligationSet obligations;
    bool Covers(size_t person, size_t data_row) const;
  };

  void Hear(const ConsentLabels& consent);
  // False when it counts for nothing.
  bool HearInstrument(const ConsentLabels& consent, const BoundEnd& source, Voice& voice) const;
  bool HearPolicy(const BoundEnd& source, uint32_t instrument, Voice& voice) const;
  // Of the States that the rule asks there is one, and each consents, or need not.
  bool AllAsked(const SideTables& side, size_t rule, size_t person, size_t data,
                bool overridden) const;
  bool Yields(const SideTables& side, size_t rule) const;
  bool Consented(uint16_t state, size_t person, size_t data) const;

  const Tables& tables_;
  const RecipientLabels& recipient_;
  const Bound& bound_;
  const Instant t_;
  const Sources sources_;
  const Override override_;
  std::array<Voice, limits::kConsents> voices_;
  uint32_t count_ = 0;
};

}  // namespace entente::policy

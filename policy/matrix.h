// What may be sent to whom, or accepted from whom, at an instant, category of person by category of
// data, as the engine decides it: each cell sums up DecideOutbound() or DecideInbound() for records
// of that one combination between all kinds of authority, of all kinds, for all purposes asked for,
// under every instrument that serves, with each handling code and evaluation, the sender's own and
// obtained from others. Pure; safe from any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/party_prose.h"

namespace entente::policy {

struct MatrixCell {
  enum class State : uint8_t {
    kNothing,  // no rule allows it, or nothing would carry it, and no rule is about it
    kStays,    // goes in no case, and a rule that is about it says so
    kObliged,  // goes in some case, with obligations beyond those of the handling code
    kFree,     // goes in some case, and never with such
  };
  State state = State::kNothing;
  std::set<std::string> by;  // ids of the allows by which it goes
  // Ids of what keeps it back where an allow would let it go, for the sender's own data with the
  // first handling code and evaluation; when it stays, of all that keeps it back but for what keeps
  // back everything.
  std::set<std::string> against;
  // When it goes, ids of what keeps it back for other sources, handling codes or evaluations alone.
  std::set<std::string> sometimes;
  friend bool operator==(const MatrixCell&, const MatrixCell&) = default;
};

struct PartnerMatrix {
  std::vector<std::string> partners;           // States, and agencies by their ids
  std::vector<std::vector<MatrixCell>> cells;  // by person, then data, as in the vocabulary
  bool empty() const;                          // nothing is said of anything
};

// Admitted and not suspended.
bool ActiveAt(const Agency& agency, Instant t);

// The partners: every State with an agency at the setting's instant (with none registered,
// every party of an instrument), the file's own among them, every organisation, and every agency
// that a rule names. Those of equal cells stand together. INVALID_ARGUMENT when the policy does not
// compile.
absl::StatusOr<std::vector<PartnerMatrix>> MatricesOf(const RenderSetting& setting,
                                                      const Policy& policy, Direction direction,
                                                      const std::vector<std::string>& purposes);

}  // namespace entente::policy

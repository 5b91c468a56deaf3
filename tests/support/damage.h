// What a broker makes of a damaged store: whether fsck finds it, whether it starts, and whether
// what it signs afterwards is still the log that was there before. Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/audit/checkpoint.h"
#include "core/audit/frontier.h"
#include "core/audit/fsck.h"
#include "core/store/memory_store.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {

using Rows = std::map<store::Family, std::vector<std::pair<std::string, std::string>>>;
// Nothing of a family that cannot be read.
Rows AllRows(const store::Reader& store);

void FlipBit(std::string& bytes, size_t bit);
// Where a sync costs nothing, if there is such a folder: these tests open a database hundreds of
// times, and cut off no power. Else "".
std::string FastFolder();
// Of all damages, how many percent are tried: ENTENTE_FLIPS, else 100.
uint64_t FlipShare();

struct Verdict {
  std::string refused;                       // at start, why; empty: it started
  std::vector<audit::FsckFinding> findings;  // by fsck
  bool signed_over = false;                  // what was signed is not the undamaged log
  bool Names(std::string_view place) const;
};

class DamageJudge {
 public:
  // Of a store that is sound and open at `fixture`; `fixture` outlives this.
  explicit DamageJudge(EngineFixture& fixture);

  const Rows& rows() const { return rows_; }
  const std::string& high_water() const { return high_water_; }
  // The sound store in memory.
  std::unique_ptr<store::MemoryStore> Copy() const;

  std::vector<audit::FsckFinding> Check(const store::Store& store) const;
  // Starts a broker on the store, which then commits a record if it can.
  void Start(store::Store& store, Verdict& verdict) const;
  // A checkpoint of the undamaged log, of any size.
  bool IsOfThisLog(const std::string& note) const;

 private:
  bool ContinuesLog(const store::Store& store, const std::string& note) const;

  EngineFixture& fixture_;
  Rows rows_;
  std::string high_water_;
  audit::Frontier log_;
  v1::Submission probe_;
};

}  // namespace entente::broker

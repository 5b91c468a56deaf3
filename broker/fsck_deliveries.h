// What fsck knows from the log of all that ever went to each mailbox: in which lane, and so under
// which sequence, each delivery stands. Not thread-safe; used by broker/fsck_rows.cc alone.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/families.h"
#include "core/store/store.h"
#include "entente/v1/ledger.pb.h"

namespace entente::broker {

// One delivery: the n-th of those that the entry has for this agency, of so many.
struct DeliveryPlace {
  uint64_t log_index = 0;
  uint64_t ordinal = 0;  // from 0
  uint64_t of = 1;
};

class Deliveries {
 public:
  explicit Deliveries(const store::Reader& store) : store_(store) {}

  // Every part, in the order of the log and of its number there.
  void Note(uint64_t log_index, uint16_t number, const v1::Part& part);
  // Once, when all parts were noted.
  void FindLanes();

  // How much the agency's mailbox ever got.
  std::map<std::string, uint64_t> Counts() const;
  // False when the log says that something else stands there. What has left the mailbox without a
  // trace of its lane (a gap note, a record that expired) leaves that much play, and no more.
  bool MayStandAt(const LaneKey& lane, uint64_t seq, const DeliveryPlace& place) const;

 private:
  struct Given {
    uint64_t log_index;
    std::string record_hash;                             // of a record, else empty
    v1::Lane lane;                                       // LANE_UNSPECIFIED: not known
    std::string holder;                                  // in whose mailbox the record waits
    uint64_t body_index;                                 // of the body that says the lane
    std::array<uint64_t, v1::Lane_ARRAYSIZE> through{};  // by lane: how many up to here, this too
  };
  void NoteAgain(uint64_t log_index, const v1::Part& part);
  v1::Lane LaneOf(const Given& given) const;

  const store::Reader& store_;
  std::map<std::string, std::vector<Given>> given_;  // by reader, in the order of the log
  std::map<std::pair<std::string, std::string>, v1::Lane> taken_;  // reader, record hash
};

}  // namespace entente::broker

// The connection for files between one node and the broker in a simulated world: what
// node/transfer.h does with gRPC and threads, with every message an event that takes its time, in
// order, and may be lost with the connection. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "node/files.h"
#include "tests/federation/broker_host.h"
#include "tests/federation/node_host.h"
#include "tests/federation/scene.h"

namespace entente::testing {

// How bad the network is. All zero: every message arrives, at once and once.
struct NetworkFaults {
  uint64_t cut = 0;      // in a thousand messages: the connection breaks with it
  uint64_t twice = 0;    // in a thousand requests that are no stream: it is carried out twice
  int64_t delay_ms = 1;  // at most
};

class FileLink {
 public:
  // `on_change`: something of the node's may be sent now.
  FileLink(Scene& scene, BrokerHost& broker, NodeHost& node, const NetworkFaults& faults,
           std::function<void()> on_change);

  // Begins what is to be moved and is not being moved.
  void Wake();
  // Removes from the folder what nobody needs any more.
  void Sweep();
  // The connection breaks, and comes back after so long.
  void Cut(int64_t for_ms);
  void OnCrash();
  // What waits to be moved; empty for nothing.
  std::string OnItsWay();

 private:
  struct Pause {
    int64_t length_ms = 0;
    Instant until;
  };
  // One of the two directions.
  struct Way {
    std::optional<node::FileToMove> file;  // while it is being moved
    uint64_t stream = 0;
    uint64_t at = 0;  // of the file, sent or asked for
    size_t unanswered = 0;
    Instant last_to_broker{}, last_to_node{};
    std::map<std::string, Pause> pauses{};
  };

  std::set<std::string> Resting(const Way& way) const;
  void LetRest(Way& way, const std::string& name);
  void WakeIn(int64_t ms);
  void Begin(Way& way, const node::FileToMove& file);
  node::FileToMove End(Way& way);
  void ToBroker(Way& way, std::function<void()> arrive);
  void ToNode(Way& way, uint64_t stream, std::function<void()> arrive);
  int64_t Delay(Instant& last);
  bool IsWanted(const Way& way, const absl::StatusOr<std::optional<node::FileToMove>>& next) const;

  void StartUpload();
  void OnPlace(const absl::StatusOr<BrokerFiles::Place>& place);
  void SendPieces();
  void EndUpload(const absl::Status& status);

  void StartFetch();
  void AskPieces();
  void TakePiece(const absl::StatusOr<std::string>& piece);
  void FinishFetch();
  absl::Status CheckWhole(const node::FileToMove& file, const std::string& sealed);
  void EndFetch(const absl::Status& status);

  Scene& scene_;
  BrokerHost& broker_;
  NodeHost& node_;
  const NetworkFaults& faults_;
  const std::function<void()> on_change_;
  Instant not_before_;
  Way up_, down_;
  uint64_t turn_ = 0;     // of the upload, at the broker
  bool resumed_ = false;  // the fetch, from what stood here
};

}  // namespace entente::testing

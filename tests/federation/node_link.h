// The link between one node and the broker in a simulated world: what node/link.h does with gRPC,
// with every message an event that takes its time, in order within a stream, and may be lost with
// its connection, before or after it had its effect. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/federation/broker_host.h"
#include "tests/federation/file_link.h"
#include "tests/federation/node_host.h"
#include "tests/federation/scene.h"

namespace entente::testing {

class NodeLink {
 public:
  NodeLink(Scene& scene, BrokerHost& broker, NodeHost& node, const NetworkFaults& faults);

  // A round of everything that is asked and sent, within that time.
  void Wake(int64_t within_ms);
  // The connection breaks; it comes back after some seconds.
  void Cut(std::string_view why);
  // No connection for so long, for files neither.
  void CutFor(int64_t ms);
  FileLink& files() { return files_; }

  // For canaries and the count of what was promised.
  std::function<void(const v1::SubmitResponse&)> on_answer;

 private:
  enum Stream : uint8_t { kUnary, kSubmit, kPull, kStreams };

  void OnStart();
  void OnCrash();
  void Round();
  void Connect();
  void AskEntries();
  void AskTexts();
  void Publish();
  void Submit();
  void Pull();
  void SendAcknowledges();
  void KeepReceipts();
  bool Took(const absl::Status& status, std::string_view what);
  bool StillOn(uint64_t connection) const { return connected_ && connection == connection_; }

  // Runs `arrive` at the broker; once the connection is gone, only by luck.
  void ToBroker(Stream stream, std::function<void()> arrive);
  // Runs `arrive` at the node if that connection still stands.
  void ToNode(uint64_t connection, Stream stream, std::function<void()> arrive);
  int64_t Delay(Stream stream, std::array<Instant, kStreams>& last);

  Scene& scene_;
  BrokerHost& broker_;
  NodeHost& node_;
  const NetworkFaults& faults_;
  FileLink files_;
  bool connected_ = false;
  uint64_t connection_ = 0;
  Instant not_before_;
  std::optional<Instant> round_at_;
  uint64_t round_ = 0;
  bool asking_ = false;
  std::optional<uint64_t> session_;
  std::array<Instant, kStreams> last_to_broker_{};
  std::array<Instant, kStreams> last_to_node_{};
};

}  // namespace entente::testing

#include "tests/federation/node_link.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::testing {
namespace {

constexpr int64_t kRoundMs = 3 * limits::kMinuteMs;
constexpr size_t kReceiptsAtOnce = 64;

}  // namespace

NodeLink::NodeLink(Scene& scene, BrokerHost& broker, NodeHost& node, const NetworkFaults& faults)
    : scene_(scene),
      broker_(broker),
      node_(node),
      faults_(faults),
      files_(scene, broker, node, faults, [this] { Wake(200); }) {
  node_.on_start = [this] { OnStart(); };
  node_.on_crash = [this] { OnCrash(); };
}

// ---- the connection

void NodeLink::OnStart() {
  connected_ = false;
  Wake(scene_.Between(0, 500));
}

void NodeLink::OnCrash() {
  files_.OnCrash();
  connected_ = false;
  if (session_ && broker_.up()) broker_.ClosePull(*session_);
  session_.reset();
  round_at_.reset();
  ++round_;
}

void NodeLink::Connect() {
  connected_ = true;
  ++connection_;
  asking_ = false;
  session_.reset();
  node_.engine().OnConnected();
}

void NodeLink::Cut(std::string_view why) {
  if (!connected_) return;
  scene_.trace.Add(node_.agency(), "connection lost: " + std::string(why));
  connected_ = false;
  // The broker may notice later, or not before the next one is there.
  if (session_ && broker_.up() && scene_.Chance(500)) broker_.ClosePull(*session_);
  session_.reset();
  not_before_ = scene_.timeline.now() + scene_.Between(100, 5'000);
  if (!node_.up()) return;
  node_.engine().OnDisconnected(absl::UnavailableError(why.data()));
  Wake(5'000);
}

void NodeLink::CutFor(int64_t ms) {
  Cut("cut for " + std::to_string(ms) + " ms");
  not_before_ = scene_.timeline.now() + ms;
  files_.Cut(ms);
}

int64_t NodeLink::Delay(Stream stream, std::array<Instant, kStreams>& last) {
  const Instant now = scene_.timeline.now();
  Instant arrives = now + scene_.Between(1, faults_.delay_ms);
  if (stream != kUnary) arrives = last[stream] = std::max(arrives, last[stream] + 1);
  return arrives - now;
}

void NodeLink::ToBroker(Stream stream, std::function<void()> arrive) {
  const bool lost = scene_.Chance(faults_.cut);
  const bool lucky = scene_.Chance(500);
  const bool twice = stream == kUnary && scene_.Chance(faults_.twice);
  scene_.timeline.After(Delay(stream, last_to_broker_),
                        [this, connection = connection_, lost, lucky, twice, arrive] {
                          if (!broker_.up()) {
                            if (StillOn(connection)) Cut("the broker is down");
                            return;
                          }
                          const bool there = StillOn(connection) && !lost;
                          if (lost && StillOn(connection)) Cut("a message to the broker was lost");
                          if (!there && !lucky) return;
                          arrive();
                          if (twice && broker_.up()) arrive();
                        });
}

void NodeLink::ToNode(uint64_t connection, Stream stream, std::function<void()> arrive) {
  const bool lost = scene_.Chance(faults_.cut);
  scene_.timeline.After(Delay(stream, last_to_node_), [this, connection, lost, arrive] {
    if (!StillOn(connection) || !node_.up()) return;
    if (lost) return Cut("a message to the node was lost");
    arrive();
  });
}

// A call that failed ends the connection, as in node/link.cc.
bool NodeLink::Took(const absl::Status& status, std::string_view what) {
  if (node_.Took(status, what)) return true;
  Cut(what);
  return false;
}

// ---- rounds

void NodeLink::Wake(int64_t within_ms) {
  const Instant at = scene_.timeline.now() + scene_.Between(0, within_ms);
  if (round_at_ && *round_at_ <= at) return;
  round_at_ = at;
  scene_.timeline.After(at - scene_.timeline.now(), [this, round = ++round_] {
    if (round == round_) Round();
  });
}

void NodeLink::Round() {
  round_at_.reset();
  if (!node_.up()) return;
  node_.Took(node_.engine().Tick(node_.Now()), "tick");
  if (!node_.up()) return;
  if (connected_ && !broker_.up()) Cut("the broker is down");
  if (!connected_ && broker_.up() && scene_.timeline.now() >= not_before_) Connect();
  for (const auto step :
       {&NodeLink::AskEntries, &NodeLink::AskTexts, &NodeLink::Publish, &NodeLink::Submit,
        &NodeLink::Pull, &NodeLink::SendAcknowledges, &NodeLink::KeepReceipts}) {
    if (node_.up() && connected_) (this->*step)();
  }
  if (node_.up()) files_.Sweep();
  files_.Wake();
  if (node_.up()) Wake(kRoundMs);
}

void NodeLink::AskEntries() {
  if (asking_) return;
  asking_ = true;
  const v1::GetEntriesRequest request = node_.engine().NextEntries();
  ToBroker(kUnary, [this, connection = connection_, request] {
    auto answer = broker_.Entries(request);
    ToNode(connection, kUnary, [this, request, answer = std::move(answer)] {
      asking_ = false;
      if (!Took(answer.status(), "entries")) return;
      node::Engine& engine = node_.engine();
      const absl::Status status = engine.OnEntries(request, *answer, node_.Now());
      if (!Took(status, "entries")) return;
      if (engine.BehindLog() && answer->entries_size() > 0) AskEntries();
      SendAcknowledges();
      if (answer->entries_size() > 0) Wake(200);
    });
  });
}

void NodeLink::AskTexts() {
  for (const v1::GetTextRequest& request : node_.engine().NextTexts()) {
    ToBroker(kUnary, [this, connection = connection_, request] {
      auto answer = broker_.Text(node_.agency(), request);
      ToNode(connection, kUnary, [this, request, answer = std::move(answer)] {
        Took(node_.engine().OnText(request, answer, node_.Now()), "text");
      });
    });
  }
}

void NodeLink::Publish() {
  const auto request = node_.engine().NextPublish(node_.Now());
  if (!request) return;
  ToBroker(kUnary, [this, connection = connection_, request = *request] {
    broker_.Publish(request, [this, connection](absl::StatusOr<v1::PublishResponse> response) {
      ToNode(connection, kUnary, [this, response = std::move(response)] {
        scene_.trace.Add(node_.agency(), "published: " + response.status().ToString());
        node_.engine().OnPublished(response, node_.Now());
        Wake(200);
      });
    });
  });
}

void NodeLink::Submit() {
  auto request = node_.engine().NextSubmit(node_.Now());
  if (!Took(request.status(), "submit") || !*request) return;
  scene_.trace.Add(node_.agency(), "submits " + std::to_string((*request)->submissions_size()));
  ToBroker(kSubmit, [this, connection = connection_, request = **std::move(request)] {
    broker_.Submit(node_.agency(), request,
                   [this, connection](absl::StatusOr<v1::SubmitResponse> response) {
                     ToNode(connection, kSubmit, [this, response = std::move(response)] {
                       if (!response.ok()) return Cut("submit: " + response.status().ToString());
                       if (on_answer) on_answer(*response);
                       if (!Took(node_.engine().OnSubmitResponse(*response, node_.Now()), "answer"))
                         return;
                       Wake(200);
                     });
                   });
  });
}

void NodeLink::Pull() {
  if (session_) return;
  session_ = 0;  // being opened
  const v1::PullStart start = node_.engine().StartPull();
  ToBroker(kPull, [this, connection = connection_, start] {
    const auto deliver = [this, connection](absl::StatusOr<v1::PullResponse> response) {
      ToNode(connection, kPull, [this, response = std::move(response)] {
        if (!response.ok()) return Cut("pull: " + response.status().ToString());
        if (!Took(node_.engine().OnPullResponse(*response, node_.Now()), "mail")) return;
        SendAcknowledges();
        Wake(200);
      });
    };
    const uint64_t session = broker_.OpenPull(node_.agency(), start, deliver);
    if (StillOn(connection)) session_ = session;
  });
}

void NodeLink::SendAcknowledges() {
  if (!node_.up() || !connected_ || !session_) return;
  for (v1::PullAcknowledge& acknowledge : node_.engine().NextAcknowledges()) {
    ToBroker(kPull, [this, connection = connection_, session = session_,
                     acknowledge = std::move(acknowledge)] {
      const uint64_t to = StillOn(connection) && session_ ? *session_ : *session;
      broker_.Acknowledge(to, acknowledge);
    });
  }
}

void NodeLink::KeepReceipts() {
  auto receipts = node_.engine().NextReceipts(kReceiptsAtOnce);
  if (!Took(receipts.status(), "receipts")) return;
  for (const node::ReceiptFiles& receipt : *receipts) {
    if (node_.disk_full()) return;
    node_.receipts[receipt.name] = {receipt.proof, receipt.entry, receipt.part};
    if (!Took(node_.engine().OnReceiptWritten(receipt.name), "receipt")) return;
  }
}

}  // namespace entente::testing

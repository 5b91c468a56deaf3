#include "tests/bench/clients.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "core/ledger/receipt.h"
#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "core/record/receive.h"
#include "core/record/statements.h"
#include "entente/v1/broker.grpc.pb.h"

namespace entente::bench {
namespace {

// When one party fails, the others wait for what will not come.
constexpr int64_t kMostMs = 10 * limits::kMinuteMs;

absl::Status Ended(const grpc::Status& status) {
  const absl::Status ended = net::FromGrpcStatus(status);
  return ended.ok() ? absl::UnavailableError("the broker ended the stream early") : ended;
}

// ---- submitting

struct Submitting {
  const RequestSource& source;
  const size_t requests;
  const Stopwatch& watch;
  std::atomic<size_t> next = 0;
};

// What one stream brought back. `receipts` are verified later, off the clock.
struct Answers {
  Seen seen;
  absl::Status status;
  std::vector<v1::SignedStatement> receipts;
};

void Note(v1::SubmitResponse response, double now, Answers& answers) {
  for (const v1::SubmissionResult& result : response.results()) {
    if (result.has_committed()) {
      ++answers.seen.count;
    } else if (answers.status.ok()) {
      answers.status = absl::FailedPreconditionError("refused: " + result.refusal().reason() + " " +
                                                     result.refusal().text());
    }
  }
  answers.seen.at_seconds = now;
  answers.receipts.push_back(std::move(*response.mutable_receipt()));
}

void RunStream(v1::Broker::Stub& stub, Submitting& work, Answers& answers) {
  grpc::ClientContext context;
  net::SetDeadline(context, kMostMs);
  const auto stream = stub.Submit(&context);
  absl::Status made;
  std::thread writer([&] {
    for (size_t i = work.next++; i < work.requests; i = work.next++) {
      auto request = work.source(i);
      made = request.status();
      if (!made.ok() || !stream->Write(*request)) break;
    }
    stream->WritesDone();
  });
  v1::SubmitResponse response;
  while (stream->Read(&response)) Note(std::move(response), work.watch.Seconds(), answers);
  writer.join();
  const absl::Status ended = net::FromGrpcStatus(stream->Finish());
  if (answers.status.ok()) answers.status = made.ok() ? ended : made;
}

absl::Status VerifyReceipts(const Ground& ground, const Answers& answers) {
  size_t items = 0;
  for (const v1::SignedStatement& statement : answers.receipts) {
    auto receipt = ledger::VerifyReceipt(ground.genesis(), statement);
    if (!receipt.ok()) return receipt.status();
    items += static_cast<size_t>(receipt->items_size());
  }
  return items == answers.seen.count ? absl::OkStatus()
                                     : absl::DataLossError("receipts do not cover what was sent");
}

// ---- pulling

// The place that a recipient remembers on disk: overwritten and synced.
class Cursor {
 public:
  explicit Cursor(const std::string& path)
      : file_(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) {}
  ~Cursor() { close(file_); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  absl::Status Sync(uint64_t seq) const {
    if (pwrite(file_, &seq, sizeof seq, 0) == sizeof seq && fdatasync(file_) == 0) {
      return absl::OkStatus();
    }
    return absl::InternalError("a cursor could not be synced");
  }

 private:
  const int file_;
};

// What a party does with one message: adds to `acknowledge` what it signs.
using Taker = std::function<absl::Status(const v1::PullResponse&, v1::PullAcknowledge&)>;

absl::StatusOr<Seen> Pull(const Ground& ground, const std::string& address, const Member& member,
                          size_t expected, const std::string& cursor_path, const Stopwatch& watch,
                          const Taker& take) {
  const auto stub = v1::Mailbox::NewStub(ground.ChannelOf(member, address));
  const Cursor cursor(cursor_path);
  grpc::ClientContext context;
  net::SetDeadline(context, kMostMs);
  const auto stream = stub->Pull(&context);
  v1::PullRequest start;
  start.mutable_start()->set_max_deliveries(limits::kBatchRecords);
  stream->Write(start);
  Seen seen;
  v1::PullResponse response;
  while (seen.count < expected) {
    if (!stream->Read(&response)) return Ended(stream->Finish());
    v1::PullRequest request;
    v1::PullAcknowledge& acknowledge = *request.mutable_acknowledge();
    if (auto status = take(response, acknowledge); !status.ok()) return status;
    const v1::Delivery& last = response.deliveries(response.deliveries_size() - 1);
    if (auto status = cursor.Sync(last.mailbox_seq()); !status.ok()) return status;
    acknowledge.set_lane(last.lane());
    acknowledge.set_through_seq(last.mailbox_seq());
    stream->Write(request);
    seen.count += static_cast<size_t>(response.deliveries_size());
    seen.at_seconds = watch.Seconds();
  }
  // The last acknowledgement is committed when the broker has ended its side too.
  stream->WritesDone();
  while (stream->Read(&response)) {
  }
  if (auto status = net::FromGrpcStatus(stream->Finish()); !status.ok()) return status;
  return seen;
}

absl::StatusOr<record::ParsedRecord> Verify(const Ground& ground, const Member& member,
                                            const std::string& bytes,
                                            record::VerifiedRoots& remembered) {
  const record::SigningKeyLookup sender = [&](const AgencyId&, const KeyId&) {
    return ground.sender().record_signing.public_key();
  };
  const Instant now = ground.clock().Now();
  auto record = record::CheckDelivered(bytes, {.federation = kFederation,
                                               .now = now,
                                               .entry_instant = now,
                                               .signing_key = sender,
                                               .remembered = &remembered});
  if (!record.ok()) return record;
  if (auto own = record::CheckOwnAccess(*record, member.id); !own.ok()) return own.status();
  if (auto status = record::CheckSectionLeaves(*record); !status.ok()) return status;
  return record;
}

absl::Status CheckAcknowledgement(const Ground& ground, const v1::Delivery& delivery,
                                  std::set<std::pair<std::string, std::string>>& seen) {
  const record::KeyLookup key = [&](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    for (size_t i = 0; i < ground.recipients(); ++i) {
      const auto& one = ground.recipient(i).acknowledgement.public_key();
      if (crypto::MakeKeyId(crypto::KeyUse::kAcknowledgement, one) == id) return one;
    }
    return absl::NotFoundError("an acknowledgement by nobody");
  };
  auto body =
      record::ReadStatement<v1::Acknowledgement>(kFederation, delivery.notice().statement(), key);
  if (!body.ok()) return body.status();
  if (seen.emplace(body->record_hash(), body->recipient()).second) return absl::OkStatus();
  return absl::DataLossError("one record was acknowledged twice");
}

}  // namespace

v1::SignedStatement SignAcknowledgement(const Ground& ground, const Member& member,
                                        const Digest& hash, const v1::Delivery& delivery) {
  v1::Acknowledgement body;
  body.set_log_origin(ground.genesis()->log_origin);
  body.set_record_hash(ToString(hash));
  body.set_origin(ground.sender().id.text());
  body.set_recipient(member.id.text());
  body.set_pair_seq(delivery.mailbox_seq());
  body.set_log_index(delivery.evidence().log_index());
  body.set_opened(true);
  body.set_instant_ms(static_cast<uint64_t>(ground.clock().Now().ms));
  return record::SignBody(kFederation, body,
                          {{member.acknowledgement, crypto::KeyUse::kAcknowledgement}});
}

absl::StatusOr<Seen> SubmitAll(const Ground& ground, const std::string& address,
                               const RequestSource& source, size_t requests, size_t streams,
                               const Stopwatch& watch) {
  const auto stub = v1::Broker::NewStub(ground.ChannelOf(ground.sender(), address));
  Submitting work{.source = source, .requests = requests, .watch = watch};
  std::vector<Answers> answers(streams);
  std::vector<std::thread> threads;
  for (Answers& one : answers) threads.emplace_back([&] { RunStream(*stub, work, one); });
  for (std::thread& thread : threads) thread.join();
  Seen seen;
  for (const Answers& one : answers) {
    if (!one.status.ok()) return one.status;
    if (auto status = VerifyReceipts(ground, one); !status.ok()) return status;
    seen.count += one.seen.count;
    seen.at_seconds = std::max(seen.at_seconds, one.seen.at_seconds);
  }
  return seen;
}

absl::StatusOr<Seen> TakeRecords(const Ground& ground, const std::string& address,
                                 const Member& member, size_t expected,
                                 const std::string& cursor_path, const Stopwatch& watch) {
  record::VerifiedRoots remembered(1024);
  const Taker take = [&](const v1::PullResponse& response, v1::PullAcknowledge& acknowledge) {
    for (const v1::Delivery& delivery : response.deliveries()) {
      auto record = Verify(ground, member, delivery.record(), remembered);
      if (!record.ok()) return record.status();
      *acknowledge.add_acknowledgements() =
          SignAcknowledgement(ground, member, record->hash, delivery);
    }
    return absl::OkStatus();
  };
  return Pull(ground, address, member, expected, cursor_path, watch, take);
}

absl::StatusOr<Seen> TakeAcknowledgements(const Ground& ground, const std::string& address,
                                          size_t expected, const std::string& cursor_path,
                                          const Stopwatch& watch) {
  std::set<std::pair<std::string, std::string>> seen;
  const Taker take = [&](const v1::PullResponse& response, v1::PullAcknowledge&) {
    for (const v1::Delivery& delivery : response.deliveries()) {
      if (auto status = CheckAcknowledgement(ground, delivery, seen); !status.ok()) return status;
    }
    return absl::OkStatus();
  };
  return Pull(ground, address, ground.sender(), expected, cursor_path, watch, take);
}

}  // namespace entente::bench

// The parts of the exchange, one by one, on the real engine over a database on disk: Google
// Benchmark. Records are those of the exchange: one section of 2 KiB, one recipient.
#include <benchmark/benchmark.h>

#include <memory>
#include <utility>
#include <vector>

#include "broker/assets.h"
#include "broker/engine.h"
#include "broker/families.h"
#include "broker/judge.h"
#include "core/record/receive.h"
#include "core/store/rocks_store.h"
#include "policy/decide.h"
#include "tests/bench/clients.h"
#include "tests/bench/records.h"

namespace entente::bench {
namespace {

constexpr int kDistinct = 2'048;  // records whose signatures the engine has not seen before

// A founded engine without any shell. Ends the program when it cannot be made: nothing could be
// measured.
class Bed {
 public:
  Bed() {
    Must(store_.status());
    auto keys = broker::LoadBrokerKeys(folder_.path() + "/keys");
    Must(keys.status());
    auto engine = broker::Engine::Open(
        **store_, ground_->genesis().text(), *std::move(keys),
        {.records_queued = UINT64_MAX, .bytes_queued = UINT64_MAX, .mailbox_records = UINT64_MAX},
        Now());
    Must(engine.status());
    engine_ = *std::move(engine);
    for (const ledger::Publication& one : ground_->Founding()) Publish(one);
  }

  static void Must(const absl::Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "entente-bench: %s\n", status.ToString().c_str());
    std::abort();
  }

  const Ground& ground() const { return *ground_; }
  broker::Engine& engine() { return *engine_; }
  Instant Now() const { return ground_->clock().Now(); }
  const AgencyId& sender() const { return ground_->sender().id; }
  const AgencyId& recipient() const { return ground_->recipient(0).id; }

  // Each submission comes once.
  std::vector<v1::Submission> Submissions(size_t count, Signing signing) {
    const RecordMaker maker(*ground_, signing);
    std::vector<v1::Submission> out;
    while (out.size() < count) {
      auto request = maker.Make(next_, std::min(kPerMessage, count - out.size()));
      Must(request.status());
      for (auto& one : *request->mutable_submissions()) out.push_back(std::move(one));
      next_ += static_cast<uint64_t>(request->submissions_size());
    }
    return out;
  }
  broker::Command Admit(const v1::Submission& submission) {
    auto admitted = engine_->AdmitSubmission(submission, sender(), Now(), ground_->random());
    Must(admitted.status());
    return std::get<broker::Command>(*std::move(admitted));
  }
  std::vector<broker::Command> Commands(size_t count) {
    std::vector<broker::Command> out;
    for (const auto& one : Submissions(count, Signing::kBatch)) out.push_back(Admit(one));
    return out;
  }
  broker::CommitResult Commit(std::span<const broker::Command> commands) {
    auto result = engine_->Commit(commands);
    Must(result.status());
    for (const auto& one : result->applied) Must(one.status());
    return *std::move(result);
  }

  // The recipient's for the next message of its mailbox.
  v1::PullAcknowledge AcknowledgeNext() {
    auto mail = engine_->Fetch(recipient(), engine_->Acknowledged(recipient()), kPerMessage, Now());
    Must(mail.status());
    v1::PullAcknowledge out;
    for (const v1::Delivery& delivery : mail->deliveries()) {
      auto record = record::ReadRecord(delivery.record());
      Must(record.status());
      *out.add_acknowledgements() =
          SignAcknowledgement(*ground_, ground_->recipient(0), record->hash, delivery);
      out.set_lane(delivery.lane());
      out.set_through_seq(delivery.mailbox_seq());
    }
    return out;
  }
  absl::StatusOr<std::optional<broker::Command>> AdmitAcknowledgement(
      const v1::PullAcknowledge& acknowledge) {
    return engine_->AdmitAcknowledgement(acknowledge, recipient(), Now(), ground_->random());
  }

 private:
  static std::unique_ptr<Ground> MakeGround(const std::string& folder) {
    auto ground = Ground::Make(folder, 1);
    Must(ground.status());
    return *std::move(ground);
  }
  void Publish(const ledger::Publication& one) {
    v1::PublishRequest request;
    request.set_entry_kind(one.kind);
    *request.mutable_statement() = one.statement;
    request.set_text(one.text);
    auto admitted = engine_->AdmitPublication(request, Now(), ground_->random());
    Must(admitted.status());
    Commit(std::span(&std::get<broker::Command>(*admitted), 1));
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<Ground> ground_ = MakeGround(folder_.path());
  absl::StatusOr<std::unique_ptr<store::RocksStore>> store_ =
      store::RocksStore::Open(folder_.path() + "/data", broker::kBrokerFamilies);
  std::unique_ptr<broker::Engine> engine_;
  uint64_t next_ = 1;
};

Bed& TheBed() {
  static Bed bed;
  return bed;
}

// ---- cryptography and reading

void Ed25519Verify(benchmark::State& state) {
  const crypto::SigningKey& key = TheBed().ground().sender().record_signing;
  const std::string message(128, 'v');
  const crypto::Signature64 signature = key.Sign(message);
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::Verify(key.public_key(), message, signature));
  }
}
BENCHMARK(Ed25519Verify);

void Ed25519Sign(benchmark::State& state) {
  const crypto::SigningKey& key = TheBed().ground().sender().record_signing;
  const std::string message(128, 'v');
  for (auto _ : state) benchmark::DoNotOptimize(key.Sign(message));
}
BENCHMARK(Ed25519Sign);

void SealSignEncode(benchmark::State& state) {
  const RecordMaker maker(TheBed().ground(), Signing::kSingle);
  uint64_t number = 1;
  for (auto _ : state) benchmark::DoNotOptimize(maker.Make(number++, 1));
}
BENCHMARK(SealSignEncode);

void StrictRead(benchmark::State& state) {
  const auto submission = TheBed().Submissions(1, Signing::kSingle).front();
  for (auto _ : state) benchmark::DoNotOptimize(record::ReadRecord(submission.record()));
}
BENCHMARK(StrictRead);

absl::StatusOr<record::ParsedRecord> CheckAsRecipient(Bed& bed, const std::string& bytes) {
  const record::SigningKeyLookup sender = [&](const AgencyId&, const KeyId&) {
    return bed.ground().sender().record_signing.public_key();
  };
  return record::CheckDelivered(bytes, {.federation = kFederation,
                                        .now = bed.Now(),
                                        .entry_instant = bed.Now(),
                                        .signing_key = sender,
                                        .remembered = nullptr});
}

void RecipientVerifies(benchmark::State& state) {
  Bed& bed = TheBed();
  const auto submission = bed.Submissions(1, Signing::kSingle).front();
  for (auto _ : state) {
    auto record = CheckAsRecipient(bed, submission.record());
    benchmark::DoNotOptimize(record::CheckSectionLeaves(*record));
  }
}
BENCHMARK(RecipientVerifies);

void RecipientOpens(benchmark::State& state) {
  Bed& bed = TheBed();
  const auto submission = bed.Submissions(1, Signing::kSingle).front();
  auto record = CheckAsRecipient(bed, submission.record());
  Bed::Must(record.status());
  const record::DeliveryKeyLookup keys = [&](const KeyId&) {
    return &bed.ground().recipient(0).delivery;
  };
  for (auto _ : state) {
    auto opened = record::OpenDelivered(*record, kFederation, bed.recipient(), keys, {});
    Bed::Must(opened.status());
  }
}
BENCHMARK(RecipientOpens);

// ---- the broker

void Decide(benchmark::State& state) {
  Bed& bed = TheBed();
  const auto submission = bed.Submissions(1, Signing::kSingle).front();
  auto record = record::ReadRecord(submission.record());
  Bed::Must(record.status());
  const broker::Candidate candidate = broker::FromRecord(*record);
  const broker::Candidate::Recipient& to = candidate.recipients.front();
  const policy::RecipientLabels recipient{
      .recipient = to.agency, .under = to.instrument, .consents = {}};
  const auto snapshot = bed.engine().view()->registry.PolicySnapshot(bed.Now());
  Bed::Must(snapshot.status());
  for (auto _ : state) {
    benchmark::DoNotOptimize(policy::Decide(**snapshot, candidate.labels, recipient, bed.Now()));
  }
}
BENCHMARK(Decide);

void Admit(benchmark::State& state, Signing signing) {
  Bed& bed = TheBed();
  const auto submissions = bed.Submissions(kDistinct, signing);
  size_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(bed.Admit(submissions[next++]));
}
BENCHMARK_CAPTURE(Admit, OneSignatureEach, Signing::kSingle)->Iterations(kDistinct);
BENCHMARK_CAPTURE(Admit, BatchOf64, Signing::kBatch)->Iterations(kDistinct);

void Commit(benchmark::State& state) {
  Bed& bed = TheBed();
  const auto size = static_cast<size_t>(state.range(0));
  const auto commands = bed.Commands(size * static_cast<size_t>(state.max_iterations));
  size_t next = 0;
  for (auto _ : state) bed.Commit(std::span(commands).subspan(size * next++, size));
  state.SetItemsProcessed(static_cast<int64_t>(commands.size()));
}
BENCHMARK(Commit)->Arg(1)->Iterations(1000)->UseRealTime();
BENCHMARK(Commit)->Arg(32)->Iterations(100)->UseRealTime();
BENCHMARK(Commit)->Arg(500)->Iterations(20)->UseRealTime();

void AnswerBatchOf64(benchmark::State& state) {
  Bed& bed = TheBed();
  const auto commands = bed.Commands(kPerMessage);
  std::vector<broker::Engine::Outcome> outcomes;
  for (const auto& one : bed.Commit(commands).applied) outcomes.push_back({1, one->log_index});
  for (auto _ : state) {
    benchmark::DoNotOptimize(bed.engine().AnswerSubmissions(bed.sender(), outcomes));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPerMessage));
}
BENCHMARK(AnswerBatchOf64);

void Fetch(benchmark::State& state, Bed& bed, const AgencyId& agency) {
  const auto after = bed.engine().Acknowledged(agency);
  for (auto _ : state) {
    auto mail = bed.engine().Fetch(agency, after, kPerMessage, bed.Now());
    Bed::Must(mail.status());
    if (mail->deliveries_size() != static_cast<int>(kPerMessage)) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPerMessage));
}

void Fetch64Records(benchmark::State& state) {
  Bed& bed = TheBed();
  bed.Commit(bed.Commands(kPerMessage));
  Fetch(state, bed, bed.recipient());
}
BENCHMARK(Fetch64Records);

void AdmitAcknowledgementOf64(benchmark::State& state) {
  Bed& bed = TheBed();
  bed.Commit(bed.Commands(kPerMessage));
  const v1::PullAcknowledge acknowledge = bed.AcknowledgeNext();
  for (auto _ : state) Bed::Must(bed.AdmitAcknowledgement(acknowledge).status());
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kPerMessage));
}
BENCHMARK(AdmitAcknowledgementOf64);

void Fetch64Acknowledgements(benchmark::State& state) {
  Bed& bed = TheBed();
  bed.Commit(bed.Commands(kPerMessage));
  auto command = bed.AdmitAcknowledgement(bed.AcknowledgeNext());
  Bed::Must(command.status());
  bed.Commit(std::span(&**command, 1));
  Fetch(state, bed, bed.sender());
}
BENCHMARK(Fetch64Acknowledgements);

}  // namespace
}  // namespace entente::bench

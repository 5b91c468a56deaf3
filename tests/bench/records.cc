#include "tests/bench/records.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "core/record/batch.h"
#include "core/record/seal.h"
#include "core/record/strict.h"
#include "tests/bench/stopwatch.h"

namespace entente::bench {
namespace {

v1::SectionLabels Labels() {
  v1::SectionLabels labels;
  labels.add_about("suspect");
  labels.add_data("financial");
  labels.set_basis("fact");
  return labels;
}

// So long that the whole SectionPlain has kPlaintextBytes.
v1::SectionContent Content() {
  const auto with_text = [](size_t length) {
    v1::SectionContent content;
    content.set_language("en");
    content.mutable_narrative()->set_text(std::string(length, 'x'));
    return content;
  };
  constexpr size_t kGuess = kPlaintextBytes - 128;
  v1::SectionPlain plain;
  plain.set_labels(record::Encode(Labels()));
  plain.set_content(record::Encode(with_text(kGuess)));
  return with_text(kGuess + kPlaintextBytes - record::Encode(plain).size());
}

record::SealRequest RequestFor(const Ground& ground, const v1::SectionContent& content,
                               uint64_t number) {
  const Member& sender = ground.sender();
  const Instant now = ground.clock().Now();
  record::SealRequest request{
      .federation = kFederation,
      .header = {.kind = v1::RECORD_KIND_LEAD,
                 .origin = sender.id,
                 .signing_key_id = crypto::MakeKeyId(crypto::KeyUse::kRecordSigning,
                                                     sender.record_signing.public_key()),
                 .created = now,
                 .expires = now + 30 * limits::kDayMs,
                 .purpose = "asset-recovery",
                 .handling = {"H1"},
                 .evaluation = "B2",
                 .urgency = v1::URGENCY_NORMAL,
                 .policy_version = 1},
      .sections = {}};
  request.sections.push_back({.labels = Labels(), .content = content});
  for (size_t i = 0; i < ground.recipients(); ++i) {
    request.recipients.push_back({.recipient = ground.recipient(i).id,
                                  .delivery_key = ground.recipient(i).delivery.public_key(),
                                  .instrument = std::string(kInstrument),
                                  .sections = {0},
                                  .obligations = {"use-only-for-stated-purpose"},
                                  .pair_seq = number});
  }
  return request;
}

}  // namespace

RecordMaker::RecordMaker(const Ground& ground, Signing signing)
    : ground_(ground), signing_(signing), content_(Content()) {}

absl::Status RecordMaker::Sign(std::vector<v1::Record>& records,
                               const std::vector<Digest>& hashes) const {
  const size_t step = signing_ == Signing::kBatch ? hashes.size() : 1;
  for (size_t i = 0; i < hashes.size(); i += step) {
    auto signatures =
        record::SignBatch(kFederation, ground_.sender().id, std::span(hashes).subspan(i, step),
                          ground_.sender().record_signing, ground_.random());
    if (!signatures.ok()) return signatures.status();
    for (size_t k = 0; k < step; ++k) {
      *records[i + k].mutable_signature() = std::move((*signatures)[k]);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SubmitRequest> RecordMaker::Make(uint64_t first, size_t count) const {
  std::vector<v1::Record> records;
  std::vector<Digest> hashes;
  for (uint64_t number = first; number < first + count; ++number) {
    auto sealed = record::SealRecord(RequestFor(ground_, content_, number), ground_.random());
    if (!sealed.ok()) return sealed.status();
    records.push_back(std::move(sealed->record));
    hashes.push_back(sealed->hash);
  }
  if (auto status = Sign(records, hashes); !status.ok()) return status;
  v1::SubmitRequest request;
  for (size_t i = 0; i < count; ++i) {
    v1::Submission& submission = *request.add_submissions();
    submission.set_number(first + i);
    submission.set_officer_pseudonym(std::string(32, 'p'));
    submission.set_justification_digest(std::string(32, 'j'));
    submission.set_record(record::Encode(records[i]));
  }
  return request;
}

absl::StatusOr<Prepared> Prepare(const RecordMaker& maker, size_t records) {
  Prepared out;
  out.requests.resize((records + kPerMessage - 1) / kPerMessage);
  std::atomic<size_t> next = 0;
  std::atomic<bool> failed = false;
  const auto work = [&] {
    for (size_t i = next++; i < out.requests.size() && !failed; i = next++) {
      auto request =
          maker.Make(i * kPerMessage + 1, std::min(kPerMessage, records - i * kPerMessage));
      if (request.ok()) {
        out.requests[i] = *std::move(request);
      } else {
        failed = true;
      }
    }
  };
  const Stopwatch watch;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
  for (std::thread& thread : threads) thread.join();
  out.seconds = watch.Seconds();
  if (failed) return absl::InternalError("a record could not be sealed");
  return out;
}

}  // namespace entente::bench

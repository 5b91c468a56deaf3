#include "tests/support/lived_broker.h"

#include <gtest/gtest.h>

#include <utility>

#include "broker/cosigning.h"

namespace entente::broker {
namespace {

constexpr uint64_t kDays = 3;
constexpr uint64_t kAttachmentBytes = 1 << 30;

const std::vector<std::string> kWitnesses = {"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu"};

testing::FederationOptions WithQuorum() {
  testing::FederationOptions options;
  options.quorum = static_cast<int>(kWitnesses.size());
  return options;
}

}  // namespace

LivedBroker::LivedBroker(std::string folder) : folder_(std::move(folder)) {
  auto store = store::RocksStore::Open(folder_, kBrokerFamilies);
  EXPECT_TRUE(store.ok()) << store.status();
  store_ = *std::move(store);
  fixture_ = std::make_unique<EngineFixture>(WithQuorum(), true, QuotaLimits{}, store_.get());
  fixture_->hold_file = [this](const AgencyId& origin, const record::FileShape& shape, Instant t) {
    return files_->HoldComplete({origin.text(), shape}, t);
  };
  for (uint64_t day = 1; day <= kDays; ++day) {
    Close();
    const absl::Status opened = Open();
    EXPECT_TRUE(opened.ok()) << opened;
    Live(day);
  }
  EXPECT_EQ(fixture_->Findings(), "");
  Close();
}

void LivedBroker::Cosign() {
  const testing::Federation& federation = fixture_->federation;
  const auto cosigning = Cosigning::Open(*fixture_->engine, *store_);
  ASSERT_TRUE(cosigning.ok()) << cosigning.status();
  const auto latest = fixture_->engine->LatestCheckpoint();
  for (const std::string& agency : kWitnesses) {
    const std::string witness = federation.WitnessKey(agency).Text();
    const auto asked = (*cosigning)->Next(witness, 0, fixture_->now);
    ASSERT_TRUE(asked.ok() && asked->size == latest.head.size) << asked.status();
    const std::string note = federation.Cosigned(latest.note, {agency}, fixture_->now);
    const absl::Status cosigned =
        (*cosigning)->Cosign(witness, asked->size, note.substr(latest.note.size()), fixture_->now);
    ASSERT_TRUE(cosigned.ok()) << cosigned;
  }
  EXPECT_NE((*cosigning)->Witnessed(), "");
}

void LivedBroker::Close() {
  fixture_->engine.reset();
  fixture_->used = nullptr;
  files_.reset();
  store_.reset();
}

absl::Status LivedBroker::Open() {
  auto store = store::RocksStore::Open(folder_, kBrokerFamilies);
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  auto files = AttachmentFiles::Open(folder_ + "/attachments", kAttachmentBytes, fixture_->now);
  if (!files.ok()) return files.status();
  files_ = *std::move(files);
  fixture_->used = store_.get();
  return fixture_->Reopen();
}

v1::Submission LivedBroker::Next(const LeadDraft& draft) {
  return fixture_->Submission(fixture_->Seal(draft), ++number_);
}

// In one commit, as under load.
void LivedBroker::SendSome(uint64_t count) {
  EngineFixture& f = *fixture_;
  std::vector<Command> commands;
  for (uint64_t i = 0; i < count; ++i) {
    const char* const other = i % 3 == 0 ? "CH.fiu" : "DE.fiu";
    auto admitted = f.Admit(Next({.recipients = {"BR.fiu", other}}), "FR.fiu");
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    commands.push_back(std::get<Command>(*std::move(admitted)));
  }
  ASSERT_TRUE(f.engine->Commit(commands).ok());
}

void LivedBroker::Attach() {
  EngineFixture& f = *fixture_;
  for (const uint64_t bytes : {100, 90'000}) {
    const std::string sealed = SealedBytes(bytes, f.random);
    const OwnedFile file{"FR.fiu", ShapeOf(sealed)};
    auto upload = files_->Begin(file, f.now);
    ASSERT_TRUE(upload.ok()) << upload.status();
    for (size_t at = 0; at < sealed.size(); at += limits::kPieceBytes) {
      ASSERT_TRUE((*upload)->Append(sealed.substr(at, limits::kPieceBytes), f.now).ok());
    }
    ASSERT_TRUE((*upload)->Check(f.now).ok());
    auto index =
        f.Submit(Next({.recipients = {"BR.fiu", "DE.fiu"}, .files = {{0, file.shape}}}), "FR.fiu");
    ASSERT_TRUE(index.ok()) << index.status();
  }
}

void LivedBroker::Declare(uint64_t day) {
  EngineFixture& f = *fixture_;
  const record::CaseId id{static_cast<uint8_t>(day)};
  LeadDraft draft{.recipients = {"BR.fiu", "DE.fiu"},
                  .kind = v1::RECORD_KIND_MEMBERSHIP,
                  .case_id = id,
                  .membership = 1};
  EXPECT_TRUE(f.Submit(Next(draft), "FR.fiu").ok());
  draft.kind = v1::RECORD_KIND_CASE_ITEM;
  EXPECT_TRUE(f.Submit(Next(draft), "FR.fiu").ok());
}

void LivedBroker::Notify() {
  EngineFixture& f = *fixture_;
  v1::GapNote gap;
  gap.set_log_origin(f.federation.log_origin());
  gap.set_origin("FR.fiu");
  gap.set_recipient("BR.fiu");
  gap.set_lane(v1::LANE_BULK);
  gap.set_pair_seq(++number_);
  EXPECT_TRUE(f.Submit(GapSubmission(f, "FR.fiu", gap, number_), "FR.fiu").ok());
  v1::PairHead head;
  head.set_log_origin(f.federation.log_origin());
  head.set_origin("FR.fiu");
  head.set_recipient("DE.fiu");
  head.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  EXPECT_TRUE(f.Submit(PairHeadSubmission(f, "FR.fiu", head, ++number_), "FR.fiu").ok());
}

void LivedBroker::Expire() {
  EngineFixture& f = *fixture_;
  EXPECT_TRUE(f.Submit(Next({.lives_ms = limits::kHourMs}), "FR.fiu").ok());
  f.now = f.now + limits::kHourMs;
  auto expired = f.engine->Expired(f.now, 10, f.random);
  ASSERT_TRUE(expired.ok());
  EXPECT_FALSE(expired->empty());
  EXPECT_TRUE(f.engine->Commit(*expired).ok());
}

void LivedBroker::Live(uint64_t day) {
  EngineFixture& f = *fixture_;
  const std::string policy = testing::DefaultPolicy("BR", day + 1);
  auto published = f.Publish(f.federation.SignPolicy("BR", day + 1, policy));
  EXPECT_TRUE(published.ok()) << published.status();
  SendSome(45);
  const LeadDraft urgent{.recipients = {"DE.fiu", "AE.fiu"}, .urgency = v1::URGENCY_URGENT};
  EXPECT_TRUE(f.Submit(Next(urgent), "FR.fiu").ok());
  EXPECT_TRUE(f.Submit(Next({.recipients = {"AE.fiu"}}), "FR.fiu").ok()) << "refused, and logged";
  for (const char* taker : {"BR.fiu", "CH.fiu", "DE.fiu", "FR.fiu"}) f.TakeAll(taker);
  SendSome(12);
  EXPECT_TRUE(f.Submit(Next(urgent), "FR.fiu").ok());
  const auto waiting = f.Fetch("DE.fiu");
  EXPECT_TRUE(f.Take("DE.fiu", f.Acknowledge("DE.fiu", {waiting.front()})).ok());
  Attach();
  Declare(day);
  Notify();
  Expire();
  f.now = f.now + limits::kHourMs;
  Cosign();
}

}  // namespace entente::broker

// A log with a quorum, and the agencies' witnesses: for the tests of the cosigning.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/cosigning.h"
#include "core/audit/witness_fixture.h"
#include "core/ledger/ceremony.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
using Agencies = std::vector<std::string>;
inline const Agencies kAll = {"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu", "AE.fiu"};
inline const Agencies kFour = {"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu"};
inline const Agencies kThree = {"FR.fiu", "BR.fiu", "DE.fiu"};

inline testing::FederationOptions Quorum(int needed) {
  testing::FederationOptions options;
  options.quorum = needed;
  return options;
}

inline std::string Outcome(const absl::Status& status) {
  if (status.ok()) return "ok";
  const auto refusal = RefusalOf(status);
  return refusal ? ReasonText(*refusal) : absl::StatusCodeToString(status.code());
}

// An agency's witness and what it knows of the log.
struct Party {
  audit::FakeMemory memory;
  audit::HandClock clock;
  std::unique_ptr<audit::Witness> witness;
  uint64_t size = 0;
};

class CosigningTest : public ::testing::Test {
 protected:
  explicit CosigningTest(int needed = 4) : f(Quorum(needed)) {
    for (const std::string& agency : kAll) {
      auto opened = audit::Witness::Open(
          f.federation.WitnessKey(agency).name(), f.federation.witness(agency).Clone(),
          {f.federation.genesis()->checkpoint}, parties[agency].memory, parties[agency].clock);
      EXPECT_TRUE(opened.ok()) << opened.status();
      parties[agency].witness = *std::move(opened);
    }
    Open();
  }

  void Open() {
    auto opened = Cosigning::Open(*f.engine, f.store);
    ASSERT_TRUE(opened.ok()) << opened.status();
    cosigning = *std::move(opened);
  }
  void Restart() {
    cosigning.reset();
    ASSERT_TRUE(f.Reopen().ok());
    Open();
  }

  std::string Key(const std::string& agency) const {
    return f.federation.WitnessKey(agency).Text();
  }
  uint64_t Size() const { return f.engine->LatestCheckpoint().head.size; }
  void Grow() {
    v1::PairHead head;
    head.set_log_origin(f.federation.log_origin());
    head.set_origin("FR.fiu");
    head.set_recipient("BR.fiu");
    head.set_instant_ms(static_cast<uint64_t>(f.now.ms));
    ASSERT_TRUE(f.Submit(PairHeadSubmission(f, "FR.fiu", head, ++number_), "FR.fiu").ok());
  }
  void Pass(int64_t ms) { f.now = f.now + ms; }

  // The size that it is asked to cosign, or why it is not: "nothing", or the refusal.
  std::string Asked(const std::string& agency, uint64_t cosigned) {
    const auto next = cosigning->Next(Key(agency), cosigned, f.now);
    if (!next.ok()) return Outcome(next.status());
    return next->body.empty() ? "nothing" : std::to_string(next->size);
  }
  // What the agency's node does each second. The size it cosigned, or why it did not.
  std::string Turn(const std::string& agency) {
    Party& party = parties[agency];
    const auto next = cosigning->Next(Key(agency), party.size, f.now);
    if (!next.ok()) return Outcome(next.status());
    if (next->body.empty()) return "nothing";
    party.clock.Set(f.now.ms / limits::kSecondMs);
    const audit::WitnessAnswer answer = party.witness->Add(next->body);
    EXPECT_EQ(answer.verdict, audit::WitnessVerdict::kCosigned) << answer.text << next->body;
    party.size = next->size;
    lines[agency] = answer.text;
    EXPECT_EQ(Send(agency, party.size, answer.text), "ok");
    return std::to_string(party.size);
  }
  void Turn(const Agencies& agencies) {
    for (const std::string& agency : agencies) EXPECT_EQ(Turn(agency), std::to_string(Size()));
  }
  std::string Send(const std::string& agency, uint64_t size, std::string_view signatures) {
    return Outcome(cosigning->Cosign(Key(agency), size, signatures, f.now));
  }
  // 0: none.
  uint64_t WitnessedSize() const {
    return cosigning->WitnessedLevel().value_or(Cosigning::Level{}).size;
  }
  uint64_t WitnessedTime() const { return cosigning->WitnessedLevel()->time; }
  std::vector<crypto::SigningKey> Authorities() const {
    std::vector<crypto::SigningKey> keys;
    for (const char* code : {"FR", "BR", "DE", "CH"}) {
      keys.push_back(f.federation.jurisdiction(code).authority.Clone());
    }
    return keys;
  }
  void Change(uint64_t number, std::string_view policy) {
    const auto index =
        f.Publish(ledger::SignQuorum(f.federation.name(), number, policy, f.now, Authorities()));
    ASSERT_TRUE(index.ok()) << index.status();
  }

  EngineFixture f;
  std::map<std::string, Party> parties;
  std::map<std::string, std::string> lines;  // the last cosignature
  std::unique_ptr<Cosigning> cosigning;

 private:
  uint64_t number_ = 0;
};

}  // namespace entente::broker

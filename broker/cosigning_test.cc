// Rounds of cosigning, with witnesses as they run at agencies.
#include <atomic>
#include <chrono>
#include <thread>

#include "broker/cosigning_fixture.h"

namespace entente::broker {
namespace {

// ---- a round

TEST_F(CosigningTest, AMinorityMakesNothingWitnessed) {
  EXPECT_EQ(cosigning->Witnessed(), "");
  Turn(kThree);
  EXPECT_EQ(cosigning->Witnessed(), "");
  EXPECT_EQ(cosigning->WitnessedFor(0), "");
  EXPECT_EQ(WitnessedSize(), 0u);
  EXPECT_EQ(Turn("CH.fiu"), std::to_string(Size()));
  EXPECT_EQ(WitnessedSize(), Size());
}

TEST_F(CosigningTest, WhatIsWitnessedIsTheNoteWithAllCosignatures) {
  Turn(kFour);
  const std::string note = cosigning->Witnessed();
  const auto quorum = f.federation.genesis().quorum();
  const auto verified =
      audit::VerifyCheckpoint(note, f.federation.genesis()->checkpoint, quorum->witnesses());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->checkpoint.size, Size());
  EXPECT_EQ(quorum->MetSince(verified->cosignatures), WitnessedTime());
  EXPECT_EQ(WitnessedTime(), static_cast<uint64_t>(f.now.ms) / 1000);
  EXPECT_EQ(Turn("AE.fiu"), std::to_string(Size())) << "one more makes it stronger";
  EXPECT_EQ(audit::ParseNote(cosigning->Witnessed())->signatures.size(), 6u);
}

TEST_F(CosigningTest, OneWitnessHasOneCosignature) {
  for (int i = 0; i < 4; ++i) {
    Pass(limits::kSecondMs);
    const std::string line = audit::SignatureLine(
        audit::CosignNote(audit::ParseNote(f.engine->LatestCheckpoint().note)->text,
                          f.federation.WitnessKey("FR.fiu").name(),
                          static_cast<uint64_t>(f.now.ms) / 1000, f.federation.witness("FR.fiu")));
    ASSERT_NE(Asked("BR.fiu", 0), "nothing");
    EXPECT_EQ(Send("FR.fiu", Size(), line), "ok");
  }
  EXPECT_EQ(cosigning->Witnessed(), "");
}

TEST_F(CosigningTest, AllAreAskedForTheSameCheckpointUntilTheQuorumIsMet) {
  const std::string up = std::to_string(Size());
  ASSERT_EQ(Turn("FR.fiu"), up);
  Grow();
  Pass(kRoundMs - 1);
  for (const char* agency : {"BR.fiu", "DE.fiu"}) EXPECT_EQ(Turn(agency), up);
  EXPECT_EQ(Turn("FR.fiu"), "nothing") << "it has cosigned in this round";
  EXPECT_EQ(Turn("CH.fiu"), up);
  EXPECT_EQ(WitnessedSize() + 1, Size());
  EXPECT_EQ(Turn("FR.fiu"), std::to_string(Size())) << "the next round";
}

TEST_F(CosigningTest, ARoundThatIsNotMetMakesRoomForANewerCheckpoint) {
  const std::string first = std::to_string(Size());
  Turn(kThree);
  Pass(kRoundMs);
  EXPECT_EQ(Asked("CH.fiu", 0), first) << "there is nothing newer";
  Grow();
  EXPECT_EQ(Asked("CH.fiu", 0), std::to_string(Size()));
  EXPECT_EQ(Turn("CH.fiu"), std::to_string(Size()));
  EXPECT_EQ(cosigning->Witnessed(), "") << "cosignatures of two sizes are not added up";
  Turn(kThree);
  EXPECT_EQ(WitnessedSize(), Size());
}

TEST_F(CosigningTest, RoundsAreApart) {
  Turn(kFour);
  Grow();
  EXPECT_EQ(Turn("FR.fiu"), "nothing");
  Pass(kRoundsApartMs - 1);
  EXPECT_EQ(Turn("FR.fiu"), "nothing");
  Pass(1);
  EXPECT_EQ(Turn("FR.fiu"), std::to_string(Size()));
}

TEST_F(CosigningTest, TheProofIsFromTheSizeThatTheWitnessSays) {
  Turn(kFour);
  for (int i = 0; i < 5; ++i) Grow();
  Pass(kRoundMs);
  Turn(kFour);  // each verifies it
  Grow();
  Pass(kRoundMs);
  EXPECT_EQ(Turn("AE.fiu"), std::to_string(Size())) << "one that is new, from 0";
  Turn(kFour);
}

TEST_F(CosigningTest, AWitnessThatIsAheadOfTheRoundWaits) {
  ASSERT_EQ(Turn("FR.fiu"), std::to_string(Size()));
  Grow();
  EXPECT_EQ(Asked("BR.fiu", Size()), "nothing");
  Pass(kRoundMs);
  EXPECT_EQ(Asked("BR.fiu", Size()), std::to_string(Size())) << "its answer may have been lost";
}

// ---- who may cosign, and what

TEST_F(CosigningTest, OnlyAWitnessOfTheQuorumIsAskedOrHeard) {
  const auto stranger = crypto::SigningKey::Create(f.random);
  const auto key = audit::VerifierKey::Create(
      "entente.test/witness/FR.fiu", audit::NoteKeyType::kCosignatureV1, stranger.public_key());
  EXPECT_EQ(Outcome(cosigning->Next(key->Text(), 0, f.now).status()), "not-authorised");
  EXPECT_EQ(Outcome(cosigning->Next("", 0, f.now).status()), "not-authorised");
  ASSERT_EQ(Asked("FR.fiu", 0), std::to_string(Size()));
  const std::string line = audit::SignatureLine(
      audit::CosignNote(audit::ParseNote(f.engine->LatestCheckpoint().note)->text, key->name(),
                        1'800'000'000, stranger));
  EXPECT_EQ(Outcome(cosigning->Cosign(key->Text(), Size(), line, f.now)), "not-authorised");
  EXPECT_EQ(Send("FR.fiu", Size(), line), "bad-signature") << "the name alone makes no witness";
}

TEST_F(CosigningTest, ACosignatureThatIsWrongIsRefused) {
  Turn(kThree);
  ASSERT_EQ(Asked("CH.fiu", 0), std::to_string(Size()));
  const std::string text = audit::ParseNote(f.engine->LatestCheckpoint().note)->text;
  const std::string name = f.federation.WitnessKey("CH.fiu").name();
  const auto line = [&](std::string_view over, const std::string& by) {
    return audit::SignatureLine(
        audit::CosignNote(over, name, 1'800'000'000, f.federation.witness(by)));
  };
  audit::NoteSignature wrong =
      audit::CosignNote(text, name, 1'800'000'000, f.federation.witness("CH.fiu"));
  wrong.blob.back() = static_cast<char>(wrong.blob.back() ^ 1);
  EXPECT_EQ(Send("CH.fiu", Size(), audit::SignatureLine(wrong)), "bad-signature");
  EXPECT_EQ(Send("CH.fiu", Size(), line("other text\n", "CH.fiu")), "bad-signature");
  EXPECT_EQ(Send("CH.fiu", Size(), lines["FR.fiu"]), "bad-signature") << "another's";
  EXPECT_EQ(Send("CH.fiu", Size(), ""), "malformed");
  EXPECT_EQ(Send("CH.fiu", Size(), "no line\n"), "malformed");
  EXPECT_EQ(cosigning->Witnessed(), "");
  EXPECT_EQ(Send("CH.fiu", Size(), line(text, "CH.fiu")), "ok");
  EXPECT_NE(cosigning->Witnessed(), "");
}

// Signatures that begin with a text of their own are over that text.
TEST_F(CosigningTest, WhatIsSentIsSignaturesAlone) {
  Turn(kThree);
  ASSERT_EQ(Asked("CH.fiu", 0), std::to_string(Size()));
  const std::string longer = audit::ParseNote(f.engine->LatestCheckpoint().note)->text + "\nmore\n";
  const std::string line =
      audit::SignatureLine(audit::CosignNote(longer, f.federation.WitnessKey("CH.fiu").name(),
                                             1'800'000'000, f.federation.witness("CH.fiu")));
  EXPECT_EQ(Send("CH.fiu", Size(), "more\n\n" + line), "malformed");
  EXPECT_EQ(cosigning->Witnessed(), "");
}

TEST_F(CosigningTest, ACosignatureOfAnotherSizeIsPassedOver) {
  Turn(kThree);
  const uint64_t first = Size();
  const std::string text = audit::ParseNote(f.engine->LatestCheckpoint().note)->text;
  Grow();
  Pass(kRoundMs);
  ASSERT_EQ(Asked("FR.fiu", first), std::to_string(Size()));
  const std::string late =
      audit::SignatureLine(audit::CosignNote(text, f.federation.WitnessKey("CH.fiu").name(),
                                             1'800'000'000, f.federation.witness("CH.fiu")));
  EXPECT_EQ(Send("CH.fiu", first, late), "ok");
  EXPECT_EQ(Send("CH.fiu", Size() + 1, "anything"), "ok");
  EXPECT_EQ(cosigning->Witnessed(), "");
}

TEST_F(CosigningTest, AWitnessThatKnowsMoreOfTheLogSaysThatItWasRolledBack) {
  const auto refused = cosigning->Next(Key("FR.fiu"), Size() + 1, f.now).status();
  EXPECT_EQ(Outcome(refused), "fork");
  EXPECT_NE(refused.message().find("FR.fiu says that it cosigned this log at size " +
                                   std::to_string(Size() + 1)),
            std::string::npos)
      << refused;
  EXPECT_EQ(Asked("BR.fiu", 0), std::to_string(Size())) << "its word alone stops nobody else";
}

// ---- an idle log

TEST_F(CosigningTest, AnIdleLogIsCosignedAgain) {
  Turn(kAll);
  const uint64_t before = WitnessedTime();
  Pass(kRenewMs - 1);
  EXPECT_EQ(Turn("FR.fiu"), "nothing");
  Pass(1);
  Turn(kThree);
  EXPECT_EQ(WitnessedTime(), before) << "three do not renew it";
  EXPECT_EQ(Turn("CH.fiu"), std::to_string(Size()));
  EXPECT_EQ(WitnessedTime(), before + static_cast<uint64_t>(kRenewMs) / 1000);
  EXPECT_EQ(Turn("FR.fiu"), "nothing");
}

TEST_F(CosigningTest, OldCosignaturesDoNotRenew) {
  Turn(kAll);
  const auto old = lines;
  Pass(kRenewMs);
  ASSERT_EQ(Asked("FR.fiu", Size()), std::to_string(Size()));
  for (const std::string& agency : kAll) EXPECT_EQ(Send(agency, Size(), old.at(agency)), "ok");
  EXPECT_EQ(Asked("FR.fiu", Size()), std::to_string(Size())) << "it is asked all the same";
  Turn(kAll);
  EXPECT_EQ(WitnessedTime(), static_cast<uint64_t>(f.now.ms) / 1000);
}

// One of those needed was away for long: what the others signed before has grown old meanwhile.
TEST_F(CosigningTest, ARoundThatLastsBeginsAnew) {
  Turn(kThree);
  Pass(kRenewMs);
  EXPECT_EQ(Turn("CH.fiu"), std::to_string(Size()));
  EXPECT_EQ(cosigning->Witnessed(), "");
  Turn(kThree);
  EXPECT_EQ(WitnessedTime(), static_cast<uint64_t>(f.now.ms) / 1000);
}

// ---- at once

TEST_F(CosigningTest, WitnessesCallFromManyThreadsWhileTheLogGrows) {
  std::atomic<int64_t> now = f.now.ms;
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (const std::string& agency : kAll) {
    threads.emplace_back([&, agency] {
      while (!done) {
        const Instant at{now += 100};
        const auto next = cosigning->Next(Key(agency), 0, at);
        ASSERT_TRUE(next.ok()) << next.status();
        if (next->body.empty()) continue;
        const auto note = audit::ParseNote(audit::ParseAddCheckpoint(next->body)->note);
        const std::string line = audit::SignatureLine(
            audit::CosignNote(note->text, f.federation.WitnessKey(agency).name(),
                              static_cast<uint64_t>(at.ms) / 1000, f.federation.witness(agency)));
        EXPECT_TRUE(cosigning->Cosign(Key(agency), next->size, line, at).ok());
        EXPECT_LE(cosigning->WitnessedLevel()->size, Size());
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    Grow();
    if (i % 10 == 0) Change(static_cast<uint64_t>(i) / 10 + 1, f.federation.QuorumText(4, kAll));
  }
  const uint64_t size = Size();
  for (int i = 0; i < 1000 && WitnessedSize() < size; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(WitnessedSize(), size);
}

// ---- what is kept

TEST_F(CosigningTest, WhatIsWitnessedSurvivesARestart) {
  Turn(kFour);
  const std::string note = cosigning->Witnessed();
  Grow();
  Restart();
  EXPECT_EQ(cosigning->Witnessed(), note);
  EXPECT_EQ(WitnessedTime(), static_cast<uint64_t>(f.now.ms) / 1000);
  EXPECT_EQ(f.Findings(), "");
  Turn(kFour);
  EXPECT_EQ(WitnessedSize(), Size());
}

TEST_F(CosigningTest, WhatIsKeptOfALongerLogKeepsThisOneFromBeingServed) {
  Turn(kFour);
  const std::string before = cosigning->Witnessed();
  const uint64_t size = Size();
  audit::Checkpoint longer =
      *audit::ParseCheckpointText(audit::ParseNote(f.engine->LatestCheckpoint().note)->text);
  const auto put = [&](const std::string& note) {
    store::WriteBatch batch;
    batch.Put(kWitnessed, IndexKey(0), note);
    ASSERT_TRUE(f.store.Write(batch, store::Sync::kYes).ok());
  };
  longer.size = size + 1;
  const std::string more = *audit::SignCheckpoint(longer, f.federation.checkpoint_key());
  put(f.federation.Cosigned(more, kFour, f.now));
  EXPECT_EQ(Outcome(Cosigning::Open(*f.engine, f.store).status()), "fork");
  EXPECT_NE(f.Findings(), "");
  longer.size = size;
  longer.root[0] ^= 1;
  const std::string other = *audit::SignCheckpoint(longer, f.federation.checkpoint_key());
  put(f.federation.Cosigned(other, kFour, f.now));
  EXPECT_EQ(Outcome(Cosigning::Open(*f.engine, f.store).status()), "fork");
  EXPECT_NE(f.Findings(), "");
  put(f.federation.Cosigned(f.engine->LatestCheckpoint().note, kThree, f.now));
  EXPECT_EQ(Outcome(Cosigning::Open(*f.engine, f.store).status()), "DATA_LOSS") << "a minority";
  EXPECT_NE(f.Findings(), "");
  put(before);
  EXPECT_TRUE(Cosigning::Open(*f.engine, f.store).ok());
  EXPECT_EQ(f.Findings(), "");
}

}  // namespace
}  // namespace entente::broker

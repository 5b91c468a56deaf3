#include "core/audit/witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/audit/witness_fixture.h"
#include "core/base/limits.h"

namespace entente::audit {
namespace {

using ::testing::HasSubstr;

class WitnessTest : public ::testing::Test {
 protected:
  WitnessTest() { Restart(); }

  void Restart(const std::vector<VerifierKey>& logs = {LogKey()}) {
    auto opened = OpenWitness(memory_, clock_, logs);
    ASSERT_TRUE(opened.ok()) << opened.status();
    witness_ = *std::move(opened);
  }
  WitnessVerdict Verdict(const std::string& body) { return witness_->Add(body).verdict; }
  // Signs, and the line verifies under the checkpoint.
  void ExpectCosigned(const std::string& body, int64_t time = 1'700'000'000) {
    const WitnessAnswer answer = witness_->Add(body);
    ASSERT_EQ(answer.verdict, WitnessVerdict::kCosigned) << answer.text << answer.remark;
    const auto at =
        CosignedAt(ParseAddCheckpoint(body)->note, answer.text, witness_->key(), LogKey());
    ASSERT_TRUE(at.ok()) << at.status();
    EXPECT_EQ(*at, static_cast<uint64_t>(time));
  }
  // A conflict over the size that is held, and nothing has changed.
  void ExpectHeld(uint64_t size) {
    const WitnessAnswer answer = witness_->Add(log_.Body(39, 40));
    EXPECT_EQ(answer.verdict, WitnessVerdict::kOtherSize);
    EXPECT_EQ(answer.size, size);
  }

  const SmallLog log_;
  const SmallLog fork_{"another "};
  HandClock clock_;
  FakeMemory memory_;
  std::unique_ptr<Witness> witness_;
};

TEST_F(WitnessTest, CosignsTheFirstCheckpointAndWhatContinuesIt) {
  ExpectCosigned(log_.Body(0, 5));
  ExpectCosigned(log_.Body(5, 6));
  ExpectCosigned(log_.Body(6, 37));
  ExpectHeld(37);
}

TEST_F(WitnessTest, CosignsTheEmptyTreeAndWhatFollowsIt) {
  ExpectCosigned(log_.Body(0, 0));
  ExpectHeld(0);
  ExpectCosigned(log_.Body(0, 0));
  ExpectCosigned(log_.Body(0, 3));
  EXPECT_EQ(witness_->Add(log_.Body(0, 4)).size, 3u);
}

TEST_F(WitnessTest, WhatIsHeldIsTheNoteWithTheLogsSignaturesAndItsOwn) {
  const NoteSignature stranger = SignNote("x\n", "stranger.test", TestKey(9));
  const std::string body = log_.Body(0, 5) + SignatureLine(stranger);
  const WitnessAnswer answer = witness_->Add(body);
  ASSERT_EQ(answer.verdict, WitnessVerdict::kCosigned);
  EXPECT_EQ(memory_.note(kOrigin), log_.Note(5) + answer.text);
}

TEST_F(WitnessTest, AnOldSizeThatIsNotHeldIsAnsweredWithTheOneHeld) {
  const WitnessAnswer first = witness_->Add(log_.Body(3, 5));
  EXPECT_EQ(first.verdict, WitnessVerdict::kOtherSize);
  EXPECT_EQ(first.size, 0u);
  ExpectCosigned(log_.Body(0, 5));
  for (const auto& body : {log_.Body(0, 9), log_.Body(4, 9), log_.Body(6, 9), log_.Body(0, 5)}) {
    const WitnessAnswer answer = witness_->Add(body);
    EXPECT_EQ(answer.verdict, WitnessVerdict::kOtherSize);
    EXPECT_EQ(answer.size, 5u);
  }
  ExpectHeld(5);
}

TEST_F(WitnessTest, AnOldSizeAboveTheCheckpointsIsMalformed) {
  ExpectCosigned(log_.Body(0, 9));
  EXPECT_EQ(Verdict(log_.Body(9, 5)), WitnessVerdict::kMalformed);
  EXPECT_EQ(Verdict(log_.Body(6, 5)), WitnessVerdict::kMalformed);
  ExpectHeld(9);
}

TEST_F(WitnessTest, TheSameCheckpointIsCosignedAgain) {
  ExpectCosigned(log_.Body(0, 5));
  clock_.Set(1'700'000'060);
  ExpectCosigned(log_.Body(5, 5), 1'700'000'060);
}

TEST_F(WitnessTest, TheSameCheckpointInTheSameSecondIsNotSavedAgain) {
  ExpectCosigned(log_.Body(0, 5));
  ExpectCosigned(log_.Body(5, 5));
  EXPECT_EQ(memory_.saves(), 1);
  clock_.Set(1'700'000'060);
  ExpectCosigned(log_.Body(5, 5), 1'700'000'060);
  EXPECT_EQ(memory_.saves(), 2);
}

TEST_F(WitnessTest, AnotherRootForTheSizeHeldIsAConflictAndTheProofIsKept) {
  ExpectCosigned(log_.Body(0, 5));
  const WitnessAnswer answer = witness_->Add(fork_.Body(5, 5));
  EXPECT_EQ(answer.verdict, WitnessVerdict::kOtherRoot);
  EXPECT_EQ(answer.size, 5u);
  EXPECT_THAT(answer.remark, HasSubstr(log_.Note(5)));
  EXPECT_THAT(answer.remark, HasSubstr(fork_.Note(5)));
  ExpectHeld(5);
}

TEST_F(WitnessTest, AnEmptyTreeWithAnotherRootIsMalformed) {
  const std::string note =
      *FormatNote({CheckpointText({kOrigin, 0, log_.Root(1)}),
                   {SignNote(CheckpointText({kOrigin, 0, log_.Root(1)}), kOrigin, TestKey(1))}});
  EXPECT_EQ(Verdict(FormatAddCheckpoint({0, {}, note})), WitnessVerdict::kMalformed);
}

TEST_F(WitnessTest, AForkIsNotCosigned) {
  ExpectCosigned(log_.Body(0, 5));
  EXPECT_EQ(Verdict(fork_.Body(5, 9)), WitnessVerdict::kProofBad);
  EXPECT_EQ(Verdict(FormatAddCheckpoint({5, log_.From(5, 9), fork_.Note(9)})),
            WitnessVerdict::kProofBad);
  ExpectHeld(5);
}

TEST_F(WitnessTest, AProofHasExactlyItsLength) {
  ExpectCosigned(log_.Body(0, 5));
  Proof longer = log_.From(5, 9), shorter = log_.From(5, 9);
  longer.push_back(EmptyRoot());
  shorter.pop_back();
  for (const Proof& proof : {Proof{}, longer, shorter}) {
    EXPECT_EQ(Verdict(FormatAddCheckpoint({5, proof, log_.Note(9)})), WitnessVerdict::kProofBad);
  }
  EXPECT_EQ(Verdict(FormatAddCheckpoint({5, {EmptyRoot()}, log_.Note(5)})),
            WitnessVerdict::kProofBad);
  ExpectHeld(5);
}

TEST_F(WitnessTest, AProofFromSizeZeroIsEmpty) {
  EXPECT_EQ(Verdict(FormatAddCheckpoint({0, {log_.Root(5)}, log_.Note(5)})),
            WitnessVerdict::kProofBad);
  ExpectHeld(0);
}

TEST_F(WitnessTest, AnUnknownOriginIsNotFound) {
  const std::string note = *SignCheckpoint({"entente.test/log/two", 1, log_.Root(1)}, TestKey(1));
  EXPECT_EQ(Verdict(FormatAddCheckpoint({0, {}, note})), WitnessVerdict::kUnknownLog);
}

TEST_F(WitnessTest, WhatNoKnownKeyOfThatLogHasSignedIsForbidden) {
  EXPECT_EQ(Verdict(log_.Body(0, 5, 2)), WitnessVerdict::kNotSigned);
  const VerifierKey two =
      *VerifierKey::Create("entente.test/log/two", NoteKeyType::kEd25519, TestKey(2).public_key());
  Restart({LogKey(), two});
  // The other log's key, under its own name and under this one's.
  const std::string text = CheckpointText({kOrigin, 5, log_.Root(5)});
  const std::string note = *FormatNote({text, {SignNote(text, two.name(), TestKey(2))}});
  EXPECT_EQ(Verdict(FormatAddCheckpoint({0, {}, note})), WitnessVerdict::kNotSigned);
  EXPECT_EQ(Verdict(log_.Body(0, 5, 2)), WitnessVerdict::kNotSigned);
  ExpectHeld(0);
}

TEST_F(WitnessTest, AWrongSignatureByAKnownKeyIsForbiddenBesideARightOne) {
  Restart({LogKey(1), LogKey(2)});
  const std::string text = CheckpointText({kOrigin, 5, log_.Root(5)});
  const NoteSignature right = SignNote(text, kOrigin, TestKey(1));
  const NoteSignature wrong = SignNote("x\n", kOrigin, TestKey(2));
  for (const auto& signatures : {std::vector{right, wrong}, std::vector{wrong, right}}) {
    const std::string note = *FormatNote({text, signatures});
    EXPECT_EQ(Verdict(FormatAddCheckpoint({0, {}, note})), WitnessVerdict::kNotSigned);
  }
  ExpectHeld(0);
}

TEST_F(WitnessTest, EitherKeyOfALogSuffices) {
  Restart({LogKey(1), LogKey(2)});
  ASSERT_EQ(Verdict(log_.Body(0, 5, 1)), WitnessVerdict::kCosigned);
  ASSERT_EQ(Verdict(log_.Body(5, 9, 2)), WitnessVerdict::kCosigned);
  // The key that signed what is held may be gone since.
  Restart({LogKey(1)});
  ExpectCosigned(log_.Body(9, 12));
}

TEST_F(WitnessTest, ExtensionLinesAreSignedAsTheyStand) {
  const std::string text = CheckpointText({kOrigin, 5, log_.Root(5)}) + "more\n";
  const std::string note = *FormatNote({text, {SignNote(text, kOrigin, TestKey(1))}});
  ExpectCosigned(FormatAddCheckpoint({0, {}, note}));
  // The same tree under another text is another note.
  ExpectCosigned(log_.Body(5, 5));
}

TEST_F(WitnessTest, MalformedNotesAreMalformed) {
  const std::string body = log_.Body(0, 5);
  for (const std::string& bad :
       {std::string(), std::string("old 0\n"), std::string("old 0\n\n"),
        body.substr(0, body.size() - 1), body + "\n", body + "x",
        std::string("old 0\n\n") + kOrigin + "\n5\n\n\u2014 a AAAAAAA=\n",
        std::string("old 0\n\n") + kOrigin + "\n05\nAAAA\n\n\u2014 a AAAAAAA=\n"}) {
    EXPECT_EQ(Verdict(bad), WitnessVerdict::kMalformed) << bad;
  }
}

TEST_F(WitnessTest, TwoLogsAreHeldApart) {
  const std::string other_origin = "entente.test/log/two";
  const VerifierKey two =
      *VerifierKey::Create(other_origin, NoteKeyType::kEd25519, TestKey(2).public_key());
  Restart({LogKey(), two});
  ExpectCosigned(log_.Body(0, 5));
  const std::string note = *SignCheckpoint({other_origin, 3, fork_.Root(3)}, TestKey(2));
  EXPECT_EQ(Verdict(FormatAddCheckpoint({0, {}, note})), WitnessVerdict::kCosigned);
  ExpectHeld(5);
}

// Time.

TEST_F(WitnessTest, ATimeNeverDecreases) {
  clock_.Set(1'700'000'100);
  ExpectCosigned(log_.Body(0, 5), 1'700'000'100);
  clock_.Set(1'700'000'050);
  ExpectCosigned(log_.Body(5, 6), 1'700'000'100);
  Restart();
  ExpectCosigned(log_.Body(6, 7), 1'700'000'100);
}

TEST_F(WitnessTest, AClockFarBehindTheLastCosignatureSignsNothing) {
  clock_.Set(1'700'001'000);
  ExpectCosigned(log_.Body(0, 5), 1'700'001'000);
  clock_.Set(1'700'001'000 - 301);
  const WitnessAnswer answer = witness_->Add(log_.Body(5, 6));
  EXPECT_EQ(answer.verdict, WitnessVerdict::kUnavailable);
  EXPECT_THAT(answer.remark, HasSubstr("set the clock"));
  clock_.Set(1'700'001'000 - 300);
  ExpectCosigned(log_.Body(5, 6), 1'700'001'000);
}

TEST_F(WitnessTest, AClockThatIsNotSetSignsNothing) {
  for (int64_t seconds : {int64_t{-5}, int64_t{0}}) {
    clock_.Set(seconds);
    EXPECT_EQ(Verdict(log_.Body(0, 5)), WitnessVerdict::kUnavailable) << seconds;
  }
}

// What it must not forget.

TEST_F(WitnessTest, WhatCannotBeSavedIsNotAnsweredAndChangesNothing) {
  ExpectCosigned(log_.Body(0, 5));
  memory_.save = [] { return absl::InternalError("cannot sync"); };
  const WitnessAnswer answer = witness_->Add(log_.Body(5, 9));
  EXPECT_EQ(answer.verdict, WitnessVerdict::kUnavailable);
  EXPECT_THAT(answer.text, ::testing::Not(HasSubstr(kWitnessName)));
  EXPECT_THAT(answer.remark, HasSubstr("cannot sync"));
  ExpectHeld(5);
  memory_.save = [] { return absl::OkStatus(); };
  ExpectCosigned(log_.Body(5, 9));
}

TEST_F(WitnessTest, ItIsSavedBeforeItIsAnswered) {
  memory_.save = [this] {
    EXPECT_EQ(memory_.note(kOrigin), "");
    return absl::OkStatus();
  };
  const WitnessAnswer answer = witness_->Add(log_.Body(0, 5));
  EXPECT_THAT(memory_.note(kOrigin), HasSubstr(answer.text));
}

TEST_F(WitnessTest, ARestartHoldsWhatWasHeld) {
  ExpectCosigned(log_.Body(0, 5));
  Restart();
  ExpectHeld(5);
  EXPECT_EQ(Verdict(fork_.Body(5, 5)), WitnessVerdict::kOtherRoot);
  ExpectCosigned(log_.Body(5, 9));
}

TEST_F(WitnessTest, AnyFlippedBitOfWhatIsHeldKeepsItFromStarting) {
  ExpectCosigned(log_.Body(0, 5));
  const std::string good = memory_.note(kOrigin);
  const size_t own = good.rfind("\u2014");
  const size_t text_end = good.find("\n\n");
  for (size_t i = 0; i < good.size(); ++i) {
    if (i > text_end + 1 && i < own) continue;  // the log's own line is not needed again
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    memory_.note(kOrigin) = bad;
    const auto opened = OpenWitness(memory_, clock_);
    EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << i;
    EXPECT_THAT(std::string(opened.status().message()), HasSubstr("new key")) << i;
  }
}

TEST_F(WitnessTest, ATruncatedOrEmptyStateKeepsItFromStarting) {
  ExpectCosigned(log_.Body(0, 5));
  const std::string good = memory_.note(kOrigin);
  for (size_t size : {size_t{0}, size_t{1}, good.size() / 2, good.size() - 1}) {
    memory_.note(kOrigin) = good.substr(0, size);
    EXPECT_TRUE(absl::IsFailedPrecondition(OpenWitness(memory_, clock_).status())) << size;
  }
}

TEST_F(WitnessTest, TheStateOfAnotherLogOrKeyKeepsItFromStarting) {
  ExpectCosigned(log_.Body(0, 5));
  const auto other_key = OpenWitness(memory_, clock_, {LogKey()}, kWitnessSeed + 1);
  EXPECT_TRUE(absl::IsFailedPrecondition(other_key.status())) << other_key.status();
  const VerifierKey two =
      *VerifierKey::Create("entente.test/log/two", NoteKeyType::kEd25519, TestKey(2).public_key());
  memory_.note(two.name()) = memory_.note(kOrigin);
  const auto other_log = OpenWitness(memory_, clock_, {two});
  EXPECT_TRUE(absl::IsFailedPrecondition(other_log.status())) << other_log.status();
}

TEST_F(WitnessTest, LogsHaveKeysOfTheirTypeAndEachOnce) {
  const VerifierKey witness_key =
      *VerifierKey::Create(kOrigin, NoteKeyType::kCosignatureV1, TestKey(1).public_key());
  EXPECT_TRUE(absl::IsInvalidArgument(OpenWitness(memory_, clock_, {witness_key}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenWitness(memory_, clock_, {LogKey(), LogKey()}).status()));
  std::vector<VerifierKey> many;
  for (uint8_t i = 1; i <= limits::kKeysAtOnce; ++i) many.push_back(LogKey(i));
  EXPECT_TRUE(OpenWitness(memory_, clock_, many).ok());
  many.push_back(LogKey(100));
  EXPECT_TRUE(absl::IsInvalidArgument(OpenWitness(memory_, clock_, many).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Witness::Open("a name", TestKey(5), {LogKey()}, memory_, clock_).status()));
}

// Races. Whoever saves lets others come first, so that a check outside of the lock shows.

TEST_F(WitnessTest, OfManyThatContinueTheSameSizeExactlyOneIsCosigned) {
  for (size_t round = 0; round < 30; ++round) {
    FakeMemory memory;
    memory.save = [] {
      for (int i = 0; i < 50; ++i) std::this_thread::yield();
      return absl::OkStatus();
    };
    auto witness = *OpenWitness(memory, clock_);
    std::atomic<int> cosigned = 0, conflicts = 0;
    std::vector<std::thread> threads;
    for (size_t i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const SmallLog& log = i % 2 == 0 ? log_ : fork_;
        const WitnessVerdict verdict = witness->Add(log.Body(0, 1 + i)).verdict;
        cosigned += verdict == WitnessVerdict::kCosigned;
        conflicts += verdict == WitnessVerdict::kOtherSize;
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(cosigned, 1);
    ASSERT_EQ(conflicts, 7);
    EXPECT_EQ(memory.saves(), 1);
  }
}

// The race of the specification: A (size N) is checked, B (size N+K) is checked and saved, then A
// is saved and rolls back K leaves.
TEST_F(WitnessTest, ASmallerCheckpointNeverOvertakesALargerOne) {
  for (int round = 0; round < 50; ++round) {
    FakeMemory memory;
    std::atomic<int> in_save = 0;
    memory.save = [&] {
      EXPECT_EQ(++in_save, 1) << "two are saved at once";
      for (int i = 0; i < 50; ++i) std::this_thread::yield();
      --in_save;
      return absl::OkStatus();
    };
    auto witness = *OpenWitness(memory, clock_);
    ASSERT_EQ(witness->Add(log_.Body(0, 4)).verdict, WitnessVerdict::kCosigned);
    std::vector<WitnessVerdict> got(2);
    std::thread a([&] { got[0] = witness->Add(log_.Body(4, 5)).verdict; });
    std::thread b([&] { got[1] = witness->Add(log_.Body(4, 30)).verdict; });
    a.join();
    b.join();
    EXPECT_NE(got[0] == WitnessVerdict::kCosigned, got[1] == WitnessVerdict::kCosigned);
    const uint64_t held = ParseCheckpointText(ParseNote(memory.note(kOrigin))->text)->size;
    EXPECT_EQ(held, got[0] == WitnessVerdict::kCosigned ? 5u : 30u);
  }
}

// Over HTTP.

TEST(WitnessHttp, EachVerdictHasItsStatusTypeAndBody) {
  struct Case {
    WitnessVerdict verdict;
    int status;
    std::string_view type;
    std::string body;
  };
  const std::string_view text = "text/plain; charset=utf-8";
  for (const Case& one :
       std::vector<Case>{{WitnessVerdict::kCosigned, 200, text, "TEXT"},
                         {WitnessVerdict::kMalformed, 400, text, "TEXT\n"},
                         {WitnessVerdict::kNotSigned, 403, text, "TEXT\n"},
                         {WitnessVerdict::kUnknownLog, 404, text, "TEXT\n"},
                         {WitnessVerdict::kOtherSize, 409, "text/x.tlog.size", "12\n"},
                         {WitnessVerdict::kOtherRoot, 409, "text/x.tlog.size", "12\n"},
                         {WitnessVerdict::kProofBad, 422, text, "TEXT\n"},
                         {WitnessVerdict::kUnavailable, 503, text, "TEXT\n"}}) {
    const HttpAnswer answer = ToHttp({one.verdict, 12, "TEXT", "never told"});
    EXPECT_EQ(answer.status, one.status);
    EXPECT_EQ(answer.content_type, one.type);
    EXPECT_EQ(answer.body, one.body);
  }
}

}  // namespace
}  // namespace entente::audit

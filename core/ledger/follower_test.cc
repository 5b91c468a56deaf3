#include "core/ledger/follower.h"

#include "core/ledger/ledger_fixture.h"
#include "core/ledger/parts.h"
#include "core/record/strict.h"

namespace entente::ledger {
namespace {

class FollowerTest : public LedgerTest {
 protected:
  FollowerTest() { Grow(log, 5); }

  // Sealed entries, each unlike any other.
  void Grow(testing::TestLog& to, int count) {
    for (int i = 0; i < count; ++i) {
      const Act act{.instant = instant,
                    .acting_agency = "FR.fiu",
                    .officer_pseudonym = {},
                    .justification_digest = {}};
      auto parts = NoticeParts(act, "gap", "BR.fiu", random.Bytes<32>());
      const auto sealed =
          WriteSealedEntry(v1::ENTRY_KIND_NOTICE, instant, parts, random.Bytes<32>());
      to.Append(*sealed, std::move(parts));
    }
  }
  std::span<const std::string> Entries(const testing::TestLog& of, uint64_t from, uint64_t until) {
    return std::span(of.entries()).subspan(from, until - from);
  }
  // Entries up to `size` and the checkpoint of that size.
  std::string Feed(Follower& by, const testing::TestLog& of, uint64_t size) {
    const uint64_t from = by.next_index();
    const absl::Status added =
        size > from ? by.AddEntries(from, Entries(of, from, size)) : absl::OkStatus();
    if (!added.ok()) return "entries " + Outcome(added);
    return Take(by, of.Checkpoint(size));
  }
  std::string Take(Follower& by, std::string_view note, uint64_t at_least = 0) {
    const auto taken = by.Take(note, at_least);
    if (!taken.ok()) return Outcome(taken.status());
    switch (taken->seen) {
      case Seen::kCovered:
        return "covered";
      case Seen::kNeedsEntries:
        return "needs entries";
      case Seen::kNeedsProof:
        return "needs proof";
    }
    return "";
  }
  // The same log up to `size`, other entries after.
  testing::TestLog Branch(uint64_t size) {
    testing::TestLog other(federation.log_origin(), federation.checkpoint_key().Clone());
    for (uint64_t i = 0; i < size; ++i) other.Append(log.entries()[i]);
    return other;
  }

  testing::TestLog log = federation.NewLog();
  Follower follower = Follower::Create(federation.genesis());
};

TEST_F(FollowerTest, FollowsTheLogAndActsOnItsOpenEntries) {
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  EXPECT_EQ(follower.size(), log.size());
  EXPECT_EQ(follower.root(), log.RootAt(log.size()));
  EXPECT_EQ(follower.checkpoint(), log.Checkpoint());
  EXPECT_EQ(follower.registry().snapshot_number(), registry.snapshot_number());
  EXPECT_EQ(follower.registry().snapshot_hash(), registry.snapshot_hash());
}

// A log that shows entries and never a checkpoint that covers them.
TEST_F(FollowerTest, HoldsSoMuchAndNoMoreUntilACheckpointCoversIt) {
  Follower narrow = Follower::Create(federation.genesis(), 64 * 1024);
  ASSERT_EQ(Feed(narrow, log, log.size()), "covered");
  Grow(log, 2000);
  absl::Status status;
  while (status.ok() && narrow.next_index() < log.size()) {
    const uint64_t from = narrow.next_index();
    status = narrow.AddEntries(from, Entries(log, from, from + 1));
  }
  EXPECT_EQ(Outcome(status), "too-large");
  const uint64_t reached = narrow.next_index();
  EXPECT_GT(reached, narrow.size() + 500);
  // What a checkpoint covers makes room again.
  EXPECT_EQ(Take(narrow, log.Checkpoint(reached)), "covered");
  EXPECT_TRUE(narrow.AddEntries(reached, Entries(log, reached, reached + 1)).ok());
}

TEST_F(FollowerTest, GivesTheSameByAnySteps) {
  for (const uint64_t step : {1, 2, 3, 7}) {
    Follower stepped = Follower::Create(federation.genesis());
    for (uint64_t size = step; size < log.size() + step; size += step) {
      EXPECT_EQ(Feed(stepped, log, std::min(size, log.size())), "covered");
    }
    EXPECT_EQ(stepped.root(), log.RootAt(log.size()));
    EXPECT_EQ(stepped.registry().snapshot_hash(), registry.snapshot_hash());
  }
}

TEST_F(FollowerTest, NothingActsBeforeACheckpointCoversIt) {
  ASSERT_TRUE(follower.AddEntries(0, log.entries()).ok());
  EXPECT_EQ(follower.size(), 0u);
  EXPECT_EQ(follower.registry().snapshot_number(), 0u);
  EXPECT_EQ(follower.next_index(), log.size());
  const auto taken = follower.Take(log.Checkpoint(3));
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->applied.size(), 3u);
  EXPECT_EQ(follower.registry().snapshot_number(), 3u);
  EXPECT_EQ(Take(follower, log.Checkpoint()), "covered");
  EXPECT_EQ(follower.size(), log.size());
}

TEST_F(FollowerTest, ACheckpointBeyondTheEntriesWaitsForThem) {
  EXPECT_EQ(Take(follower, log.Checkpoint()), "needs entries");
  EXPECT_EQ(follower.size(), 0u);
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
}

TEST_F(FollowerTest, EntriesOverlapAndComeTwiceButNeverWithAHole) {
  ASSERT_TRUE(follower.AddEntries(0, Entries(log, 0, 4)).ok());
  ASSERT_TRUE(follower.AddEntries(2, Entries(log, 2, 6)).ok());
  ASSERT_TRUE(follower.AddEntries(0, Entries(log, 0, 3)).ok());
  EXPECT_EQ(follower.next_index(), 6u);
  EXPECT_EQ(follower.AddEntries(7, Entries(log, 7, 8)).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Take(follower, log.Checkpoint(6)), "covered");
  ASSERT_TRUE(follower.AddEntries(0, log.entries()).ok());
  EXPECT_EQ(Take(follower, log.Checkpoint()), "covered");
}

TEST_F(FollowerTest, OlderCheckpointsOfTheSameTreeAreCovered) {
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  for (uint64_t size = 1; size <= log.size(); ++size) {
    EXPECT_EQ(Take(follower, log.Checkpoint(size)), "covered") << size;
  }
  EXPECT_EQ(follower.checkpoint(), log.Checkpoint()) << "the newest stays";
}

TEST_F(FollowerTest, ASmallerSizeCalledNewestIsAFork) {
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  EXPECT_EQ(Take(follower, log.Checkpoint(log.size() - 1), log.size()), "fork");
  ASSERT_TRUE(follower.fork());
  EXPECT_EQ(follower.fork()->trusted, log.Checkpoint());
  EXPECT_EQ(follower.fork()->refused, log.Checkpoint(log.size() - 1));
}

TEST_F(FollowerTest, AnotherRootAtTheSameSizeIsAFork) {
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  testing::TestLog other = Branch(log.size() - 1);
  Grow(other, 1);
  EXPECT_EQ(Take(follower, other.Checkpoint()), "fork");
  EXPECT_EQ(follower.fork()->refused, other.Checkpoint());
}

TEST_F(FollowerTest, AnotherRootAtAnOlderSizeIsAFork) {
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  testing::TestLog other = Branch(log.size() - 3);
  Grow(other, 1);
  EXPECT_EQ(Take(follower, other.Checkpoint()), "fork");
}

TEST_F(FollowerTest, ABranchThatGoesOnFromAnEarlierEntryIsAFork) {
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  testing::TestLog other = Branch(log.size() - 2);
  Grow(other, 6);
  EXPECT_EQ(Feed(follower, other, other.size()), "fork");
  EXPECT_EQ(follower.size(), log.size()) << "nothing of it was taken";
}

TEST_F(FollowerTest, EntriesThatAreNotThoseOfTheTreeAreAFork) {
  testing::TestLog other = Branch(log.size() - 1);
  Grow(other, 1);
  ASSERT_TRUE(follower.AddEntries(0, other.entries()).ok());
  EXPECT_EQ(Take(follower, log.Checkpoint()), "fork");
  EXPECT_EQ(follower.size(), 0u);
  EXPECT_EQ(follower.registry().snapshot_number(), 0u);
}

TEST_F(FollowerTest, AForkIsRememberedAndStopsEverything) {
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  testing::TestLog other = Branch(log.size() - 1);
  Grow(other, 1);
  EXPECT_EQ(Take(follower, other.Checkpoint()), "fork");
  EXPECT_EQ(Take(follower, log.Checkpoint()), "fork");
  EXPECT_EQ(Outcome(follower.AddEntries(log.size(), {})), "fork");
  EXPECT_EQ(Outcome(follower.TakeOlder(log.Checkpoint(2), log.Consistency(2, log.size())).status()),
            "fork");
}

TEST_F(FollowerTest, CheckpointsBySomeoneElseAreNotThisLogs) {
  testing::TestLog forged(federation.log_origin(), federation.receipt_key().Clone());
  for (const std::string& entry : log.entries()) forged.Append(entry);
  EXPECT_EQ(Take(follower, forged.Checkpoint()), "bad-signature");
  testing::TestLog renamed("entente.test/log/broker-2", federation.checkpoint_key().Clone());
  for (const std::string& entry : log.entries()) renamed.Append(entry);
  EXPECT_NE(Take(follower, renamed.Checkpoint()), "covered");
  EXPECT_EQ(Take(follower, "no note"), "malformed");
  EXPECT_FALSE(follower.fork()) << "only the log's own signature is evidence against it";
}

TEST_F(FollowerTest, InstantsNeverDecrease) {
  const auto with = [&](Instant when) {
    testing::TestLog other = Branch(log.size());
    instant = when;
    Grow(other, 1);
    return other;
  };
  const testing::TestLog same = with(instant);
  const testing::TestLog less = with(instant - 1);
  EXPECT_EQ(Outcome(Follower(follower).AddEntries(0, less.entries())), "future-dated");
  EXPECT_EQ(Outcome(Follower(follower).AddEntries(0, same.entries())), "ok");
  // The same when the entry before was covered long ago.
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  EXPECT_EQ(Feed(follower, less, less.size()), "entries future-dated");
}

TEST_F(FollowerTest, WhatIsNoEntryIsNotTaken) {
  std::vector<std::string> entries = log.entries();
  entries[3] += '\0';
  EXPECT_NE(Outcome(follower.AddEntries(0, entries)), "ok");
  EXPECT_EQ(follower.next_index(), 0u) << "all or nothing";
}

// The broker is of a later release: what it logs and nobody here can read stops nobody.
TEST_F(FollowerTest, ASealedEntryOfALaterReleaseCountsInTheTreeAlone) {
  v1::Entry later;
  ASSERT_TRUE(later.ParseFromString(log.entries().back()));
  later.set_kind(static_cast<v1::EntryKind>(100));
  log.Append(record::Encode(later));
  Grow(log, 3);
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  EXPECT_EQ(follower.size(), log.size());
  EXPECT_EQ(follower.registry().snapshot_hash(), registry.snapshot_hash());
}

TEST_F(FollowerTest, NothingIsTakenFromAnOpenEntryOfALaterReleaseOn) {
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  v1::Entry later;
  ASSERT_TRUE(later.ParseFromString(log.entries()[1]));
  later.set_kind(static_cast<v1::EntryKind>(8));
  later.set_instant_ms(static_cast<uint64_t>(instant.ms));
  const uint64_t before = log.size();
  log.Append(record::Encode(later));
  EXPECT_EQ(Feed(follower, log, log.size()), "entries malformed");
  EXPECT_EQ(follower.size(), before);
  EXPECT_FALSE(follower.fork());
}

TEST_F(FollowerTest, ALogBeginsWithItsOwnGenesisFile) {
  EXPECT_EQ(Outcome(follower.AddEntries(0, Entries(log, 1, 2))), "proof-bad");
  FederationOptions options;
  options.seed = 2;
  const testing::TestLog foreign = Federation(options).NewLog();
  EXPECT_EQ(Outcome(follower.AddEntries(0, Entries(foreign, 0, 1))), "proof-bad");
  testing::TestLog second = Branch(log.size());
  second.Append(*WriteOpenEntry(v1::ENTRY_KIND_GENESIS, instant, federation.genesis().text()));
  EXPECT_EQ(Feed(follower, second, second.size()), "entries proof-bad");
}

TEST_F(FollowerTest, AnInvalidStatementIsReportedAndHasNoEffect) {
  Publication bent = ByAuthority("FR", AgencyBody("FR.police", v1::AgencyStatement::ADMITTED, 1));
  bent.statement.mutable_signatures(0)->mutable_ed25519()->at(0) ^= 1;
  log.Append(testing::EntryOf(bent, instant));
  ASSERT_TRUE(follower.AddEntries(0, log.entries()).ok());
  const auto taken = follower.Take(log.Checkpoint());
  ASSERT_TRUE(taken.ok()) << taken.status();
  ASSERT_EQ(taken->applied.size(), registry.snapshot_number() + 1);
  EXPECT_EQ(Outcome(taken->applied.back().effect), "bad-signature");
  EXPECT_EQ(taken->applied.back().open.index, log.size() - 1);
  EXPECT_EQ(follower.registry().StateOf("FR.police", instant), AgencyState::kUnknown);
}

TEST_F(FollowerTest, WhatIsTooOldToRememberTakesAProof) {
  Grow(log, 300);
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  const std::string saved = follower.Save();
  std::vector<OpenEntry> opens;
  for (uint64_t i = 0; i < registry.snapshot_number(); ++i) opens.push_back({i, log.entries()[i]});
  auto restored = Follower::Restore(federation.genesis(), saved, opens);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(Take(*restored, log.Checkpoint(40)), "needs proof");
  EXPECT_TRUE(restored->TakeOlder(log.Checkpoint(40), log.Consistency(40, log.size())).ok());
  EXPECT_EQ(
      Outcome(restored->TakeOlder(log.Checkpoint(40), log.Consistency(41, log.size())).status()),
      "proof-bad");
  testing::TestLog other = Branch(39);
  Grow(other, 1);
  EXPECT_EQ(
      Outcome(restored->TakeOlder(other.Checkpoint(), log.Consistency(40, log.size())).status()),
      "proof-bad");
  EXPECT_EQ(restored->TakeOlder(log.Checkpoint(), {}).ok(), true);
}

TEST_F(FollowerTest, RememberedRootsReachOverManyStretches) {
  Grow(log, 700);
  for (uint64_t size = 100; size < log.size(); size += 97) {
    EXPECT_EQ(Feed(follower, log, size), "covered");
  }
  EXPECT_EQ(Feed(follower, log, log.size()), "covered");
  for (uint64_t size = 1; size < log.size(); size += 37) {
    EXPECT_EQ(Take(follower, log.Checkpoint(size)), "covered") << size;
  }
}

class Restoring : public FollowerTest {
 protected:
  Restoring() {
    EXPECT_EQ(Feed(follower, log, log.size()), "covered");
    for (uint64_t i = 0; i < registry.snapshot_number(); ++i) {
      opens.push_back({i, log.entries()[i]});
    }
  }
  absl::StatusCode Restore(std::string_view saved, std::span<const OpenEntry> kept) {
    return Follower::Restore(federation.genesis(), saved, kept).status().code();
  }
  std::vector<OpenEntry> opens;
};

TEST_F(Restoring, GoesOnWhereItStopped) {
  auto restored = Follower::Restore(federation.genesis(), follower.Save(), opens);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->size(), follower.size());
  EXPECT_EQ(restored->root(), follower.root());
  EXPECT_EQ(restored->registry().snapshot_hash(), follower.registry().snapshot_hash());
  EXPECT_EQ(restored->Save(), follower.Save());
  Grow(log, 9);
  EXPECT_EQ(Feed(*restored, log, log.size()), "covered");
  EXPECT_EQ(restored->root(), log.RootAt(log.size()));
}

TEST_F(Restoring, StillSeesAForkMadeWhileItSlept) {
  auto restored = Follower::Restore(federation.genesis(), follower.Save(), opens);
  ASSERT_TRUE(restored.ok());
  testing::TestLog other = Branch(log.size() - 1);
  Grow(other, 4);
  EXPECT_EQ(Feed(*restored, other, other.size()), "fork");
}

TEST_F(Restoring, RemembersTheLastInstant) {
  auto restored = Follower::Restore(federation.genesis(), follower.Save(), opens);
  ASSERT_TRUE(restored.ok());
  instant = instant - 1;
  Grow(log, 1);
  EXPECT_EQ(Feed(*restored, log, log.size()), "entries future-dated");
}

TEST_F(Restoring, TheEmptyFollowerToo) {
  const std::string saved = Follower::Create(federation.genesis()).Save();
  auto restored = Follower::Restore(federation.genesis(), saved, {});
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(Feed(*restored, log, log.size()), "covered");
}

TEST_F(Restoring, AnyDamageIsSeen) {
  const std::string saved = follower.Save();
  EXPECT_EQ(Restore(saved, opens), absl::StatusCode::kOk);
  for (size_t keep = 0; keep < saved.size(); ++keep) {
    EXPECT_EQ(Restore(saved.substr(0, keep), opens), absl::StatusCode::kDataLoss) << keep;
  }
  EXPECT_EQ(Restore(saved + "x", opens), absl::StatusCode::kDataLoss);
  const size_t instant_at = std::string("entente-follower/1\n").size() + 8;
  for (size_t i = 0; i < saved.size(); ++i) {
    if (i >= instant_at && i < instant_at + 8) continue;  // the one field that nothing else tells
    std::string bent = saved;
    bent[i] = static_cast<char>(bent[i] ^ 1);
    EXPECT_EQ(Restore(bent, opens), absl::StatusCode::kDataLoss) << i;
  }
}

TEST_F(Restoring, OpenEntriesMustBeThoseApplied) {
  const std::string saved = follower.Save();
  std::vector<OpenEntry> kept = opens;
  kept.pop_back();
  EXPECT_EQ(Restore(saved, kept), absl::StatusCode::kDataLoss);
  kept = opens;
  std::swap(kept[1], kept[2]);
  EXPECT_EQ(Restore(saved, kept), absl::StatusCode::kDataLoss);
  kept = opens;
  kept[2].entry = kept[1].entry;
  EXPECT_EQ(Restore(saved, kept), absl::StatusCode::kDataLoss);
  kept = opens;
  kept.back() = {log.size() - 1, log.entries().back()};
  EXPECT_EQ(Restore(saved, kept), absl::StatusCode::kDataLoss) << "a sealed one";
  FederationOptions options;
  options.seed = 2;
  EXPECT_EQ(Follower::Restore(Federation(options).genesis(), saved, opens).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace entente::ledger

// Sessions lock when they are idle, and open with a pass phrase.
#include "node/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPhrase[] = "four words nobody joins";

class SessionsTest : public ::testing::Test {
 protected:
  SessionsTest() : world({"FR.fiu"}) {}

  TestNode& fr() { return world.node("FR.fiu"); }
  absl::Status Enter(std::string_view officer = "reader") {
    return fr()->Enter(officer, world.now);
  }
  absl::Status Set(const std::string& phrase, const std::string& before = "") {
    v1::SetPassphraseRequest request;
    request.set_passphrase(phrase);
    request.set_before(before);
    return fr()->SetPassphrase("reader", request, world.now).status();
  }
  absl::Status Unlock(const std::string& phrase) {
    v1::UnlockRequest request;
    request.set_passphrase(phrase);
    return fr()->Unlock("reader", request, world.now).status();
  }
  absl::Status Reset(std::string_view by, const std::string& officer) {
    v1::ResetPassphraseRequest request;
    request.set_officer(officer);
    return fr()->ResetPassphrase(by, request, world.now).status();
  }
  bool IsLocked(std::string_view officer = "reader") {
    return IsRefusal(Enter(officer), Reason::kSessionLocked);
  }
  std::vector<v1::Consultation> Lines() {
    v1::ConsultationsRequest request;
    request.set_justification("review");
    const auto log = fr()->Consultations("protector", request, world.now);
    EXPECT_TRUE(log.ok()) << log.status();
    return {log->consultations().begin(), log->consultations().end()};
  }

  World world;
};

TEST_F(SessionsTest, WithoutAPassPhraseNothingLocks) {
  world.Advance(limits::kDayMs);
  EXPECT_TRUE(Enter().ok());
  EXPECT_FALSE(fr()->Status("reader", world.now)->passphrase_set());
  EXPECT_TRUE(IsRefusal(Unlock(kPhrase), Reason::kMalformed));
}

TEST_F(SessionsTest, LocksAtOnceWhenItsOfficerSaysSo) {
  EXPECT_TRUE(IsRefusal(fr()->Lock("reader", world.now).status(), Reason::kMalformed))
      << "nothing would open it";
  ASSERT_TRUE(Set(kPhrase).ok());
  ASSERT_TRUE(Enter().ok());
  ASSERT_TRUE(fr()->Lock("reader", world.now).ok());
  EXPECT_TRUE(IsLocked());
  EXPECT_FALSE(IsLocked("author")) << "theirs alone";
  EXPECT_TRUE(fr()->Lock("reader", world.now).ok()) << "it stays so";
  ASSERT_TRUE(Unlock(kPhrase).ok());
  EXPECT_FALSE(IsLocked());
  size_t lines = 0;
  for (const v1::Consultation& line : Lines()) lines += line.detail() == "session locked" ? 1 : 0;
  EXPECT_EQ(lines, 1u);
}

TEST_F(SessionsTest, LocksWhenIdleAndOpensWithThePassPhrase) {
  ASSERT_TRUE(Set(kPhrase).ok());
  EXPECT_TRUE(fr()->Status("reader", world.now)->passphrase_set());
  for (int i = 0; i < 3; ++i) {
    world.Advance(limits::kIdleLockMs);
    ASSERT_TRUE(Enter().ok()) << "each call counts";
  }
  world.Advance(limits::kIdleLockMs + 1);
  EXPECT_TRUE(IsLocked());
  EXPECT_TRUE(IsLocked()) << "a refused call opens nothing";
  EXPECT_TRUE(Enter("author").ok()) << "of another";
  EXPECT_TRUE(IsRefusal(Unlock("four words nobody joinz"), Reason::kNotAuthenticated));
  EXPECT_TRUE(IsLocked());
  ASSERT_TRUE(Unlock(kPhrase).ok());
  EXPECT_TRUE(Enter().ok());
}

TEST_F(SessionsTest, ANodeThatStartsHasAllLocked) {
  ASSERT_TRUE(Set(kPhrase).ok());
  fr().Restart(world.now);
  EXPECT_TRUE(IsLocked());
  ASSERT_TRUE(Unlock(kPhrase).ok());
  EXPECT_TRUE(Enter().ok());
}

TEST_F(SessionsTest, AClockThatIsSetBackKeepsNoSessionOpen) {
  ASSERT_TRUE(Set(kPhrase).ok());
  world.Advance(-limits::kMinuteMs);
  EXPECT_TRUE(Enter().ok()) << "two clocks differ by that";
  world.Advance(-limits::kDayMs);
  EXPECT_TRUE(IsLocked());
}

TEST_F(SessionsTest, WrongPassPhrasesAreCountedAcrossARestart) {
  ASSERT_TRUE(Set(kPhrase).ok());
  for (uint32_t i = 0; i < limits::kWrongPassphrases; ++i) {
    if (i == 2) fr().Restart(world.now);
    EXPECT_TRUE(IsRefusal(Unlock("wrong one, whatever it is"), Reason::kNotAuthenticated)) << i;
  }
  fr().Restart(world.now);
  const absl::Status closed = Unlock(kPhrase);
  ASSERT_TRUE(IsRefusal(closed, Reason::kSessionLocked)) << "even the right one: " << closed;
  EXPECT_THAT(RefusalOf(closed)->text, HasSubstr("closed until"));
  world.Advance(limits::kWrongPassphrasePauseMs);
  EXPECT_TRUE(Unlock(kPhrase).ok());
}

TEST_F(SessionsTest, EachAttemptIsLoggedAndNeverWhatWasTyped) {
  ASSERT_TRUE(Set(kPhrase).ok());
  EXPECT_FALSE(Unlock("guess number one of many").ok());
  ASSERT_TRUE(Unlock(kPhrase).ok());
  std::vector<std::string> details;
  for (const v1::Consultation& line : Lines()) {
    EXPECT_THAT(line.SerializeAsString(), Not(HasSubstr("guess")));
    EXPECT_THAT(line.SerializeAsString(), Not(HasSubstr(kPhrase)));
    if (line.operation() == "session") details.push_back(line.officer() + ": " + line.detail());
  }
  EXPECT_THAT(details,
              ::testing::ElementsAre("reader: pass phrase set", "reader: wrong pass phrase, 1 of 5",
                                     "reader: session opened"));
}

TEST_F(SessionsTest, AnAttemptThatCannotBeLoggedOpensNothing) {
  ASSERT_TRUE(Set(kPhrase).ok());
  fr().Restart(world.now);
  fr().store.FailWrite(1, store::Fault::kDiskFull);
  EXPECT_TRUE(IsRefusal(Unlock(kPhrase), Reason::kDiskFull));
  EXPECT_TRUE(IsLocked());
}

TEST_F(SessionsTest, IsChangedByWhoKnowsTheOldOne) {
  EXPECT_TRUE(IsRefusal(Set("short"), Reason::kMalformed));
  EXPECT_TRUE(IsRefusal(Set(std::string(2000, 'x')), Reason::kMalformed));
  ASSERT_TRUE(Set(kPhrase).ok());
  EXPECT_TRUE(IsRefusal(Set("another one altogether"), Reason::kNotAuthenticated));
  EXPECT_TRUE(Set("another one altogether", kPhrase).ok());
  fr().Restart(world.now);
  EXPECT_FALSE(Unlock(kPhrase).ok());
  EXPECT_TRUE(Unlock("another one altogether").ok());
}

TEST_F(SessionsTest, AnAdministratorTakesAwayWhatWasForgotten) {
  ASSERT_TRUE(Set(kPhrase).ok());
  fr().Restart(world.now);
  EXPECT_TRUE(IsRefusal(Reset("author", "reader"), Reason::kNotAuthorised));
  EXPECT_TRUE(IsRefusal(Reset("admin", "author"), Reason::kMalformed)) << "has none";
  ASSERT_TRUE(Reset("admin", "reader").ok());
  EXPECT_TRUE(Enter().ok());
  EXPECT_THAT(Lines().back().justification(), HasSubstr("reader: pass phrase taken away"));
}

TEST_F(SessionsTest, ADeskMayRequireOne) {
  fr().sessions.require_passphrase = true;
  fr().Restart(world.now);
  const absl::Status locked = Enter();
  ASSERT_TRUE(IsRefusal(locked, Reason::kSessionLocked)) << locked;
  EXPECT_THAT(RefusalOf(locked)->advice, HasSubstr("officer passphrase"));
  ASSERT_TRUE(Set(kPhrase).ok());
  EXPECT_TRUE(Enter().ok());
}

TEST_F(SessionsTest, TheConfigurationSaysHowLong) {
  fr().sessions.idle_ms = limits::kMinuteMs;
  fr().Restart(world.now);
  ASSERT_TRUE(Set(kPhrase).ok());
  world.Advance(limits::kMinuteMs + 1);
  EXPECT_TRUE(IsLocked());
}

}  // namespace
}  // namespace entente::node

// Policies change while nodes are away: nothing is opened at a recipient that the policies in force
// when it was delivered, and for a quarter of an hour before, would not release.
#include "core/base/encoding.h"
#include "tests/federation/calm_world.h"

namespace entente::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::Eq;
using ::testing::IsEmpty;

constexpr uint64_t kSeeds = 12;
constexpr int kHappenings = 60;
const std::string kOrigin = "FR.fiu";
const std::string kRecipient = "BR.fiu";

void Replace(std::string& text, std::string_view old, std::string_view with) {
  const size_t at = text.find(old);
  ASSERT_NE(at, std::string::npos) << old;
  text.replace(at, old.size(), with);
}

// What may go from France to Brazil.
struct Rules {
  bool victims = true;  // France says who the victims are
  bool open = true;     // Brazil takes leads of France
};

class PolicyChange : public CalmWorld {
 protected:
  explicit PolicyChange(uint64_t seed = 1) : CalmWorld(seed) { history_.push_back({{}, {}}); }

  void Change(Rules rules) {
    if (rules.victims != now_.victims) {
      world_.RenewPolicy("FR", [&](std::string& text) {
        if (!rules.victims) {
          Replace(text, "\"group:EU\", \"BR\"]\nabout   = [\"victim\", \"child\"]",
                  "\"group:EU\"]\nabout   = [\"victim\", \"child\"]");
        }
      });
    }
    if (rules.open != now_.open) {
      world_.RenewPolicy("BR", [&](std::string& text) {
        if (!rules.open) {
          Replace(text, "from        = [\"FR\"]\nfrom_kind   = [\"fiu\"]",
                  "from        = [\"DE\"]\nfrom_kind   = [\"fiu\"]");
        }
      });
    }
    now_ = rules;
    history_.push_back({world_.scene.timeline.now(), rules});
  }

  // In force at some time in the quarter of an hour before.
  std::vector<Rules> About(Instant instant) const {
    std::vector<Rules> out;
    for (const auto& [from, rules] : history_) {
      if (from > instant) break;
      if (from <= instant - limits::kQuorumFreshnessMs) out.clear();
      out.push_back(rules);
    }
    return out;
  }

  void Happen() {
    Scene& scene = world_.scene;
    switch (scene.Between(0, 5)) {
      case 0:
      case 1:
        (void)world_.Send(kOrigin, {.recipients = {kRecipient},
                                    .pieces = {Piece::kAsk, Piece::kVictim},
                                    .expires = scene.timeline.now() + 60 * limits::kDayMs,
                                    .deadline = scene.timeline.now() + limits::kDayMs,
                                    .urgency = static_cast<v1::Urgency>(scene.Between(1, 3))});
        break;
      case 2:
        Change({scene.Chance(500), scene.Chance(500)});
        break;
      case 3:
        world_.link(kRecipient).CutFor(scene.Between(limits::kMinuteMs, 3 * limits::kHourMs));
        break;
      case 4:
        node(scene.Chance(500) ? kRecipient : kOrigin).CrashAndStart(scene.Between(1, 60'000));
        break;
      default:
        world_.Jump(scene.Between(limits::kMinuteMs, limits::kHourMs));
    }
    world_.Run(scene.Between(1, 10 * limits::kMinuteMs));
  }

  // What the recipient shows, by record.
  void CheckOpened() {
    for (const v1::InboxItem& item : world_.Inbox(kRecipient)) {
      const auto shown = world_.Show(kRecipient, item.record_id());
      if (!shown.ok()) continue;
      const bool victim = std::ranges::any_of(shown->sections(), [](const auto& section) {
        return ReadSecret(section.content()).second == Piece::kVictim;
      });
      const Instant received{static_cast<int64_t>(item.received_ms())};
      const std::vector<Rules> rules = About(received);
      const bool may = std::ranges::any_of(
          rules, [&](const Rules& one) { return one.open && (one.victims || !victim); });
      if (!may) world_.scene.Wrong(kRecipient, "opened what no policy of that hour releases");
      opened_ += victim ? 0 : 1;
    }
  }

  // Every lead has ended somewhere, and both ends agree where.
  void CheckTold() {
    for (const v1::RecordSummary& lead : world_.Leads(kOrigin, false)) {
      const v1::RecipientStatus& status = lead.recipients(0);
      const bool there = std::ranges::any_of(world_.Inbox(kRecipient), [&](const auto& item) {
        return item.record_id() == lead.record_id();
      });
      if (there != (status.state() == v1::RECIPIENT_STATE_DELIVERED)) {
        world_.scene.Wrong(kOrigin, "shows " + v1::RecipientState_Name(status.state()) +
                                        " and it is " + (there ? "" : "not ") + "there");
      }
      refused_ += status.state() == v1::RECIPIENT_STATE_REFUSED && status.decided_again_ms() != 0;
      narrowed_ += there && status.decided_again_ms() != 0;
    }
  }

  void Live() {
    for (int i = 0; i < kHappenings; ++i) Happen();
    world_.Heal();
    Change({});
    world_.Jump(4 * limits::kHourMs);
    EXPECT_TRUE(world_.Settle(2 * limits::kHourMs)) << world_.OnItsWay();
    world_.Jump(26 * limits::kHourMs);  // pair heads
    EXPECT_TRUE(world_.Settle(2 * limits::kHourMs));
    world_.Jump(2 * limits::kHourMs);
    EXPECT_TRUE(world_.Settle(limits::kHourMs));
    CheckOpened();
    CheckTold();
    for (const std::string& agency : {kOrigin, kRecipient}) {
      EXPECT_THAT(Alarms(agency), IsEmpty()) << agency;
    }
    EXPECT_THAT(world_.scene.wrong, IsEmpty()) << world_.scene.trace.Tail();
  }

  Rules now_;
  std::vector<std::pair<Instant, Rules>> history_;
  size_t opened_ = 0, refused_ = 0, narrowed_ = 0;
};

class PolicyChangeSeed : public PolicyChange {
 public:
  explicit PolicyChangeSeed(uint64_t seed) : PolicyChange(seed) {}
  void TestBody() override { Live(); }
  size_t refused() const { return refused_; }
  size_t narrowed() const { return narrowed_; }
};

TEST(PolicyChanges, NothingIsOpenedThatThePoliciesOfThatHourWouldNotRelease) {
  size_t refused = 0, narrowed = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    PolicyChangeSeed life(seed);
    life.TestBody();
    refused += life.refused();
    narrowed += life.narrowed();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(refused, 5u) << "too little happens";
  EXPECT_GT(narrowed, 5u) << "too little happens";
}

}  // namespace
}  // namespace entente::testing

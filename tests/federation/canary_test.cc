// The real broker with one step altered: that the simulation and the nodes' own alarms see it. If
// one of these passes unseen, the invariants of the simulation are worth nothing.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "broker/families.h"
#include "core/record/strict.h"
#include "tests/federation/calm_world.h"
#include "tests/federation/invariants.h"
#include "tests/federation/simulation.h"

namespace entente::testing {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kHappenings = 80;

class Canary : public CalmWorld {
 protected:
  void Correct(const std::string& old) {
    const Instant expires = world_.scene.timeline.now() + 60 * limits::kDayMs;
    const auto corrected = world_.Correct(old, v1::RECALL_GROUND_INCORRECT,
                                          {.recipients = {"BR.fiu"},
                                           .pieces = {Piece::kAsk},
                                           .expires = expires,
                                           .deadline = expires});
    ASSERT_TRUE(corrected.ok()) << corrected.status();
  }
  // Until the pair heads are there and what is missing is missed.
  void PassADay() {
    world_.Jump(limits::kDayMs + limits::kHourMs);
    world_.Settle(10 * limits::kMinuteMs);
    world_.Jump(2 * limits::kHourMs);
    world_.Settle(10 * limits::kMinuteMs);
  }
};

// Of a short-lived one random lives cannot tell whether it was kept back or its recipient was away.
bool LivesLong(const v1::Delivery& delivery) {
  v1::Record record;
  v1::RecordHeader header;
  return record.ParseFromString(delivery.record()) && header.ParseFromString(record.header()) &&
         header.expires_ms() - header.created_ms() > 30 * limits::kDayMs;
}

// Keeps back the first record for an agency, or the first long-lived one, every time.
struct KeepBack {
  std::string from;
  bool short_lived = false;
  std::shared_ptr<std::optional<uint64_t>> kept = std::make_shared<std::optional<uint64_t>>();

  void operator()(const std::string& agency, v1::PullResponse& mail) const {
    if (agency != from) return;
    auto* deliveries = mail.mutable_deliveries();
    for (int i = 0; i < deliveries->size(); ++i) {
      if (!deliveries->Get(i).has_record()) continue;
      if (!short_lived && !LivesLong(deliveries->Get(i))) continue;
      if (!*kept) *kept = deliveries->Get(i).evidence().log_index();
      if (**kept != deliveries->Get(i).evidence().log_index()) continue;
      deliveries->DeleteSubrange(i, 1);
      return;
    }
  }
};

// Removes the last section of a record and its wrap, without a note.
void Strip(v1::PullResponse& mail) {
  for (v1::Delivery& delivery : *mail.mutable_deliveries()) {
    v1::Record record;
    if (!delivery.has_record() || !record.ParseFromString(delivery.record())) continue;
    const std::string gone = record.sections(record.sections_size() - 1).section_id();
    record.mutable_sections()->RemoveLast();
    auto* wraps = record.mutable_access(0)->mutable_wraps();
    for (int i = 0; i < wraps->size(); ++i) {
      if (wraps->Get(i).section_id() == gone) {
        wraps->DeleteSubrange(i, 1);
        break;
      }
    }
    delivery.set_record(record::Encode(record));
  }
}

void KeepBackNotices(v1::NoticeType type, v1::PullResponse& mail) {
  auto& deliveries = *mail.mutable_deliveries();
  deliveries.erase(std::remove_if(deliveries.begin(), deliveries.end(),
                                  [type](const v1::Delivery& delivery) {
                                    return delivery.notice().type() == type;
                                  }),
                   deliveries.end());
}

// No recall reaches anybody.
void KeepRecalls(const std::string&, v1::PullResponse& mail) {
  KeepBackNotices(v1::NOTICE_TYPE_RECALL, mail);
}

TEST_F(Canary, ARecordKeptBackIsMissedByItsRecipient) {
  world_.broker.alterations.pull = KeepBack{.from = "BR.fiu"};
  Send("FR.fiu", {"BR.fiu"});
  world_.Run(limits::kMinuteMs);
  Send("FR.fiu", {"BR.fiu"});
  world_.Run(limits::kMinuteMs);
  EXPECT_THAT(Alarms("BR.fiu"), Not(Contains("numbers-missing")));
  PassADay();
  EXPECT_THAT(Alarms("BR.fiu"), Contains("numbers-missing"));
}

TEST_F(Canary, TheLastRecordKeptBackIsMissedToo) {
  world_.broker.alterations.pull = KeepBack{.from = "BR.fiu"};
  Send("FR.fiu", {"BR.fiu"});
  PassADay();
  EXPECT_THAT(Alarms("BR.fiu"), Contains("numbers-missing"));
}

TEST_F(Canary, ARecordKeptBackUntilItExpiresIsMissedByBothSides) {
  world_.broker.alterations.pull = KeepBack{.from = "BR.fiu", .short_lived = true};
  const Instant now = world_.scene.timeline.now();
  const auto sent = world_.Send("FR.fiu", {.recipients = {"BR.fiu"},
                                           .pieces = {Piece::kAsk},
                                           .expires = now + 2 * limits::kHourMs,
                                           .deadline = now + limits::kHourMs});
  ASSERT_TRUE(sent.ok()) << sent.status();
  world_.Run(10 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("FR.fiu", sent->record_id(), "BR.fiu"), v1::RECIPIENT_STATE_LOGGED);
  world_.Jump(2 * limits::kHourMs);
  world_.Settle(10 * limits::kMinuteMs);
  EXPECT_EQ(StateOf("FR.fiu", sent->record_id(), "BR.fiu"), v1::RECIPIENT_STATE_UNDELIVERED);
  EXPECT_THAT(Alarms("FR.fiu"), Contains("not-acknowledged"));
  EXPECT_THAT(Alarms("BR.fiu"), Contains("expired-on-the-way"));
}

TEST_F(Canary, ASectionRemovedWithItsWrapIsRefusedAndTheSenderIsTold) {
  world_.broker.alterations.pull = [](const std::string& agency, v1::PullResponse& mail) {
    if (agency == "BR.fiu") Strip(mail);
  };
  const std::string lead = Send("FR.fiu", {"BR.fiu"});
  world_.Run(limits::kMinuteMs);
  EXPECT_THAT(world_.Inbox("BR.fiu"), IsEmpty());
  EXPECT_THAT(Alarms("BR.fiu"), Contains("record-refused"));
  const v1::RecipientStatus state = world_.StateOf("FR.fiu", lead, "BR.fiu");
  EXPECT_EQ(state.state(), v1::RECIPIENT_STATE_NOT_OPENED);
  EXPECT_EQ(state.reason(), "proof-bad");
}

TEST_F(Canary, AnAcknowledgementTurnedAroundIsSeenByTheSender) {
  world_.broker.alterations.pull = [](const std::string& agency, v1::PullResponse& mail) {
    if (agency != "FR.fiu") return;
    for (v1::Delivery& delivery : *mail.mutable_deliveries()) {
      v1::Acknowledgement body;
      v1::SignedStatement& statement = *delivery.mutable_notice()->mutable_statement();
      if (!delivery.has_notice() || !body.ParseFromString(statement.body())) continue;
      body.set_opened(false);
      body.set_refusal("expired");
      statement.set_body(record::Encode(body));
    }
  };
  const std::string lead = Send("FR.fiu", {"BR.fiu"});
  world_.Run(limits::kMinuteMs);
  EXPECT_THAT(Alarms("FR.fiu"), Contains("acknowledgement-forged"));
  EXPECT_EQ(StateOf("FR.fiu", lead, "BR.fiu"), v1::RECIPIENT_STATE_LOGGED);
}

TEST_F(Canary, AReceiptForWhatIsNotInTheLogIsNotBelieved) {
  world_.broker.alterations.answer = [](const std::string&, v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) {
      if (!result.has_committed()) continue;
      result.mutable_committed()->set_log_index(result.committed().log_index() - 1);
    }
  };
  const std::string lead = Send("FR.fiu", {"BR.fiu"});
  world_.Run(5 * limits::kMinuteMs);
  EXPECT_THAT(Alarms("FR.fiu"), Contains("evidence-bad"));
  EXPECT_FALSE(node("FR.fiu").receipts.contains(lead));
}

TEST_F(Canary, ACorrectionThatIsKeptBackIsFound) {
  world_.broker.alterations.pull = KeepRecalls;
  const std::string old = Send("FR.fiu", {"BR.fiu"});
  world_.Run(limits::kMinuteMs);
  Correct(old);
  world_.Run(10 * limits::kMinuteMs);
  CheckConverged(world_);
  EXPECT_THAT(world_.scene.wrong,
              Contains(HasSubstr("was recalled, and is RECIPIENT_STATE_RECALLED for BR.fiu")));
  EXPECT_THAT(world_.scene.wrong, Contains(HasSubstr("stands 1 times at BR.fiu")));
}

// As if a disk had kept what was overwritten in it.
TEST_F(Canary, AKeyThatOutlivesACorrectionIsFound) {
  const std::string old = Send("FR.fiu", {"BR.fiu"});
  world_.Run(limits::kMinuteMs);
  const node::MemoryFile before = node("BR.fiu").slots;
  Correct(old);
  ASSERT_TRUE(world_.Settle(limits::kHourMs));
  EXPECT_EQ(StateOf("FR.fiu", old, "BR.fiu"), v1::RECIPIENT_STATE_ERASED);
  CheckConverged(world_);
  EXPECT_THAT(world_.scene.wrong, IsEmpty());
  node("BR.fiu").slots = before;
  CheckConverged(world_);
  EXPECT_THAT(world_.scene.wrong, Contains("BR.fiu: holds the key of what it erased"));
}

// The broker forgets a removal, and keeps it from who posts: nobody but the removed could know.
TEST_F(Canary, APostThatReachesWhoWasRemovedIsFound) {
  ModelCase& in = OpenCase("FR.fiu", {"DE.fiu", "NL.fiu"});
  std::vector<std::pair<std::string, std::string>> rows;
  auto it = world_.broker.store.Iterate(broker::kCases, "");
  ASSERT_TRUE(it.ok());
  for ((*it)->SeekToFirst(); (*it)->Valid(); (*it)->Next()) {
    rows.emplace_back((*it)->key(), (*it)->value());
  }
  world_.broker.alterations.pull = [](const std::string& agency, v1::PullResponse& mail) {
    if (agency == "DE.fiu") mail.clear_deliveries();
  };
  ASSERT_TRUE(world_.ChangeCase(in, "", "NL.fiu").ok());
  world_.Run(limits::kMinuteMs);
  store::WriteBatch batch;
  for (const auto& [key, row] : rows) batch.Put(broker::kCases, key, row);
  ASSERT_TRUE(world_.broker.store.Write(batch, store::Sync::kYes).ok());
  Post("DE.fiu", in);
  world_.Run(limits::kMinuteMs);
  CheckConverged(world_);
  EXPECT_THAT(world_.scene.wrong,
              Contains(HasSubstr("NL.fiu: shows post 1 from after membership 2")));
}

// A node that takes what it has for new when it comes as a copy.
TEST_F(Canary, APostThatStandsTwiceIsFound) {
  ModelCase& in = OpenCase("FR.fiu", {"DE.fiu", "NL.fiu"});
  Post("FR.fiu", in);
  Post("FR.fiu", in);
  world_.Run(limits::kMinuteMs);
  CheckConverged(world_);
  EXPECT_THAT(world_.scene.wrong, IsEmpty());
  world_.records.back().number = world_.records.front().number;
  CheckConverged(world_);
  EXPECT_THAT(world_.scene.wrong, Contains("NL.fiu: shows post 1 twice"));
}

class FileCanary : public Canary {
 protected:
  FileCanary() {
    world_.broker.alterations.pull = [this](const std::string& agency, v1::PullResponse& mail) {
      if (keeps_fetched && agency == "FR.fiu") KeepBackNotices(v1::NOTICE_TYPE_FETCHED, mail);
    };
  }
  // With a file of three chunks.
  std::string SendFile() {
    const std::string id = Send("FR.fiu", {"BR.fiu"}, {Piece::kAsk, Piece::kFile});
    world_.Run(5 * limits::kMinuteMs);
    return id;
  }
  std::vector<std::string> Wrong() {
    CheckConverged(world_);
    return world_.scene.wrong;
  }

  bool keeps_fetched = false;
};

TEST_F(FileCanary, AByteThatIsAlteredOnTheWayIsFound) {
  world_.broker.alterations.piece = [](const std::string&, std::string& piece) { piece[0] ^= 1; };
  SendFile();
  EXPECT_THAT(Alarms("BR.fiu"), Contains("attachment-lost"));
  EXPECT_THAT(Wrong(), Contains(HasSubstr("BR.fiu: has not file secret-1-5 of FR.fiu")));
}

TEST_F(FileCanary, AnOriginThatIsNotToldIsFound) {
  keeps_fetched = true;
  SendFile();
  EXPECT_THAT(Wrong(),
              Contains(HasSubstr("is not told that BR.fiu fetched the files of record 1")));
}

TEST_F(FileCanary, AReadableFileIsFound) {
  SendFile();
  EXPECT_THAT(Wrong(), IsEmpty());
  const auto leak = [](const auto&, std::string& bytes) { bytes += "secret-1-5"; };
  world_.broker.files.ForEach(leak);
  node("BR.fiu").files.ForEach(leak);
  EXPECT_THAT(Wrong(), ::testing::AllOf(Contains("broker: a readable file of FR.fiu"),
                                        Contains("BR.fiu: a readable file")));
}

TEST_F(FileCanary, AFileThatOutlivesItsRecallIsFound) {
  const std::string id = SendFile();
  std::string name;
  node("BR.fiu").files.ForEach([&](const std::string& one, const std::string&) { name = one; });
  ASSERT_TRUE(world_.Recall(*world_.FindRecord(id)).ok());
  ASSERT_TRUE(world_.Settle(limits::kHourMs));
  EXPECT_THAT(Wrong(), IsEmpty());
  ASSERT_TRUE(node("BR.fiu").files.Append(name, "sealed").ok());
  EXPECT_THAT(Wrong(), Contains("BR.fiu: keeps file " + name + ", which was recalled"));
}

// The same lies told in random lives: the invariants must fail, seed by seed.
using SimulationCanary = ::testing::TestWithParam<uint64_t>;

TEST_P(SimulationCanary, ARecordKeptBackBreaksThePromises) {
  const KeepBack keep{.from = "FR.fiu"};
  const SimulationResult result = Simulate(
      GetParam(), kHappenings, [&](World& world) { world.broker.alterations.pull = keep; });
  ASSERT_TRUE(*keep.kept) << "nothing came to France";
  EXPECT_THAT(result.wrong, Not(IsEmpty())) << result.tail;
}

TEST_P(SimulationCanary, ASectionRemovedBreaksThePromises) {
  const SimulationResult result = Simulate(GetParam(), kHappenings, [](World& world) {
    world.broker.alterations.pull = [](const std::string&, v1::PullResponse& mail) { Strip(mail); };
  });
  EXPECT_THAT(result.wrong, Not(IsEmpty())) << result.tail;
}

TEST_P(SimulationCanary, ARecordThatItsRecipientNeverSawBreaksThePromises) {
  const SimulationResult result = Simulate(GetParam(), kHappenings, [](World& world) {
    // As if the sender's desk had lost one that it accepted.
    world.records.push_back({.number = 999,
                             .id = std::string(32, '0'),
                             .origin = "FR.fiu",
                             .recipients = {"BR.fiu"},
                             .pieces = {Piece::kAsk},
                             .sent = world.scene.timeline.now(),
                             .expires = world.scene.timeline.now() + 70 * limits::kDayMs});
  });
  EXPECT_THAT(result.wrong, Each(HasSubstr("record 999")));
  EXPECT_THAT(result.wrong, Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulationCanary, ::testing::Values(2, 3, 4));

// Not every life has a recall that comes to somebody.
TEST(SimulationCanaries, ARecallKeptBackBreaksThePromises) {
  bool any = false;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    bool kept = false;
    const SimulationResult result = Simulate(seed, kHappenings, [&kept](World& world) {
      world.broker.alterations.pull = [&kept](const std::string& agency, v1::PullResponse& mail) {
        const int before = mail.deliveries_size();
        KeepRecalls(agency, mail);
        kept = kept || mail.deliveries_size() < before;
      };
    });
    EXPECT_EQ(result.wrong.empty(), !kept) << result.tail;
    any = any || kept;
  }
  EXPECT_TRUE(any);
}

TEST(SimulationCanaries, AFileThatIsAlteredBreaksThePromises) {
  bool any = false;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const SimulationResult result = Simulate(seed, kHappenings, [&any](World& world) {
      world.broker.alterations.piece = [&any](const std::string&, std::string& piece) {
        piece.back() ^= 1;
        any = true;
      };
    });
    EXPECT_THAT(result.wrong, Not(IsEmpty())) << result.tail;
  }
  EXPECT_TRUE(any);
}

// What was submitted before is not known any more, and is logged once more when it comes again.
void Forget(store::MemoryStore& store) {
  store.SetDiskFull(false);
  store::WriteBatch batch;
  const auto rows = store.Iterate(broker::kSubmissions, "");
  ASSERT_TRUE(rows.ok()) << rows.status();
  for ((*rows)->SeekToFirst(); (*rows)->Valid(); (*rows)->Next()) {
    batch.Delete(broker::kSubmissions, (*rows)->key());
  }
  ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
}

// It must die between a commit and its answer, which it does in about one life of three.
TEST(SimulationCanaries, ARecordLoggedTwiceIsTakenOnce) {
  const auto seen = [](const std::vector<std::string>& wrong) {
    return ::testing::Value(wrong, Contains(HasSubstr("record-id-reused")));
  };
  const auto forgetful = [](World& world) {
    world.broker.on_crash = [&world, before = world.broker.on_crash] {
      if (before) before();
      Forget(world.broker.store);
    };
  };
  bool found = false;
  for (uint64_t seed = 1; seed <= 20 && !found; ++seed) {
    found = seen(Simulate(seed, 40, forgetful).wrong);
  }
  EXPECT_TRUE(found) << "no recipient refused what came under a second entry";
}

}  // namespace
}  // namespace entente::testing

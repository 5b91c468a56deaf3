// The log beside a report: versions of policies, how many acts there are, and one history.
#include "cli/audit_report_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/audit_report_fixture.h"

namespace entente::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ReportLogTest : public ReportFixture {
 protected:
  // A record, a new policy of France, and another record under it.
  ReportLogTest() {
    paths.push_back(SubmitNow(1, 1));
    log.Append(NewPolicy(2, 2));
    paths.push_back(SubmitNow(2, 3));
    SubmitNow(3, 3, "DE.fiu");
    WriteTiles("log", log.size());
  }

  static void Apply(uint64_t index, const std::string& bytes, ledger::Registry& state) {
    const auto entry = ledger::ReadEntry(bytes);
    ASSERT_TRUE(entry.ok()) << entry.status();
    if (!entry->open) return;
    const absl::Status applied =
        state.Apply(index, audit::LeafHash(bytes), entry->kind, entry->instant, entry->body);
    EXPECT_TRUE(applied.ok()) << applied;
  }
  ledger::Registry State() const {
    ledger::Registry state(federation.genesis());
    for (uint64_t i = 0; i < log.size(); ++i) Apply(i, log.entries()[i], state);
    return state;
  }
  ledger::Registry StateAfter(const std::string& entry) const {
    ledger::Registry state = State();
    Apply(log.size(), entry, state);
    return state;
  }
  // Decided under that state; the file of the sender's receipt.
  std::string SubmitUnder(const ledger::Registry& state, uint8_t number, int64_t hour,
                          const std::string& origin = "FR.fiu") {
    ledger::SubmittedRecord record = Record(number, origin);
    record.snapshot_number = state.snapshot_number();
    record.snapshot_hash = state.snapshot_hash();
    const std::vector<ledger::DecidedRecipient> decided = {{"CH.fiu", Released()}};
    const uint64_t index =
        Keep(v1::ENTRY_KIND_SUBMISSION, Hour(hour),
             ledger::SubmissionParts(ActAt(Hour(hour), origin), record, decided));
    return Receipt(index, origin, NameOf(number));
  }
  std::string SubmitNow(uint8_t number, int64_t hour, const std::string& origin = "FR.fiu") {
    return SubmitUnder(State(), number, hour, origin);
  }
  std::string NewPolicy(uint64_t version, int64_t hour) const {
    return testing::EntryOf(
        federation.SignPolicy("FR", version, testing::DefaultPolicy("FR", version)), Hour(hour));
  }
  absl::Status Add(AuditReport& report, const std::string& name = "log") {
    return AddLog(federation.genesis(), Place(name), report);
  }

  std::vector<std::string> paths;
};

TEST_F(ReportLogTest, NamesTheVersionsThatWereInForce) {
  AuditReport report = Made(paths, "FR");
  ASSERT_TRUE(Add(report).ok());
  ASSERT_THAT(report.lines, SizeIs(2));
  EXPECT_EQ(report.lines[0].sender_policy->version, 1u);
  EXPECT_EQ(report.lines[0].sender_policy->digest, crypto::Sha256(testing::DefaultPolicy("FR")));
  EXPECT_EQ(report.lines[1].sender_policy->version, 2u);
  EXPECT_EQ(report.lines[1].sender_policy->digest, crypto::Sha256(testing::DefaultPolicy("FR", 2)));
  EXPECT_EQ(report.lines[1].recipient_policy->version, 1u) << "Switzerland's";
  EXPECT_TRUE(report.Sound());
}

TEST_F(ReportLogTest, CountsTheActsOfThePeriodAndThoseGiven) {
  AuditReport report = Made(paths, "FR");
  ASSERT_TRUE(Add(report).ok());
  EXPECT_EQ(report.log->decided, 3u);
  EXPECT_EQ(report.log->given, 2u);
  EXPECT_THAT(ReportLimits(Language::kEnglish, report)[1],
              AllOf(HasSubstr("has 3 submissions"), HasSubstr("Whom the other 1 concern")));
  AuditReport later = Made(paths, "FR", Hour(3));
  ASSERT_TRUE(Add(later).ok());
  EXPECT_EQ(later.log->decided, 2u);
  EXPECT_EQ(later.log->given, 1u);
  AuditReport before = Made(paths, "FR", Hour(1), Hour(3));
  ASSERT_TRUE(Add(before).ok());
  EXPECT_EQ(before.log->decided, 1u);
}

TEST_F(ReportLogTest, WhereTheLogEndsBeforeNothingIsNamed) {
  WriteTiles("short", 2);
  AuditReport report = Made(paths, "FR");
  ASSERT_TRUE(Add(report, "short").ok());
  EXPECT_FALSE(report.lines[0].sender_policy.has_value());
  EXPECT_TRUE(report.Sound());
}

TEST_F(ReportLogTest, AStateThatTheLogNeverHadIsSaid) {
  paths = {SubmitUnder(StateAfter(NewPolicy(3, 5)), 4, 4)};
  WriteTiles("log", log.size());
  AuditReport report = Made(paths, "FR");
  ASSERT_TRUE(Add(report).ok());
  EXPECT_TRUE(report.lines[0].other_state);
  EXPECT_FALSE(report.Sound());
  EXPECT_THAT(ReportFindings(Language::kEnglish, report)[0], HasSubstr("ANOTHER STATE: line 1"));
}

// The number is one that the log had by then.
TEST_F(ReportLogTest, AStateOfAnotherHashIsSaid) {
  const uint64_t index = Submit(4, Hour(4), "FR.fiu", {{"CH.fiu", Released()}});
  WriteTiles("log", log.size());
  AuditReport report = Made({Receipt(index, "FR.fiu", NameOf(4))}, "FR");
  ASSERT_TRUE(Add(report).ok());
  EXPECT_TRUE(report.lines[0].other_state);
}

// What a decision rests on cannot have come after it. A broker that plans what it will log can name
// the state of then.
TEST_F(ReportLogTest, AStateThatCameLaterIsSaid) {
  const std::string planned = NewPolicy(3, 5);
  const ledger::Registry state = StateAfter(planned);
  paths = {SubmitUnder(state, 4, 4)};
  log.Append(planned);
  ASSERT_EQ(State().snapshot_hash(), state.snapshot_hash());
  WriteTiles("log", log.size());
  AuditReport report = Made(paths, "FR");
  ASSERT_TRUE(Add(report).ok());
  EXPECT_TRUE(report.lines[0].other_state);
}

TEST_F(ReportLogTest, AReceiptOfAnotherHistoryIsSaid) {
  testing::TestLog forked = federation.NewLog();
  std::swap(log, forked);
  Submit(9, Hour(1), "BR.fiu", {{"CH.fiu", Released()}});
  while (log.size() < forked.size()) Submit(8, Hour(1), "BR.fiu", {{"CH.fiu", Released()}});
  WriteTiles("other", log.size());
  AuditReport report = Made(paths, "FR");
  EXPECT_TRUE(report.Sound());
  ASSERT_TRUE(Add(report, "other").ok());
  EXPECT_FALSE(report.two_histories.empty());
  EXPECT_FALSE(report.Sound());
}

TEST_F(ReportLogTest, EntriesThatTheLogDidNotSignAreRefused) {
  AuditReport report = Made(paths, "FR");
  const std::string bundle = audit::BundlePath(0, static_cast<uint32_t>(log.size()));
  std::vector<std::string> entries = log.entries();
  std::swap(entries[1], entries[2]);
  Write("log/" + bundle, *audit::EncodeBundle(entries));
  EXPECT_THAT(std::string(Add(report).message()), HasSubstr("not what the log signed"));
  EXPECT_FALSE(report.log.has_value()) << "the report is as it was";
  std::filesystem::remove(Place("log/" + bundle));
  EXPECT_TRUE(absl::IsNotFound(Add(report)));
  EXPECT_TRUE(absl::IsNotFound(Add(report, "nowhere")));
  Write("log/checkpoint", "no checkpoint\n");
  EXPECT_TRUE(RefusalOf(Add(report)).has_value());
}

TEST_F(ReportLogTest, AFullBundleStandsForAPartialOne) {
  const uint64_t size = log.size();
  while (log.size() < audit::kTileWidth) Submit(7, Hour(6), "FR.fiu", {{"CH.fiu", Released()}});
  WriteTiles("full", log.size());
  Write("full/checkpoint", log.Checkpoint(size));
  AuditReport report = Made(paths, "FR");
  ASSERT_TRUE(Add(report, "full").ok());
  EXPECT_EQ(report.log->size, size);
  EXPECT_EQ(report.log->decided, 3u);
}

TEST_F(ReportLogTest, TheProgramTakesIt) {
  const std::string words = " --jurisdiction FR --tiles " + Place("log") + Period();
  const Said text = Report(Place("FR.fiu") + words);
  EXPECT_EQ(text.exit_code, 0) << text.out;
  EXPECT_THAT(text.out, AllOf(HasSubstr("sender's policy, version"),
                              HasSubstr("has 3 submissions and decisions made again")));
  const Said json = Report(Place("FR.fiu") + words + " --json");
  EXPECT_THAT(json.out,
              AllOf(HasSubstr("\"receipts_given\":2"), HasSubstr("\"sender_policy_version\":2")));
  const Said none = Report(Place("FR.fiu") + " --jurisdiction FR --tiles /nowhere" + Period());
  EXPECT_EQ(none.exit_code, 3);
}

}  // namespace
}  // namespace entente::cli

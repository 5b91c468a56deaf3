#include "cli/alert_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "cli/list_alert.h"
#include "core/base/clock.h"

namespace entente::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kStands[] = "FR.border/old";

std::string EntryOf(const v1::Draft& draft) { return draft.list_entry().substr(kListMark.size()); }

// A desk that keeps what it is told, and lets go what the test says.
class FakeDesk final : public ImportDesk {
 public:
  absl::StatusOr<v1::ListResponse> Alerts() override { return alerts; }
  absl::StatusOr<v1::PreviewResponse> Preview(const v1::Draft& draft) override {
    if (malformed.contains(EntryOf(draft))) {
      return Refuse(Reason::kMalformed, "a person of whom nothing is said");
    }
    v1::PreviewResponse response;
    *response.mutable_recipients() = Recipients(draft);
    if (recalled.contains(EntryOf(draft))) response.mutable_recalled()->set_record_id("gone");
    return response;
  }
  absl::StatusOr<v1::SendResponse> Send(const v1::Draft& draft) override {
    if (sent.size() == breaks_at) return Refuse(Reason::kDiskFull, "full");
    sent.push_back(draft);
    v1::SendResponse response;
    *response.mutable_recipients() = Recipients(draft);
    return response;
  }
  absl::Status Recall(const v1::RecallRequest& request) override {
    EXPECT_TRUE(request.by_list()) << "an import's recall is none by hand";
    recalls.push_back(request.record_id());
    return absl::OkStatus();
  }

  // One that is in the log, and fresh.
  void Publish(const v1::Draft& draft, const std::string& id) {
    v1::RecordSummary& record = *alerts.add_records();
    record.set_origin("FR.border");
    record.set_record_id(id);
    record.set_own_reference(draft.own_reference());
    record.set_created_ms(static_cast<uint64_t>(SystemClock().Now().ms) + created_++);
    record.set_expires_ms(record.created_ms() + 1'000'000);
    record.set_log_index(5);
    record.add_recipients()->set_state(v1::RECIPIENT_STATE_DELIVERED);
  }

  v1::ListResponse alerts;
  std::set<std::string> malformed, recalled, to_nobody;
  std::set<std::string> refused;  // recipients
  size_t breaks_at = 1000;
  std::vector<v1::Draft> sent;
  std::vector<std::string> recalls;

 private:
  google::protobuf::RepeatedPtrField<v1::RecipientPreview> Recipients(const v1::Draft& draft) {
    google::protobuf::RepeatedPtrField<v1::RecipientPreview> out;
    for (const std::string& agency : draft.recipients()) {
      v1::RecipientPreview& one = *out.Add();
      one.set_recipient(agency);
      const bool refuses = refused.contains(agency) || to_nobody.contains(EntryOf(draft));
      one.set_verdict(refuses ? v1::VERDICT_REFUSE : v1::VERDICT_RELEASE);
      if (refuses) one.add_rules("FR-OUT-300");
    }
    return out;
  }
  uint64_t created_ = 0;
};

class ImportTest : public ::testing::Test {
 protected:
  ImportTest() {
    like.set_kind(v1::RECORD_KIND_ALERT);
    like.add_recipients("BR.border");
    v1::DraftSection& section = *like.add_sections();
    section.add_about("suspect");
    section.mutable_content()->mutable_alert_notice()->set_reference("R");
    options.list = "list.xml";
    Add("XXi.001");
    Add("XXi.002");
    Add("XXi.003");
  }

  void Add(const std::string& reference) {
    UnPerson person;
    person.reference = reference;
    person.name_parts = {"YELENA", "ZHUKOVA"};
    list.persons.push_back(person);
  }
  // All entries as they are now, or were before something else was said.
  void PublishAll(const std::string& comments = "") {
    for (UnPerson person : list.persons) {
      person.comments = comments;
      desk.Publish(AlertOf(person, like), "of-" + person.reference);
    }
  }
  // What it said: the sentences of standard output, then of standard error.
  std::string Run() {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    context.exit_code = kDone;
    ImportList(context, options, list, like, desk);
    const std::string out = ::testing::internal::GetCapturedStdout();
    return out + ::testing::internal::GetCapturedStderr();
  }
  void ExpectNothingDone() {
    EXPECT_NE(context.exit_code, kDone);
    EXPECT_THAT(desk.sent, IsEmpty());
    EXPECT_THAT(desk.recalls, IsEmpty());
  }

  Context context;
  ImportOptions options;
  UnList list;
  v1::Draft like;
  FakeDesk desk;
};

TEST_F(ImportTest, PublishesWhatIsNewAndReplacesWhatChanged) {
  EXPECT_THAT(Run(), HasSubstr("Published 3, replaced 0"));
  EXPECT_THAT(desk.sent, SizeIs(3));
  PublishAll("another time");
  EXPECT_THAT(Run(), HasSubstr("Published 0, replaced 3"));
  ASSERT_THAT(desk.sent, SizeIs(6));
  EXPECT_EQ(desk.sent[3].replaces(), "FR.border/of-XXi.001");
}

TEST_F(ImportTest, DoesNothingWhenOneEntryWouldGoToNobody) {
  PublishAll("another time");
  desk.to_nobody = {"XXi.002"};
  EXPECT_THAT(Run(), AllOf(HasSubstr("1 of the 3 entries"), HasSubstr("XXi.002"),
                           HasSubstr("BR.border"), HasSubstr("FR-OUT-300")));
  ExpectNothingDone();
  EXPECT_EQ(context.exit_code, kAnswerIsNo);
  options.dry_run = true;
  EXPECT_THAT(Run(), HasSubstr("XXi.002 the first of them"));
  EXPECT_EQ(context.exit_code, kAnswerIsNo);
}

TEST_F(ImportTest, DoesNothingWhenARecipientWouldGetNothingOfTheWholeList) {
  like.add_recipients("BR.fiu");
  desk.refused = {"BR.fiu"};
  EXPECT_THAT(Run(), HasSubstr("BR.fiu would get none"));
  ExpectNothingDone();
}

// A recipient that policy lets have some of a list is no mistake of the one who types.
TEST_F(ImportTest, OneOfManyEntriesMayGoToSomeAlone) {
  like.add_recipients("BR.fiu");
  PublishAll();
  list.persons[0].comments = "changed";
  desk.refused = {"BR.fiu"};
  EXPECT_THAT(Run(), HasSubstr("Published 0, replaced 1, unchanged 2"));
}

TEST_F(ImportTest, LooksAtAllEntriesBeforeItPublishesOneAndNamesTheWrongOnes) {
  desk.malformed = {"XXi.003"};
  EXPECT_THAT(Run(), AllOf(HasSubstr("XXi.003: a person of whom nothing is said (malformed)"),
                           HasSubstr("1 of the 3 entries")));
  ExpectNothingDone();
}

TEST_F(ImportTest, ARefusalOfAllIsToldAsItIs) {
  desk.malformed = {"XXi.001", "XXi.002", "XXi.003"};
  EXPECT_THAT(Run(), AllOf(HasSubstr("Refused (malformed)"), Not(HasSubstr("XXi.001"))));
  ExpectNothingDone();
}

TEST_F(ImportTest, WhatBreaksOffSaysHowFarItCame) {
  desk.breaks_at = 2;
  EXPECT_THAT(Run(), AllOf(HasSubstr("Broken off at XXi.003: 2 published and 0 replaced of 3"),
                           HasSubstr("goes on from there")));
  EXPECT_EQ(context.exit_code, kAnswerIsNo);
}

TEST_F(ImportTest, LeavesOutWhatWasRecalledByHandUntilItIsAskedFor) {
  desk.recalled = {"XXi.002"};
  EXPECT_THAT(Run(), AllOf(HasSubstr("XXi.002 is left out"), HasSubstr("--recalled-too"),
                           HasSubstr("Published 2"), HasSubstr("recalled by hand 1")));
  EXPECT_THAT(desk.sent, SizeIs(2));
  desk.sent.clear();
  options.recalled_too = true;
  EXPECT_THAT(Run(), HasSubstr("Published 3"));
}

TEST_F(ImportTest, AnEmptyListIsNone) {
  PublishAll();
  list.persons.clear();
  options.recall_missing = options.recall_most = true;
  EXPECT_THAT(Run(), HasSubstr("list.xml: there is no entry in it"));
  ExpectNothingDone();
  EXPECT_EQ(context.exit_code, kInputRefused);
}

TEST_F(ImportTest, RecallsTheMissingButMostOfThemOnlyWhenAsked) {
  PublishAll();
  options.recall_missing = true;
  list.persons.pop_back();
  options.dry_run = true;
  EXPECT_THAT(Run(), HasSubstr("any more 1, of these recall 1"));
  EXPECT_THAT(desk.recalls, IsEmpty());
  options.dry_run = false;
  Run();
  EXPECT_THAT(desk.recalls, ElementsAre("FR.border/of-XXi.003"));
  desk.recalls.clear();
  list.persons.pop_back();
  EXPECT_THAT(Run(), AllOf(HasSubstr("2 of the 3 alerts"), HasSubstr("--recall-most")));
  ExpectNothingDone();
  options.recall_most = true;
  Run();
  EXPECT_THAT(desk.recalls, SizeIs(2));
}

// What nobody got does not stand; what is on its way does not cost the one before it.
TEST_F(ImportTest, CountsOnlyWhatStands) {
  PublishAll();
  desk.alerts.mutable_records(0)->mutable_recipients(0)->set_state(v1::RECIPIENT_STATE_REFUSED);
  EXPECT_THAT(Run(), HasSubstr("Published 1, replaced 0, unchanged 2"));
}

TEST_F(ImportTest, ATwinGoesOnceTheOneThatTookItsPlaceIsInTheLog) {
  list.persons.resize(1);
  PublishAll("another time");
  PublishAll();
  desk.alerts.mutable_records(0)->set_record_id("old");
  desk.alerts.mutable_records(1)->clear_log_index();
  Run();
  EXPECT_THAT(desk.recalls, IsEmpty());
  desk.alerts.mutable_records(1)->set_log_index(7);
  Run();
  EXPECT_THAT(desk.recalls, ElementsAre(kStands));
}

}  // namespace
}  // namespace entente::cli

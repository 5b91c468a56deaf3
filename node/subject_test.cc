// A person asks what is held about them: the data-protection officer has all of it before them,
// wherever it stands in the node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "node/subject_fixture.h"
#include "node/subject_items.h"
#include "node/subject_log.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> Words(const google::protobuf::RepeatedPtrField<std::string>& words) {
  return {words.begin(), words.end()};
}

std::vector<std::string> PlacesOf(const v1::SubjectItem& item) {
  std::vector<std::string> places;
  for (const v1::SubjectMatch& match : item.matches()) {
    if (!match.where().empty()) places.push_back(match.where());
  }
  return places;
}

TEST_F(SubjectTest, WhatWasReceivedIsListedWithItsOriginItsTermsAndItsProof) {
  const std::string id = Alert();
  const v1::SubjectReportResponse report = Report("BR.fiu", AboutAnna());
  EXPECT_EQ(report.agency(), "BR.fiu");
  EXPECT_THAT(Words(report.asked()), ElementsAre("name Anna Maria Eriksson"));
  ASSERT_THAT(report.items(), SizeIs(1));
  const v1::SubjectItem& item = report.items(0);
  EXPECT_EQ(item.record_id(), id);
  EXPECT_EQ(item.kind(), v1::RECORD_KIND_ALERT);
  EXPECT_EQ(item.direction(), v1::SUBJECT_DIRECTION_RECEIVED);
  EXPECT_EQ(item.origin(), "FR.fiu");
  EXPECT_EQ(item.purpose(), "border-control");
  EXPECT_EQ(item.instrument(), "TEST-ALL");
  EXPECT_THAT(Words(item.data()), ElementsAre("identity", "travel-document"));
  EXPECT_THAT(Words(item.about()), ElementsAre("victim"));
  EXPECT_THAT(Words(item.obligations()), Contains("use-only-for-stated-purpose"));
  EXPECT_NE(item.instant_ms(), 0u);
  EXPECT_GT(item.expires_ms(), item.instant_ms());
  EXPECT_EQ(item.log_index(), world.Show("BR.fiu", id)->item().log_index());
  EXPECT_EQ(item.receipt_path(), id + ".tlog-proof");
  EXPECT_EQ(item.record_hash(), world.Show("BR.fiu", id)->record_hash());
  ASSERT_THAT(item.matches(), SizeIs(1));
  EXPECT_GT(item.matches(0).score(), 0.9);
  EXPECT_EQ(item.matches(0).agreements(0).what(), "name");
  EXPECT_EQ(item.matches(0).subject().person().names(0).text(), "Anna Maria Eriksson");
  ASSERT_THAT(item.sections(), SizeIs(1)) << "the notice does not name her";
  EXPECT_THAT(Words(item.ask()), ElementsAre("FR.fiu"));
  EXPECT_THAT(Words(item.ask_because()), Contains("handling:H1"));
  EXPECT_FALSE(item.has_decision());
  EXPECT_EQ(report.undecided(), 1u);
}

TEST_F(SubjectTest, WhatWasSentIsListedWithAllWhoHaveIt) {
  const std::string id = Alert({"BR.fiu", "DE.fiu"});
  const v1::SubjectItem item = ItemAt("FR.fiu", id);
  EXPECT_EQ(item.direction(), v1::SUBJECT_DIRECTION_SENT);
  ASSERT_THAT(item.disclosed(), SizeIs(2));
  EXPECT_EQ(item.disclosed(0).recipient(), "BR.fiu");
  EXPECT_EQ(item.disclosed(0).instrument(), "TEST-ALL");
  EXPECT_EQ(item.receipt_path(), id + ".tlog-proof");
  EXPECT_THAT(item.ask(), IsEmpty()) << "it is our own";
}

TEST_F(SubjectTest, OtherSpellingsAndScriptsAndNumbersFindIt) {
  const std::string id = Alert();
  for (const char* name : {"Ana Marija Erikson", "Эрикссон Анна Мария"}) {
    const v1::SubjectItem item = ItemOf(Report("BR.fiu", About(name)), id);
    ASSERT_THAT(item.matches(), SizeIs(1)) << name;
    EXPECT_GT(item.matches(0).score(), 0.5) << name;
  }
  v1::SubjectReportRequest request = AboutAnna();
  request.mutable_who()->clear_name();
  request.mutable_who()->set_document_number("L898-902C3");
  const v1::SubjectItem item = ItemOf(Report("BR.fiu", request), id);
  ASSERT_THAT(item.matches(), SizeIs(1));
  EXPECT_EQ(item.matches(0).agreements(0).what(), "document");
  EXPECT_THAT(Report("BR.fiu", About("Bertil Lindqvist")).items(), IsEmpty());
}

TEST_F(SubjectTest, TextsOfEveryKindOfRecordAreSearched) {
  const std::string lead = Lead(Saying("ask Mrs ERIKSSON, Anna about the rents"));
  v1::Draft holder = world.Lead({"BR.fiu"});
  holder.mutable_sections(1)->add_data("financial");
  v1::FinancialAccount& account = *holder.mutable_sections(1)
                                       ->mutable_content()
                                       ->mutable_subjects()
                                       ->add_subjects()
                                       ->mutable_account();
  account.set_number("CH9300762011623852957");
  account.set_holder("A. M. Eriksson / Anna Eriksson");
  const std::string held = Lead(holder);
  v1::Draft told = world.Lead({"BR.fiu"});
  told.set_instruction("not before Anna Maria Eriksson was heard");
  const std::string instructed = Lead(told);
  const std::string other = Lead(Saying("ask Anna at the quay"));
  const v1::SubjectReportResponse report = Report("BR.fiu", AboutAnna());
  EXPECT_THAT(PlacesOf(ItemOf(report, lead)), ElementsAre("lead_ask.summary"));
  EXPECT_THAT(ItemOf(report, lead).sections(), SizeIs(1));
  EXPECT_THAT(PlacesOf(ItemOf(report, held)), ElementsAre("subjects.subjects.account.holder"));
  EXPECT_THAT(PlacesOf(ItemOf(report, instructed)), ElementsAre("instruction"));
  EXPECT_TRUE(ItemOf(report, lead).named_in_text());
  EXPECT_THAT(ItemOf(report, other).record_id(), IsEmpty()) << "one part of a name is nobody's";
}

TEST_F(SubjectTest, RequestsAndAnswersAreHeldToo) {
  const std::string id = Alert();
  v1::Draft question = Saying("is Anna Eriksson known to you?", {"FR.fiu"});
  question.set_kind(v1::RECORD_KIND_REQUEST);
  v1::SectionContent& content = *question.mutable_sections(0)->mutable_content();
  v1::RequestAsk ask;
  ask.set_facts("is Anna Eriksson known to you?");
  ask.set_link("the alert is yours");
  ask.set_intended_use("to protect her");
  ask.set_ground(v1::REQUEST_GROUND_OTHER);
  ask.set_due_ms(static_cast<uint64_t>((world.now + 7 * limits::kDayMs).ms));
  *content.mutable_request_ask() = ask;
  question.set_about(id);
  const std::string asked = world.Send("BR.fiu", question);
  world.Settle();
  EXPECT_EQ(ItemAt("BR.fiu", asked).direction(), v1::SUBJECT_DIRECTION_SENT);
  EXPECT_EQ(ItemAt("FR.fiu", asked).direction(), v1::SUBJECT_DIRECTION_RECEIVED);
}

TEST_F(SubjectTest, WhatHasNotLeftIsHeldAllTheSame) {
  v1::Draft draft = world.Alert({"BR.fiu"});
  draft.add_handling("H3");
  draft.set_instruction("call before anything else");
  const std::string id = world.Publish(draft);
  world.Settle();
  ASSERT_THAT(world.InboxOf("BR.fiu"), IsEmpty()) << "it waits for a second person";
  EXPECT_EQ(ItemAt("FR.fiu", id).direction(), v1::SUBJECT_DIRECTION_WRITTEN);
  EXPECT_THAT(ItemAt("FR.fiu", id).disclosed(), IsEmpty());
}

TEST_F(SubjectTest, WhatIsPostedInACaseSaysWhichOne) {
  const auto opened =
      world.node("FR.fiu")->OpenCase("author", CaseWith(world.now, {"BR.fiu"}), world.now);
  ASSERT_TRUE(opened.ok()) << opened.status();
  world.Settle();
  v1::Draft post = world.Lead({});
  post.set_kind(v1::RECORD_KIND_CASE_ITEM);
  post.set_case_id(opened->case_id());
  post.mutable_sections(0)->add_data("narrative");
  post.mutable_sections(0)->mutable_content()->mutable_narrative()->set_text(
      "Anna Maria Eriksson pays the rents");
  const std::string id = Lead(post);
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    EXPECT_EQ(ItemAt(agency, id).case_id(), opened->case_id()) << agency;
    EXPECT_THAT(PlacesOf(ItemAt(agency, id)), ElementsAre("narrative.text")) << agency;
  }
}

// In their words, which stay with the row after the record.
TEST_F(SubjectTest, WhyARecordWasNotLetGoIsFoundAfterItsEnd) {
  v1::AddOfficerRequest second;
  second.mutable_officer()->set_id("second");
  second.mutable_officer()->add_roles("releaser");
  ASSERT_TRUE(world.node("FR.fiu")->AddOfficer("admin", second, world.now).ok());
  v1::Draft draft = Saying("three accounts");
  draft.add_handling("H3");
  draft.set_instruction("call before anything else");
  const std::string id = Lead(draft);
  v1::JudgeHeldRequest refuse;
  refuse.set_record_id(id);
  refuse.set_justification("it is about Anna Eriksson, a witness");
  ASSERT_TRUE(world.node("FR.fiu")->JudgeHeld("second", refuse, world.now).ok());
  EXPECT_THAT(PlacesOf(ItemAt("FR.fiu", id)), ElementsAre("recipients.reason"));
  world.Advance(61 * limits::kDayMs);
  const v1::SubjectReportResponse report = Report("FR.fiu", AboutAnna());
  EXPECT_THAT(report.items(), IsEmpty());
  ASSERT_THAT(report.traces(), SizeIs(1));
  EXPECT_EQ(report.traces(0).what(), "not-released");
  EXPECT_EQ(report.traces(0).record_id(), id);
}

TEST_F(SubjectTest, WhatIsKeptAndNotUsedIsListedWithItsGround) {
  const std::string id = Alert();
  Restrict(id);
  world.Settle();
  ASSERT_EQ(Hits("BR.fiu"), 0u) << "a search leaves it out";
  for (const auto* agency : {"BR.fiu", "FR.fiu"}) {
    const v1::SubjectItem item = ItemAt(agency, id);
    ASSERT_THAT(item.restrictions(), SizeIs(1)) << agency;
    EXPECT_EQ(item.restrictions(0).ground(), v1::RESTRICTION_GROUND_CONTESTED) << agency;
  }
}

TEST_F(SubjectTest, OfWhatIsDestroyedTheLogIsLeft) {
  const std::string id = Alert();
  v1::ShowRequest show;
  show.set_record_id(id);
  show.set_justification("is this Anna Eriksson of the quay?");
  ASSERT_TRUE(world.node("BR.fiu")->Show("reader", show, world.now).ok());
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  Tick("BR.fiu");
  const v1::SubjectReportResponse report = Report("BR.fiu", AboutAnna());
  EXPECT_THAT(report.items(), IsEmpty());
  EXPECT_EQ(report.records(), 0u);
  EXPECT_EQ(report.destroyed(), 1u);
  ASSERT_THAT(report.lines(), SizeIs(1));
  EXPECT_EQ(report.lines(0).record_id(), id);
  EXPECT_EQ(report.lines(0).operation(), "consultation");
}

TEST_F(SubjectTest, OperationsOnEachRecordAreListedAndSearchesCounted) {
  const std::string id = Alert();
  world.Find("BR.fiu", world.ByDocument("L898902C3"));
  const v1::SubjectReportResponse report = Report("BR.fiu", AboutAnna());
  const v1::SubjectItem item = ItemOf(report, id);
  ASSERT_THAT(item.operations(), SizeIs(2));
  EXPECT_EQ(item.operations(0).operation(), "collection");
  EXPECT_EQ(item.operations(1).operation(), "consultation");
  EXPECT_EQ(item.operations(1).justification(), "counter 4");
  EXPECT_EQ(report.searches(), 1u);
  EXPECT_THAT(report.lines(), IsEmpty()) << "no value that was searched for stands in the log";
  for (size_t i = 0; i < kOperationsShown; ++i) world.Find("BR.fiu", world.ByDocument("L898902C3"));
  const v1::SubjectItem later = ItemAt("BR.fiu", id);
  EXPECT_THAT(later.operations(), SizeIs(kOperationsShown));
  EXPECT_EQ(later.operations_left_out(), 3u) << "and the report itself";
}

TEST_F(SubjectTest, WhatWentOnIsJoinedToWhatItCameFrom) {
  const std::string given = world.Send("DE.fiu", Saying("pay Anna Eriksson nothing", {"FR.fiu"}));
  world.Settle();
  v1::Draft onward = Saying("pay Anna Eriksson nothing");
  onward.add_obtained_from("DE");
  const std::string sent = Lead(onward);
  const v1::SubjectReportResponse report = Report("FR.fiu", AboutAnna());
  ASSERT_THAT(ItemOf(report, given).disclosed(), SizeIs(1));
  EXPECT_EQ(ItemOf(report, given).disclosed(0).recipient(), "BR.fiu");
  EXPECT_EQ(ItemOf(report, given).disclosed(0).record_id(), sent);
  EXPECT_EQ(ItemOf(report, given).disclosed(0).because(), "obtained-from");
  EXPECT_THAT(Words(ItemOf(report, sent).ask()), ElementsAre("DE"));
}

TEST_F(SubjectTest, NotesThatSomebodyIsAnotherAreListed) {
  const std::string id = Alert();
  ASSERT_TRUE(world.Clear("FR.fiu", id, "P7730915", "SE").ok());
  world.Settle();
  for (const auto* agency : {"BR.fiu", "FR.fiu"}) {
    const v1::SubjectReportResponse report = Report(agency, AboutAnna());
    ASSERT_THAT(report.items(), SizeIs(2)) << agency << ": the note has her name as well";
    const v1::SubjectItem alert = ItemOf(report, id);
    ASSERT_THAT(alert.not_identical(), SizeIs(1)) << agency;
    const v1::SubjectItem note = ItemOf(report, alert.not_identical(0));
    EXPECT_EQ(note.kind(), v1::RECORD_KIND_INFORMATION) << agency;
    EXPECT_GT(note.matches(0).score(), 0.9) << agency;
  }
}

TEST_F(SubjectTest, ThingsThatALinkJoinsToThePersonAreTheirs) {
  v1::Draft draft = world.Alert({"BR.fiu"});
  v1::Subjects& subjects = *draft.mutable_sections(1)->mutable_content()->mutable_subjects();
  subjects.mutable_subjects(0)->set_number(1);
  subjects.mutable_subjects(1)->set_number(2);
  v1::Subject& other = *subjects.add_subjects();
  other.set_number(3);
  other.mutable_person()->add_names()->set_text("Bertil Lindqvist");
  other.mutable_person()->mutable_names(0)->set_kind(v1::NAME_KIND_PRIMARY);
  other.mutable_person()->mutable_names(0)->set_quality(v1::NAME_QUALITY_GOOD);
  other.mutable_person()->set_sex(v1::SEX_MALE);
  for (const auto& [to, kind] :
       {std::pair(2, v1::LINK_KIND_USES), std::pair(3, v1::LINK_KIND_TRAVELS_WITH)}) {
    v1::Link& link = *subjects.add_links();
    link.set_from(1);
    link.set_to(static_cast<uint32_t>(to));
    link.set_kind(kind);
  }
  const std::string id = world.Publish(draft);
  world.Settle();
  const v1::SubjectItem item = ItemAt("BR.fiu", id);
  ASSERT_THAT(item.own_data(), SizeIs(2));
  EXPECT_TRUE(item.own_data(0).has_person());
  EXPECT_EQ(item.own_data(1).document().number(), "L898902C3") << "and no other person";
}

TEST_F(SubjectTest, ItIsLoggedBeforeItIsGiven) {
  const std::string id = Alert();
  TestNode& br = world.node("BR.fiu");
  br.store.FailWrite(1, store::Fault::kDiskFull);
  EXPECT_TRUE(IsRefusal(Try("BR.fiu", AboutAnna()).status(), Reason::kDiskFull));
  Report("BR.fiu", AboutAnna());
  br.Restart(world.now);
  const auto read = LinesAbout("BR.fiu", id, "consultation");
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].officer(), "protector");
  EXPECT_EQ(read[0].justification(), "her letter of 3 May");
  const auto asked = LinesAbout("BR.fiu", "", "search");
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].asked(), "name") << "never the value";
}

TEST_F(SubjectTest, ItIsForTheDataProtectionOfficerAndSaysWhy) {
  Alert();
  for (const auto* officer : {"reader", "author", "admin"}) {
    EXPECT_TRUE(IsRefusal(Try("BR.fiu", AboutAnna(), officer).status(), Reason::kNotAuthorised))
        << officer;
  }
  v1::SubjectReportRequest request = AboutAnna();
  request.mutable_who()->set_justification(" ");
  EXPECT_TRUE(IsRefusal(Try("BR.fiu", request).status(), Reason::kLabelMissing));
  request = AboutAnna();
  request.mutable_who()->set_purpose("curiosity");
  EXPECT_TRUE(IsRefusal(Try("BR.fiu", request).status(), Reason::kLabelUnknown));
  request = AboutAnna();
  request.mutable_who()->clear_name();
  EXPECT_TRUE(IsRefusal(Try("BR.fiu", request).status(), Reason::kLabelMissing));
}

TEST_F(SubjectTest, ItComesPageByPageWithoutAHole) {
  std::vector<std::string> sent;
  for (int i = 0; i < 5; ++i) sent.push_back(Alert());
  v1::SubjectReportRequest request = AboutAnna();
  request.set_limit(2);
  std::vector<std::string> seen;
  do {
    const v1::SubjectReportResponse page = Report("BR.fiu", request);
    for (const v1::SubjectItem& item : page.items()) seen.push_back(item.record_id());
    request.set_page(page.next_page());
  } while (!request.page().empty());
  EXPECT_THAT(seen, ::testing::UnorderedElementsAreArray(sent));
}

TEST_F(SubjectTest, WhatCannotBeReadIsNamed) {
  const std::string id = Alert();
  TestNode& br = world.node("BR.fiu");
  store::WriteBatch batch;
  ASSERT_TRUE(ForEachBytes(br.store, kVault, "", [&](std::string_view key, std::string_view) {
                batch.Put(kVault, key, "no content");
                return absl::OkStatus();
              }).ok());
  ASSERT_TRUE(br.store.Write(batch, store::Sync::kYes).ok());
  const v1::SubjectReportResponse report = Report("BR.fiu", AboutAnna());
  EXPECT_THAT(report.items(), IsEmpty());
  EXPECT_THAT(Words(report.unread()), ElementsAre(id));
}

}  // namespace
}  // namespace entente::node

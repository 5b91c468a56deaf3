// What each officer may do at the desk, and what is written down of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/engine_fixture.h"
#include "node/families.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Instruments(std::initializer_list<std::string_view> ids, std::string_view party) {
  std::string out = "instruments = \"instruments/1\"\nversion     = 2\n";
  for (const std::string_view id : ids) {
    out += "\n[[instrument]]\nid       = \"" + std::string(id) +
           "\"\ntitle    = \"T\"\nlaw      = \"L\"\nkind     = \"treaty\"\nstate    = "
           "\"in-force\"\npurposes = [\"asset-recovery\"]\ndata     = [\"identity\", \"address\", "
           "\"organisation\", \"financial\", \"asset\", \"narrative\"]\n"
           "sent_data_stay_bound = true\n";
    for (const std::string_view code : {std::string_view("FR"), party}) {
      out += "\n[[instrument.party]]\nparty  = \"" + std::string(code) +
             "\"\njoined = 2020-01-01T00:00:00Z\n";
    }
  }
  return out;
}

std::vector<v1::Consultation> Lines(World& world, std::string_view agency,
                                    const std::string& record_id = "") {
  v1::ConsultationsRequest request;
  request.set_justification("monthly review");
  request.set_record_id(record_id);
  const auto lines = world.node(agency)->Consultations("protector", request, world.now);
  EXPECT_TRUE(lines.ok()) << lines.status();
  return {lines->consultations().begin(), lines->consultations().end()};
}

TEST(DeskTest, EachCallNeedsItsRole) {
  World world;
  Engine& desk = world.node("FR.fiu").engine();
  const auto refused = [](const absl::Status& status) {
    return IsRefusal(status, Reason::kNotAuthorised);
  };
  EXPECT_TRUE(refused(desk.Send("reader", world.Lead({"BR.fiu"}), world.now).status()));
  EXPECT_TRUE(refused(desk.Send("nobody", world.Lead({"BR.fiu"}), world.now).status()));
  EXPECT_TRUE(refused(desk.AnswerLead("reader", {}, world.now).status()));
  EXPECT_TRUE(refused(desk.Show("author", {}, world.now).status()));
  EXPECT_TRUE(refused(desk.Inbox("protector", {}, world.now).status()));
  EXPECT_TRUE(refused(desk.ListRecords("admin", Leads(), world.now).status()));
  EXPECT_TRUE(refused(desk.Consultations("reader", {}, world.now).status()));
  EXPECT_TRUE(refused(desk.AddOfficer("author", {}, world.now).status()));
  EXPECT_TRUE(refused(desk.ListOfficers("author").status()));
  EXPECT_TRUE(refused(desk.Status("nobody", world.now).status()));
  EXPECT_TRUE(refused(desk.Keys("nobody", world.now).status()));
  EXPECT_TRUE(refused(desk.ListAgencies("nobody", world.now).status()));
  EXPECT_EQ(desk.ListOfficers("admin")->officers_size(), 4);
}

TEST(DeskTest, ABlankJustificationIsRefused) {
  World world;
  v1::Draft lead = world.Lead({"BR.fiu"});
  lead.set_justification(" \t\n");
  const auto sent = world.node("FR.fiu")->Send("author", lead, world.now);
  ASSERT_TRUE(IsRefusal(sent.status(), Reason::kLabelMissing));
  EXPECT_EQ(RefusalOf(sent.status())->subject, "justification");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->Show("reader", {}, world.now).status(),
                        Reason::kLabelMissing));
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->Consultations("protector", {}, world.now).status(),
                        Reason::kLabelMissing));
}

TEST(DeskTest, DraftsThatCannotBeSentAreRefusedAtOnce) {
  World world;
  const auto try_with = [&](const std::function<void(v1::Draft&)>& change) {
    v1::Draft lead = world.Lead({"BR.fiu"});
    change(lead);
    const auto sent = world.node("FR.fiu")->Send("author", lead, world.now);
    return RefusalOf(sent.status()) ? ReasonText(*RefusalOf(sent.status())) : "sent";
  };
  EXPECT_EQ(try_with([](auto& lead) { lead.clear_recipients(); }), "label-missing:recipient");
  EXPECT_EQ(try_with([](auto& lead) { lead.add_recipients("BR.fiu"); }), "malformed");
  EXPECT_EQ(try_with([](auto& lead) { lead.set_recipients(0, "UK.fiu"); }), "malformed");
  EXPECT_EQ(try_with([](auto& lead) { lead.set_recipients(0, "FR.fiu"); }), "wrong-agency");
  EXPECT_EQ(try_with([](auto& lead) { lead.set_recipients(0, "NO.fiu"); }), "wrong-agency");
  EXPECT_EQ(try_with([](auto& lead) { lead.clear_sections(); }), "label-missing:section");
  EXPECT_EQ(try_with([](auto& lead) { lead.mutable_sections(0)->clear_about(); }),
            "label-missing:about");
  EXPECT_EQ(try_with([](auto& lead) { lead.mutable_sections(0)->clear_data(); }),
            "label-missing:data");
  EXPECT_EQ(try_with([](auto& lead) { lead.mutable_sections(0)->clear_content(); }), "malformed");
  EXPECT_EQ(
      try_with([](auto& lead) {
        v1::DraftSection& section = *lead.add_sections();
        section = lead.sections(1);
        section.add_data("identity");
        section.mutable_content()->mutable_subjects()->add_subjects()->mutable_person()->add_marks(
            "scar");
      }),
      "malformed")
      << "no recipient would read a sex that is not given";
  const auto refused_words = [&](const std::function<void(v1::Draft&)>& change) {
    v1::Draft lead = world.Lead({"BR.fiu"});
    change(lead);
    const auto sent = world.node("FR.fiu")->Send("author", lead, world.now);
    const auto refusal = RefusalOf(sent.status());
    return refusal ? ReasonText(*refusal) + "; " + refusal->text + "; " + refusal->advice : "sent";
  };
  const std::string purpose = refused_words([](auto& lead) { lead.set_purpose("fishing"); });
  EXPECT_THAT(purpose, HasSubstr("label-unknown:purpose; no such word for purpose: fishing"));
  EXPECT_THAT(purpose, HasSubstr("asset-recovery")) << "the words that there are";
  EXPECT_THAT(refused_words([](auto& lead) { lead.set_handling(0, "H9"); }),
              HasSubstr("label-unknown:handling; no such word for handling: H9"));
  EXPECT_THAT(refused_words([](auto& lead) { lead.set_evaluation("Z9"); }),
              HasSubstr("label-unknown:evaluation; no such evaluation: Z9"));
  EXPECT_THAT(refused_words([](auto& lead) { lead.mutable_sections(1)->set_about(0, "martian"); }),
              HasSubstr("label-unknown:about; no such word for about: martian"));
  EXPECT_THAT(refused_words([](auto& lead) { lead.mutable_sections(1)->set_data(0, "gossip"); }),
              HasSubstr("gossip"));
  EXPECT_THAT(refused_words([](auto& lead) { lead.mutable_sections(1)->set_basis("rumour"); }),
              HasSubstr("label-unknown:basis; no such word for basis: rumour"));
  EXPECT_EQ(try_with([](auto& lead) { lead.clear_purpose(); }), "label-missing:purpose");
  EXPECT_EQ(try_with([](auto& lead) { lead.clear_handling(); }), "label-missing:handling");
  EXPECT_EQ(try_with([](auto& lead) { lead.clear_urgency(); }), "label-missing:urgency");
  EXPECT_EQ(try_with([](auto& lead) { lead.set_expires_ms(1); }), "expired");
  EXPECT_EQ(try_with([](auto& lead) { lead.set_expires_ms(UINT64_MAX); }), "malformed");
  EXPECT_EQ(try_with([](auto& lead) { *lead.add_sections() = lead.sections(0); }), "malformed");
  const auto due = [&](Instant deadline) {
    return try_with([&](auto& lead) {
      lead.mutable_sections(0)->mutable_content()->mutable_lead_ask()->set_deadline_ms(
          static_cast<uint64_t>(deadline.ms));
    });
  };
  const Instant expires{static_cast<int64_t>(world.Lead({"BR.fiu"}).expires_ms())};
  EXPECT_EQ(due(world.now), "malformed");
  EXPECT_EQ(due(world.now + 1), "sent");
  EXPECT_EQ(due(expires), "sent");
  EXPECT_EQ(due(expires + 1), "malformed");
  EXPECT_EQ(due(Instant{-1}), "malformed");
  EXPECT_EQ(try_with([](auto& lead) {
              lead.mutable_sections(1)->set_data(0, "narrative");
              lead.mutable_sections(1)->mutable_content()->mutable_narrative()->set_text(
                  std::string(limits::kRecordBytes, 'x'));
            }),
            "too-large");
  EXPECT_EQ(
      try_with([](auto& lead) { lead.mutable_sections(1)->mutable_content()->clear_language(); }),
      "malformed");
  EXPECT_EQ(try_with([](auto& lead) { lead.mutable_sections(1)->set_data(0, "identity"); }),
            "label-missing:data");
  EXPECT_EQ(try_with([](auto& lead) {
              v1::Link& link =
                  *lead.mutable_sections(1)->mutable_content()->mutable_subjects()->add_links();
              link.set_from(1);
              link.set_kind(v1::LINK_KIND_OWNS);
              link.set_to(2);
            }),
            "malformed");
  EXPECT_EQ(try_with([](auto&) {}), "sent");
}

TEST(DeskTest, SeveralInstrumentsMustBeChosenFrom) {
  World world;
  const ledger::Publication file = world.federation.SignFile(
      "instruments", 2, Instruments({"TREATY-1", "TREATY-2"}, "BR"), {"FR", "BR", "DE"});
  v1::PublishRequest request;
  request.set_entry_kind(file.kind);
  *request.mutable_statement() = file.statement;
  request.set_text(file.text);
  const auto published = world.broker.Publish(request, world.now);
  ASSERT_TRUE(published.ok()) << published.status();
  world.Settle();
  const auto sent = world.node("FR.fiu")->Send("author", world.Lead({"BR.fiu"}), world.now);
  ASSERT_TRUE(IsRefusal(sent.status(), Reason::kLabelMissing)) << sent.status();
  EXPECT_EQ(RefusalOf(sent.status())->subject, "under");
  EXPECT_THAT(RefusalOf(sent.status())->text, HasSubstr("TREATY-1, TREATY-2"));
  // Without any, the policy says so for this recipient alone.
  const auto none = world.node("FR.fiu")->Send("author", world.Lead({"DE.fiu"}), world.now);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->recipients(0).verdict(), v1::VERDICT_REFUSE);
}

TEST(DeskTest, ReadingIsLoggedBeforeItIsShown) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  TestNode& node = world.node("BR.fiu");
  node.store.FailWrite(1, store::Fault::kDiskFull);
  EXPECT_TRUE(IsRefusal(world.Show("BR.fiu", id).status(), Reason::kDiskFull));
  ASSERT_TRUE(world.Show("BR.fiu", id).ok());
  node.Restart(world.now);
  const std::vector<v1::Consultation> lines = Lines(world, "BR.fiu", id);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].operation(), "collection");
  EXPECT_EQ(lines[1].operation(), "consultation");
  EXPECT_EQ(lines[1].officer(), "reader");
  EXPECT_EQ(lines[1].purpose(), "asset-recovery");
  EXPECT_EQ(lines[1].justification(), "on duty, case 4711");
}

TEST(DeskTest, ReadingTheLogIsLogged) {
  World world;
  const size_t before = Lines(world, "FR.fiu").size() + 1;
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  EXPECT_EQ(Lines(world, "FR.fiu").size(), before + 1);
  const std::vector<v1::Consultation> lines = Lines(world, "FR.fiu");
  ASSERT_EQ(lines.size(), before + 2);
  EXPECT_EQ(lines[before].operation(), "disclosure");
  EXPECT_EQ(lines[before].officer(), "author");
  EXPECT_EQ(lines[before + 1].operation(), "log-reading");
  EXPECT_EQ(lines[before + 1].number(), before + 2);
}

v1::AddOfficerRequest OfficerWith(const std::string& id, std::vector<std::string> roles) {
  v1::AddOfficerRequest request;
  request.mutable_officer()->set_id(id);
  for (std::string& role : roles) request.mutable_officer()->add_roles(std::move(role));
  return request;
}

TEST(DeskTest, WhoMayDoWhatIsLoggedWithEachChange) {
  World world;
  Engine& desk = world.node("FR.fiu").engine();
  ASSERT_TRUE(desk.AddOfficer("admin", OfficerWith("anna", {"reader"}), world.now).ok());
  ASSERT_TRUE(desk.AddOfficer("admin", OfficerWith("anna", {"author", "auditor"}), world.now).ok());
  const std::vector<v1::Consultation> lines = Lines(world, "FR.fiu");
  EXPECT_EQ(lines.front().operation(), "administration");
  EXPECT_EQ(lines.front().justification(),
            "officer admin: not listed -> administrator, by the configuration");
  const v1::Consultation& last = lines.back();
  EXPECT_EQ(last.operation(), "administration");
  EXPECT_EQ(last.officer(), "admin");
  EXPECT_EQ(last.justification(), "officer anna: reader -> author, auditor");
}

TEST(DeskTest, NobodyGivesRolesToThemselves) {
  World world;
  Engine& desk = world.node("FR.fiu").engine();
  const auto own = desk.AddOfficer("admin", OfficerWith("admin", {"reader"}), world.now);
  EXPECT_TRUE(IsRefusal(own.status(), Reason::kNotAuthorised)) << own.status();
  const auto both =
      desk.AddOfficer("admin", OfficerWith("anna", {"administrator", "reader"}), world.now);
  EXPECT_TRUE(IsRefusal(both.status(), Reason::kMalformed)) << both.status();
  EXPECT_EQ(desk.ListOfficers("admin")->officers_size(), 4);
}

TEST(DeskTest, ARecordIsFoundByItsSpokenReference) {
  World world;
  const auto sent = world.node("FR.fiu")->Send("author", world.Lead({"BR.fiu"}), world.now);
  world.Settle();
  std::string spoken = sent->reference();
  for (char& c : spoken) c = static_cast<char>(std::tolower(c));
  const auto shown = world.Show("BR.fiu", spoken);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->item().record_id(), sent->record_id());
  EXPECT_EQ(world.Show("FR.fiu", spoken)->item().origin(), "FR.fiu");
  spoken.back() = spoken.back() == '0' ? '1' : '0';
  EXPECT_TRUE(IsRefusal(world.Show("BR.fiu", spoken).status(), Reason::kMalformed));
  EXPECT_TRUE(absl::IsNotFound(world.Show("BR.fiu", std::string(32, '0')).status()));
}

TEST(DeskTest, ARecordBoundToItsPurposeIsNotReadForAnother) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  v1::ShowRequest request;
  request.set_record_id(id);
  request.set_justification("curious");
  request.set_purpose("border-control");
  EXPECT_TRUE(IsRefusal(world.node("BR.fiu")->Show("reader", request, world.now).status(),
                        Reason::kPolicyRefused));
  request.set_purpose("asset-recovery");
  EXPECT_TRUE(world.node("BR.fiu")->Show("reader", request, world.now).ok());
}

TEST(DeskTest, APurposeIsAWordOfTheVocabulary) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  v1::ShowRequest request;
  request.set_record_id(id);
  request.set_justification("on duty");
  request.set_purpose("curiosity\n2026-01-01 forged");
  for (const std::string_view agency : {"FR.fiu", "BR.fiu"}) {
    const absl::Status shown = world.node(agency)->Show("reader", request, world.now).status();
    ASSERT_TRUE(IsRefusal(shown, Reason::kLabelUnknown)) << agency << ": " << shown;
    EXPECT_THAT(RefusalOf(shown)->advice, HasSubstr("asset-recovery"));
    for (const v1::Consultation& line : Lines(world, agency)) {
      EXPECT_THAT(line.purpose(), Not(HasSubstr("forged")));
    }
  }
}

TEST(DeskTest, TheLogIsAskedByTheSpokenReferenceToo) {
  World world;
  const auto sent = world.node("FR.fiu")->Send("author", world.Lead({"BR.fiu"}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  const std::vector<v1::Consultation> lines = Lines(world, "FR.fiu", sent->reference());
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].record_id(), sent->record_id());
  EXPECT_EQ(Lines(world, "FR.fiu").back().record_id(), sent->record_id()) << "what was looked up";
  v1::ConsultationsRequest request;
  request.set_justification("review");
  request.set_record_id(sent->reference());
  EXPECT_TRUE(absl::IsNotFound(
      world.node("DE.fiu")->Consultations("protector", request, world.now).status()));
  request.set_record_id("no reference");
  EXPECT_TRUE(
      IsRefusal(world.node("FR.fiu")->Consultations("protector", request, world.now).status(),
                Reason::kMalformed));
}

TEST(DeskTest, ListsOfReceivedLeadsDoNotTellContent) {
  World world;
  world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  world.Advance(3 * limits::kDayMs);
  v1::ListRequest request;
  request.set_kind(v1::RECORD_KIND_LEAD);
  request.set_received(true);
  const auto leads = world.node("BR.fiu")->ListRecords("reader", request, world.now);
  ASSERT_EQ(leads->records_size(), 1);
  EXPECT_EQ(leads->records(0).measure(), v1::LEAD_MEASURE_FREEZE);
  EXPECT_TRUE(leads->records(0).recipients(0).overdue());
  EXPECT_THAT(leads->DebugString(), Not(HasSubstr("harbour")));
}

// What an agency answered is read like any record: logged, and no longer than its time.
TEST(DeskTest, ListsOfSentLeadsTellWhoAnsweredAndNotWhat) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const auto answer = [&](bool taken, const char* reason) {
    v1::AnswerLeadRequest request;
    request.set_record_id(id);
    request.set_taken(taken);
    request.set_after_decline(taken);
    request.set_reason(reason);
    request.set_own_reference("BR-77");
    request.set_justification("done");
    const auto sent = world.node("BR.fiu")->AnswerLead("author", request, world.now);
    EXPECT_TRUE(sent.ok()) << sent.status();
    world.Settle();
    return sent.ok() ? sent->record_id() : "";
  };
  answer(false, "nothing found");
  const std::string second = answer(true, "found after all");
  const auto leads = world.node("FR.fiu")->ListRecords("author", Leads(), world.now);
  ASSERT_EQ(leads->records_size(), 1);
  for (const char* text : {"harbour", "nothing found", "found after all", "BR-77"}) {
    EXPECT_THAT(leads->DebugString(), Not(HasSubstr(text)));
  }
  // The one latest in the log stands; the first is in the inbox all the same.
  EXPECT_EQ(leads->records(0).recipients(0).state(), v1::RECIPIENT_STATE_TAKEN);
  EXPECT_EQ(leads->records(0).recipients(0).answer_record_id(), second);
  EXPECT_EQ(world.InboxOf("FR.fiu").size(), 2u);
  EXPECT_TRUE(Lines(world, "FR.fiu", second).back().operation() == "collection");
  const auto shown = world.Show("FR.fiu", second);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->sections(0).content().lead_answer().reason(), "found after all");
  EXPECT_EQ(Lines(world, "FR.fiu", second).back().operation(), "consultation");
  EXPECT_THAT(world.Show("FR.fiu", id)->DebugString(), Not(HasSubstr("found after all")));
}

TEST(DeskTest, OnlyReceivedLeadsAreAnswered) {
  World world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  v1::AnswerLeadRequest request;
  request.set_record_id(id);
  request.set_taken(true);
  request.set_justification("done");
  EXPECT_TRUE(
      absl::IsNotFound(world.node("FR.fiu")->AnswerLead("author", request, world.now).status()));
  const auto answer = world.node("BR.fiu")->AnswerLead("author", request, world.now);
  ASSERT_TRUE(answer.ok()) << answer.status();
  world.Settle();
  request.set_record_id(answer->record_id());
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->AnswerLead("author", request, world.now).status(),
                        Reason::kMalformed));
}

TEST(DeskTest, StatusFitsAMessageAndTheGravestAlarmComesFirst) {
  World world;
  TestNode& node = world.node("FR.fiu");
  store::WriteBatch batch;
  for (int i = 0; i < 20'000; ++i) {
    v1::Alarm alarm;
    alarm.set_code("evidence-bad");
    alarm.set_text(std::string(600, 'x'));
    batch.Put(kNode, std::string("alarm\0evidence-bad\0", 19) + std::to_string(i),
              alarm.SerializeAsString());
  }
  v1::Alarm fork;
  fork.set_code("fork");
  batch.Put(kNode, std::string("alarm\0fork\0", 11), fork.SerializeAsString());
  ASSERT_TRUE(node.store.Write(batch, store::Sync::kYes).ok());
  node.Restart(world.now);
  const auto status = node->Status("admin", world.now);
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->alarms_size(), 100);
  EXPECT_EQ(status->alarms_left_out(), 19'901u);
  EXPECT_EQ(status->alarms(0).code(), "fork");
  EXPECT_LT(status->ByteSizeLong(), limits::kMessageBytes);
}

TEST(DeskTest, LongListsComePageByPage) {
  World world;
  std::vector<std::string> sent;
  for (int i = 0; i < 5; ++i) {
    world.Advance(1000);
    sent.push_back(world.Send("FR.fiu", world.Lead({"BR.fiu"})));
    world.Settle();
  }
  std::vector<std::string> leads;
  v1::ListRequest list;
  list.set_kind(v1::RECORD_KIND_LEAD);
  list.set_limit(2);
  do {
    const auto page = world.node("FR.fiu")->ListRecords("author", list, world.now);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_LE(page->records_size(), 2);
    for (const v1::RecordSummary& lead : page->records()) leads.push_back(lead.record_id());
    list.set_page(page->next_page());
  } while (!list.page().empty());
  EXPECT_EQ(leads, sent);
  std::vector<std::string> items;
  v1::InboxRequest inbox;
  inbox.set_limit(2);
  do {
    const auto page = world.node("BR.fiu")->Inbox("reader", inbox, world.now);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_LE(page->items_size(), 2);
    for (const v1::InboxItem& item : page->items()) items.push_back(item.record_id());
    inbox.set_page(page->next_page());
  } while (!inbox.page().empty());
  EXPECT_EQ(items, sent);
  inbox.set_page("nonsense");
  EXPECT_TRUE(IsRefusal(world.node("BR.fiu")->Inbox("reader", inbox, world.now).status(),
                        Reason::kMalformed));
}

// Each page is logged, and still the reading comes to an end.
TEST(DeskTest, TheLogOfConsultationsComesPageByPage) {
  World world;
  const std::vector<v1::Consultation> whole = Lines(world, "FR.fiu");
  ASSERT_EQ(whole.size(), 4u);
  v1::ConsultationsRequest request;
  request.set_justification("monthly review");
  request.set_limit(2);
  std::vector<uint64_t> numbers;
  int pages = 0;
  do {
    const auto page = world.node("FR.fiu")->Consultations("protector", request, world.now);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Consultation& line : page->consultations()) numbers.push_back(line.number());
    request.set_page(page->next_page());
    ++pages;
  } while (!request.page().empty());
  EXPECT_THAT(numbers, ElementsAre(1u, 2u, 3u, 4u, 5u));
  EXPECT_EQ(Lines(world, "FR.fiu").size(), 5u + static_cast<size_t>(pages));
}

TEST(DeskTest, StatusSaysThatThereIsNoQuorum) {
  World world;
  world.node("FR.fiu")->OnConnected();
  const auto status = world.node("FR.fiu")->Status("reader", world.now);
  EXPECT_EQ(status->quorum(), "none");
  EXPECT_TRUE(status->broker_connected());
  EXPECT_EQ(status->tree_size(), world.broker.log().size());
  EXPECT_EQ(status->log_origin(), "entente.test/log/broker-1");
}

TEST(DeskTest, AgenciesAreListedWithWhatIsNeededToWriteToThem) {
  World world;
  const auto agencies = world.node("FR.fiu")->ListAgencies("reader", world.now);
  ASSERT_EQ(agencies->agencies_size(), 3);
  EXPECT_EQ(agencies->agencies(0).agency(), "BR.fiu");
  EXPECT_EQ(agencies->agencies(0).state(), "admitted");
  EXPECT_TRUE(agencies->agencies(0).has_delivery_key());
  EXPECT_EQ(agencies->agencies(0).policy_version(), 1u);
}

}  // namespace
}  // namespace entente::node

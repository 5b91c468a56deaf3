#include "node/held_alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/search/match_keys.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kAlert(16, 'a');

state::ReceivedRecord Received(v1::RecordKind kind, const std::string& origin, char hash) {
  state::ReceivedRecord received;
  received.set_kind(kind);
  received.set_origin(origin);
  received.set_record_id(kAlert);
  received.set_record_hash(std::string(32, hash));
  return received;
}

state::ReceivedContent Content(const v1::SectionContent& section) {
  state::ReceivedContent content;
  content.add_sections()->set_content(section.SerializeAsString());
  return content;
}

state::ReceivedContent Passport(const std::string& number) {
  v1::SectionContent section;
  section.mutable_subjects()->add_subjects()->mutable_document()->set_number(number);
  return Content(section);
}

state::ReceivedContent Note() {
  v1::SectionContent section;
  section.mutable_not_identical()->set_alert_record_id(kAlert);
  return Content(section);
}

search::IndexQuestion Ask(const std::string& number) {
  return {*search::DocumentKeys(number, ""), std::nullopt};
}

TEST(HeldAlertsTest, ARecordThatComesAgainIsHeldOnce) {
  HeldAlerts held("BR.fiu");
  const auto alert = Received(v1::RECORD_KIND_ALERT, "FR.fiu", 'h');
  held.AddReceived(alert, Passport("AB12345"));
  held.AddReceived(alert, Passport("AB12345"));
  EXPECT_EQ(held.alerts(), 1u);
  EXPECT_THAT(held.Find(Ask("AB12345"), 10), SizeIs(1));
  held.Remove(alert.record_hash());
  EXPECT_EQ(held.alerts(), 0u);
  EXPECT_THAT(held.Find(Ask("AB12345"), 10), IsEmpty());
}

TEST(HeldAlertsTest, WhatIsNoAlertIsNotSearched) {
  HeldAlerts held("BR.fiu");
  held.AddReceived(Received(v1::RECORD_KIND_LEAD, "FR.fiu", 'h'), Passport("AB12345"));
  held.AddReceived(Received(v1::RECORD_KIND_INFORMATION, "FR.fiu", 'i'), Passport("AB12345"));
  EXPECT_THAT(held.Find(Ask("AB12345"), 10), IsEmpty());
}

TEST(HeldAlertsTest, ANoteCountsOnAlertsOfItsOwnOriginAlone) {
  HeldAlerts held("BR.fiu");
  const auto note = Received(v1::RECORD_KIND_INFORMATION, "DE.fiu", 'n');
  held.AddReceived(note, Note());
  EXPECT_THAT(held.NotesOn("FR.fiu", kAlert), IsEmpty());
  EXPECT_THAT(held.NotesOn("DE.fiu", kAlert), ElementsAre(note.record_hash()));
  held.Remove(note.record_hash());
  EXPECT_THAT(held.NotesOn("DE.fiu", kAlert), IsEmpty());
}

}  // namespace
}  // namespace entente::node

// For tests of restrictions: what FR.fiu restricts of its alerts, and what is seen of it. Fails the
// running test when a step that must work does not.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/exchange_fixture.h"
#include "node/families.h"
#include "node/table.h"

namespace entente::node {

class RestrictionTest : public ::testing::Test {
 protected:
  v1::RestrictRequest Asked(const std::string& id, v1::RestrictionGround ground) {
    v1::RestrictRequest request;
    request.set_record_id(id);
    request.set_ground(ground);
    request.set_justification("as the court says");
    return request;
  }
  absl::StatusOr<v1::RestrictResponse> Ask(const v1::RestrictRequest& request,
                                           std::string_view agency = "FR.fiu") {
    return world.node(agency)->Restrict("author", request, world.now);
  }
  // Kept, and not used: by FR.fiu, which must not be refused.
  std::vector<std::string> Restrict(const std::string& id, std::vector<std::string> to = {}) {
    v1::RestrictRequest request = Asked(id, v1::RESTRICTION_GROUND_CONTESTED);
    request.set_processing(true);
    for (std::string& one : to) request.add_recipients(std::move(one));
    const auto restricted = Ask(request);
    EXPECT_TRUE(restricted.ok()) << restricted.status();
    return {restricted->recipients().begin(), restricted->recipients().end()};
  }
  void Oblige(const std::string& id, const std::string& obligation) {
    v1::RestrictRequest request = Asked(id, v1::RESTRICTION_GROUND_LAW);
    request.add_obligations(obligation);
    const auto obliged = Ask(request);
    ASSERT_TRUE(obliged.ok()) << obliged.status();
  }
  void Lift(const std::string& id) {
    const auto lifted = Ask(Asked(id, v1::RESTRICTION_GROUND_LIFTED));
    ASSERT_TRUE(lifted.ok()) << lifted.status();
  }

  size_t Hits(std::string_view agency) {
    return static_cast<size_t>(world.Find(agency, world.ByDocument("L898902C3")).hits_size());
  }
  size_t Indexed(std::string_view agency) {
    return world.Find(agency, world.ByDocument("L898902C3")).alerts();
  }
  std::vector<v1::InboxItem> Kept(std::string_view agency) {
    v1::InboxRequest request;
    request.set_restricted(true);
    const auto inbox = world.node(agency)->Inbox("reader", request, world.now);
    EXPECT_TRUE(inbox.ok()) << inbox.status();
    return {inbox->items().begin(), inbox->items().end()};
  }
  v1::Restriction Told(std::string_view agency, v1::RecordKind kind, std::string_view recipient) {
    for (const v1::RecordSummary& one : world.List(agency, kind, false)) {
      for (const v1::Restriction& restriction : one.restrictions()) {
        if (restriction.recipient() == recipient) return restriction;
      }
    }
    return {};
  }
  v1::Restriction AlertTold(std::string_view recipient) {
    return Told("FR.fiu", v1::RECORD_KIND_ALERT, recipient);
  }
  size_t ContentsOf(std::string_view agency) { return world.node(agency).RowsOf(kVault); }
  // Delivered in bulk, for what goes in the urgent lane to overtake it.
  v1::Draft InBulk(std::vector<std::string> recipients) {
    v1::Draft alert = world.Alert(std::move(recipients));
    alert.set_urgency(v1::URGENCY_BULK);
    return alert;
  }
  // What time does to both: the log confirms it by what the one writes before anything follows
  // from it at the other.
  void Tick(std::string_view agency) {
    for (int i = 0; i < 2; ++i) {
      for (const std::string_view one : {std::string_view("FR.fiu"), agency}) {
        world.Settle();
        ASSERT_TRUE(world.node(one)->Tick(world.now).ok());
      }
    }
    world.Settle();
  }
  // Of restriction notes, by their number.
  void KeepBack(std::function<bool(uint64_t)> which) {
    world.broker.keeps_back = [which = std::move(which)](const v1::Delivery& delivery) {
      v1::RestrictionNote note;
      return delivery.notice().type() == v1::NOTICE_TYPE_RESTRICTION &&
             note.ParseFromString(delivery.notice().statement().body()) && which(note.number());
    };
  }

  AlertWorld world;
};

}  // namespace entente::node

// For tests of overrides: France holds what Germany gave, and lets it go to Brazil in an emergency.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/statements.h"
#include "node/exchange_fixture.h"
#include "tests/support/emergency.h"

namespace entente::node {

// A State that sends on what another gave with the consent of that one alone; and something that
// never goes, consent or not.
inline std::string AskingAndKeeping() {
  return testing::DefaultPolicy("FR") +
         "\n[[outbound.forbid]]\nid     = \"FR-OUT-910\"\n"
         "title  = \"What another State gave needs its consent\"\nlaw    = \"Test act art. 3\"\n"
         "obtained_from = [\"another-state\"]\nunless = \"consent-of-source-attached\"\n"
         "\n[[outbound.forbid]]\nid     = \"FR-OUT-920\"\ntitle  = \"What Switzerland gave "
         "stays\"\n"
         "law    = \"Test act art. 4\"\nobtained_from = [\"CH\"]\n"
         "\n[[outbound.forbid]]\nid     = \"FR-OUT-930\"\ntitle  = \"What Brazil gave needs its "
         "consent\"\n"
         "law    = \"Test act art. 5\"\nobtained_from = [\"BR\"]\n"
         "unless = \"consent-of-source-attached\"\n";
}

class OverrideTest : public ::testing::Test {
 protected:
  OverrideTest()
      : world({"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu"}, {{"FR", AskingAndKeeping()}}),
        keys(testing::MakeOfficerKeys(random)),
        others(testing::MakeOfficerKeys(random)) {
    AddOfficer("second", {"releaser"});
    AddOfficer("both", {"author", "releaser"});
    world.Advance(limits::kMinuteMs);
    Publish("author", "author", keys.author);
    Publish("second", "releaser", keys.releaser);
    Publish("both", "author", others.author);
    Publish("both", "releaser", others.releaser);
    world.Settle();
    world.Advance(limits::kMinuteMs);
  }

  TestNode& fr() { return world.node("FR.fiu"); }
  void AddOfficer(const std::string& id, const std::vector<std::string>& roles) {
    v1::AddOfficerRequest request;
    request.mutable_officer()->set_id(id);
    request.mutable_officer()->mutable_roles()->Assign(roles.begin(), roles.end());
    EXPECT_TRUE(fr()->AddOfficer("admin", request, world.now).ok());
  }
  absl::Status TryPublish(std::string_view by, const std::string& officer, const std::string& role,
                          const crypto::SigningKey& key) {
    v1::PublishOfficerKeyRequest request;
    request.set_officer(officer);
    request.set_role(role);
    request.set_public_key(ToString(key.public_key()));
    request.set_until_ms(static_cast<uint64_t>((world.now + 365 * limits::kDayMs).ms));
    return fr()->PublishOfficerKey(by, request, world.now).status();
  }
  void Publish(const std::string& officer, const std::string& role, const crypto::SigningKey& key) {
    const absl::Status status = TryPublish("admin", officer, role, key);
    EXPECT_TRUE(status.ok()) << status;
  }

  v1::Draft Draft(std::vector<std::string> recipients = {"BR.fiu"}) const {
    v1::Draft draft = world.Lead(std::move(recipients));
    draft.mutable_sections()->RemoveLast();  // where a victim lives
    draft.add_obtained_from("DE");
    v1::DraftOverride& asked = *draft.mutable_override();
    asked.add_rules("FR-OUT-910");
    asked.set_ground(v1::OVERRIDE_GROUND_LIFE);
    asked.set_reason("A woman is held there, and Germany does not answer at night");
    return draft;
  }
  // Why the desk does not take it, after a change.
  std::string After(const std::function<void(v1::Draft&)>& change) {
    v1::Draft draft = Draft();
    change(draft);
    const auto sent = fr()->Preview("author", draft, world.now);
    if (sent.ok()) return "ok";
    const auto refusal = RefusalOf(sent.status());
    return refusal ? ReasonText(*refusal) : sent.status().ToString();
  }
  std::string Send() { return world.Send("FR.fiu", Draft()); }

  absl::StatusOr<v1::ShowOverrideResponse> ShowAt(std::string_view agency, std::string_view officer,
                                                  const std::string& id) {
    v1::ShowOverrideRequest request;
    request.set_record_id(id);
    request.set_justification("looking at it");
    return world.node(agency)->ShowOverride(officer, request, world.now);
  }
  absl::Status Sign(std::string_view officer, const std::string& id,
                    const crypto::SigningKey& key) {
    const auto shown = ShowAt("FR.fiu", officer, id);
    if (!shown.ok()) return shown.status();
    const std::vector<record::StatementSigner> signers = {{key, crypto::KeyUse::kOfficer}};
    v1::SignOverrideRequest request;
    request.set_record_id(id);
    *request.mutable_signature() =
        record::SignStatement("override", world.federation.name(), shown->body(), signers)
            .signatures(0);
    request.set_justification("I answer for it");
    return fr()->SignOverride(officer, request, world.now).status();
  }
  absl::Status Release(const std::string& id) {
    v1::ListHeldRequest list;
    list.set_justification("daily look");
    const auto held = fr()->ListHeld("second", list, world.now);
    EXPECT_TRUE(held.ok()) << held.status();
    v1::JudgeHeldRequest request;
    request.set_record_id(id);
    request.set_release(true);
    request.set_justification("looked at it");
    for (const v1::HeldRecord& one : held->records()) {
      if (one.record_id() == id) request.set_seen(one.seen());
    }
    return fr()->JudgeHeld("second", request, world.now).status();
  }
  void SignBoth(const std::string& id) {
    EXPECT_TRUE(Sign("author", id, keys.author).ok());
    EXPECT_TRUE(Sign("second", id, keys.releaser).ok());
  }
  // On its way, with all that it needs.
  std::string SendAll() {
    const std::string id = Send();
    SignBoth(id);
    const absl::Status released = Release(id);
    EXPECT_TRUE(released.ok()) << released;
    return id;
  }
  std::vector<v1::OverrideSummary> List(std::string_view agency) {
    const auto list = world.node(agency)->ListOverrides("protector", {}, world.now);
    EXPECT_TRUE(list.ok()) << list.status();
    return {list->overrides().begin(), list->overrides().end()};
  }
  absl::Status Review(std::string_view agency, std::string_view officer, const std::string& id) {
    v1::ReviewOverrideRequest request;
    request.set_record_id(id);
    request.set_finding(v1::OVERRIDE_FINDING_JUSTIFIED);
    request.set_text("the danger was real");
    return world.node(agency)->ReviewOverride(officer, request, world.now).status();
  }
  std::string ReasonOf(const absl::Status& status) {
    const auto refusal = RefusalOf(status);
    return status.ok() ? "ok" : refusal ? ReasonText(*refusal) : status.ToString();
  }

  AlertWorld world;
  testing::SeededRandom random{5};
  testing::OfficerKeys keys, others;
};

}  // namespace entente::node

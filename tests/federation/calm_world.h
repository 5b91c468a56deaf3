// A founded world in which nothing goes wrong by itself, for tests that break one thing in it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "tests/federation/world.h"

namespace entente::testing {

class CalmWorld : public ::testing::Test {
 protected:
  explicit CalmWorld(uint64_t seed = 1) : world_(seed) { world_.Found(); }

  NodeHost& node(std::string_view agency) { return world_.node(agency); }

  // The record id; fails the test when the desk refuses it.
  std::string Send(std::string_view origin, std::vector<std::string> recipients,
                   Pieces pieces = {Piece::kAsk, Piece::kNarrative}) {
    const Instant now = world_.scene.timeline.now();
    auto sent = world_.Send(origin, {.recipients = std::move(recipients),
                                     .pieces = std::move(pieces),
                                     .expires = now + 60 * limits::kDayMs,
                                     .deadline = now + limits::kDayMs});
    EXPECT_TRUE(sent.ok()) << sent.status();
    return sent.ok() ? sent->record_id() : "";
  }

  // Known to all who are in it when this returns.
  ModelCase& OpenCase(std::string_view owner, const std::set<std::string>& members) {
    const auto opened =
        world_.OpenCase(owner, members, world_.scene.timeline.now() + 70 * limits::kDayMs);
    EXPECT_TRUE(opened.ok()) << opened.status();
    world_.Run(limits::kMinuteMs);
    return *world_.FindCase(opened.value_or(""));
  }

  // To all who are in it.
  std::string Post(std::string_view agency, const ModelCase& in,
                   Pieces pieces = {Piece::kAccounts}) {
    const Instant expires = world_.scene.timeline.now() + 60 * limits::kDayMs;
    const auto sent = world_.Post(agency, in, {.pieces = std::move(pieces), .expires = expires});
    EXPECT_TRUE(sent.ok()) << sent.status();
    return sent.ok() ? sent->record_id() : "";
  }

  v1::RecipientState StateOf(std::string_view origin, std::string_view lead,
                             std::string_view recipient) {
    return world_.StateOf(origin, lead, recipient).state();
  }

  std::vector<std::string> Alarms(std::string_view agency) {
    std::vector<std::string> codes;
    const v1::StatusResponse status = world_.Status(agency);
    for (const v1::Alarm& alarm : status.alarms()) codes.push_back(alarm.code());
    return codes;
  }

  World world_;
};

}  // namespace entente::testing

// What the data-protection officer decides to tell a person who asks, record by record (Directive
// (EU) 2016/680 arts. 15 and 17), and what is left of a report for that person. Nothing is told
// that nobody decided to tell. Pure; safe from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "entente/v1/desk_subject.pb.h"
#include "node/state.pb.h"

namespace entente::node {

// "obstruct-inquiry": the word of a ground; empty for none.
std::string_view AccessGroundWord(v1::AccessGround ground);

// Refusals label-missing:ground, label-missing:reason (to tell what came from another State says
// what that State said), malformed, too-large:reason.
absl::Status CheckDecision(const v1::AccessDecision& decision, const v1::SubjectItem& item);
// Refusal label-missing:decision, naming the first that have none.
absl::Status CheckAllDecided(std::span<const v1::SubjectItem> items);

// Of the item, which is decided: for the log, with why in words.
state::DiaryLine DecisionLine(std::string_view officer, const v1::SubjectItem& item,
                              const v1::SearchRequest& who, Instant now);

// What the person is told of one that is told to them: art. 14 (a) to (d) and (g).
v1::SubjectItem ForSubject(const v1::SubjectItem& item);
// By ground, what the person is told is withheld: what is silent is left out.
std::vector<v1::WithheldCount> WithheldOf(std::span<const v1::SubjectItem> items);

}  // namespace entente::node

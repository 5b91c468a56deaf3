#include "node/onward.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "node/families.h"
#include "node/state.pb.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

std::string StateOf(std::string_view agency) {
  return std::string(agency.substr(0, agency.find('.')));
}

bool Meet(const google::protobuf::RepeatedPtrField<std::string>& one,
          const google::protobuf::RepeatedPtrField<std::string>& other) {
  return std::ranges::find_first_of(one, other) != one.end();
}

bool CoversAny(const v1::ConsentNote& note, const v1::Draft& draft,
               const policy::Decision& decision) {
  return std::ranges::any_of(decision.released, [&](uint32_t i) {
    const v1::DraftSection& section = draft.sections(static_cast<int>(i));
    return Meet(note.about(), section.about()) && Meet(note.data(), section.data());
  });
}

// Of a record as it came, and of what restricted it since.
std::string BoundNow(const state::ReceivedRecord& received) {
  const auto& added = received.restriction().obligations();
  const std::string since = OnwardOf({added.begin(), added.end()});
  return since == kOnwardNever || received.onward().empty() ? since : received.onward();
}

// The strictest obligation of each of these States on what is kept here of it.
absl::StatusOr<std::map<std::string, std::string>> BoundBy(const Ground& ground,
                                                           const std::set<std::string>& states,
                                                           Instant now) {
  std::map<std::string, std::string> bound;
  absl::Status status = ForEach<state::ReceivedRecord>(
      ground.db, kReceived, [&](std::string_view, const state::ReceivedRecord& received) {
        const bool over = received.purged() || received.recalled_ms() != 0 ||
                          received.purge_ms() <= static_cast<uint64_t>(now.ms);
        const std::string state = StateOf(received.origin());
        const std::string onward = BoundNow(received);
        if (over || onward.empty() || received.kind() == v1::RECORD_KIND_CONSENT ||
            !states.contains(state)) {
          return absl::OkStatus();
        }
        std::string& word = bound[state];
        if (word.empty() || onward == kOnwardNever) word = onward;
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return bound;
}

}  // namespace

std::string OnwardOf(const std::vector<std::string>& obligations) {
  for (const std::string_view word : {kOnwardNever, kOnwardWithConsent}) {
    if (std::ranges::find(obligations, word) != obligations.end()) return std::string(word);
  }
  return "";
}

absl::Status NoteOnward(const Ground& ground, const v1::Draft& draft,
                        const policy::Decision& decision, v1::RecipientPreview& preview,
                        Instant now) {
  if (!decision.releases()) return absl::OkStatus();
  std::set<std::string> states(draft.obtained_from().begin(), draft.obtained_from().end());
  for (const v1::ConsentNote& note : preview.consents()) {
    if (CoversAny(note, draft, decision)) {
      states.erase(StateOf(note.source()));
    } else {
      *preview.add_idle_consents() = note;
    }
  }
  states.erase(std::string(ground.agency.jurisdiction()));
  states.erase(StateOf(preview.recipient()));
  if (states.empty()) return absl::OkStatus();
  const auto bound = BoundBy(ground, states, now);
  if (!bound.ok()) return bound.status();
  for (const auto& [state, obligation] : *bound) {
    preview.add_onward(Text(state, " ", obligation));
    preview.add_second_person(Text("onward", ":", state));
  }
  std::ranges::sort(*preview.mutable_second_person());
  return absl::OkStatus();
}

}  // namespace entente::node

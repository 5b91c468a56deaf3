// Agencies admitted, suspended, removed: core/ledger/registry_change.h.
#include <algorithm>
#include <utility>

#include "core/base/agency.h"
#include "core/base/refusal.h"
#include "core/ledger/registry_change.h"
#include "core/ledger/signer.h"

namespace entente::ledger {
namespace {

constexpr size_t kWordBytes = 40;
constexpr size_t kNameBytes = 200;

AgencyState StateFrom(v1::AgencyStatement::State state) {
  if (state == v1::AgencyStatement::ADMITTED) return AgencyState::kAdmitted;
  if (state == v1::AgencyStatement::SUSPENDED) return AgencyState::kSuspended;
  return AgencyState::kRemoved;
}

// The form only: which words there are is the vocabulary's to say, and that has its own life.
bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= kWordBytes &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == text.npos;
}

bool IsName(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && text.size() <= kNameBytes &&
         std::none_of(text.begin(), text.end(), control);
}

absl::StatusOr<AgencyEvent> ReadEvent(const v1::AgencyStatement& body, Place place) {
  AgencyEvent event{.state = StateFrom(body.state()),
                    .from = InstantOf(body.from_ms()),
                    .until = {},
                    .log_index = place.index};
  if (body.until_ms() == 0) return event;
  if (event.state == AgencyState::kRemoved) {
    return Refuse(Reason::kMalformed, "An agency is removed without end.");
  }
  event.until = InstantOf(body.until_ms());
  return event;
}

absl::Status CheckFollows(const AgencyHistory* history, const v1::AgencyStatement& body) {
  const uint64_t last = history ? history->events.size() : 0;
  if (body.number() <= last) {
    return Refuse({Reason::kSnapshotBehind, "", "This number or a later one stands in the log.",
                   "Nothing was published. Sign it with the next number, " +
                       std::to_string(last + 1) + ", and publish that.",
                   "", std::nullopt});
  }
  if (body.number() != last + 1) {
    return Refuse(Reason::kMalformed,
                  "Statements about an agency are numbered without holes: the "
                  "next is " +
                      std::to_string(last + 1) + ".");
  }
  if (history && history->kind != body.kind()) {
    return Refuse(Reason::kMalformed, "An agency keeps the kind of its first statement.");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Change> JudgeAgency(const State& state, Place place, std::string_view bytes) {
  auto signed_body = ReadSigned<v1::AgencyStatement>(bytes);
  if (!signed_body.ok()) return signed_body.status();
  const v1::AgencyStatement& body = signed_body->body;
  const auto agency = AgencyId::Parse(body.agency());
  if (!agency.ok()) return agency.status();
  const Signer authority{std::string(agency->jurisdiction()), crypto::KeyUse::kAuthority};
  absl::Status status = VerifyOne(state, place, "agency", signed_body->statement, {&authority, 1});
  if (!status.ok()) return status;
  if (!IsWord(body.kind()) || !IsName(body.name())) {
    return Refuse(Reason::kMalformed, "An agency's kind is a word, its name a line of text.");
  }
  auto event = ReadEvent(body, place);
  if (!event.ok()) return event.status();
  status = CheckFollows(state.FindHistory(agency->text()), body);
  if (!status.ok()) return status;
  return AgencyChange{agency->text(), body.kind(), body.name(), *event};
}

}  // namespace entente::ledger

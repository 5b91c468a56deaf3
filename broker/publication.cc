#include "broker/publication.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/keys.h"
#include "core/ledger/entry.h"
#include "core/record/calendar_type.h"
#include "core/record/format.h"

namespace entente::broker {
namespace {

bool NamesText(v1::EntryKind kind) {
  return kind == v1::ENTRY_KIND_POLICY || kind == v1::ENTRY_KIND_FEDERATION_FILE;
}

// What is in force or to come stays in every member's memory. A version that is in force and valid
// at once ends those below it, so it is never refused for them.
absl::Status CheckHeld(const View& view, v1::EntryKind kind, std::string_view body,
                       std::string_view text, Instant instant) {
  ledger::Registry after = view.registry;
  after.SetText(text);
  auto status = after.Apply(view.next_index, Digest{}, kind, instant, body);
  if (!status.ok()) return status;
  const std::vector<ledger::NeededFile> needed = after.NeededFiles(instant);
  auto own = std::ranges::find(needed, view.next_index,
                               [](const ledger::NeededFile& one) { return one.file.log_index; });
  if (own == needed.end()) return absl::OkStatus();
  auto versions = std::ranges::count_if(needed, [&](const ledger::NeededFile& one) {
    return one.kind == own->kind && one.name == own->name;
  });
  if (static_cast<size_t>(versions) <= limits::kVersionsHeld) return absl::OkStatus();
  return Refuse(Reason::kQuota, "Too many versions of '" + own->name +
                                    "' are in force or to come: put one in force first that "
                                    "replaces them at once.");
}

template <typename Body>
std::string OwnerIn(const v1::SignedStatement& statement) {
  Body body;
  if (!body.ParseFromString(statement.body())) return "";
  if constexpr (std::is_same_v<Body, v1::PolicyStatement>) {
    return body.jurisdiction();
  } else {
    return body.owner();
  }
}

// A node of an earlier release stops at a kind of open entry that it does not know.
absl::Status CheckAllKnow(const View& view, v1::EntryKind kind, Instant instant) {
  if (kind != v1::ENTRY_KIND_QUORUM) return absl::OkStatus();
  for (const ledger::AgencyInfo& one : view.registry.Agencies(instant)) {
    const std::vector<uint32_t> formats = view.registry.FormatVersionsOf(one.agency);
    const bool knows =
        formats.empty() || std::ranges::find(formats, record::kCheckpointVersion) != formats.end();
    if (one.state != ledger::AgencyState::kAdmitted || knows) continue;
    return Refuse({Reason::kSnapshotBehind, "",
                   "The node of " + one.agency + " is of an earlier release, which stops at this.",
                   "Nothing was published. Publish it when that node is upgraded.", "",
                   std::nullopt});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPublication(const View& view, v1::EntryKind kind, std::string_view body,
                              std::string_view text, Instant instant) {
  if (!ledger::IsOpenKind(kind) || kind == v1::ENTRY_KIND_GENESIS) {
    return Refuse(Reason::kMalformed, "Entries of this kind are not published.");
  }
  if (!NamesText(kind) && !text.empty()) {
    return Refuse(Reason::kMalformed, "A text belongs to policies and federation files only.");
  }
  if (text.size() > limits::kFileTextBytes) {
    return Refuse(Reason::kTooLarge, "A policy or federation file has 1 MiB at most.");
  }
  auto status = view.registry.Check(view.next_index, kind, instant, body);
  if (status.ok()) status = CheckAllKnow(view, kind, instant);
  if (!status.ok() || !NamesText(kind)) return status;
  status = view.registry.CheckText(kind, body, text, instant);
  return status.ok() ? CheckHeld(view, kind, body, text, instant) : status;
}

std::string PublicationBody(const v1::PublishRequest& request) {
  return request.statement().SerializeAsString();
}

OpenAccount AccountOf(const ledger::Genesis& genesis, v1::EntryKind kind, std::string_view body) {
  v1::SignedStatement statement;
  if (!statement.ParseFromString(std::string(body)) || statement.signatures().empty()) return {};
  if (kind == v1::ENTRY_KIND_QUORUM) return {"The federation", ""};
  v1::FederationFileStatement file;
  // A calendar is its authority's doing, like an admission.
  if (kind == v1::ENTRY_KIND_FEDERATION_FILE &&
      (!file.ParseFromString(statement.body()) || record::CalendarOf(file.type()).empty())) {
    return {"The federation", ""};
  }
  if (kind == v1::ENTRY_KIND_POLICY) {
    return {"Policy of " + OwnerIn<v1::PolicyStatement>(statement), ""};
  }
  for (const auto& [jurisdiction, key] : genesis->authorities) {
    KeyId id = crypto::MakeKeyId(crypto::KeyUse::kAuthority, key);
    if (statement.signatures(0).key_id() == ToString(id)) return {"Authority " + jurisdiction, ""};
  }
  std::string owner = kind == v1::ENTRY_KIND_REVOCATION ? OwnerIn<v1::Revocation>(statement)
                                                        : OwnerIn<v1::KeyStatement>(statement);
  return {owner, "Agencies of " + owner.substr(0, owner.find('.'))};
}

absl::StatusOr<Command> MakePublication(const v1::PublishRequest& request, const View& view,
                                        Instant now, Random& random) {
  auto kind = static_cast<v1::EntryKind>(request.entry_kind());
  std::string statement = PublicationBody(request);
  Instant instant = std::max(now, view.ledger_time);
  auto status = CheckPublication(view, kind, statement, request.text(), instant);
  if (!status.ok()) return status;
  CommandBody body = NewCommandBody(view, instant, random);
  body.mutable_publication()->set_kind(kind);
  return MakeCommand(std::move(body), {std::move(statement), request.text()});
}

}  // namespace entente::broker

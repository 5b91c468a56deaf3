#include "node/desk.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/reference.h"
#include "node/compose.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"
#include "node/wanted.h"

namespace entente::node {
namespace {

constexpr size_t kAlarmsShown = 100;

absl::StatusOr<FoundRecord> OnlyOne(std::vector<FoundRecord> found, std::string_view text) {
  if (found.empty()) return absl::NotFoundError(Text("no record ", text, " at this node"));
  if (found.size() == 1) return std::move(found.front());
  std::set<std::string> origins;
  for (const FoundRecord& one : found) origins.insert(one.origin);
  return RefuseAdvising(
      Reason::kMalformed, "",
      Text("several records are called ", text, ", of ", absl::StrJoin(origins, " and ")),
      origins.size() > 1 ? Text("name the origin too: ", *origins.begin(), "/", text)
                         : "give the record id");
}

}  // namespace

bool IsBlank(std::string_view text) {
  return std::ranges::all_of(text,
                             [](unsigned char c) { return std::isspace(c) != 0 || c < 0x20; });
}

absl::Status CheckJustification(std::string_view text) {
  if (text.size() > kJustificationBytes) {
    return RefuseAdvising(
        Reason::kTooLarge, "justification",
        Text("a justification has at most ", kJustificationBytes, " bytes, and this one has ",
             text.size()),
        "say in a few words why this is needed; what is long belongs in a record");
  }
  if (!IsBlank(text)) return absl::OkStatus();
  return RefuseAdvising(Reason::kLabelMissing, "justification",
                        "the law asks why: no justification was given",
                        "say in a few words why this is needed");
}

state::DiaryLine MakeLine(std::string_view officer, std::string_view operation,
                          std::string_view record_id, std::string_view purpose,
                          std::string_view justification, Instant now) {
  state::DiaryLine line;
  line.set_instant_ms(static_cast<uint64_t>(now.ms));
  line.set_officer(std::string(officer));
  line.set_operation(std::string(operation));
  line.set_record_id(std::string(record_id));
  line.set_purpose(std::string(purpose));
  line.set_justification(std::string(justification));
  return line;
}

std::string HexOf(std::string_view record_id) { return HexEncode(AsBytes(record_id)); }

std::string ReferenceOf(std::string_view record_id) {
  const std::optional<RecordId> id = FixedBytes<16>(record_id);
  return id ? record::SpokenReference(*id) : "";
}

absl::StatusOr<FoundRecord> Desk::Find(std::string_view name, bool sent_too) const {
  absl::StatusOr<Wanted> wanted = ReadWanted(name);
  if (!wanted.ok()) return wanted.status();
  std::vector<FoundRecord> found;
  absl::Status status =
      ForEachBytes(ground_->db, kReceivedIds, "", [&](std::string_view key, std::string_view hash) {
        const std::string_view origin = key.substr(0, key.find('\0'));
        if (wanted->Is(origin, key.substr(std::min(origin.size() + 1, key.size())))) {
          found.push_back({false, std::string(hash), std::string(origin)});
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  const std::string_view prefix = wanted->id ? AsText(*wanted->id) : AsText(wanted->prefix);
  const std::string& own = ground_->agency.text();
  if (!sent_too) return OnlyOne(std::move(found), name);
  status = ForEachBytes(ground_->db, kSent, prefix, [&](std::string_view key, std::string_view) {
    if (wanted->Is(own, key)) found.push_back({true, std::string(key), own});
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return OnlyOne(std::move(found), name);
}

absl::StatusOr<std::string> Desk::FindLoggedId(std::string_view id_or_reference) const {
  absl::StatusOr<Wanted> wanted = ReadWanted(id_or_reference);
  if (!wanted.ok()) return wanted.status();
  if (wanted->id) return std::string(AsText(*wanted->id));
  std::set<std::string> ids;
  absl::Status status =
      ground_->diary.ForEach(0, ground_->diary.size(), [&](uint64_t, const state::DiaryLine& line) {
        if (wanted->Is(wanted->origin, line.record_id())) ids.insert(line.record_id());
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  std::vector<FoundRecord> found;
  for (const std::string& id : ids) found.push_back({false, id, std::string(wanted->origin)});
  absl::StatusOr<FoundRecord> only = OnlyOne(std::move(found), id_or_reference);
  if (!only.ok()) return only.status();
  return only->key;
}

// What concerns the one who asks.
absl::Status Desk::FillPerson(std::string_view officer, v1::StatusResponse& response) const {
  absl::StatusOr<bool> has = ground_->sessions.HasPassphrase(officer);
  if (!has.ok()) return has.status();
  response.set_passphrase_set(*has);
  response.set_idle_lock_ms(static_cast<uint64_t>(ground_->sessions.rule().idle_ms));
  if (ground_->officers.Check(officer, {role::kReleaser}).ok()) {
    absl::StatusOr<std::vector<state::SentRecord>> held = AllHeld();
    if (!held.ok()) return held.status();
    response.set_held_waiting(static_cast<uint64_t>(std::ranges::count_if(
        *held, [&](const state::SentRecord& sent) { return sent.officer() != officer; })));
  }
  if (!ground_->officers.Check(officer, {role::kProtection}).ok()) return absl::OkStatus();
  absl::StatusOr<std::vector<std::string>> waiting = OutsideReads(UINT64_MAX);
  if (!waiting.ok()) return waiting.status();
  response.set_outside_reads(waiting->size());
  const absl::StatusOr<std::vector<KeptOverride>> overrides = AllOverrides(ground_->db);
  if (!overrides.ok()) return overrides.status();
  response.set_overrides_to_review(static_cast<uint64_t>(std::ranges::count_if(
      *overrides, [](const KeptOverride& one) { return WaitsForReview(one.row); })));
  return absl::OkStatus();
}

absl::StatusOr<v1::StatusResponse> Desk::Status(std::string_view officer) const {
  if (absl::Status status = ground_->officers.Check(officer, {}); !status.ok()) return status;
  const Federation& federation = ground_->federation;
  v1::StatusResponse response;
  response.set_agency(ground_->agency.text());
  response.set_federation(std::string(ground_->federation_name()));
  response.set_log_origin(std::string(ground_->log_origin()));
  response.set_quorum(federation.QuorumWords());
  response.set_tree_size(federation.size());
  if (federation.witnessed().ms != 0) {
    response.set_witnessed_size(federation.acted());
    response.set_witnessed_ms(static_cast<uint64_t>(federation.witnessed().ms));
  }
  response.set_checkpoint_seen_ms(static_cast<uint64_t>(federation.seen().ms));
  absl::StatusOr<uint64_t> waiting = outbox_->Waiting();
  if (!waiting.ok()) return waiting.status();
  response.set_outbox_waiting(*waiting);
  uint64_t unread = 0;
  absl::Status status =
      ForEachBytes(ground_->db, kReceived, "", [&](std::string_view, std::string_view value) {
        // One that is damaged counts as unread: the status must say what is wrong, not fail of it.
        const auto received = ParseStored<state::ReceivedRecord>(value);
        const bool read =
            received.ok() && (!received->refusal().empty() || received->purged() ||
                              received->restriction().processing() || received->read());
        if (!read) ++unread;
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  response.set_inbox_unread(unread);
  if (status = FillPerson(officer, response); !status.ok()) return status;
  std::vector<v1::Alarm> alarms = ground_->alarms.All();
  response.set_alarms_left_out(alarms.size() - std::min(alarms.size(), kAlarmsShown));
  alarms.resize(std::min(alarms.size(), kAlarmsShown));
  for (v1::Alarm& alarm : alarms) *response.add_alarms() = std::move(alarm);
  return response;
}

absl::StatusOr<v1::KeysResponse> Desk::Keys(std::string_view officer, Instant now) const {
  if (absl::Status status = ground_->officers.Check(officer, {}); !status.ok()) return status;
  absl::StatusOr<std::vector<v1::KeyInfo>> keys =
      ground_->keyring.List(ground_->federation.registry(), now);
  if (!keys.ok()) return keys.status();
  v1::KeysResponse response;
  for (v1::KeyInfo& key : *keys) *response.add_keys() = std::move(key);
  return response;
}

absl::StatusOr<v1::ListAgenciesResponse> Desk::ListAgencies(std::string_view officer,
                                                            Instant now) const {
  if (absl::Status status = ground_->officers.Check(officer, {}); !status.ok()) return status;
  const ledger::Registry& registry = ground_->federation.registry();
  v1::ListAgenciesResponse response;
  for (const ledger::AgencyInfo& agency : registry.Agencies(now)) {
    v1::AgencyInfo& info = *response.add_agencies();
    info.set_agency(agency.agency);
    info.set_kind(agency.kind);
    info.set_name(agency.name);
    info.set_state(std::string(ledger::AgencyStateWord(agency.state)));
    info.set_has_delivery_key(
        DeliveryKey(*ground_, agency.agency, record::kFormatVersion, now).ok());
    const auto policy =
        registry.PolicyInForce(agency.agency.substr(0, agency.agency.find('.')), now);
    if (policy) info.set_policy_version(policy->version);
  }
  return response;
}

}  // namespace entente::node

#include "cli/render_standing.h"

#include "cli/text.h"

namespace entente::cli {

namespace {

std::string QuorumText(Language language, const v1::StatusResponse& status) {
  if (status.quorum() == "none") return Say(language, "status.quorum-none");
  if (status.witnessed_ms() == 0) return Say(language, "status.quorum-never", {status.quorum()});
  return Say(language, "status.quorum",
             {status.quorum(), std::to_string(status.witnessed_size()),
              InstantText(status.witnessed_ms())});
}

}  // namespace

std::string RenderStatus(Language language, const v1::StatusResponse& status) {
  std::string out =
      Say(language, "status.head",
          {status.agency(), status.federation(), status.log_origin(),
           std::to_string(status.tree_size()), InstantText(status.checkpoint_seen_ms())}) +
      "\n";
  out += QuorumText(language, status) + "\n";
  out += status.broker_connected()
             ? Say(language, "status.connected") + "\n"
             : Say(language, "status.not-connected", {status.broker_error()}) + "\n";
  out += Say(language, "status.counts",
             {std::to_string(status.outbox_waiting()), std::to_string(status.inbox_unread())}) +
         "\n";
  if (status.outside_reads() > 0) {
    out += Say(language, "outside.waiting", {std::to_string(status.outside_reads())}) + "\n";
  }
  if (status.overrides_to_review() > 0) {
    out +=
        Say(language, "override.to-review", {std::to_string(status.overrides_to_review())}) + "\n";
  }
  if (status.held_waiting() > 0) {
    out += Say(language, "held.waiting", {std::to_string(status.held_waiting())}) + "\n";
  }
  if (!status.passphrase_set()) out += Say(language, "session.none") + "\n";
  for (const auto& alarm : status.alarms()) {
    out += Say(language, "status.alarm",
               {alarm.code(), InstantText(alarm.since_ms()),
                AlarmWords(language, alarm.code(), alarm.text())});
    if (alarm.count() > 1) {
      out += " " + Say(language, "status.alarm-count", {std::to_string(alarm.count())});
    }
    out += "\n";
  }
  if (status.alarms_left_out() > 0) {
    out +=
        Say(language, "status.alarms-left-out", {std::to_string(status.alarms_left_out())}) + "\n";
  }
  return out;
}

std::string RenderKeys(Language language, const v1::KeysResponse& response) {
  std::vector<Row> rows = {Heads(language, {"use", "state", "from", "until", "key"})};
  for (const auto& key : response.keys()) {
    rows.push_back({Word(language, "use", key.use()), Word(language, "key", key.state()),
                    InstantText(key.from_ms()), InstantText(key.until_ms()), key.key_id()});
  }
  return Table(rows);
}

std::string RenderAgencies(Language language, const v1::ListAgenciesResponse& response) {
  std::vector<Row> rows = {Heads(language, {"agency", "kind", "state", "ready", "policy", "name"})};
  for (const auto& agency : response.agencies()) {
    rows.push_back({agency.agency(), agency.kind(), Word(language, "agency", agency.state()),
                    YesNo(language, agency.has_delivery_key()),
                    std::to_string(agency.policy_version()), agency.name()});
  }
  return Table(rows);
}

}  // namespace entente::cli

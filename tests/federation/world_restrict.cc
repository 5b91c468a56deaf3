// What a simulated agency restricts of what it sent, and what its recipients keep of it (world.h).
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "tests/federation/world.h"

namespace entente::testing {

absl::Status World::Restrict(const std::string& id, v1::RestrictionGround ground) {
  v1::RestrictRequest request;
  request.set_record_id(id);
  request.set_ground(ground);
  request.set_processing(ground == v1::RESTRICTION_GROUND_CONTESTED);
  if (ground == v1::RESTRICTION_GROUND_LAW) request.add_obligations("onward:never");
  request.set_justification("as it was asked for");
  const std::string origin = FindRecord(id)->origin;
  NodeHost& host = node(origin);
  const auto told = host.Desk<v1::RestrictResponse>("restrict", [&](node::Engine& engine) {
    return engine.Restrict(kOfficer, request, host.Now());
  });
  scene.trace.Add(origin, "restricts " + id + " (" + v1::RestrictionGround_Name(ground) +
                              "): " + told.status().ToString());
  NoteRestriction(id, ground, told.status());
  if (told.ok()) link(origin).Wake(limits::kSecondMs);
  return told.status();
}

// With a post go the copies of it; one that has not left does not leave.
void World::NoteRestriction(const std::string& id, v1::RestrictionGround ground,
                            const absl::Status& status) {
  const bool maybe = absl::IsInternal(status) || IsRefusal(status, Reason::kDiskFull);
  for (ModelRecord& record : records) {
    if (record.id != id && record.copy_of != id) continue;
    if (maybe) record.restrict_unsure = true;
    if (!status.ok()) continue;
    if (ground == v1::RESTRICTION_GROUND_CONTESTED) record.restricted = true;
    if (ground == v1::RESTRICTION_GROUND_LIFTED) record.restricted = false;
    if (ground == v1::RESTRICTION_GROUND_LAW) record.obliged = true;
    if (record.id == id || logged.contains(record.id)) continue;
    record.restrict_unsure = record.recall_unsure = true;
  }
}

std::vector<v1::InboxItem> World::Kept(std::string_view agency) {
  v1::InboxRequest request;
  request.set_restricted(true);
  auto kept = node(agency).Desk<v1::InboxResponse>("kept", [&](node::Engine& engine) {
    return engine.Inbox(kOfficer, request, node(agency).Now());
  });
  if (!kept.ok() && node(agency).up()) {
    scene.Wrong(std::string(agency), "kept: " + kept.status().ToString());
  }
  if (!kept.ok()) return {};
  return {kept->items().begin(), kept->items().end()};
}

std::map<std::string, std::vector<v1::Restriction>> World::Restricted(std::string_view agency) {
  v1::ListRequest request;
  request.set_restricted_only(true);
  auto list = node(agency).Desk<v1::ListResponse>("restricted", [&](node::Engine& engine) {
    return engine.ListRecords(kOfficer, request, node(agency).Now());
  });
  std::map<std::string, std::vector<v1::Restriction>> restricted;
  if (!list.ok()) scene.Wrong(std::string(agency), "restricted: " + list.status().ToString());
  if (!list.ok()) return restricted;
  for (const v1::RecordSummary& one : list->records()) {
    restricted[one.record_id()] = {one.restrictions().begin(), one.restrictions().end()};
  }
  return restricted;
}

}  // namespace entente::testing

// What must be true of what is restricted in a simulated world (invariants.h).
#include <algorithm>

#include "core/base/limits.h"
#include "tests/federation/invariants.h"

namespace entente::testing {
namespace {

constexpr int64_t kSlackMs = 2 * limits::kHourMs;

bool Has(const std::vector<v1::InboxItem>& items, const std::string& id) {
  return std::ranges::find(items, id, &v1::InboxItem::record_id) != items.end();
}

bool HasIt(const v1::RecipientStatus& status) {
  return status.state() == v1::RECIPIENT_STATE_DELIVERED ||
         status.state() == v1::RECIPIENT_STATE_TAKEN ||
         status.state() == v1::RECIPIENT_STATE_DECLINED;
}

bool IsSure(const World& world, const ModelRecord& record) {
  return !record.restrict_unsure && !record.recalled && !record.recall_unsure &&
         record.expires >= world.scene.timeline.now() + kSlackMs;
}

class Restrictions {
 public:
  explicit Restrictions(World& world) : world_(world) {
    for (const std::string& agency : kAgencies) {
      sent_[agency] = world.Sent(agency);
      told_[agency] = world.Restricted(agency);
      inboxes_[agency] = world.Inbox(agency);
      kept_[agency] = world.Kept(agency);
    }
  }

  void Check() {
    // Shown while it is gone through.
    const std::vector<ModelRecord> records = world_.records;
    for (const ModelRecord& record : records) {
      if (!IsSure(world_, record)) continue;
      for (const v1::RecipientStatus& status : sent_[record.origin][record.id]) {
        if (HasIt(status)) CheckOne(record, status.recipient());
      }
    }
  }

 private:
  void Wrong(const ModelRecord& record, const std::string& what) {
    world_.scene.Wrong("record " + std::to_string(record.number), what);
  }

  // Where it stands, what its origin knows, and what nobody can do with it.
  void CheckOne(const ModelRecord& record, const std::string& agency) {
    if (Has(inboxes_[agency], record.id) == record.restricted ||
        Has(kept_[agency], record.id) != record.restricted) {
      Wrong(record, std::string(record.restricted ? "is restricted and in use at "
                                                  : "is in use and restricted at ") +
                        agency);
    }
    const auto& told = told_[record.origin][record.id];
    const auto restriction = std::ranges::find(told, agency, &v1::Restriction::recipient);
    const bool any = restriction != told.end();
    if ((record.restricted || record.obliged) && !any)
      Wrong(record, "was not restricted at " + agency);
    if (any && restriction->processing() != record.restricted) {
      Wrong(record, "is otherwise restricted at " + agency + " than its origin thinks");
    }
    if (any && restriction->confirmed_ms() == 0) Wrong(record, agency + " has not confirmed");
    if (record.obliged) CheckObliged(record, agency);
    if (record.restricted && record.kind == v1::RECORD_KIND_LEAD &&
        world_.Answer(agency, record.id, true, "").ok()) {
      Wrong(record, "is restricted, and was answered by " + agency);
    }
  }

  void CheckObliged(const ModelRecord& record, const std::string& agency) {
    const auto shown = world_.Show(agency, record.id);
    const bool obliged = shown.ok() && std::ranges::find(shown->obligations(), "onward:never") !=
                                           shown->obligations().end();
    if (!obliged) Wrong(record, "has lost an obligation at " + agency);
  }

  World& world_;
  std::map<std::string, std::map<std::string, std::vector<v1::RecipientStatus>>> sent_;
  std::map<std::string, std::map<std::string, std::vector<v1::Restriction>>> told_;
  std::map<std::string, std::vector<v1::InboxItem>> inboxes_, kept_;
};

}  // namespace

void CheckRestrictions(World& world) { Restrictions(world).Check(); }

}  // namespace entente::testing

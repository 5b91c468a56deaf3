#include "tests/federation/invariants.h"

#include <algorithm>
#include <array>
#include <utility>

#include "broker/fsck.h"
#include "core/audit/merkle.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/follower.h"
#include "node/alarms.h"
#include "node/families.h"
#include "node/key_store.h"
#include "node/pairs.h"
#include "node/state.pb.h"
#include "node/table.h"
#include "node/vault.h"

namespace entente::testing {
namespace {

// How far a wrong clock may have moved what depends on the hour.
constexpr int64_t kSlackMs = 2 * limits::kHourMs;

// ---- the log

void CheckBroker(World& world) {
  const auto report = broker::Fsck(world.broker.store, world.federation.genesis().text());
  if (!report.ok()) return world.scene.Wrong("fsck", report.status().ToString());
  for (const audit::FsckFinding& finding : report->findings) {
    world.scene.Wrong("fsck", finding.place + " " + finding.key + ": " + finding.what);
  }
}

std::vector<std::string> AllEntries(World& world) {
  std::vector<std::string> all;
  while (true) {
    const auto some = world.broker.engine().Entries(all.size(), 1000);
    if (!some.ok() || some->entries().empty()) return all;
    all.insert(all.end(), some->entries().begin(), some->entries().end());
  }
}

void CheckPromises(World& world, const std::vector<std::string>& entries) {
  for (const auto& [index, entry] : world.promised) {
    if (index < entries.size() && entries[index] == entry) continue;
    world.scene.Wrong("log", "entry " + std::to_string(index) + " is not what was acknowledged");
  }
}

// The log as a node has followed it, from what stands on its disk.
absl::StatusOr<ledger::Follower> FollowedBy(World& world, const std::string& agency) {
  const store::MemoryStore& store = world.node(agency).store;
  const auto saved = store.Get(node::kFollowed, "state");
  if (!saved.ok()) return saved.status();
  std::vector<ledger::OpenEntry> open;
  const auto rows = store.Iterate(node::kFollowed, "e");
  if (!rows.ok()) return rows.status();
  for ((*rows)->SeekToFirst(); (*rows)->Valid(); (*rows)->Next()) {
    open.push_back({node::U64FromKey((*rows)->key().substr(1)), std::string((*rows)->value())});
  }
  return ledger::Follower::Restore(world.federation.genesis(), saved->value_or(""), open);
}

void CheckView(World& world, const std::string& agency, const std::vector<std::string>& entries) {
  const auto view = FollowedBy(world, agency);
  if (!view.ok()) return world.scene.Wrong(agency, "view: " + view.status().ToString());
  std::vector<Digest> leaves;
  for (size_t i = 0; i < entries.size() && i < view->size(); ++i) {
    leaves.push_back(audit::LeafHash(entries[i]));
  }
  if (view->size() != world.Status(agency).tree_size() ||
      audit::RootOfLeaves(leaves) != view->root()) {
    world.scene.Wrong(agency, "sees another log than the broker's");
  }
}

// ---- alarms

// Something to or from this agency may have expired on its way before all was well again.
bool MayHaveExpired(const World& world, const std::string& agency) {
  const Instant by = world.healed + kSlackMs;
  return (world.unsure_expiry && *world.unsure_expiry <= by) ||
         std::ranges::any_of(world.records, [&](const ModelRecord& lead) {
           const bool party = lead.origin == agency ||
                              std::ranges::find(lead.recipients, agency) != lead.recipients.end();
           return party && lead.expires <= by;
         });
}

// The owner of a case changed who is in it while this agency, or to this agency, was posted.
bool MayHavePostedLate(const World& world, const std::string& agency) {
  return std::ranges::any_of(world.cases, [&](const ModelCase& in) {
    return (in.declared.size() > 1 || in.unsure) &&
           std::ranges::any_of(in.declared,
                               [&](const ModelMembership& one) { return in.Names(one, agency); });
  });
}

// Whether an honest world has a cause for it: a clock that was wrong, or what expired on its way.
bool HasCause(const World& world, const std::string& agency, const v1::Alarm& alarm) {
  if (alarm.code() == node::alarm::kNotAcknowledged ||
      alarm.code() == node::alarm::kExpiredOnTheWay) {
    return MayHaveExpired(world, agency);
  }
  if (alarm.code() == node::alarm::kOldStands) {
    return std::ranges::any_of(world.records, [&](const ModelRecord& record) {
      return record.origin == agency && !record.in_place_of.empty();
    });
  }
  if (alarm.code() == node::alarm::kAnswerNotDelivered) {
    return world.clocks_wrong.ms != 0 || MayHaveExpired(world, agency);
  }
  if (alarm.code() == node::alarm::kSubmissionRefused && MayHavePostedLate(world, agency) &&
      (alarm.text().find(": membership-behind (") != std::string::npos ||
       alarm.text().find(": wrong-agency (") != std::string::npos)) {
    return true;
  }
  static constexpr std::array kOfClocks = {
      node::alarm::kClockDiffers, node::alarm::kSubmissionRefused, node::alarm::kRecordRefused};
  if (world.clocks_wrong.ms != 0) {
    return std::ranges::find(kOfClocks, alarm.code()) != kOfClocks.end();
  }
  return (alarm.code() == node::alarm::kRecordRefused && alarm.text().ends_with(": expired")) ||
         (alarm.code() == node::alarm::kSubmissionRefused &&
          alarm.text().find(": expired (") != std::string::npos);
}

void CheckAlarms(World& world, const std::string& agency) {
  const v1::StatusResponse status = world.Status(agency);
  for (const v1::Alarm& alarm : status.alarms()) {
    if (HasCause(world, agency, alarm)) continue;
    world.scene.Wrong(agency, "alarm " + alarm.code() + ": " + alarm.text());
  }
}

// ---- pairs

// Every number that was given to a recipient came there, or was closed.
void CheckPairs(World& world, const std::string& origin) {
  const auto pairs = node::AllPairsOut(world.node(origin).store);
  if (!pairs.ok()) return world.scene.Wrong(origin, "pairs: " + pairs.status().ToString());
  for (const auto& [recipient, given] : *pairs) {
    node::PairsIn seen(world.node(recipient).store);
    for (const v1::Lane lane : {v1::LANE_URGENT, v1::LANE_BULK}) {
      const uint64_t last = lane == v1::LANE_URGENT ? given.urgent_seq() : given.bulk_seq();
      for (uint64_t number = 1; number <= last; ++number) {
        const auto there = seen.Seen(origin, lane, number);
        if (there.ok() && *there) continue;
        world.scene.Wrong(recipient, "lacks number " + std::to_string(number) + " of " +
                                         v1::Lane_Name(lane) + " from " + origin);
      }
    }
  }
}

// ---- receipts and readings

void CheckReceipts(World& world, const std::string& agency) {
  const auto& receipts = world.node(agency).receipts;
  for (const auto& [name, bundle] : receipts) {
    const auto facts = ledger::VerifyReceiptBundle(world.federation.genesis(), bundle);
    if (!facts.ok())
      world.scene.Wrong(agency, "receipt " + name + ": " + facts.status().ToString());
  }
  for (const v1::InboxItem& item : world.Inbox(agency)) {
    if (!receipts.contains(item.record_id())) {
      world.scene.Wrong(agency, "no receipt for " + item.record_id());
    }
  }
  for (const ModelRecord& record : world.records) {
    if (record.origin == agency && world.logged.contains(record.id) &&
        !receipts.contains(record.id)) {
      world.scene.Wrong(agency, "no receipt for its own " + record.id);
    }
  }
}

void CheckConsultations(World& world, const std::string& agency) {
  v1::ConsultationsRequest request;
  request.set_justification("audit");
  NodeHost& host = world.node(agency);
  const auto log = host.engine().Consultations(kOfficer, request, host.Now());
  if (!log.ok()) return world.scene.Wrong(agency, "consultations: " + log.status().ToString());
  std::map<std::string, uint64_t> logged;
  for (const v1::Consultation& line : log->consultations()) {
    if (line.operation() == "consultation") ++logged[agency + " " + line.record_id()];
  }
  for (const auto& [key, times] : world.shown) {
    if (key.rfind(agency, 0) == 0 && logged[key] < times) {
      world.scene.Wrong(agency, "a reading is not in its log: " + key);
    }
  }
}

// Readable text of a lead has no place in any store.
void CheckAtRest(World& world, const std::string& who, const store::MemoryStore& store) {
  for (const store::Family family : store.families()) {
    const auto rows = store.Iterate(family, "");
    if (!rows.ok()) return world.scene.Wrong(who, rows.status().ToString());
    for ((*rows)->SeekToFirst(); (*rows)->Valid(); (*rows)->Next()) {
      if ((*rows)->value().find("secret-") == std::string_view::npos) continue;
      world.scene.Wrong(who, "readable content in " + std::string(family.name()));
    }
  }
}

// ---- records

bool MayBeRefusedForItsDate(const World& world, const ModelRecord& record) {
  return world.clocks_wrong >= record.sent;
}

bool IsFutureDated(const v1::RecipientStatus& status) {
  return status.state() == v1::RECIPIENT_STATE_REFUSED && status.reason() == "future-dated";
}

v1::RecipientState ExpectedState(const ModelRecord& record, const std::string& recipient) {
  if (!Bound(record.origin, recipient)) return v1::RECIPIENT_STATE_NOT_SENT;
  if (Permitted(record, recipient).empty()) {
    // What its origin keeps back whole does not leave.
    return record.kind == v1::RECORD_KIND_LEAD ? v1::RECIPIENT_STATE_REFUSED
                                               : v1::RECIPIENT_STATE_NOT_SENT;
  }
  const auto answer = record.answers.find(recipient);
  if (answer == record.answers.end()) return v1::RECIPIENT_STATE_DELIVERED;
  return answer->second ? v1::RECIPIENT_STATE_TAKEN : v1::RECIPIENT_STATE_DECLINED;
}

bool IsAnswered(v1::RecipientState state) {
  return state == v1::RECIPIENT_STATE_TAKEN || state == v1::RECIPIENT_STATE_DECLINED;
}

// A broker's refusal, where the order of the log is fixed, of a post whose poster or recipient the
// owner removed meanwhile; or what the poster's node kept back when it had heard.
bool MembershipChanged(World& world, const ModelRecord& post, const v1::RecipientStatus& status) {
  const ModelCase* const in = world.FindCase(post.case_id);
  if (in == nullptr || (in->declared.size() < 2 && !in->unsure)) return false;
  static constexpr std::array kReasons = {"membership-behind", "wrong-agency:removed",
                                          "wrong-agency:case", "not-authorised"};
  return (status.state() == v1::RECIPIENT_STATE_REFUSED ||
          status.state() == v1::RECIPIENT_STATE_NOT_SENT) &&
         std::ranges::find(kReasons, status.reason()) != kReasons.end();
}

class Records {
 public:
  explicit Records(World& world) : world_(world) {
    for (const std::string& agency : kAgencies) {
      inboxes_[agency] = world.Inbox(agency);
      for (v1::InboxItem& kept : world.Kept(agency)) inboxes_[agency].push_back(std::move(kept));
      sent_.merge(world.Sent(agency));
    }
  }

  void Check() {
    for (const ModelRecord& record : world_.records) {
      const auto found = sent_.find(record.id);
      if (found == sent_.end()) {
        Wrong(record, "is lost at its origin");
        continue;
      }
      CheckCopies(record);
      if (record.expires < world_.scene.timeline.now() + kSlackMs) continue;
      if (record.recall_unsure && !record.recalled) continue;
      for (const v1::RecipientStatus& status : found->second) {
        if (record.recalled) {
          CheckRecalled(record, world_.logged.contains(record.id), status);
        } else {
          CheckOne(record, status);
        }
      }
    }
    for (const std::string& agency : kAgencies) CheckContents(agency);
  }

 private:
  void Wrong(const ModelRecord& record, const std::string& what) {
    world_.scene.Wrong("record " + std::to_string(record.number), what);
  }
  size_t Copies(const std::string& agency, const std::string& id) const {
    return static_cast<size_t>(
        std::ranges::count(inboxes_.at(agency), id, &v1::InboxItem::record_id));
  }

  // Nowhere twice, and nowhere that it must not be.
  void CheckCopies(const ModelRecord& record) {
    for (const std::string& agency : kAgencies) {
      const bool permitted =
          !record.recalled &&
          std::ranges::find(record.recipients, agency) != record.recipients.end() &&
          !Permitted(record, agency).empty();
      if (Copies(agency, record.id) > (permitted ? 1u : 0u)) {
        Wrong(record,
              "stands " + std::to_string(Copies(agency, record.id)) + " times at " + agency);
      }
    }
  }

  // Whoever may have had it has said that it is erased.
  void CheckRecalled(const ModelRecord& record, bool left, const v1::RecipientStatus& status) {
    const bool nothing = Permitted(record, status.recipient()).empty();
    const bool kept_back = status.state() == v1::RECIPIENT_STATE_REFUSED ||
                           status.state() == v1::RECIPIENT_STATE_NOT_SENT;
    const bool stayed = status.state() == v1::RECIPIENT_STATE_RECALLED && !left;
    const bool excused = (IsFutureDated(status) && MayBeRefusedForItsDate(world_, record)) ||
                         MembershipChanged(world_, record, status) || (nothing && kept_back);
    if (status.state() == v1::RECIPIENT_STATE_ERASED || stayed || excused) return;
    Wrong(record, "was recalled, and is " + v1::RecipientState_Name(status.state()) + " for " +
                      status.recipient());
  }

  void CheckOne(const ModelRecord& record, const v1::RecipientStatus& status) {
    const std::string& recipient = status.recipient();
    const v1::RecipientState expected = ExpectedState(record, recipient);
    if ((IsFutureDated(status) && MayBeRefusedForItsDate(world_, record)) ||
        MembershipChanged(world_, record, status)) {
      if (Copies(recipient, record.id) != 0)
        Wrong(record, "was refused, and stands at " + recipient);
      return;
    }
    const bool answered = record.answers.contains(recipient);
    const bool answer_late = answered && status.state() == v1::RECIPIENT_STATE_DELIVERED &&
                             MayBeRefusedForItsDate(world_, record);
    const bool unsure = record.unsure.contains(recipient) && IsAnswered(status.state());
    if (status.state() != expected && !answer_late && !unsure) {
      Wrong(record, "is " + v1::RecipientState_Name(status.state()) + " (" + status.reason() +
                        ") for " + recipient + ", not " + v1::RecipientState_Name(expected));
    }
    const Pieces permitted = Permitted(record, recipient);
    if (!permitted.empty() && Copies(recipient, record.id) != 1) {
      Wrong(record,
            "stands " + std::to_string(Copies(recipient, record.id)) + " times at " + recipient);
    }
    if (answered && !answer_late) CheckAnswer(record, recipient);
  }

  void CheckAnswer(const ModelRecord& record, const std::string& recipient) {
    const auto copies =
        std::ranges::count_if(inboxes_.at(record.origin), [&](const v1::InboxItem& item) {
          return item.kind() == v1::RECORD_KIND_ANSWER && item.in_reply_to() == record.id &&
                 item.origin() == recipient;
        });
    if (copies != 1) {
      Wrong(record, "has " + std::to_string(copies) + " answers from " + recipient);
    }
  }

  // What opens is what was permitted, neither less nor more.
  void CheckContents(const std::string& agency) {
    for (const v1::InboxItem& item : inboxes_.at(agency)) {
      const auto shown = world_.Show(agency, item.record_id());
      if (!shown.ok()) {
        world_.scene.Wrong(agency, "does not open: " + shown.status().ToString());
        continue;
      }
      if (item.kind() != v1::RECORD_KIND_LEAD && item.kind() != v1::RECORD_KIND_CASE_ITEM) {
        continue;
      }
      const ModelRecord* record = world_.FindRecord(item.record_id());
      // Accepted by a desk that died before it could say so.
      if (record == nullptr) continue;
      Pieces pieces;
      for (const v1::ShownSection& section : shown->sections()) {
        const auto [number, piece] = ReadSecret(section.content());
        if (number != record->number) Wrong(*record, "shows another record's content at " + agency);
        pieces.insert(piece);
      }
      if (pieces != Permitted(*record, agency)) {
        Wrong(*record, "shows other sections than it may at " + agency);
      }
      if (pieces.size() + item.sections_withheld() != record->pieces.size()) {
        Wrong(*record, "does not say what was withheld at " + agency);
      }
    }
  }

  World& world_;
  std::map<std::string, std::vector<v1::InboxItem>> inboxes_;
  std::map<std::string, std::vector<v1::RecipientStatus>> sent_;  // by record id
};

// ---- keys

// The names of the contents that this agency sent or received, of all or of what was recalled.
absl::StatusOr<std::vector<std::string>> ContentsOf(World& world, const std::string& agency,
                                                    bool all) {
  const store::MemoryStore& store = world.node(agency).store;
  const auto wanted = [&](std::string_view record_id) {
    const ModelRecord* record = world.FindRecord(HexEncode(AsBytes(record_id)));
    return all || (record != nullptr && record->recalled);
  };
  std::vector<std::string> names = FileSecretsOf(world, agency, all);
  absl::Status status = node::ForEachBytes(store, node::kSent, "", [&](auto key, auto) {
    if (wanted(key)) names.emplace_back(key);
    return absl::OkStatus();
  });
  status.Update(node::ForEach<node::state::ReceivedRecord>(
      store, node::kReceived, [&](auto key, const node::state::ReceivedRecord& received) {
        if (wanted(received.record_id())) names.emplace_back(key);
        return absl::OkStatus();
      }));
  if (!status.ok()) return status;
  return names;
}

// A copy of the disk made before would open with a key that is still there.
void CheckNoKeysLeft(World& world, const std::string& agency, bool all) {
  NodeHost& host = world.node(agency);
  node::MemoryFile slots = host.slots;
  node::MemoryFile store_key = host.store_key;
  auto keys = node::KeyStore::Open(slots, store_key, world.scene.random, host.Now());
  if (!keys.ok()) return world.scene.Wrong(agency, "keys: " + keys.status().ToString());
  const auto names = ContentsOf(world, agency, all);
  if (!names.ok()) return world.scene.Wrong(agency, names.status().ToString());
  store::MemoryStore before(node::Engine::Families());
  store::WriteBatch batch;
  for (const std::string& name : *names) {
    const auto content = host.store.Get(node::kVault, name);
    if (!content.ok() || *content) world.scene.Wrong(agency, "holds content that it erased");
    batch.Put(node::kVault, name, "sealed");
  }
  const absl::Status put = before.Write(batch, store::Sync::kNo);
  const auto lost = node::Vault(before, *keys, world.scene.random).Lost();
  if (!put.ok() || !lost.ok()) return world.scene.Wrong(agency, "keys cannot be counted");
  if (*lost != names->size()) world.scene.Wrong(agency, "holds the key of what it erased");
}

}  // namespace

void CheckConverged(World& world) {
  world.NoteReplaced();
  Records(world).Check();
  CheckCases(world);
  CheckRestrictions(world);
  CheckFiles(world);
  CheckBroker(world);
  CheckAtRest(world, "broker", world.broker.store);
  const std::vector<std::string> entries = AllEntries(world);
  CheckPromises(world, entries);
  for (const std::string& agency : kAgencies) {
    CheckView(world, agency, entries);
    CheckAlarms(world, agency);
    CheckPairs(world, agency);
    CheckReceipts(world, agency);
    CheckConsultations(world, agency);
    CheckNoKeysLeft(world, agency, false);
    CheckAtRest(world, agency, world.node(agency).store);
  }
}

void CheckErased(World& world) {
  world.broker.files.ForEach([&](const broker::OwnedFile& file, const std::string&) {
    world.scene.Wrong("broker", "a file of " + file.origin + " is left");
  });
  for (const std::string& agency : kAgencies) {
    if (!world.Inbox(agency).empty() || !world.Kept(agency).empty())
      world.scene.Wrong(agency, "something is left in its inbox");
    const auto rows = world.node(agency).store.Iterate(node::kVault, "");
    (*rows)->SeekToFirst();
    if ((*rows)->Valid()) world.scene.Wrong(agency, "something is left in its vault");
    world.node(agency).files.ForEach([&](const std::string& name, const std::string&) {
      world.scene.Wrong(agency, "file " + name + " is left");
    });
    CheckNoKeysLeft(world, agency, true);
    for (const ModelRecord& lead : world.records) {
      if (world.Show(agency, lead.id).ok()) {
        world.scene.Wrong(agency, "opens record " + std::to_string(lead.number) + " after its end");
      }
    }
  }
}

}  // namespace entente::testing

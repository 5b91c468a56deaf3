#include "tests/federation/life.h"

#include <algorithm>

#include "core/base/limits.h"

namespace entente::testing {
namespace {

using limits::kDayMs;
using limits::kHourMs;
using limits::kMinuteMs;
using limits::kSecondMs;

}  // namespace

void Life::Live(int happenings) {
  WorsenNetwork();
  for (int i = 0; i < happenings; ++i) {
    Happen();
    world_.Run(scene_.Between(0, 20 * kSecondMs));
  }
}

void Life::Happen() {
  struct Choice {
    int weight;
    void (Life::*what)();
  };
  static constexpr Choice kChoices[] = {
      {30, &Life::Send},       {25, &Life::Answer},  {10, &Life::Read},
      {2, &Life::RenewPolicy}, {4, &Life::Recall},   {12, &Life::Restrict},
      {8, &Life::Correct},     {5, &Life::OpenCase}, {8, &Life::ChangeCase},
      {10, &Life::ShareCase},  {14, &Life::Post},    {4, &Life::CrashNode},
      {3, &Life::CrashBroker}, {5, &Life::TearNode}, {4, &Life::TearBroker},
      {4, &Life::FillDisk},    {5, &Life::CutOff},   {4, &Life::WorsenNetwork},
      {3, &Life::StepClock},   {6, &Life::PassTime}};
  int sum = 0;
  for (const Choice& choice : kChoices) sum += choice.weight;
  int64_t pick = scene_.Between(0, sum - 1);
  for (const Choice& choice : kChoices) {
    if ((pick -= choice.weight) < 0) return (this->*choice.what)();
  }
}

const std::string& Life::AnyAgency() { return kAgencies[scene_.chance.Below(kAgencies.size())]; }

// ---- work

LeadWish Life::AnyWish(v1::RecordKind kind) {
  LeadWish wish;
  wish.pieces = {kind == v1::RECORD_KIND_LEAD ? Piece::kAsk : Piece::kAccounts};
  for (const Piece piece : {Piece::kAccounts, Piece::kAsset, Piece::kNarrative, Piece::kVictim}) {
    if (scene_.Chance(400)) wish.pieces.insert(piece);
  }
  if (scene_.Chance(200)) wish.pieces.insert(Piece::kFile);
  if (scene_.Chance(80)) wish.pieces.insert(Piece::kVictimFile);
  const Instant now = scene_.timeline.now();
  const int64_t life = scene_.Chance(150) ? scene_.Between(2 * kHourMs, 2 * kDayMs)
                                          : scene_.Between(60 * kDayMs, 80 * kDayMs);
  wish.expires = now + life;
  wish.deadline = now + scene_.Between(kMinuteMs, std::min(life, kDayMs));
  wish.urgency = static_cast<v1::Urgency>(scene_.Between(1, 3));
  return wish;
}

void Life::Send() {
  const std::string& origin = scene_.Chance(500) ? kAgencies[0] : AnyAgency();
  LeadWish wish = AnyWish(v1::RECORD_KIND_LEAD);
  for (const std::string& agency : kAgencies) {
    if (agency != origin && scene_.Chance(450)) wish.recipients.push_back(agency);
  }
  if (wish.recipients.empty()) wish.recipients.push_back(kAgencies[origin == kAgencies[0] ? 1 : 0]);
  (void)world_.Send(origin, std::move(wish));
}

void Life::Answer() {
  const std::string& agency = AnyAgency();
  if (!world_.node(agency).up()) return;
  for (const v1::InboxItem& item : world_.Inbox(agency)) {
    const ModelRecord* lead = world_.FindRecord(item.record_id());
    if (lead == nullptr || item.kind() != v1::RECORD_KIND_LEAD || lead->answers.contains(agency) ||
        lead->unsure.contains(agency) || scene_.Chance(300)) {
      continue;
    }
    (void)world_.Answer(agency, lead->id, scene_.Chance(500), "because");
    return;
  }
}

void Life::Read() {
  const std::string& agency = AnyAgency();
  if (!world_.node(agency).up()) return;
  const auto items = world_.Inbox(agency);
  if (items.empty()) return;
  (void)world_.Show(agency, items[scene_.chance.Below(items.size())].record_id());
  (void)world_.Leads(agency, scene_.Chance(500));
}

void Life::RenewPolicy() { world_.RenewPolicy(AnyAgency().substr(0, 2)); }

void Life::Recall() {
  if (world_.records.empty()) return;
  ModelRecord& lead = world_.records[scene_.chance.Below(world_.records.size())];
  if (world_.node(lead.origin).up()) (void)world_.Recall(lead);
}

void Life::Restrict() {
  if (world_.records.empty()) return;
  const ModelRecord& any = world_.records[scene_.chance.Below(world_.records.size())];
  const ModelRecord& record = any.copy_of.empty() ? any : *world_.FindRecord(any.copy_of);
  if (!world_.node(record.origin).up()) return;
  const v1::RestrictionGround ground = record.restricted    ? v1::RESTRICTION_GROUND_LIFTED
                                       : scene_.Chance(300) ? v1::RESTRICTION_GROUND_LAW
                                                            : v1::RESTRICTION_GROUND_CONTESTED;
  (void)world_.Restrict(std::string(record.id), ground);
}

// The same recipients, and perhaps other content; one of three is about another than was thought.
void Life::Correct() {
  if (world_.records.empty()) return;
  const ModelRecord& any = world_.records[scene_.chance.Below(world_.records.size())];
  const ModelRecord& old = any.copy_of.empty() ? any : *world_.FindRecord(any.copy_of);
  if (old.recalled || old.recall_unsure || !world_.node(old.origin).up()) return;
  LeadWish wish = AnyWish(old.kind);
  if (old.kind == v1::RECORD_KIND_LEAD) wish.recipients = old.recipients;
  static constexpr v1::RecallGround kGrounds[] = {
      v1::RECALL_GROUND_REPLACED, v1::RECALL_GROUND_INCORRECT, v1::RECALL_GROUND_RECATEGORISED};
  (void)world_.Correct(std::string(old.id), kGrounds[scene_.Between(0, 2)], std::move(wish));
}

ModelCase* Life::AnyCase() {
  if (world_.cases.empty()) return nullptr;
  return &world_.cases[scene_.chance.Below(world_.cases.size())];
}

void Life::OpenCase() {
  const std::string& owner = scene_.Chance(700) ? kAgencies[0] : AnyAgency();
  std::set<std::string> members;
  for (const std::string& agency : kAgencies) {
    if (Bound(owner, agency) && scene_.Chance(500)) members.insert(agency);
  }
  const Instant expires = scene_.timeline.now() + scene_.Between(70 * kDayMs, 78 * kDayMs);
  if (world_.node(owner).up()) (void)world_.OpenCase(owner, members, expires);
}

void Life::ChangeCase() {
  ModelCase* const in = AnyCase();
  if (in == nullptr || in->unsure || !world_.node(in->owner).up()) return;
  const std::string agency = AnyAgency();
  if (!Bound(in->owner, agency)) return;
  const bool there = in->declared.back().members.contains(agency);
  (void)world_.ChangeCase(*in, there ? "" : agency, there ? agency : "");
}

// With those who were not there at first; now and then twice.
void Life::ShareCase() {
  ModelCase* const in = AnyCase();
  if (in == nullptr || in->unsure) return;
  const std::string agency = scene_.Chance(600) ? in->owner : AnyAgency();
  const std::set<std::string> members = in->declared.back().members;
  for (const std::string& recipient : members) {
    if (in->declared.front().members.contains(recipient) || agency == recipient) continue;
    if (world_.node(agency).up()) (void)world_.ShareCase(agency, *in, recipient);
  }
}

void Life::Post() {
  const ModelCase* const in = AnyCase();
  if (in == nullptr || in->unsure) return;
  const std::string agency = scene_.Chance(400) ? in->owner : AnyAgency();
  if (!world_.node(agency).up()) return;
  LeadWish wish = AnyWish(v1::RECORD_KIND_CASE_ITEM);
  if (scene_.Chance(200)) wish.pieces = {Piece::kVictim};
  (void)world_.Post(agency, *in, std::move(wish));
}

// ---- faults

void Life::CrashNode() {
  NodeHost& host = world_.node(AnyAgency());
  if (!host.up()) return;
  const int64_t down = scene_.Chance(100) ? scene_.Between(kHourMs, 3 * kDayMs)
                                          : scene_.Between(kSecondMs, 10 * kMinuteMs);
  host.CrashAndStart(down);
}

void Life::CrashBroker() {
  if (!world_.broker.up()) return;
  world_.broker.CrashAndStart(static_cast<size_t>(scene_.Between(0, 3)),
                              scene_.Between(kSecondMs, 5 * kMinuteMs));
}

void Life::TearNode() {
  NodeHost& host = world_.node(AnyAgency());
  scene_.trace.Add(host.agency(), "a write will tear");
  const auto nth = static_cast<size_t>(scene_.Between(1, 6));
  if (scene_.Chance(700)) {
    host.TearWrite(nth);
  } else {
    host.FailKeyWrite(nth);
  }
}

void Life::TearBroker() {
  scene_.trace.Add("broker", "a write will tear");
  world_.broker.store.FailWrite(static_cast<size_t>(scene_.Between(1, 6)),
                                store::Fault::kSyncFailed);
}

void Life::FillDisk() {
  const int64_t lasts = scene_.Between(kSecondMs, 10 * kMinuteMs);
  const bool broker = scene_.Chance(250);
  const std::string& agency = AnyAgency();
  scene_.trace.Add(broker ? "broker" : agency, "disk full for " + std::to_string(lasts) + " ms");
  const auto set = [this, broker, &agency](bool full) {
    if (broker) {
      world_.broker.SetDiskFull(full);
    } else {
      world_.node(agency).SetDiskFull(full);
    }
  };
  set(true);
  scene_.timeline.After(lasts, [set] { set(false); });
}

void Life::CutOff() { world_.link(AnyAgency()).CutFor(scene_.Between(kSecondMs, 20 * kMinuteMs)); }

void Life::WorsenNetwork() {
  world_.network.cut = scene_.Chance(500) ? 0 : static_cast<uint64_t>(scene_.Between(1, 120));
  world_.network.twice = static_cast<uint64_t>(scene_.Between(0, 200));
  world_.network.delay_ms = scene_.Chance(700) ? 50 : 5 * kSecondMs;
}

void Life::StepClock() {
  const int64_t by = scene_.Between(-kHourMs, kHourMs);
  const std::string who = scene_.Chance(200) ? "" : AnyAgency();
  world_.StepClock(who, by);
  scene_.timeline.After(scene_.Between(kMinuteMs, kHourMs),
                        [this, who] { world_.StepClock(who, 0); });
}

void Life::PassTime() {
  const int64_t ms =
      scene_.Chance(150) ? scene_.Between(kHourMs, 8 * kDayMs) : scene_.Between(kMinuteMs, kHourMs);
  world_.Jump(ms);
}

}  // namespace entente::testing

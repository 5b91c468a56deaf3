// The hostile broker: the program entente-broker, linked from the same objects, with one step
// altered at link time (--wrap): what is real calls __wrap_X, which calls __real_X and lies about
// the result. Which lie, says the environment variable HOSTILE; whom it is told, HOSTILE_TO.
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "broker/assets.h"
#include "broker/engine.h"
#include "broker/fetch.h"
#include "core/audit/checkpoint.h"
#include "core/audit/frontier.h"
#include "core/audit/merkle.h"
#include "core/base/mutex.h"
#include "core/ledger/registry.h"
#include "core/record/strict.h"
#include "policy/decide.h"

#define FETCH \
  "_ZN7entente6broker12FetchMailboxERKNS0_12FetchContextERKNS_8AgencyIdENS0_13LanePositionsEm"
#define DECIDE                                                                                 \
  "_ZN7entente6policy6DecideERKNS0_8SnapshotERKNS0_12RecordLabelsERKNS0_15RecipientLabelsENS_" \
  "7InstantE"
#define ENTRIES "_ZNK7entente6broker6Engine7EntriesEmj"
#define PUBLICATION \
  "_ZNK7entente6broker6Engine16AdmitPublicationERKNS_2v114PublishRequestENS_7InstantERNS_6RandomE"
#define CHECK                                                                          \
  "_ZNK7entente6ledger8Registry5CheckEmNS_2v19EntryKindENS_7InstantESt17basic_string_" \
  "viewIcSt11char_traitsIcEE"

#define APPLY                                                                 \
  "_ZN7entente6ledger8Registry5ApplyEmRKSt5arrayIhLm32EENS_2v19EntryKindENS_" \
  "7InstantESt17basic_string_viewIcSt11char_traitsIcEE"

namespace entente::hostile {

using Fetched = absl::StatusOr<v1::PullResponse>;
using Entries = absl::StatusOr<v1::GetEntriesResponse>;
using Published = absl::StatusOr<std::variant<broker::Command, uint64_t>>;

Fetched RealFetch(const broker::FetchContext&, const AgencyId&, broker::LanePositions,
                  size_t) asm("__real_" FETCH);
Fetched WrapFetch(const broker::FetchContext&, const AgencyId&, broker::LanePositions,
                  size_t) asm("__wrap_" FETCH);
policy::Decision RealDecide(const policy::Snapshot&, const policy::RecordLabels&,
                            const policy::RecipientLabels&, Instant) asm("__real_" DECIDE);
policy::Decision WrapDecide(const policy::Snapshot&, const policy::RecordLabels&,
                            const policy::RecipientLabels&, Instant) asm("__wrap_" DECIDE);
Entries RealEntries(const broker::Engine*, uint64_t, uint32_t) asm("__real_" ENTRIES);
Entries WrapEntries(const broker::Engine*, uint64_t, uint32_t) asm("__wrap_" ENTRIES);
Published RealPublication(const broker::Engine*, const v1::PublishRequest&, Instant,
                          Random&) asm("__real_" PUBLICATION);
Published WrapPublication(const broker::Engine*, const v1::PublishRequest&, Instant,
                          Random&) asm("__wrap_" PUBLICATION);
absl::Status RealCheck(const ledger::Registry*, uint64_t, v1::EntryKind, Instant,
                       std::string_view) asm("__real_" CHECK);
absl::Status WrapCheck(const ledger::Registry*, uint64_t, v1::EntryKind, Instant,
                       std::string_view) asm("__wrap_" CHECK);
absl::Status RealApply(ledger::Registry*, uint64_t, const Digest&, v1::EntryKind, Instant,
                       std::string_view) asm("__real_" APPLY);
absl::Status WrapApply(ledger::Registry*, uint64_t, const Digest&, v1::EntryKind, Instant,
                       std::string_view) asm("__wrap_" APPLY);

namespace {

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool Lies(std::string_view lie) { return FromEnvironment("HOSTILE") == lie; }
bool Victim(const AgencyId& agency) { return FromEnvironment("HOSTILE_TO") == agency.text(); }

// The last section goes with its wrap, as if there had never been one.
void StripSection(v1::Record& record) {
  if (record.sections_size() < 2) return;
  const std::string id = record.sections(record.sections_size() - 1).section_id();
  record.mutable_sections()->RemoveLast();
  auto* const wraps = record.mutable_access(0)->mutable_wraps();
  for (int i = 0; i < wraps->size(); ++i) {
    if (wraps->Get(i).section_id() == id) {
      wraps->DeleteSubrange(i, 1);
      return;
    }
  }
}

void AlterLabel(v1::Record& record) {
  v1::RecordHeader header;
  header.ParseFromString(record.header());
  header.set_purpose("prosecute");
  record.set_header(header.SerializeAsString());
}

// A genuine acknowledgement of another recipient is made out to be the victim's.
void ForgeAcknowledgement(v1::Notice& notice) {
  if (notice.type() != v1::NOTICE_TYPE_ACKNOWLEDGEMENT) return;
  v1::Acknowledgement body;
  body.ParseFromString(notice.statement().body());
  body.set_recipient(FromEnvironment("HOSTILE_TO"));
  notice.mutable_statement()->set_body(body.SerializeAsString());
}

void AlterDelivery(v1::Delivery& delivery) {
  if (!delivery.has_record()) return;
  v1::Record record;
  record.ParseFromString(delivery.record());
  if (Lies("strip-section")) StripSection(record);
  if (Lies("alter-label")) AlterLabel(record);
  delivery.set_record(record.SerializeAsString());
}

// Records are kept back: the first one for "keep-back", every one for "keep-last".
void KeepBack(v1::PullResponse& response) {
  static Mutex mutex;
  static auto* const kept = new std::set<uint64_t>();
  const MutexLock lock(&mutex);
  auto* const deliveries = response.mutable_deliveries();
  for (int i = 0; i < deliveries->size();) {
    const v1::Delivery& delivery = deliveries->Get(i);
    const bool keep = delivery.has_record() && (Lies("keep-last") || kept->empty() ||
                                                kept->contains(delivery.mailbox_seq()));
    if (keep) kept->insert(delivery.mailbox_seq());
    keep ? deliveries->DeleteSubrange(i, 1) : static_cast<void>(++i);
  }
}

// Everything once more, under new numbers.
void Replay(v1::PullResponse& response) {
  const int count = response.deliveries_size();
  for (int i = 0; i < count; ++i) {
    v1::Delivery again = response.deliveries(i);
    again.set_mailbox_seq(again.mailbox_seq() + static_cast<uint64_t>(count));
    *response.add_deliveries() = std::move(again);
  }
}

// The first submission of the log with another instant, and a tree and checkpoint that fit it.
Entries Forked(const broker::Engine* engine, uint64_t from, uint32_t limit) {
  static const auto* const keys =
      new broker::BrokerKeys(*broker::LoadBrokerKeys(FromEnvironment("HOSTILE_KEYS")));
  auto all = RealEntries(engine, 0, 100000);
  if (!all.ok()) return all;
  audit::Frontier frontier;
  v1::GetEntriesResponse response;
  bool altered = false;
  for (int i = 0; i < all->entries_size(); ++i) {
    v1::Entry entry;
    entry.ParseFromString(all->entries(i));
    if (!altered && entry.kind() == v1::ENTRY_KIND_SUBMISSION) {
      entry.set_instant_ms(entry.instant_ms() + 1);
      altered = true;
    }
    const std::string bytes = entry.SerializeAsString();
    frontier.Append(audit::LeafHash(bytes), [](uint8_t, uint64_t, std::span<const Digest>) {});
    const auto index = static_cast<uint64_t>(i);
    if (index >= from && index < from + limit) response.add_entries(bytes);
  }
  const std::string origin = all->checkpoint().substr(0, all->checkpoint().find('\n'));
  response.set_checkpoint(
      *audit::SignCheckpoint({origin, frontier.size(), frontier.Root()}, keys->checkpoint));
  return response;
}

// Once a node has seen more, it is shown the first checkpoint again, and nothing behind it.
Entries CutShort(const broker::Engine* engine, uint64_t from, uint32_t limit) {
  static Mutex mutex;
  static auto* const first = new std::string();
  auto response = RealEntries(engine, from, limit);
  if (!response.ok()) return response;
  const MutexLock lock(&mutex);
  if (first->empty()) *first = response->checkpoint();
  const uint64_t size = std::stoull(first->substr(first->find('\n') + 1));
  if (from <= size) return response;
  v1::GetEntriesResponse shorter;
  shorter.set_checkpoint(*first);
  return shorter;
}

}  // namespace

Fetched WrapFetch(const broker::FetchContext& context, const AgencyId& agency,
                  broker::LanePositions after, size_t max) {
  auto response = RealFetch(context, agency, after, max);
  if (!response.ok()) return response;
  if (Lies("forge-acknowledgement") && !Victim(agency)) {
    for (auto& delivery : *response->mutable_deliveries()) {
      if (delivery.has_notice()) ForgeAcknowledgement(*delivery.mutable_notice());
    }
  }
  if (!Victim(agency)) return response;
  for (auto& delivery : *response->mutable_deliveries()) AlterDelivery(delivery);
  if (Lies("keep-back") || Lies("keep-last")) KeepBack(*response);
  if (Lies("replay")) Replay(*response);
  return response;
}

policy::Decision WrapDecide(const policy::Snapshot& snapshot, const policy::RecordLabels& record,
                            const policy::RecipientLabels& recipient, Instant t) {
  policy::Decision decision = RealDecide(snapshot, record, recipient, t);
  if (Lies("remove-obligation")) std::erase(decision.obligations, "use-only-for-stated-purpose");
  return decision;
}

Entries WrapEntries(const broker::Engine* engine, uint64_t from, uint32_t limit) {
  if (Lies("fork")) return Forked(engine, from, limit);
  if (Lies("cut-short")) return CutShort(engine, from, limit);
  return RealEntries(engine, from, limit);
}

// The victim's delivery keys are exchanged for one that the broker made.
Published WrapPublication(const broker::Engine* engine, const v1::PublishRequest& request,
                          Instant now, Random& random) {
  v1::KeyStatement body;
  if (!Lies("swap-key") || request.entry_kind() != v1::ENTRY_KIND_KEYS ||
      !body.ParseFromString(request.statement().body()) ||
      body.owner() != FromEnvironment("HOSTILE_TO")) {
    return RealPublication(engine, request, now, random);
  }
  const auto own = crypto::SigningKey::Create(random).public_key();
  for (auto& key : *body.mutable_keys()) key.set_public_key(own.data(), own.size());
  v1::PublishRequest altered = request;
  altered.mutable_statement()->set_body(body.SerializeAsString());
  return RealPublication(engine, altered, now, random);
}

absl::Status WrapCheck(const ledger::Registry* registry, uint64_t index, v1::EntryKind kind,
                       Instant instant, std::string_view body) {
  if (Lies("swap-key")) return absl::OkStatus();
  return RealCheck(registry, index, kind, instant, body);
}

absl::Status WrapApply(ledger::Registry* registry, uint64_t index, const Digest& leaf,
                       v1::EntryKind kind, Instant instant, std::string_view body) {
  const absl::Status status = RealApply(registry, index, leaf, kind, instant, body);
  return Lies("swap-key") ? absl::OkStatus() : status;
}

}  // namespace entente::hostile

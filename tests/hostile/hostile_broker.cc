// The hostile broker: the program entente-broker, linked from the same objects, with one step
// altered at link time (--wrap): what is real calls __wrap_X, which calls __real_X and lies about
// the result. Which lie, says the environment variable HOSTILE; whom it is told, HOSTILE_TO. Each
// lie that was really told is a line on stderr. Every __real_X is called below, so that a symbol
// that is no more fails the link; that a call did not go through the linker, shows by its missing
// line.
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "broker/cases.h"
#include "broker/decide_again.h"
#include "broker/engine.h"
#include "broker/shell.h"
#include "core/base/mutex.h"
#include "core/ledger/registry.h"
#include "policy/decide.h"
#include "tests/hostile/frozen.h"
#include "tests/hostile/lies.h"
#include "tests/hostile/split_log.h"

#define CALLER "_ZNK7entente6broker5Shell8CallerOfERKN4grpc17ServerContextBaseE"
#define FETCH "_ZNK7entente6broker6Engine5FetchERKNS_8AgencyIdENS0_13LanePositionsEmNS_7InstantE"
#define ANSWER                                                                          \
  "_ZNK7entente6broker6Engine17AnswerSubmissionsERKNS_8AgencyIdESt4spanIKNS1_7OutcomeE" \
  "Lm18446744073709551615EE"
#define DECIDE                                                                                 \
  "_ZN7entente6policy6DecideERKNS0_8SnapshotERKNS0_12RecordLabelsERKNS0_15RecipientLabelsENS_" \
  "7InstantE"
#define ENTRIES "_ZNK7entente6broker6Engine7EntriesEmj"
#define PUBLICATION \
  "_ZNK7entente6broker6Engine16AdmitPublicationERKNS_2v114PublishRequestENS_7InstantERNS_6RandomE"
#define CHECK                                                                          \
  "_ZNK7entente6ledger8Registry5CheckEmNS_2v19EntryKindENS_7InstantESt17basic_string_" \
  "viewIcSt11char_traitsIcEE"

#define CASE                                                                             \
  "_ZN7entente6broker9CheckCaseERKNS0_11TransactionERKNS_6record6HeaderESt4spanIKNSt7__" \
  "cxx1112basic_stringIcSt11char_traitsIcESaIcEEELm18446744073709551615EE"
#define OUT_OF_DATE "_ZNK7entente6broker17StandingDecisions11IsOutOfDateERKNS_2v14PartE"
#define APPLY                                                                 \
  "_ZN7entente6ledger8Registry5ApplyEmRKSt5arrayIhLm32EENS_2v19EntryKindENS_" \
  "7InstantESt17basic_string_viewIcSt11char_traitsIcEE"

namespace entente::hostile {

using Called = absl::StatusOr<net::Caller>;
using Fetched = absl::StatusOr<v1::PullResponse>;
using Answered = absl::StatusOr<v1::SubmitResponse>;
using Outcomes = std::span<const broker::Engine::Outcome>;
using Entries = absl::StatusOr<v1::GetEntriesResponse>;
using Addressees = std::span<const std::string>;
using Published = absl::StatusOr<std::variant<broker::Command, uint64_t>>;

Called RealCaller(const broker::Shell*, const grpc::ServerContextBase&) asm("__real_" CALLER);
Called WrapCaller(const broker::Shell*, const grpc::ServerContextBase&) asm("__wrap_" CALLER);
Fetched RealFetch(const broker::Engine*, const AgencyId&, broker::LanePositions, size_t,
                  Instant) asm("__real_" FETCH);
Fetched WrapFetch(const broker::Engine*, const AgencyId&, broker::LanePositions, size_t,
                  Instant) asm("__wrap_" FETCH);
Answered RealAnswer(const broker::Engine*, const AgencyId&, Outcomes) asm("__real_" ANSWER);
Answered WrapAnswer(const broker::Engine*, const AgencyId&, Outcomes) asm("__wrap_" ANSWER);
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
absl::Status RealCase(const broker::Transaction&, const record::Header&,
                      Addressees) asm("__real_" CASE);
absl::Status WrapCase(const broker::Transaction&, const record::Header&,
                      Addressees) asm("__wrap_" CASE);

bool RealOutOfDate(const broker::StandingDecisions*, const v1::Part&) asm("__real_" OUT_OF_DATE);
bool WrapOutOfDate(const broker::StandingDecisions*, const v1::Part&) asm("__wrap_" OUT_OF_DATE);

namespace {

// Who is answered on this thread: what services answer at once is asked of the engine by the thread
// that looked at the certificate.
thread_local std::string asking;

}  // namespace

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool Lies(std::string_view lie) { return FromEnvironment("HOSTILE") == lie; }
bool AskedByVictim() { return Victim(asking); }
bool Victim(std::string_view agency) { return FromEnvironment("HOSTILE_TO") == agency; }
void Told() { std::fprintf(stderr, "lied: %s\n", FromEnvironment("HOSTILE").c_str()); }

namespace {

// The last section goes with its wrap, as if there had never been one.
bool StripSection(v1::Record& record) {
  if (record.sections_size() < 2) return false;
  const std::string id = record.sections(record.sections_size() - 1).section_id();
  record.mutable_sections()->RemoveLast();
  auto* const wraps = record.mutable_access(0)->mutable_wraps();
  for (int i = 0; i < wraps->size(); ++i) {
    if (wraps->Get(i).section_id() == id) {
      wraps->DeleteSubrange(i, 1);
      break;
    }
  }
  return true;
}

bool AlterLabel(v1::Record& record) {
  v1::RecordHeader header;
  header.ParseFromString(record.header());
  header.set_purpose("prosecute");
  record.set_header(header.SerializeAsString());
  return true;
}

// A genuine word of another recipient is made out to be the victim's.
template <typename Body>
void Forge(v1::Notice& notice, v1::NoticeType type) {
  if (notice.type() != type) return;
  Body body;
  body.ParseFromString(notice.statement().body());
  body.set_recipient(FromEnvironment("HOSTILE_TO"));
  notice.mutable_statement()->set_body(body.SerializeAsString());
  Told();
}

void ForgeAll(v1::PullResponse& response) {
  for (auto& delivery : *response.mutable_deliveries()) {
    if (!delivery.has_notice()) continue;
    v1::Notice& notice = *delivery.mutable_notice();
    if (Lies("forge-acknowledgement")) {
      Forge<v1::Acknowledgement>(notice, v1::NOTICE_TYPE_ACKNOWLEDGEMENT);
    }
    if (Lies("forge-erasure")) Forge<v1::ErasureNote>(notice, v1::NOTICE_TYPE_ERASURE);
  }
}

void AlterDelivery(v1::Delivery& delivery) {
  if (!delivery.has_record()) return;
  v1::Record record;
  record.ParseFromString(delivery.record());
  const bool altered = (Lies("strip-section") && StripSection(record)) ||
                       (Lies("alter-label") && AlterLabel(record));
  if (!altered) return;
  delivery.set_record(record.SerializeAsString());
  Told();
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
    if (!keep) {
      ++i;
      continue;
    }
    kept->insert(delivery.mailbox_seq());
    deliveries->DeleteSubrange(i, 1);
    Told();
  }
}

bool IsRecall(const v1::Delivery& delivery) {
  return delivery.has_notice() && delivery.notice().type() == v1::NOTICE_TYPE_RECALL;
}

bool IsRestriction(const v1::Delivery& delivery) {
  return delivery.has_notice() && delivery.notice().type() == v1::NOTICE_TYPE_RESTRICTION;
}

// The first membership of a case tells who is in it; the later ones, who came and who went.
bool IsChangeOfMembers(const v1::Delivery& delivery) {
  v1::Record record;
  v1::RecordHeader header;
  return record.ParseFromString(delivery.record()) && header.ParseFromString(record.header()) &&
         header.kind() == v1::RECORD_KIND_MEMBERSHIP && header.membership_number() > 1;
}

void Hide(v1::PullResponse& response, bool (*hides)(const v1::Delivery&)) {
  auto* const deliveries = response.mutable_deliveries();
  for (int i = deliveries->size() - 1; i >= 0; --i) {
    if (!hides(deliveries->Get(i))) continue;
    deliveries->DeleteSubrange(i, 1);
    Told();
  }
}

// What lay in another's mailbox lies in the victim's too, behind what is its own.
void MixUp(v1::PullResponse& response, bool victim) {
  static Mutex mutex;
  static auto* const others = new std::vector<v1::Delivery>();
  const MutexLock lock(&mutex);
  if (!victim) {
    for (const v1::Delivery& delivery : response.deliveries()) {
      if (delivery.has_record()) others->push_back(delivery);
    }
    return;
  }
  if (response.deliveries().empty()) return;
  for (v1::Delivery& other : *others) {
    other.set_mailbox_seq(response.deliveries().rbegin()->mailbox_seq() + 1);
    other.set_lane(response.deliveries().rbegin()->lane());
    *response.add_deliveries() = std::move(other);
    Told();
  }
  others->clear();
}

// Everything once more, under new numbers.
void Replay(v1::PullResponse& response) {
  const int count = response.deliveries_size();
  for (int i = 0; i < count; ++i) {
    v1::Delivery again = response.deliveries(i);
    again.set_mailbox_seq(again.mailbox_seq() + static_cast<uint64_t>(count));
    *response.add_deliveries() = std::move(again);
    Told();
  }
}

// What the node is answered, made to fit the log that it is shown.
template <typename Response, typename... More>
absl::StatusOr<Response> Split(const broker::Engine* engine, absl::StatusOr<Response> response,
                               const More&... more) {
  if (!response.ok() || response->checkpoint().empty()) return response;
  const auto all = RealEntries(engine, 0, UINT32_MAX);
  if (!all.ok()) return all.status();
  const SplitLog log(
      *all, Lies("hide-revocation") ? v1::ENTRY_KIND_REVOCATION : v1::ENTRY_KIND_SUBMISSION);
  log.Refit(*response, more...);
  if (log.altered()) Told();
  return response;
}

bool ShowsAnotherLog() { return Lies("fork") || Lies("hide-revocation"); }

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
  Told();
  return shorter;
}

}  // namespace

Called WrapCaller(const broker::Shell* shell, const grpc::ServerContextBase& context) {
  Called caller = RealCaller(shell, context);
  asking = caller.ok() && caller->agency ? caller->agency->text() : "";
  return caller;
}

Fetched WrapFetch(const broker::Engine* engine, const AgencyId& agency, broker::LanePositions after,
                  size_t max, Instant now) {
  auto response = RealFetch(engine, agency, after, max, now);
  if (!response.ok()) return response;
  if (Lies("mix-up")) MixUp(*response, Victim(agency.text()));
  if (!Victim(agency.text())) {
    ForgeAll(*response);
    return response;
  }
  if (ShowsAnotherLog()) return Split(engine, std::move(response));
  if (Lies("frozen")) return v1::PullResponse();
  for (auto& delivery : *response->mutable_deliveries()) AlterDelivery(delivery);
  if (Lies("keep-back") || Lies("keep-last")) KeepBack(*response);
  if (Lies("replay")) Replay(*response);
  if (Lies("keep-recall") || Lies("forge-erasure")) Hide(*response, IsRecall);
  if (Lies("keep-restriction")) Hide(*response, IsRestriction);
  if (Lies("hide-membership")) Hide(*response, IsChangeOfMembers);
  return response;
}

policy::Decision WrapDecide(const policy::Snapshot& snapshot, const policy::RecordLabels& record,
                            const policy::RecipientLabels& recipient, Instant t) {
  policy::Decision decision = RealDecide(snapshot, record, recipient, t);
  if (Lies("remove-obligation") &&
      std::erase(decision.obligations, "use-only-for-stated-purpose") != 0) {
    Told();
  }
  return decision;
}

Entries WrapEntries(const broker::Engine* engine, uint64_t from, uint32_t limit) {
  if (!Victim(asking)) return RealEntries(engine, from, limit);
  if (ShowsAnotherLog()) return Split(engine, RealEntries(engine, from, limit), from);
  if (Lies("frozen")) return Freeze(RealEntries(engine, from, limit), from);
  if (Lies("cut-short")) return CutShort(engine, from, limit);
  return RealEntries(engine, from, limit);
}

Answered WrapAnswer(const broker::Engine* engine, const AgencyId& caller, Outcomes outcomes) {
  auto response = RealAnswer(engine, caller, outcomes);
  if (!ShowsAnotherLog() || !Victim(caller.text())) return response;
  return Split(engine, std::move(response), engine->view()->registry.genesis());
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
  Told();
  return RealPublication(engine, altered, now, random);
}

// Whoever posts in a case, under whatever membership.
absl::Status WrapCase(const broker::Transaction& transaction, const record::Header& header,
                      Addressees recipients) {
  absl::Status status = RealCase(transaction, header, recipients);
  if (status.ok() || !(Lies("old-membership") || Lies("hide-membership"))) return status;
  Told();
  return absl::OkStatus();
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

// What waited for the victim leaves under the decision that it came in under.
bool WrapOutOfDate(const broker::StandingDecisions* standing, const v1::Part& decided) {
  if (!RealOutOfDate(standing, decided)) return false;
  if (!Lies("skip-again") || !Victim(decided.reader())) return true;
  Told();
  return false;
}

}  // namespace entente::hostile

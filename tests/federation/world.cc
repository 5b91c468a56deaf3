#include "tests/federation/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "tests/support/shared.h"

namespace entente::testing {
namespace {

constexpr int64_t kHousekeepMs = 5 * limits::kMinuteMs;
constexpr int64_t kLookMs = 20 * limits::kSecondMs;
constexpr int kQuietLooks = 3;  // alarms are looked at after what they are about

std::string PolicyText(std::string_view jurisdiction) {
  std::string name(jurisdiction);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return SourceFile("policy/examples/" + name + ".toml");
}

FederationOptions Options() {
  FederationOptions options;
  options.agencies = kAgencies;
  options.groups = SourceFile("policy/examples/groups.toml");
  options.instruments = SourceFile("policy/examples/instruments.toml");
  options.agencies_publish = true;
  for (const std::string& agency : kAgencies) {
    options.policies[agency.substr(0, 2)] = PolicyText(agency.substr(0, 2));
  }
  return options;
}

}  // namespace

std::string SourceFile(std::string_view path) {
  const char* source = std::getenv("ENTENTE_SOURCE_DIR");
  return ReadFile(std::string(source ? source : ".") + "/" + std::string(path));
}

World::World(uint64_t seed)
    : scene(seed, kFounded + limits::kMinuteMs), federation(Options()), broker(scene, federation) {
  for (const std::string& agency : kAgencies) {
    auto host = std::make_unique<NodeHost>(scene, federation, agency);
    auto link = std::make_unique<NodeLink>(scene, broker, *host, network);
    link->on_answer = [this](const v1::SubmitResponse& response) { NotePromises(response); };
    nodes_.emplace(agency, std::move(host));
    links_.emplace(agency, std::move(link));
  }
  broker.on_crash = [this] {
    for (const auto& [agency, link] : links_) {
      link->Cut("the broker crashed");
      link->files().Cut(limits::kSecondMs);
    }
  };
}

void World::Found() {
  broker.Found();
  for (const ledger::Publication& one : federation.Founding()) {
    if (!Publish(one)) scene.Wrong("founding", "a statement was not taken");
  }
  for (const auto& [agency, host] : nodes_) host->Start();
  HousekeepSoon();
  for (int i = 0; i < 60 && !AllKnown(); ++i) Run(limits::kMinuteMs);
  if (!AllKnown()) scene.Wrong("founding", "keys are not known to all");
  for (const auto& [agency, host] : nodes_) {
    v1::AddOfficerRequest request;
    request.mutable_officer()->set_id(std::string(kOfficer));
    for (const char* role : {"author", "reader", "auditor"}) {
      request.mutable_officer()->add_roles(role);
    }
    const auto added = host->engine().AddOfficer(kAdministrator, request, host->Now());
    if (!added.ok()) scene.Wrong(agency, "officer: " + added.status().ToString());
  }
}

bool World::AllKnown() {
  return std::ranges::all_of(nodes_, [](const auto& one) {
    NodeHost& host = *one.second;
    const auto known = host.engine().ListAgencies(kAdministrator, host.Now());
    return known.ok() && known->agencies_size() == static_cast<int>(kAgencies.size()) &&
           std::ranges::all_of(known->agencies(), &v1::AgencyInfo::has_delivery_key);
  });
}

void World::HousekeepSoon() {
  broker.Housekeep();
  scene.timeline.After(kHousekeepMs, [this] { HousekeepSoon(); });
}

void World::NotePromises(const v1::SubmitResponse& response) {
  for (const v1::SubmissionResult& result : response.results()) {
    if (!result.has_committed()) continue;
    promised[result.committed().log_index()] = result.committed().entry();
    v1::Part part;
    if (!part.ParseFromString(result.committed().part()) || !part.has_submission()) continue;
    logged[HexEncode(AsBytes(part.submission().record_id()))] = result.committed().log_index();
  }
}

bool World::Publish(const ledger::Publication& publication) {
  v1::PublishRequest request;
  request.set_entry_kind(publication.kind);
  *request.mutable_statement() = publication.statement;
  request.set_text(publication.text);
  if (!broker.up()) return false;
  auto answer = std::make_shared<absl::Status>(absl::UnavailableError("no answer"));
  broker.Publish(request, [answer](absl::StatusOr<v1::PublishResponse> response) {
    *answer = response.status();
  });
  scene.timeline.Run(limits::kSecondMs);
  scene.trace.Add("world", "publishes: " + answer->ToString());
  return answer->ok();
}

void World::RenewPolicy(std::string_view jurisdiction,
                        const std::function<void(std::string& text)>& change) {
  // Each try takes a version: one whose answer was lost may be in force.
  const uint64_t version =
      ++policy_versions_.try_emplace(std::string(jurisdiction), 1).first->second;
  const std::string line = "version      = ";
  std::string text = PolicyText(jurisdiction);
  text.replace(text.find(line + "1\n"), line.size() + 1, line + std::to_string(version));
  if (change) change(text);
  const JurisdictionKeys& keys = federation.jurisdiction(jurisdiction);
  Publish(ledger::SignPolicy(federation.name(), jurisdiction, version, std::move(text),
                             scene.timeline.now(), keys.policy_author, keys.policy_protection));
}

// ---- time

void World::Jump(int64_t ms) {
  scene.trace.Add("time", "jumps " + std::to_string(ms) + " ms");
  scene.timeline.Jump(ms);
}

std::string World::OnItsWay() {
  if (!broker.up()) return "the broker is down";
  const uint64_t size = broker.engine().LatestCheckpoint().head.size;
  std::string out;
  for (const auto& [agency, host] : nodes_) {
    if (!host->up()) {
      out += agency + " is down; ";
      continue;
    }
    const v1::StatusResponse status = Status(agency);
    const auto usage = broker.engine().UsageOf(*AgencyId::Parse(agency));
    const uint64_t waiting = usage.waiting + usage.waiting_notices;
    const std::string file = links_.find(agency)->second->files().OnItsWay();
    if (status.outbox_waiting() == 0 && waiting == 0 && status.tree_size() == size &&
        file.empty()) {
      continue;
    }
    out += agency + ": file '" + file + "', outbox " + std::to_string(status.outbox_waiting()) +
           ", mailbox " + std::to_string(waiting) + ", log " + std::to_string(status.tree_size()) +
           " of " + std::to_string(size) + "; ";
  }
  return out;
}

bool World::Settle(int64_t most_ms) {
  const Instant until = scene.timeline.now() + most_ms;
  int quiet = 0;
  while (quiet < kQuietLooks && scene.timeline.now() < until) {
    for (const auto& [agency, link] : links_) link->Wake(limits::kSecondMs);
    Run(kLookMs);
    quiet = OnItsWay().empty() ? quiet + 1 : 0;
  }
  return quiet == kQuietLooks;
}

void World::Heal() {
  scene.trace.Add("world", "heals");
  healed = scene.timeline.now();
  network = {};
  StepClock("", 0);
  broker.SetDiskFull(false);
  broker.Start();
  for (const auto& [agency, host] : nodes_) {
    StepClock(agency, 0);
    host->SetDiskFull(false);
    host->Start();
    links_.find(agency)->second->CutFor(0);
  }
}

void World::StepClock(std::string_view who, int64_t by_ms) {
  int64_t& offset = who.empty() ? broker.clock_offset_ms : node(who).clock_offset_ms;
  scene.trace.Add(who.empty() ? "broker" : who, "clock " + std::to_string(by_ms));
  if (std::max(std::abs(offset), std::abs(by_ms)) > limits::kClockToleranceMs) {
    clocks_wrong = scene.timeline.now();
  }
  offset = by_ms;
}

// ---- desks

absl::StatusOr<v1::SendResponse> World::Send(std::string_view origin, LeadWish wish) {
  wish.number = ++last_number_;
  if (absl::Status attached = AttachAll(origin, wish); !attached.ok()) return attached;
  NodeHost& host = node(origin);
  auto sent = host.Desk<v1::SendResponse>("send", [&](node::Engine& engine) {
    return engine.Send(kOfficer, MakeDraft(wish), host.Now());
  });
  scene.trace.Add(origin, "sends " + std::to_string(wish.number) + ": " +
                              (sent.ok() ? sent->record_id() : sent.status().ToString()));
  if (!sent.ok()) {
    unsure_expiry = std::min(unsure_expiry.value_or(wish.expires), wish.expires);
    return sent;
  }
  for (const v1::RecipientPreview& one : sent->recipients()) {
    std::string line = "  to " + one.recipient() + ": " + v1::Verdict_Name(one.verdict());
    for (const std::string& reason : one.reasons()) line += " " + reason;
    scene.trace.Add(origin, line);
  }
  Keep(origin, wish, *sent);
  link(origin).Wake(limits::kSecondMs);
  return sent;
}

void World::Keep(std::string_view origin, const LeadWish& wish, const v1::SendResponse& sent) {
  ModelRecord& kept = records.emplace_back(ModelRecord{.number = wish.number,
                                                       .id = sent.record_id(),
                                                       .kind = wish.kind,
                                                       .case_id = wish.case_id,
                                                       .origin = std::string(origin),
                                                       .recipients = wish.recipients,
                                                       .pieces = wish.pieces,
                                                       .sent = scene.timeline.now(),
                                                       .expires = wish.expires});
  for (const auto& [piece, file] : wish.files) kept.files[piece] = file.attachment_id();
  if (!kept.recipients.empty()) return;
  for (const v1::RecipientPreview& one : sent.recipients()) {
    kept.recipients.push_back(one.recipient());
  }
}

ModelRecord* World::FindRecord(std::string_view id) {
  const auto found = std::ranges::find(records, id, &ModelRecord::id);
  return found == records.end() ? nullptr : &*found;
}

absl::Status World::Answer(std::string_view agency, std::string_view lead, bool taken,
                           std::string_view reason) {
  v1::AnswerLeadRequest request;
  request.set_record_id(std::string(lead));
  request.set_taken(taken);
  request.set_reason(std::string(reason));
  request.set_justification("looked into it");
  NodeHost& host = node(agency);
  auto answered = host.Desk<v1::AnswerResponse>("answer", [&](node::Engine& engine) {
    return engine.AnswerLead(kOfficer, request, host.Now());
  });
  scene.trace.Add(agency, (taken ? "takes " : "declines ") + std::string(lead) + ": " +
                              answered.status().ToString());
  ModelRecord* known = FindRecord(lead);
  if (known && absl::IsInternal(answered.status())) known->unsure.insert(std::string(agency));
  if (!answered.ok()) return answered.status();
  if (known) known->answers[std::string(agency)] = taken;
  link(agency).Wake(limits::kSecondMs);
  return absl::OkStatus();
}

absl::Status World::Recall(ModelRecord& lead) {
  v1::RecallRequest request;
  request.set_record_id(lead.id);
  request.set_ground(v1::RECALL_GROUND_WITHDRAWN);
  request.set_justification("it was wrong");
  NodeHost& host = node(lead.origin);
  const auto recalled = host.Desk<v1::RecallResponse>(
      "recall", [&](node::Engine& engine) { return engine.Recall(kOfficer, request, host.Now()); });
  scene.trace.Add(lead.origin, "recalls " + lead.id + ": " + recalled.status().ToString());
  NoteRecall(lead.id, recalled.status(), false);
  if (recalled.ok()) link(lead.origin).Wake(limits::kSecondMs);
  return recalled.status();
}

// With a post go the copies of it.
void World::NoteRecall(const std::string& id, const absl::Status& status, bool maybe) {
  for (ModelRecord& record : records) {
    if (record.id != id && record.copy_of != id) continue;
    if (status.ok()) record.recalled = true;
    if (absl::IsInternal(status) || maybe) record.recall_unsure = true;
  }
}

absl::StatusOr<v1::SendResponse> World::Correct(const std::string& old, v1::RecallGround ground,
                                                LeadWish wish) {
  wish.kind = FindRecord(old)->kind;
  wish.case_id = FindRecord(old)->case_id;
  wish.replaces = old;
  wish.ground = ground;
  const std::string origin = FindRecord(old)->origin;
  const auto sent = Send(origin, std::move(wish));
  // What is wrong goes before the new is sent: for that there may be no room.
  const bool maybe = IsRefusal(sent.status(), Reason::kDiskFull);
  scene.trace.Add(origin, "  in place of " + old);
  if (ground != v1::RECALL_GROUND_REPLACED) {
    NoteRecall(old, sent.status(), maybe);
    return sent;
  }
  if (sent.ok()) FindRecord(sent->record_id())->in_place_of = old;
  // Kept, it may be, when the desk died over it.
  const bool kept = sent.ok() || absl::IsInternal(sent.status());
  NoteRecall(old, absl::UnknownError("when somebody may have the new one"), kept);
  return sent;
}

// Any of these says that the log let somebody have it.
void World::NoteReplaced() {
  static constexpr std::array kReleased = {
      v1::RECIPIENT_STATE_LOGGED, v1::RECIPIENT_STATE_DELIVERED, v1::RECIPIENT_STATE_NOT_OPENED,
      v1::RECIPIENT_STATE_TAKEN, v1::RECIPIENT_STATE_DECLINED};
  for (size_t i = 0; i < records.size(); ++i) {
    const ModelRecord record = records[i];
    if (record.in_place_of.empty()) continue;
    const auto sent = Sent(record.origin);
    const auto found = sent.find(record.id);
    if (found == sent.end()) continue;
    const bool released = std::ranges::any_of(found->second, [](const v1::RecipientStatus& status) {
      return std::ranges::find(kReleased, status.state()) != kReleased.end();
    });
    if (released) NoteRecall(record.in_place_of, absl::OkStatus(), false);
  }
}

absl::StatusOr<v1::ShowResponse> World::Show(std::string_view agency, std::string_view record_id) {
  v1::ShowRequest request;
  request.set_record_id(std::string(record_id));
  request.set_purpose("asset-recovery");
  request.set_justification("at work on it");
  NodeHost& host = node(agency);
  auto response = host.Desk<v1::ShowResponse>(
      "show", [&](node::Engine& engine) { return engine.Show(kOfficer, request, host.Now()); });
  scene.trace.Add(agency, "shows " + std::string(record_id) + ": " + response.status().ToString());
  if (response.ok()) ++shown[std::string(agency) + " " + std::string(record_id)];
  return response;
}

std::vector<v1::InboxItem> World::Inbox(std::string_view agency) {
  auto inbox = node(agency).Desk<v1::InboxResponse>("inbox", [&](node::Engine& engine) {
    return engine.Inbox(kOfficer, {}, node(agency).Now());
  });
  if (!inbox.ok() && node(agency).up()) {
    scene.Wrong(std::string(agency), "inbox: " + inbox.status().ToString());
  }
  if (!inbox.ok()) return {};
  return {inbox->items().begin(), inbox->items().end()};
}

std::vector<v1::RecordSummary> World::Leads(std::string_view agency, bool received) {
  v1::ListRequest request;
  request.set_kind(v1::RECORD_KIND_LEAD);
  request.set_received(received);
  auto list = node(agency).Desk<v1::ListResponse>("list", [&](node::Engine& engine) {
    return engine.ListRecords(kOfficer, request, node(agency).Now());
  });
  if (!list.ok() && node(agency).up()) {
    scene.Wrong(std::string(agency), "list: " + list.status().ToString());
  }
  if (!list.ok()) return {};
  return {list->records().begin(), list->records().end()};
}

v1::StatusResponse World::Status(std::string_view agency) {
  auto status = node(agency).Desk<v1::StatusResponse>(
      "status", [&](node::Engine& engine) { return engine.Status(kOfficer, node(agency).Now()); });
  if (!status.ok()) scene.Wrong(std::string(agency), "status: " + status.status().ToString());
  return status.ok() ? *std::move(status) : v1::StatusResponse();
}

v1::RecipientStatus World::StateOf(std::string_view origin, std::string_view lead,
                                   std::string_view recipient) {
  for (const v1::RecordSummary& one : Leads(origin, false)) {
    if (one.record_id() != lead) continue;
    for (const v1::RecipientStatus& status : one.recipients()) {
      if (status.recipient() == recipient) return status;
    }
  }
  return {};
}

}  // namespace entente::testing

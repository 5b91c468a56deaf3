#include "policy/snapshot.h"

#include <algorithm>
#include <set>

#include "policy/compile.h"

namespace entente::policy {
namespace {

using GroupIds = std::map<std::string, uint16_t>;

absl::Status Twice(std::string_view what, const std::string& id) {
  return absl::InvalidArgumentError("the " + std::string(what) + " '" + id + "' stands twice");
}

absl::Status AddAgencies(const std::vector<Agency>& agencies, Tables& tables) {
  for (const Agency& agency : agencies) {
    const auto kind = tables.vocabulary.Find(Category::kAgencyKind, agency.kind);
    AgencyRow row{static_cast<uint32_t>(tables.agencies.size()),
                  StateNumber(agency.id.jurisdiction()), kind.value_or(kUnknownRow),
                  agency.admitted, agency.suspended};
    if (!tables.agencies.Add(agency.id.text(), std::move(row))) {
      return Twice("agency", agency.id.text());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<GroupIds> AddGroups(const Groups& groups, Tables& tables) {
  GroupIds ids;
  for (const Group& group : groups.groups) {
    const auto number = static_cast<uint16_t>(ids.size());
    if (!ids.emplace(group.id, number).second) return Twice("group", group.id);
    for (const GroupMember& member : group.members) {
      const uint16_t state = StateNumber(member.jurisdiction);
      if (state < kStates) tables.groups_of[state].push_back({number, member.member});
    }
  }
  return ids;
}

uint32_t MaskOf(const Vocabulary& vocabulary, Category category,
                const std::vector<std::string>& words) {
  uint32_t mask = 0;
  for (const std::string& word : words) {
    if (const auto index = vocabulary.Find(category, word)) mask |= 1u << *index;
  }
  return mask;
}

absl::Status AddInstruments(const Instruments& instruments, const ObligationNumbers& numbers,
                            Tables& tables) {
  for (const Instrument& from : instruments.instruments) {
    InstrumentRow row;
    row.id = from.id;
    row.title = from.title;
    row.kind = from.kind;
    row.state = from.state;
    row.purposes = MaskOf(tables.vocabulary, Category::kPurpose, from.purposes);
    row.data = MaskOf(tables.vocabulary, Category::kData, from.data);
    row.obligations = numbers.SetOf(from.obligations);
    for (const InstrumentParty& party : from.parties) {
      row.AddParty(party.party, party.member);
    }
    const auto index = static_cast<uint32_t>(tables.instruments.size());
    if (!tables.instrument_index.Add(from.id, index)) {
      return Twice("instrument", from.id);
    }
    tables.instruments.push_back(std::move(row));
  }
  return absl::OkStatus();
}

absl::Status NumberObligations(const Vocabulary& vocabulary, const SnapshotParts& parts,
                               ObligationNumbers& numbers, Tables& tables) {
  const size_t codes = vocabulary.words(Category::kHandling).size();
  for (size_t i = 0; i < codes; ++i) {
    numbers.Collect(vocabulary.handling_obligations(static_cast<uint8_t>(i)));
  }
  for (const Instrument& instrument : parts.instruments.instruments) {
    numbers.Collect(instrument.obligations);
  }
  for (const PolicyInForce& in_force : parts.policies) {
    numbers.Collect(in_force.policy.can_honour);
    for (const auto* side : {&in_force.policy.outbound, &in_force.policy.inbound}) {
      for (const Rule& rule : *side) numbers.Collect(rule.obligations);
    }
  }
  if (absl::Status status = numbers.Assign(tables); !status.ok()) return status;
  for (size_t i = 0; i < codes; ++i) {
    tables.handling_obligations[i] =
        numbers.SetOf(vocabulary.handling_obligations(static_cast<uint8_t>(i)));
  }
  return absl::OkStatus();
}

absl::Status AddPolicy(const PolicyInForce& from, const CompileContext& context, Tables& tables) {
  const Policy& policy = from.policy;
  const std::string name = policy.jurisdiction + " version " + std::to_string(policy.version);
  if (policy.vocabulary != tables.vocabulary.name()) {
    return absl::InvalidArgumentError("policy " + name + " is written in vocabulary " +
                                      policy.vocabulary);
  }
  const uint16_t state = StateNumber(policy.jurisdiction);
  if (state >= kStates || !policy.valid.until) {
    return absl::InvalidArgumentError("policy " + name + " names no State or no end");
  }
  auto outbound = CompileSide(policy.outbound, Direction::kOutbound, state, context);
  if (!outbound.ok()) return outbound.status();
  auto inbound = CompileSide(policy.inbound, Direction::kInbound, state, context);
  if (!inbound.ok()) return inbound.status();
  auto& versions = tables.policies[state];
  const auto at = std::find_if(versions.begin(), versions.end(),
                               [&](const auto& other) { return other->version >= policy.version; });
  if (at != versions.end() && (*at)->version == policy.version) return Twice("policy", name);
  versions.insert(
      at, std::make_unique<const PolicyTables>(PolicyTables{
              policy.version, std::max(policy.valid.from, from.in_force), *policy.valid.until,
              policy.contact, policy.explain_public, context.obligations.SetOf(policy.can_honour),
              *std::move(outbound), *std::move(inbound)}));
  return absl::OkStatus();
}

class ChangeCollector {
 public:
  explicit ChangeCollector(std::vector<Instant>& out) : out_(out) {}

  void Add(const Interval& interval) {
    out_.push_back(interval.from);
    if (interval.until) out_.push_back(*interval.until);
  }
  void AddAll(const SnapshotParts& parts) {
    for (const Agency& agency : parts.agencies) {
      Add(agency.admitted);
      for (const Interval& suspended : agency.suspended) Add(suspended);
    }
    for (const Group& group : parts.groups.groups) {
      for (const GroupMember& member : group.members) Add(member.member);
    }
    for (const Instrument& instrument : parts.instruments.instruments) {
      for (const InstrumentParty& party : instrument.parties) Add(party.member);
    }
    for (const PolicyInForce& policy : parts.policies) {
      Add(policy.policy.valid);
      out_.push_back(policy.in_force);
    }
  }

 private:
  std::vector<Instant>& out_;
};

// nullopt when it is not active.
std::optional<Party> PartyOf(const Tables& tables, std::string_view agency, Instant t) {
  const AgencyRow* const row = tables.agencies.Find(agency);
  if (row == nullptr || !row->ActiveAt(t)) return std::nullopt;
  return Party{row->state, agency};
}

}  // namespace

Snapshot::Snapshot(std::shared_ptr<const Tables> tables, uint64_t number, const Digest& hash)
    : tables_(std::move(tables)), number_(number), hash_(hash) {}

absl::StatusOr<std::shared_ptr<const Snapshot>> Snapshot::Compile(const Vocabulary& vocabulary,
                                                                  const SnapshotParts& parts) {
  auto tables = std::make_shared<Tables>(vocabulary);
  ObligationNumbers numbers;
  absl::Status status = NumberObligations(vocabulary, parts, numbers, *tables);
  if (status.ok()) status = AddAgencies(parts.agencies, *tables);
  if (status.ok()) status = AddInstruments(parts.instruments, numbers, *tables);
  if (!status.ok()) return status;
  const auto groups = AddGroups(parts.groups, *tables);
  if (!groups.ok()) return groups.status();
  const CompileContext context{*tables, *groups, numbers};
  for (const PolicyInForce& policy : parts.policies) {
    status = AddPolicy(policy, context, *tables);
    if (!status.ok()) return status;
  }
  ChangeCollector(tables->changes).AddAll(parts);
  std::ranges::sort(tables->changes);
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(tables), parts.number, parts.hash));
}

std::shared_ptr<const Snapshot> Snapshot::Renumbered(uint64_t number, const Digest& hash) const {
  return std::shared_ptr<const Snapshot>(new Snapshot(tables_, number, hash));
}

std::optional<uint64_t> Snapshot::PolicyVersion(std::string_view jurisdiction, Instant t) const {
  const PolicyTables* policy = tables_->PolicyAt(StateNumber(jurisdiction), t);
  if (policy == nullptr) return std::nullopt;
  return policy->version;
}

Instant Snapshot::UnchangedSince(Instant t) const {
  const auto after = std::ranges::upper_bound(tables_->changes, t);
  return after == tables_->changes.begin() ? Instant{INT64_MIN} : *std::prev(after);
}

std::vector<std::string> Snapshot::InstrumentsFor(std::string_view origin,
                                                  std::string_view recipient,
                                                  std::string_view purpose, Instant t) const {
  std::vector<std::string> out;
  const auto index = tables_->vocabulary.Find(Category::kPurpose, purpose);
  const auto from = PartyOf(*tables_, origin, t);
  const auto to = PartyOf(*tables_, recipient, t);
  if (!index || !from || !to) return out;
  for (const InstrumentRow& row : tables_->instruments) {
    if (!row.Bars(*from, *to, t) && (row.purposes >> *index & 1u) != 0) {
      out.push_back(row.id);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace entente::policy

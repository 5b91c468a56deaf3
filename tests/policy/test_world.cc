#include "tests/policy/test_world.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace entente::policy::testing {
namespace {

constexpr const char* kGroups = R"(groups = "groups/1"
version = 1
[[group]]
id = "EU"
title = "Union"
member = [
  { jurisdiction = "FR", joined = 1993-11-01T00:00:00Z },
  { jurisdiction = "DE", joined = 1993-11-01T00:00:00Z },
  { jurisdiction = "GB", joined = 1993-11-01T00:00:00Z, left = 2026-07-01T00:00:00Z },
  { jurisdiction = "XK", joined = 2026-08-01T00:00:00Z },
]
)";

constexpr const char* kInstruments = R"(instruments = "instruments/1"
version = 1
[[instrument]]
id = "FR-BR"
title = "France and Brazil"
law = "art. 7"
kind = "treaty"
state = "in-force"
purposes = ["investigate", "asset-recovery", "fiu-analysis"]
data = ["identity", "travel-document", "address", "location", "financial", "narrative", "search"]
sent_data_stay_bound = true
party = [
  { party = "FR", joined = 2018-01-01T00:00:00Z },
  { party = "BR", joined = 2018-01-01T00:00:00Z, left = 2026-11-01T00:00:00Z },
]
[[instrument]]
id = "WIDE"
title = "Everybody"
law = "art. 1"
kind = "treaty"
state = "in-force"
purposes = ["investigate", "border-control"]
data = ["identity", "address", "location", "victim-care"]
obligations = ["verify-before-action"]
sent_data_stay_bound = false
party = [
  { party = "FR", joined = 2018-01-01T00:00:00Z },
  { party = "BR", joined = 2018-01-01T00:00:00Z },
  { party = "DE", joined = 2026-03-01T00:00:00Z },
  { party = "GB", joined = 2018-01-01T00:00:00Z },
  { party = "XK", joined = 2018-01-01T00:00:00Z },
  { party = "ORG.help", joined = 2018-01-01T00:00:00Z },
]
[[instrument]]
id = "HOME"
title = "Within France"
law = "art. 2"
kind = "domestic"
state = "in-force"
purposes = ["investigate"]
data = ["identity"]
sent_data_stay_bound = true
party = [{ party = "FR", joined = 2018-01-01T00:00:00Z }]
)";

std::string AgencyText(const std::string& id, const std::string& kind) {
  return "[[agency]]\nid = \"" + id + "\"\nkind = \"" + kind + "\"\nname = \"" + id +
         "\"\nfrom = 2020-01-01T00:00:00Z\n";
}

std::string DefaultAgencies() {
  std::string out = "agencies = \"agencies/1\"\n";
  for (const char* state : {"FR", "BR", "DE", "GB", "XK"}) {
    out += AgencyText(std::string(state) + ".police-a", "police");
    out += AgencyText(std::string(state) + ".police-b", "police");
    out += AgencyText(std::string(state) + ".fiu", "fiu");
    out += AgencyText(std::string(state) + ".migration", "immigration-enforcement");
  }
  return out + AgencyText("ORG.help", "ngo") + AgencyText("ORG.police", "international");
}

std::string PolicyFile(const std::string& jurisdiction, const World::PolicyText& text) {
  return "policy = \"sharing-policy/1\"\nvocabulary = \"2026.1\"\njurisdiction = \"" +
         jurisdiction + "\"\nversion = " + std::to_string(text.version) +
         "\nvalid_from = " + text.from + "\nvalid_until = " + text.until +
         "\ncontact = \"desk of " + jurisdiction + "\"\n" + text.head + "\n" + text.rules;
}

Policy ParsedOrFail(const std::string& jurisdiction, const World::PolicyText& text) {
  auto policy =
      ParsePolicy(PolicyFile(jurisdiction, text), jurisdiction + ".toml", PublishedVocabulary());
  if (policy.ok()) return *std::move(policy);
  ADD_FAILURE() << policy.status();
  return {};
}

template <typename T>
T ValueOrFail(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  ADD_FAILURE() << value.status();
  return {};
}

constexpr const char* kHonoursAll =
    "can_honour = [\"use-only-for-stated-purpose\", \"delete-after:PT1H\", \"onward:never\", "
    "\"no-judicial-use-without-consent\", \"verify-before-action\", \"second-person\", "
    "\"inform-source:PT1H\"]\n";

}  // namespace

std::string RuleText(const std::string& table, const std::string& id, const std::string& body) {
  return "[[" + table + "]]\nid = \"" + id + "\"\ntitle = \"title of " + id +
         "\"\nlaw = \"art. 1\"\n" + body + "\n";
}

std::string AllowOut(const std::string& id, const std::string& more) {
  return RuleText("outbound.allow", id,
                  "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = [\"suspect\"]\n"
                  "data = [\"identity\"]\nunder = [\"FR-BR\"]\n" +
                      more);
}

std::string AllowIn(const std::string& id, const std::string& more) {
  return RuleText("inbound.allow", id,
                  "from = [\"everyone\", \"ORG\"]\n"
                  "for_purpose = [\"investigate\", \"border-control\", \"asset-recovery\", "
                  "\"fiu-analysis\"]\n"
                  "about = [\"suspect\", \"convicted\", \"victim\", \"child\", \"witness\", "
                  "\"informant\", \"contact\", \"missing\", \"other\"]\n"
                  "data = [\"identity\", \"travel-document\", \"address\", \"location\", "
                  "\"financial\", \"narrative\", \"victim-care\", \"search\"]\n"
                  "under = [\"FR-BR\", \"WIDE\", \"HOME\"]\n" +
                      more);
}

Instant At(const std::string& text) {
  const auto instant = ParseInstant(text);
  EXPECT_TRUE(instant.ok()) << instant.status();
  return instant.value_or(Instant{});
}

World::World() : groups(kGroups), instruments(kInstruments), agencies(DefaultAgencies()) {
  now = At("2026-06-01T12:00:00Z");
  policies.insert({"FR", {AllowOut("FR-A"), kHonoursAll}});
  policies.insert({"BR", {AllowIn("BR-IN"), kHonoursAll}});
  record.origin = "FR.police-a";
  record.kind = "information";
  record.purpose = "investigate";
  record.handling = {"H1"};
  record.evaluation = "B2";
  record.urgency = "normal";
  record.created = now;
  record.expires = now + int64_t{30} * 24 * 3600 * 1000;
  recipient = {"BR.police-b", "FR-BR"};
  Section({"suspect"}, {"identity"});
}

void World::Section(std::vector<std::string> about, std::vector<std::string> data, bool essential) {
  record.sections.push_back({std::move(about), std::move(data), "fact", essential});
}

Policy World::Parsed(const std::string& jurisdiction) const {
  return ParsedOrFail(jurisdiction, policies.find(jurisdiction)->second);
}

SnapshotParts World::Parts() const {
  SnapshotParts parts;
  parts.number = 7;
  parts.hash.fill(0xab);
  parts.groups = ValueOrFail(ParseGroups(groups, "groups.toml"));
  parts.instruments =
      ValueOrFail(ParseInstruments(instruments, "instruments.toml", PublishedVocabulary()));
  parts.agencies = ValueOrFail(ParseAgencies(agencies, "agencies.toml", PublishedVocabulary()));
  for (const auto& [jurisdiction, text] : policies) {
    parts.policies.push_back({ParsedOrFail(jurisdiction, text), At(text.in_force)});
  }
  return parts;
}

std::shared_ptr<const Snapshot> World::Compile() const {
  auto snapshot = Snapshot::Compile(PublishedVocabulary(), Parts());
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return snapshot.ok() ? *snapshot : nullptr;
}

Decision World::Decide() const {
  const auto snapshot = Compile();
  if (snapshot == nullptr) return {};
  return policy::Decide(*snapshot, record, recipient, now);
}

std::vector<std::string> Reasons(const Decision& decision) {
  std::vector<std::string> out;
  for (const SidedReason& reason : decision.reasons) out.push_back(reason.text);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::string> Matched(const Decision& decision) { return RuleIdsOf(decision.matched); }

}  // namespace entente::policy::testing

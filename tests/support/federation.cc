#include "tests/support/federation.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/audit/note.h"
#include "core/base/agency.h"
#include "core/record/format.h"
#include "core/record/statements.h"

namespace entente::testing {
namespace {

using crypto::KeyUse;

const ledger::Period kOfficePeriod{kFounded - limits::kDayMs, kFounded + 3 * 365 * limits::kDayMs};
constexpr int kDeliveryKeys = 9;

v1::KeyEntry KeyEntryOf(KeyUse use, const crypto::PublicKey& key, ledger::Period period) {
  v1::KeyEntry entry;
  entry.set_use(static_cast<uint32_t>(use));
  entry.set_public_key(ToString(key));
  entry.set_from_ms(static_cast<uint64_t>(period.from.ms));
  entry.set_until_ms(static_cast<uint64_t>(period.until.ms));
  return entry;
}

ledger::Period DeliveryPeriod(int number) {
  const Instant from = kFounded + number * limits::kDeliveryKeyLifeMs;
  return {from, from + limits::kDeliveryKeyLifeMs};
}

std::string JurisdictionOf(const std::string& agency) { return agency.substr(0, agency.find('.')); }

std::vector<std::string> CodesOf(const std::vector<std::string>& agencies) {
  std::vector<std::string> out;
  for (const std::string& agency : agencies) {
    const std::string code = JurisdictionOf(agency);
    if (std::find(out.begin(), out.end(), code) == out.end()) out.push_back(code);
  }
  return out;
}

}  // namespace

Federation::Federation(FederationOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      checkpoint_(crypto::SigningKey::Create(random_)),
      receipt_(crypto::SigningKey::Create(random_)),
      note_(crypto::SigningKey::Create(random_)) {
  MakeKeys();
  MakeGenesis();
  FoundFiles();
  for (const auto& [code, keys] : jurisdictions_) FoundJurisdiction(code);
  for (const std::string& agency : options_.agencies) FoundAgency(agency);
}

void Federation::MakeKeys() {
  const auto create = [&] { return crypto::SigningKey::Create(random_); };
  for (const std::string& code : CodesOf(options_.agencies)) {
    jurisdictions_.emplace(
        code, JurisdictionKeys{
                  .authority = create(), .policy_author = create(), .policy_protection = create()});
  }
  for (const std::string& id : options_.agencies) {
    AgencyKeys keys{.identity = create(),
                    .record_signing = create(),
                    .acknowledgement = create(),
                    .delivery = {}};
    for (int i = 0; i < kDeliveryKeys; ++i) {
      keys.delivery.push_back(crypto::AgreementKey::Create(random_));
    }
    agencies_.emplace(id, std::move(keys));
  }
  // Apart, so that they change no other key.
  SeededRandom random(options_.seed + 7480);
  for (const std::string& id : options_.agencies) {
    witnesses_.emplace(id, crypto::SigningKey::Create(random));
  }
}

const crypto::SigningKey& Federation::witness(std::string_view agency) const {
  return witnesses_.find(agency)->second;
}

audit::VerifierKey Federation::WitnessKey(std::string_view agency) const {
  return *audit::VerifierKey::Create(absl::StrCat(name(), "/witness/", std::string(agency)),
                                     audit::NoteKeyType::kCosignatureV1,
                                     witness(agency).public_key());
}

std::string Federation::QuorumText(int needed, const std::vector<std::string>& agencies) const {
  const auto log = audit::VerifierKey::Create(LogOrigin(), audit::NoteKeyType::kEd25519,
                                              checkpoint_.public_key());
  std::string text = absl::StrCat("log ", log->Text(), "\n");
  std::string group = absl::StrCat("group members ", needed);
  for (const std::string& agency : agencies) {
    absl::StrAppend(&text, "witness ", agency, " ", WitnessKey(agency).Text(), "\n");
    absl::StrAppend(&group, " ", agency);
  }
  return absl::StrCat(text, group, "\nquorum members\n");
}

std::string Federation::Cosigned(std::string note, const std::vector<std::string>& agencies,
                                 Instant at) const {
  const std::string text = audit::ParseNote(note)->text;
  for (const std::string& agency : agencies) {
    note += audit::SignatureLine(audit::CosignNote(
        text, WitnessKey(agency).name(), static_cast<uint64_t>(at.ms / 1000), witness(agency)));
  }
  return note;
}

void Federation::MakeGenesis() {
  const std::string origin = LogOrigin();
  auto checkpoint =
      audit::VerifierKey::Create(origin, audit::NoteKeyType::kEd25519, checkpoint_.public_key());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  ledger::GenesisFields fields{.federation = options_.federation,
                               .log_origin = origin,
                               .created = kFounded,
                               .quorum = options_.quorum == 0
                                             ? std::string(ledger::kQuorumNone)
                                             : QuorumText(options_.quorum, options_.agencies),
                               .checkpoint = *checkpoint,
                               .receipt = receipt_.public_key(),
                               .note = note_.public_key(),
                               .authorities = {}};
  for (const auto& [code, keys] : jurisdictions_) {
    fields.authorities[code] = keys.authority.public_key();
  }
  auto genesis = ledger::Genesis::Create(fields);
  ASSERT_TRUE(genesis.ok()) << genesis.status();
  genesis_ = *std::move(genesis);
}

void Federation::FoundFiles() {
  const std::vector<std::string> all = CodesOf(options_.agencies);
  founding_.push_back(SignFile("vocabulary", 1, VocabularyText(), all));
  const std::string& groups = options_.groups;
  const std::string& instruments = options_.instruments;
  founding_.push_back(SignFile("groups", 1, groups.empty() ? GroupsText(all) : groups, all));
  founding_.push_back(
      SignFile("instruments", 1, instruments.empty() ? InstrumentsText(all) : instruments, all));
}

void Federation::FoundJurisdiction(const std::string& code) {
  const JurisdictionKeys& keys = jurisdiction(code);
  founding_.push_back(ledger::SignPolicyKeys(name(), code, keys.policy_author.public_key(),
                                             keys.policy_protection.public_key(), kOfficePeriod,
                                             kFounded, keys.authority));
  const auto given = options_.policies.find(code);
  const std::string text = given == options_.policies.end() ? DefaultPolicy(code) : given->second;
  if (!text.empty()) founding_.push_back(SignPolicy(code, 1, text));
}

void Federation::FoundAgency(const std::string& id) {
  const auto kind = options_.kinds.find(id);
  const ledger::EnrolmentRequest request{
      .agency = *AgencyId::Parse(id),
      .kind = kind == options_.kinds.end() ? "fiu" : kind->second,
      .name = "Agency " + id,
      .identity = agency(id).identity.public_key()};
  for (ledger::Publication& one :
       ledger::SignAdmission(name(), request, 1, kOfficePeriod, kFounded,
                             jurisdiction(JurisdictionOf(id)).authority)) {
    founding_.push_back(std::move(one));
  }
  if (options_.agencies_publish) return;
  const AgencyKeys& keys = agency(id);
  v1::KeyStatement body;
  body.set_owner(id);
  *body.add_keys() =
      KeyEntryOf(KeyUse::kRecordSigning, keys.record_signing.public_key(), kOfficePeriod);
  *body.add_keys() =
      KeyEntryOf(KeyUse::kAcknowledgement, keys.acknowledgement.public_key(), kOfficePeriod);
  for (int i = 0; i < kDeliveryKeys; ++i) {
    *body.add_keys() =
        KeyEntryOf(KeyUse::kDelivery, keys.delivery[i].public_key(), DeliveryPeriod(i));
  }
  body.mutable_format_versions()->Assign(record::kFormatVersions.begin(),
                                         record::kFormatVersions.end());
  body.set_instant_ms(static_cast<uint64_t>(kFounded.ms));
  founding_.push_back(SignKeys(id, body));
}

const AgencyKeys& Federation::agency(std::string_view id) const {
  return agencies_.find(id)->second;
}

const JurisdictionKeys& Federation::jurisdiction(std::string_view code) const {
  return jurisdictions_.find(code)->second;
}

ledger::Publication Federation::SignKeys(std::string_view id, const v1::KeyStatement& body) const {
  return {.kind = v1::ENTRY_KIND_KEYS,
          .statement = record::SignBody(name(), body, {{agency(id).identity, KeyUse::kIdentity}}),
          .text = {}};
}

ledger::Publication Federation::SignFile(std::string_view type, uint64_t version, std::string text,
                                         const std::vector<std::string>& jurisdictions) const {
  std::vector<crypto::SigningKey> keys;
  for (const std::string& code : jurisdictions) {
    keys.push_back(jurisdiction(code).authority.Clone());
  }
  return ledger::SignFederationFile(name(), type, version, std::move(text), kFounded, keys);
}

ledger::Publication Federation::SignPolicy(std::string_view code, uint64_t version,
                                           std::string text) const {
  const JurisdictionKeys& keys = jurisdiction(code);
  return ledger::SignPolicy(name(), code, version, std::move(text), kFounded, keys.policy_author,
                            keys.policy_protection);
}

ledger::Registry Federation::NewRegistry() const {
  ledger::Registry registry(genesis());
  const TestLog log = NewLog();
  for (uint64_t i = 0; i < log.size(); ++i) {
    const auto entry = ledger::ReadEntry(log.entries()[i]);
    EXPECT_TRUE(entry.ok()) << entry.status();
    if (!entry.ok()) break;
    const absl::Status applied =
        registry.Apply(i, log.LeafAt(i), entry->kind, entry->instant, entry->body);
    EXPECT_TRUE(applied.ok()) << "entry " << i << ": " << applied;
  }
  for (const ledger::Publication& one : founding_) {
    if (!one.text.empty()) registry.SetText(one.text);
  }
  return registry;
}

TestLog Federation::NewLog() const {
  TestLog log(log_origin(), checkpoint_.Clone());
  auto first = ledger::WriteOpenEntry(v1::ENTRY_KIND_GENESIS, kFounded, genesis().text());
  EXPECT_TRUE(first.ok()) << first.status();
  if (first.ok()) log.Append(*first);
  for (const ledger::Publication& one : founding_) log.Append(EntryOf(one, kFounded));
  return log;
}

std::string EntryOf(const ledger::Publication& publication, Instant instant) {
  auto entry = ledger::WriteOpenEntry(publication.kind, instant, BodyOf(publication));
  EXPECT_TRUE(entry.ok()) << entry.status();
  return entry.ok() ? *entry : "";
}

std::string BodyOf(const ledger::Publication& publication) {
  return record::Encode(publication.statement);
}

}  // namespace entente::testing

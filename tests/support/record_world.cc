#include "tests/support/record_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "core/base/refusal.h"
#include "core/record/batch.h"
#include "core/record/leaves.h"
#include "core/record/strict.h"

namespace entente::testing {
namespace {

constexpr int64_t kYearMs = 365LL * 24 * 3600 * 1000;

record::SectionDraft Ask() {
  record::SectionDraft draft;
  draft.labels.add_about("suspect");
  draft.labels.add_data("financial");
  draft.labels.set_basis("fact");
  draft.labels.set_essential(true);
  draft.content.set_language("en");
  draft.content.mutable_lead_ask()->set_measure(v1::LEAD_MEASURE_FREEZE);
  draft.content.mutable_lead_ask()->set_summary("Freeze the accounts of a trafficking ring.");
  return draft;
}

record::SectionDraft Accounts() {
  record::SectionDraft draft;
  draft.labels.add_about("suspect");
  draft.labels.add_about("contact");
  draft.labels.add_data("identity");
  draft.labels.add_data("financial");
  draft.labels.set_basis("assessment");
  draft.content.set_language("en");
  v1::FinancialAccount& account =
      *draft.content.mutable_subjects()->add_subjects()->mutable_account();
  account.set_number("DE02120300000000202051");
  account.mutable_balance()->set_amount("1250000.00");
  account.mutable_balance()->set_currency("EUR");
  return draft;
}

bool Holds(const v1::Access& access, std::string_view section) {
  return std::any_of(access.wraps().begin(), access.wraps().end(),
                     [&](const v1::Wrap& wrap) { return wrap.section_id() == section; });
}

}  // namespace

AgencyId Agency(std::string_view text) {
  auto agency = AgencyId::Parse(text);
  if (!agency.ok()) ADD_FAILURE() << agency.status();
  return *std::move(agency);
}

RecordWorld::RecordWorld(uint64_t seed)
    : random(seed),
      france(Agency("FR.tracfin-demo")),
      germany(Agency("DE.fiu-demo")),
      brazil(Agency("BR.coaf-demo")),
      signing(crypto::SigningKey::Create(random)),
      german_key(crypto::AgreementKey::Create(random)),
      brazilian_key(crypto::AgreementKey::Create(random)) {}

record::SealRequest RecordWorld::Request() {
  const KeyId key = crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, signing.public_key());
  record::SealRequest request{.federation = federation,
                              .header = {.kind = v1::RECORD_KIND_LEAD,
                                         .origin = france,
                                         .signing_key_id = key,
                                         .created = kNow,
                                         .expires = kNow + kYearMs,
                                         .purpose = "asset-recovery",
                                         .handling = {"H1"},
                                         .evaluation = "B2",
                                         .urgency = v1::URGENCY_NORMAL,
                                         .obtained_from = {"IT", "BE"},
                                         .policy_version = 14}};
  request.sections.push_back(Ask());
  request.sections.push_back(Accounts());
  request.recipients.push_back({.recipient = germany,
                                .delivery_key = german_key.public_key(),
                                .instrument = "EU-FIU-2019",
                                .sections = {0, 1},
                                .obligations = {"onward:never", "delete-after:P1Y"},
                                .pair_seq = 7,
                                .instruction = "Only for the asset recovery office."});
  request.recipients.push_back({.recipient = brazil,
                                .delivery_key = brazilian_key.public_key(),
                                .instrument = "FR-BR-2018",
                                .sections = {0},
                                .obligations = {"onward:never"},
                                .pair_seq = 3});
  return request;
}

record::SealedRecord RecordWorld::Sealed() {
  auto sealed = record::SealRecord(Request(), random);
  if (!sealed.ok()) ADD_FAILURE() << sealed.status();
  return *std::move(sealed);
}

v1::Record RecordWorld::Sign(const record::SealedRecord& sealed) {
  v1::Record record = sealed.record;
  SignAgain(record, signing);
  return record;
}

v1::Record RecordWorld::Lead() { return Sign(Sealed()); }

v1::Record RecordWorld::Strip(const v1::Record& whole, const AgencyId& recipient,
                              std::span<const SectionId> withheld) {
  v1::Record stripped = whole;
  auto& access = *stripped.mutable_access();
  access.erase(
      std::remove_if(access.begin(), access.end(),
                     [&](const v1::Access& one) { return one.recipient() != recipient.text(); }),
      access.end());
  auto& wraps = *access.Mutable(0)->mutable_wraps();
  for (const SectionId& id : withheld) {
    wraps.erase(
        std::remove_if(wraps.begin(), wraps.end(),
                       [&](const v1::Wrap& wrap) { return wrap.section_id() == AsText(id); }),
        wraps.end());
  }
  auto& sections = *stripped.mutable_sections();
  sections.erase(std::remove_if(sections.begin(), sections.end(),
                                [&](const v1::Section& section) {
                                  return !Holds(access.Get(0), section.section_id());
                                }),
                 sections.end());
  return stripped;
}

void RecordWorld::SignAgain(v1::Record& record, const crypto::SigningKey& key) {
  v1::RecordHeader header;
  header.ParseFromString(record.header());
  const Digest hash = record::RecordHash(record.header());
  auto origin = AgencyId::Parse(header.origin());
  auto signatures =
      record::SignBatch(federation, origin.ok() ? *origin : france, {&hash, 1}, key, random);
  *record.mutable_signature() = signatures->front();
}

void RecordWorld::DigestAgain(v1::Record& record) {
  auto parsed = record::ReadRecord(record::Encode(record));
  if (!parsed.ok()) {
    ADD_FAILURE() << parsed.status();
    return;
  }
  std::vector<Digest> leaves;
  for (const record::Section& section : parsed->sections) {
    leaves.push_back(record::SectionLeaf(section));
  }
  for (const record::Access& access : parsed->access) leaves.push_back(record::AccessLeaf(access));
  v1::RecordHeader header;
  header.ParseFromString(record.header());
  header.clear_digests();
  const auto digests = record::BuildDigests(leaves, random);
  for (const Digest& digest : *digests) header.add_digests(ToString(digest));
  record.set_header(record::Encode(header));
  SignAgain(record, signing);
}

record::DeliveryKeyLookup RecordWorld::DeliveryKeys() const {
  return [this](const KeyId& id) -> const crypto::AgreementKey* {
    for (const crypto::AgreementKey* key : {&german_key, &brazilian_key}) {
      if (crypto::MakeKeyId(crypto::KeyUse::kDelivery, key->public_key()) == id) return key;
    }
    return nullptr;
  };
}

record::SigningKeyLookup RecordWorld::SigningKeys() const {
  return [this](const AgencyId& origin, const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    const bool ours = origin == france &&
                      id == crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, signing.public_key());
    if (ours) return signing.public_key();
    return Refuse(Reason::kKeyUnknown, "no such record-signing key");
  };
}

absl::StatusOr<record::ParsedRecord> RecordWorld::Check(std::string_view bytes) {
  const record::SigningKeyLookup keys = SigningKeys();
  return record::CheckDelivered(bytes, {.federation = federation,
                                        .now = now,
                                        .entry_instant = entry_instant,
                                        .signing_key = keys,
                                        .remembered = nullptr});
}

absl::StatusOr<record::OpenedRecord> RecordWorld::Receive(std::string_view bytes,
                                                          const AgencyId& own,
                                                          std::span<const SectionId> withheld) {
  auto checked = Check(bytes);
  if (!checked.ok()) return checked.status();
  return record::OpenDelivered(*checked, federation, own, DeliveryKeys(), withheld);
}

absl::StatusOr<record::OpenedRecord> RecordWorld::Receive(const v1::Record& record,
                                                          const AgencyId& own,
                                                          std::span<const SectionId> withheld) {
  return Receive(record::Encode(record), own, withheld);
}

}  // namespace entente::testing

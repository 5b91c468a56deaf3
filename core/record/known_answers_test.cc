// Makes one record, its delivery and a statement of every kind from fixed keys and fixed "random"
// bytes, and holds each value, also those in between, against tests/known_answers.json. With
// ENTENTE_WRITE_KNOWN_ANSWERS=1 the file is written instead: only for a new format version.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/crypto/hpke.h"
#include "core/crypto/padding.h"
#include "core/record/batch.h"
#include "core/record/leaves.h"
#include "core/record/record.h"
#include "core/record/reference.h"
#include "core/record/seal.h"
#include "core/record/section_keys.h"
#include "core/record/statements.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"
#include "tests/support/shared.h"

namespace entente::record {
namespace {

using Json = nlohmann::ordered_json;
using crypto::KeyUse;
using testing::Agency;

constexpr std::string_view kFederation = "entente.test";
constexpr std::string_view kLog = "entente.test/log/broker-1";
constexpr int64_t kCreatedMs = 1796119200000;
constexpr int64_t kExpiresMs = kCreatedMs + 30LL * 24 * 3600 * 1000;

std::string Hex(ByteSpan bytes) { return HexEncode(bytes); }
std::string Hex(std::string_view bytes) { return HexEncode(AsBytes(bytes)); }

// The bytes that stand for chance under a name: SHA-256 of "known answer: " and the name.
Digest Fixed(std::string_view name) { return crypto::Sha256("known answer: " + std::string(name)); }

// Gives the fixed bytes of a list of names in turn, and writes them down.
class NamedRandom final : public Random {
 public:
  NamedRandom(std::vector<std::string> names, Json& draws)
      : names_(std::move(names)), draws_(draws) {}
  void Fill(std::span<uint8_t> out) override {
    ASSERT_LT(next_, names_.size());
    const Digest bytes = Fixed(names_[next_]);
    ASSERT_LE(out.size(), bytes.size());
    std::copy_n(bytes.begin(), out.size(), out.begin());
    draws_[names_[next_++]] = Hex(ByteSpan(out));
  }
  bool spent() const { return next_ == names_.size(); }

 private:
  std::vector<std::string> names_;
  Json& draws_;
  size_t next_ = 0;
};

std::vector<std::string> Numbered(std::string_view prefix, int from, int until) {
  std::vector<std::string> names;
  for (int i = from; i < until; ++i) names.push_back(std::string(prefix) + std::to_string(i));
  return names;
}

crypto::SigningKey Signer(std::string_view name) {
  return crypto::SigningKey::FromSeed(*crypto::Secret<32>::FromBytes(Fixed(name)));
}
crypto::AgreementKey Receiver(std::string_view name) {
  return crypto::AgreementKey::FromPrivate(*crypto::Secret<32>::FromBytes(Fixed(name)));
}

Json KeyJson(KeyUse use, const Digest& secret, const crypto::PublicKey& key) {
  return {{"use", crypto::KeyUseWord(use)},
          {"secret", Hex(secret)},
          {"public", Hex(key)},
          {"key_id", Hex(crypto::MakeKeyId(use, key))}};
}

Json KeysJson() {
  Json keys;
  for (const auto use :
       {KeyUse::kAuthority, KeyUse::kIdentity, KeyUse::kRecordSigning, KeyUse::kAcknowledgement,
        KeyUse::kPolicyAuthor, KeyUse::kPolicyProtection, KeyUse::kReceipt, KeyUse::kNote}) {
    const std::string name(crypto::KeyUseWord(use));
    keys[name] = KeyJson(use, Fixed(name), Signer(name).public_key());
  }
  for (const std::string name : {"delivery-0", "delivery-1"}) {
    keys[name] = KeyJson(KeyUse::kDelivery, Fixed(name), Receiver(name).public_key());
  }
  return keys;
}

SectionDraft Draft(std::vector<std::string> about, std::vector<std::string> data, bool essential) {
  SectionDraft draft;
  draft.labels.mutable_about()->Assign(about.begin(), about.end());
  draft.labels.mutable_data()->Assign(data.begin(), data.end());
  draft.labels.set_basis("fact");
  draft.labels.set_essential(essential);
  draft.content.set_language("en");
  return draft;
}

SealRequest Request() {
  const KeyId key =
      crypto::MakeKeyId(KeyUse::kRecordSigning, Signer("record-signing").public_key());
  SealRequest request{.federation = kFederation,
                      .header = {.kind = v1::RECORD_KIND_LEAD,
                                 .origin = Agency("FR.tracfin-demo"),
                                 .signing_key_id = key,
                                 .created = {kCreatedMs},
                                 .expires = {kExpiresMs},
                                 .purpose = "asset-recovery",
                                 .handling = {"H1"},
                                 .evaluation = "B2",
                                 .urgency = v1::URGENCY_URGENT,
                                 .obtained_from = {"BE", "IT"},
                                 .policy_version = 14}};
  request.sections.push_back(Draft({"suspect"}, {"financial"}, true));
  v1::LeadAsk& ask = *request.sections[0].content.mutable_lead_ask();
  ask.set_measure(v1::LEAD_MEASURE_FREEZE);
  ask.set_deadline_ms(kCreatedMs + 3600000);
  ask.set_reference("TF-2026-0117");
  ask.set_summary("Freeze the account before the transfer of Friday.");
  request.sections.push_back(Draft({"contact", "suspect"}, {"financial", "identity"}, false));
  v1::FinancialAccount& account =
      *request.sections[1].content.mutable_subjects()->add_subjects()->mutable_account();
  account.set_number("DE02120300000000202051");
  account.set_holder("J. Doe");
  account.mutable_balance()->set_amount("1250000.00");
  account.mutable_balance()->set_currency("EUR");
  request.recipients.push_back({.recipient = Agency("DE.fiu-demo"),
                                .delivery_key = Receiver("delivery-0").public_key(),
                                .instrument = "EU-FIU-2019",
                                .sections = {0, 1},
                                .obligations = {"delete-after:P1Y", "onward:never"},
                                .pair_seq = 7,
                                .in_reply_to = Fixed("in-reply-to"),
                                .instruction = "For the asset recovery office alone."});
  request.recipients.push_back({.recipient = Agency("BR.coaf-demo"),
                                .delivery_key = Receiver("delivery-1").public_key(),
                                .instrument = "FR-BR-2018",
                                .sections = {0},
                                .obligations = {"onward:never"},
                                .pair_seq = 1});
  return request;
}

std::vector<std::string> DrawNames() {
  std::vector<std::string> names = {
      "record-id",     "section-0-id",           "section-0-content-key", "section-0-nonce",
      "section-1-id",  "section-1-content-key",  "section-1-nonce",       "access-0-ephemeral-ikm",
      "access-0-salt", "access-1-ephemeral-ikm", "access-1-salt"};
  for (const std::string& name : Numbered("digest-decoy-", 0, 4)) names.push_back(name);
  return names;
}

Json SectionJson(const SealedRecord& sealed, const Section& section, size_t i,
                 const SectionDraft& draft) {
  const crypto::Secret<32>& content_key = sealed.content_keys[i].key;
  const internal::SectionKeys keys =
      internal::DeriveSectionKeys(content_key, sealed.id, section.id);
  v1::SectionPlain plain;
  plain.set_labels(std::string(section.labels_bytes));
  plain.set_content(Encode(draft.content));
  const std::string bytes = Encode(plain);
  return {
      {"section_id", Hex(section.id)},
      {"labels", Hex(section.labels_bytes)},
      {"content", Hex(plain.content())},
      {"content_key", Hex(content_key.ExposeSecret())},
      {"encryption_key", Hex(keys.encryption.ExposeSecret())},
      {"key_commitment", Hex(keys.commitment)},
      {"associated_data", Hex(internal::SectionAad(sealed.id, section.id, section.labels_bytes))},
      {"padded_length", crypto::PaddedSize(bytes.size())},
      {"plain", Hex(bytes)},
      {"ciphertext", Hex(section.ciphertext)},
      {"leaf", Hex(SectionLeaf(section))}};
}

Json WrapsJson(const Access& access, const crypto::HpkeRecipientContext& context) {
  Json wraps = Json::array();
  for (const Wrap& wrap : access.wraps) {
    const auto key = context.ExportKey(AsBytes(internal::WrapContext(wrap.section_id)));
    wraps.push_back({{"section_id", Hex(wrap.section_id)},
                     {"wrap_key", Hex(key.ExposeSecret())},
                     {"sealed_key", Hex(wrap.sealed_key)}});
  }
  return wraps;
}

Json AccessJson(const ParsedRecord& record, size_t i) {
  const Access& access = record.access[i];
  const crypto::AgreementKey key = Receiver("delivery-" + std::to_string(i));
  const auto opened = OpenAccess(kFederation, record, access, [&](const KeyId&) { return &key; });
  EXPECT_TRUE(opened.ok()) << opened.status();
  const std::string ikm = "access-" + std::to_string(i) + "-ephemeral-ikm";
  const auto ephemeral = crypto::HpkeDeriveKeyPair(Fixed(ikm));
  return {{"recipient", access.recipient.text()},
          {"delivery_key_id", Hex(access.delivery_key_id)},
          {"instrument", access.instrument},
          {"info", Hex(internal::AccessInfo(kFederation, record.header.record_id,
                                            record.header.origin.text(), access.recipient.text(),
                                            access.delivery_key_id))},
          {"ephemeral_private", Hex(ephemeral.private_key().ExposeSecret())},
          {"enc", Hex(access.enc)},
          {"salt", Hex(access.salt)},
          {"consents", Hex(ConsentsHash(access.consents))},
          {"leaf", Hex(AccessLeaf(access))},
          {"manifest_plain", Hex(Encode(opened->manifest))},
          {"manifest", Hex(access.manifest)},
          {"wraps", WrapsJson(access, opened->context)}};
}

// RFC 6962 over leaf hashes whose number is a power of two.
Digest Root(std::vector<Digest> level) {
  const uint8_t tag = 0x01;
  while (level.size() > 1) {
    for (size_t i = 0; i < level.size() / 2; ++i) {
      level[i] = crypto::Sha256Concat({ByteSpan(&tag, 1), level[2 * i], level[2 * i + 1]});
    }
    level.resize(level.size() / 2);
  }
  return level.front();
}

// The record's own signature is index 1 of a batch of three.
Json BatchJson(const Digest& hash, v1::Record& wire) {
  Json json, draws;
  NamedRandom random(Numbered("batch-leaf-", 3, 8), draws);
  const std::vector<Digest> hashes = {Fixed("other-record-0"), hash, Fixed("other-record-2")};
  const auto signatures =
      SignBatch(kFederation, Agency("FR.tracfin-demo"), hashes, Signer("record-signing"), random);
  EXPECT_TRUE(signatures.ok() && random.spent());
  *wire.mutable_signature() = signatures->at(1);
  for (const Digest& one : hashes) json["record_hashes"].push_back(Hex(one));
  std::vector<Digest> leaves;
  for (const Digest& one : hashes) leaves.push_back(BatchLeaf(one));
  for (const std::string& name : Numbered("batch-leaf-", 3, 8)) leaves.push_back(Fixed(name));
  for (const Digest& one : leaves) json["leaf_hashes"].push_back(Hex(one));
  json["root"] = Hex(Root(leaves));
  json["message"] = Hex(BatchMessage(kFederation, 8, Root(leaves)));
  json["draws"] = draws;
  json["index"] = 1;
  for (const std::string& one : signatures->at(1).path()) json["path"].push_back(Hex(one));
  json["ed25519"] = Hex(signatures->at(1).ed25519());
  json["signature"] = Hex(Encode(signatures->at(1)));
  const auto single = SignBatch(kFederation, Agency("FR.tracfin-demo"), {&hash, 1},
                                Signer("record-signing"), random);
  json["signed_alone"] = Hex(Encode(single->front()));
  json["message_alone"] = Hex(BatchMessage(kFederation, 1, BatchLeaf(hash)));
  return json;
}

Json RecordJson() {
  Json json, draws;
  const SealRequest request = Request();
  NamedRandom random(DrawNames(), draws);
  const auto sealed = SealRecord(request, random);
  EXPECT_TRUE(sealed.ok() && random.spent()) << sealed.status();
  v1::Record wire = sealed->record;
  const Json batch = BatchJson(sealed->hash, wire);
  const std::string bytes = Encode(wire);
  const auto record = ReadRecord(bytes);
  EXPECT_TRUE(record.ok() && CheckSubmitted(*record).ok()) << record.status();
  json["draws"] = draws;
  json["header"] = Hex(wire.header());
  json["record_hash"] = Hex(sealed->hash);
  json["reference"] = SpokenReference(sealed->id);
  for (size_t i = 0; i < record->sections.size(); ++i) {
    json["sections"].push_back(SectionJson(*sealed, record->sections[i], i, request.sections[i]));
  }
  for (size_t i = 0; i < record->access.size(); ++i) {
    json["access"].push_back(AccessJson(*record, i));
  }
  json["batch"] = batch;
  json["record"] = Hex(bytes);
  const SectionId withheld = sealed->sections[1];
  const AgencyId germany = Agency("DE.fiu-demo");
  json["delivered"] = Hex(Encode(testing::RecordWorld::Strip(wire, germany, {&withheld, 1})));
  return json;
}

template <class Body>
Json StatementJson(const Body& body, std::vector<KeyUse> uses) {
  std::vector<crypto::SigningKey> keys;
  for (const KeyUse use : uses) keys.push_back(Signer(crypto::KeyUseWord(use)));
  std::vector<StatementSigner> signers;
  for (size_t i = 0; i < keys.size(); ++i) signers.push_back({keys[i], uses[i]});
  const std::string bytes = Encode(body);
  EXPECT_TRUE(ReadBody<Body>(bytes).ok()) << ReadBody<Body>(bytes).status();
  const v1::SignedStatement statement =
      SignStatement(kStatementType<Body>, kFederation, bytes, signers);
  return {{"type", kStatementType<Body>},
          {"body", Hex(bytes)},
          {"message", Hex(StatementMessage(kStatementType<Body>, kFederation, bytes))},
          {"statement", Hex(Encode(statement))}};
}

Json NoteJson(const Json& record) {
  v1::WithholdingNote note;
  note.set_log_origin(std::string(kLog));
  note.set_record_hash(*HexDecode(record["record_hash"].get<std::string>()));
  note.set_recipient("DE.fiu-demo");
  note.add_section_ids(*HexDecode(record["sections"][1]["section_id"].get<std::string>()));
  note.add_rules("FR-OUT-800");
  note.set_log_index(41);
  return StatementJson(note, {KeyUse::kNote});
}

Json AcknowledgementJson(const Json& record) {
  v1::Acknowledgement body;
  body.set_log_origin(std::string(kLog));
  body.set_record_hash(*HexDecode(record["record_hash"].get<std::string>()));
  body.set_origin("FR.tracfin-demo");
  body.set_recipient("DE.fiu-demo");
  body.set_pair_seq(7);
  body.set_log_index(41);
  body.set_opened(true);
  body.set_instant_ms(kCreatedMs + 60000);
  return StatementJson(body, {KeyUse::kAcknowledgement});
}

Json PairHeadJson() {
  v1::PairHead body;
  body.set_log_origin(std::string(kLog));
  body.set_origin("FR.tracfin-demo");
  body.set_recipient("DE.fiu-demo");
  body.set_urgent_seq(7);
  body.set_instant_ms(kCreatedMs);
  return StatementJson(body, {KeyUse::kRecordSigning});
}

Json KeysStatementJson() {
  v1::KeyStatement body;
  body.set_owner("FR.tracfin-demo");
  v1::KeyEntry& key = *body.add_keys();
  key.set_use(static_cast<uint32_t>(KeyUse::kRecordSigning));
  key.set_public_key(ToString(Signer("record-signing").public_key()));
  key.set_from_ms(kCreatedMs);
  key.set_until_ms(kExpiresMs);
  body.add_format_versions(1);
  body.set_instant_ms(kCreatedMs);
  return StatementJson(body, {KeyUse::kIdentity});
}

Json PolicyJson() {
  v1::PolicyStatement body;
  body.set_jurisdiction("FR");
  body.set_version(14);
  body.set_digest(ToString(crypto::Sha256("a policy")));
  body.set_in_force_ms(kCreatedMs);
  return StatementJson(body, {KeyUse::kPolicyAuthor, KeyUse::kPolicyProtection});
}

Json PaddingJson() {
  Json json = Json::array();
  for (const size_t length : {0, 1, 255, 256, 511, 65535, 65536, 70000, 131071, 1000000}) {
    json.push_back({{"length", length}, {"padded", crypto::PaddedSize(length)}});
  }
  return json;
}

Json KnownAnswers() {
  Json json;
  json["format"] = "entente-known-answers/1";
  json["federation"] = kFederation;
  json["keys"] = KeysJson();
  json["record"] = RecordJson();
  json["statements"] = {NoteJson(json["record"]), AcknowledgementJson(json["record"]),
                        PairHeadJson(), KeysStatementJson(), PolicyJson()};
  json["padding"] = PaddingJson();
  return json;
}

std::string Source(std::string_view file) {
  const char* root = std::getenv("ENTENTE_SOURCE_DIR");
  return std::string(root != nullptr ? root : ".") + "/" + std::string(file);
}
std::string Path() { return Source("tests/known_answers.json"); }

// As the page shows it: what is longer than 32 bytes by its SHA-256.
std::string OnPage(const Json& value) {
  const std::string hex = value.get<std::string>();
  if (hex.size() <= 64) return "`" + hex + "`";
  return "`#" + Hex(crypto::Sha256(*HexDecode(hex))) + "`";
}

TEST(KnownAnswersTest, EveryValueIsMadeAgain) {
  const std::string made = KnownAnswers().dump(2) + "\n";
  if (std::getenv("ENTENTE_WRITE_KNOWN_ANSWERS") != nullptr) {
    std::ofstream(Path(), std::ios::binary) << made;
  }
  const std::string kept = testing::ReadFile(Path());
  EXPECT_EQ(Json::diff(Json::parse(kept), Json::parse(made)), Json::array());
  EXPECT_EQ(kept, made);
}

TEST(KnownAnswersTest, ThePageShowsTheSame) {
  const Json json = KnownAnswers();
  const Json& record = json["record"];
  const std::string page = testing::ReadFile(Source("docs/formats.md"));
  std::vector<Json> shown = {json["keys"]["record-signing"]["public"],
                             json["keys"]["record-signing"]["key_id"],
                             record["draws"]["record-id"],
                             record["reference"],
                             record["sections"][0]["leaf"],
                             record["sections"][0]["key_commitment"],
                             record["sections"][0]["ciphertext"],
                             record["access"][0]["enc"],
                             record["access"][0]["leaf"],
                             record["access"][0]["manifest"],
                             record["access"][0]["wraps"][0]["sealed_key"],
                             record["header"],
                             record["record_hash"],
                             record["batch"]["root"],
                             record["batch"]["ed25519"],
                             record["record"],
                             record["delivered"]};
  for (const Json& statement : json["statements"]) shown.push_back(statement["statement"]);
  for (const Json& value : shown) EXPECT_NE(page.find(OnPage(value)), std::string::npos) << value;
}

// What is delivered in the file is what a recipient takes.
TEST(KnownAnswersTest, TheDeliveryOpens) {
  const Json json = Json::parse(testing::ReadFile(Path()));
  const auto bytes = HexDecode(json["record"]["delivered"].get<std::string>());
  const auto withheld =
      FixedFromHex<16>(json["record"]["sections"][1]["section_id"].get<std::string>());
  const SigningKeyLookup signing = [](const AgencyId&, const KeyId&) {
    return absl::StatusOr<crypto::PublicKey>(Signer("record-signing").public_key());
  };
  const auto record = CheckDelivered(*bytes, {.federation = kFederation,
                                              .now = {kCreatedMs},
                                              .entry_instant = {kCreatedMs},
                                              .signing_key = signing,
                                              .remembered = nullptr});
  ASSERT_TRUE(record.ok()) << record.status();
  const crypto::AgreementKey key = Receiver("delivery-0");
  const auto opened = OpenDelivered(*record, kFederation, Agency("DE.fiu-demo"),
                                    [&](const KeyId&) { return &key; }, {&*withheld, 1});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->manifest.pair_seq(), 7u);
  ASSERT_EQ(opened->sections.size(), 1u);
  EXPECT_EQ(opened->sections[0].content.lead_ask().reference(), "TF-2026-0117");
}

}  // namespace
}  // namespace entente::record

#include "core/ledger/receipt.h"

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/ledger/ledger_fixture.h"
#include "core/ledger/parts.h"

namespace entente::ledger {
namespace {

class ReceiptTest : public LedgerTest {
 protected:
  ReceiptTest() {
    for (int i = 0; i < 5; ++i) at = Log("part " + std::to_string(i));
    at -= 2;
  }

  uint64_t Log(std::string_view header) {
    const Act act{.instant = kFounded,
                  .acting_agency = "FR.fiu",
                  .officer_pseudonym = std::string(32, 'p'),
                  .justification_digest = std::string(32, 'j')};
    const SubmittedRecord record{.record_id = {1, 2, 3},
                                 .record_hash = crypto::Sha256(header),
                                 .origin = "FR.fiu",
                                 .sections = {{7}},
                                 .snapshot_number = 3,
                                 .snapshot_hash = crypto::Sha256("s")};
    policy::Decision release;
    release.verdict = policy::Verdict::kRelease;
    release.released = {0};
    const std::vector<DecidedRecipient> decided = {{"BR.fiu", release}, {"DE.fiu", {}}};
    auto parts = SubmissionParts(act, record, decided);
    const auto sealed =
        WriteSealedEntry(v1::ENTRY_KIND_SUBMISSION, kFounded, parts, random.Bytes<32>());
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    return log.Append(*sealed, std::move(parts));
  }
  audit::Checkpoint Verified() {
    return audit::VerifyCheckpoint(log.Checkpoint(), federation.genesis()->checkpoint)->checkpoint;
  }
  std::string Evidence(std::function<void(v1::Evidence&)> change) {
    v1::Evidence evidence = log.Evidence(at, "BR.fiu");
    change(evidence);
    return Outcome(VerifyEvidence(evidence, Verified()).status());
  }
  ReceiptBundle Bundle() {
    const auto bundle = MakeReceiptBundle(log.Evidence(at, "FR.fiu"), log.Checkpoint());
    EXPECT_TRUE(bundle.ok()) << bundle.status();
    return *bundle;
  }
  std::string Verify(const ReceiptBundle& bundle) {
    return Outcome(VerifyReceiptBundle(federation.genesis(), bundle).status());
  }

  testing::TestLog log = federation.NewLog();
  uint64_t at = 0;
};

TEST_F(ReceiptTest, EvidenceTellsOneReadersPart) {
  const auto verified = VerifyEvidence(log.Evidence(at, "BR.fiu"), Verified());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->log_index, at);
  EXPECT_EQ(verified->part.reader(), "BR.fiu");
  EXPECT_EQ(verified->entry.instant, kFounded);
  EXPECT_EQ(verified->leaf_hash, log.LeafAt(at));
}

TEST_F(ReceiptTest, EvidenceThatDoesNotFitIsRefused) {
  EXPECT_EQ(Evidence([](auto&) {}), "ok");
  EXPECT_EQ(Evidence([](auto& e) { e.set_log_index(e.log_index() + 1); }), "proof-bad");
  EXPECT_EQ(Evidence([](auto& e) { e.set_log_index(UINT64_MAX); }), "proof-bad");
  EXPECT_EQ(Evidence([&](auto& e) { e.set_entry(log.entries()[at + 1]); }), "proof-bad");
  EXPECT_EQ(Evidence([&](auto& e) { e.set_part(log.Evidence(at + 1, "BR.fiu").part()); }),
            "proof-bad");
  EXPECT_EQ(Evidence([&](auto& e) { e.set_salt(log.Evidence(at, "FR.fiu").salt()); }), "proof-bad");
  EXPECT_EQ(Evidence([](auto& e) { e.set_salt("short"); }), "malformed");
  EXPECT_EQ(Evidence([](auto& e) { e.mutable_inclusion_path()->RemoveLast(); }), "proof-bad");
  EXPECT_EQ(Evidence([](auto& e) { e.clear_inclusion_path(); }), "proof-bad");
  EXPECT_EQ(Evidence([](auto& e) { e.add_inclusion_path(std::string(32, 'x')); }), "proof-bad");
  EXPECT_EQ(Evidence([](auto& e) { e.set_inclusion_path(0, "short"); }), "malformed");
}

TEST_F(ReceiptTest, AnOpenEntryCarriesNoPart) {
  v1::Evidence evidence = log.Evidence(at, "BR.fiu");
  evidence.set_log_index(0);
  evidence.set_entry(log.entries()[0]);
  evidence.clear_inclusion_path();
  for (const Digest& hash : log.Inclusion(0, log.size())) {
    evidence.add_inclusion_path(ToString(hash));
  }
  EXPECT_EQ(Outcome(VerifyEvidence(evidence, Verified()).status()), "proof-bad");
}

TEST_F(ReceiptTest, APartOfAnotherKindOrInstantIsNotTheEntrys) {
  const Act act{.instant = kFounded + 1,
                .acting_agency = "FR.fiu",
                .officer_pseudonym = {},
                .justification_digest = {}};
  for (const auto& [kind, when] : {std::pair(v1::ENTRY_KIND_NOTICE, kFounded),
                                   std::pair(v1::ENTRY_KIND_EXPIRY, kFounded + 1)}) {
    auto parts = NoticeParts(act, "gap", "BR.fiu", crypto::Sha256("x"));
    const auto sealed = WriteSealedEntry(kind, when, parts, {});
    const uint64_t bad = log.Append(*sealed, std::move(parts));
    EXPECT_EQ(Outcome(VerifyEvidence(log.Evidence(bad, "BR.fiu"), Verified()).status()),
              "proof-bad");
  }
}

TEST_F(ReceiptTest, ABundleProvesItsActWithoutTheLog) {
  const auto facts = VerifyReceiptBundle(federation.genesis(), Bundle());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->verified.log_index, at);
  EXPECT_EQ(facts->tree_size, log.size());
  EXPECT_EQ(facts->verified.part.submission().decisions_size(), 2);
}

TEST_F(ReceiptTest, EachByteFlippedIsRefused) {
  for (const auto file : {&ReceiptBundle::proof, &ReceiptBundle::entry, &ReceiptBundle::part}) {
    const size_t size = (Bundle().*file).size();
    for (size_t i = 0; i < size; ++i) {
      for (const int bit : {0, 5}) {
        ReceiptBundle bent = Bundle();
        (bent.*file)[i] = static_cast<char>((bent.*file)[i] ^ (1 << bit));
        EXPECT_NE(Verify(bent), "ok") << "byte " << i << " of " << (bent.*file);
      }
    }
  }
}

TEST_F(ReceiptTest, EachTruncationAndTrailingByteIsRefused) {
  for (const auto file : {&ReceiptBundle::proof, &ReceiptBundle::entry, &ReceiptBundle::part}) {
    for (size_t keep = 0; keep < (Bundle().*file).size(); ++keep) {
      ReceiptBundle cut = Bundle();
      (cut.*file).resize(keep);
      EXPECT_NE(Verify(cut), "ok") << keep;
    }
    ReceiptBundle longer = Bundle();
    (longer.*file) += "\n";
    EXPECT_NE(Verify(longer), "ok");
  }
}

TEST_F(ReceiptTest, AnotherReadersPartProvesOnlyWhatThatReaderMaySee) {
  const auto bundle = MakeReceiptBundle(log.Evidence(at, "BR.fiu"), log.Checkpoint());
  const auto facts = VerifyReceiptBundle(federation.genesis(), *bundle);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->verified.part.submission().decisions_size(), 1);
}

TEST_F(ReceiptTest, AnotherFederationsOrLogsKeyProvesNothing) {
  FederationOptions options;
  options.seed = 2;
  EXPECT_EQ(Outcome(VerifyReceiptBundle(Federation(options).genesis(), Bundle()).status()),
            "bad-signature");
  options.seed = 1;
  options.broker = "broker-2";
  EXPECT_NE(Outcome(VerifyReceiptBundle(Federation(options).genesis(), Bundle()).status()), "ok");
}

TEST_F(ReceiptTest, NothingIsTakenThatNoSignatureCovers) {
  ReceiptBundle bundle = Bundle();
  const size_t line = bundle.proof.find('\n');
  bundle.proof.insert(line + 1, "extra YWJj\n");
  EXPECT_EQ(Verify(bundle), "malformed");
}

TEST_F(ReceiptTest, WhatCannotBeWrittenMakesNoBundle) {
  v1::Evidence evidence = log.Evidence(at, "FR.fiu");
  evidence.set_salt("short");
  EXPECT_FALSE(MakeReceiptBundle(evidence, log.Checkpoint()).ok());
  evidence = log.Evidence(at, "FR.fiu");
  evidence.set_inclusion_path(0, "short");
  EXPECT_FALSE(MakeReceiptBundle(evidence, log.Checkpoint()).ok());
}

class BrokersReceipt : public ReceiptTest {
 protected:
  v1::Receipt Body() {
    v1::Receipt body;
    body.set_log_origin(federation.log_origin());
    v1::ReceiptItem& item = *body.add_items();
    item.set_record_hash(ToString(crypto::Sha256("header")));
    item.set_log_index(at);
    body.set_tree_size(log.size());
    body.set_root(ToString(log.RootAt(log.size())));
    return body;
  }
  std::string Outcome(const v1::Receipt& body, const crypto::SigningKey& key) {
    return ledger::Outcome(
        VerifyReceipt(federation.genesis(), SignReceipt(federation.genesis(), body, key)).status());
  }
};

TEST_F(BrokersReceipt, IsByTheReceiptKeyAlone) {
  EXPECT_EQ(Outcome(Body(), federation.receipt_key()), "ok");
  EXPECT_EQ(Outcome(Body(), federation.note_key()), "key-unknown");
  EXPECT_EQ(Outcome(Body(), federation.checkpoint_key()), "key-unknown");
  v1::SignedStatement bent = SignReceipt(federation.genesis(), Body(), federation.receipt_key());
  bent.mutable_body()->back() ^= 1;
  EXPECT_EQ(ledger::Outcome(VerifyReceipt(federation.genesis(), bent).status()), "bad-signature");
}

TEST_F(BrokersReceipt, IsForThisLogAndAnIndexInItsTree) {
  v1::Receipt body = Body();
  body.set_log_origin("entente.test/log/broker-2");
  EXPECT_EQ(Outcome(body, federation.receipt_key()), "proof-bad");
  body = Body();
  body.mutable_items(0)->set_log_index(body.tree_size());
  EXPECT_EQ(Outcome(body, federation.receipt_key()), "proof-bad");
  body = Body();
  body.clear_items();
  EXPECT_EQ(Outcome(body, federation.receipt_key()), "malformed");
  body = Body();
  body.set_root("short");
  EXPECT_EQ(Outcome(body, federation.receipt_key()), "malformed");
}

TEST_F(BrokersReceipt, OfAnExerciseDoesNotCountInEarnest) {
  FederationOptions options;
  options.federation = "exercise.test";
  const Federation exercise(options);
  const v1::SignedStatement statement =
      SignReceipt(exercise.genesis(), Body(), federation.receipt_key());
  EXPECT_EQ(ledger::Outcome(VerifyReceipt(federation.genesis(), statement).status()),
            "bad-signature");
}

}  // namespace
}  // namespace entente::ledger

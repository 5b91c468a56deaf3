// entente-audit as people use it: the program itself, on files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/audit_fixture.h"
#include "cli/audit_render.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/ledger/parts.h"
#include "core/record/strict.h"
#include "tests/support/federation.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Federation;
using ::testing::HasSubstr;
using testing::kFounded;
using ::testing::Not;

class AuditTest : public AuditFolderTest {
 protected:
  AuditTest() {
    Write("genesis.toml", federation.genesis().text());
    Log(1);
    Log(2);
    Log(3);
    Refuse(4);
    for (uint8_t number = 1; number <= 4; ++number) WriteReceipt(number);
  }

  static RecordId IdOf(uint8_t number) { return {number, 0xab, 0xcd}; }
  static std::string NameOf(uint8_t number) { return HexEncode(IdOf(number)); }
  std::string Proof(uint8_t number) {
    return (folder / "receipts" / (NameOf(number) + ".tlog-proof")).string();
  }
  std::string Read(const std::string& path) {
    const auto text = ReadText(path);
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }

  const ledger::Act act{.instant = kFounded,
                        .acting_agency = "FR.fiu",
                        .officer_pseudonym = std::string(32, '\x0f'),
                        .justification_digest = std::string(32, '\x0e')};

  void Keep(v1::EntryKind kind, std::vector<ledger::ReaderPart> parts) {
    const auto sealed = ledger::WriteSealedEntry(kind, kFounded, parts, random.Bytes<32>());
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    indices.push_back(log.Append(*sealed, std::move(parts)));
  }
  void Log(uint8_t number) {
    policy::Decision part;
    part.verdict = policy::Verdict::kReleaseInPart;
    part.released = {0};
    part.withheld = {{.section = 1,
                      .rules = {{policy::Side::kOrigin, "FR-OUT-800", "A title"}},
                      .reasons = {{policy::Side::kOrigin, "withheld"}}}};
    part.obligations = {"onward:never"};
    part.matched = {{policy::Side::kOrigin, "FR-OUT-100", "A title"}};
    policy::Decision refused;
    refused.reasons = {{policy::Side::kDestination, "no-rule-allows"}};
    refused.destination_contact = "Office of AE";
    const ledger::SubmittedRecord record{.record_id = IdOf(number),
                                         .record_hash = crypto::Sha256({&number, 1}),
                                         .origin = "FR.fiu",
                                         .sections = {{1}, {0xbe, 0xef}},
                                         .snapshot_number = 9,
                                         .snapshot_hash = crypto::Sha256("snapshot")};
    const std::vector<ledger::DecidedRecipient> decided = {{"CH.fiu", part}, {"AE.fiu", refused}};
    Keep(v1::ENTRY_KIND_SUBMISSION, ledger::SubmissionParts(act, record, decided));
  }
  void Refuse(uint8_t number) {
    v1::Part part;
    part.set_kind(v1::ENTRY_KIND_REFUSAL);
    part.set_instant_ms(static_cast<uint64_t>(act.instant.ms));
    part.set_reader(act.acting_agency);
    part.set_acting_agency(act.acting_agency);
    part.set_officer_pseudonym(act.officer_pseudonym);
    part.set_justification_digest(act.justification_digest);
    part.mutable_refusal()->set_record_id(ToString(IdOf(number)));
    part.mutable_refusal()->set_record_hash(ToString(crypto::Sha256("4")));
    part.mutable_refusal()->set_reason("bad-signature");
    Keep(v1::ENTRY_KIND_REFUSAL, {{part.reader(), record::Encode(part)}});
  }
  void WriteReceipt(uint8_t number) {
    const auto bundle =
        ledger::MakeReceiptBundle(log.Evidence(indices[number - 1], "FR.fiu"), log.Checkpoint());
    ASSERT_TRUE(bundle.ok()) << bundle.status();
    const std::string name = "receipts/" + NameOf(number);
    Write(name + ".tlog-proof", bundle->proof);
    Write(name + ".entry", bundle->entry);
    Write(name + ".part", bundle->part);
  }
  Said Verify(const std::string& what, const std::string& more = "") {
    return RunAudit("verify-receipt " + what + " --genesis " + (folder / "genesis.toml").string() +
                    " " + more);
  }

  Federation federation;
  testing::TestLog log = federation.NewLog();
  testing::SeededRandom random{7};
  std::vector<uint64_t> indices;
};

TEST_F(AuditTest, TellsAPersonWhoActedWhenAndWhatWasDecided) {
  const Said run = Verify(Proof(1));
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("VERIFIED " + Proof(1)));
  EXPECT_THAT(run.out, HasSubstr(DigestText(federation.genesis().digest())));
  EXPECT_THAT(run.out, HasSubstr(NameOf(1)));
  EXPECT_THAT(run.out, HasSubstr("index " + std::to_string(indices[0]) + " in a log of " +
                                 std::to_string(log.size())));
  EXPECT_THAT(run.out, HasSubstr("2026-11-02T00:00:00.000Z"));
  EXPECT_THAT(run.out, HasSubstr("FR.fiu"));
  EXPECT_THAT(run.out, HasSubstr("CH.fiu: released in part"));
  EXPECT_THAT(run.out, HasSubstr("beef0000000000000000000000000000 withheld"));
  EXPECT_THAT(run.out, HasSubstr("under rules: FR-OUT-800"));
  EXPECT_THAT(run.out, HasSubstr("obligations: onward:never"));
  EXPECT_THAT(run.out, HasSubstr("AE.fiu: refused"));
  EXPECT_THAT(run.out, HasSubstr("ask: Office of AE"));
  EXPECT_THAT(run.out, HasSubstr("QUORUM NONE"));
  EXPECT_THAT(run.out, Not(HasSubstr("receipts:"))) << "no summary of one";
}

TEST_F(AuditTest, AFolderIsVerifiedWholeAndSummedUp) {
  const Said run = Verify((folder / "receipts").string());
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("4 receipts: 4 verified, 0 not verified, 0 not readable"));
  EXPECT_THAT(run.out, HasSubstr("bad-signature")) << "the refusal that was logged";
}

TEST_F(AuditTest, ADecisionMadeAgainIsAReceiptBesideTheFirst) {
  v1::RecipientDecision refused;
  refused.set_recipient("CH.fiu");
  refused.set_verdict(v1::VERDICT_REFUSE);
  refused.add_reasons("policy-expired");
  const ledger::SubmittedRecord record{.record_id = IdOf(1),
                                       .record_hash = crypto::Sha256("1"),
                                       .origin = "FR.fiu",
                                       .sections = {},
                                       .snapshot_number = 10,
                                       .snapshot_hash = crypto::Sha256("later")};
  Keep(v1::ENTRY_KIND_DECISION_AGAIN,
       ledger::DecisionAgainParts(act, indices[0], record, refused, refused));
  const uint64_t index = indices.back();
  const auto bundle = ledger::MakeReceiptBundle(log.Evidence(index, "FR.fiu"), log.Checkpoint());
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  const auto write = [&](const std::string& id) {
    const std::string name = "receipts/" + id + "-again-" + std::to_string(index);
    Write(name + ".tlog-proof", bundle->proof);
    Write(name + ".entry", bundle->entry);
    Write(name + ".part", bundle->part);
    return (folder / (name + ".tlog-proof")).string();
  };
  const Said run = Verify(write(NameOf(1)));
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("decided again, first at"));
  EXPECT_THAT(run.out, HasSubstr(std::to_string(indices[0])));
  EXPECT_THAT(run.out, HasSubstr("CH.fiu: refused"));
  EXPECT_THAT(Verify(write(NameOf(1)), "--json").out, HasSubstr("\"first_index\":"));
  EXPECT_NE(Verify(write(NameOf(2))).exit_code, 0) << "named after another record";
}

TEST_F(AuditTest, SaysItInFrench) {
  const Said run = Verify((folder / "receipts").string(), "--language fr");
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.out, HasSubstr("4 reçus : 4 vérifiés"));
  EXPECT_THAT(run.out, HasSubstr("AUCUN QUORUM"));
  EXPECT_EQ(Verify(Proof(1), "--language de").exit_code, 2);
}

TEST_F(AuditTest, NoSentenceIsMissingInEitherLanguage) {
  std::vector<AuditedReceipt> receipts;
  for (uint8_t number = 1; number <= 4; ++number) {
    receipts.push_back(AuditReceipt(federation.genesis(), Proof(number)));
  }
  receipts.push_back(AuditReceipt(federation.genesis(), "absent.tlog-proof"));
  for (const Language language : {Language::kEnglish, Language::kFrench}) {
    EXPECT_THAT(RenderAudit(language, federation.genesis(), receipts), Not(HasSubstr("[")));
  }
}

TEST_F(AuditTest, AFileThatIsNoReceiptIsCalledByTheNameThatWasGiven) {
  Write("notes.md", "what I meant to verify");
  const std::string notes = (folder / "notes.md").string();
  const Said run = Verify(notes);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out, HasSubstr("NOT READABLE " + notes + ": it is no receipt"));
  EXPECT_THAT(run.out, Not(HasSubstr("notes.tlog-proof")));
  EXPECT_THAT(Verify(notes, "--language fr").out, HasSubstr("ce n'est pas un reçu"));
}

TEST_F(AuditTest, OneThatDoesNotVerifyMakesTheAnswerNo) {
  Write("receipts/" + NameOf(2) + ".part", Read((folder / "receipts" / (NameOf(3) + ".part"))));
  const Said run = Verify((folder / "receipts").string());
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, HasSubstr("NOT VERIFIED " + Proof(2)));
  EXPECT_THAT(run.out, HasSubstr("proof-bad"));
  EXPECT_THAT(run.out, HasSubstr("4 receipts: 3 verified, 1 not verified, 0 not readable"));
}

TEST_F(AuditTest, AReceiptUnderAnothersNameIsNotThatRecords) {
  for (const char* extension : {".tlog-proof", ".entry", ".part"}) {
    fs::rename(folder / "receipts" / (NameOf(1) + extension),
               folder / "receipts" / (NameOf(9) + extension));
  }
  const Said run = Verify(Proof(9));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, HasSubstr("another record"));
}

// The second form of a name, where two origins used one id.
TEST_F(AuditTest, ANameWithAHashIsThatRecordsAlone) {
  const auto ends_with = [&](const std::string& from, const std::string& to) {
    for (const char* extension : {".tlog-proof", ".entry", ".part"}) {
      fs::rename(folder / "receipts" / (from + extension), folder / "receipts" / (to + extension));
    }
    return Verify((folder / "receipts" / (to + ".tlog-proof")).string()).exit_code;
  };
  const std::string other = NameOf(1) + "-" + std::string(32, '0');
  EXPECT_EQ(ends_with(NameOf(1), other), 1);
  EXPECT_EQ(ends_with(other, NameOf(2) + "-of-no-form"), 0);
}

TEST_F(AuditTest, AnotherGenesisFileVerifiesNothing) {
  testing::FederationOptions options;
  options.seed = 2;
  Write("genesis.toml", Federation(options).genesis().text());
  const Said run = Verify(Proof(1));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, HasSubstr("bad-signature"));
}

TEST_F(AuditTest, WhatCannotBeReadIsSaid) {
  fs::remove(folder / "receipts" / (NameOf(1) + ".entry"));
  Said run = Verify(Proof(1) + " " + Proof(2));
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out, AllOf(HasSubstr("NOT READABLE"), HasSubstr("1 verified"),
                             HasSubstr("1 not readable")));
  EXPECT_EQ(Verify((folder / "nothing.tlog-proof").string()).exit_code, 3);
  fs::create_directories(folder / "empty");
  run = Verify((folder / "empty").string());
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out, HasSubstr("holds no receipt"));
}

TEST_F(AuditTest, AGenesisFileThatIsNoneIsRefusedWithItsPlace) {
  Write("genesis.toml", federation.genesis().text() + "\ncolour = 1\n");
  const Said run = Verify(Proof(1));
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.out, HasSubstr("genesis.toml:"));
  EXPECT_EQ(RunAudit("verify-receipt " + Proof(1) + " --genesis /no/such/file").exit_code, 3);
}

TEST_F(AuditTest, HelpIsCompleteAndMisuseIsUsage) {
  const Said help = RunAudit("verify-receipt --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* word : {"--genesis", "--json", "--language", "tlog-proof", "Exit codes"}) {
    EXPECT_THAT(help.out, HasSubstr(word));
  }
  EXPECT_EQ(RunAudit("--help").exit_code, 0);
  EXPECT_EQ(RunAudit("").exit_code, 2);
  EXPECT_EQ(RunAudit("verify-receipt").exit_code, 2);
  EXPECT_EQ(RunAudit("verify-receipt " + Proof(1)).exit_code, 2);
  EXPECT_EQ(RunAudit("no-such-command").exit_code, 2);
}

TEST_F(AuditTest, JsonIsOneLineWithEverythingTextSays) {
  const Said run = Verify(Proof(1) + " " + Proof(4) + " absent", "--json");
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 1);
  for (const char* part :
       {"\"quorum\":\"none\"", "\"verified\":2", "\"unreadable\":1", "\"kind\":\"submission\"",
        "\"recipient\":\"CH.fiu\"", "\"verdict\":\"release-in-part\"", "\"rules\":[\"FR-OUT-800\"]",
        "\"contact\":\"Office of AE\"", "\"refused\":\"bad-signature\"",
        "\"reason\":\"not-readable\"", "\"instant\":\"2026-11-02T00:00:00.000Z\""}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
}

TEST_F(AuditTest, TextsFromAReceiptDoNotSteerTheTerminal) {
  policy::Decision refused;
  refused.destination_contact = "\x1b[2J";
  const ledger::SubmittedRecord record{.record_id = IdOf(5),
                                       .record_hash = crypto::Sha256("5"),
                                       .origin = "FR.fiu",
                                       .sections = {{1}},
                                       .snapshot_number = 9,
                                       .snapshot_hash = crypto::Sha256("snapshot")};
  refused.reasons = {{policy::Side::kDestination, "forbidden"}};
  const std::vector<ledger::DecidedRecipient> decided = {{"AE.fiu", refused}};
  Keep(v1::ENTRY_KIND_SUBMISSION, ledger::SubmissionParts(act, record, decided));
  WriteReceipt(5);
  const Said run = Verify(Proof(5));
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, AllOf(HasSubstr("<U+001B>"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace entente::cli

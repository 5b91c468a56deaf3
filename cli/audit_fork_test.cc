// entente-audit prove-fork and verify-fork as people use them: the program itself, on files.
#include <gmock/gmock.h>

#include <filesystem>

#include "cli/audit_fixture.h"
#include "cli/json.h"
#include "core/audit/tlog_proof.h"
#include "core/base/encoding.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class AuditForkTest : public AuditFolderTest {
 protected:
  // "same-SIZE": of the history in `log`; "other-SIZE": of another one from entry 100 on.
  AuditForkTest() {
    WriteLog("log", 300, false);
    WriteLog("later", 310, false);
    for (const uint64_t size : {99u, 256u, 257u, 299u, 300u}) {
      auto leaves = audit::Leaves(size);
      Note("same-" + std::to_string(size), leaves);
      if (size > 100) leaves[100] = audit::LeafHash("another entry");
      Note("other-" + std::to_string(size), leaves);
    }
  }
  void Note(const std::string& name, const std::vector<Digest>& leaves) const {
    Write(name, *audit::SignCheckpoint({audit::kOrigin, leaves.size(), audit::RootOfLeaves(leaves)},
                                       audit::TestKey(1)));
  }
  Said Prove(const std::string& a, const std::string& b, const std::string& more = "") const {
    return RunAudit("prove-fork " + Place(a) + " " + Place(b) + Key() + more);
  }
  std::string Tiles(const std::string& name = "log") const { return " --tiles " + Place(name); }
  std::string Out() const { return " --out " + Place("proof"); }
  Said VerifyProof(const std::string& more = "") const {
    return RunAudit("verify-fork " + Place("proof") + Key() + more);
  }
};

TEST_F(AuditForkTest, TwoRootsOfOneSizeNeedNothingElse) {
  const Said run = Prove("same-300", "other-300", Out());
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("FORK PROVEN: the log signed two histories of 300 entries."));
  const Said proof = VerifyProof();
  EXPECT_EQ(proof.exit_code, 0) << proof.out;
  EXPECT_EQ(proof.out, run.out);
  EXPECT_EQ(Prove("same-300", "same-300").exit_code, 1);
}

TEST_F(AuditForkTest, OfTwoSizesTheTilesOfTheLargerTell) {
  for (const char* size : {"256", "257", "299"}) {
    for (const std::string& tiles : {Tiles(), Tiles("later")}) {
      const std::string other = std::string("other-") + size, same = std::string("same-") + size;
      const Said forked = Prove("same-300", other, tiles + Out());
      EXPECT_EQ(forked.exit_code, 0) << size << forked.out;
      EXPECT_THAT(forked.out, HasSubstr(std::string("The larger tree has at size ") + size));
      EXPECT_EQ(VerifyProof().out, forked.out);
      fs::remove(Place("proof"));
      const Said fits = Prove(same, "same-300", tiles + Out());
      EXPECT_EQ(fits.exit_code, 1) << fits.out;
      EXPECT_THAT(fits.out, HasSubstr("NO FORK"));
      EXPECT_FALSE(fs::exists(Place("proof"))) << "there is nothing to prove";
    }
  }
  EXPECT_EQ(Prove("other-99", "same-300", Tiles()).exit_code, 1) << "they part at 100";
}

TEST_F(AuditForkTest, AsJsonAndInFrench) {
  const Said run = Prove("other-257", "same-300", Tiles() + " --json");
  const Json json = Json::parse(run.out, nullptr, false);
  EXPECT_EQ(json["forked"], true) << run.out;
  EXPECT_EQ(json["origin"], audit::kOrigin);
  EXPECT_EQ(json["smaller"]["size"], 257);
  EXPECT_EQ(json["larger"]["root"], Base64Encode(audit::CheckpointAt(300).root));
  EXPECT_EQ(json["root_then"], Base64Encode(audit::CheckpointAt(257).root));
  EXPECT_THAT(Prove("other-257", "same-300", Tiles() + " --language fr").out,
              HasSubstr("BIFURCATION PROUVÉE"));
}

TEST_F(AuditForkTest, AReceiptCarriesACheckpoint) {
  const audit::TlogProof receipt{std::nullopt, 0, {}, *ReadText(Place("other-300"))};
  Write("receipt.tlog-proof", audit::FormatTlogProof(receipt));
  EXPECT_EQ(Prove("receipt.tlog-proof", "same-300").exit_code, 0);
}

TEST_F(AuditForkTest, WhatProvesNothingEitherWayIsRefused) {
  const Said sizes = Prove("other-257", "same-300");
  EXPECT_EQ(sizes.exit_code, 3) << sizes.out;
  EXPECT_THAT(sizes.out, HasSubstr("--tiles"));
  const Said others = Prove("same-257", "other-300", Tiles());
  EXPECT_EQ(others.exit_code, 3) << others.out;
  EXPECT_THAT(others.out, HasSubstr("do not give the root of the larger checkpoint"));
  Write("stranger", *audit::SignCheckpoint(audit::CheckpointAt(300), audit::TestKey(2)));
  for (const auto& [a, b] : {std::pair("stranger", "same-300"), std::pair("same-300", "stranger"),
                             std::pair("same-300", "nothing"), std::pair("log", "same-300")}) {
    EXPECT_EQ(Prove(a, b).exit_code, 3) << a << b;
  }
  const Said missing = Prove("other-257", "same-300", Tiles("nowhere"));
  EXPECT_EQ(missing.exit_code, 3) << missing.out;
  EXPECT_THAT(missing.out, HasSubstr("is missing"));
}

TEST_F(AuditForkTest, AnyChangedByteOfAProofProvesNothing) {
  ASSERT_EQ(Prove("other-257", "same-300", Tiles() + Out()).exit_code, 0);
  const std::string good = *ReadText(Place("proof"));
  for (size_t at = 0; at < good.size(); at += 7) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    Write("proof", bad);
    EXPECT_NE(VerifyProof().exit_code, 0) << at << ": " << good.substr(at, 10);
  }
  // Of one size, two that are the same.
  const std::string note = *ReadText(Place("same-300"));
  const std::string once = "checkpoint " + std::to_string(note.size()) + "\n" + note;
  Write("proof", "entente/fork-proof/1\n" + once + once);
  EXPECT_EQ(VerifyProof().exit_code, 1);
}

TEST_F(AuditForkTest, AProofThatCannotBeWrittenIsSaid) {
  EXPECT_EQ(Prove("same-300", "other-300", " --out " + Place("no/where")).exit_code, 5);
}

}  // namespace
}  // namespace entente::cli

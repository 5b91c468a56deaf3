// entente-audit verify-tiles as people use it: the program itself, on directories.
#include <gmock/gmock.h>

#include <filesystem>

#include "cli/audit_fixture.h"
#include "cli/json.h"
#include "core/base/encoding.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class AuditTilesTest : public AuditFolderTest {
 protected:
  Said Verify(const std::string& more = "") const {
    return RunAudit("verify-tiles " + Place("log") + Key() + more);
  }
  Json VerifyJson(int exit_code) const {
    const Said run = Verify("--json");
    EXPECT_EQ(run.exit_code, exit_code) << run.out;
    return Json::parse(run.out, nullptr, false);
  }
  void Flip(const std::string& name) const {
    std::string bytes = *ReadText(Place("log/" + name));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    Write("log/" + name, bytes);
  }
};

TEST_F(AuditTilesTest, SaysWhatItVerified) {
  WriteLog("log", 300, true);
  const Said run = Verify();
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_EQ(run.out, "Log entente.test/log/one\nSize 300, root " +
                         Base64Encode(audit::CheckpointAt(300).root) +
                         "\nVERIFIED: 3 tiles and 2 bundles hold the 300 entries that the log "
                         "signed.\n");
  const Json json = VerifyJson(0);
  EXPECT_EQ(json["verified"], true);
  EXPECT_EQ(json["origin"], audit::kOrigin);
  EXPECT_EQ(json["size"], 300);
  EXPECT_EQ(json["tiles"], 3);
  EXPECT_EQ(json["bundles"], 2);
  EXPECT_EQ(json["entries"], true);
  EXPECT_EQ(json["key"], audit::LogKey().Text());
  EXPECT_EQ(json["findings"], Json::array());
}

TEST_F(AuditTilesTest, HashesAloneAreSaidToBeThat) {
  WriteLog("log", 300, false);
  EXPECT_THAT(Verify().out, HasSubstr("HASHES ALONE: 3 tiles lead to the root that the log "
                                      "signed, of 300 entries. The entries are not here"));
  EXPECT_EQ(VerifyJson(0)["entries"], false);
  EXPECT_THAT(Verify("--language fr").out, HasSubstr("EMPREINTES SEULES"));
}

TEST_F(AuditTilesTest, AnEmptyLogIsOne) {
  WriteLog("log", 0, true);
  const Said run = Verify();
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("VERIFIED: the log has no entry yet."));
}

TEST_F(AuditTilesTest, OneLineForEachFileThatIsWrong) {
  WriteLog("log", 300, true);
  Flip("tile/0/000");
  fs::remove(folder / "log/tile/entries/001.p/44");
  fs::create_symlink(Place("log/tile/0/000"), folder / "log/tile/0/001");
  const Said run = Verify();
  EXPECT_EQ(run.exit_code, 1) << run.out;
  EXPECT_THAT(
      run.out,
      AllOf(HasSubstr("\ntile/0/000: does not give hash 0 of tile/1/000.p/1\n"),
            HasSubstr("\ntile/entries/001.p/44: is missing; a tree of 300 entries has it\n"),
            HasSubstr("\ntile/0/001: is a link, or no regular file"),
            HasSubstr("\nNOT VERIFIED: 3 findings\n"), Not(HasSubstr("\nVERIFIED"))))
      << run.out;
  EXPECT_THAT(Verify("--language fr").out,
              HasSubstr("tile/0/000 : ne donne pas l'empreinte 0 de tile/1/000.p/1"));
  const Json json = VerifyJson(1);
  EXPECT_EQ(json["verified"], false);
  ASSERT_EQ(json["findings"].size(), 3u);
  EXPECT_EQ(json["findings"][0]["file"], "tile/0/000");
  EXPECT_EQ(json["findings"][0]["fault"], "hash");
}

TEST_F(AuditTilesTest, ACheckpointThatTheKeyDidNotSignSaysNothingOfTheTiles) {
  WriteLog("log", 300, true);
  Write("log/checkpoint", *audit::SignCheckpoint(audit::CheckpointAt(300), audit::TestKey(2)));
  const Said run = Verify();
  EXPECT_EQ(run.exit_code, 1) << run.out;
  EXPECT_THAT(run.out, AllOf(HasSubstr("checkpoint: bad-signature"), Not(HasSubstr("300"))));
  const Json json = VerifyJson(1);
  EXPECT_EQ(json["findings"][0]["fault"], "bad-signature");
  EXPECT_FALSE(json.contains("size"));
}

TEST_F(AuditTilesTest, TheKeyIsATextOrAFile) {
  WriteLog("log", 3, true);
  Write("key", audit::LogKey().Text() + "\n");
  const std::string tiles = "verify-tiles " + Place("log") + " --vkey ";
  EXPECT_EQ(RunAudit(tiles + Place("key")).exit_code, 0);
  EXPECT_EQ(RunAudit(tiles + audit::LogKey(2).Text()).exit_code, 1);
  Write("key", "no key\n");
  for (const std::string& bad : {Place("key"), Place("nothing"), std::string("name+00+AA")}) {
    const Said run = RunAudit(tiles + bad);
    EXPECT_EQ(run.exit_code, 3) << run.out;
    EXPECT_THAT(run.out, HasSubstr("not a verifier key"));
  }
  const auto witness = audit::VerifierKey::Create("w", audit::NoteKeyType::kCosignatureV1,
                                                  audit::TestKey(1).public_key());
  const Said run = RunAudit(tiles + witness->Text());
  EXPECT_EQ(run.exit_code, 3) << run.out;
  EXPECT_THAT(run.out, HasSubstr("the key of a witness"));
}

TEST_F(AuditTilesTest, WhatIsNoLogIsRefused) {
  for (const char* name : {"log", "log/checkpoint"}) {
    fs::create_directories(folder / name);
    const Said run = Verify();
    EXPECT_EQ(run.exit_code, 3) << run.out;
    EXPECT_THAT(run.out, HasSubstr("log/checkpoint"));
  }
  EXPECT_EQ(RunAudit("verify-tiles " + Place("log")).exit_code, 2);
}

TEST_F(AuditTilesTest, LogsOfOthersHaveOtherNamesLinesAndSigners) {
  WriteLog("log", 300, true);
  const audit::Checkpoint checkpoint{"Ein Log, des Andern", 300, audit::CheckpointAt(300).root};
  const std::string text = audit::CheckpointText(checkpoint) + "an extension\nanother\n";
  const auto other = audit::SignNote(text, "witness.example", audit::TestKey(9));
  const auto own = audit::SignNote(text, audit::kOrigin, audit::TestKey(1));
  Write("log/checkpoint", *audit::FormatNote({text, {other, own, other}}));
  Write("log/README", "not a part of it");
  const Said run = Verify();
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, AllOf(HasSubstr("Log Ein Log, des Andern\n"),
                             HasSubstr("The key bears another name than the log: "),
                             HasSubstr("No part of the log, and not looked at: README\n")));
  EXPECT_EQ(VerifyJson(0)["not_looked_at"], Json::array({"README"}));
}

TEST_F(AuditTilesTest, AFullTileInThePlaceOfAPartialOneIsSaidToHoldMore) {
  WriteLog("log", 300, false);
  Write("log/tile/0/001", audit::TilesOfLog(512, false).at("tile/0/001"));
  fs::remove_all(folder / "log/tile/0/001.p");
  const Said run = Verify();
  EXPECT_EQ(run.exit_code, 0) << run.out;
  EXPECT_THAT(run.out, HasSubstr("Files that hold more than the checkpoint covers: 1."));
  EXPECT_EQ(VerifyJson(0)["beyond"], 1);
}

}  // namespace
}  // namespace entente::cli

#include "cli/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/crypto/sign.h"
#include "tests/support/seeded_random.h"

namespace entente::cli {
namespace {

std::string Temporary(const std::string& name) {
  return ::testing::TempDir() + "/files_test_" + name;
}

TEST(Files, StatementsComeBackAsTheyWere) {
  testing::SeededRandom random(1);
  const auto authority = crypto::SigningKey::Create(random);
  v1::AgencyStatement statement;
  statement.set_agency("FR.fiu");
  const std::vector publications = {ledger::SignAgencyState("f.test", statement, authority)};
  const std::string path = Temporary("statements");
  ASSERT_TRUE(WritePublications(path, publications).ok());
  const auto back = ReadPublications(path);
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->size(), 1u);
  EXPECT_EQ(back->front().kind, publications.front().kind);
  EXPECT_EQ(back->front().statement.SerializeAsString(),
            publications.front().statement.SerializeAsString());
}

TEST(Files, DamagedStatementsAreRefusedWithTheirLine) {
  const std::string path = Temporary("damaged");
  ASSERT_TRUE(WriteText(path, "entente-statements/1\n!!!\n").ok());
  EXPECT_NE(ReadPublications(path).status().message().find(":2:1:"), std::string::npos);
  ASSERT_TRUE(WriteText(path, "something else\n").ok());
  EXPECT_FALSE(ReadPublications(path).ok());
}

TEST(Files, APrivateFolderMustBeClosedToOthers) {
  const std::string path = Temporary("folder");
  mkdir(path.c_str(), 0700);
  chmod(path.c_str(), 0755);
  const auto status = MakePrivateFolder(path);
  EXPECT_TRUE(absl::IsPermissionDenied(status));
  EXPECT_NE(status.message().find("chmod 700"), std::string::npos);
  chmod(path.c_str(), 0700);
  EXPECT_TRUE(MakePrivateFolder(path).ok());
}

TEST(Files, AMissingFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(ReadText(Temporary("absent")).status()));
}

}  // namespace
}  // namespace entente::cli

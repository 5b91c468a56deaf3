#include "core/audit/add_checkpoint.h"

#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"

namespace entente::audit {
namespace {

const std::string kHash = Base64Encode(EmptyRoot());
const std::string kNote = "origin\n1\nroot\n\n\u2014 name AAAAAAA=\n";

TEST(AddCheckpointTest, TheExampleOfTheSpecificationIsRead) {
  const std::string body =
      "old 20852014\n"
      "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
      "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
      "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
      "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
      "\n" +
      kNote;
  const auto request = ParseAddCheckpoint(body);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->old_size, 20852014u);
  ASSERT_EQ(request->proof.size(), 4u);
  EXPECT_EQ(Base64Encode(request->proof[3]), "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=");
  EXPECT_EQ(request->note, kNote);
  EXPECT_EQ(FormatAddCheckpoint(*request), body);
}

TEST(AddCheckpointTest, ZeroAndTheLargestSizeAreRead) {
  EXPECT_EQ(ParseAddCheckpoint("old 0\n\n" + kNote)->old_size, 0u);
  EXPECT_EQ(ParseAddCheckpoint("old 18446744073709551615\n\n" + kNote)->old_size, ~uint64_t{0});
}

TEST(AddCheckpointTest, OtherFirstLinesAreMalformed) {
  for (const std::string line : {"", "old", "old ", "old  5", " old 5", "Old 5", "old 05", "old 00",
                                 "old +5", "old -1", "old 5 ", "old 5\r", "old\t5", "old 0x5",
                                 "old 5.0", "old 18446744073709551616", "5", "size 5"}) {
    const auto request = ParseAddCheckpoint(line + "\n\n" + kNote);
    EXPECT_TRUE(IsRefusal(request.status(), Reason::kMalformed)) << line;
  }
}

TEST(AddCheckpointTest, OtherProofLinesAreMalformed) {
  ASSERT_TRUE(ParseAddCheckpoint("old 5\n" + kHash + "\n\n" + kNote).ok());
  for (const std::string& line :
       {std::string("x"), " " + kHash, kHash + " ", kHash + "\r", kHash.substr(0, 43),
        kHash + "AAAA", std::string("AAAA"), std::string(43, 'A') + "B",
        std::string(42, 'A') + "-_", HexEncode(EmptyRoot())}) {
    const auto request = ParseAddCheckpoint("old 5\n" + line + "\n\n" + kNote);
    EXPECT_TRUE(IsRefusal(request.status(), Reason::kMalformed)) << line;
  }
}

TEST(AddCheckpointTest, ABodyWithoutItsEmptyLineIsMalformed) {
  for (const std::string& body : {std::string("old 5"), std::string("old 5\n"),
                                  "old 5\n" + kHash + "\n", "old 5\n" + kHash, "old 5\n" + kNote}) {
    EXPECT_TRUE(IsRefusal(ParseAddCheckpoint(body).status(), Reason::kMalformed)) << body;
  }
}

TEST(AddCheckpointTest, AProofHasSixtyThreeLinesAtMost) {
  std::string body = "old 5\n";
  for (size_t i = 0; i < limits::kProofHashes; ++i) body += kHash + "\n";
  EXPECT_TRUE(ParseAddCheckpoint(body + "\n" + kNote).ok());
  EXPECT_TRUE(
      IsRefusal(ParseAddCheckpoint(body + kHash + "\n\n" + kNote).status(), Reason::kMalformed));
}

}  // namespace
}  // namespace entente::audit

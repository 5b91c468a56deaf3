#include "core/audit/tile_nodes.h"

#include <gtest/gtest.h>

#include "core/audit/tile_fixture.h"

namespace entente::audit {
namespace {

void ExpectAllProofs(const Files& files, uint64_t size, uint64_t written) {
  const FilesSource source(files);
  TileNodes nodes(source, size, written);
  const Digest root = CheckpointAt(size).root;
  EXPECT_EQ(*MakeRoot(size, nodes.Source()), root) << size;
  for (const uint64_t first : {uint64_t{1}, uint64_t{2}, size / 3, size / 2, size - 1}) {
    const auto proof = MakeConsistency(first, size, nodes.Source());
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_TRUE(VerifyConsistency(first, size, *proof, CheckpointAt(first).root, root).ok())
        << first << " of " << size;
  }
}

TEST(TileNodes, EverySubtreeFromTheTilesOfItsSize) {
  for (const uint64_t size : {5u, 256u, 300u, 66'000u}) {
    ExpectAllProofs(TilesOfLog(size, false), size, size);
  }
}

TEST(TileNodes, FromLevelZeroAlone) {
  for (const uint64_t size : {300u, 66'000u}) {
    Files files = TilesOfLog(size, false);
    std::erase_if(files, [](const auto& file) { return !file.first.starts_with("tile/0/"); });
    ExpectAllProofs(files, size, size);
  }
}

TEST(TileNodes, FromTheTilesOfALargerSize) {
  ExpectAllProofs(TilesOfLog(512, false), 300, 512);
  ExpectAllProofs(TilesOfLog(310, false), 300, 310);
  ExpectAllProofs(TilesOfLog(66'000, false), 300, 66'000);
}

TEST(TileNodes, WhatIsMissingOrOfAnotherFormIsNamed) {
  Files files = TilesOfLog(300, false);
  files.erase("tile/0/001.p/44");
  const FilesSource source(files);
  TileNodes nodes(source, 300, 300);
  const absl::Status missing = MakeRoot(300, nodes.Source()).status();
  EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
  EXPECT_NE(missing.message().find("tile/0/001.p/44"), std::string::npos) << missing;
  files["tile/0/001.p/44"] = "short";
  const absl::Status form = MakeRoot(300, nodes.Source()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(form)) << form;
  EXPECT_NE(form.message().find("tile/0/001.p/44"), std::string::npos) << form;
}

}  // namespace
}  // namespace entente::audit

// Published vectors: transparency-dev/merkle's proofs and the classic eight leaves.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/audit/audit_fixture.h"
#include "core/audit/frontier.h"
#include "core/base/encoding.h"
#include "tests/support/shared.h"

namespace entente::audit {
namespace {

using nlohmann::json;

// Some vectors hold roots and leaves that are no SHA-256 digests. An empty one cannot reach the
// verifier, whose arguments are digests: that is the refusal. Of the others ("do not care") only
// equality matters, so a digest of their own stands for them.
std::optional<Digest> AsDigest(const json& base64) {
  std::string bytes = base64.is_null() ? "" : *Base64Decode(base64.get<std::string>());
  if (bytes.empty()) return std::nullopt;
  if (auto digest = FixedBytes<32>(bytes)) return digest;
  return crypto::Sha256("not a digest: " + bytes);
}

std::optional<Proof> AsProof(const json& list) {
  Proof proof;
  if (list.is_null()) return proof;
  for (const json& hash : list) {
    auto digest = AsDigest(hash);
    if (!digest) return std::nullopt;
    proof.push_back(*digest);
  }
  return proof;
}

bool InclusionHolds(const json& v) {
  auto leaf = AsDigest(v["leafHash"]), root = AsDigest(v["root"]);
  auto proof = AsProof(v["proof"]);
  return leaf && root && proof &&
         VerifyInclusion(*leaf, v["leafIdx"], v["treeSize"], *proof, *root).ok();
}

bool ConsistencyHolds(const json& v) {
  auto root1 = AsDigest(v["root1"]), root2 = AsDigest(v["root2"]);
  auto proof = AsProof(v["proof"]);
  return root1 && root2 && proof &&
         VerifyConsistency(v["size1"], v["size2"], *proof, *root1, *root2).ok();
}

std::vector<std::string> JsonFiles(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() == ".json") files.push_back(file.path().string());
  }
  return files;
}

// Every file below the folder is asked; how many there are and how many hold is known.
void CheckAll(const char* folder_name, bool (*holds)(const json&)) {
  auto folder = testing::SharedFile(folder_name);
  if (!folder) GTEST_SKIP();
  auto files = JsonFiles(*folder);
  size_t held = 0;
  for (const std::string& file : files) {
    json v = json::parse(testing::ReadFile(file));
    EXPECT_EQ(holds(v), !v["wantErr"].get<bool>()) << file << ": " << v["desc"];
    held += holds(v);
  }
  EXPECT_EQ(files.size(), 98u);
  EXPECT_EQ(held, 6u);
}

TEST(MerkleVectors, Inclusion) { CheckAll("vectors/merkle/inclusion", InclusionHolds); }
TEST(MerkleVectors, Consistency) { CheckAll("vectors/merkle/consistency", ConsistencyHolds); }

TEST(MerkleVectors, TheClassicEightLeaves) {
  auto file = testing::SharedFile("vectors/rfc6962_8leaf.json");
  if (!file) GTEST_SKIP();
  json v = json::parse(testing::ReadFile(*file));
  auto hex = [&](const json& text) { return *FixedFromHex<32>(text.get<std::string>()); };
  EXPECT_EQ(EmptyRoot(), hex(v["empty_root_hex"]));
  EXPECT_EQ(LeafHash("L123456"), hex(v["leaf_L123456_hex"]));
  const json& inputs = v["leaf_inputs_hex"];
  ASSERT_EQ(inputs.size(), 8u);
  std::vector<Digest> leaves;
  Frontier frontier;
  for (size_t i = 0; i < inputs.size(); ++i) {
    leaves.push_back(LeafHash(*HexDecode(inputs[i].get<std::string>())));
    frontier.Append(leaves.back(), [](auto, auto, auto) { FAIL(); });
    EXPECT_EQ(RootOfLeaves(leaves), hex(v["roots_hex_by_size"][i])) << i;
    EXPECT_EQ(frontier.Root(), hex(v["roots_hex_by_size"][i])) << i;
  }
}

}  // namespace
}  // namespace entente::audit

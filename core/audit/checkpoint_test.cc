#include "core/audit/checkpoint.h"

#include <gtest/gtest.h>

#include "core/audit/audit_fixture.h"
#include "core/base/encoding.h"

namespace entente::audit {
namespace {

const Checkpoint kCheckpoint7{kOrigin, 7, LeafHash("root")};

VerifierKey WitnessKey() {
  return *VerifierKey::Create("w.test", NoteKeyType::kCosignatureV1, TestKey(4).public_key());
}

NoteSignature Cosign(std::string_view text, uint64_t time) {
  Framing blob;
  blob.U64(time).Raw(TestKey(4).Sign(CosignatureMessage(time, text)));
  return {"w.test", WitnessKey().id(), blob.str()};
}

std::string SignText(const std::string& text, std::string_view name = kOrigin) {
  return *FormatNote({text, {SignNote(text, name, TestKey(1))}});
}

TEST(Checkpoint, TextIsThreeLines) {
  std::string text = CheckpointText(kCheckpoint7);
  EXPECT_EQ(text, "entente.test/log/one\n7\n" + Base64Encode(kCheckpoint7.root) + "\n");
  EXPECT_EQ(*ParseCheckpointText(text), kCheckpoint7);
  EXPECT_EQ(*ParseCheckpointText(text + "extension\n"), kCheckpoint7);
}

TEST(Checkpoint, OtherTextsAreRefused) {
  const std::string root = Base64Encode(kCheckpoint7.root);
  for (const std::string& bad :
       {std::string(), std::string("o\n"), std::string("o\n7\n"), "o\n7\n" + root,
        "\n7\n" + root + "\n", "o\n07\n" + root + "\n", "o\n-7\n" + root + "\n",
        "o\n+7\n" + root + "\n", "o\n7 \n" + root + "\n", "o\n\n" + root + "\n",
        "o\n18446744073709551616\n" + root + "\n", "o\n0\n" + root + "\n",
        "o\n7\n" + root.substr(4) + "\n", "o\n7\n" + root + "=\n", "o\n7\n" + root + "\n\n",
        "o\n7\n" + root + "\nx", std::string("o\n7\n\n")}) {
    EXPECT_TRUE(IsRefusal(ParseCheckpointText(bad).status(), Reason::kMalformed)) << bad;
  }
  EXPECT_TRUE(ParseCheckpointText("o\n0\n" + Base64Encode(EmptyRoot()) + "\n").ok());
  EXPECT_TRUE(ParseCheckpointText("o\n18446744073709551615\n" + root + "\n").ok());
}

TEST(Checkpoint, SignedAndVerified) {
  auto note = SignCheckpoint(kCheckpoint7, TestKey(1));
  ASSERT_TRUE(note.ok()) << note.status();
  auto verified = VerifyCheckpoint(*note, LogKey());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->checkpoint, kCheckpoint7);
  EXPECT_TRUE(verified->cosignatures.empty());
  EXPECT_TRUE(IsRefusal(VerifyCheckpoint(*note, LogKey(2)).status(), Reason::kBadSignature));
  std::string altered = *note;
  altered[altered.find("7\n")] = '8';
  EXPECT_TRUE(IsRefusal(VerifyCheckpoint(altered, LogKey()).status(), Reason::kBadSignature));
  EXPECT_FALSE(SignCheckpoint({"a b", 7, kCheckpoint7.root}, TestKey(1)).ok());
}

TEST(Checkpoint, TheLogsSignatureNeedNotBeFirst) {
  std::string text = CheckpointText(kCheckpoint7);
  const VerifierKey witness = WitnessKey();
  NoteSignature by_log = SignNote(text, kOrigin, TestKey(1));
  auto note = FormatNote({text, {SignNote(text, "x.test", TestKey(8)), Cosign(text, 99), by_log}});
  auto verified = VerifyCheckpoint(*note, LogKey(), {&witness, 1});
  ASSERT_TRUE(verified.ok()) << verified.status();
  ASSERT_EQ(verified->cosignatures.size(), 1u);
  EXPECT_EQ(verified->cosignatures[0].witness, 0u);
  EXPECT_EQ(verified->cosignatures[0].time, 99u);
}

TEST(Checkpoint, AWitnessAloneIsNotEnough) {
  std::string text = CheckpointText(kCheckpoint7);
  const VerifierKey witness = WitnessKey();
  auto note = FormatNote({text, {Cosign(text, 99)}});
  EXPECT_TRUE(
      IsRefusal(VerifyCheckpoint(*note, LogKey(), {&witness, 1}).status(), Reason::kBadSignature));
}

TEST(Checkpoint, AWrongCosignatureRefusesIt) {
  std::string text = CheckpointText(kCheckpoint7);
  const VerifierKey witness = WitnessKey();
  auto note = FormatNote({text, {SignNote(text, kOrigin, TestKey(1)), Cosign("other\n", 99)}});
  EXPECT_TRUE(VerifyCheckpoint(*note, LogKey()).ok());
  EXPECT_TRUE(
      IsRefusal(VerifyCheckpoint(*note, LogKey(), {&witness, 1}).status(), Reason::kBadSignature));
}

TEST(Checkpoint, AnotherLogsCheckpointUnderThisKeyIsRefused) {
  std::string text = CheckpointText({"entente.test/log/two", 7, kCheckpoint7.root});
  EXPECT_TRUE(
      IsRefusal(VerifyCheckpoint(SignText(text), LogKey()).status(), Reason::kBadSignature));
}

TEST(Checkpoint, ASignedTextThatIsNoCheckpointIsRefused) {
  EXPECT_TRUE(
      IsRefusal(VerifyCheckpoint(SignText("hello\n"), LogKey()).status(), Reason::kMalformed));
}

// The specification lets a key's name differ from the origin; a log of ours does not.
TEST(Checkpoint, OfAnotherOriginThanItsKeysNameIsForOthersLogsAlone) {
  const std::string text = CheckpointText({"another log", 1, LeafHash("a")}) + "an extension\n";
  const std::string note = *FormatNote({text, {SignNote(text, kOrigin, TestKey(1))}});
  const auto verified = VerifyAnyCheckpoint(note, LogKey());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->checkpoint.origin, "another log");
  EXPECT_TRUE(IsRefusal(VerifyCheckpoint(note, LogKey()).status(), Reason::kBadSignature));
  EXPECT_TRUE(IsRefusal(VerifyAnyCheckpoint(note, LogKey(2)).status(), Reason::kBadSignature));
}

}  // namespace
}  // namespace entente::audit

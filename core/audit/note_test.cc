#include "core/audit/note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/audit/audit_fixture.h"
#include "core/audit/note_text.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "tests/support/shared.h"

namespace entente::audit {
namespace {

using nlohmann::json;

constexpr char kText[] = "first line\n\nsecond line\n";

VerifierKey Ed25519Key(std::string_view name, uint8_t number) {
  return *VerifierKey::Create(name, NoteKeyType::kEd25519, TestKey(number).public_key());
}

TEST(NoteVectors, ValidNotesVerify) {
  auto file = testing::SharedFile("vectors/signed_note/notes.json");
  if (!file) GTEST_SKIP();
  json v = json::parse(testing::ReadFile(*file));
  ASSERT_EQ(v["valid"].size(), 3u);
  for (const json& one : v["valid"]) {
    auto key = VerifierKey::Parse(one["vkey"].get<std::string>());
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->Text(), one["vkey"].get<std::string>());
    std::string bytes = one["text"].get<std::string>() + "\n" + one["sig_line"].get<std::string>();
    auto note = ParseNote(bytes);
    ASSERT_TRUE(note.ok()) << note.status();
    EXPECT_EQ(note->text, one["text"].get<std::string>());
    EXPECT_TRUE(VerifyNote(*note, {&*key, 1}).ok());
    EXPECT_EQ(*FormatNote(*note), bytes);
    note->text[0] ^= 1;
    EXPECT_TRUE(IsRefusal(VerifyNote(*note, {&*key, 1}).status(), Reason::kBadSignature));
  }
}

TEST(NoteVectors, MalformedKeysAreRefused) {
  auto file = testing::SharedFile("vectors/signed_note/notes.json");
  if (!file) GTEST_SKIP();
  json v = json::parse(testing::ReadFile(*file));
  ASSERT_EQ(v["malformed_vkeys"].size(), 2u);
  for (const json& text : v["malformed_vkeys"]) {
    EXPECT_FALSE(VerifierKey::Parse(text.get<std::string>()).ok()) << text;
  }
}

TEST(NoteVectors, CosignatureMessagesAndKeys) {
  auto file = testing::SharedFile("vectors/cosignature_v1_message.json");
  if (!file) GTEST_SKIP();
  json v = json::parse(testing::ReadFile(*file));
  ASSERT_EQ(v["signed_message"].size(), 2u);
  for (const json& one : v["signed_message"]) {
    EXPECT_EQ(CosignatureMessage(one["timestamp"], one["checkpoint_body"].get<std::string>()),
              one["message"].get<std::string>());
  }
  ASSERT_EQ(v["vkeys"].size(), 2u);
  for (const json& one : v["vkeys"]) {
    auto key = VerifierKey::Parse(one["vkey"].get<std::string>());
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->name(), one["name"].get<std::string>());
    EXPECT_EQ(static_cast<int>(key->type()), one["type"].get<int>());
    EXPECT_EQ(key->Text(), one["vkey"].get<std::string>());
  }
}

TEST(VerifierKey, OtherTextsAreRefused) {
  const std::string good = Ed25519Key("a.test", 1).Text();
  ASSERT_TRUE(VerifierKey::Parse(good).ok());
  std::string other_id = good;
  other_id[7] = other_id[7] == '0' ? '1' : '0';
  std::string upper = good;
  for (size_t i = 7; i < 15; ++i) upper[i] = static_cast<char>(std::toupper(upper[i]));
  for (const std::string& bad :
       {std::string(), std::string("a.test"), std::string("a.test+12345678"), other_id, upper,
        good + "AAAA", good.substr(0, good.size() - 4), "b" + good, " " + good, good + "\n",
        good.substr(6)}) {
    EXPECT_FALSE(VerifierKey::Parse(bad).ok()) << bad;
  }
  for (std::string_view name : {"", "a b", "a+b", "a\u00a0b", "a\u3000b", "a\x01", "\xff"}) {
    EXPECT_FALSE(VerifierKey::Create(name, NoteKeyType::kEd25519, TestKey(1).public_key()).ok());
  }
}

TEST(VerifierKey, TypeAndNameChangeTheId) {
  auto key = TestKey(1).public_key();
  auto a = *VerifierKey::Create("a", NoteKeyType::kEd25519, key);
  EXPECT_NE(a.id(), VerifierKey::Create("b", NoteKeyType::kEd25519, key)->id());
  EXPECT_NE(a.id(), VerifierKey::Create("a", NoteKeyType::kCosignatureV1, key)->id());
}

class NoteTest : public ::testing::Test {
 protected:
  const VerifierKey log_ = Ed25519Key("log.test", 1);
  const NoteSignature by_log_ = SignNote(kText, "log.test", TestKey(1));
  const NoteSignature by_stranger_ = SignNote(kText, "stranger.test", TestKey(2));

  absl::StatusOr<std::vector<VerifiedSignature>> Verify(std::vector<NoteSignature> signatures,
                                                        std::vector<VerifierKey> known) {
    auto bytes = FormatNote({kText, std::move(signatures)});
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    auto note = ParseNote(*bytes);
    EXPECT_TRUE(note.ok()) << note.status();
    return VerifyNote(*note, known);
  }
};

TEST_F(NoteTest, UnknownSignersAreIgnoredWhereverTheyStand) {
  auto verified = Verify({by_stranger_, by_log_, by_stranger_}, {log_});
  ASSERT_TRUE(verified.ok()) << verified.status();
  ASSERT_EQ(verified->size(), 1u);
  EXPECT_EQ((*verified)[0].known, 0u);
}

TEST_F(NoteTest, OnlyUnknownSignersIsARefusal) {
  auto verified = Verify({by_stranger_}, {log_});
  EXPECT_TRUE(IsRefusal(verified.status(), Reason::kBadSignature)) << verified.status();
}

TEST_F(NoteTest, OneWrongKnownSignatureRefusesTheWholeNote) {
  const VerifierKey other = Ed25519Key("other.test", 3);
  NoteSignature wrong = SignNote("another text\n", "other.test", TestKey(3));
  EXPECT_TRUE(Verify({by_log_, wrong}, {log_}).ok());
  for (const auto& signatures : {std::vector{by_log_, wrong}, std::vector{wrong, by_log_}}) {
    auto verified = Verify(signatures, {log_, other});
    EXPECT_TRUE(IsRefusal(verified.status(), Reason::kBadSignature)) << verified.status();
  }
}

TEST_F(NoteTest, SharingOnlyNameOrOnlyIdIsUnknown) {
  NoteSignature same_name = SignNote(kText, "log.test", TestKey(9));
  NoteSignature same_id = by_stranger_;
  same_id.key_id = log_.id();
  EXPECT_TRUE(Verify({same_name, same_id, by_log_}, {log_}).ok());
  EXPECT_FALSE(Verify({same_name, same_id}, {log_}).ok());
}

TEST_F(NoteTest, ARepeatedSignatureCountsOnce) {
  auto verified = Verify({by_log_, by_log_}, {log_});
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->size(), 1u);
}

TEST_F(NoteTest, CosignaturesCarryTheirTime) {
  const VerifierKey witness =
      *VerifierKey::Create("w.test", NoteKeyType::kCosignatureV1, TestKey(4).public_key());
  NoteSignature cosigned = CosignNote(kText, "w.test", 1679315147, TestKey(4));
  auto verified = Verify({cosigned, by_log_}, {log_, witness});
  ASSERT_TRUE(verified.ok()) << verified.status();
  ASSERT_EQ(verified->size(), 2u);
  EXPECT_EQ((*verified)[0].known, 1u);
  EXPECT_EQ((*verified)[0].time, 1679315147u);
  NoteSignature other_time = cosigned;
  other_time.blob[7] ^= 1;
  EXPECT_FALSE(Verify({other_time, by_log_}, {log_, witness}).ok());
  NoteSignature cut = cosigned;
  cut.blob.resize(5);
  EXPECT_FALSE(Verify({cut, by_log_}, {log_, witness}).ok());
  NoteSignature plain = SignNote(kText, "w.test", TestKey(4));
  plain.key_id = witness.id();
  EXPECT_FALSE(Verify({plain, by_log_}, {log_, witness}).ok());
}

TEST_F(NoteTest, NoCosignatureIsLaterThanTheLastTime) {
  const VerifierKey witness =
      *VerifierKey::Create("w.test", NoteKeyType::kCosignatureV1, TestKey(4).public_key());
  NoteSignature last = CosignNote(kText, "w.test", kLastCosignatureTime, TestKey(4));
  EXPECT_TRUE(Verify({last}, {witness}).ok());
  NoteSignature beyond = CosignNote(kText, "w.test", kLastCosignatureTime + 1, TestKey(4));
  EXPECT_FALSE(Verify({beyond}, {witness}).ok());
}

// The bytes are put together here once more, from the text of the specification.
TEST_F(NoteTest, ACosignatureIsMadeToTheByte) {
  const auto key = TestKey(4);
  std::string id_input = "w.test\n\x04" + ToString(key.public_key());
  std::string id = ToString(crypto::Sha256(id_input)).substr(0, 4);
  std::string signed_text = std::string("cosignature/v1\ntime 1679315147\n") + kText;
  std::string blob =
      id + std::string("\0\0\0\0\x64\x18\x50\xcb", 8) + ToString(key.Sign(signed_text));
  EXPECT_EQ(SignatureLine(CosignNote(kText, "w.test", 1679315147, key)),
            "\xe2\x80\x94 w.test " + Base64Encode(AsBytes(blob)) + "\n");
}

TEST_F(NoteTest, SixteenSignaturesAreReadAndTooManyAreNot) {
  std::vector<NoteSignature> many(16, by_stranger_);
  many.push_back(by_log_);
  EXPECT_TRUE(Verify(many, {log_}).ok());
  many.resize(limits::kNoteSignatures, by_stranger_);
  EXPECT_TRUE(Verify(many, {log_}).ok());
  std::string bytes = *FormatNote({kText, many});
  std::string line = bytes.substr(bytes.rfind("\xe2\x80\x94"));
  EXPECT_TRUE(IsRefusal(ParseNote(bytes + line).status(), Reason::kTooLarge));
}

TEST(ParseNote, TextEndsAtTheLastEmptyLine) {
  NoteSignature signature = SignNote(kText, "log.test", TestKey(1));
  std::string bytes = *FormatNote({kText, {signature}});
  auto note = ParseNote(bytes);
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(note->text, kText);
  EXPECT_EQ(note->signatures, std::vector{signature});
}

TEST(ParseNote, OtherFormsAreRefused) {
  const std::string line = "\xe2\x80\x94 a.test AAAAAAE=\n";
  ASSERT_TRUE(ParseNote("t\n\n" + line).ok());
  for (const std::string& bad : std::vector<std::string>{
           std::string(),
           std::string("\n"),
           std::string("\n\n"),
           std::string("t\n\n"),
           "t\n" + line,                               // no empty line
           "t\n\n" + line.substr(0, line.size() - 1),  // no last newline
           "t\n\n- a.test AAAAAAE=\n",                 // a hyphen
           "t\n\n\xe2\x80\x94"
           "a.test AAAAAAE=\n",                              // no space
           std::string("t\n\n\xe2\x80\x94  AAAAAAE=\n"),     // no name
           std::string("t\n\n\xe2\x80\x94 a+b AAAAAAE=\n"),  // plus
           std::string("t\n\n\xe2\x80\x94 a\u00a0b AAAAAAE=\n"),
           std::string("t\n\n\xe2\x80\x94 a.test AAAAAA==\n"),  // only a key id
           std::string("t\n\n\xe2\x80\x94 a.test AAAAAAE\n"),   // no padding
           std::string("t\n\n\xe2\x80\x94 a.test AAAAAAF=\n"),  // unused bits set
           std::string("t\n\n\xe2\x80\x94 a.test AAAAAAE= \n"),
           std::string("t\n\n\xe2\x80\x94 a.test\n"),
           "t\r\n\n" + line,
           "t\x01\n\n" + line,
           "t\xff\n\n" + line,
           std::string("t\0\n\n", 4) + line,
           "t\n\n" + line + "\n",
           "t\n\n" + line + "x\n"}) {
    EXPECT_TRUE(IsRefusal(ParseNote(bad).status(), Reason::kMalformed)) << bad;
  }
}

TEST(FormatNote, WhatANoteCannotHoldIsRefused) {
  NoteSignature good{"a.test", 1, "x"};
  EXPECT_TRUE(FormatNote({"t\n", {good}}).ok());
  EXPECT_FALSE(FormatNote({"t", {good}}).ok());
  EXPECT_FALSE(FormatNote({"", {good}}).ok());
  EXPECT_FALSE(FormatNote({"t\n", {}}).ok());
  EXPECT_FALSE(FormatNote({"t\n", {{"a b", 1, "x"}}}).ok());
  EXPECT_FALSE(FormatNote({"t\n", {{"a", 1, ""}}}).ok());
  EXPECT_FALSE(FormatNote({"t\t\n", {good}}).ok());
}

TEST(NoteText, Utf8IsReadStrictly) {
  for (const char* good : {"", "a\n", "\u00e9", "\u20ac", "\U0001f4a1", "\u007f"}) {
    EXPECT_TRUE(IsNoteText(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80",
                          "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82",
                          "\xe2\x28\xa1", "\t", "\r", "\x1f"}) {
    EXPECT_FALSE(IsNoteText(bad));
  }
}

}  // namespace
}  // namespace entente::audit

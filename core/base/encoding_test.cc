#include "core/base/encoding.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

TEST(Encoding, HexIsLowerCaseOnly) {
  EXPECT_EQ(HexEncode(AsBytes(std::string("\x00\xff", 2))), "00ff");
  EXPECT_EQ(HexDecode("00ff"), std::string("\x00\xff", 2));
  EXPECT_FALSE(HexDecode("00F0"));
  EXPECT_FALSE(HexDecode("000"));
  EXPECT_FALSE(HexDecode("0g"));
}

TEST(Encoding, Base64Rfc4648) {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
      {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}};
  for (const auto& [plain, text] : rows) {
    EXPECT_EQ(Base64Encode(AsBytes(plain)), text);
    EXPECT_EQ(Base64Decode(text), plain);
  }
}

TEST(Encoding, Base64RefusesWhatIsNotCanonical) {
  for (const char* text :
       {"Zg=", "Zg", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm9\n"}) {
    EXPECT_FALSE(Base64Decode(text)) << text;
  }
}

TEST(Encoding, FramingIsBigEndian) {
  Framing frame;
  frame.U8(1).U16(0x0203).U32(0x04050607).U64(0x08090a0b0c0d0e0f).Lp16("xy");
  EXPECT_EQ(HexEncode(frame.bytes()), "0102030405060708090a0b0c0d0e0f00027879");
}

TEST(Encoding, FixedTakesOneLengthOnly) {
  EXPECT_TRUE(FixedBytes<2>("ab"));
  EXPECT_FALSE(FixedBytes<2>("abc"));
  EXPECT_FALSE((FixedFromHex<2>("abc0ff")));
}

}  // namespace
}  // namespace entente

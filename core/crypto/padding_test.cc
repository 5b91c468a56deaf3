#include "core/crypto/padding.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/limits.h"
#include "tests/support/seeded_random.h"

namespace entente::crypto {
namespace {

TEST(PaddedSizeTest, StepsOf256UpTo64KiB) {
  EXPECT_EQ(PaddedSize(0), 256u);
  EXPECT_EQ(PaddedSize(255), 256u);
  EXPECT_EQ(PaddedSize(256), 512u);
  EXPECT_EQ(PaddedSize(2048), 2304u);
  EXPECT_EQ(PaddedSize(65535), 65536u);
}

// Computed apart from the definition in the Padmé paper, on the content and its marker byte.
TEST(PaddedSizeTest, PadmeAbove) {
  EXPECT_EQ(PaddedSize(65536), 67584u);
  EXPECT_EQ(PaddedSize(67583), 67584u);
  EXPECT_EQ(PaddedSize(67584), 69632u);
  EXPECT_EQ(PaddedSize(131071), 131072u);
  EXPECT_EQ(PaddedSize(131072), 135168u);
  EXPECT_EQ(PaddedSize(1000000), 1015808u);
  EXPECT_EQ(PaddedSize(1048575), 1048576u);
  EXPECT_EQ(PaddedSize(1048576), 1081344u);
}

TEST(PaddedSizeTest, NeverShrinksAndCostsAtMostTwelvePercent) {
  size_t last = 0;
  for (size_t size = 0; size < 300000; size += 17) {
    const size_t padded = PaddedSize(size);
    EXPECT_GT(padded, size);
    EXPECT_GE(padded, last);
    if (size > limits::kPadmeAboveBytes) {
      EXPECT_LE(padded * 100, size * 112);
    }
    last = padded;
  }
}

TEST(PadTest, ComesBackWhateverTheContent) {
  testing::SeededRandom random(3);
  for (int i = 0; i < 500; ++i) {
    std::string plain(random.Below(i % 10 == 0 ? 200000 : 1200), '\0');
    random.Fill({reinterpret_cast<uint8_t*>(plain.data()), plain.size()});
    // Endings that look like padding are the ones that go wrong.
    if (i % 3 == 0) plain += std::string("\x80\0\0", 3);
    const SecretBytes padded = Pad(AsBytes(plain));
    EXPECT_EQ(padded.size(), PaddedSize(plain.size()));
    const auto content = Unpad(padded.ExposeSecret());
    ASSERT_TRUE(content.ok());
    EXPECT_EQ(AsText(*content), plain);
  }
}

TEST(PadTest, KnownAnswer) {
  EXPECT_EQ(AsText(Pad(AsBytes("abc")).ExposeSecret()), "abc\x80" + std::string(252, '\0'));
}

bool Unpads(const std::string& padded) { return Unpad(AsBytes(padded)).ok(); }

TEST(UnpadTest, RefusesWhatPadDoesNotMake) {
  EXPECT_FALSE(Unpads(""));
  EXPECT_FALSE(Unpads(std::string(256, '\0'))) << "no marker";
  EXPECT_FALSE(Unpads(std::string(256, 'x'))) << "no padding";
  EXPECT_FALSE(Unpads("abc\x81" + std::string(252, '\0'))) << "another marker";
  EXPECT_FALSE(Unpads("abc\x80" + std::string(251, '\0') + "\x01")) << "not zeros";
  EXPECT_FALSE(Unpads("abc\x80")) << "not a step";
  EXPECT_FALSE(Unpads("abc\x80" + std::string(251, '\0'))) << "a byte short";
  EXPECT_FALSE(Unpads("abc\x80" + std::string(253, '\0'))) << "a byte long";
  EXPECT_FALSE(Unpads("abc\x80" + std::string(508, '\0'))) << "a step more than needed";
  EXPECT_FALSE(Unpads(std::string(70000, 'x') + "\x80" + std::string(70399 - 70000, '\0')))
      << "a multiple of 256, but no Padmé size";
}

// What stands before the view is none of its business.
TEST(UnpadTest, LooksAtNothingOutsideItsBytes) {
  const std::string padded = "\x80" + std::string(256, '\0');
  EXPECT_FALSE(Unpad(AsBytes(padded).subspan(1, 0)).ok());
  EXPECT_FALSE(Unpad(AsBytes(padded).subspan(1)).ok());
}

}  // namespace
}  // namespace entente::crypto

#include "core/crypto/secret.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <ostream>
#include <type_traits>

#include "tests/support/seeded_random.h"

namespace {

// What the heap gets back: the watched block is inspected at the moment it is freed.
void* watched = nullptr;
size_t watched_size = 0;
int wiped = 0;
int not_wiped = 0;

void Inspect(void* block) {
  if (block == nullptr || block != watched) return;
  const auto* bytes = static_cast<const uint8_t*>(block);
  const bool zero = std::all_of(bytes, bytes + watched_size, [](uint8_t b) { return b == 0; });
  ++(zero ? wiped : not_wiped);
  watched = nullptr;
}

}  // namespace

void* operator new[](size_t size) {
  if (void* block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete[](void* block) noexcept {
  Inspect(block);
  std::free(block);
}
void operator delete[](void* block, size_t) noexcept { operator delete[](block); }

namespace entente::crypto {
namespace {

using ::entente::testing::SeededRandom;

template <typename T, typename = void>
constexpr bool kPrintable = false;
template <typename T>
constexpr bool kPrintable<
    T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>> = true;

static_assert(kPrintable<int>);
static_assert(!kPrintable<Secret<32>> && !kPrintable<SecretBytes>);
static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
static_assert(!std::is_copy_constructible_v<SecretBytes> &&
              !std::is_copy_assignable_v<SecretBytes>);

bool AllZero(ByteSpan bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
}

TEST(SecretTest, IsWipedWhenItDies) {
  SeededRandom random(1);
  alignas(Secret<32>) std::array<uint8_t, sizeof(Secret<32>)> place;
  auto* secret = new (place.data()) Secret<32>(Secret<32>::Create(random));
  ASSERT_FALSE(AllZero(place));
  secret->~Secret();
  EXPECT_TRUE(AllZero(place));
}

TEST(SecretTest, MovingWipesTheSource) {
  SeededRandom random(1);
  Secret<32> first = Secret<32>::Create(random);
  const Secret<32> copy = first.Clone();
  Secret<32> second = std::move(first);
  EXPECT_EQ(second, copy);
  EXPECT_TRUE(AllZero(first.ExposeSecret()));
  first = std::move(second);
  EXPECT_EQ(first, copy);
  EXPECT_TRUE(AllZero(second.ExposeSecret()));
}

TEST(SecretTest, FromBytesWantsTheExactSize) {
  const std::array<uint8_t, 33> bytes{1};
  EXPECT_TRUE(Secret<33>::FromBytes(bytes).has_value());
  EXPECT_FALSE(Secret<32>::FromBytes(bytes).has_value());
  EXPECT_FALSE(Secret<32>::FromBytes({}).has_value());
}

TEST(SecretTest, EqualityIsOfEveryByte) {
  const Secret<32> zero;
  for (size_t i = 0; i < 32; ++i) {
    Secret<32> other;
    other.Fill()[i] = 1;
    EXPECT_FALSE(other == zero);
  }
  EXPECT_EQ(zero, Secret<32>());
}

class SecretBytesTest : public ::testing::Test {
 protected:
  SecretBytesTest() { wiped = not_wiped = 0; }
  static SecretBytes Watched() {
    SecretBytes secret = SecretBytes::FromBytes(AsBytes("passport 12AB34567"));
    watched = secret.Fill().data();
    watched_size = secret.size();
    return secret;
  }
};

TEST_F(SecretBytesTest, IsWipedWhenItDies) {
  { const SecretBytes secret = Watched(); }
  EXPECT_EQ(wiped, 1);
  EXPECT_EQ(not_wiped, 0);
}

TEST_F(SecretBytesTest, IsWipedWhenAnotherTakesItsPlace) {
  SecretBytes secret = Watched();
  secret = SecretBytes::FromBytes(AsBytes("other"));
  EXPECT_EQ(wiped, 1);
  EXPECT_EQ(not_wiped, 0);
  EXPECT_EQ(AsText(secret.ExposeSecret()), "other");
}

// Shows that the inspection above can fail.
TEST_F(SecretBytesTest, TheInspectionSeesWhatIsNotWiped) {
  {
    auto plain = std::make_unique<uint8_t[]>(8);
    plain[3] = 1;
    watched = plain.get();
    watched_size = 8;
  }
  EXPECT_EQ(not_wiped, 1);
}

TEST_F(SecretBytesTest, MovingLeavesTheSourceEmptyAndViewsValid) {
  SecretBytes first = SecretBytes::FromBytes(AsBytes("abc"));
  const ByteSpan view = first.ExposeSecret();
  const SecretBytes second = std::move(first);
  EXPECT_EQ(first.size(), 0u);
  EXPECT_EQ(AsText(view), "abc");
  EXPECT_EQ(second, SecretBytes::FromBytes(AsBytes("abc")));
  EXPECT_FALSE(second == SecretBytes::FromBytes(AsBytes("abcd")));
  EXPECT_EQ(second.Clone(), second);
}

TEST_F(SecretBytesTest, EmptyOnesAreEqual) { EXPECT_EQ(SecretBytes(), SecretBytes(0)); }

TEST(WipeTest, TextIsZeroedAndEmpty) {
  std::string text = "a secret text that is long enough for the heap";
  const std::string_view place = text;
  Wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_TRUE(AllZero(AsBytes(place)));
}

}  // namespace
}  // namespace entente::crypto

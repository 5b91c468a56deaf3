#include "core/crypto/hpke.h"

#include "core/crypto/random.h"
#include "tests/support/seeded_random.h"
#include "tests/support/vectors.h"

namespace entente::crypto {
namespace {

using ::entente::testing::ArrayFromHex;
using ::entente::testing::FromHex;
using ::entente::testing::Json;
using ::entente::testing::SecretFromHex;
using ::entente::testing::SharedJson;

// Gives the published ephemeral key material in the place of randomness.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::string bytes) : bytes_(std::move(bytes)) {}
  void Fill(std::span<uint8_t> out) override {
    ASSERT_EQ(out.size(), bytes_.size());
    std::copy(bytes_.begin(), bytes_.end(), out.begin());
  }

 private:
  std::string bytes_;
};

template <size_t N>
std::array<uint8_t, N> Field(const Json& object, const char* name) {
  return ArrayFromHex<N>(object.at(name).get<std::string>());
}

// The Base vectors of RFC 9180 appendix A.2.1, or null when they are absent.
Json BaseVector() {
  const Json file = SharedJson("vectors/rfc9180/x25519_hkdfsha256_chacha20poly1305.json");
  if (file.is_null()) return file;
  std::vector<Json> base;
  for (const Json& mode : file.at("modes")) {
    if (mode.at("setup").at("mode") == "0") base.push_back(mode);
  }
  EXPECT_EQ(base.size(), 1u);
  return base.at(0);
}

struct Pair {
  HpkeSenderContext sender;
  HpkeRecipientContext recipient;
};

Pair MakePair(const Json& setup) {
  const std::string info = FromHex(setup, "info");
  FixedRandom random(FromHex(setup, "ikmE"));
  auto sender = HpkeSenderContext::Create(Field<32>(setup, "pkRm"), AsBytes(info), random);
  auto recipient = HpkeRecipientContext::Create(
      Field<32>(setup, "enc"), HpkeDeriveKeyPair(AsBytes(FromHex(setup, "ikmR"))), AsBytes(info));
  return {*std::move(sender), *std::move(recipient)};
}

TEST(HpkeVectors, KeyPairs) {
  const Json vector = BaseVector();
  if (vector.is_null()) GTEST_SKIP();
  const Json& setup = vector.at("setup");
  for (const std::string who : {"E", "R"}) {
    const auto key = HpkeDeriveKeyPair(AsBytes(FromHex(setup, ("ikm" + who).c_str())));
    EXPECT_EQ(HexEncode(key.private_key().ExposeSecret()), setup.at("sk" + who + "m"));
    EXPECT_EQ(HexEncode(key.public_key()), setup.at("pk" + who + "m"));
  }
}

TEST(HpkeVectors, Schedule) {
  const Json vector = BaseVector();
  if (vector.is_null()) GTEST_SKIP();
  const Json& setup = vector.at("setup");
  const HpkeSchedule schedule(SecretFromHex<32>(setup.at("shared_secret").get<std::string>()),
                              AsBytes(FromHex(setup, "info")));
  EXPECT_EQ(HexEncode(schedule.key().ExposeSecret()), setup.at("key"));
  EXPECT_EQ(HexEncode(schedule.NonceAt(0)), setup.at("base_nonce"));
}

// Sequence numbers between the published ones are used up by both sides.
TEST(HpkeVectors, Encryptions) {
  const Json vector = BaseVector();
  if (vector.is_null()) GTEST_SKIP();
  Pair pair = MakePair(vector.at("setup"));
  EXPECT_EQ(HexEncode(pair.sender.enc()), vector.at("setup").at("enc"));
  uint64_t sequence = 0;
  size_t run = 0;
  for (const Json& message : vector.at("encryptions")) {
    for (; sequence < message.at("sequence_number").get<uint64_t>(); ++sequence) {
      ASSERT_TRUE(pair.recipient.Open({}, AsBytes(pair.sender.Seal({}, {}))).ok());
    }
    const std::string aad = FromHex(message, "aad");
    const std::string sealed = pair.sender.Seal(AsBytes(aad), AsBytes(FromHex(message, "pt")));
    EXPECT_EQ(HexEncode(AsBytes(sealed)), message.at("ct"));
    const auto opened = pair.recipient.Open(AsBytes(aad), AsBytes(sealed));
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(HexEncode(opened->ExposeSecret()), message.at("pt"));
    ++sequence;
    ++run;
  }
  EXPECT_EQ(run, 6u);
}

TEST(HpkeVectors, Exports) {
  const Json vector = BaseVector();
  if (vector.is_null()) GTEST_SKIP();
  const Pair pair = MakePair(vector.at("setup"));
  size_t run = 0;
  for (const Json& item : vector.at("exports")) {
    const std::string context = FromHex(item, "exporter_context");
    const size_t length = std::stoul(item.at("L").get<std::string>());
    for (const auto& value : {pair.sender.Export(AsBytes(context), length),
                              pair.recipient.Export(AsBytes(context), length)}) {
      ASSERT_TRUE(value.ok());
      EXPECT_EQ(HexEncode(value->ExposeSecret()), item.at("exported_value"));
    }
    EXPECT_EQ(HexEncode(pair.sender.ExportKey(AsBytes(context)).ExposeSecret()),
              item.at("exported_value"));
    ++run;
  }
  EXPECT_EQ(run, 3u);
}

class HpkeTest : public ::testing::Test {
 protected:
  SystemRandom random_;
  const AgreementKey key_ = AgreementKey::Create(random_);
  HpkeSenderContext sender_ =
      *HpkeSenderContext::Create(key_.public_key(), AsBytes("info"), random_);

  HpkeRecipientContext Recipient() const {
    return *HpkeRecipientContext::Create(sender_.enc(), key_, AsBytes("info"));
  }
};

TEST_F(HpkeTest, OpensInOrderOnly) {
  const std::string first = sender_.Seal(AsBytes("aad"), AsBytes("one"));
  const std::string second = sender_.Seal(AsBytes("aad"), AsBytes("two"));
  auto recipient = Recipient();
  EXPECT_FALSE(recipient.Open(AsBytes("aad"), AsBytes(second)).ok());
  // The failure used up no sequence number.
  EXPECT_TRUE(recipient.Open(AsBytes("aad"), AsBytes(first)).ok());
  EXPECT_FALSE(recipient.Open(AsBytes("aad"), AsBytes(first)).ok());
  EXPECT_TRUE(recipient.Open(AsBytes("aad"), AsBytes(second)).ok());
}

TEST_F(HpkeTest, OtherAadInfoKeyOrEncDoesNotOpen) {
  const std::string sealed = sender_.Seal(AsBytes("aad"), AsBytes("manifest"));
  const auto opens = [&](const PublicKey& enc, const AgreementKey& key, std::string_view info,
                         std::string_view aad) {
    auto recipient = HpkeRecipientContext::Create(enc, key, AsBytes(info));
    return recipient.ok() && recipient->Open(AsBytes(aad), AsBytes(sealed)).ok();
  };
  EXPECT_TRUE(opens(sender_.enc(), key_, "info", "aad"));
  EXPECT_FALSE(opens(sender_.enc(), key_, "info", "aaD"));
  EXPECT_FALSE(opens(sender_.enc(), key_, "inf", "aad"));
  EXPECT_FALSE(opens(sender_.enc(), AgreementKey::Create(random_), "info", "aad"));
  EXPECT_FALSE(opens(AgreementKey::Create(random_).public_key(), key_, "info", "aad"));
}

TEST_F(HpkeTest, ZeroSharedSecretIsRefusedOnBothSides) {
  EXPECT_FALSE(HpkeSenderContext::Create(PublicKey{}, {}, random_).ok());
  EXPECT_FALSE(HpkeRecipientContext::Create(PublicKey{}, key_, {}).ok());
}

TEST_F(HpkeTest, ExportsDifferByContextAndAgreeBetweenSides) {
  const auto recipient = Recipient();
  EXPECT_EQ(sender_.ExportKey(AsBytes("a")), recipient.ExportKey(AsBytes("a")));
  EXPECT_FALSE(sender_.ExportKey(AsBytes("a")) == sender_.ExportKey(AsBytes("b")));
  EXPECT_EQ(sender_.Export(AsBytes("a"), kHkdfMaxBytes + 1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HpkeTest, SeededRunsRepeatAndContextsAreFresh) {
  testing::SeededRandom first(1), second(1);
  const auto enc = [&](Random& random) {
    return HpkeSenderContext::Create(key_.public_key(), {}, random)->enc();
  };
  const PublicKey once = enc(first);
  EXPECT_EQ(once, enc(second));
  EXPECT_NE(once, enc(first));
}

}  // namespace
}  // namespace entente::crypto

#include "core/crypto/keyfile.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/shared.h"
#include "tests/support/vectors.h"

namespace entente::crypto {
namespace {

using ::entente::testing::SecretFromHex;

using ::absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";

class KeyFile : public ::testing::Test {
 protected:
  KeyFile() {
    std::string name = ::testing::TempDir() + "keyfile-XXXXXX";
    folder_ = mkdtemp(name.data());
    path_ = folder_ + "/signing.key";
  }
  ~KeyFile() override { std::filesystem::remove_all(folder_); }

  void Put(const std::string& content, mode_t mode = 0600) const {
    std::ofstream(path_, std::ios::binary) << content;
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
  }
  absl::Status Read(KeyUse use = KeyUse::kRecordSigning) const {
    return ReadKeyFile(path_, use).status();
  }

  std::string folder_;
  std::string path_;
  const Secret<32> seed_ = SecretFromHex<32>(kHex);
};

TEST_F(KeyFile, ComesBack) {
  ASSERT_TRUE(WriteKeyFile(path_, KeyUse::kDelivery, seed_).ok());
  EXPECT_EQ(*ReadKeyFile(path_, KeyUse::kDelivery), seed_);
  EXPECT_EQ(entente::testing::ReadFile(path_), "entente-key/1 delivery " + kHex + "\n");
}

TEST_F(KeyFile, IsMadeForItsOwnerAlone) {
  const mode_t before = umask(0);
  ASSERT_TRUE(WriteKeyFile(path_, KeyUse::kDelivery, seed_).ok());
  umask(before);
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(KeyFile, IsNeverOverwritten) {
  ASSERT_TRUE(WriteKeyFile(path_, KeyUse::kDelivery, seed_).ok());
  EXPECT_EQ(WriteKeyFile(path_, KeyUse::kDelivery, Secret<32>()).code(),
            StatusCode::kAlreadyExists);
  EXPECT_EQ(*ReadKeyFile(path_, KeyUse::kDelivery), seed_);
}

TEST_F(KeyFile, OpenToOthersIsRefusedWithWhatToDo) {
  const std::string line = "entente-key/1 record-signing " + kHex + "\n";
  for (mode_t mode : {0640, 0604, 0620, 0602, 0610, 0601, 0644, 0777}) {
    Put(line, mode);
    EXPECT_EQ(Read().code(), StatusCode::kPermissionDenied) << std::oct << mode;
    EXPECT_THAT(std::string(Read().message()), HasSubstr("chmod 600 " + path_));
  }
  Put(line, 0400);
  EXPECT_TRUE(Read().ok());
}

TEST_F(KeyFile, AnotherUseIsRefused) {
  Put("entente-key/1 witness " + kHex + "\n");
  EXPECT_EQ(Read().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(Read().message()), HasSubstr("holds a key for witness"));
  EXPECT_TRUE(Read(KeyUse::kWitness).ok());
}

TEST_F(KeyFile, AnythingButTheOneLineIsRefused) {
  const std::string good = "entente-key/1 record-signing " + kHex;
  std::string upper = good;
  upper.replace(upper.size() - 2, 2, "FF");
  const std::vector<std::string> wrong = {"",
                                          "\n",
                                          good,
                                          good + " ",
                                          good + "\r\n",
                                          good + "\n\n",
                                          good + " \n",
                                          good + "\n" + good + "\n",
                                          good + "00\n",
                                          good.substr(0, good.size() - 2) + "\n",
                                          upper + "\n",
                                          " " + good + "\n",
                                          "entente-key/2 record-signing " + kHex + "\n",
                                          "entente-key/1 signing " + kHex + "\n",
                                          "entente-key/1  " + kHex + "\n",
                                          "entente-key/1 record-signing\n",
                                          "entente-key/1 " + kHex + "\n",
                                          "entente-key/1 \n",
                                          good + "\n" + std::string(1000, ' ')};
  for (const std::string& content : wrong) {
    Put(content);
    EXPECT_EQ(Read().code(), StatusCode::kInvalidArgument) << content;
    EXPECT_THAT(std::string(Read().message()), HasSubstr("is not a key file"));
    EXPECT_THAT(std::string(Read().message()), Not(HasSubstr(kHex.substr(0, 16))));
  }
}

TEST_F(KeyFile, AbsentFolderAndSpecialFiles) {
  EXPECT_EQ(Read().code(), StatusCode::kNotFound);
  EXPECT_EQ(WriteKeyFile(folder_ + "/none/key", KeyUse::kNote, seed_).code(),
            StatusCode::kNotFound);
  EXPECT_EQ(ReadKeyFile(folder_, KeyUse::kNote).status().code(), StatusCode::kInvalidArgument);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(Read().code(), StatusCode::kInvalidArgument);
}

// A file-size limit stands for a full disk: no half key stays behind.
TEST_F(KeyFile, FailedWriteIsTakenBack) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{10, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  const absl::Status status = WriteKeyFile(path_, KeyUse::kNote, seed_);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace entente::crypto

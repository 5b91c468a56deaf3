#include "core/audit/witness_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/audit/witness_fixture.h"
#include "tests/support/shared.h"

namespace entente::audit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class WitnessFilesTest : public ::testing::Test {
 protected:
  WitnessFilesTest() {
    std::string form = (fs::temp_directory_path() / "witness-XXXXXX").string();
    root_ = ::mkdtemp(form.data());
  }
  ~WitnessFilesTest() override { fs::remove_all(root_); }

  absl::StatusOr<std::unique_ptr<WitnessFiles>> Open() {
    return WitnessFiles::Open(folder(), key());
  }
  std::string folder() const { return root_ + "/state"; }
  std::string key() const { return root_ + "/witness.key"; }
  std::string list() const { return key() + ".logs"; }
  void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

  // A whole witness over the folder, in this process.
  struct Running {
    std::unique_ptr<WitnessFiles> files;
    std::unique_ptr<Witness> witness;
  };
  Running Run() {
    auto files = Open();
    EXPECT_TRUE(files.ok()) << files.status();
    auto witness = OpenWitness(**files, clock_);
    EXPECT_TRUE(witness.ok()) << witness.status();
    return {*std::move(files), *std::move(witness)};
  }
  absl::Status Refusal() {
    auto files = Open();
    if (!files.ok()) return files.status();
    return OpenWitness(**files, clock_).status();
  }

  const SmallLog log_;
  const SmallLog fork_{"another "};
  HandClock clock_;
  std::string root_;
};

TEST_F(WitnessFilesTest, KeepsTheNoteAsATextThatAPersonReads) {
  Running running = Run();
  const WitnessAnswer answer = running.witness->Add(log_.Body(0, 5));
  ASSERT_EQ(answer.verdict, WitnessVerdict::kCosigned) << answer.remark;
  const std::string path = running.files->Place(kOrigin);
  EXPECT_EQ(testing::ReadFile(path), log_.Note(5) + answer.text);
  EXPECT_EQ(testing::ReadFile(list()), std::string("entente-witness-logs/1\n") + kOrigin + "\n");
  struct stat facts {};
  ASSERT_EQ(::stat(folder().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777u, 0700u);
}

TEST_F(WitnessFilesTest, ARestartHoldsWhatWasHeld) {
  ASSERT_EQ(Run().witness->Add(log_.Body(0, 5)).verdict, WitnessVerdict::kCosigned);
  Running again = Run();
  EXPECT_EQ(again.witness->Add(fork_.Body(0, 5)).verdict, WitnessVerdict::kOtherSize);
  EXPECT_EQ(again.witness->Add(log_.Body(5, 9)).verdict, WitnessVerdict::kCosigned);
}

TEST_F(WitnessFilesTest, TwoProcessesNeverShareAFolder) {
  Running running = Run();
  EXPECT_TRUE(absl::IsFailedPrecondition(Open().status()));
  running = {};
  EXPECT_TRUE(Open().ok());
}

TEST_F(WitnessFilesTest, AFolderThatIsNotThereAnyMoreIsNotTakenForANewOne) {
  ASSERT_EQ(Run().witness->Add(log_.Body(0, 5)).verdict, WitnessVerdict::kCosigned);
  fs::remove_all(folder());
  const absl::Status refused = Refusal();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("may not be mounted"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("new key"));
  // Still so the next time.
  EXPECT_TRUE(absl::IsFailedPrecondition(Refusal()));
}

TEST_F(WitnessFilesTest, ANoteThatIsNotListedIsListedAtTheStart) {
  ASSERT_EQ(Run().witness->Add(log_.Body(0, 5)).verdict, WitnessVerdict::kCosigned);
  fs::remove(list());
  EXPECT_EQ(Run().witness->Add(log_.Body(0, 9)).size, 5u);
  fs::remove_all(folder());
  EXPECT_TRUE(absl::IsFailedPrecondition(Refusal()));
}

TEST_F(WitnessFilesTest, AListThatIsDamagedKeepsItFromStarting) {
  ASSERT_EQ(Run().witness->Add(log_.Body(0, 5)).verdict, WitnessVerdict::kCosigned);
  for (const char* bad : {"", "x\n", "entente-witness-logs/1", "entente-witness-logs/1\n\n",
                          "entente-witness-logs/1\nentente.test/log/one"}) {
    Write(list(), bad);
    EXPECT_TRUE(absl::IsFailedPrecondition(Refusal())) << bad;
  }
}

TEST_F(WitnessFilesTest, AListThatCannotBeWrittenIsKnownAtTheStart) {
  fs::create_directory(list() + ".tmp");
  EXPECT_FALSE(Open().ok());
}

TEST_F(WitnessFilesTest, ANoteOrAListThatCannotBeWrittenIsNoAnswer) {
  Running running = Run();
  const std::string path = running.files->Place(kOrigin);
  for (const std::string& blocked : {path + ".tmp", list() + ".tmp"}) {
    fs::create_directory(blocked);
    const WitnessAnswer answer = running.witness->Add(log_.Body(0, 5));
    EXPECT_EQ(answer.verdict, WitnessVerdict::kUnavailable);
    EXPECT_THAT(answer.remark, HasSubstr(blocked));
    EXPECT_EQ(running.witness->Add(log_.Body(1, 5)).size, 0u);
    fs::remove(blocked);
  }
  EXPECT_EQ(running.witness->Add(log_.Body(0, 5)).verdict, WitnessVerdict::kCosigned);
  EXPECT_EQ(testing::ReadFile(list()), std::string("entente-witness-logs/1\n") + kOrigin + "\n");
}

// Crashes. The child dies at one moment of the second checkpoint; what the parent then asks must
// never contradict what the child may have answered.

enum class Moment { kBeforeSaving, kBetweenSavingAndAnswering, kAfterAnswering };

class Dying final : public WitnessMemory {
 public:
  Dying(WitnessMemory& files, Moment moment) : files_(files), moment_(moment) {}
  absl::StatusOr<std::optional<std::string>> Load(const std::string& origin) override {
    return files_.Load(origin);
  }
  absl::Status Save(const std::string& origin, std::string_view note) override {
    if (moment_ == Moment::kBeforeSaving) ::_exit(7);
    const absl::Status saved = files_.Save(origin, note);
    if (moment_ == Moment::kBetweenSavingAndAnswering) ::_exit(7);
    return saved;
  }
  std::string Place(const std::string& origin) const override { return files_.Place(origin); }

 private:
  WitnessMemory& files_;
  const Moment moment_;
};

class CrashTest : public WitnessFilesTest {
 protected:
  // Adds `body` in a child that dies at `moment`; the answer, if the child came to it.
  std::string AddAndDie(const std::string& body, Moment moment) {
    int channel[2];
    EXPECT_EQ(::pipe(channel), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto files = Open();
      Dying dying(**files, moment);
      auto witness = OpenWitness(dying, clock_);
      const std::string text = (*witness)->Add(body).text;
      const bool told = ::write(channel[1], text.data(), text.size()) >= 0;
      ::_exit(told ? 7 : 8);
    }
    ::close(channel[1]);
    std::string answer(4096, '\0');
    answer.resize(static_cast<size_t>(
        std::max<ssize_t>(0, ::read(channel[0], answer.data(), answer.size()))));
    ::close(channel[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 7);
    return answer;
  }
};

TEST_F(CrashTest, BeforeSavingNothingWasSigned) {
  ASSERT_EQ(Run().witness->Add(log_.Body(0, 5)).verdict, WitnessVerdict::kCosigned);
  EXPECT_EQ(AddAndDie(log_.Body(5, 9), Moment::kBeforeSaving), "");
  EXPECT_EQ(Run().witness->Add(log_.Body(0, 9)).size, 5u);
}

TEST_F(CrashTest, BetweenSavingAndAnsweringWhatWasSignedIsHeld) {
  EXPECT_EQ(AddAndDie(log_.Body(0, 9), Moment::kBetweenSavingAndAnswering), "");
  Running again = Run();
  EXPECT_EQ(again.witness->Add(fork_.Body(0, 9)).size, 9u);
  EXPECT_EQ(again.witness->Add(fork_.Body(9, 9)).verdict, WitnessVerdict::kOtherRoot);
  EXPECT_EQ(again.witness->Add(log_.Body(9, 9)).verdict, WitnessVerdict::kCosigned);
}

TEST_F(CrashTest, AfterAnsweringWhatWasSignedIsHeld) {
  const std::string answer = AddAndDie(log_.Body(0, 9), Moment::kAfterAnswering);
  Running again = Run();
  EXPECT_TRUE(CosignedAt(log_.Note(9), answer, again.witness->key(), LogKey()).ok());
  EXPECT_EQ(again.witness->Add(fork_.Body(0, 5)).size, 9u);
}

}  // namespace
}  // namespace entente::audit

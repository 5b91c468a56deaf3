// The program as people start it: its exit codes, and a run from founding to a stop by signal.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/support/pki.h"

namespace entente::broker {
namespace {

std::string ProgramPath() {
  const auto own = std::filesystem::read_symlink("/proc/self/exe");
  return (own.parent_path().parent_path() / "bin" / "entente-broker").string();
}

struct Ended {
  int code;
  std::string said;  // both streams
};

Ended RunProgram(const std::string& arguments) {
  FILE* pipe = popen((ProgramPath() + " " + arguments + " 2>&1").c_str(), "r");
  std::string said;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof(buffer), pipe)) > 0;) said.append(buffer, n);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
}

class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto issued = brokers_.Issue("spiffe://entente.test/broker/broker-1");
    folder_.Write("broker.pem", issued.certificate_pem);
    folder_.Write("broker.key", issued.key_pem);
    folder_.Write("FR.pem", fr_.certificate_pem());
    config_ = folder_.Write("broker.toml", R"(genesis = "genesis.toml"
data = "data"
keys = "keys"
[listen]
address = "127.0.0.1:0"
metrics = "127.0.0.1:0"
[tls]
certificate = "broker.pem"
key = "broker.key"
[authorities]
FR = "FR.pem"
)");
  }
  Ended Found() {
    return RunProgram("--config " + config_ +
                      " init --federation entente.test --name broker-1 --authority FR=" + kKey);
  }

  // An Ed25519 public key: that of RFC 8032, test 2.
  static constexpr char kKey[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
  const testing::TestAuthority brokers_{"brokers"}, fr_{"FR"};
  const testing::TemporaryFolder folder_;
  std::string config_;
};

TEST_F(Program, ExitCodes) {
  EXPECT_EQ(RunProgram("--help").code, 0);
  EXPECT_EQ(RunProgram("init --help").code, 0);
  EXPECT_EQ(RunProgram("--wrong").code, 2);
  EXPECT_EQ(RunProgram("init --federation entente.test").code, 2);
  EXPECT_EQ(RunProgram("init --federation entente.test --name b --authority FR=x --data d").code,
            2);
  const Ended none = RunProgram("--check-config --config " + folder_.path() + "/none.toml");
  EXPECT_EQ(none.code, 3) << none.said;
  const std::string bad = folder_.Write("bad.toml", "genesi = \"x\"\n");
  const Ended refused = RunProgram("--check-config --config " + bad);
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.said.find(bad + ":1:1: "), std::string::npos) << refused.said;
}

TEST_F(Program, TheHelpNamesEveryCommandAndExitCode) {
  const std::string help = RunProgram("--help-all").said;
  for (const char* word :
       {"run", "init", "fsck", "--config", "--check-config", "--federation", "--name",
        "--authority", "--data", "--keys", "--genesis", "ENTENTE_CONFIG", "Exit codes"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
}

TEST_F(Program, WithoutFoundingItRefusesToRun) {
  const Ended check = RunProgram("--check-config --config " + config_);
  EXPECT_EQ(check.code, 3) << check.said;
  EXPECT_EQ(RunProgram("run --config " + config_).code, 3);
  EXPECT_EQ(RunProgram("fsck --config " + config_).code, 3);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/data"));
}

TEST_F(Program, FoundsRunsStopsAndChecks) {
  const Ended founded = Found();
  ASSERT_EQ(founded.code, 0) << founded.said;
  EXPECT_NE(founded.said.find("genesis sha256:"), std::string::npos);
  EXPECT_NE(founded.said.find("verifier-key entente.test/log/broker-1+"), std::string::npos);
  EXPECT_EQ(Found().said, founded.said);
  const Ended check = RunProgram("--check-config --config " + config_);
  EXPECT_EQ(check.code, 0) << check.said;

  int out[2];
  ASSERT_EQ(pipe(out), 0);
  const std::string program = ProgramPath();
  const pid_t child = fork();
  if (child == 0) {
    dup2(out[1], STDOUT_FILENO);
    execl(program.c_str(), program.c_str(), "run", "--config", config_.c_str(), nullptr);
    _exit(127);
  }
  close(out[1]);
  FILE* said = fdopen(out[0], "r");
  char line[256] = "";
  ASSERT_NE(fgets(line, sizeof(line), said), nullptr);
  EXPECT_EQ(std::string(line).substr(0, 20), "listening 127.0.0.1:");
  ASSERT_NE(fgets(line, sizeof(line), said), nullptr);
  EXPECT_EQ(std::string(line).substr(0, 18), "metrics 127.0.0.1:");
  EXPECT_NE(RunProgram("fsck --config " + config_).code, 0) << "while it runs";
  ASSERT_EQ(kill(child, SIGTERM), 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  fclose(said);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);

  const Ended checked = RunProgram("fsck --config " + config_);
  EXPECT_EQ(checked.code, 0) << checked.said;
  EXPECT_NE(checked.said.find("1 entries, 0 findings"), std::string::npos) << checked.said;
}

TEST_F(Program, AKeyForAllToReadIsRefusedWithAdvice) {
  ASSERT_EQ(Found().code, 0);
  std::filesystem::permissions(folder_.path() + "/broker.key", std::filesystem::perms(0644));
  const Ended check = RunProgram("--check-config --config " + config_);
  EXPECT_EQ(check.code, 3);
  EXPECT_NE(check.said.find("chmod 600 " + folder_.path() + "/broker.key"), std::string::npos)
      << check.said;
}

}  // namespace
}  // namespace entente::broker

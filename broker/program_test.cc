// The program as people start it: its exit codes, and a run from founding to a stop by signal.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "broker/assets.h"
#include "broker/families.h"
#include "broker/grants.h"
#include "core/audit/checkpoint.h"
#include "core/audit/checkpoint_keeper.h"
#include "core/store/rocks_store.h"
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
    config_ = folder_.Write("broker.toml", ConfigText());
  }
  static std::string ConfigText() {
    return R"(genesis = "genesis.toml"
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
)";
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
  for (const char* word : {"run", "init", "fsck", "--config", "--check-config", "--federation",
                           "--name", "--authority", "--data", "--keys", "--genesis", "export",
                           "--out", "--hashes", "--entries", "ENTENTE_CONFIG", "Exit codes"}) {
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

TEST_F(Program, FsckSaysNoToADamagedDatabase) {
  ASSERT_EQ(Found().code, 0);
  {
    auto store = store::RocksStore::Open(folder_.path() + "/data", kBrokerFamilies);
    ASSERT_TRUE(store.ok()) << store.status();
    store::WriteBatch batch;
    batch.Put(kMailbox, MailboxKey({"FR.fiu", v1::LANE_BULK}, 1), "no row");
    ASSERT_TRUE((*store)->Write(batch, store::Sync::kYes).ok());
  }
  const Ended damaged = RunProgram("fsck --config " + config_);
  EXPECT_EQ(damaged.code, 1) << damaged.said;
  EXPECT_NE(damaged.said.find("1 entries, 1 findings"), std::string::npos) << damaged.said;
}

TEST_F(Program, FsckTellsOfAnAttachmentThatIsNotThere) {
  ASSERT_EQ(Found().code, 0);
  {
    auto store = store::RocksStore::Open(folder_.path() + "/data", kBrokerFamilies);
    ASSERT_TRUE(store.ok()) << store.status();
    const std::string key = GrantKey("BR.fiu", std::string(32, 'h'), std::string(16, 's'));
    Grant grant;
    grant.set_origin("FR.fiu");
    grant.mutable_file()->set_size(272);
    grant.mutable_file()->set_root(std::string(32, 'r'));
    store::WriteBatch batch;
    batch.Put(kGrants, key, EncodeGrant(key, grant));
    ASSERT_TRUE((*store)->Write(batch, store::Sync::kYes).ok());
  }
  const Ended damaged = RunProgram("fsck --config " + config_);
  EXPECT_EQ(damaged.code, 1) << damaged.said;
  EXPECT_NE(damaged.said.find("attachments FR.fiu/7272"), std::string::npos) << damaged.said;
  EXPECT_NE(damaged.said.find("72-272: The attachment is missing."), std::string::npos);
  EXPECT_NE(damaged.said.find("1 entries, 4 findings"), std::string::npos)
      << "and its grant, and the sum over the grants";
}

TEST_F(Program, ExportsItsLog) {
  const std::string command = "export --config " + config_ + " --out " + folder_.path() + "/log ";
  EXPECT_EQ(RunProgram(command + "--hashes").code, 3) << "there is no database";
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/data"));
  ASSERT_EQ(Found().code, 0);
  EXPECT_EQ(RunProgram(command).code, 2) << "hashes or entries must be said";
  EXPECT_EQ(RunProgram(command + "--hashes --entries").code, 2);
  const Ended hashes = RunProgram(command + "--hashes");
  EXPECT_EQ(hashes.code, 0) << hashes.said;
  EXPECT_NE(hashes.said.find("1 entries, 2 files written, 0 were there"), std::string::npos);
  EXPECT_NE(hashes.said.find("verifier-key entente.test/log/broker-1+"), std::string::npos);
  const Ended entries = RunProgram(command + "--entries");
  EXPECT_EQ(entries.code, 0) << entries.said;
  EXPECT_TRUE(std::filesystem::exists(folder_.path() + "/log/tile/entries/000.p/1"));
  folder_.Write("log/tile/0/000.p/1", "another");
  const Ended refused = RunProgram(command + "--entries");
  EXPECT_EQ(refused.code, 3) << refused.said;
  EXPECT_NE(refused.said.find("tile/0/000.p/1 is not what this log has"), std::string::npos);
}

TEST_F(Program, FsckSaysNoToADatabaseThatDoesNotOpen) {
  ASSERT_EQ(Found().code, 0);
  folder_.Write("data/db/CURRENT", "no manifest\n");
  const Ended damaged = RunProgram("fsck --config " + config_);
  EXPECT_EQ(damaged.code, 1) << damaged.said;
  EXPECT_NE(damaged.said.find("restore the database from a copy"), std::string::npos)
      << damaged.said;
  EXPECT_EQ(damaged.said.find("run fsck"), std::string::npos) << damaged.said;
  EXPECT_EQ(RunProgram("run --config " + config_).code, 5);
}

// A checkpoint of two entries was signed, and the database has one.
TEST_F(Program, ALogCutShortIsRefusedForAPersonToLook) {
  ASSERT_EQ(Found().code, 0);
  const auto genesis = LoadGenesis(folder_.path() + "/genesis.toml");
  const auto keys = LoadBrokerKeys(folder_.path() + "/keys");
  ASSERT_TRUE(genesis.ok() && keys.ok());
  const auto note = audit::SignCheckpoint({(*genesis)->log_origin, 2, Digest{}}, keys->checkpoint);
  ASSERT_TRUE(note.ok()) << note.status();
  {
    auto store = store::RocksStore::Open(folder_.path() + "/data", kBrokerFamilies);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->PutFile(audit::kHighWaterFile, *note).ok());
  }
  const Ended run = RunProgram("run --config " + config_);
  EXPECT_EQ(run.code, 3) << run.said;
  EXPECT_NE(run.said.find("cut short"), std::string::npos) << run.said;
  EXPECT_EQ(RunProgram("fsck --config " + config_).code, 1);
}

TEST_F(Program, APortInUseIsALocalFault) {
  ASSERT_EQ(Found().code, 0);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size), 0);
  const std::string address = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  std::string text = ConfigText();
  text.replace(text.find("127.0.0.1:0"), 11, address);
  const Ended run = RunProgram("run --config " + folder_.Write("broker.toml", text));
  close(fd);
  EXPECT_EQ(run.code, 5) << run.said;
  EXPECT_NE(run.said.find("cannot listen at " + address), std::string::npos) << run.said;
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

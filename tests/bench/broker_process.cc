#include "tests/bench/broker_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

namespace entente::bench {
namespace {

// In the child: nothing but system calls. It ends when the bench does, however that ends.
[[noreturn]] void Become(char* const* arguments, int output) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  dup2(output, STDOUT_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

// The process id, with `output` the reading end of its standard output.
absl::StatusOr<pid_t> Spawn(const std::string& program, const std::string& config, int& output) {
  if (access(program.c_str(), X_OK) != 0) return absl::NotFoundError("cannot run " + program);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return absl::InternalError("no pipe");
  std::array<std::string, 4> words = {program, "run", "--config", config};
  std::array<char*, 5> arguments = {words[0].data(), words[1].data(), words[2].data(),
                                    words[3].data(), nullptr};
  const pid_t pid = fork();
  if (pid == 0) Become(arguments.data(), ends[1]);
  close(ends[1]);
  output = ends[0];
  if (pid < 0) return absl::InternalError("no process");
  return pid;
}

// One line without its end; empty at the end of the file.
std::string ReadLine(int file) {
  std::string line;
  char next = 0;
  while (read(file, &next, 1) == 1 && next != '\n') line += next;
  return line;
}

std::string After(const std::string& line, std::string_view word) {
  return line.starts_with(word) ? line.substr(word.size()) : "";
}

// The whole answer to a GET at 127.0.0.1.
std::string HttpGet(int port, const std::string& path) {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  std::string answer;
  if (connect(file, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      write(file, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
    std::array<char, 4096> block{};
    for (ssize_t got = 0; (got = read(file, block.data(), block.size())) > 0;) {
      answer.append(block.data(), static_cast<size_t>(got));
    }
  }
  close(file);
  return answer;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BrokerProcess>> BrokerProcess::Start(const std::string& program,
                                                                    const std::string& config) {
  std::unique_ptr<BrokerProcess> process(new BrokerProcess);
  const auto begun = std::chrono::steady_clock::now();
  auto pid = Spawn(program, config, process->output_);
  if (!pid.ok()) return pid.status();
  process->pid_ = *pid;
  process->address_ = After(ReadLine(process->output_), "listening ");
  process->start_seconds_ =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  process->metrics_address_ = After(ReadLine(process->output_), "metrics ");
  if (process->address_.empty()) return absl::InternalError("the broker did not start");
  return process;
}

BrokerProcess::~BrokerProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) close(output_);
}

ProcessUse BrokerProcess::Use() const {
  const std::string folder = "/proc/" + std::to_string(pid_);
  ProcessUse use;
  std::ifstream status(folder + "/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib) use.peak_mib = kib / 1024;
    if (word == "VmRSS:" && status >> kib) use.resident_mib = kib / 1024;
  }
  std::stringstream stat;
  stat << std::ifstream(folder + "/stat").rdbuf();
  const std::string text = stat.str();
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  use.cpu_seconds = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return use;
}

std::map<std::string, double> BrokerProcess::Metrics() const {
  std::map<std::string, double> out;
  const size_t colon = metrics_address_.rfind(':');
  if (colon == std::string::npos) return out;
  std::istringstream page(HttpGet(std::atoi(metrics_address_.c_str() + colon + 1), "/metrics"));
  for (std::string line; std::getline(page, line);) {
    const size_t space = line.rfind(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    out[line.substr(0, space)] = std::strtod(line.c_str() + space + 1, nullptr);
  }
  return out;
}

}  // namespace entente::bench

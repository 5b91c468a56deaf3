// Many threads admit, answer and fetch while one commits. Worth most under ThreadSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/base/mutex.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

constexpr int kSenders = 3;
constexpr uint64_t kEach = 20;
const char* const kOrigins[kSenders] = {"FR.fiu", "DE.fiu", "CH.fiu"};

// Commands on their way to the committer.
class Queue {
 public:
  void Push(Command command) {
    MutexLock lock(&mutex_);
    commands_.push_back(std::move(command));
  }
  std::vector<Command> Take() {
    MutexLock lock(&mutex_);
    return std::exchange(commands_, {});
  }

 private:
  Mutex mutex_;
  std::vector<Command> commands_ ABSL_GUARDED_BY(mutex_);
};

TEST(ThreadsTest, AdmitFetchAndAnswerBesideTheCommitter) {
  EngineFixture f;
  std::vector<std::vector<v1::Submission>> submissions(kSenders);
  for (int i = 0; i < kSenders; ++i) {
    for (uint64_t number = 1; number <= kEach; ++number) {
      submissions[i].push_back(f.Submission(f.Seal({.origin = kOrigins[i]}), number));
    }
  }
  Queue queue;
  std::atomic<int> sending{kSenders};
  std::vector<std::thread> threads;
  for (int i = 0; i < kSenders; ++i) {
    threads.emplace_back([&, i] {
      for (const v1::Submission& submission : submissions[i]) {
        auto admitted = f.Admit(submission, kOrigins[i]);
        ASSERT_TRUE(admitted.ok()) << admitted.status();
        queue.Push(std::get<Command>(*std::move(admitted)));
      }
      --sending;
    });
  }
  threads.emplace_back([&] {
    while (sending > 0) {
      auto mail = f.engine->Fetch(f.Id("BR.fiu"), {}, 64, f.now);
      EXPECT_TRUE(mail.ok()) << mail.status();
      EXPECT_TRUE(f.engine->Entries(0, 1000).ok());
      EXPECT_TRUE(f.engine->Expired(f.now, 10, f.random).ok());
    }
  });
  size_t applied = 0;
  while (applied < kSenders * kEach) {
    auto result = f.engine->Commit(queue.Take());
    ASSERT_TRUE(result.ok()) << result.status();
    applied += result->applied.size();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(f.Fetch("BR.fiu").size(), kSenders * kEach);
  EXPECT_EQ(f.Findings(), "");
}

}  // namespace
}  // namespace entente::broker

// Flipped bits and cuts in the files of a broker's folder, as a failing disk makes them: found by
// fsck or refused at start, and never signed over. What passes is held against the folder as it
// was: every row, the high-water file and every attachment are the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include "broker/fsck.h"
#include "broker/fsck_files.h"
#include "core/store/slot_file.h"
#include "tests/support/damage.h"
#include "tests/support/lived_broker.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

namespace fs = std::filesystem;
using Wanted = std::function<bool(const fs::path&)>;
using Damage = std::function<void(const fs::path&)>;

// What is written of a slot of the high-water file; the rest is zeros.
constexpr uint64_t kSlotLive = 220;

struct Counts {
  size_t cases = 0;
  size_t found = 0;    // by fsck
  size_t refused = 0;  // at start
  size_t dead = 0;     // nothing that can be read is another
  size_t older = 0;    // the same, but for the copy of the checkpoint in the database
};

// Files with their sizes and times.
std::map<std::string, std::pair<uint64_t, fs::file_time_type>> Listed(const std::string& folder) {
  std::map<std::string, std::pair<uint64_t, fs::file_time_type>> files;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) files[file.path()] = {file.file_size(), file.last_write_time()};
  }
  return files;
}

void FlipInFile(const fs::path& path, uint64_t bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(bit / 8));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(bit / 8));
  file.put(static_cast<char>(byte ^ (1 << (bit % 8))));
}

class FlipsOnDiskTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = new testing::TemporaryFolder(FastFolder());
    lived_ = new LivedBroker(Sound());
    fs::copy(Sound(), root_->path() + "/kept", fs::copy_options::recursive);
    ASSERT_TRUE(lived_->Open().ok());
    judge_ = new DamageJudge(lived_->fixture());
    lived_->Close();
    // Opening writes: the folder as the third day left it.
    fs::remove_all(Sound());
    fs::rename(root_->path() + "/kept", Sound());
  }
  static void TearDownTestSuite() {
    delete judge_;
    delete lived_;
    delete root_;
  }
  static std::string Sound() { return root_->path() + "/sound"; }

  // Those of the folder that are wanted, below it, in order.
  static std::vector<std::string> Files(const Wanted& wanted) {
    std::vector<std::string> files;
    for (const auto& file : fs::recursive_directory_iterator(Sound())) {
      if (!file.is_regular_file() || file.file_size() == 0 || !wanted(file.path())) continue;
      files.push_back(fs::relative(file.path(), Sound()));
    }
    std::ranges::sort(files);
    return files;
  }

  // As `entente-broker fsck` does it. True: it says so, with exit code 1.
  static bool FsckFinds(const std::string& folder, Rows& rows, std::string& mark) {
    auto store = store::RocksStore::OpenToRead(folder, kBrokerFamilies);
    if (!store.ok()) {
      EXPECT_EQ(store.status().code(), absl::StatusCode::kDataLoss) << store.status();
      return true;
    }
    auto report = Fsck(**store, lived_->fixture().federation.genesis().text());
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return false;
    EXPECT_TRUE(FsckFiles(**store, folder + "/attachments", report->findings).ok());
    rows = AllRows(**store);
    auto file = (*store)->ReadFile(audit::kHighWaterFile);
    mark = file.ok() ? file->value_or("") : "";
    return !report->findings.empty();
  }
  static bool StartRefuses(const std::string& folder) {
    auto store = store::RocksStore::Open(folder, kBrokerFamilies);
    if (!store.ok()) return true;
    Verdict verdict;
    judge_->Start(**store, verdict);
    EXPECT_FALSE(verdict.signed_over);
    return !verdict.refused.empty();
  }
  static void CountUnseen(Rows rows, const std::string& mark, Counts& counts) {
    EXPECT_EQ(mark, judge_->high_water());
    const bool dead = rows == judge_->rows();
    counts.dead += dead ? 1 : 0;
    if (dead) return;
    ++counts.older;
    const std::string copy = rows[audit::kCheckpoint].at(0).second;
    EXPECT_TRUE(judge_->IsOfThisLog(copy));
    rows[audit::kCheckpoint] = judge_->rows().at(audit::kCheckpoint);
    // What witnesses have cosigned is not synced: when it is lost, or an older one stands there, it
    // is asked for again.
    for (const auto& [quorum, note] : rows[kWitnessed]) EXPECT_TRUE(judge_->IsOfThisLog(note));
    rows[kWitnessed] = judge_->rows().at(kWitnessed);
    for (store::Family family : kBrokerFamilies) {
      EXPECT_TRUE(rows[family] == judge_->rows().at(family))
          << family.name() << " has " << rows[family].size() << " rows";
    }
  }
  static void Try(const std::string& file, const Damage& damage, Counts& counts) {
    const std::string folder = root_->path() + "/damaged";
    fs::remove_all(folder);
    fs::copy(Sound(), folder, fs::copy_options::recursive);
    damage(folder + "/" + file);
    const auto before = Listed(folder);
    Rows rows;
    std::string mark;
    const bool found = FsckFinds(folder, rows, mark);
    EXPECT_TRUE(Listed(folder) == before) << "fsck leaves what is damaged as it is";
    const bool refused = StartRefuses(folder);
    ++counts.cases;
    counts.found += found ? 1 : 0;
    counts.refused += refused ? 1 : 0;
    if (!found && !refused) CountUnseen(std::move(rows), mark, counts);
  }
  // Spread over the files in turn; of a file of slots the flips are in what is written. Every
  // second cut is near the end, where one is least seen.
  static Counts FlipAndCut(const char* title, const std::vector<std::string>& files, size_t flips,
                           size_t cuts, bool slots = false) {
    Counts counts;
    if (files.empty()) ADD_FAILURE() << title;
    if (files.empty()) return counts;
    testing::SeededRandom random(43);
    flips = std::max<size_t>(1, flips * FlipShare() / 100);
    cuts = std::max<size_t>(1, cuts * FlipShare() / 100);
    for (size_t i = 0; i < flips + cuts; ++i) {
      const std::string& file = files[i % files.size()];
      const uint64_t size = fs::file_size(Sound() + "/" + file);
      const uint64_t bit = slots ? 8 * (i % 2 * store::kSlotBytes) + random.Below(8 * kSlotLive)
                                 : random.Below(8 * size);
      const uint64_t near = size - 1 - random.Below(std::min<uint64_t>(size, 400));
      const uint64_t left = i / files.size() % 2 == 0 ? random.Below(size) : near;
      SCOPED_TRACE(::testing::Message()
                   << file << (i < flips ? " bit " : " cut to ") << (i < flips ? bit : left));
      i < flips ? Try(
                      file, [=](const fs::path& path) { FlipInFile(path, bit); }, counts)
                : Try(
                      file, [=](const fs::path& path) { fs::resize_file(path, left); }, counts);
    }
    std::printf(
        "%-12s %3zu flips and cuts: %3zu found by fsck, %3zu refused at start; seen by "
        "neither: %zu of dead bytes, %zu of the checkpoint's copy or of cosignatures alone\n",
        title, counts.cases, counts.found, counts.refused, counts.dead, counts.older);
    return counts;
  }

  static testing::TemporaryFolder* root_;
  static LivedBroker* lived_;
  static DamageJudge* judge_;
};

testing::TemporaryFolder* FlipsOnDiskTest::root_ = nullptr;
LivedBroker* FlipsOnDiskTest::lived_ = nullptr;
DamageJudge* FlipsOnDiskTest::judge_ = nullptr;

Wanted Ends(const char* extension) {
  return [=](const fs::path& path) { return path.extension() == extension; };
}
Wanted Begins(const char* name) {
  return [=](const fs::path& path) { return path.filename().string().starts_with(name); };
}

TEST_F(FlipsOnDiskTest, Tables) { FlipAndCut("tables", Files(Ends(".sst")), 24, 12); }

TEST_F(FlipsOnDiskTest, WriteAheadLog) {
  const Counts counts = FlipAndCut("log", Files(Ends(".log")), 24, 16);
  EXPECT_EQ(counts.dead, 0u);
}

TEST_F(FlipsOnDiskTest, Manifest) {
  const Counts counts = FlipAndCut("MANIFEST", Files(Begins("MANIFEST-")), 20, 16);
  EXPECT_EQ(counts.dead + counts.older, 0u);
}

TEST_F(FlipsOnDiskTest, Current) {
  const Counts counts = FlipAndCut("CURRENT", Files(Begins("CURRENT")), 8, 4);
  EXPECT_EQ(counts.dead + counts.older, 0u);
}

TEST_F(FlipsOnDiskTest, HighWaterFile) {
  FlipAndCut("high-water", Files(Begins("high-water")), 20, 10, true);
}

TEST_F(FlipsOnDiskTest, Attachments) {
  const Counts counts =
      FlipAndCut("attachments", Files([](const fs::path& path) {
                   return path.string().find("/attachments/") != std::string::npos;
                 }),
                 12, 6);
  EXPECT_EQ(counts.found, counts.cases);
}

// RocksDB's own notes, from which nothing is read.
TEST_F(FlipsOnDiskTest, Notes) {
  FlipAndCut("notes", Files([](const fs::path& path) {
               return Begins("IDENTITY")(path) || Begins("OPTIONS-")(path);
             }),
             2, 1);
}

}  // namespace
}  // namespace entente::broker

// Flipped bits and cuts in the files of a broker's folder, as a failing disk makes them: found by
// fsck or refused at start, and never signed over. What passes unseen is held, row by row, against
// the folder as it was.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include "broker/fsck.h"
#include "broker/fsck_files.h"
#include "tests/support/damage.h"
#include "tests/support/lived_broker.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

namespace fs = std::filesystem;

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Counts {
  size_t cases = 0, not_opened = 0, refused = 0, found = 0, dead = 0, unseen = 0;
};

class FlipsOnDiskTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = new testing::TemporaryFolder();
    lived_ = new LivedBroker(Sound());
    fs::copy(Sound(), Sound() + ".copy", fs::copy_options::recursive);
    ASSERT_TRUE(lived_->Open().ok());
    judge_ = new DamageJudge(lived_->fixture());
    lived_->Close();
    // Opening writes: the folder as the third day left it.
    fs::remove_all(Sound());
    fs::rename(Sound() + ".copy", Sound());
  }
  static void TearDownTestSuite() {
    delete judge_;
    delete lived_;
    delete root_;
  }
  static std::string Sound() { return root_->path() + "/sound"; }

  // Files below the folder whose path matches, in order.
  static std::vector<std::string> Files(const std::function<bool(const fs::path&)>& wanted) {
    std::vector<std::string> files;
    for (const auto& file : fs::recursive_directory_iterator(Sound())) {
      if (file.is_regular_file() && wanted(file.path()) && file.file_size() > 0) {
        files.push_back(fs::relative(file.path(), Sound()));
      }
    }
    std::ranges::sort(files);
    return files;
  }

  // A copy of the folder, damaged, and what is made of it.
  void Try(const std::string& file, const std::function<void(const fs::path&)>& damage,
           Counts& counts, const std::string& what) {
    const std::string folder = root_->path() + "/damaged";
    fs::remove_all(folder);
    fs::copy(Sound(), folder, fs::copy_options::recursive);
    damage(folder + "/" + file);
    ++counts.cases;
    auto store = store::RocksStore::Open(folder, kBrokerFamilies);
    if (!store.ok()) {
      ++counts.not_opened;
      ++codes_[std::string(absl::StatusCodeToString(store.status().code()))];
      return;
    }
    Verdict verdict;
    auto report = Fsck(**store, lived_->fixture().federation.genesis().text());
    if (report.ok()) {
      verdict.findings = report->findings;
      EXPECT_TRUE(FsckFiles(**store, folder + "/attachments", verdict.findings).ok());
    } else {
      ++codes_["fsck " + std::string(absl::StatusCodeToString(report.status().code()))];
      verdict.findings.push_back({"database", "", report.status().ToString()});
    }
    const bool same = AllRows(**store) == judge_->rows();
    const auto mark = (*store)->ReadFile(audit::kHighWaterFile);
    const bool same_mark = mark.ok() && *mark == judge_->high_water();
    judge_->Start(**store, verdict);
    EXPECT_FALSE(verdict.signed_over) << file << " " << what;
    counts.found += verdict.findings.empty() ? 0 : 1;
    counts.refused += verdict.refused.empty() ? 0 : 1;
    if (verdict.Seen()) return;
    if (same && same_mark) {
      ++counts.dead;
      return;
    }
    ++counts.unseen;
    std::string differs;
    const Rows now = AllRows(**store);
    for (const auto& [family, rows] : judge_->rows()) {
      if (now.at(family) != rows) {
        differs += std::string(family.name()) + " " + std::to_string(rows.size()) + "->" +
                   std::to_string(now.at(family).size()) + " ";
      }
    }
    std::printf("UNSEEN %s %s: rows same %d, mark same %d %s\n", file.c_str(), what.c_str(), same,
                same_mark, differs.c_str());
  }

  void Flips(const char* title, const std::vector<std::string>& files, size_t flips, size_t cuts) {
    ASSERT_FALSE(files.empty()) << title;
    Counts counts;
    testing::SeededRandom random(43);
    for (size_t i = 0; i < flips + cuts; ++i) {
      const std::string& file = files[i % files.size()];
      const uint64_t size = fs::file_size(Sound() + "/" + file);
      if (i < flips) {
        const uint64_t bit = random.Below(8 * size);
        Try(
            file,
            [&](const fs::path& path) {
              std::string bytes = Slurp(path);
              bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
              std::ofstream(path, std::ios::binary) << bytes;
            },
            counts, "bit " + std::to_string(bit) + " of " + std::to_string(8 * size));
      } else {
        const uint64_t left = i % 2 == 0 ? random.Below(size) : size - 1 - random.Below(std::min<uint64_t>(size, 200));
        Try(
            file, [&](const fs::path& path) { fs::resize_file(path, left); }, counts,
            "cut to " + std::to_string(left) + " of " + std::to_string(size));
      }
    }
    std::printf("%-12s %4zu cases: %4zu not opened, %4zu refused at start, %4zu found by fsck, %4zu dead, %4zu unseen\n", title,
                counts.cases, counts.not_opened, counts.refused, counts.found, counts.dead,
                counts.unseen);
    for (const auto& [code, n] : codes_) std::printf("   %s %zu\n", code.c_str(), n);
    codes_.clear();
  }

  std::map<std::string, size_t> codes_;

  static testing::TemporaryFolder* root_;
  static LivedBroker* lived_;
  static DamageJudge* judge_;
};

testing::TemporaryFolder* FlipsOnDiskTest::root_ = nullptr;
LivedBroker* FlipsOnDiskTest::lived_ = nullptr;
DamageJudge* FlipsOnDiskTest::judge_ = nullptr;

auto Extension(const char* wanted) {
  return [=](const fs::path& path) { return path.extension() == wanted; };
}
auto Begins(const char* wanted) {
  return [=](const fs::path& path) { return path.filename().string().starts_with(wanted); };
}

TEST_F(FlipsOnDiskTest, All) {
  for (const auto& file : Files([](const fs::path&) { return true; })) {
    std::printf("%9ju %s\n", static_cast<uintmax_t>(fs::file_size(Sound() + "/" + file)), file.c_str());
  }
  Flips("tables", Files(Extension(".sst")), 100, 40);
  Flips("wal", Files(Extension(".log")), 100, 60);
  Flips("MANIFEST", Files(Begins("MANIFEST")), 60, 60);
  Flips("CURRENT", Files(Begins("CURRENT")), 20, 20);
  Flips("high-water", Files(Begins("high-water")), 50, 20);
  Flips("attachments", Files([](const fs::path& p) { return p.string().find("attachments") != std::string::npos; }), 30, 10);
  Flips("other", Files([](const fs::path& p) { return p.filename() == "IDENTITY" || p.filename().string().starts_with("OPTIONS"); }), 20, 4);
}

}  // namespace
}  // namespace entente::broker

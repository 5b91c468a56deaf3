#include "cli/draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/base/sentences.h"

namespace entente::cli {
namespace {

using ::testing::HasSubstr;

const Instant kNow = *ParseInstant("2026-11-24T12:00:00Z");

class DraftTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Draft> Read(const std::string& text) {
    const std::string path = folder_ + "/draft.toml";
    std::ofstream(path) << text;
    return ReadDraft(path, v1::RECORD_KIND_LEAD, kNow);
  }

  static std::string MakeFolder() {
    std::string folder = ::testing::TempDir() + "/drafts.XXXXXX";
    return ::mkdtemp(folder.data()) == nullptr ? "" : folder;
  }

  const std::string folder_ = MakeFolder();

  const std::string good_ = R"(draft = "lead/1"
purpose = "asset-recovery"
handling = ["H1"]
evaluation = "B2"
expires = "P30D"
[ask]
about = ["suspect"]
data = ["financial"]
basis = "fact"
essential = true
measure = "freeze"
deadline = "2026-11-25T00:00:00Z"
summary = "Freeze"
[[section]]
about = ["suspect"]
data = ["financial"]
basis = "fact"
[[section.account]]
number = "NL91ABNA0417164300"
balance = "10.50"
currency = "EUR"
)";
};

TEST_F(DraftTest, ReadsByWhenItIsReviewed) {
  EXPECT_EQ(Read(good_)->review_by_ms(), 0u);
  const auto with = [&](const std::string& text) {
    std::string draft = good_;
    return Read(draft.insert(draft.find("[ask]"), "review_by = \"" + text + "\"\n"));
  };
  EXPECT_EQ(with("P20D")->review_by_ms(), static_cast<uint64_t>(kNow.ms + 20 * limits::kDayMs));
  const auto wrong = with("soon");
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr(":6:"));
}

TEST_F(DraftTest, ReadsAskAndSections) {
  const auto request = Read(good_);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->purpose(), "asset-recovery");
  EXPECT_EQ(request->urgency(), v1::URGENCY_NORMAL);
  EXPECT_EQ(request->expires_ms(), static_cast<uint64_t>(kNow.ms + 30LL * 86400 * 1000));
  ASSERT_EQ(request->sections_size(), 2);
  EXPECT_TRUE(request->sections(0).essential());
  EXPECT_EQ(request->sections(0).content().lead_ask().measure(), v1::LEAD_MEASURE_FREEZE);
  const auto& account = request->sections(1).content().subjects().subjects(0).account();
  EXPECT_EQ(account.number(), "NL91ABNA0417164300");
  EXPECT_EQ(account.balance().amount(), "10.50");
}

TEST_F(DraftTest, ReadsWhatIsToYieldInAnEmergency) {
  const std::string asked =
      "[override]\nrules = [\"FR-OUT-910\"]\nground = \"public-security\"\n"
      "reason = \"a bomb\"\nsources = [\"DE.fiu\"]\n";
  const auto request = Read(good_ + asked);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_THAT(request->override().rules(), ::testing::ElementsAre("FR-OUT-910"));
  EXPECT_EQ(request->override().ground(), v1::OVERRIDE_GROUND_PUBLIC_SECURITY);
  EXPECT_EQ(request->override().reason(), "a bomb");
  EXPECT_THAT(request->override().sources(), ::testing::ElementsAre("DE.fiu"));
  std::string haste = good_ + asked;
  haste.replace(haste.find("public-security"), 15, "haste");
  EXPECT_FALSE(Read(haste).ok());
  EXPECT_FALSE(Read(good_)->has_override());
}

TEST_F(DraftTest, ShippedExampleReads) {
  const char* const root = std::getenv("ENTENTE_SOURCE_DIR");
  const auto request =
      ReadDraft(std::string(root == nullptr ? "." : root) + "/deploy/demo-data/lead.toml",
                v1::RECORD_KIND_LEAD, kNow);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->sections_size(), 5);
}

TEST_F(DraftTest, SaysWhereItIsWrong) {
  const std::pair<const char*, const char*> changes[] = {
      {"freeze", "melt"},
      {"P30D", "soon"},
      {"lead/1", "lead/2"},
      {"currency = \"EUR\"", ""},
      {"10.50", "ten"},
      {"10.50", "1.2.3"},
      {"\"EUR\"", "\"ABC\""},
      {"basis = \"fact\"", "bases = \"fact\""},
      {"[[section.account]]", "text = \"x\"\n[[section.account]]"},
      {"summary = \"Freeze\"", ""}};
  for (const auto& [from, to] : changes) {
    std::string text = good_;
    text.replace(text.find(from), std::string(from).size(), to);
    const auto request = Read(text);
    ASSERT_FALSE(request.ok()) << from;
    EXPECT_EQ(request.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(request.status().message().find("draft.toml:"), std::string::npos)
        << request.status();
  }
}

TEST_F(DraftTest, SaysItInFrench) {
  std::string text = good_;
  text.replace(text.find("EUR"), 3, "EURO");
  const auto request = Read(text);
  ASSERT_FALSE(request.ok());
  EXPECT_NE(MessageIn(Language::kFrench, request.status()).find("écrivez un code ISO 4217"),
            std::string::npos)
      << MessageIn(Language::kFrench, request.status());
}

TEST_F(DraftTest, AFileWithoutEndIsNotReadToTheEnd) {
  EXPECT_TRUE(
      IsRefusal(ReadDraft("/dev/zero", v1::RECORD_KIND_LEAD, kNow).status(), Reason::kTooLarge));
  EXPECT_TRUE(IsRefusal(Read(good_ + "#" + std::string(limits::kConfigBytes, 'x')).status(),
                        Reason::kTooLarge));
}

TEST_F(DraftTest, ASectionMayBeAFile) {
  const std::string section =
      "[[section]]\nabout = [\"suspect\"]\ndata = [\"financial\"]\nbasis = \"fact\"\n";
  const auto draft =
      Read(good_ + section + "[section.attachment]\nfile = \"papers/ledger.pdf\"\nnote = \"n\"\n");
  ASSERT_TRUE(draft.ok()) << draft.status();
  const v1::DraftSection& file = draft->sections(2);
  EXPECT_TRUE(file.attachment_id().ends_with("/papers/ledger.pdf")) << file.attachment_id();
  EXPECT_EQ(file.content().attachment().name(), "ledger.pdf") << "never the folder";
  EXPECT_EQ(file.content().attachment().media_type(), "application/pdf");
  EXPECT_EQ(file.content().attachment().note(), "n");
  EXPECT_FALSE(Read(good_ + section + "text = \"t\"\n[section.attachment]\nfile = \"a\"\n").ok());
  EXPECT_FALSE(Read(good_ + section + "[section.attachment]\nnote = \"n\"\n").ok());
}

// Whoever writes a draft for another does not choose among that one's files.
TEST_F(DraftTest, AFileLiesBelowTheFolderOfItsDraft) {
  namespace fs = std::filesystem;
  const fs::path folder = folder_;
  fs::create_directory(folder / "papers");
  fs::create_symlink("/etc", folder / "papers/elsewhere");
  fs::create_symlink("../there", folder / "papers/here");
  std::ofstream(folder / "there") << "x";
  const auto read = [&](const std::string& file) {
    return Read(good_ +
                "[[section]]\nabout = [\"suspect\"]\ndata = [\"financial\"]\nbasis = \"fact\"\n"
                "[section.attachment]\nfile = \"" +
                file + "\"\n");
  };
  for (const char* file :
       {"../x", "papers/../../x", "/etc/hostname", "papers/elsewhere/hostname"}) {
    const auto draft = read(file);
    ASSERT_FALSE(draft.ok()) << file;
    EXPECT_THAT(MessageIn(Language::kEnglish, draft.status()),
                HasSubstr("not in the folder of this file"));
  }
  for (const char* file : {"there", "papers/here", "papers/yet-to-come"}) {
    EXPECT_TRUE(read(file).ok()) << file << read(file).status();
  }
}

std::string OfTheDemo(const std::string& name) {
  const char* const root = std::getenv("ENTENTE_SOURCE_DIR");
  return std::string(root == nullptr ? "." : root) + "/deploy/demo-data/" + name;
}

TEST(OtherDrafts, TheDemosAlertSaysWhatToDoAndWhomToCall) {
  const auto draft = ReadDraft(OfTheDemo("alert.toml"), v1::RECORD_KIND_ALERT, kNow);
  ASSERT_TRUE(draft.ok()) << draft.status();
  const v1::AlertNotice& notice = draft->sections(0).content().alert_notice();
  EXPECT_EQ(draft->kind(), v1::RECORD_KIND_ALERT);
  EXPECT_EQ(notice.action(), v1::ALERT_ACTION_INQUIRY_CHECK);
  EXPECT_EQ(notice.markers(0), v1::WARNING_MARKER_ESCAPE_RISK);
  EXPECT_TRUE(notice.may_notice());
  EXPECT_EQ(notice.confirm_by_ms(), static_cast<uint64_t>((kNow + 90 * limits::kDayMs).ms));
  EXPECT_EQ(notice.desk().languages(1), "en");
  EXPECT_TRUE(draft->sections(0).essential());
}

TEST(OtherDrafts, ARequestIsDueByItsGround) {
  const auto draft = ReadDraft(OfTheDemo("request.toml"), v1::RECORD_KIND_REQUEST, kNow);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->sections(0).content().request_ask().due_ms(),
            static_cast<uint64_t>((kNow + 8 * limits::kHourMs).ms));
}

TEST(OtherDrafts, SectionsStandAlone) {
  const auto sections = ReadSectionsFile(OfTheDemo("person.toml"));
  ASSERT_TRUE(sections.ok()) << sections.status();
  EXPECT_EQ(sections->at(0).content().subjects().subjects_size(), 2);
}

TEST(OtherDrafts, OneOfAnotherKindIsRefusedAtItsPlace) {
  const auto draft = ReadDraft(OfTheDemo("alert.toml"), v1::RECORD_KIND_REQUEST, kNow);
  EXPECT_THAT(std::string(draft.status().message()), ::testing::HasSubstr("alert.toml:3:"));
  EXPECT_THAT(std::string(draft.status().message()), ::testing::HasSubstr("request/1"));
}

}  // namespace
}  // namespace entente::cli

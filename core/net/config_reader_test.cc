#include "core/net/config_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/base/sentences.h"
#include "tests/support/pki.h"

namespace entente::net {
namespace {

using ::testing::HasSubstr;

ConfigTable Read(std::string_view text) {
  auto table = ConfigTable::Parse(text, "conf/broker.toml");
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

TEST(ConfigReader, ReadsEachType) {
  ConfigTable root = Read(R"(name = "x"
many = 7
on = true
list = ["a", "b"]
file = "here/key"
[inner]
deep = "y"
[files]
FR = "fr.pem"
BR = "/abs/br.pem"
)");
  EXPECT_EQ(root.Text("name"), "x");
  EXPECT_EQ(root.TextOr("other", "z"), "z");
  EXPECT_EQ(root.IntegerOr("many", 1, 0, 9), 7);
  EXPECT_EQ(root.IntegerOr("few", 1, 0, 9), 1);
  EXPECT_TRUE(root.BoolOr("on", false));
  EXPECT_EQ(root.Texts("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(root.Path("file"), "conf/here/key");
  EXPECT_EQ(root.PathOr("nowhere", "/d"), "/d");
  EXPECT_EQ(root.Table("inner").Text("deep"), "y");
  EXPECT_EQ(root.Table("files").Paths(),
            (std::map<std::string, std::string>{{"FR", "conf/fr.pem"}, {"BR", "/abs/br.pem"}}));
  EXPECT_TRUE(root.Finish().ok()) << root.Finish();
}

TEST(ConfigReader, WhatIsNoTomlIsRefusedAtItsPlace) {
  for (const auto& [text, place] : std::map<std::string, std::string>{
           {"[@", "1:2"}, {"a = é\n", "1:5"}, {"b = 'é' \xCF\x92", "1:9"}}) {
    const auto read = ConfigTable::Parse(text, "conf/broker.toml");
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(read.status().message().substr(0, 21), "conf/broker.toml:" + place + ":")
        << read.status();
  }
}

std::string ErrorOf(ConfigTable& root) { return std::string(root.Finish().message()); }

TEST(ConfigReader, UnknownKeysAreRefusedAtTheirPlace) {
  ConfigTable root = Read("name = \"x\"\n[inner]\n  typo = 1\n");
  root.Text("name");
  root.Table("inner");
  EXPECT_EQ(ErrorOf(root), "conf/broker.toml:3:3: unknown key 'typo'");
  ConfigTable table = Read("[surprise]\nx = 1\n");
  EXPECT_EQ(ErrorOf(table), "conf/broker.toml:1:2: unknown key 'surprise'");
}

TEST(ConfigReader, MissingKeysAreNamed) {
  ConfigTable root = Read("[tls]\n");
  root.Table("tls").Text("key");
  EXPECT_NE(ErrorOf(root).find("'tls.key' is missing"), std::string::npos) << ErrorOf(root);
  ConfigTable absent = Read("");
  EXPECT_EQ(absent.Table("tls").Text("key"), "");
  EXPECT_EQ(ErrorOf(absent), "conf/broker.toml:1:1: 'tls.key' is missing");
}

TEST(ConfigReader, WrongTypesAndRanges) {
  const std::pair<const char*, std::function<void(ConfigTable&)>> cases[] = {
      {"x = 1", [](ConfigTable& t) { t.Text("x"); }},
      {"x = \"\"", [](ConfigTable& t) { t.Text("x"); }},
      {"x = \"1\"", [](ConfigTable& t) { t.IntegerOr("x", 0, 0, 9); }},
      {"x = 10", [](ConfigTable& t) { t.IntegerOr("x", 0, 0, 9); }},
      {"x = -1", [](ConfigTable& t) { t.IntegerOr("x", 0, 0, 9); }},
      {"x = 1.5", [](ConfigTable& t) { t.IntegerOr("x", 0, 0, 9); }},
      {"x = \"yes\"", [](ConfigTable& t) { t.BoolOr("x", false); }},
      {"x = \"a\"", [](ConfigTable& t) { t.Texts("x"); }},
      {"x = [1]", [](ConfigTable& t) { t.Texts("x"); }},
      {"x = 1", [](ConfigTable& t) { t.Table("x"); }},
      {"x = \"a\"", [](ConfigTable& t) { t.Text("x"), t.Refuse("x", "it is not b"); }},
  };
  for (const auto& [text, read] : cases) {
    ConfigTable root = Read(text);
    read(root);
    EXPECT_EQ(ErrorOf(root).rfind("conf/broker.toml:1:", 0), 0u) << text << " " << ErrorOf(root);
  }
}

TEST(ConfigReader, TheFirstErrorInTheFileIsSaid) {
  ConfigTable root = Read("a = 1\nb = 2\n");
  root.Text("b");
  EXPECT_EQ(ErrorOf(root), "conf/broker.toml:1:1: unknown key 'a'");
}

TEST(ConfigReader, BrokenTomlHasAPlace) {
  for (const char* text : {"a = ", "a = 1\na = 2\n", "[x]\n[x]\n", "a = \"\x01\"", "= 1"}) {
    const auto table = ConfigTable::Parse(text, "broker.toml");
    ASSERT_FALSE(table.ok()) << text;
    EXPECT_EQ(table.status().message().substr(0, 12), "broker.toml:") << table.status();
  }
}

TEST(ConfigReader, LoadsAFileAndItsRelativePaths) {
  const testing::TemporaryFolder folder;
  auto table = ConfigTable::Load(folder.Write("node.toml", "key = \"node.key\"\n"));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->Path("key"), folder.path() + "/node.key");
  EXPECT_EQ(ConfigTable::Load(folder.path() + "/none").status().code(),
            absl::StatusCode::kNotFound);
  const std::string large = "# " + std::string(limits::kConfigBytes, 'x') + "\n";
  EXPECT_TRUE(
      IsRefusal(ConfigTable::Load(folder.Write("large.toml", large)).status(), Reason::kTooLarge));
  EXPECT_TRUE(IsRefusal(ConfigTable::Load("/dev/zero").status(), Reason::kTooLarge));
}

// A draft by somebody else takes along what its sender did not mean to give.
TEST(ConfigReader, AFileInsideIsAPlainOneInTheFolderLinksFollowed) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(::testing::TempDir()) / "inside";
  fs::remove_all(folder);
  fs::create_directories(folder / "below");
  std::ofstream(folder.parent_path() / "secret.txt") << "x";
  std::ofstream(folder / "good.txt") << "x";
  fs::create_symlink(folder.parent_path() / "secret.txt", folder / "link.txt");
  fs::create_symlink(folder / "good.txt", folder / "below/good.txt");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  const auto error = [&](const std::string& name) {
    auto table = ConfigTable::Parse("file = \"" + name + "\"\n", (folder / "draft.toml").string());
    EXPECT_TRUE(table.ok()) << table.status();
    EXPECT_EQ(table->PathInside("file"), (folder / name).string());
    return std::string(table->Finish().message());
  };
  for (const std::string& good :
       {std::string("good.txt"), std::string("below/good.txt"), std::string("below/../good.txt"),
        std::string("not-there"), (folder / "good.txt").string()}) {
    EXPECT_EQ(error(good), "");
  }
  for (const char* outside :
       {"../secret.txt", "link.txt", "/etc/passwd", "below/../../secret.txt"}) {
    EXPECT_THAT(error(outside), HasSubstr("not in the folder of this file")) << outside;
  }
  for (const char* other : {"below", "pipe", "."}) {
    EXPECT_THAT(error(other), HasSubstr("no plain file")) << other;
  }
}

TEST(ConfigReader, SaysItInFrench) {
  ConfigTable root = Read("x = 1\n");
  root.Text("x");
  EXPECT_EQ(MessageIn(Language::kFrench, root.Finish()),
            "conf/broker.toml:1:5: 'x' doit être un texte non vide");
}

}  // namespace
}  // namespace entente::net

// Strict reading of a TOML configuration: every key is asked for by name and type, and a key that
// nobody asked for refuses the file. All errors are INVALID_ARGUMENT, `FILE:LINE:COL: sentence`.
// Not thread-safe. A table shares ownership of the parsed file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace entente::net {

// One table of a configuration. Getters remember their first error, and give a neutral value from
// then on: read everything, then ask Finish() once.
class ConfigTable {
 public:
  // `file` is the name in error sentences.
  static absl::StatusOr<ConfigTable> Parse(std::string_view text, const std::string& file);
  // NOT_FOUND when there is no such file; refusal too-large above limits::kConfigBytes.
  static absl::StatusOr<ConfigTable> Load(const std::string& path);

  std::string Text(std::string_view key);  // mandatory, not empty
  std::string TextOr(std::string_view key, std::string_view otherwise);
  int64_t IntegerOr(std::string_view key, int64_t otherwise, int64_t least, int64_t most);
  bool BoolOr(std::string_view key, bool otherwise);
  std::vector<std::string> Texts(std::string_view key);  // empty when absent
  // A path; a relative one is taken from the folder of the file.
  std::string Path(std::string_view key);
  std::string PathOr(std::string_view key, std::string_view otherwise);
  // The path of a plain file in the folder of this file or below, links followed: whoever wrote
  // this file may be another than whoever gives away what it names. Refused otherwise; whether
  // there is such a file is not asked.
  std::string PathInside(std::string_view key);

  // A table inside; an absent one reads as empty, so that its mandatory keys are missed.
  ConfigTable Table(std::string_view key);
  // The tables of an array of tables ([[key]]); empty when absent.
  std::vector<ConfigTable> Tables(std::string_view key);
  bool Has(std::string_view key) const;
  // Every key of this table, in the file's order of names, each a path: for tables whose keys are
  // data.
  std::map<std::string, std::string> Paths();

  // Says, at the place of `key`, why its value is refused; of the table itself for an empty key.
  void Refuse(std::string_view key, std::string_view sentence);
  // The same with a sentence of the catalogue, whose {0} is the key and {1} is `more`.
  void RefuseAs(std::string_view key, std::string_view sentence_key, const std::string& more = "");

  // Nothing in the file was found wrong so far.
  bool Good() const;
  // What was found wrong first, if anything; keys that nobody asked for are not looked at.
  absl::Status FirstError() const;
  // OK, or the first error of the whole file, unknown keys included. Call it on the root, when all
  // has been read.
  absl::Status Finish();

  ConfigTable(ConfigTable&&) noexcept;
  ConfigTable& operator=(ConfigTable&&) noexcept;
  ~ConfigTable();

 private:
  struct File;
  struct Node;
  ConfigTable(std::shared_ptr<File> file, std::unique_ptr<Node> node);

  std::shared_ptr<File> file_;
  std::unique_ptr<Node> node_;
};

}  // namespace entente::net

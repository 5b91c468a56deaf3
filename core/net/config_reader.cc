#include "core/net/config_reader.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/base/sentences.h"
#include "core/base/toml_text.h"

namespace entente::net {

struct ConfigTable::File {
  struct Error {
    uint32_t line = 1;
    uint32_t column = 1;
    std::string key;  // of the catalogue
    std::vector<std::string> arguments;
    friend bool operator<(const Error& a, const Error& b) {
      return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    }
  };

  void Fail(const toml::source_region& where, std::string key, std::vector<std::string> arguments) {
    const bool known = where.begin.line > 0;
    errors.insert({known ? where.begin.line : 1, known ? where.begin.column : 1, std::move(key),
                   std::move(arguments)});
  }
  void FailUnasked(const toml::table& table) {
    for (const auto& [key, value] : table) {
      if (!asked.contains(&value)) {
        Fail(key.source(), "config.unknown", {std::string(key.str())});
      } else if (const toml::table* inner = value.as_table()) {
        FailUnasked(*inner);
      } else if (const toml::array* list = value.as_array()) {
        for (const toml::node& item : *list) {
          if (const toml::table* row = item.as_table()) FailUnasked(*row);
        }
      }
    }
  }

  std::string name;
  toml::table root;
  std::set<const toml::node*> asked;
  std::multiset<Error> errors;
};

struct ConfigTable::Node {
  const toml::table* table = nullptr;  // nullptr: absent in the file
  std::string name;                    // "tls", empty for the root

  // Where to point to when something is missing from this table.
  toml::source_region Place() const {
    return table != nullptr ? table->source() : toml::source_region{};
  }
  toml::source_region PlaceOf(std::string_view key) const {
    const toml::node* found = table != nullptr ? table->get(key) : nullptr;
    return found != nullptr ? found->source() : Place();
  }
  std::string Full(std::string_view key) const {
    return "'" + name + (name.empty() || key.empty() ? "" : ".") + std::string(key) + "'";
  }
  const toml::node* Ask(File& file, std::string_view key) const {
    const toml::node* found = table != nullptr ? table->get(key) : nullptr;
    if (found != nullptr) file.asked.insert(found);
    return found;
  }
};

namespace {

absl::Status ErrorAt(const std::string& file, uint32_t line, uint32_t column, std::string_view key,
                     std::vector<std::string> arguments) {
  return Told(absl::StatusCode::kInvalidArgument, key, std::move(arguments),
              file + ":" + std::to_string(line) + ":" + std::to_string(column));
}

}  // namespace

ConfigTable::ConfigTable(std::shared_ptr<File> file, std::unique_ptr<Node> node)
    : file_(std::move(file)), node_(std::move(node)) {}
ConfigTable::ConfigTable(ConfigTable&&) noexcept = default;
ConfigTable& ConfigTable::operator=(ConfigTable&&) noexcept = default;
ConfigTable::~ConfigTable() = default;

absl::StatusOr<ConfigTable> ConfigTable::Parse(std::string_view text, const std::string& file) {
  auto parsed = ParseTomlText(text);
  if (const auto* error = std::get_if<TomlError>(&parsed)) {
    return ErrorAt(file, error->line, error->column, "config.syntax", {error->sentence});
  }
  auto shared = std::make_shared<File>();
  shared->name = file;
  shared->root = std::get<toml::table>(std::move(parsed));
  auto root = std::make_unique<Node>();
  root->table = &shared->root;
  return ConfigTable(std::move(shared), std::move(root));
}

absl::StatusOr<ConfigTable> ConfigTable::Load(const std::string& path) {
  const auto text = ReadFile(path, limits::kConfigBytes);
  if (!text.ok()) return text.status();
  return Parse(*text, path);
}

std::string ConfigTable::TextOr(std::string_view key, std::string_view otherwise) {
  const toml::node* found = node_->Ask(*file_, key);
  if (found == nullptr) return std::string(otherwise);
  const auto* text = found->as_string();
  if (text != nullptr && !text->get().empty()) return text->get();
  file_->Fail(found->source(), "config.text", {node_->Full(key)});
  return std::string(otherwise);
}

std::string ConfigTable::Text(std::string_view key) {
  if (!Has(key)) file_->Fail(node_->Place(), "config.missing", {node_->Full(key)});
  return TextOr(key, "");
}

int64_t ConfigTable::IntegerOr(std::string_view key, int64_t otherwise, int64_t least,
                               int64_t most) {
  const toml::node* found = node_->Ask(*file_, key);
  if (found == nullptr) return otherwise;
  const auto* number = found->as_integer();
  if (number != nullptr && number->get() >= least && number->get() <= most) return number->get();
  file_->Fail(found->source(), "config.integer",
              {node_->Full(key), std::to_string(least), std::to_string(most)});
  return otherwise;
}

bool ConfigTable::BoolOr(std::string_view key, bool otherwise) {
  const toml::node* found = node_->Ask(*file_, key);
  if (found == nullptr) return otherwise;
  if (const auto* value = found->as_boolean()) return value->get();
  file_->Fail(found->source(), "config.bool", {node_->Full(key)});
  return otherwise;
}

std::vector<std::string> ConfigTable::Texts(std::string_view key) {
  std::vector<std::string> out;
  const toml::node* found = node_->Ask(*file_, key);
  if (found == nullptr) return out;
  const toml::array* list = found->as_array();
  if (list == nullptr) {
    file_->Fail(found->source(), "config.texts", {node_->Full(key)});
    return out;
  }
  for (const toml::node& item : *list) {
    const auto* text = item.as_string();
    if (text == nullptr) file_->Fail(item.source(), "config.texts-only", {node_->Full(key)});
    out.push_back(text != nullptr ? text->get() : "");
  }
  return out;
}

std::string ConfigTable::Path(std::string_view key) {
  const std::string text = Text(key);
  return text.empty() ? text : (std::filesystem::path(file_->name).parent_path() / text).string();
}

std::string ConfigTable::PathOr(std::string_view key, std::string_view otherwise) {
  return Has(key) ? Path(key) : std::string(otherwise);
}

std::string ConfigTable::PathBelow(std::string_view key) {
  namespace fs = std::filesystem;
  const std::string text = Text(key);
  if (text.empty()) return text;
  const fs::path named(text);
  const fs::path path = fs::path(file_->name).parent_path() / named;
  const bool leads_up = std::ranges::find(named, fs::path("..")) != named.end();
  std::error_code unknown;
  const fs::path folder = fs::weakly_canonical(fs::absolute(file_->name).parent_path(), unknown);
  const fs::path real = fs::weakly_canonical(fs::absolute(path), unknown);
  const fs::path below = real.lexically_relative(folder);
  if (named.is_absolute() || leads_up || unknown || below.empty() || *below.begin() == "..") {
    RefuseAs(key, "config.path-outside");
  }
  return path.string();
}

ConfigTable ConfigTable::Table(std::string_view key) {
  auto inner = std::make_unique<Node>();
  inner->name = (node_->name.empty() ? "" : node_->name + ".") + std::string(key);
  if (const toml::node* found = node_->Ask(*file_, key)) {
    inner->table = found->as_table();
    if (inner->table == nullptr) {
      file_->Fail(found->source(), "config.table", {node_->Full(key)});
    }
  }
  return ConfigTable(file_, std::move(inner));
}

std::vector<ConfigTable> ConfigTable::Tables(std::string_view key) {
  std::vector<ConfigTable> out;
  const toml::node* found = node_->Ask(*file_, key);
  if (found == nullptr) return out;
  const toml::array* list = found->as_array();
  if (list == nullptr) {
    file_->Fail(found->source(), "config.tables", {node_->Full(key)});
    return out;
  }
  for (const toml::node& item : *list) {
    auto inner = std::make_unique<Node>();
    inner->name = (node_->name.empty() ? "" : node_->name + ".") + std::string(key);
    inner->table = item.as_table();
    if (inner->table == nullptr) {
      file_->Fail(item.source(), "config.tables-only", {node_->Full(key)});
    }
    out.push_back(ConfigTable(file_, std::move(inner)));
  }
  return out;
}

bool ConfigTable::Has(std::string_view key) const {
  return node_->table != nullptr && node_->table->contains(key);
}

std::map<std::string, std::string> ConfigTable::Paths() {
  std::map<std::string, std::string> out;
  if (node_->table == nullptr) return out;
  for (const auto& [key, value] : *node_->table) {
    out.emplace(std::string(key.str()), Path(key.str()));
  }
  return out;
}

void ConfigTable::Refuse(std::string_view key, std::string_view sentence) {
  file_->Fail(node_->PlaceOf(key), "config.refused", {node_->Full(key), std::string(sentence)});
}

void ConfigTable::RefuseAs(std::string_view key, std::string_view sentence_key,
                           const std::string& more) {
  file_->Fail(node_->PlaceOf(key), std::string(sentence_key), {node_->Full(key), more});
}

bool ConfigTable::Good() const { return file_->errors.empty(); }

absl::Status ConfigTable::Finish() {
  file_->FailUnasked(file_->root);
  return FirstError();
}

absl::Status ConfigTable::FirstError() const {
  if (file_->errors.empty()) return absl::OkStatus();
  const File::Error& first = *file_->errors.begin();
  return ErrorAt(file_->name, first.line, first.column, first.key, first.arguments);
}

}  // namespace entente::net

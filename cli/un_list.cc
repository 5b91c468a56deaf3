#include "cli/un_list.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <utility>

#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/base/sentences.h"

namespace entente::cli {
namespace {

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

// Inner line ends and runs of blanks come from the publisher's layout.
std::string TextOf(const pugi::xml_node& node, const char* name) {
  std::string text;
  for (const char c : Trimmed(node.child_value(name))) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!blank) {
      text += c;
    } else if (text.back() != ' ') {
      text += ' ';
    }
  }
  return text;
}

std::vector<std::string> ValuesOf(const pugi::xml_node& node, const char* name) {
  std::vector<std::string> values;
  for (const pugi::xml_node value : node.child(name).children("VALUE")) {
    if (std::string text = Trimmed(value.child_value()); !text.empty()) values.push_back(text);
  }
  return values;
}

template <typename T>
std::optional<T> Number(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

std::string PlaceText(const pugi::xml_node& node) {
  std::string place;
  for (const char* part : {"STREET", "CITY", "STATE_PROVINCE", "COUNTRY", "NOTE"}) {
    const std::string text = TextOf(node, part);
    if (!text.empty()) place += (place.empty() ? "" : ", ") + text;
  }
  return place;
}

UnQuality QualityOf(std::string_view word) {
  static const std::map<std::string_view, UnQuality> words = {
      {"Good", UnQuality::kGood},
      {"Low", UnQuality::kLow},
      {"a.k.a.", UnQuality::kAlsoKnownAs},
      {"f.k.a.", UnQuality::kFormerlyKnownAs}};
  const auto found = words.find(word);
  return found == words.end() ? UnQuality::kUnstated : found->second;
}

UnBirth::Kind KindOf(std::string_view word) {
  if (word == "EXACT") return UnBirth::Kind::kExact;
  if (word == "APPROXIMATELY") return UnBirth::Kind::kAbout;
  return word == "BETWEEN" ? UnBirth::Kind::kBetween : UnBirth::Kind::kUnstated;
}

UnDocument DocumentOf(const pugi::xml_node& node) {
  std::string issuer = TextOf(node, "ISSUING_COUNTRY");
  if (issuer.empty()) issuer = TextOf(node, "COUNTRY_OF_ISSUE");
  return {.type = TextOf(node, "TYPE_OF_DOCUMENT"),
          .type2 = TextOf(node, "TYPE_OF_DOCUMENT2"),
          .number = TextOf(node, "NUMBER"),
          .issuer = std::move(issuer),
          .issued_on = TextOf(node, "DATE_OF_ISSUE"),
          .issued_at = TextOf(node, "CITY_OF_ISSUE"),
          .note = TextOf(node, "NOTE")};
}

std::vector<UnAlias> AliasesOf(const pugi::xml_node& row, const char* element) {
  std::vector<UnAlias> aliases;
  for (const pugi::xml_node node : row.children(element)) {
    std::string name = TextOf(node, "ALIAS_NAME");
    if (name.empty()) continue;
    std::string place = TextOf(node, "CITY_OF_BIRTH");
    const std::string country = TextOf(node, "COUNTRY_OF_BIRTH");
    if (!country.empty()) place += (place.empty() ? "" : ", ") + country;
    aliases.push_back({.name = std::move(name),
                       .quality = QualityOf(TextOf(node, "QUALITY")),
                       .date_of_birth = TextOf(node, "DATE_OF_BIRTH"),
                       .place_of_birth = std::move(place),
                       .note = TextOf(node, "NOTE")});
  }
  return aliases;
}

class Reader {
 public:
  Reader(std::string_view xml, std::string_view file) : xml_(xml), file_(file) {}

  absl::StatusOr<UnList> Run() {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(
        xml_.data(), xml_.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
    // A broken document type is one all the same, and is named as such.
    if (parsed.status == pugi::status_bad_doctype) return Wrong(parsed.offset, "un-list.doctype");
    if (!parsed) return Wrong(parsed.offset, "un-list.xml", {parsed.description()});
    for (const pugi::xml_node node : document.children()) {
      if (node.type() == pugi::node_doctype) return Wrong(node.offset_debug(), "un-list.doctype");
    }
    const pugi::xml_node root = document.child("CONSOLIDATED_LIST");
    if (!root) return Wrong(0, "un-list.root");
    UnList list;
    list.generated = root.attribute("dateGenerated").value();
    if (auto status = ReadPersons(root, list); !status.ok()) return status;
    if (auto status = ReadEntities(root, list); !status.ok()) return status;
    return list;
  }

 private:
  absl::Status ReadPersons(const pugi::xml_node& root, UnList& list) {
    for (const pugi::xml_node node : root.child("INDIVIDUALS").children("INDIVIDUAL")) {
      UnPerson person;
      if (auto status = ReadHead(node, person, list.persons.size()); !status.ok()) return status;
      if (auto status = ReadPerson(node, person); !status.ok()) return status;
      list.persons.push_back(std::move(person));
    }
    return absl::OkStatus();
  }

  absl::Status ReadEntities(const pugi::xml_node& root, UnList& list) {
    for (const pugi::xml_node node : root.child("ENTITIES").children("ENTITY")) {
      UnEntity entity;
      if (auto status = ReadHead(node, entity, list.entities.size()); !status.ok()) return status;
      entity.name = TextOf(node, "FIRST_NAME");
      entity.aliases = AliasesOf(node, "ENTITY_ALIAS");
      list.entities.push_back(std::move(entity));
    }
    return absl::OkStatus();
  }

  // What a person and an entity have in common.
  template <typename Row>
  absl::Status ReadHead(const pugi::xml_node& node, Row& row, size_t rows) {
    if (rows >= limits::kListRows) {
      return Wrong(node.offset_debug(), "un-list.rows", {std::to_string(limits::kListRows)});
    }
    const auto number = Number<uint64_t>(TextOf(node, "DATAID"));
    if (!number) return Wrong(node.offset_debug(), "un-list.number", {"DATAID"});
    if (!numbers_.insert(*number).second) {
      return Wrong(node.offset_debug(), "un-list.twice", {std::to_string(*number)});
    }
    row.data_id = *number;
    row.reference = TextOf(node, "REFERENCE_NUMBER");
    if (row.reference.empty()) {
      return Wrong(node.offset_debug(), "un-list.number", {"REFERENCE_NUMBER"});
    }
    row.list = TextOf(node, "UN_LIST_TYPE");
    row.listed_on = TextOf(node, "LISTED_ON");
    row.original_script = TextOf(node, "NAME_ORIGINAL_SCRIPT");
    row.comments = Trimmed(node.child_value("COMMENTS1"));
    return absl::OkStatus();
  }

  absl::Status ReadPerson(const pugi::xml_node& node, UnPerson& person) {
    for (const char* part : {"FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"}) {
      std::string text = TextOf(node, part);
      // The list's word for "not available".
      if (!text.empty() && text != "na") person.name_parts.push_back(std::move(text));
    }
    person.gender = TextOf(node, "GENDER");
    person.aliases = AliasesOf(node, "INDIVIDUAL_ALIAS");
    person.titles = ValuesOf(node, "TITLE");
    person.designations = ValuesOf(node, "DESIGNATION");
    person.nationalities = ValuesOf(node, "NATIONALITY");
    for (const pugi::xml_node place : node.children("INDIVIDUAL_PLACE_OF_BIRTH")) {
      if (std::string text = PlaceText(place); !text.empty()) {
        person.places_of_birth.push_back(std::move(text));
      }
    }
    for (const pugi::xml_node one : node.children("INDIVIDUAL_DOCUMENT")) {
      if (one.first_child()) person.documents.push_back(DocumentOf(one));
    }
    for (const pugi::xml_node birth : node.children("INDIVIDUAL_DATE_OF_BIRTH")) {
      if (auto status = ReadBirth(birth, person); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadBirth(const pugi::xml_node& node, UnPerson& person) {
    UnBirth birth{.kind = KindOf(TextOf(node, "TYPE_OF_DATE")),
                  .date = TextOf(node, "DATE"),
                  .note = TextOf(node, "NOTE")};
    const std::string year = birth.date.empty() ? TextOf(node, "YEAR") : birth.date.substr(0, 4);
    const std::string from = TextOf(node, "FROM_YEAR");
    const std::string to = TextOf(node, "TO_YEAR");
    const auto read = [&](const std::string& text, uint16_t& into) {
      if (text.empty()) return true;
      into = Number<uint16_t>(text).value_or(0);
      return text.size() == 4 && into != 0;
    };
    if (!read(from.empty() ? year : from, birth.from) || !read(to.empty() ? year : to, birth.to)) {
      return Wrong(node.offset_debug(), "un-list.year");
    }
    if (birth.from == 0) birth.from = birth.to;
    if (birth.to == 0) birth.to = birth.from;
    if (birth.from > birth.to) return Wrong(node.offset_debug(), "un-list.year");
    if (birth.from != 0 || !birth.note.empty()) person.births.push_back(std::move(birth));
    return absl::OkStatus();
  }

  absl::Status Wrong(ptrdiff_t offset, std::string_view key,
                     std::vector<std::string> arguments = {}) const {
    size_t line = 1;
    size_t column = 1;
    for (const char c : xml_.substr(0, static_cast<size_t>(std::max<ptrdiff_t>(offset, 0)))) {
      if (c == '\n') {
        ++line;
        column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
        ++column;
      }
    }
    return Told(absl::StatusCode::kInvalidArgument, key, std::move(arguments),
                std::string(file_) + ":" + std::to_string(line) + ":" + std::to_string(column));
  }

  std::string_view xml_;
  std::string_view file_;
  std::set<uint64_t> numbers_;
};

// By the lead bytes of UTF-8: Latin and its marks, further Latin letters, punctuation.
bool IsLatin(std::string_view word) {
  for (size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    const auto next = static_cast<unsigned char>(i + 1 < word.size() ? word[i + 1] : 0);
    const bool latin = byte < 0xcd || byte == 0xe2 || (byte == 0xe1 && next >= 0xb8 && next < 0xbc);
    if (!latin) return false;
  }
  return true;
}

// A name given in two scripts at once, as one name for each. What is said of the birth is no name.
void AddInEachScript(const std::string& whole, std::vector<std::string>& names) {
  std::string latin;
  std::string other;
  const std::string_view name = std::string_view(whole).substr(0, whole.find(", born"));
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find(' ', at), name.size());
    const std::string_view word = name.substr(at, end - at);
    std::string& into = IsLatin(word) ? latin : other;
    if (!word.empty()) into.append(into.empty() ? "" : " ").append(word);
    at = end + 1;
  }
  for (std::string* text : {&latin, &other}) {
    if (!text->empty()) names.push_back(std::move(*text));
  }
}

// The next of several names begins behind a semicolon or at " b) "; remarks in brackets, as
// "(birth name)", are left out.
std::vector<std::string> Several(const std::string& text) {
  std::vector<std::string> names;
  std::string name;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool counted = depth == 0 && (i == 0 || text[i - 1] == ' ') && c >= 'a' && c <= 'z' &&
                         i + 1 < text.size() && text[i + 1] == ')';
    if (depth == 0 && (c == ';' || counted)) {
      AddInEachScript(name, names);
      name.clear();
      if (counted) ++i;
    } else if (c == '(') {
      ++depth;
    } else if (depth == 0) {
      name += c;
    } else if (c == ')') {
      --depth;
    }
  }
  AddInEachScript(name, names);
  return names;
}

}  // namespace

absl::StatusOr<UnList> ParseUnList(std::string_view xml, std::string_view file) {
  return Reader(xml, file).Run();
}

absl::StatusOr<UnList> ReadUnList(const std::string& path) {
  auto xml = ReadFile(path, limits::kListBytes);
  if (!xml.ok()) return xml.status();
  return ParseUnList(*xml, path);
}

std::vector<UnName> NamesOf(const UnPerson& person) {
  std::vector<UnName> names;
  std::string primary;
  for (const std::string& part : person.name_parts) primary += (primary.empty() ? "" : " ") + part;
  if (!primary.empty()) names.push_back({.text = primary, .primary = true});
  for (const std::string& name : Several(person.original_script)) names.push_back({.text = name});
  for (const UnAlias& alias : person.aliases) {
    const bool low = alias.quality == UnQuality::kLow;
    for (std::string& name : Several(alias.name)) {
      names.push_back({.text = std::move(name), .low_quality = low});
    }
  }
  return names;
}

}  // namespace entente::cli

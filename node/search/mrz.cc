#include "node/search/mrz.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "core/base/sentences.h"

namespace entente::node::search {
namespace {

struct Place {
  size_t line = 0;  // both from 0
  size_t column = 0;
};

absl::Status Wrong(Place at, std::string_view key, std::vector<std::string> arguments = {}) {
  return Told(absl::StatusCode::kInvalidArgument, key, std::move(arguments),
              std::to_string(at.line + 1) + ":" + std::to_string(at.column + 1));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }

std::string_view Trimmed(std::string_view field) {
  const size_t last = field.find_last_not_of('<');
  return last == std::string_view::npos ? std::string_view() : field.substr(0, last + 1);
}

std::string WithBlanks(std::string_view field) {
  std::string text(Trimmed(field));
  std::ranges::replace(text, '<', ' ');
  return text;
}

// Lines without blanks. A zone on one line is cut where its length says.
std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines(1);
  for (char c : text) {
    if (c == '\n' || c == '\r') {
      if (!lines.back().empty()) lines.emplace_back();
    } else if (c != ' ' && c != '\t') {
      lines.back() += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  if (lines.back().empty()) lines.pop_back();
  if (lines.size() != 1) return lines;
  const std::string whole = std::move(lines[0]);
  const size_t width = whole.size() == 90 ? 30 : whole.size() / 2;
  if (whole.size() != 90 && whole.size() != 72 && whole.size() != 88) return {whole};
  lines.clear();
  for (size_t at = 0; at < whole.size(); at += width) lines.push_back(whole.substr(at, width));
  return lines;
}

// One field: where it stands, and which sentence its check digit has.
struct Field {
  Place at;
  size_t length;
};

class ZoneReader {
 public:
  explicit ZoneReader(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  absl::StatusOr<MachineZone> Read() {
    if (absl::Status shape = ReadShape(); !shape.ok()) return shape;
    if (lines_[0][0] == 'V') return Wrong({0, 0}, "mrz.visa");
    const bool td1 = zone_.form == ZoneForm::kTd1;
    zone_.type = Trimmed(lines_[0].substr(0, 2));
    zone_.issuer = Trimmed(lines_[0].substr(2, 3));
    zone_.nationality = Trimmed(td1 ? At({1, 15}, 3) : At({1, 10}, 3));
    if (!IsLetter(lines_[0][0])) return Wrong({0, 0}, "mrz.type");
    if (absl::Status status = td1 ? ReadCard() : ReadBooklet(); !status.ok()) return status;
    if (absl::Status status = ReadNames(td1 ? Place{2, 0} : Place{0, 5}); !status.ok()) {
      return status;
    }
    return std::move(zone_);
  }

 private:
  std::string_view At(Place at, size_t length) const {
    return std::string_view(lines_[at.line]).substr(at.column, length);
  }
  char At(Place at) const { return lines_[at.line][at.column]; }

  absl::Status ReadShape() {
    const size_t width = lines_.empty() ? 0 : lines_[0].size();
    const bool td1 = lines_.size() == 3 && width == 30;
    const bool td2 = lines_.size() == 2 && width == 36;
    const bool td3 = lines_.size() == 2 && width == 44;
    if (!td1 && !td2 && !td3) {
      return Wrong({0, 0}, "mrz.shape", {std::to_string(lines_.size()), std::to_string(width)});
    }
    zone_.form = td1 ? ZoneForm::kTd1 : td2 ? ZoneForm::kTd2 : ZoneForm::kTd3;
    for (size_t line = 0; line < lines_.size(); ++line) {
      const std::string& text = lines_[line];
      if (text.size() != width) {
        return Wrong({line, 0}, "mrz.length", {std::to_string(text.size()), std::to_string(width)});
      }
      const auto stray = std::ranges::find_if(
          text, [](char c) { return !IsDigit(c) && !IsLetter(c) && c != '<'; });
      if (stray != text.end()) {
        return Wrong({line, static_cast<size_t>(stray - text.begin())}, "mrz.character");
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadCard() {
    if (auto status = ReadNumber({0, 5}, {0, 14}, {{0, 15}, 15}); !status.ok()) return status;
    if (auto status = ReadPerson({1, 0}, {1, 7}, {1, 8}); !status.ok()) return status;
    zone_.optional_more = WithBlanks(At({1, 18}, 11));
    return Check({1, 29},
                 std::string(At({0, 5}, 25))
                     .append(At({1, 0}, 7))
                     .append(At({1, 8}, 7))
                     .append(At({1, 18}, 11)),
                 "mrz.check-composite");
  }

  absl::Status ReadBooklet() {
    const bool td3 = zone_.form == ZoneForm::kTd3;
    const Field optional{{1, 28}, td3 ? size_t{14} : size_t{7}};
    if (auto status = ReadNumber({1, 0}, {1, 9}, optional); !status.ok()) return status;
    if (auto status = ReadPerson({1, 13}, {1, 20}, {1, 21}); !status.ok()) return status;
    if (td3) {
      // Doc 9303-4: an empty field may have no digit.
      const std::string_view field = At(optional.at, optional.length);
      const bool none = Trimmed(field).empty() && At({1, 42}) == '<';
      absl::Status status = none ? absl::OkStatus() : Check({1, 42}, field, "mrz.check-optional");
      if (!status.ok()) return status;
    }
    const size_t last = td3 ? 43 : 35;
    return Check({1, last},
                 std::string(At({1, 0}, 10)).append(At({1, 13}, 7)).append(At({1, 21}, last - 21)),
                 "mrz.check-composite");
  }

  // A number of more than nine characters goes on in the optional data: `<` stands where its digit
  // would, and the digit behind its last character (Doc 9303-5 section 4.2.2.1).
  absl::Status ReadNumber(Place at, Place digit, const Field& optional) {
    const std::string_view first = At(at, 9);
    const std::string_view rest = At(optional.at, optional.length);
    zone_.number = WithBlanks(first);
    zone_.optional = WithBlanks(rest);
    if (At(digit) != '<') {
      if (zone_.number.empty()) return Wrong(at, "mrz.no-number");
      return Check(digit, first, "mrz.check-number");
    }
    const size_t end = std::min(rest.find('<'), rest.size());
    if (end < 2) return Check(digit, first, "mrz.check-number");
    const std::string whole = std::string(first).append(rest.substr(0, end - 1));
    zone_.number = whole;
    zone_.optional = end < rest.size() ? WithBlanks(rest.substr(end + 1)) : "";
    return Check({optional.at.line, optional.at.column + end - 1}, whole, "mrz.check-number");
  }

  absl::Status ReadPerson(Place birth, Place sex, Place expiry) {
    if (auto status = ReadDate(birth, "mrz.check-birth", zone_.birth); !status.ok()) return status;
    if (auto status = ReadDate(expiry, "mrz.check-expiry", zone_.expiry); !status.ok()) {
      return status;
    }
    const char letter = At(sex);
    if (letter != 'M' && letter != 'F' && letter != '<' && letter != 'X') {
      return Wrong(sex, "mrz.sex");
    }
    zone_.sex = letter == '<' ? 'X' : letter;
    return absl::OkStatus();
  }

  // With its check digit behind it.
  absl::Status ReadDate(Place at, std::string_view key, ZoneDate& date) {
    const std::string_view field = At(at, 6);
    if (auto status = Check({at.line, at.column + 6}, field, key); !status.ok()) return status;
    date.text = field;
    for (size_t i = 0; i < 3; ++i) {
      const std::string_view two = field.substr(2 * i, 2);
      if (two == "<<") continue;
      const int number =
          IsDigit(two[0]) && IsDigit(two[1]) ? 10 * (two[0] - '0') + two[1] - '0' : -1;
      const int most = i == 0 ? 99 : i == 1 ? 12 : 31;
      if (number > most || number < (i == 0 ? 0 : 1)) {
        return Wrong({at.line, at.column + 2 * i}, "mrz.date");
      }
      (i == 0 ? date.year : i == 1 ? date.month : date.day) = number;
    }
    return absl::OkStatus();
  }

  absl::Status ReadNames(Place at) {
    const std::string_view field = std::string_view(lines_[at.line]).substr(at.column);
    const auto digit = std::ranges::find_if(field, IsDigit);
    if (digit != field.end()) {
      return Wrong({at.line, at.column + static_cast<size_t>(digit - field.begin())},
                   "mrz.name-digit");
    }
    if (field[0] == '<') return Wrong(at, "mrz.no-name");
    const size_t gap = field.find("<<");
    zone_.surname = WithBlanks(field.substr(0, gap));
    if (gap != std::string_view::npos) zone_.given_names = WithBlanks(field.substr(gap + 2));
    return absl::OkStatus();
  }

  absl::Status Check(Place digit, std::string_view field, std::string_view key) const {
    const std::string expected = std::to_string(CheckDigit(field));
    if (At(digit) == expected[0]) return absl::OkStatus();
    return Wrong(digit, key, {expected, std::string(1, At(digit))});
  }

  std::vector<std::string> lines_;
  MachineZone zone_;
};

std::chrono::year_month_day DayOf(Instant now) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(now.ms)));
}

}  // namespace

int CheckDigit(std::string_view field) {
  constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  for (size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    const int value = IsDigit(c) ? c - '0' : IsLetter(c) ? c - 'A' + 10 : 0;
    sum += value * kWeights[i % 3];
  }
  return sum % 10;
}

absl::StatusOr<MachineZone> ParseZone(std::string_view text) {
  return ZoneReader(Lines(text)).Read();
}

std::optional<int> BirthYear(const ZoneDate& date, Instant now) {
  if (!date.year) return std::nullopt;
  const auto today = DayOf(now);
  const int this_year = static_cast<int>(today.year());
  int year = this_year - this_year % 100 + *date.year;
  const auto month = std::chrono::month(static_cast<unsigned>(date.month.value_or(1)));
  const auto day = std::chrono::day(static_cast<unsigned>(date.day.value_or(1)));
  if (std::chrono::year_month_day(std::chrono::year(year), month, day) > today) year -= 100;
  return year;
}

std::optional<int> ExpiryYear(const ZoneDate& date, Instant now) {
  if (!date.year) return std::nullopt;
  const int this_year = static_cast<int>(DayOf(now).year());
  const int ahead = ((*date.year - this_year % 100) % 100 + 100) % 100;
  return this_year + (ahead < 50 ? ahead : ahead - 100);
}

}  // namespace entente::node::search

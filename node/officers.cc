#include "node/officers.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/agency.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::array kRoles = {role::kAuthor,        role::kReleaser,   role::kReader,
                               role::kAdministrator, role::kProtection, role::kAuditor};

std::string UnitText(const std::string& before, const std::string& after) {
  return Text("; unit ", before.empty() ? "none" : before, " -> ", after.empty() ? "none" : after);
}

// Empty for none.
bool IsUnitName(std::string_view name) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return name.size() <= limits::kUnitNameBytes && std::ranges::none_of(name, is_control) &&
         !name.starts_with(' ') && !name.ends_with(' ');
}

std::string RolesOf(const v1::Officer& officer) { return absl::StrJoin(officer.roles(), ", "); }

}  // namespace

bool IsRole(std::string_view word) { return std::ranges::find(kRoles, word) != kRoles.end(); }

absl::Status Officers::Check(std::string_view officer,
                             std::initializer_list<std::string_view> any_of) const {
  absl::StatusOr<std::optional<v1::Officer>> found = Load<v1::Officer>(*store_, kOfficers, officer);
  if (!found.ok()) return found.status();
  if (!*found) {
    return Refuse(Reason::kNotAuthorised, Text("officer ", officer, " is not listed at this node"));
  }
  if (any_of.size() == 0) return absl::OkStatus();
  for (const std::string& role : (*found)->roles()) {
    if (std::ranges::find(any_of, std::string_view(role)) != any_of.end()) return absl::OkStatus();
  }
  const std::vector<std::string> wanted(any_of.begin(), any_of.end());
  return Refuse(Reason::kNotAuthorised, Text("this needs the role ", absl::StrJoin(wanted, " or "),
                                             ", which ", officer, " does not have"));
}

absl::StatusOr<std::string> Officers::Add(const v1::Officer& officer,
                                          store::WriteBatch& batch) const {
  if (!IsOfficerId(officer.id())) {
    return Refuse(Reason::kMalformed,
                  "an officer's id has 2 to 41 of a-z, 0-9, dot and hyphen, beginning with a "
                  "letter or digit");
  }
  std::set<std::string> seen;
  for (const std::string& role : officer.roles()) {
    if (!IsRole(role)) return Refuse(Reason::kMalformed, Text("no such role: ", role));
    if (!seen.insert(role).second) {
      return Refuse(Reason::kMalformed, Text("a role twice: ", role));
    }
  }
  if (!IsUnitName(officer.unit())) {
    return RefuseAdvising(Reason::kMalformed, "", "a unit's name cannot be told from another's",
                          "give up to 64 characters, without control characters, and without a "
                          "space at either end");
  }
  if (seen.empty()) return Refuse(Reason::kMalformed, "an officer has at least one role");
  if (seen.size() > 1 && seen.contains(std::string(role::kAdministrator))) {
    return RefuseAdvising(Reason::kMalformed, "",
                          "an administrator says what others may do and has no other role",
                          "give the other roles to another person");
  }
  absl::StatusOr<std::optional<v1::Officer>> before =
      Load<v1::Officer>(*store_, kOfficers, officer.id());
  if (!before.ok()) return before.status();
  Save(batch, kOfficers, officer.id(), officer);
  const std::string unit = *before ? (*before)->unit() : "";
  return Text("officer ", officer.id(), ": ", *before ? RolesOf(**before) : "not listed", " -> ",
              RolesOf(officer), unit == officer.unit() ? "" : UnitText(unit, officer.unit()));
}

absl::StatusOr<std::vector<v1::Officer>> Officers::All() const {
  std::vector<v1::Officer> all;
  absl::Status status =
      ForEach<v1::Officer>(*store_, kOfficers, [&](std::string_view, v1::Officer officer) {
        all.push_back(std::move(officer));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return all;
}

}  // namespace entente::node

// The officers of this agency and what each may do at its desk. Not thread-safe; holds nothing but
// the store.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/store.h"
#include "entente/v1/desk.pb.h"

namespace entente::node {

namespace role {
inline constexpr std::string_view kAuthor = "author";
inline constexpr std::string_view kReleaser = "releaser";
inline constexpr std::string_view kReader = "reader";
inline constexpr std::string_view kAdministrator = "administrator";
inline constexpr std::string_view kProtection = "data-protection-officer";
inline constexpr std::string_view kAuditor = "auditor";
}  // namespace role

// True for one of the six.
bool IsRole(std::string_view word);

class Officers {
 public:
  explicit Officers(const store::Store& store) : store_(&store) {}

  // Refusal not-authorised: not listed, or with none of the roles (any role does when none is
  // named).
  absl::Status Check(std::string_view officer,
                     std::initializer_list<std::string_view> any_of) const;
  // Gives the line for the log of consultations: who, and the roles before and after. Refusal
  // malformed: the id's form, no role, an unknown one, one twice, or the administrator's, who says
  // what others may do, with any other.
  absl::StatusOr<std::string> Add(const v1::Officer& officer, store::WriteBatch& batch) const;
  // By id.
  absl::StatusOr<std::vector<v1::Officer>> All() const;

 private:
  const store::Store* store_;
};

}  // namespace entente::node

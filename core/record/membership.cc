// Who works in a case (content.h).
#include <string>

#include "core/base/limits.h"
#include "core/crypto/digest.h"
#include "core/record/checks.h"
#include "core/record/content.h"

namespace entente::record {
namespace {

using internal::CheckAgency;
using internal::CheckLength;
using internal::First;
using internal::Malformed;

constexpr size_t kLongestTitle = 200;

absl::Status CheckMember(const v1::CaseMember& member) {
  if (member.role() == v1::CASE_ROLE_UNSPECIFIED) return Malformed("a member without a role");
  return CheckAgency(member.agency(), "a member of a case");
}

}  // namespace

absl::Status CheckMembership(const v1::Membership& membership) {
  absl::Status status = CheckLength(membership.case_id(), "the case id", 16);
  if (membership.number() == 0) status.Update(Malformed("memberships are numbered from 1"));
  if (membership.title().empty() || membership.title().size() > kLongestTitle) {
    status.Update(Malformed("the title of a case has 1 to 200 bytes"));
  }
  const bool first = membership.number() == 1;
  status.Update(CheckLength(membership.before(), "the digest of the membership before",
                            first ? 0 : sizeof(Digest)));
  if (static_cast<size_t>(membership.members_size()) > limits::kRecipients) {
    status.Update(Malformed("a case has at most 200 members beside its owner"));
  }
  for (int i = 0; i < membership.members_size(); ++i) {
    status.Update(CheckMember(membership.members(i)));
    if (i > 0 && membership.members(i - 1).agency() >= membership.members(i).agency()) {
      status.Update(Refuse(Reason::kNotCanonical, "the members are not sorted, or one is twice"));
    }
  }
  return status;
}

Digest MembershipDigest(const v1::Membership& membership) {
  return crypto::Sha256Concat(
      {AsBytes(kPrefix), AsBytes(kMembershipDomain), AsBytes(membership.SerializeAsString())});
}

}  // namespace entente::record

#include "node/cases.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/content.h"
#include "node/families.h"
#include "node/sent.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr int kMostMemberships = 32;

state::HeldMembership Held(const v1::Membership& membership, std::string_view record,
                           uint64_t log_index, uint64_t expires_ms) {
  state::HeldMembership held;
  held.set_number(membership.number());
  held.set_log_index(log_index);
  *held.mutable_members() = membership.members();
  held.set_digest(ToString(record::MembershipDigest(membership)));
  held.set_record(std::string(record));
  held.set_expires_ms(expires_ms);
  return held;
}

absl::Status Add(const Ground& ground, const std::string& case_id, std::string_view owner,
                 state::HeldMembership held, const state::Assignment& assigned,
                 store::WriteBatch& batch) {
  absl::StatusOr<std::optional<state::CaseBook>> found = FindCase(ground, case_id);
  if (!found.ok()) return found.status();
  state::CaseBook book = found->value_or(state::CaseBook());
  book.set_owner(std::string(owner));
  if (book.memberships().empty()) *book.mutable_assigned() = assigned;
  *book.add_memberships() = std::move(held);
  // What an owner may make a node keep of one case.
  while (book.memberships_size() > kMostMemberships) {
    book.mutable_memberships()->erase(book.memberships().begin());
  }
  Save(batch, kCases, case_id, book);
  return absl::OkStatus();
}

// What became of the one that we declared last.
absl::Status Resolve(const Ground& ground, state::CaseBook& book) {
  if (book.memberships().empty() || book.memberships().rbegin()->log_index() != 0) {
    return absl::OkStatus();
  }
  state::HeldMembership& last = *book.mutable_memberships()->rbegin();
  absl::StatusOr<std::optional<state::SentRecord>> sent =
      Load<state::SentRecord>(ground.db, kSent, last.record());
  if (!sent.ok()) return sent.status();
  if (*sent && (*sent)->has_log_index()) {
    last.set_log_index((*sent)->log_index());
  } else if (!*sent || (*sent)->stage() == state::STAGE_CLOSED ||
             (((*sent)->stage() == state::STAGE_PURGED || (*sent)->recalled_ms() != 0) &&
              ((*sent)->number() == 0 || (*sent)->refused()))) {
    book.mutable_memberships()->RemoveLast();
  }
  return absl::OkStatus();
}

const state::HeldMembership* WithNumber(const state::CaseBook& book, uint64_t number) {
  const auto found = std::ranges::find(book.memberships(), number, &state::HeldMembership::number);
  return found == book.memberships().end() ? nullptr : &*found;
}

absl::Status Malformed(std::string text) { return Refuse(Reason::kMalformed, std::move(text)); }

absl::Status CheckNext(const record::Header& header, const v1::Membership& membership,
                       const state::CaseBook& book) {
  if (header.origin.text() != book.owner()) {
    return Refuse(Reason::kWrongAgency, Text("the case is owned by ", book.owner()));
  }
  const state::HeldMembership& last = *book.memberships().rbegin();
  if (membership.number() <= last.number()) {
    return Refuse(Reason::kMembershipBehind, "a membership of this number or a newer one is here");
  }
  if (membership.number() == last.number() + 1 && membership.before() != last.digest()) {
    return Refuse(Reason::kProofBad, "the membership follows on another than the one that is here");
  }
  return absl::OkStatus();
}

absl::Status CheckDeclared(const AgencyId& own, const record::Header& header,
                           const std::vector<record::OpenedSection>& sections,
                           const std::optional<state::CaseBook>& book) {
  if (sections.size() != 1 || !sections[0].content.has_membership() ||
      !sections[0].labels.essential()) {
    return Malformed("a membership has one essential section, which says who is in the case");
  }
  const v1::Membership& membership = sections[0].content.membership();
  if (membership.case_id() != AsText(*header.case_id) ||
      membership.number() != header.membership_number) {
    return Malformed("the membership is of another case or number than its header says");
  }
  const auto& members = membership.members();
  if (std::ranges::find(members, header.origin.text(), &v1::CaseMember::agency) != members.end()) {
    return Malformed("the owner of a case is not among its members");
  }
  if (std::ranges::find(members, own.text(), &v1::CaseMember::agency) == members.end()) {
    return Refuse(Reason::kWrongAgency, "the membership does not name this agency");
  }
  if (!book || book->memberships().empty()) return absl::OkStatus();
  return CheckNext(header, membership, *book);
}

absl::Status CheckPost(const record::Header& header, const state::CaseBook& book,
                       uint64_t log_index) {
  for (const state::HeldMembership& held : book.memberships()) {
    const bool stood = held.log_index() != 0 && held.log_index() < log_index;
    if (stood && held.number() > header.membership_number) {
      return Refuse(Reason::kMembershipBehind, "it was posted under an old membership of the case");
    }
  }
  const state::HeldMembership* const under = WithNumber(book, header.membership_number);
  if (under == nullptr) return absl::OkStatus();
  if (!IsInCase(book, *under, header.origin.text())) {
    return Refuse(Reason::kWrongAgency, Text(header.origin.text(), " is no member of the case"));
  }
  if (!MayPost(book, *under, header.origin.text())) {
    return Refuse(Reason::kNotAuthorised, "an observer does not post");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<state::CaseBook>> FindCase(const Ground& ground,
                                                        std::string_view case_id) {
  absl::StatusOr<std::optional<state::CaseBook>> book =
      Load<state::CaseBook>(ground.db, kCases, case_id);
  if (!book.ok() || !*book) return book;
  if (absl::Status status = Resolve(ground, **book); !status.ok()) return status;
  return book;
}

const state::HeldMembership* InForce(const state::CaseBook& book) {
  const state::HeldMembership* newest = nullptr;
  for (const state::HeldMembership& held : book.memberships()) {
    if (held.log_index() != 0) newest = &held;
  }
  return newest;
}

const state::HeldMembership* OnItsWay(const state::CaseBook& book) {
  if (book.memberships().empty() || book.memberships().rbegin()->log_index() != 0) return nullptr;
  return &*book.memberships().rbegin();
}

bool IsInCase(const state::CaseBook& book, const state::HeldMembership& membership,
              std::string_view agency) {
  const auto& members = membership.members();
  return agency == book.owner() ||
         std::ranges::find(members, agency, &v1::CaseMember::agency) != members.end();
}

bool MayPost(const state::CaseBook& book, const state::HeldMembership& membership,
             std::string_view agency) {
  return agency == book.owner() ||
         std::ranges::any_of(membership.members(), [&](const v1::CaseMember& member) {
           return member.agency() == agency && member.role() == v1::CASE_ROLE_INVESTIGATOR;
         });
}

bool IsTurnedAway(const state::CaseBook& book) {
  const state::HeldMembership* const in_force = InForce(book);
  return in_force != nullptr && book.turned_away() == in_force->number();
}

absl::Status NoteTurnedAway(const Ground& ground, std::string_view case_id, uint64_t number,
                            store::WriteBatch& batch) {
  absl::StatusOr<std::optional<state::CaseBook>> book =
      Load<state::CaseBook>(ground.db, kCases, case_id);
  if (!book.ok() || !*book || (*book)->owner() == ground.agency.text()) return book.status();
  (*book)->set_turned_away(number);
  Save(batch, kCases, case_id, **book);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> NumberToPostUnder(const Ground& ground, std::string_view case_id,
                                           Instant now) {
  absl::StatusOr<std::optional<state::CaseBook>> book = FindCase(ground, case_id);
  if (!book.ok()) return book.status();
  if (!*book) {
    return RefuseAdvising(Reason::kMalformed, "", "no membership of this case is here",
                          "entente case list shows the cases that this agency is in");
  }
  const state::HeldMembership* const in_force = InForce(**book);
  if (OnItsWay(**book) != nullptr || in_force == nullptr) {
    return RefuseAdvising(Reason::kMembershipBehind, "",
                          "the newest membership of the case is not in the log yet",
                          "wait until it is; what is posted leaves then by itself");
  }
  if (in_force->expires_ms() <= static_cast<uint64_t>(now.ms)) {
    return RefuseAdvising(Reason::kExpired, "", "the time of this case is over",
                          Text("ask ", (*book)->owner(), ", which may open another"));
  }
  if (IsTurnedAway(**book)) {
    return RefuseAdvising(Reason::kWrongAgency, "removed",
                          "this agency is not in the case any more",
                          Text("ask ", (*book)->owner(), ", which owns it and took it out"));
  }
  if (!MayPost(**book, *in_force, ground.agency.text())) {
    return RefuseAdvising(Reason::kNotAuthorised, "", "this agency does not post in the case",
                          Text("ask ", (*book)->owner(), ", which owns it"));
  }
  return in_force->number();
}

absl::Status CheckInCase(const AgencyId& own, const std::optional<state::CaseBook>& book,
                         const record::Header& header,
                         const std::vector<record::OpenedSection>& sections, uint64_t log_index) {
  const bool declares = header.kind == v1::RECORD_KIND_MEMBERSHIP;
  const bool has = std::ranges::any_of(
      sections, [](const record::OpenedSection& one) { return one.content.has_membership(); });
  if (has && !declares) return Malformed("a membership stands in a record of its own");
  if (!header.case_id) return absl::OkStatus();
  if (declares) return CheckDeclared(own, header, sections, book);
  return book ? CheckPost(header, *book, log_index) : absl::OkStatus();
}

absl::Status KeepMembership(const Ground& ground, const state::ReceivedRecord& received,
                            const v1::Membership& membership, store::WriteBatch& batch) {
  return Add(ground, membership.case_id(), received.origin(),
             Held(membership, received.record_hash(), received.log_index(), received.expires_ms()),
             received.assigned(), batch);
}

absl::Status KeepOwnMembership(const Ground& ground, const v1::Membership& membership,
                               const state::SentRecord& sent, store::WriteBatch& batch) {
  return Add(ground, membership.case_id(), ground.agency.text(),
             Held(membership, sent.record_id(), 0, sent.expires_ms()), sent.assigned(), batch);
}

}  // namespace entente::node

// What a draft must be before any policy is asked (compose.h).
#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/content.h"
#include "core/record/record.h"
#include "core/record/strict.h"
#include "core/record/words.h"
#include "node/compose.h"
#include "node/consents.h"
#include "node/labels.h"
#include "node/narrow.h"
#include "node/search/match_keys.h"
#include "node/text.h"
#include "policy/calendar.h"

namespace entente::node {
namespace {

absl::Status CheckRecipients(const Ground& ground, const v1::Draft& draft, Instant now) {
  if (draft.recipients().empty()) {
    return Refuse(Reason::kLabelMissing, "recipient", "a record needs at least one recipient");
  }
  if (static_cast<size_t>(draft.recipients_size()) > limits::kRecipients) {
    return Refuse(Reason::kTooLarge, "a record has at most 200 recipients");
  }
  std::set<std::string> seen;
  for (const std::string& text : draft.recipients()) {
    absl::StatusOr<AgencyId> agency = AgencyId::Parse(text);
    if (!agency.ok()) {
      return RefuseAdvising(Reason::kMalformed, "", std::string(agency.status().message()),
                            "name it as COUNTRY.unit, such as BR.fiu; the list of agencies has it");
    }
    if (!seen.insert(text).second) {
      return RefuseAdvising(Reason::kMalformed, "", Text("a recipient twice: ", text),
                            "name each recipient once");
    }
    if (text == ground.agency.text()) {
      return Refuse(Reason::kWrongAgency, "an agency does not send to itself");
    }
    if (!ground.federation.registry().FindAgency(text, now)) {
      return RefuseAdvising(Reason::kWrongAgency, "",
                            Text(text, " is no agency of this federation"),
                            "list the agencies, and check the spelling");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDeadline(const v1::LeadAsk& ask, Instant expires, Instant now) {
  const Instant deadline{
      static_cast<int64_t>(std::min(ask.deadline_ms(), static_cast<uint64_t>(kLastInstantMs)))};
  if (deadline.ms == 0) return absl::OkStatus();
  if (deadline <= now) {
    return RefuseAdvising(Reason::kMalformed, "", "the deadline is over already",
                          "give a deadline that is still to come");
  }
  if (deadline > expires) {
    return RefuseAdvising(Reason::kMalformed, "", "the deadline lies after the record's expiry",
                          "give an expiry that is not before the deadline");
  }
  return absl::OkStatus();
}

// Of what other agencies sent before these were asked for, they are not: this is for what is
// written here.
absl::Status CheckIbans(const v1::SectionContent& content) {
  for (const v1::Subject& subject : content.subjects().subjects()) {
    if (!search::IsWrongIban(subject.account().number())) continue;
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("the check digits of the IBAN ", subject.account().number(),
                               " do not fit: a character is wrong, and it could never be found"),
                          "compare it with where it was taken from");
  }
  return absl::OkStatus();
}

absl::Status CheckReview(const v1::Draft& draft, Instant expires, Instant now) {
  if (draft.review_by_ms() == 0) return absl::OkStatus();
  const bool alert = std::ranges::any_of(
      draft.sections(), [](const auto& section) { return section.content().has_alert_notice(); });
  if (alert) {
    return RefuseAdvising(Reason::kMalformed, "", "an alert has no review date of this kind",
                          "say in its notice until when it is renewed: confirm_by");
  }
  const Instant by{
      static_cast<int64_t>(std::min(draft.review_by_ms(), static_cast<uint64_t>(kLastInstantMs)))};
  if (by <= now) {
    return RefuseAdvising(Reason::kMalformed, "", "the review date is over already",
                          "give a review_by that is still to come, or leave it out");
  }
  if (by < expires) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "the review date is not before the record's expiry",
                        "give an earlier review_by, or leave it out: at its expiry it is erased");
}

absl::Status CheckNotice(const v1::AlertNotice& notice, Instant now) {
  if (notice.confirm_by_ms() != 0 && notice.confirm_by_ms() <= static_cast<uint64_t>(now.ms)) {
    return RefuseAdvising(Reason::kMalformed, "", "the alert would be unconfirmed when sent",
                          "give a confirm_by that is still to come, or leave it out");
  }
  if (policy::IsTimeZone(notice.desk().time_zone())) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "",
                        Text("there is no time zone ", notice.desk().time_zone()),
                        "write a name such as Europe/Paris");
}

absl::Status CheckLinks(const v1::Draft& draft) {
  std::vector<record::PlacedContent> sections;
  for (const v1::DraftSection& section : draft.sections()) {
    sections.push_back({section.content(), section.essential()});
  }
  return record::CheckLinks(sections);
}

// A word that no policy knows would be refused everywhere, and nobody would say which it was.
absl::Status CheckWord(const policy::Vocabulary& vocabulary, policy::Category category,
                       std::string_view label, const std::string& word) {
  if (word.empty() || vocabulary.Find(category, word)) return absl::OkStatus();
  return RefuseAdvising(Reason::kLabelUnknown, std::string(label),
                        Text("no such word for ", label, ": ", word),
                        Text("write one of ", absl::StrJoin(vocabulary.words(category), ", ")));
}

absl::Status CheckEvaluation(const policy::Vocabulary& vocabulary, const std::string& text) {
  if (text.empty() || vocabulary.FindEvaluation(text)) return absl::OkStatus();
  return RefuseAdvising(
      Reason::kLabelUnknown, "evaluation", Text("no such evaluation: ", text),
      Text("write source and information, one of ",
           absl::StrJoin(vocabulary.words(policy::Category::kSource), ", "), " and one of ",
           absl::StrJoin(vocabulary.words(policy::Category::kInformation), ", ")));
}

absl::Status CheckSectionWords(const policy::Vocabulary& vocabulary,
                               const v1::DraftSection& section) {
  using policy::Category;
  absl::Status known = CheckWord(vocabulary, Category::kBasis, "basis", section.basis());
  for (const std::string& word : section.about()) {
    if (known.ok()) known = CheckWord(vocabulary, Category::kPerson, "about", word);
  }
  for (const std::string& word : section.data()) {
    if (known.ok()) known = CheckWord(vocabulary, Category::kData, "data", word);
  }
  return known;
}

absl::Status CheckWords(const Ground& ground, const v1::Draft& draft, Instant now) {
  using policy::Category;
  const auto vocabulary = VocabularyAt(ground.federation.registry(), now);
  absl::Status known = CheckWord(*vocabulary, Category::kPurpose, "purpose", draft.purpose());
  for (const std::string& word : draft.handling()) {
    if (known.ok()) known = CheckWord(*vocabulary, Category::kHandling, "handling", word);
  }
  if (known.ok()) known = CheckEvaluation(*vocabulary, draft.evaluation());
  for (const v1::DraftSection& section : draft.sections()) {
    if (known.ok()) known = CheckSectionWords(*vocabulary, section);
  }
  return known;
}

absl::Status CheckSections(const v1::Draft& draft) {
  if (draft.sections().empty()) {
    return Refuse(Reason::kLabelMissing, "section", "a record needs at least one section");
  }
  if (static_cast<size_t>(draft.sections_size()) > limits::kSections) {
    return Refuse(Reason::kTooLarge, "a record has at most 32 sections");
  }
  for (const v1::DraftSection& section : draft.sections()) {
    if (section.about().empty()) {
      return Refuse(Reason::kLabelMissing, "about", "a section says what persons it is about");
    }
    if (section.data().empty()) {
      return Refuse(Reason::kLabelMissing, "data", "a section says what data it holds");
    }
    // As strictly as the recipient will read it.
    absl::Status good = record::CheckParsed(section.content());
    if (good.ok()) good = record::CheckContent(section.content());
    if (good.ok()) good = record::CheckLabelled(LabelsOfDraft(section), section.content());
    if (good.ok()) good = CheckIbans(section.content());
    if (!good.ok()) return good;
  }
  return CheckLinks(draft);
}

// What a person lets go to each recipient is signed for each.
absl::Status CheckForPerson(const Ground& ground, const v1::Draft& draft, Instant now) {
  if (!NeedsPerson(*VocabularyAt(ground.federation.registry(), now), draft)) {
    return absl::OkStatus();
  }
  if (draft.instruction().empty()) {
    return RefuseAdvising(Reason::kLabelMissing, "instruction",
                          "this handling code stands for restrictions in words, and there are none",
                          "write them as the instruction of the draft, or take another code");
  }
  if (static_cast<size_t>(draft.recipients_size()) <= record::kMostConsents) {
    return absl::OkStatus();
  }
  return RefuseAdvising(Reason::kTooLarge, "",
                        "with this handling code a record goes to at most 32 recipients",
                        "send it to fewer at once");
}

}  // namespace

absl::Status CheckDraft(const Ground& ground, const v1::Draft& draft, Instant now) {
  if (absl::Status status = CheckRecipients(ground, draft, now); !status.ok()) return status;
  if (absl::Status status = CheckWords(ground, draft, now); !status.ok()) return status;
  if (absl::Status status = CheckSections(draft); !status.ok()) return status;
  if (absl::Status status = CheckNeverTo(draft); !status.ok()) return status;
  if (draft.purpose().empty()) return Refuse(Reason::kLabelMissing, "purpose", "no purpose given");
  if (draft.handling().empty()) {
    return Refuse(Reason::kLabelMissing, "handling", "no handling code given");
  }
  if (absl::Status status = CheckForPerson(ground, draft, now); !status.ok()) return status;
  if (record::UrgencyWord(draft.urgency()).empty()) {
    return Refuse(Reason::kLabelMissing, "urgency", "no urgency given");
  }
  const Instant expires{
      static_cast<int64_t>(std::min(draft.expires_ms(), static_cast<uint64_t>(kLastInstantMs)))};
  if (expires <= now) {
    return RefuseAdvising(Reason::kExpired, "", "the record would be expired when sent",
                          "give an expiry that is still to come");
  }
  if (expires - now > limits::kRecordLifeMs) {
    return RefuseAdvising(Reason::kMalformed, "", "a record lives five years at most",
                          "give an earlier expiry, and send it anew before it ends");
  }
  if (absl::Status status = CheckReview(draft, expires, now); !status.ok()) return status;
  for (const v1::DraftSection& section : draft.sections()) {
    absl::Status good = CheckDeadline(section.content().lead_ask(), expires, now);
    if (section.content().has_alert_notice()) {
      good.Update(CheckNotice(section.content().alert_notice(), now));
    }
    if (!good.ok()) return good;
  }
  return absl::OkStatus();
}

}  // namespace entente::node

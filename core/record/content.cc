#include "core/record/content.h"

#include <algorithm>
#include <map>
#include <regex>
#include <string>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/checks.h"

namespace entente::record {
namespace {

using internal::First;
using internal::Malformed;

// A subject's numbers, and whether its section always goes with the record.
using Numbers = std::map<uint32_t, std::pair<size_t, bool>>;

absl::Status InSubject(const v1::Subject& subject, size_t place) {
  const absl::Status status = CheckSubject(subject);
  if (status.ok()) return status;
  return Malformed("subject " + std::to_string(place + 1) + ": " + RefusalOf(status)->text);
}

absl::Status CheckSubjects(const v1::Subjects& subjects) {
  if (subjects.subjects().empty()) return Malformed("a list of subjects with none in it");
  if (static_cast<size_t>(subjects.subjects_size()) > limits::kSubjects) {
    return Malformed("a section has at most 256 subjects");
  }
  for (int i = 0; i < subjects.subjects_size(); ++i) {
    absl::Status status = InSubject(subjects.subjects(i), static_cast<size_t>(i));
    if (!status.ok()) return status;
  }
  for (const v1::Link& link : subjects.links()) {
    if (link.from() == 0 || link.to() == 0 || link.from() == link.to()) {
      return Malformed("a link joins two subjects that have numbers");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNarrative(const v1::Narrative& narrative) {
  if (narrative.text().empty()) return Malformed("a narrative without text");
  if (narrative.translation_of() == 0) return absl::OkStatus();
  return narrative.translation_of() == narrative.number()
             ? Malformed("a text is no translation of itself")
             : absl::OkStatus();
}

bool Names(const v1::SectionLabels& labels, std::string_view word) {
  return std::ranges::find(labels.data(), word) != labels.data().end();
}

absl::Status Unlabelled(std::string_view word) {
  return Refuse(Reason::kLabelMissing, "data",
                "a section holds what its labels do not name: " + std::string(word));
}

absl::Status AddNumber(uint32_t number, size_t section, bool essential, Numbers& numbers) {
  if (number == 0 || numbers.emplace(number, std::pair(section, essential)).second) {
    return absl::OkStatus();
  }
  return Malformed("two subjects or texts of one record have the number " + std::to_string(number));
}

absl::StatusOr<Numbers> NumbersOf(std::span<const PlacedContent> sections) {
  Numbers numbers;
  for (size_t i = 0; i < sections.size(); ++i) {
    const auto& [content, essential] = sections[i];
    absl::Status status = AddNumber(content.narrative().number(), i, essential, numbers);
    for (const v1::Subject& subject : content.subjects().subjects()) {
      status.Update(AddNumber(subject.number(), i, essential, numbers));
    }
    if (!status.ok()) return status;
  }
  return numbers;
}

absl::Status CheckNamed(uint32_t number, size_t section, const Numbers& numbers) {
  const auto found = numbers.find(number);
  if (found == numbers.end()) {
    return Malformed("nothing in this record has the number " + std::to_string(number));
  }
  if (found->second.first == section || found->second.second) return absl::OkStatus();
  return Malformed("number " + std::to_string(number) +
                   " stands in another section, which may be withheld; put both into one section");
}

}  // namespace

bool IsLanguage(std::string_view tag) {
  static const std::regex form("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*");
  return tag.size() <= 35 && std::regex_match(tag.begin(), tag.end(), form);
}

absl::Status CheckContent(const v1::SectionContent& content) {
  if (!IsLanguage(content.language())) {
    return Malformed("a section without the language of its texts");
  }
  switch (content.body_case()) {
    case v1::SectionContent::kSubjects:
      return CheckSubjects(content.subjects());
    case v1::SectionContent::kNarrative:
      return CheckNarrative(content.narrative());
    case v1::SectionContent::kAlertNotice:
      return CheckAlertNotice(content.alert_notice());
    case v1::SectionContent::kNotIdentical:
      return CheckNotIdentical(content.not_identical());
    case v1::SectionContent::kRequestAsk:
      return CheckRequestAsk(content.request_ask());
    case v1::SectionContent::kReply:
      return CheckReply(content.reply());
    case v1::SectionContent::kFinding:
      return CheckFinding(content.finding());
    case v1::SectionContent::kMembership:
      return CheckMembership(content.membership());
    case v1::SectionContent::kAttachment:
      return CheckAttachment(content.attachment());
    case v1::SectionContent::kConsent:
      return CheckConsent(content.consent());
    case v1::SectionContent::kLeadAnswer:
      return CheckLeadAnswer(content.lead_answer());
    case v1::SectionContent::kLeadAsk:
      return CheckLeadAsk(content.lead_ask());
    case v1::SectionContent::BODY_NOT_SET:
      break;
  }
  return Malformed("a section without content");
}

std::string_view DataWord(const v1::Subject& subject) {
  switch (subject.what_case()) {
    case v1::Subject::kPerson:
      return "identity";
    case v1::Subject::kDocument:
      return "travel-document";
    case v1::Subject::kOrganisation:
      return "organisation";
    case v1::Subject::kVehicle:
    case v1::Subject::kVessel:
      return "vehicle";
    case v1::Subject::kPhone:
    case v1::Subject::kEmail:
    case v1::Subject::kOnlineAccount:
      return "contact-details";
    case v1::Subject::kAddress:
      return "address";
    case v1::Subject::kEvent:
      return "location";
    case v1::Subject::kAccount:
    case v1::Subject::kTransaction:
      return "financial";
    case v1::Subject::kAsset:
      return "asset";
    case v1::Subject::kBiometric:
      return "biometric";
    case v1::Subject::kPhoto:
      return "photo";
    case v1::Subject::kVictimCare:
      return "victim-care";
    case v1::Subject::WHAT_NOT_SET:
      break;
  }
  return "";
}

absl::Status CheckLabelled(const v1::SectionLabels& labels, const v1::SectionContent& content) {
  for (const v1::Subject& subject : content.subjects().subjects()) {
    if (!Names(labels, DataWord(subject))) return Unlabelled(DataWord(subject));
  }
  const bool told = content.has_narrative() || content.has_consent();
  if (told && !Names(labels, "narrative")) return Unlabelled("narrative");
  if (!content.lead_answer().measures().empty() && !Names(labels, "financial")) {
    return Unlabelled("financial");
  }
  if (content.has_membership() && !Names(labels, "organisation")) return Unlabelled("organisation");
  if (content.has_not_identical() && !Names(labels, "identity")) return Unlabelled("identity");
  if (!content.not_identical().documents().empty() && !Names(labels, "travel-document")) {
    return Unlabelled("travel-document");
  }
  return absl::OkStatus();
}

absl::Status CheckLinks(std::span<const PlacedContent> sections) {
  const absl::StatusOr<Numbers> numbers = NumbersOf(sections);
  if (!numbers.ok()) return numbers.status();
  for (size_t i = 0; i < sections.size(); ++i) {
    const v1::SectionContent& content = sections[i].content;
    absl::Status status;
    for (const v1::Link& link : content.subjects().links()) {
      status.Update(
          First(CheckNamed(link.from(), i, *numbers), CheckNamed(link.to(), i, *numbers)));
    }
    // The original may be withheld where its translation goes: it is named by number alone.
    const uint32_t original = content.narrative().translation_of();
    if (original != 0 && !numbers->contains(original)) {
      status.Update(Malformed("there is no original text of this number"));
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace entente::record

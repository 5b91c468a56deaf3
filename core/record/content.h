// What may stand in a section: each content sound by itself, and in a section whose labels say what
// it holds, since policy decides on the labels alone. Formats: ISO 8601 days, ISO 3166-1 countries,
// E.164, ISO 3779, IMO and MMSI numbers, BCP 47. Stateless; safe from any thread.
#pragma once

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "core/base/bytes.h"
#include "entente/v1/content.pb.h"
#include "entente/v1/record.pb.h"

namespace entente::record {

// Refusal malformed, with a sentence that names the subject.
absl::Status CheckContent(const v1::SectionContent& content);
// Of one subject, without its number and links.
absl::Status CheckSubject(const v1::Subject& subject);
// What is asked and answered (asks.cc).
absl::Status CheckAlertNotice(const v1::AlertNotice& notice);
absl::Status CheckNotIdentical(const v1::NotIdentical& note);
absl::Status CheckRequestAsk(const v1::RequestAsk& ask);
absl::Status CheckReply(const v1::Reply& reply);
absl::Status CheckFinding(const v1::Finding& finding);
absl::Status CheckLeadAsk(const v1::LeadAsk& ask);
absl::Status CheckLeadAnswer(const v1::LeadAnswer& answer);
absl::Status CheckMembership(const v1::Membership& membership);
absl::Status CheckAttachment(const v1::Attachment& attachment);
absl::Status CheckConsent(const v1::Consent& consent);
// What the next statement of the case names as the one before.
Digest MembershipDigest(const v1::Membership& membership);
// Well-formed, BCP 47.
bool IsLanguage(std::string_view tag);

// The word of the vocabulary's data categories for what this is: "travel-document".
std::string_view DataWord(const v1::Subject& subject);
// Refusal label-missing:data when the labels do not name all that stands in the content.
absl::Status CheckLabelled(const v1::SectionLabels& labels, const v1::SectionContent& content);

struct PlacedContent {
  const v1::SectionContent& content;
  bool essential;  // its section
};
// Of the sections of one whole record, as its origin has them: numbers are given once, and a link
// names subjects of its own section, or of one that is essential. Any other would tell whoever does
// not get a section that there is something in it. Refusal malformed.
absl::Status CheckLinks(std::span<const PlacedContent> sections);

}  // namespace entente::record

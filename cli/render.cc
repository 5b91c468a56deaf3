#include "cli/render.h"

#include <google/protobuf/util/json_util.h>

#include "cli/json.h"
#include "cli/render_case.h"
#include "cli/render_consent.h"
#include "cli/render_content.h"
#include "cli/render_lead.h"
#include "cli/render_log.h"
#include "cli/render_override.h"
#include "cli/render_restrict.h"
#include "cli/render_review.h"
#include "cli/subject_words.h"
#include "cli/text.h"
#include "core/record/words.h"

namespace entente::cli {
namespace {

std::string NumberWord(Language language, std::string_view group, int number) {
  return Word(language, group, std::to_string(number));
}

template <typename Texts>
std::string Joined(const Texts& texts, std::string_view separator = ", ") {
  std::string out;
  for (const auto& text : texts) {
    if (!out.empty()) out += separator;
    out += text;
  }
  return out;
}

// From each of these all other reasons follow: it is said alone.
constexpr std::string_view kFirstCauses[] = {"label-unknown:recipient", "label-missing:under"};

template <typename Codes>
std::string Reasons(Language language, const Codes& codes) {
  for (const std::string_view cause : kFirstCauses) {
    if (std::ranges::find(codes, cause) != codes.end()) return ReasonWords(language, cause);
  }
  Row reasons;
  for (const std::string& code : codes) reasons.push_back(ReasonWords(language, code));
  return Joined(reasons, "; ");
}

constexpr std::string_view kNotReleasedBy = "not-released-by:";

// Who refused what was held, and why.
std::string NotReleasedText(Language language, std::string_view reason) {
  const std::string_view rest = reason.substr(kNotReleasedBy.size());
  const size_t colon = std::min(rest.find(':'), rest.size());
  return Say(language, "held.not-released",
             {rest.substr(0, colon), rest.substr(std::min(colon + 1, rest.size()))});
}

// An answer's reason is a person's own words, and so is that of what was not released; any other is
// a code.
std::string ReasonText(Language language, const v1::RecipientStatus& recipient) {
  if (recipient.reason().starts_with(kNotReleasedBy)) {
    return NotReleasedText(language, recipient.reason());
  }
  const bool answered = recipient.state() == v1::RECIPIENT_STATE_TAKEN ||
                        recipient.state() == v1::RECIPIENT_STATE_DECLINED;
  return answered ? recipient.reason() : ReasonWords(language, recipient.reason());
}

std::string WithheldNote(Language language, uint32_t count) {
  return count == 0 ? "" : Say(language, "lead.withheld", {std::to_string(count)});
}

// Everything worth saying about one recipient besides its state.
std::string RecipientDetail(Language language, const v1::RecipientStatus& recipient) {
  Row parts;
  if (recipient.overdue()) parts.push_back(Say(language, "lead.overdue"));
  if (!recipient.reason().empty()) parts.push_back(ReasonText(language, recipient));
  if (!recipient.answer_record_id().empty()) {
    parts.push_back(Say(language, "lead.answer", {recipient.answer_record_id()}));
  }
  if (recipient.decided_again_ms() > 0) {
    const bool refused = recipient.state() == v1::RECIPIENT_STATE_REFUSED;
    parts.push_back(Say(language, refused ? "lead.refused-again" : "lead.narrowed-again",
                        {InstantText(recipient.decided_again_ms())}));
  }
  if (recipient.sections_withheld() > 0) {
    parts.push_back(WithheldNote(language, recipient.sections_withheld()));
  }
  // What went through whole needs no rule beside it.
  const bool kept_back = recipient.sections_withheld() > 0 || recipient.reasons_size() > 0;
  if (kept_back && recipient.rules_size() > 0) {
    parts.push_back(Say(language, "lead.under-rules", {Joined(recipient.rules())}));
  }
  if (recipient.reasons_size() > 0) parts.push_back(Reasons(language, recipient.reasons()));
  if (!recipient.contact().empty()) {
    parts.push_back(Say(language, "lead.contact", {recipient.contact()}));
  }
  return Joined(parts, "; ");
}

// Of a recalled alert it is gone with the content.
std::string ActionText(Language language, v1::AlertAction action) {
  return action == v1::ALERT_ACTION_UNSPECIFIED
             ? "-"
             : WordOf(language, *v1::AlertAction_descriptor(), action);
}

// What has no reference, or no deadline, says nothing of it.
std::string ReferencesText(Language language, const v1::RecordSummary& record) {
  std::string out;
  if (!record.own_reference().empty()) {
    out += Say(language, "record.own-reference", {record.own_reference()});
  }
  if (!record.their_reference().empty()) {
    out += Say(language, "record.their-reference", {record.their_reference()});
  }
  return out;
}

std::string RecordHead(Language language, const v1::RecordSummary& record) {
  const std::string references = ReferencesText(language, record);
  const std::string by = InstantText(record.deadline_ms());
  const std::string expires = InstantText(record.expires_ms());
  if (record.kind() == v1::RECORD_KIND_ALERT) {
    return Say(language, "alert.head",
               {record.reference(), ActionText(language, record.action()), expires,
                record.record_id(), references});
  }
  if (record.kind() == v1::RECORD_KIND_REQUEST && record.deadline_ms() != 0) {
    return Say(language, "request.head", {record.reference(), by, record.record_id(), references});
  }
  if (record.measure() == v1::LEAD_MEASURE_UNSPECIFIED) {
    return Say(language, "record.head",
               {record.reference(), expires, record.record_id(), references});
  }
  return Say(language, record.deadline_ms() == 0 ? "lead.head-open" : "lead.head",
             {record.reference(), NumberWord(language, "measure", record.measure()), by,
              record.record_id(), references});
}

}  // namespace

std::string ContentText(Language language, const v1::SectionContent& content) {
  switch (content.body_case()) {
    case v1::SectionContent::kLeadAsk:
      return RenderLeadAsk(language, content.lead_ask());
    case v1::SectionContent::kSubjects:
      return RenderSubjects(language, content.subjects());
    case v1::SectionContent::kNarrative:
      return PrintableBlock(content.narrative().text());
    case v1::SectionContent::kLeadAnswer:
      return RenderLeadAnswer(language, content.lead_answer());
    case v1::SectionContent::kAlertNotice:
      return RenderAsked(language, content.alert_notice());
    case v1::SectionContent::kRequestAsk:
      return RenderAsked(language, content.request_ask());
    case v1::SectionContent::kReply:
      return RenderAsked(language, content.reply());
    case v1::SectionContent::kNotIdentical:
      return RenderAsked(language, content.not_identical());
    case v1::SectionContent::kFinding:
      return RenderAsked(language, content.finding());
    case v1::SectionContent::kMembership:
      return RenderMembers(language, content.membership());
    case v1::SectionContent::kAttachment:
      return RenderAttachment(language, content.attachment());
    case v1::SectionContent::kConsent:
      return RenderConsent(language, content.consent());
    case v1::SectionContent::BODY_NOT_SET:
      return Say(language, "section.empty") + "\n";
  }
  return "";
}

namespace {

// Whoever reads on has read what they may not do.
std::string InstructionFirst(Language language, const std::string& instruction) {
  return instruction.empty() ? "" : Say(language, "show.instruction", {instruction}) + "\n";
}

// "policy", or what of the record: "handling:H2", "kind:lead".
std::string AskerText(Language language, const std::string& asker) {
  const size_t colon = asker.find(':');
  std::string subject = colon == asker.npos ? "" : asker.substr(colon + 1);
  if (const auto kind = record::KindFromWord(subject))
    subject = NumberWord(language, "kind", *kind);
  return Say(language, "second." + asker.substr(0, colon), {subject});
}

// Sections count from 1 for people; one beyond them is the instruction.
std::string WhyHeld(Language language, const v1::RecipientPreview& recipient) {
  std::string out;
  for (const std::string& asker : recipient.second_person()) {
    out += "  " +
           Say(language, "second.asked", {recipient.recipient(), AskerText(language, asker)}) +
           "\n";
  }
  for (const v1::Leak& leak : recipient.leaks()) {
    out += "  " +
           Say(language, leak.field().empty() ? "leak.together" : "leak.found",
               {recipient.recipient(), std::to_string(leak.section() + 1), leak.gives_away(),
                std::to_string(leak.withheld() + 1), leak.field()}) +
           "\n";
  }
  return out;
}

}  // namespace

absl::StatusOr<std::string> RenderJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) return absl::InternalError(status.ToString());
  // Written anew, since its writer lets some characters through that turn the direction.
  return JsonLine(Json::parse(text));
}

std::string RenderPreviews(Language language, const Previews& recipients) {
  std::vector<Row> rows;
  for (const auto& recipient : recipients) {
    Row row = {"  " + recipient.recipient(), NumberWord(language, "verdict", recipient.verdict())};
    std::string detail = WithheldNote(language, static_cast<uint32_t>(recipient.withheld_size()));
    if (recipient.rules_size() > 0 && recipient.verdict() != v1::VERDICT_RELEASE) {
      detail += " " + Say(language, "lead.under-rules", {Joined(recipient.rules())});
    }
    if (recipient.reasons_size() > 0) detail += " " + Reasons(language, recipient.reasons());
    row.push_back(detail);
    rows.push_back(row);
  }
  const bool refused = std::ranges::all_of(
      recipients, [](const auto& recipient) { return recipient.verdict() == v1::VERDICT_REFUSE; });
  std::string held;
  for (const auto& recipient : recipients) held += WhyHeld(language, recipient);
  if (!held.empty()) held = Say(language, "leak.held") + "\n" + held;
  std::string going;
  for (const auto& recipient : recipients) going += RenderGoing(language, recipient);
  return Table(rows) + going + held +
         Say(language, refused ? "lead.sent-to-nobody" : "lead.destination-decides") + "\n";
}

namespace {

// What becomes of the record that this one takes the place of.
std::string ReplacedText(Language language, const v1::SendResponse& response) {
  if (response.replaces().empty()) return "";
  const bool nobody =
      std::ranges::all_of(response.recipients(), [](const v1::RecipientPreview& recipient) {
        return recipient.verdict() == v1::VERDICT_REFUSE;
      });
  const bool in_vain = nobody && response.replaced() == v1::REPLACED_STATE_CLOSED;
  const std::string key =
      in_vain ? "replaced.in-vain" : "replaced." + std::to_string(response.replaced());
  return Say(language, key, {response.replaces()}) + "\n";
}

}  // namespace

std::string RenderSent(Language language, const v1::SendResponse& response) {
  const auto& to = response.recipients();
  const bool held = std::ranges::any_of(to, [](const v1::RecipientPreview& one) {
    return !one.leaks().empty() || !one.second_person().empty();
  });
  const bool leaves = std::ranges::any_of(
      to, [](const v1::RecipientPreview& one) { return one.verdict() != v1::VERDICT_REFUSE; });
  const std::string_view key = !leaves ? "record.goes-nowhere"
                               : held  ? "record.held"
                                       : "record.accepted";
  return Say(language, key, {response.reference(), response.record_id()}) + "\n" +
         RenderPreviews(language, to) + ReplacedText(language, response);
}

std::string RenderPreview(Language language, const v1::PreviewResponse& response) {
  return RenderReviewDate(language, response.review_by_ms()) +
         RenderPreviews(language, response.recipients());
}

std::string RenderAs(Language language, const v1::Draft& draft,
                     const v1::RecipientPreview& recipient) {
  std::string out = Say(language, "preview.as", {recipient.recipient()}) + "\n";
  if (recipient.verdict() == v1::VERDICT_REFUSE) {
    return out + Say(language, "preview.nothing", {Reasons(language, recipient.reasons())}) + "\n";
  }
  out += InstructionFirst(language, draft.instruction());
  for (int i = 0; i < draft.sections_size(); ++i) {
    const v1::DraftSection& section = draft.sections(i);
    const bool withheld = std::ranges::find(recipient.withheld(), static_cast<uint32_t>(i)) !=
                          recipient.withheld().end();
    out += "\n" +
           Say(language, withheld ? "preview.withheld" : "show.section",
               {Joined(section.about()), Joined(section.data()), section.basis()}) +
           "\n";
    if (!withheld) out += ContentText(language, section.content());
  }
  for (const std::string& obligation : recipient.obligations()) {
    out += "\n" + Say(language, "show.obligation", {obligation}) + "\n";
  }
  return out;
}

namespace {

// All of it, with the numbers by which sections are called.
std::string HeldDraft(Language language, const v1::Draft& draft) {
  std::string out = draft.has_override() ? RenderAsked(language, draft.override()) : "";
  out += InstructionFirst(language, draft.instruction());
  out += RenderReviewDate(language, draft.review_by_ms());
  for (int i = 0; i < draft.sections_size(); ++i) {
    const v1::DraftSection& section = draft.sections(i);
    out += Say(language, "held.section",
               {std::to_string(i + 1), Joined(section.about()), Joined(section.data()),
                section.basis()}) +
           "\n" + ContentText(language, section.content());
  }
  return out;
}

}  // namespace

std::string RenderHeld(Language language, const v1::ListHeldResponse& response) {
  if (response.records().empty()) return Say(language, "held.none") + "\n";
  std::string out;
  for (const v1::HeldRecord& record : response.records()) {
    out += Say(language, "held.record",
               {record.reference(), NumberWord(language, "kind", record.kind()), record.author(),
                InstantText(record.created_ms()), record.record_id()}) +
           "\n" + HeldDraft(language, record.draft()) +
           RenderPreviews(language, record.recipients()) +
           Say(language, "held.seen", {record.record_id(), record.seen()}) + "\n";
  }
  return out;
}

std::string RenderRecipients(
    Language language, const google::protobuf::RepeatedPtrField<v1::RecipientStatus>& recipients) {
  std::vector<Row> rows;
  for (const auto& recipient : recipients) {
    rows.push_back({recipient.overdue() ? "  !" : "   ", recipient.recipient(),
                    NumberWord(language, "state", recipient.state()),
                    InstantText(recipient.changed_ms()), RecipientDetail(language, recipient)});
  }
  return Table(rows);
}

std::string RenderRecords(Language language, const v1::ListResponse& response, bool received) {
  if (response.records().empty()) return Say(language, "list.none") + "\n";
  std::string out;
  for (const auto& record : response.records()) {
    out += RecordHead(language, record);
    if (received) out += " " + Say(language, "lead.from", {record.origin()});
    if (!record.about_record_id().empty()) {
      out += " " + Say(language, "list.about", {record.about_record_id()});
    }
    if (record.damaged()) out += " " + Say(language, "lead.damaged");
    out += LogMarks(language, record);
    out += "\n";
    out += RenderRecipients(language, record.recipients()) +
           RenderRestrictions(language, record.restrictions());
    if (record.review_by_ms() != 0) {
      out += "      " + RenderReviewDate(language, record.review_by_ms());
    }
  }
  return out;
}

namespace {

std::string AssignedText(Language language, const v1::InboxItem& item) {
  Row parts(item.officers().begin(), item.officers().end());
  if (!item.unit().empty()) parts.insert(parts.begin(), item.unit());
  if (parts.empty()) return Say(language, item.outside() ? "unit.nobody" : "unit.everybody");
  return Joined(parts) + (item.outside() ? " " + Say(language, "outside.item") : "");
}

bool IsRestricted(const v1::InboxItem& item) {
  return std::ranges::any_of(item.restrictions(), &v1::Restriction::processing);
}

// They are what was asked for.
bool AllRestricted(const v1::InboxResponse& response) {
  return !response.items().empty() && std::ranges::all_of(response.items(), IsRestricted);
}

}  // namespace

std::string RenderInbox(Language language, const v1::InboxResponse& response) {
  const std::string left_out =
      response.restricted() == 0 || AllRestricted(response)
          ? ""
          : Say(language, "inbox.restricted", {std::to_string(response.restricted())}) + "\n";
  if (response.items().empty()) return Say(language, "inbox.empty") + "\n" + left_out;
  std::vector<Row> rows = {
      Heads(language, {"reference", "kind", "from", "received", "expires", "urgency", "handling",
                       "evaluation", "read", "assigned", "record"})};
  for (const auto& item : response.items()) {
    rows.push_back(
        {item.reference(), NumberWord(language, "kind", item.kind()), item.origin(),
         InstantText(item.received_ms()), InstantText(item.expires_ms()),
         NumberWord(language, "urgency", item.urgency()), Joined(item.handling(), " "),
         item.evaluation(), YesNo(language, item.read()), AssignedText(language, item),
         item.record_id() + LogMarks(language, item) +
             (IsRestricted(item) ? "  " + Say(language, "inbox.marked") : "") +
             (item.sections_withheld() > 0 ? "  " + WithheldNote(language, item.sections_withheld())
                                           : "")});
  }
  return Table(rows) + left_out;
}

std::string RenderShown(Language language, const v1::ShowResponse& shown) {
  const auto& item = shown.item();
  std::string out = RestrictedFirst(language, item);
  out += LogWarnings(language, item, item.origin());
  if (shown.has_override()) out += RenderCame(language, shown.override());
  out += InstructionFirst(language, shown.instruction());
  // What this agency sent it has not received.
  out += Say(language, item.received_ms() == 0 ? "show.head-own" : "show.head",
             {item.reference(), NumberWord(language, "kind", item.kind()), item.origin(),
              InstantText(item.received_ms()), shown.purpose(), shown.instrument(),
              Joined(item.handling(), " "), item.evaluation(), InstantText(item.expires_ms())}) +
         "\n";
  out += RenderReviewDate(language, item.review_by_ms());
  if (item.outside()) {
    out += Say(language, "outside.shown", {AssignedText(language, item)}) + "\n";
  }
  if (!item.in_reply_to().empty()) {
    out += Say(language, "list.about", {item.in_reply_to()}) + "\n";
  }
  for (const auto& obligation : shown.obligations()) {
    out += Say(language, "show.obligation", {obligation}) + "\n";
  }
  for (const auto& section : shown.sections()) {
    out += "\n" +
           Say(language, "show.section",
               {Joined(section.labels().about()), Joined(section.labels().data()),
                section.labels().basis()}) +
           "\n";
    out += ContentText(language, section.content());
    if (!section.content().has_attachment()) continue;
    out += "  " +
           Say(language, section.fetched() ? "attachment.here" : "attachment.on-its-way",
               {section.section_id(), item.record_id(), shown.purpose()}) +
           "\n";
  }
  for (const auto& withheld : shown.withheld()) {
    out +=
        "\n" +
        Say(language, "show.withheld",
            {withheld.section_id(), Joined(withheld.rules()), Joined(withheld.titles(), " / ")}) +
        "\n";
  }
  if (!shown.receipt_path().empty()) {
    out += "\n" + Say(language, "show.receipt", {shown.receipt_path()}) + "\n";
  }
  return out;
}

}  // namespace entente::cli

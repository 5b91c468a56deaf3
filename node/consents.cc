#include "node/consents.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/ledger/consents.h"
#include "core/record/statements.h"
#include "node/override_drafts.h"

namespace entente::node {
namespace {

std::string SignOwn(const Ground& ground, const record::Header& header,
                    const policy::ConsentLabels& labels, const crypto::SigningKey& signing,
                    const state::SentRecipient& recipient, Instant now) {
  v1::ConsentNote note;
  note.set_source(labels.source);
  note.set_holder(labels.source);
  note.set_recipient(recipient.recipient());
  note.set_record(ToString(header.record_id));
  note.set_purpose(header.purpose);
  note.set_instrument(labels.under);
  note.mutable_about()->Assign(labels.about.begin(), labels.about.end());
  note.mutable_data()->Assign(labels.data.begin(), labels.data.end());
  note.set_from_ms(static_cast<uint64_t>(labels.from.ms));
  note.set_until_ms(static_cast<uint64_t>(labels.until.ms));
  note.set_instant_ms(static_cast<uint64_t>(now.ms));
  return record::Encode(record::SignBody(ground.federation_name(), note,
                                         {{signing, crypto::KeyUse::kRecordSigning}}));
}

std::vector<std::string> Holding(const Ground& ground, const record::Header& header,
                                 const v1::Draft& draft, const state::SentRecipient& recipient,
                                 Instant now, policy::RecipientLabels& labels) {
  std::vector<std::string> out;
  for (const std::string& consent : draft.consents()) {
    if (NoteIn(consent).recipient() != recipient.recipient()) continue;
    const auto read = ledger::ReadConsents(
        ground.federation.registry(), header,
        {recipient.recipient(), recipient.instrument(), {consent}}, kEndOfLog, now);
    if (!read.ok()) continue;
    labels.consents.push_back(read->labels.consents.front());
    out.push_back(consent);
  }
  return out;
}

}  // namespace

std::vector<std::string> WordsOf(const v1::Draft& draft, bool persons) {
  std::set<std::string> words;
  for (const v1::DraftSection& section : draft.sections()) {
    const auto& listed = persons ? section.about() : section.data();
    words.insert(listed.begin(), listed.end());
  }
  return {words.begin(), words.end()};
}

bool NeedsPerson(const policy::Vocabulary& vocabulary, const v1::Draft& draft) {
  return std::ranges::any_of(draft.handling(), [&](const std::string& code) {
    const auto index = vocabulary.Find(policy::Category::kHandling, code);
    return index && (vocabulary.handling_for_person() >> *index & 1u) != 0;
  });
}

bool WaitsForPerson(const policy::Decision& decision) {
  const auto word = policy::PolicyReasonWord(policy::PolicyReason::kHandlingNeedsPerson);
  return std::ranges::find(decision.reasons, word, &policy::SidedReason::text) !=
         decision.reasons.end();
}

policy::RecipientLabels RecipientLabelsFor(const Ground& ground, const record::Header& header,
                                           const v1::Draft& draft,
                                           const state::SentRecipient& recipient, Instant now) {
  policy::RecipientLabels labels{
      .recipient = recipient.recipient(), .under = recipient.instrument(), .consents = {}};
  Holding(ground, header, draft, recipient, now, labels);
  if (draft.has_override()) labels.emergency = AsIfSigned(draft, now);
  return labels;
}

policy::ConsentLabels OwnConsent(const record::Header& header, const v1::Draft& draft,
                                 const state::SentRecipient& recipient, Instant now) {
  return {.source = header.origin.text(),
          .under = recipient.instrument(),
          .about = WordsOf(draft, true),
          .data = WordsOf(draft, false),
          .from = now - limits::kClockToleranceMs,  // the broker's clock may be behind
          .until = header.expires};
}

std::vector<std::string> ConsentsToSeal(const Ground& ground, const record::Header& header,
                                        const v1::Draft& draft,
                                        const state::SentRecipient& recipient, bool own,
                                        const crypto::SigningKey& signing, Instant now) {
  policy::RecipientLabels labels;
  std::vector<std::string> out = Holding(ground, header, draft, recipient, now, labels);
  if (own) {
    const policy::ConsentLabels consent = OwnConsent(header, draft, recipient, now);
    out.push_back(SignOwn(ground, header, consent, signing, recipient, now));
  }
  return out;
}

}  // namespace entente::node

#include "core/ledger/labels.h"

#include <string>

#include "core/record/words.h"

namespace entente::ledger {

policy::RecordLabels LabelsOf(const record::Header& header) {
  return {.origin = header.origin.text(),
          .kind = std::string(record::KindWord(header.kind)),
          .purpose = header.purpose,
          .handling = header.handling,
          .evaluation = header.evaluation,
          .urgency = std::string(record::UrgencyWord(header.urgency)),
          .created = header.created,
          .expires = header.expires,
          .obtained_from = header.obtained_from,
          .sent_under = header.policy_version,
          .sections = {}};
}

policy::SectionLabels LabelsOf(const v1::SectionLabels& labels) {
  return {.about = {labels.about().begin(), labels.about().end()},
          .data = {labels.data().begin(), labels.data().end()},
          .basis = labels.basis(),
          .essential = labels.essential()};
}

}  // namespace entente::ledger

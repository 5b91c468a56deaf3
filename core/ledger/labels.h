// A record's labels in the words of the policy: the one translation, so that broker and nodes judge
// the same. Pure; safe from any thread.
#pragma once

#include "core/record/header.h"
#include "entente/v1/record.pb.h"
#include "policy/labels.h"

namespace entente::ledger {

// Without its sections.
policy::RecordLabels LabelsOf(const record::Header& header);
policy::SectionLabels LabelsOf(const v1::SectionLabels& labels);

}  // namespace entente::ledger

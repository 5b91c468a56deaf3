// What a decision looks at: the labels of one record, of its sections, and of one recipient. Words
// are carried as text, exactly as the record has them; whether they are missing or unknown is for
// Decide() to say. Plain values; safe to copy between threads. Source: docs/policy.md, "Labels".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/instant.h"

namespace entente::policy {

// Empty text, an empty list or nullopt means that the label is missing.
struct SectionLabels {
  std::vector<std::string> about;  // categories of person
  std::vector<std::string> data;   // categories of data
  std::string basis;               // "fact" or "assessment"; may be missing
  bool essential = false;          // without it the record may not go
};

// The same for every recipient.
struct RecordLabels {
  std::string origin;                 // agency, "FR.tracfin-demo"
  std::string kind;                   // word of a record kind, "lead"
  std::string purpose;                // "asset-recovery"
  std::vector<std::string> handling;  // set of "H0" .. "H3"
  std::string evaluation;             // source and information, "B2"
  std::string urgency;                // "bulk", "normal", "urgent"
  std::optional<Instant> created;
  std::optional<Instant> expires;
  std::vector<std::string> obtained_from;  // jurisdictions; empty: the origin's own
  uint64_t sent_under = 0;                 // version of the outbound policy applied; 0: not stated
  std::vector<SectionLabels> sections;
};

// That an agency lets data go on to the recipient, for the record's purpose. Whoever fills this in
// has verified that the agency signed it, for this origin, recipient and purpose.
struct ConsentLabels {
  std::string source;              // the agency that gave the data, or the record's own origin
  std::string under;               // instrument between the source and the recipient
  std::vector<std::string> about;  // categories of person
  std::vector<std::string> data;   // categories of data
  Instant from, until;             // [from, until)
};

// That two officers of the record's origin, in different offices, let it go to the recipient in an
// emergency without the consent of those who gave its data. Whoever fills this in has verified that
// they signed it, for this record, recipient and purpose, and that the sources are told.
struct OverrideLabels {
  std::vector<std::string> rules;  // ids of the origin's outbound rules that are to yield
  std::vector<std::string> about;  // categories of person
  std::vector<std::string> data;   // categories of data
  Instant from, until;             // [from, until)
};

// What differs between the recipients of one record.
struct RecipientLabels {
  std::string recipient;  // agency, "BR.coaf-demo"
  std::string under;      // id of the legal instrument
  std::vector<ConsentLabels> consents{};
  std::optional<OverrideLabels> emergency{};
};

}  // namespace entente::policy

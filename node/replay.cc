#include "node/replay.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/consents.h"
#include "core/ledger/parts.h"
#include "core/record/header.h"
#include "node/decided_again.h"
#include "node/labels.h"
#include "node/text.h"
#include "policy/decide.h"

namespace entente::node {
namespace {

using ledger::Registry;
using ledger::Releases;

// What the decision about every recipient rests on.
struct Basis {
  std::shared_ptr<const policy::Snapshot> snapshot;
  Registry registry;
  record::Header header;
  uint64_t first_index;  // where the record stands: by this its consents are judged
  Instant first_instant;
  const v1::RecipientDecision* before;  // null: it is the first
  policy::RecordLabels labels;
  std::vector<SectionId> sections;
  std::shared_ptr<const policy::Vocabulary> vocabulary;
  Instant instant;
};

absl::StatusOr<Basis> BasisOf(Ground& ground, const state::SentContent& content,
                              const LoggedDecision& logged) {
  absl::StatusOr<Registry> registry = ground.federation.RegistryAt(logged.part.snapshot_number());
  if (!registry.ok()) return registry.status();
  ground.federation.LacksTexts(*registry, ground.agency.jurisdiction(), logged.instant, logged.now);
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> snapshot =
      registry->PolicySnapshot(logged.instant);
  if (!snapshot.ok() || registry->PolicyStanding(ground.agency.jurisdiction(), logged.instant) ==
                            Registry::Standing::kTextNotHeld) {
    return Refuse(Reason::kSnapshotBehind, "the texts of that state are not held yet");
  }
  absl::StatusOr<record::Header> header = record::ReadHeader(content.header());
  if (!header.ok()) return absl::DataLossError("a sent header in the vault is damaged");
  absl::StatusOr<policy::RecordLabels> labels = SealedLabels(content);
  if (!labels.ok()) return labels.status();
  std::vector<SectionId> sections;
  for (const std::string& id : content.section_ids()) sections.push_back(*FixedBytes<16>(id));
  auto vocabulary = VocabularyAt(*registry, logged.instant);
  return Basis{*std::move(snapshot), *std::move(registry), *std::move(header),
               logged.log_index,     logged.instant,       nullptr,
               *std::move(labels),   std::move(sections),  std::move(vocabulary),
               logged.instant};
}

void CompareState(const Ground& ground, const LoggedDecision& logged,
                  std::vector<std::string>& differences) {
  const absl::Status status =
      CheckState(ground.federation, logged.part, logged.log_index, logged.instant);
  if (!status.ok()) differences.emplace_back(status.message());
}

std::vector<std::string> ToVector(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// Whether everything that our side keeps back is kept back in the log too.
bool KeepsBack(const policy::Decision& own, const v1::RecipientDecision& logged,
               const std::vector<SectionId>& sections) {
  if (!own.releases()) return !Releases(logged.verdict());
  if (!Releases(logged.verdict())) return true;
  return std::ranges::all_of(own.withheld, [&](const policy::WithheldSection& kept) {
    return std::ranges::any_of(logged.withheld(), [&](const v1::WithheldSection& withheld) {
      return withheld.section_id() == AsText(sections[kept.section]);
    });
  });
}

// A second decision goes no further than the first, and where it keeps back more, somebody's rules
// say so: our own are seen here, and of theirs that there are some.
void CompareBefore(const Basis& basis, const policy::Decision& own,
                   const v1::RecipientDecision& logged, std::vector<std::string>& differences) {
  const std::string& recipient = logged.recipient();
  if (!ledger::IsNoWider(logged, *basis.before, *basis.vocabulary)) {
    differences.push_back(Text("it lets ", recipient, " have more than was decided before"));
  }
  if (!Releases(logged.verdict())) {
    if (own.releases() && logged.reasons().empty() && logged.contact().empty()) {
      differences.push_back(Text("it refuses ", recipient, " without a reason"));
    }
    return;
  }
  for (const v1::WithheldSection& section : logged.withheld()) {
    const auto is_this = [&](const v1::WithheldSection& one) {
      return one.section_id() == section.section_id();
    };
    const bool kept_by_us = std::ranges::any_of(own.withheld, [&](const auto& kept) {
      return section.section_id() == AsText(basis.sections[kept.section]);
    });
    const bool explained = kept_by_us || !section.reasons().empty() || !logged.contact().empty();
    if (!explained && std::ranges::none_of(basis.before->withheld(), is_this)) {
      differences.push_back(Text("it withholds from ", recipient, " what no rule keeps back"));
    }
  }
}

void CompareRecipient(const Basis& basis, const state::SentRecipient& sent,
                      const v1::RecipientDecision& logged, std::vector<std::string>& differences) {
  const auto consented = ledger::ReadConsents(basis.registry, basis.header,
                                              {sent.recipient(),
                                               sent.instrument(),
                                               {sent.consents().begin(), sent.consents().end()},
                                               sent.override()},
                                              basis.first_index, basis.first_instant);
  if (!consented.ok()) {
    differences.push_back(
        Text("the consents or the override for ", sent.recipient(), " did not hold then"));
    return;
  }
  const policy::RecipientLabels& to = consented->labels;
  const policy::Decision own =
      policy::DecideOutbound(*basis.snapshot, basis.labels, to, basis.instant);
  if (!KeepsBack(own, logged, basis.sections)) {
    differences.push_back(Text("it lets ", sent.recipient(), " have more than our policy does"));
  }
  if (Releases(logged.verdict())) {
    const std::optional<std::string> dropped = FirstNotCovered(
        ToVector(logged.obligations()), ToVector(sent.obligations()), *basis.vocabulary);
    if (dropped) {
      differences.push_back(Text("it drops the obligation ", *dropped, " on ", sent.recipient()));
    }
  }
  if (basis.before != nullptr) CompareBefore(basis, own, logged, differences);
  std::vector<std::string> asked = consented->sources;
  asked.push_back(sent.recipient().substr(0, sent.recipient().find('.')));
  const bool held = std::ranges::none_of(asked, [&](const std::string& jurisdiction) {
    return basis.registry.PolicyStanding(jurisdiction, basis.instant) ==
           Registry::Standing::kTextNotHeld;
  });
  if (!differences.empty() || !held) return;
  const policy::Decision full = policy::Decide(*basis.snapshot, basis.labels, to, basis.instant);
  v1::RecipientDecision expected =
      ledger::DecisionFor(policy::Reader::kOrigin, sent.recipient(), full, basis.sections);
  if (basis.before != nullptr) {
    expected = ledger::Narrowed(*basis.before, expected, basis.sections.size(), *basis.vocabulary);
  }
  if (expected.SerializeAsString() != logged.SerializeAsString()) {
    differences.push_back(
        Text("about ", sent.recipient(), " both sides' policies decide otherwise"));
  }
}

}  // namespace

absl::StatusOr<policy::RecordLabels> SealedLabels(const state::SentContent& content) {
  absl::StatusOr<record::Header> header = record::ReadHeader(content.header());
  if (!header.ok()) return absl::DataLossError("a sent header in the vault is damaged");
  policy::RecordLabels labels = LabelsOf(*header);
  for (const v1::DraftSection& section : content.draft().sections()) {
    v1::SectionLabels sealed;
    *sealed.mutable_about() = section.about();
    *sealed.mutable_data() = section.data();
    sealed.set_basis(section.basis());
    sealed.set_essential(section.essential());
    labels.sections.push_back(LabelsOf(sealed));
  }
  return labels;
}

absl::StatusOr<std::vector<std::string>> Differences(Ground& ground, const state::SentRecord& sent,
                                                     const state::SentContent& content,
                                                     const LoggedDecision& logged) {
  std::vector<std::string> differences;
  CompareState(ground, logged, differences);
  if (!differences.empty()) return differences;
  absl::StatusOr<Basis> basis = BasisOf(ground, content, logged);
  if (!basis.ok()) return basis.status();
  std::set<std::string> decided;
  for (const v1::RecipientDecision& decision : logged.part.decisions()) {
    const auto found = std::ranges::find_if(sent.recipients(), [&](const auto& recipient) {
      return recipient.pair_seq() != 0 && recipient.recipient() == decision.recipient();
    });
    if (found == sent.recipients().end()) {
      differences.push_back(Text("it names ", decision.recipient(), ", to whom it was not sent"));
      continue;
    }
    decided.insert(decision.recipient());
    std::vector<std::string> here;
    CompareRecipient(*basis, *found, decision, here);
    differences.insert(differences.end(), here.begin(), here.end());
  }
  for (const state::SentRecipient& recipient : sent.recipients()) {
    if (recipient.pair_seq() != 0 && !decided.contains(recipient.recipient())) {
      differences.push_back(Text("it says nothing of ", recipient.recipient()));
    }
  }
  return differences;
}

absl::StatusOr<std::vector<std::string>> DifferencesAgain(Ground& ground,
                                                          const state::SentRecipient& recipient,
                                                          const state::SentContent& content,
                                                          const LoggedDecision& logged,
                                                          const DecidedBefore& before) {
  std::vector<std::string> differences;
  CompareState(ground, logged, differences);
  if (!differences.empty()) return differences;
  absl::StatusOr<Basis> basis = BasisOf(ground, content, logged);
  if (!basis.ok()) return basis.status();
  basis->before = &before.decision;
  basis->first_index = before.first_index;
  basis->first_instant = before.first_instant;
  CompareRecipient(*basis, recipient, logged.part.decisions(0), differences);
  return differences;
}

}  // namespace entente::node

#include "node/replay.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/consents.h"
#include "core/ledger/parts.h"
#include "core/record/header.h"
#include "node/labels.h"
#include "node/text.h"
#include "policy/decide.h"

namespace entente::node {
namespace {

using ledger::Registry;

// What the decision about every recipient rests on.
struct Basis {
  std::shared_ptr<const policy::Snapshot> snapshot;
  Registry registry;
  record::Header header;
  uint64_t log_index;
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
  return Basis{*std::move(snapshot), *std::move(registry), *std::move(header),    logged.log_index,
               *std::move(labels),   std::move(sections),  std::move(vocabulary), logged.instant};
}

void CompareState(const Ground& ground, const LoggedDecision& logged,
                  std::vector<std::string>& differences) {
  const Federation& federation = ground.federation;
  const uint64_t number = logged.part.snapshot_number();
  const std::optional<Digest> hash = federation.registry().SnapshotHashAt(number);
  if (number > federation.SnapshotsBelow(logged.log_index) || !hash ||
      AsText(*hash) != logged.part.snapshot_hash()) {
    differences.push_back("it was decided under a state that the log does not have");
  } else if (number < federation.LeastSnapshot(logged.log_index, logged.instant)) {
    differences.push_back("it was decided under a state that was long out of date");
  }
}

std::vector<std::string> ToVector(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

bool Releases(v1::Verdict verdict) {
  return verdict == v1::VERDICT_RELEASE || verdict == v1::VERDICT_RELEASE_IN_PART;
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

void CompareRecipient(const Basis& basis, const state::SentRecipient& sent,
                      const v1::RecipientDecision& logged, std::vector<std::string>& differences) {
  const auto consented = ledger::ReadConsents(basis.registry, basis.header,
                                              {sent.recipient(),
                                               sent.instrument(),
                                               {sent.consents().begin(), sent.consents().end()},
                                               sent.override()},
                                              basis.log_index, basis.instant);
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
  std::vector<std::string> asked = consented->sources;
  asked.push_back(sent.recipient().substr(0, sent.recipient().find('.')));
  const bool held = std::ranges::none_of(asked, [&](const std::string& jurisdiction) {
    return basis.registry.PolicyStanding(jurisdiction, basis.instant) ==
           Registry::Standing::kTextNotHeld;
  });
  if (!differences.empty() || !held) return;
  const policy::Decision full = policy::Decide(*basis.snapshot, basis.labels, to, basis.instant);
  const v1::RecipientDecision expected =
      ledger::DecisionFor(policy::Reader::kOrigin, sent.recipient(), full, basis.sections);
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

}  // namespace entente::node

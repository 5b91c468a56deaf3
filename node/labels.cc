#include "node/labels.h"

#include <algorithm>

namespace entente::node {
namespace {

constexpr std::string_view kDeleteAfter = "delete-after:";

}  // namespace

v1::SectionLabels LabelsOfDraft(const v1::DraftSection& section) {
  v1::SectionLabels labels;
  *labels.mutable_about() = section.about();
  *labels.mutable_data() = section.data();
  labels.set_basis(section.basis());
  labels.set_essential(section.essential());
  return labels;
}

std::shared_ptr<const policy::Policy> PolicyAt(const ledger::Registry& registry,
                                               std::string_view jurisdiction, Instant instant) {
  const std::optional<ledger::FileInForce> file = registry.PolicyInForce(jurisdiction, instant);
  if (!file) return nullptr;
  const std::shared_ptr<const std::string> text = registry.FindText(file->digest);
  return text ? registry.ParsedPolicy(*text, instant) : nullptr;
}

Instant PurgeTime(std::span<const std::string> obligations, Instant received, Instant expires) {
  Instant purge = expires;
  for (const std::string& text : obligations) {
    if (!text.starts_with(kDeleteAfter)) continue;
    const absl::StatusOr<Duration> duration =
        ParseDuration(std::string_view(text).substr(kDeleteAfter.size()));
    if (duration.ok())
      purge = std::min(purge, std::max(received, AddDuration(received, *duration)));
  }
  return purge;
}

}  // namespace entente::node

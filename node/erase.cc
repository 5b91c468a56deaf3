#include "node/erase.h"

#include "core/base/encoding.h"
#include "node/alarms.h"
#include "node/attachments.h"
#include "node/sent.h"

namespace entente::node {
namespace {

// What a decision rests on, without what it is about.
state::SentContent LabelsOnly(const state::SentContent& content) {
  state::SentContent labels;
  labels.set_header(content.header());
  *labels.mutable_section_ids() = content.section_ids();
  for (const v1::DraftSection& section : content.draft().sections()) {
    v1::DraftSection& kept = *labels.mutable_draft()->add_sections();
    *kept.mutable_about() = section.about();
    *kept.mutable_data() = section.data();
    kept.set_basis(section.basis());
    kept.set_essential(section.essential());
  }
  return labels;
}

}  // namespace

absl::Status EraseSent(Ground& ground, state::SentRecord& sent, store::WriteBatch& batch) {
  if (sent.stage() == state::STAGE_SEALED) {
    const absl::StatusOr<state::SentContent> content = Sent(ground).Content(sent);
    if (content.ok()) *sent.mutable_undecided() = LabelsOnly(*content);
  }
  absl::Status status = ground.vault.Erase(sent.record_id(), batch);
  if (status.ok()) status = DropOwnFiles(ground, sent, batch);
  if (!status.ok()) return status;
  ground.held.Remove(sent.record_id());
  sent.set_stage(state::STAGE_PURGED);
  return absl::OkStatus();
}

absl::Status EraseReceived(Ground& ground, state::ReceivedRecord& received,
                           store::WriteBatch& batch) {
  absl::Status status = DropIncoming(ground, received, batch);
  if (status.ok()) status = ground.vault.Erase(received.record_hash(), batch);
  if (!status.ok()) return status;
  ground.held.Remove(received.record_hash());
  // Whether its file can be had is nobody's question any more.
  ground.alarms.Clear(alarm::kAttachmentLost, HexEncode(AsBytes(received.record_id())));
  received.set_purged(true);
  return absl::OkStatus();
}

}  // namespace entente::node

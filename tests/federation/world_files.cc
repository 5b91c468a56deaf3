// Attachments at the desks of a simulated world (world.h).
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/record/attachment.h"
#include "node/files.h"
#include "tests/federation/world.h"

namespace entente::testing {
namespace {

// A file that was given, and not yet said to be.
struct Given {
  record::AttachedFile file;
  v1::AttachResponse described;
};

absl::StatusOr<Given> SealInto(NodeFiles& files, node::NewFile begun, std::string_view content) {
  const std::string name = node::OwnFileName(AsText(begun.id));
  record::AttachmentSealer sealer(begun.content_key, begun.id, [&](std::string_view sealed) {
    return files.Append(name, sealed);
  });
  if (absl::Status added = sealer.Add(content); !added.ok()) return added;
  const auto shape = sealer.Finish();
  if (!shape.ok()) return shape.status();
  if (absl::Status whole = files.Finish(name); !whole.ok()) return whole;
  Given given{{begun.id, std::move(begun.content_key), *shape}, {}};
  given.described.set_size(content.size());
  given.described.set_sha256(ToString(crypto::Sha256(content)));
  return given;
}

}  // namespace

absl::StatusOr<v1::AttachResponse> World::Attach(std::string_view agency, uint64_t number,
                                                 Piece piece) {
  NodeHost& host = node(agency);
  auto attached = host.Desk<v1::AttachResponse>(
      "attach", [&](node::Engine& engine) -> absl::StatusOr<v1::AttachResponse> {
        auto begun = engine.BeginAttachment(kOfficer);
        if (!begun.ok()) return begun.status();
        auto given = SealInto(host.files, *std::move(begun), FileContent(number, piece));
        if (!given.ok()) return given.status();
        return engine.KeepAttachment(kOfficer, given->file, given->described, host.Now());
      });
  scene.trace.Add(agency,
                  "attaches " + Secret(number, piece) + ": " +
                      (attached.ok() ? attached->attachment_id() : attached.status().ToString()));
  return attached;
}

absl::Status World::AttachAll(std::string_view origin, LeadWish& wish) {
  for (const Piece piece : wish.pieces) {
    if (!IsFile(piece)) continue;
    auto attached = Attach(origin, wish.number, piece);
    if (!attached.ok()) return attached.status();
    wish.files[piece] = *std::move(attached);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> World::ReadFile(std::string_view agency, const std::string& record_id,
                                            const std::string& section_id) {
  v1::ReadAttachmentRequest request;
  request.set_record_id(record_id);
  request.set_section_id(section_id);
  request.set_purpose("asset-recovery");
  request.set_justification("at work on it");
  NodeHost& host = node(agency);
  return host.Desk<std::string>("file", [&](node::Engine& engine) -> absl::StatusOr<std::string> {
    const auto file = engine.OpenAttachment(kOfficer, request, host.Now());
    if (!file.ok()) return file.status();
    const std::string* const sealed = host.files.Whole(file->file);
    if (sealed == nullptr) return absl::NotFoundError(file->file);
    return OpenSealed(*file, *sealed);
  });
}

}  // namespace entente::testing

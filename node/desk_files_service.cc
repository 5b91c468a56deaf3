#include "node/desk_files_service.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/net/refusal_status.h"
#include "core/record/attachment.h"
#include "node/officer_of.h"
#include "node/pictures.h"
#include "node/text.h"

namespace entente::node {
namespace {

// Held in memory while what its camera wrote is taken out.
constexpr size_t kPictureBytes = 32 * 1024 * 1024;

// What it takes to know a picture, in however many pieces it comes.
constexpr size_t kDecidingBytes = 8;

bool IsPicture(std::string_view media_type) {
  return media_type == "image/jpeg" || media_type == "image/png";
}

// Whatever it is called: its first bytes say what it is.
std::string_view PictureIn(std::string_view first_bytes) {
  if (first_bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (first_bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  return "";
}

// One file on its way from an officer into the folder.
class Giving {
 public:
  Giving(NewFile file, GrowingFile part)
      : file_(std::move(file)),
        part_(std::move(part)),
        sealer_(file_.content_key, file_.id,
                [this](std::string_view sealed) { return part_.Append(sealed); }) {}

  absl::Status Start(std::string media_type) {
    media_type_ = std::move(media_type);
    return absl::OkStatus();
  }

  absl::Status Add(const std::string& piece) {
    if (decided_ && picture_.empty()) return Seal(piece);
    held_ += piece;
    if (!decided_ && held_.size() >= kDecidingBytes) Decide();
    if (decided_ && picture_.empty()) return SealHeld();
    if (held_.size() <= kPictureBytes) return absl::OkStatus();
    return RefuseAdvising(Reason::kTooLarge, "", "a picture has at most 32 MiB",
                          "make it smaller; what its camera wrote is taken out of it here");
  }

  // The file is whole and closed when this is OK.
  absl::StatusOr<record::FileShape> Finish(const FileFolder& folder) {
    Decide();
    if (IsPicture(media_type_) && media_type_ != picture_) {
      return Refuse(Reason::kMalformed, "the file is not the picture that it says it is");
    }
    if (!picture_.empty()) {
      absl::StatusOr<std::string> clean = StripPicture(held_, picture_);
      if (!clean.ok()) return clean.status();
      if (absl::Status sealed = Seal(*clean); !sealed.ok()) return sealed;
      crypto::Wipe(*clean);
      crypto::Wipe(held_);
    } else if (absl::Status sealed = SealHeld(); !sealed.ok()) {
      return sealed;
    }
    absl::StatusOr<record::FileShape> shape = sealer_.Finish();
    if (!shape.ok()) return shape;
    described_.set_sha256(ToString(hasher_.Finish()));
    absl::Status kept = folder.Finish(OwnFileName(AsText(file_.id)), std::move(part_));
    if (!kept.ok()) return kept;
    return shape;
  }

  const NewFile& file() const { return file_; }
  const v1::AttachResponse& described() const { return described_; }

 private:
  void Decide() {
    if (!decided_) picture_ = PictureIn(held_);
    decided_ = true;
  }
  absl::Status SealHeld() {
    absl::Status sealed = held_.empty() ? absl::OkStatus() : Seal(held_);
    crypto::Wipe(held_);
    return sealed;
  }
  absl::Status Seal(std::string_view bytes) {
    hasher_.Update(bytes);
    described_.set_size(described_.size() + bytes.size());
    return sealer_.Add(bytes);
  }

  NewFile file_;
  GrowingFile part_;
  record::AttachmentSealer sealer_;
  crypto::Sha256Hasher hasher_;
  v1::AttachResponse described_;
  std::string media_type_;
  std::string_view picture_;
  std::string held_;
  bool decided_ = false;
};

class DeskFilesService final : public v1::DeskFiles::Service {
 public:
  DeskFilesService(Driver& driver, const FileFolder& folder,
                   std::shared_ptr<const net::TrustAnchors> officers, AgencyId agency, Clock& clock)
      : driver_(driver),
        folder_(folder),
        officers_(std::move(officers)),
        agency_(std::move(agency)),
        clock_(clock) {}

  grpc::Status Attach(grpc::ServerContext* context, grpc::ServerReader<v1::AttachRequest>* reader,
                      v1::AttachResponse* response) override {
    const auto officer = OfficerOf(*context, *officers_, agency_, clock_.Now());
    if (!officer.ok()) return net::ToGrpcStatus(officer.status());
    auto attached = Take(*officer, *reader);
    driver_.Changed();
    if (!attached.ok()) return Answer(attached.status());
    *response = *std::move(attached);
    return grpc::Status::OK;
  }

  grpc::Status ReadAttachment(grpc::ServerContext* context,
                              const v1::ReadAttachmentRequest* request,
                              grpc::ServerWriter<v1::ReadAttachmentResponse>* writer) override {
    const Instant now = clock_.Now();
    const auto officer = OfficerOf(*context, *officers_, agency_, now);
    if (!officer.ok()) return net::ToGrpcStatus(officer.status());
    const auto file = driver_.With([&](Engine& engine) -> absl::StatusOr<FileToRead> {
      if (absl::Status open = engine.Enter(*officer, now); !open.ok()) return open;
      return engine.OpenAttachment(*officer, *request, now);
    });
    driver_.Changed();
    const absl::Status given = file.ok() ? Give(*file, *writer) : file.status();
    return given.ok() ? grpc::Status::OK : Answer(given);
  }

 private:
  static grpc::Status Answer(const absl::Status& status) {
    if (!RefusalOf(status)) spdlog::error("desk: {}", status.ToString());
    return net::ToGrpcStatus(status);
  }

  absl::StatusOr<v1::AttachResponse> Take(const std::string& officer,
                                          grpc::ServerReader<v1::AttachRequest>& reader) {
    auto begun = driver_.With([&](Engine& engine) -> absl::StatusOr<NewFile> {
      if (absl::Status open = engine.Enter(officer, clock_.Now()); !open.ok()) return open;
      return engine.BeginAttachment(officer);
    });
    if (!begun.ok()) return begun.status();
    if (absl::Status room = folder_.CheckRoom(limits::kAttachmentBytes); !room.ok()) return room;
    const std::string name = OwnFileName(AsText(begun->id));
    const FileFolder::Hold hold(folder_, name);
    auto part = folder_.OpenPart(name);
    if (!part.ok()) return part.status();
    const auto giving = std::make_unique<Giving>(*std::move(begun), *std::move(part));
    const auto shape = ReadAll(reader, *giving);
    if (!shape.ok()) {
      folder_.Drop(name);
      return shape.status();
    }
    const record::AttachedFile file{giving->file().id, giving->file().content_key.Clone(), *shape};
    return driver_.With([&](Engine& engine) {
      return engine.KeepAttachment(officer, file, giving->described(), clock_.Now());
    });
  }

  absl::StatusOr<record::FileShape> ReadAll(grpc::ServerReader<v1::AttachRequest>& reader,
                                            Giving& giving) {
    v1::AttachRequest request;
    if (!reader.Read(&request) || !request.has_media_type()) {
      return Refuse(Reason::kMalformed, "a file begins with its media type");
    }
    absl::Status status = giving.Start(request.media_type());
    while (status.ok() && reader.Read(&request)) {
      if (!request.has_piece() || request.piece().size() > limits::kChunkBytes) {
        return Refuse(Reason::kMalformed, "a piece of a file has at most 1 MiB");
      }
      status = giving.Add(request.piece());
    }
    return status.ok() ? giving.Finish(folder_) : status;
  }

  absl::Status Give(const FileToRead& file,
                    grpc::ServerWriter<v1::ReadAttachmentResponse>& writer) {
    const auto whole = folder_.OpenWhole(file.file);
    if (!whole.ok()) return whole.status();
    const auto opener = record::AttachmentOpener::Create(file.content_key, file.id,
                                                         file.description.size(), file.shape);
    if (!opener.ok()) return opener.status();
    v1::ReadAttachmentResponse response;
    *response.mutable_description() = file.description;
    bool open = writer.Write(response);
    for (uint64_t i = 0; open && i < opener->chunks(); ++i) {
      const uint64_t from = i * record::kSealedChunkBytes;
      const auto sealed =
          (*whole)->Read(from, std::min(record::kSealedChunkBytes, file.shape.size - from));
      if (!sealed.ok()) return sealed.status();
      const auto plain = opener->Open(i, *sealed);
      if (!plain.ok()) return plain.status();
      if (plain->size() == 0) continue;
      response.set_piece(ToString(plain->ExposeSecret()));
      open = writer.Write(response);
      crypto::Wipe(*response.mutable_piece());
    }
    return open ? absl::OkStatus() : absl::CancelledError("the reader has gone");
  }

  Driver& driver_;
  const FileFolder& folder_;
  const std::shared_ptr<const net::TrustAnchors> officers_;
  const AgencyId agency_;
  Clock& clock_;
};

}  // namespace

std::unique_ptr<v1::DeskFiles::Service> MakeDeskFilesService(
    Driver& driver, const FileFolder& folder, std::shared_ptr<const net::TrustAnchors> officers,
    AgencyId agency, Clock& clock) {
  return std::make_unique<DeskFilesService>(driver, folder, std::move(officers), std::move(agency),
                                            clock);
}

}  // namespace entente::node

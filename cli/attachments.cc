#include "cli/attachments.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"

namespace entente::cli {
namespace {

constexpr size_t kPiece = 256 * 1024;
static_assert(kPiece <= limits::kChunkBytes);

struct Ending {
  std::string_view ending;
  std::string_view type;
};
constexpr std::array<Ending, 16> kEndings = {{
    {".pdf", "application/pdf"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".png", "image/png"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".txt", "text/plain"},
    {".csv", "text/csv"},
    {".eml", "message/rfc822"},
    {".zip", "application/zip"},
    {".mp3", "audio/mpeg"},
    {".wav", "audio/wav"},
    {".mp4", "video/mp4"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".odt", "application/vnd.oasis.opendocument.text"},
}};

// One line on a terminal, written over as it goes on.
class Progress {
 public:
  Progress(const Context& context, std::string name, uint64_t of)
      : context_(context), name_(std::move(name)), of_(of), shown_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (shown_) std::cerr << "\n";
  }
  void Say(uint64_t done) {
    const uint64_t percent = of_ == 0 ? 100 : done * 100 / of_;
    if (!shown_ || percent == last_) return;
    last_ = percent;
    std::cerr << "\r" << context_.Say("attachment.progress", {name_, std::to_string(percent)})
              << std::flush;
  }

 private:
  const Context& context_;
  const std::string name_;
  const uint64_t of_;
  const bool shown_;
  uint64_t last_ = 101;
};

absl::StatusOr<std::ifstream> OpenFile(const std::string& path, uint64_t& size) {
  // A pipe would keep us waiting for ever, and a folder has no size.
  std::error_code unknown;
  if (std::filesystem::exists(path, unknown) && !std::filesystem::is_regular_file(path, unknown)) {
    return absl::InvalidArgumentError(path + ": is no file, but a folder, a pipe or a device");
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return absl::NotFoundError(path + ": cannot be opened");
  size = static_cast<uint64_t>(file.tellg());
  if (size == 0) return absl::InvalidArgumentError(path + ": the file is empty");
  if (size > limits::kAttachmentBytes) {
    return Refuse(Reason::kTooLarge, path + ": an attachment has at most 256 MiB");
  }
  file.seekg(0);
  return file;
}

// False at the end.
bool ReadPiece(std::ifstream& file, std::string& piece) {
  piece.resize(kPiece);
  file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  piece.resize(static_cast<size_t>(file.gcount()));
  return !piece.empty();
}

std::nullopt_t Failed(Context& context, const absl::Status& status) {
  context.Fail(status);
  return std::nullopt;
}

std::nullopt_t FailedAtDesk(Context& context, const grpc::Status& status) {
  context.FailAt({Peer::Kind::kDesk, context.settings.desk}, net::FromGrpcStatus(status));
  return std::nullopt;
}

std::optional<v1::AttachResponse> Attach(Context& context, const std::string& path,
                                         const std::string& media_type) {
  uint64_t size = 0;
  auto file = OpenFile(path, size);
  if (!file.ok()) return Failed(context, file.status());
  const auto stub = context.Files();
  if (!stub.ok()) return Failed(context, stub.status());
  grpc::ClientContext call;
  v1::AttachResponse response;
  const auto writer = (*stub)->Attach(&call, &response);
  v1::AttachRequest request;
  request.set_media_type(media_type);
  Progress progress(context, path, size);
  uint64_t done = 0;
  for (bool open = writer->Write(request); open && ReadPiece(*file, *request.mutable_piece());) {
    done += request.piece().size();
    open = writer->Write(request);
    progress.Say(done);
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return FailedAtDesk(context, status);
  if (done == size) return response;
  return Failed(context, absl::InvalidArgumentError(path + ": changed while it was read"));
}

absl::Status Describe(const std::string& path, v1::Attachment& attachment) {
  uint64_t size = 0;
  auto file = OpenFile(path, size);
  if (!file.ok()) return file.status();
  crypto::Sha256Hasher hasher;
  for (std::string piece; ReadPiece(*file, piece);) hasher.Update(piece);
  attachment.set_size(size);
  attachment.set_sha256(ToString(hasher.Finish()));
  return absl::OkStatus();
}

// Under another name until it is kept.
class NewFile {
 public:
  explicit NewFile(std::string path)
      : path_(std::move(path)),
        part_(path_ + ".XXXXXX"),
        fd_(::mkostemp(part_.data(), O_CLOEXEC)) {}
  ~NewFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(part_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Before anything is asked for: a reading is logged.
  absl::Status Check() const {
    if (fd_ < 0) return Fault();
    if (::access(path_.c_str(), F_OK) != 0) return absl::OkStatus();
    return absl::InvalidArgumentError(path_ + ": is there already, and is not written over");
  }
  absl::Status Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return Fault();
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return absl::OkStatus();
  }
  // Nothing that is there is written over.
  absl::Status Keep() {
    if (::fsync(fd_) != 0 || ::link(part_.c_str(), path_.c_str()) != 0) return Fault();
    return absl::OkStatus();
  }

 private:
  absl::Status Fault() const {
    const std::string text = path_ + ": " + std::generic_category().message(errno);
    const bool named = errno == ENOENT || errno == ENOTDIR || errno == EISDIR || errno == EEXIST ||
                       errno == EACCES;
    return named ? absl::InvalidArgumentError(text) : absl::InternalError(text);
  }

  const std::string path_;
  std::string part_;
  const int fd_;
};

}  // namespace

std::string MediaTypeOf(const std::string& path) {
  for (const Ending& one : kEndings) {
    if (path.ends_with(one.ending)) return std::string(one.type);
  }
  return "application/octet-stream";
}

bool AttachFiles(Context& context, DraftSections& sections) {
  for (v1::DraftSection& section : sections) {
    if (!section.content().has_attachment()) continue;
    v1::Attachment& attachment = *section.mutable_content()->mutable_attachment();
    const auto given = Attach(context, section.attachment_id(), attachment.media_type());
    if (!given) return false;
    section.set_attachment_id(given->attachment_id());
    attachment.set_size(given->size());
    attachment.set_sha256(given->sha256());
  }
  return true;
}

absl::Status DescribeFiles(DraftSections& sections) {
  for (v1::DraftSection& section : sections) {
    if (!section.content().has_attachment()) continue;
    absl::Status described =
        Describe(section.attachment_id(), *section.mutable_content()->mutable_attachment());
    if (!described.ok()) return described;
    section.clear_attachment_id();
  }
  return absl::OkStatus();
}

std::optional<v1::Attachment> SaveAttachment(Context& context,
                                             const v1::ReadAttachmentRequest& request,
                                             const std::string& out) {
  const auto stub = context.Files();
  if (!stub.ok()) return Failed(context, stub.status());
  NewFile file(out);
  if (absl::Status there = file.Check(); !there.ok()) return Failed(context, there);
  grpc::ClientContext call;
  const auto reader = (*stub)->ReadAttachment(&call, request);
  v1::ReadAttachmentResponse response;
  const bool described = reader->Read(&response) && response.has_description();
  const v1::Attachment description = response.description();
  Progress progress(context, out, description.size());
  crypto::Sha256Hasher hasher;
  uint64_t done = 0;
  absl::Status written;
  while (written.ok() && described && reader->Read(&response)) {
    hasher.Update(response.piece());
    written = file.Write(response.piece());
    done += response.piece().size();
    progress.Say(done);
  }
  if (!written.ok()) call.TryCancel();
  const grpc::Status status = reader->Finish();
  if (!written.ok()) return Failed(context, written);
  if (!status.ok()) return FailedAtDesk(context, status);
  if (done != description.size() || AsText(hasher.Finish()) != description.sha256()) {
    return Failed(
        context, Refuse(Reason::kProofBad, "the node gave another file than its record describes"));
  }
  if (absl::Status kept = file.Keep(); !kept.ok()) return Failed(context, kept);
  return description;
}

}  // namespace entente::cli

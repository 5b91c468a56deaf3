#include "node/pictures.h"

#include <png.h>

#include <csetjmp>
#include <memory>
#include <new>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/pictures_jpeg.h"
#include "node/text.h"

namespace entente::node {
namespace internal {

absl::Status Unreadable(std::string_view type, std::string_view why) {
  return RefuseAdvising(Reason::kMalformed, "",
                        Text("a photo cannot be read as the ", type, " that it says it is: ", why),
                        "open it in a program for pictures, save it anew, and try again");
}

absl::Status TooManyPixels() {
  return RefuseAdvising(Reason::kTooLarge, "", "a photo has more than 25 million pixels",
                        "make it smaller; a face needs less than one");
}

}  // namespace internal

namespace {

using internal::TooManyPixels;
using internal::Unreadable;

// As in pictures_jpeg.cc, its functions leave by longjmp.
struct Copier {
  png_structp in = nullptr;
  png_infop in_info = nullptr;
  png_structp out = nullptr;
  png_infop out_info = nullptr;
  std::string_view left;
  std::string written;
  std::string why;
  bool too_large = false;

  ~Copier() {
    png_destroy_write_struct(&out, &out_info);
    png_destroy_read_struct(&in, &in_info, nullptr);
  }
};

[[noreturn]] void OnError(png_structp png, png_const_charp why) {
  static_cast<Copier*>(png_get_error_ptr(png))->why = why;
  png_longjmp(png, 1);
}
void OnWarning(png_structp, png_const_charp) {}

void Read(png_structp png, png_bytep to, size_t size) {
  auto& all = *static_cast<Copier*>(png_get_io_ptr(png));
  if (all.left.size() < size) png_error(png, "it ends too early");
  all.left.copy(reinterpret_cast<char*>(to), size);
  all.left.remove_prefix(size);
}
void Write(png_structp png, png_bytep from, size_t size) {
  auto& written = static_cast<Copier*>(png_get_io_ptr(png))->written;
  // Nothing may be thrown through the library's frames.
  try {
    written.append(reinterpret_cast<const char*>(from), size);
  } catch (const std::bad_alloc&) {
    png_error(png, "no memory");
  }
}
void Flush(png_structp) {}

bool ReadAll(Copier& all) {
  if (setjmp(png_jmpbuf(all.in)) != 0) return false;
  png_set_read_fn(all.in, &all, Read);
  png_read_info(all.in, all.in_info);
  const uint64_t pixels = uint64_t{png_get_image_width(all.in, all.in_info)} *
                          png_get_image_height(all.in, all.in_info);
  all.too_large = pixels > internal::kMostPixels;
  if (all.too_large) return false;
  // From the beginning again is not possible: the rows, as they are.
  png_set_interlace_handling(all.in);
  png_read_update_info(all.in, all.in_info);
  const size_t height = png_get_image_height(all.in, all.in_info);
  const size_t bytes = png_get_rowbytes(all.in, all.in_info);
  auto** const rows = static_cast<png_bytepp>(png_malloc(all.in, height * sizeof(png_bytep)));
  png_data_freer(all.in, all.in_info, PNG_DESTROY_WILL_FREE_DATA, PNG_FREE_ROWS);
  for (size_t i = 0; i < height; ++i) rows[i] = nullptr;
  png_set_rows(all.in, all.in_info, rows);
  for (size_t i = 0; i < height; ++i) {
    rows[i] = static_cast<png_bytep>(png_calloc(all.in, bytes));
  }
  png_read_image(all.in, rows);
  png_read_end(all.in, nullptr);
  return true;
}

// Size, colours, palette, transparency, rows: nothing else.
bool WriteAll(Copier& all) {
  if (setjmp(png_jmpbuf(all.out)) != 0) return false;
  png_uint_32 width = 0;
  png_uint_32 height = 0;
  int depth = 0;
  int colours = 0;
  int interlace = 0;
  png_get_IHDR(all.in, all.in_info, &width, &height, &depth, &colours, &interlace, nullptr,
               nullptr);
  png_set_IHDR(all.out, all.out_info, width, height, depth, colours, interlace,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_colorp palette = nullptr;
  int count = 0;
  if (png_get_PLTE(all.in, all.in_info, &palette, &count) != 0) {
    png_set_PLTE(all.out, all.out_info, palette, count);
  }
  png_bytep alpha = nullptr;
  png_color_16p colour = nullptr;
  if (png_get_tRNS(all.in, all.in_info, &alpha, &count, &colour) != 0) {
    png_set_tRNS(all.out, all.out_info, alpha, count, colour);
  }
  png_set_rows(all.out, all.out_info, png_get_rows(all.in, all.in_info));
  png_set_write_fn(all.out, &all, Write, Flush);
  png_write_png(all.out, all.out_info, PNG_TRANSFORM_IDENTITY, nullptr);
  return true;
}

absl::StatusOr<std::string> StripPng(std::string_view image) {
  const auto all = std::make_unique<Copier>();
  all->left = image;
  all->in = png_create_read_struct(PNG_LIBPNG_VER_STRING, all.get(), OnError, OnWarning);
  all->out = png_create_write_struct(PNG_LIBPNG_VER_STRING, all.get(), OnError, OnWarning);
  if (all->in == nullptr || all->out == nullptr) return Unreadable("PNG", "no memory");
  all->in_info = png_create_info_struct(all->in);
  all->out_info = png_create_info_struct(all->out);
  if (all->in_info == nullptr || all->out_info == nullptr) return Unreadable("PNG", "no memory");
  if (!ReadAll(*all) || !WriteAll(*all)) {
    return all->too_large ? TooManyPixels() : Unreadable("PNG", all->why);
  }
  return std::move(all->written);
}

}  // namespace

absl::StatusOr<std::string> StripPicture(std::string_view image, std::string_view media_type) {
  return media_type == "image/png" ? StripPng(image) : internal::StripJpeg(image);
}

absl::Status StripPictures(v1::Draft& draft) {
  for (v1::DraftSection& section : *draft.mutable_sections()) {
    if (!section.content().has_subjects()) continue;
    for (v1::Subject& subject :
         *section.mutable_content()->mutable_subjects()->mutable_subjects()) {
      if (!subject.has_photo()) continue;
      v1::Photo& photo = *subject.mutable_photo();
      if (photo.media_type() != "image/jpeg" && photo.media_type() != "image/png") continue;
      if (photo.image().size() > limits::kPhotoBytes) continue;
      absl::StatusOr<std::string> bare = StripPicture(photo.image(), photo.media_type());
      if (!bare.ok()) return bare.status();
      photo.set_image(*std::move(bare));
    }
  }
  return absl::OkStatus();
}

}  // namespace entente::node

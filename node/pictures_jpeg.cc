#include "node/pictures_jpeg.h"

#include <libexif/exif-data.h>

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>

// After <cstdio>: it needs FILE.
#include <jpeglib.h>

namespace entente::node::internal {
namespace {

// Its functions leave by longjmp: nothing with a destructor lives in the frames that they leave.
struct Transcoder {
  jpeg_decompress_struct in{};
  jpeg_compress_struct out{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf back{};
  std::array<char, JMSG_LENGTH_MAX> why{};
  // The library takes another buffer when this one is too small, and gives it away on success.
  std::string own;
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  bool too_large = false;

  bool grown() const { return bytes != reinterpret_cast<const unsigned char*>(own.data()); }
  ~Transcoder() {
    jpeg_destroy_compress(&out);
    jpeg_destroy_decompress(&in);
    if (grown()) std::free(bytes);
  }
};

[[noreturn]] void OnError(j_common_ptr info) {
  auto& all = *static_cast<Transcoder*>(info->client_data);
  (*info->err->format_message)(info, all.why.data());
  std::longjmp(all.back, 1);
}

// A file can ask for any number of passes over the picture.
void OnProgress(j_common_ptr info) {
  constexpr int kMostScans = 100;
  auto& all = *static_cast<Transcoder*>(info->client_data);
  if (info->is_decompressor && all.in.input_scan_number > kMostScans) {
    std::snprintf(all.why.data(), all.why.size(), "it has more than %d scans", kMostScans);
    std::longjmp(all.back, 1);
  }
}

// What is only odd is no news to the officer.
void OnMessage(j_common_ptr, int) {}

// TIFF with one entry, the orientation.
std::array<uint8_t, 32> ExifWith(uint8_t orientation) {
  return {'E',  'x',  'i', 'f', 0, 0, 'I', 'I', 0x2a,        0, 8, 0, 0, 0, 1, 0,
          0x12, 0x01, 3,   0,   1, 0, 0,   0,   orientation, 0, 0, 0, 0, 0, 0, 0};
}

// 1 to 8; 1, as it lies, when it says nothing.
uint8_t OrientationOf(std::string_view image) {
  ExifData* const exif = exif_data_new_from_data(
      reinterpret_cast<const unsigned char*>(image.data()), static_cast<unsigned>(image.size()));
  if (exif == nullptr) return 1;
  const ExifEntry* const entry =
      exif_content_get_entry(exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  int orientation = 1;
  if (entry != nullptr && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2) {
    orientation = exif_get_short(entry->data, exif_data_get_byte_order(exif));
  }
  exif_data_unref(exif);
  return orientation >= 1 && orientation <= 8 ? static_cast<uint8_t>(orientation) : 1;
}

// False when it cannot be read. The coefficients are carried over as they are: nothing is lost.
bool Run(Transcoder& all, std::string_view image, uint8_t orientation) {
  if (setjmp(all.back) != 0) return false;
  jpeg_create_decompress(&all.in);
  jpeg_create_compress(&all.out);
  jpeg_mem_src(&all.in, reinterpret_cast<const unsigned char*>(image.data()), image.size());
  all.in.progress = &all.progress;
  jpeg_read_header(&all.in, TRUE);
  all.too_large = uint64_t{all.in.image_width} * all.in.image_height > kMostPixels;
  if (all.too_large) return false;
  jvirt_barray_ptr* const coefficients = jpeg_read_coefficients(&all.in);
  jpeg_copy_critical_parameters(&all.in, &all.out);
  all.out.optimize_coding = TRUE;
  all.bytes = reinterpret_cast<unsigned char*>(all.own.data());
  all.size = all.own.size();
  jpeg_mem_dest(&all.out, &all.bytes, &all.size);
  jpeg_write_coefficients(&all.out, coefficients);
  if (orientation != 1) {
    const std::array<uint8_t, 32> exif = ExifWith(orientation);
    jpeg_write_marker(&all.out, JPEG_APP0 + 1, exif.data(), exif.size());
  }
  jpeg_finish_compress(&all.out);
  jpeg_finish_decompress(&all.in);
  return true;
}

}  // namespace

absl::StatusOr<std::string> StripJpeg(std::string_view image) {
  const auto all = std::make_unique<Transcoder>();
  all->in.err = jpeg_std_error(&all->errors);
  all->out.err = &all->errors;
  all->in.client_data = all->out.client_data = all.get();
  all->errors.error_exit = OnError;
  all->errors.emit_message = OnMessage;
  all->progress.progress_monitor = OnProgress;
  all->own.resize(image.size() * 2 + 65536);
  all->bytes = reinterpret_cast<unsigned char*>(all->own.data());
  if (!Run(*all, image, OrientationOf(image))) {
    return all->too_large ? TooManyPixels() : Unreadable("JPEG", all->why.data());
  }
  return std::string(reinterpret_cast<const char*>(all->bytes), all->size);
}

}  // namespace entente::node::internal

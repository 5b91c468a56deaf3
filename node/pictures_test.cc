#include "node/pictures.h"

#include <gtest/gtest.h>
#include <png.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

// After <cstdio>: it needs FILE.
#include <jpeglib.h>

#include "core/base/refusal.h"
#include "node/engine_fixture.h"

namespace entente::node {
namespace {

// What a camera, a phone or a program for pictures writes beside the picture.
constexpr const char* kTells[] = {"ACME Camera 9", "Sister Agnes", "48.8566N 2.3522E",
                                  "the house at the quay", "after the end"};

struct Marker {
  int code;
  std::string bytes;
};

std::string Exif(uint8_t orientation, const std::string& tail) {
  std::string tiff("II*\0\x08\0\0\0\x02\0", 10);
  tiff += std::string("\x12\x01\x03\0\x01\0\0\0", 8) +
          std::string(1, static_cast<char>(orientation)) + std::string(3, '\0');
  // Artist, ASCII, after the directory.
  tiff += std::string("\x3b\x01\x02\0", 4) + std::string(1, static_cast<char>(tail.size() + 1)) +
          std::string("\0\0\0\x26\0\0\0", 7);
  tiff += std::string(4, '\0') + tail + std::string(1, '\0');
  return std::string("Exif\0\0", 6) + tiff;
}

std::string Jpeg(const std::vector<Marker>& markers, const std::string& tail = "", int side = 24) {
  jpeg_compress_struct out{};
  jpeg_error_mgr errors{};
  out.err = jpeg_std_error(&errors);
  jpeg_create_compress(&out);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&out, &bytes, &size);
  out.image_width = out.image_height = static_cast<JDIMENSION>(side);
  out.input_components = 3;
  out.in_color_space = JCS_RGB;
  jpeg_set_defaults(&out);
  jpeg_start_compress(&out, TRUE);
  for (const Marker& marker : markers) {
    jpeg_write_marker(&out, marker.code,
                      reinterpret_cast<const unsigned char*>(marker.bytes.data()),
                      static_cast<unsigned>(marker.bytes.size()));
  }
  std::vector<unsigned char> row(static_cast<size_t>(side) * 3);
  while (out.next_scanline < out.image_height) {
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = static_cast<unsigned char>(i * 7 + out.next_scanline * 13);
    }
    JSAMPROW rows[] = {row.data()};
    jpeg_write_scanlines(&out, rows, 1);
  }
  jpeg_finish_compress(&out);
  std::string image(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&out);
  std::free(bytes);
  return image + tail;
}

std::vector<unsigned char> PixelsOfJpeg(const std::string& image) {
  jpeg_decompress_struct in{};
  jpeg_error_mgr errors{};
  in.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&in);
  jpeg_mem_src(&in, reinterpret_cast<const unsigned char*>(image.data()), image.size());
  jpeg_read_header(&in, TRUE);
  jpeg_start_decompress(&in);
  const size_t bytes = size_t{in.output_width} * 3;
  std::vector<unsigned char> pixels(bytes * in.output_height);
  while (in.output_scanline < in.output_height) {
    JSAMPROW rows[] = {pixels.data() + bytes * in.output_scanline};
    jpeg_read_scanlines(&in, rows, 1);
  }
  jpeg_finish_decompress(&in);
  jpeg_destroy_decompress(&in);
  return pixels;
}

std::string Png(int colours, int depth, bool tells, int interlace = PNG_INTERLACE_NONE) {
  std::string image;
  png_structp out = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(out);
  png_set_write_fn(
      out, &image,
      [](png_structp png, png_bytep from, size_t size) {
        static_cast<std::string*>(png_get_io_ptr(png))
            ->append(reinterpret_cast<const char*>(from), size);
      },
      [](png_structp) {});
  png_set_IHDR(out, info, 20, 20, depth, colours, interlace, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette(16);
  for (size_t i = 0; i < palette.size(); ++i) palette[i].red = static_cast<png_byte>(i * 16);
  if (colours == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(out, info, palette.data(), 16);
  std::vector<std::string> keys = {"Author", "Location"};
  std::vector<std::string> values = {kTells[1], kTells[2]};
  std::vector<png_text> texts(2);
  for (size_t i = 0; i < 2; ++i) {
    texts[i].compression = i == 0 ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    texts[i].key = keys[i].data();
    texts[i].text = values[i].data();
  }
  png_time when{2026, 11, 25, 12, 0, 0};
  std::string exif = Exif(1, kTells[0]).substr(6);
  if (tells) {
    png_set_text(out, info, texts.data(), 2);
    png_set_tIME(out, info, &when);
    png_set_eXIf_1(out, info, static_cast<png_uint_32>(exif.size()),
                   reinterpret_cast<png_bytep>(exif.data()));
  }
  png_write_info(out, info);
  std::vector<std::vector<png_byte>> rows(20, std::vector<png_byte>(png_get_rowbytes(out, info)));
  std::vector<png_bytep> pointers;
  for (size_t y = 0; y < rows.size(); ++y) {
    for (size_t x = 0; x < rows[y].size(); ++x) rows[y][x] = static_cast<png_byte>(x * 5 + y * 3);
    pointers.push_back(rows[y].data());
  }
  png_write_image(out, pointers.data());
  png_write_end(out, info);
  png_destroy_write_struct(&out, &info);
  return tells ? image + kTells[4] : image;
}

std::string Bare(const std::string& image, const std::string& type) {
  const auto bare = StripPicture(image, type);
  EXPECT_TRUE(bare.ok()) << bare.status();
  return bare.value_or("");
}

// How many of the things that give somebody away stand in it.
int Told(const std::string& image) {
  int told = 0;
  for (const char* tells : kTells) told += image.find(tells) != std::string::npos ? 1 : 0;
  return told;
}

TEST(Pictures, AJpegLosesAllThatIsNotSeen) {
  const std::string image =
      Jpeg({{JPEG_APP0 + 1, Exif(1, kTells[0])},
            {JPEG_APP0 + 1, std::string("http://ns.adobe.com/xap/1.0/\0", 29) + kTells[1]},
            {JPEG_APP0 + 13, std::string("Photoshop 3.0\0", 14) + kTells[2]},
            {JPEG_COM, kTells[3]}},
           kTells[4]);
  ASSERT_EQ(Told(image), 5);
  const std::string bare = Bare(image, "image/jpeg");
  EXPECT_EQ(Told(bare), 0);
  EXPECT_EQ(bare.find("Exif"), std::string::npos);
  EXPECT_EQ(PixelsOfJpeg(bare), PixelsOfJpeg(image));
  EXPECT_EQ(Bare(bare, "image/jpeg"), bare) << "twice is once";
}

TEST(Pictures, AJpegStaysTheRightWayUp) {
  for (const uint8_t orientation : {2, 3, 6, 8}) {
    const std::string bare =
        Bare(Jpeg({{JPEG_APP0 + 1, Exif(orientation, kTells[0])}}), "image/jpeg");
    EXPECT_EQ(Told(bare), 0);
    const size_t at = bare.find(std::string("Exif\0\0II*\0", 10));
    ASSERT_NE(at, std::string::npos) << int{orientation};
    EXPECT_EQ(bare[at + 24], static_cast<char>(orientation));
    EXPECT_EQ(Bare(bare, "image/jpeg"), bare) << "it is kept again";
  }
  EXPECT_EQ(Bare(Jpeg({{JPEG_APP0 + 1, Exif(200, "x")}}), "image/jpeg").find("Exif"),
            std::string::npos);
}

TEST(Pictures, APngLosesAllThatIsNotSeen) {
  for (const auto& [colours, depth] :
       std::vector<std::pair<int, int>>{{PNG_COLOR_TYPE_GRAY, 1},
                                        {PNG_COLOR_TYPE_GRAY, 16},
                                        {PNG_COLOR_TYPE_RGB, 8},
                                        {PNG_COLOR_TYPE_PALETTE, 4},
                                        {PNG_COLOR_TYPE_RGBA, 16},
                                        {PNG_COLOR_TYPE_GRAY_ALPHA, 8}}) {
    for (const int interlace : {PNG_INTERLACE_NONE, PNG_INTERLACE_ADAM7}) {
      const std::string image = Png(colours, depth, true, interlace);
      ASSERT_EQ(Told(image), 4);
      const std::string bare = Bare(image, "image/png");
      EXPECT_EQ(Told(bare), 0);
      EXPECT_EQ(bare.find("tIME"), std::string::npos);
      EXPECT_EQ(bare, Bare(Png(colours, depth, false, interlace), "image/png"))
          << "what is seen is the same";
    }
  }
}

TEST(Pictures, WhatCannotBeReadIsRefused) {
  const std::string jpeg = Jpeg({});
  const std::string png = Png(PNG_COLOR_TYPE_RGB, 8, false);
  const auto refused = [](const std::string& image, const char* type) {
    return IsRefusal(StripPicture(image, type).status(), Reason::kMalformed);
  };
  EXPECT_TRUE(refused("", "image/jpeg"));
  EXPECT_TRUE(refused("\xff\xd8\xff", "image/jpeg"));
  EXPECT_TRUE(refused(png, "image/jpeg"));
  EXPECT_TRUE(refused(jpeg, "image/png"));
  EXPECT_TRUE(refused(png.substr(0, png.size() / 2), "image/png"));
  std::string damaged = png;
  damaged[60] = static_cast<char>(damaged[60] ^ 1);
  EXPECT_TRUE(refused(damaged, "image/png"));
}

// A small file may claim to be a picture that would take all memory.
TEST(Pictures, APictureThatWouldFillMemoryIsRefused) {
  std::string jpeg = Jpeg({});
  const size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xdc\xff\xdc");
  EXPECT_TRUE(IsRefusal(StripPicture(jpeg, "image/jpeg").status(), Reason::kTooLarge));
}

TEST(Pictures, OfADraftEachPhoto) {
  v1::Draft draft;
  v1::Subjects& subjects = *draft.add_sections()->mutable_content()->mutable_subjects();
  subjects.add_subjects()->mutable_email()->set_address("a@b");
  v1::Photo& photo = *subjects.add_subjects()->mutable_photo();
  photo.set_media_type("image/jpeg");
  photo.set_image(Jpeg({{JPEG_COM, kTells[3]}}));
  v1::Photo& other =
      *draft.add_sections()->mutable_content()->mutable_subjects()->add_subjects()->mutable_photo();
  other.set_media_type("image/png");
  other.set_image(Png(PNG_COLOR_TYPE_RGB, 8, true));
  ASSERT_TRUE(StripPictures(draft).ok());
  EXPECT_EQ(Told(photo.image()) + Told(other.image()), 0);
  photo.set_image("no picture");
  EXPECT_FALSE(StripPictures(draft).ok());
}

TEST(Pictures, WhatIsSentIsBare) {
  World world;
  v1::Draft lead = world.Lead({"BR.fiu"});
  v1::DraftSection& section = *lead.add_sections();
  section.add_about("suspect");
  section.add_data("photo");
  section.set_basis("fact");
  section.mutable_content()->set_language("en");
  v1::Photo& photo =
      *section.mutable_content()->mutable_subjects()->add_subjects()->mutable_photo();
  photo.set_media_type("image/jpeg");
  photo.set_image(Jpeg({{JPEG_COM, kTells[3]}}));
  const auto shown = world.Show("FR.fiu", world.Send("FR.fiu", lead));
  ASSERT_TRUE(shown.ok()) << shown.status();
  const v1::SectionContent& kept = shown->sections(shown->sections_size() - 1).content();
  EXPECT_EQ(kept.subjects().subjects(0).photo().image(), Bare(Jpeg({}), "image/jpeg"));
  photo.set_image("\xff\xd8\xff no picture");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->Send("author", lead, world.now).status(),
                        Reason::kMalformed));
}

}  // namespace
}  // namespace entente::node

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/draw/scenery.h"

#include <cairo.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "pipelines/draw/labels.h"

namespace tessera::draw {
namespace {

using mix::VideoFrame;
using Yuv = std::array<int, 3>;

Yuv at(const VideoFrame& frame, int x, int y) {
  const std::ptrdiff_t chroma = std::ptrdiff_t{y / 2} * frame.strideU + x / 2;
  return {frame.y[std::ptrdiff_t{y} * frame.strideY + x], frame.u[chroma], frame.v[chroma]};
}

void expectNear(const Yuv& actual, const Yuv& expected, int tolerance) {
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(actual[i], expected[i], tolerance) << "YUV"[i];
}

int alphaAt(const mix::Overlay& overlay, int x, int y) {
  return overlay.alpha[std::ptrdiff_t{y} * overlay.strideAlpha + x];
}

// 8x8 pixels of green; the header may claim another size.
constexpr unsigned char kGreen[] = {
    0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x00,
    0x01, 0x00, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x03, 0x02, 0x02, 0x03, 0x02, 0x02, 0x03, 0x03, 0x03,
    0x03, 0x04, 0x03, 0x03, 0x04, 0x05, 0x08, 0x05, 0x05, 0x04, 0x04, 0x05, 0x0a, 0x07, 0x07, 0x06, 0x08,
    0x0c, 0x0a, 0x0c, 0x0c, 0x0b, 0x0a, 0x0b, 0x0b, 0x0d, 0x0e, 0x12, 0x10, 0x0d, 0x0e, 0x11, 0x0e, 0x0b,
    0x0b, 0x10, 0x16, 0x10, 0x11, 0x13, 0x14, 0x15, 0x15, 0x15, 0x0c, 0x0f, 0x17, 0x18, 0x16, 0x14, 0x18,
    0x12, 0x14, 0x15, 0x14, 0xff, 0xdb, 0x00, 0x43, 0x01, 0x03, 0x04, 0x04, 0x05, 0x04, 0x05, 0x09, 0x05,
    0x05, 0x09, 0x14, 0x0d, 0x0b, 0x0d, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
    0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
    0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14, 0x14,
    0x14, 0x14, 0x14, 0x14, 0x14, 0xff, 0xc0, 0x00, 0x11, 0x08, 0x00, 0x08, 0x00, 0x08, 0x03, 0x01, 0x11,
    0x00, 0x02, 0x11, 0x01, 0x03, 0x11, 0x01, 0xff, 0xc4, 0x00, 0x14, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0xff, 0xc4, 0x00, 0x14, 0x10,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xff, 0xc4, 0x00, 0x15, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x08, 0x09, 0xff, 0xc4, 0x00, 0x14, 0x11, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xda, 0x00, 0x0c, 0x03, 0x01,
    0x00, 0x02, 0x11, 0x03, 0x11, 0x00, 0x3f, 0x00, 0x76, 0x0f, 0xa7, 0x13, 0xff, 0xd9};

std::string jpeg(int width, int height) {
  std::string bytes(reinterpret_cast<const char*>(kGreen), sizeof kGreen);
  const auto frame = bytes.find("\xFF\xC0");  // the start of frame: length, precision, height, width
  for (const auto& [at, value] : {std::pair{frame + 5, height}, {frame + 7, width}}) {
    bytes[at] = static_cast<char>(value / 256);
    bytes[at + 1] = static_cast<char>(value % 256);
  }
  return bytes;
}

// Files of a test, gone with it.
class SceneryTest : public testing::Test {
 protected:
  Look look;

  void SetUp() override {
    const auto pattern = std::filesystem::temp_directory_path() / "tessera-draw-XXXXXX";
    std::string path = pattern.string();
    ASSERT_TRUE(mkdtemp(path.data()));
    folder_ = path;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& bytes) const {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }
  // The left half red, the right half blue; `alpha` of both.
  std::string png(const std::string& name, int width, int height, double alpha = 1) const {
    cairo_surface_t* const surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t* const cr = cairo_create(surface);
    cairo_set_source_rgba(cr, 1, 0, 0, alpha);
    cairo_rectangle(cr, 0, 0, width / 2.0, height);
    cairo_fill(cr);
    cairo_set_source_rgba(cr, 0, 0, 1, alpha);
    cairo_rectangle(cr, width / 2.0, 0, width / 2.0, height);
    cairo_fill(cr);
    const auto path = (folder_ / name).string();
    EXPECT_EQ(cairo_surface_write_to_png(surface, path.c_str()), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return path;
  }
  void expectBackgroundFails(const std::string& path, const std::string& why) {
    look.backgroundImage = path;
    const auto drawn = renderBackground(look, 320, 180);
    ASSERT_FALSE(drawn) << path;
    EXPECT_EQ(drawn.error().code, ErrorCode::config);
    EXPECT_NE(drawn.error().text.find("background image " + path), std::string::npos) << drawn.error().text;
    EXPECT_NE(drawn.error().text.find(why), std::string::npos) << drawn.error().text;
  }

 private:
  std::filesystem::path folder_;
};

// ITU-R BT.601-7, limited range: the values of the colour bars.
TEST_F(SceneryTest, ColoursAreBt601OfLimitedRange) {
  const std::pair<Rgb, Yuv> cases[] = {{{255, 255, 255}, {235, 128, 128}}, {{0, 0, 0}, {16, 128, 128}},
                                       {{255, 0, 0}, {81, 90, 240}},       {{0, 255, 0}, {145, 54, 34}},
                                       {{0, 0, 255}, {41, 240, 110}},      {{255, 255, 0}, {210, 16, 146}},
                                       {{0, 255, 255}, {170, 166, 16}},    {{255, 0, 255}, {106, 202, 222}},
                                       {{128, 128, 128}, {126, 128, 128}}};
  for (const auto& [rgb, yuv] : cases) {
    look.background = rgb;
    const auto frame = renderBackground(look, 64, 36);
    ASSERT_TRUE(frame);
    for (const auto& [x, y] : {std::pair{0, 0}, {63, 35}, {30, 20}}) expectNear(at(**frame, x, y), yuv, 1);
  }
}

TEST_F(SceneryTest, BackgroundHasTheCanvasSize) {
  const auto frame = renderBackground(look, 1280, 720);
  ASSERT_TRUE(frame);
  EXPECT_EQ((*frame)->width, 1280);
  EXPECT_EQ((*frame)->height, 720);
  EXPECT_EQ((*frame)->strideY % 4, 0);
}

TEST_F(SceneryTest, ImageIsCroppedToFill) {
  look.backgroundImage = png("wide.png", 400, 100);  // of which the middle half is seen
  const auto frame = renderBackground(look, 200, 100);
  ASSERT_TRUE(frame) << frame.error().text;
  expectNear(at(**frame, 0, 0), {81, 90, 240}, 2);
  expectNear(at(**frame, 90, 99), {81, 90, 240}, 2);
  expectNear(at(**frame, 110, 50), {41, 240, 110}, 2);
  expectNear(at(**frame, 199, 99), {41, 240, 110}, 2);
}

TEST_F(SceneryTest, ImageThatIsTransparentShowsTheColour) {
  look.background = {255, 255, 255};
  look.backgroundImage = png("clear.png", 64, 64, 0);
  const auto frame = renderBackground(look, 64, 64);
  ASSERT_TRUE(frame);
  expectNear(at(**frame, 32, 32), {235, 128, 128}, 1);
}

TEST_F(SceneryTest, ImageMayBeJpeg) {
  look.backgroundImage = file("green.jpg", jpeg(8, 8));
  const auto frame = renderBackground(look, 64, 36);
  ASSERT_TRUE(frame) << frame.error().text;
  expectNear(at(**frame, 10, 10), {145, 54, 34}, 3);
}

TEST_F(SceneryTest, ErrorsNameTheFileAndTheReason) {
  expectBackgroundFails("/no/such/file.png", "No such file");
  expectBackgroundFails("/tmp", "not a file");
  expectBackgroundFails(file("text.png", "this is no picture"), "neither a PNG nor a JPEG");
  expectBackgroundFails(file("empty.jpg", ""), "neither a PNG nor a JPEG");
  expectBackgroundFails(file("pixels.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
                        "neither a PNG nor a JPEG");
  expectBackgroundFails(file("long.jpg", jpeg(9000, 2)), "is 9000x2 pixels");
  expectBackgroundFails(file("large.jpg", jpeg(8000, 8000)), "is 8000x8000 pixels");
  const std::string good = png("good.png", 64, 64);
  const auto cut = file("cut.png", "");
  std::filesystem::copy_file(good, cut, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(cut, std::filesystem::file_size(good) / 2);
  expectBackgroundFails(cut, cut);
  std::filesystem::resize_file(good, 20'000'001);
  expectBackgroundFails(good, "20000001 bytes");

  look.logo = "/no/such/logo.png";
  const auto logo = renderLogo(look, 720);
  ASSERT_FALSE(logo);
  EXPECT_NE(logo.error().text.find("logo /no/such/logo.png"), std::string::npos);
}

TEST_F(SceneryTest, LogoHasItsHeightAndCorner) {
  ASSERT_TRUE(renderLogo(look, 720));
  EXPECT_TRUE(renderLogo(look, 720)->empty());
  look.logo = png("logo.png", 100, 50, 0.5);
  look.logoCorner = Corner::bottomLeft;
  const auto logo = renderLogo(look, 720);
  ASSERT_TRUE(logo) << logo.error().text;
  ASSERT_EQ(logo->size(), 1U);
  const mix::PlacedOverlay& placed = logo->front();
  EXPECT_EQ(placed.anchor, mix::Anchor::bottomLeft);
  EXPECT_EQ(placed.x, 18);
  EXPECT_EQ(placed.y, 18);
  EXPECT_EQ(placed.overlay->frame.width, 144);
  EXPECT_EQ(placed.overlay->frame.height, 72) << "10 % of the canvas";
  expectNear(at(placed.overlay->frame, 20, 30), {81, 90, 240}, 2);
  EXPECT_NEAR(alphaAt(*placed.overlay, 20, 30), 128, 2);
}

TEST_F(SceneryTest, BannersAreNotWiderThanFourTimesTheirHeight) {
  look.logo = png("banner.png", 2000, 10);
  const auto logo = renderLogo(look, 720);
  ASSERT_TRUE(logo);
  EXPECT_EQ(logo->front().overlay->frame.width, 288);
}

// The overlays as the mixer places them: how much of each pixel of the tile they cover.
std::vector<int> coverage(const std::vector<mix::PlacedOverlay>& overlays, int width, int height) {
  std::vector<int> covered(static_cast<std::size_t>(width * height));
  for (const auto& [overlay, anchor, x, y, whileGliding] : overlays) {
    const bool right = anchor == mix::Anchor::topRight || anchor == mix::Anchor::bottomRight;
    const bool bottom = anchor == mix::Anchor::bottomLeft || anchor == mix::Anchor::bottomRight;
    const int left = right ? width - x - overlay->frame.width : x;
    const int top = bottom ? height - y - overlay->frame.height : y;
    EXPECT_EQ((left | top | overlay->frame.width | overlay->frame.height) & 1, 0);
    for (int row = 0; row < overlay->frame.height; ++row) {
      for (int column = 0; column < overlay->frame.width; ++column) {
        const int at = (top + row) * width + left + column;
        EXPECT_TRUE(at >= 0 && at < width * height);
        EXPECT_EQ(covered[static_cast<std::size_t>(at)], 0) << "drawn twice";
        covered[static_cast<std::size_t>(at)] += alphaAt(*overlay, column, row);
      }
    }
  }
  return covered;
}

TEST_F(SceneryTest, BorderRunsAroundTheTile) {
  for (const auto& [width, height] : {std::pair{310, 170}, {1176, 582}, {118, 62}, {60, 34}, {170, 310}}) {
    for (const int radius : {0, 7, 12, 40}) {
      const auto border = renderBorder(width, height, radius, false);
      ASSERT_EQ(border.size(), 8U);
      const auto covered = coverage(border, width, height);
      const auto covers = [&covered, w = width](int x, int y) {
        return covered[static_cast<std::size_t>(y * w + x)];
      };
      for (const int x : {width / 3, width / 2}) {
        EXPECT_EQ(covers(x, 0), 255);
        EXPECT_EQ(covers(x, 1), 255);
        EXPECT_EQ(covers(x, height - 1), 255);
        EXPECT_EQ(covers(x, height / 2), 0) << "the picture stays free";
        EXPECT_EQ(covers(x, 10), 0);
      }
      EXPECT_EQ(covers(0, height / 2), 255);
      EXPECT_EQ(covers(width - 1, height / 2), 255);
      EXPECT_EQ(covers(0, 0) == 255, radius == 0) << "round outside";
      for (const mix::PlacedOverlay& piece : border) EXPECT_FALSE(piece.whileGliding);
    }
  }
}

TEST_F(SceneryTest, BorderIsBrightAndScalesWithTheTile) {
  const auto thickness = [](int height, bool highContrast) {
    const auto covered = coverage(renderBorder(height * 2, height, 12, highContrast), height * 2, height);
    int rows = 0;
    while (covered[static_cast<std::size_t>(rows * height * 2 + height)] == 255) ++rows;
    return rows;
  };
  EXPECT_EQ(thickness(40, false), 2);
  EXPECT_EQ(thickness(92, false), 4);
  EXPECT_EQ(thickness(170, false), 4);
  EXPECT_EQ(thickness(360, false), 4);
  EXPECT_EQ(thickness(720, false), 6);
  EXPECT_GT(thickness(170, true), 4);
  const auto strip = renderBorder(310, 170, 12, false)[4];
  expectNear(at(strip.overlay->frame, 20, 0), {157, 121, 63}, 2);
}

TEST_F(SceneryTest, BorderOfNothingIsNone) {
  EXPECT_TRUE(renderBorder(2, 2, 12, false).empty());
  EXPECT_TRUE(renderBorder(4, 4, 0, true).empty());
}

TEST_F(SceneryTest, CornersAreTheBackgrounds) {
  look.backgroundImage = png("halves.png", 640, 360);
  const auto background = renderBackground(look, 640, 360);
  ASSERT_TRUE(background);
  const auto corners = renderCorners({220, 100, 200, 120}, 12, *background);
  ASSERT_EQ(corners.size(), 4U);
  const auto covered = coverage(corners, 200, 120);
  EXPECT_EQ(covered[0], 255);
  EXPECT_EQ(covered[199], 255);
  EXPECT_EQ(covered[std::size_t{200} * 120 - 1], 255);
  EXPECT_EQ(covered[std::size_t{200} * 11 + 11], 0);
  EXPECT_LE(covered[11], 8) << "the side begins where the arc ends";
  EXPECT_GT(covered[3 * 200 + 3], 0);
  EXPECT_LT(covered[4 * 200 + 4], 128);
  expectNear(at(corners[0].overlay->frame, 0, 0), {81, 90, 240}, 2);
  expectNear(at(corners[1].overlay->frame, 11, 0), {41, 240, 110}, 2);
  for (const mix::PlacedOverlay& corner : corners)
    EXPECT_FALSE(corner.whileGliding) << "on the way there may be another tile below";
}

TEST_F(SceneryTest, CornersNeedNoBackgroundAndMayBeSquare) {
  const auto corners = renderCorners({0, 0, 200, 120}, 13, nullptr);
  ASSERT_EQ(corners.size(), 4U);
  expectNear(at(corners[0].overlay->frame, 0, 0), {30, 131, 127}, 0);
  EXPECT_EQ(corners[0].overlay->frame.width, 14);
  EXPECT_TRUE(renderCorners({0, 0, 200, 120}, 0, nullptr).empty());
  EXPECT_EQ(renderCorners({0, 0, 40, 20}, 40, nullptr)[0].overlay->frame.width, 4) << "no pills";
}

TEST_F(SceneryTest, MoreIsReadable) {
  for (const auto& [width, height] : {std::pair{310, 170}, {118, 64}, {64, 118}, {44, 22}, {2, 2}}) {
    for (const int count : {2, 25, 999}) {
      const auto tile = renderMore(count, width, height, count == 25);
      EXPECT_EQ(tile->width, width);
      EXPECT_EQ(tile->height, height);
      if (width < 44) continue;
      int ink = 0, leftmost = width, rightmost = 0;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          if (at(*tile, x, y)[0] < 160) continue;
          ++ink;
          leftmost = std::min(leftmost, x);
          rightmost = std::max(rightmost, x);
        }
      }
      EXPECT_GT(ink, 10) << count << " in " << width;
      EXPECT_GT(leftmost, 0) << count << " in " << width;
      EXPECT_LT(rightmost, width - 1) << count << " in " << width;
      EXPECT_NEAR(leftmost, width - 1 - rightmost, 3) << "in the middle";
    }
  }
}

// Pixels of the mark that are as red, or as white, as `like`.
int count(const mix::Overlay& mark, const Yuv& like) {
  int pixels = 0;
  for (int y = 0; y < mark.frame.height; ++y) {
    for (int x = 0; x < mark.frame.width; ++x) {
      const Yuv seen = at(mark.frame, x, y);
      const auto near = [&](std::size_t i) { return std::abs(seen[i] - like[i]) <= 12; };
      if (alphaAt(mark, x, y) > 200 && near(0) && near(1) && near(2)) ++pixels;
    }
  }
  return pixels;
}

TEST_F(SceneryTest, RecordingMarkIsADotWithLettersThatScale) {
  constexpr Yuv kRed{116, 97, 211}, kWhite{235, 128, 128};
  for (const int height : {180, 360, 720, 1080}) {
    for (const bool highContrast : {false, true}) {
      const auto mark = renderRecordingMark(height, highContrast);
      ASSERT_TRUE(mark);
      const auto& [width, tall] = std::pair{mark->frame.width, mark->frame.height};
      EXPECT_EQ((width | tall) & 1, 0) << "the chroma";
      EXPECT_LE(tall, std::max(height / 20, 18)) << "discreet on a canvas of " << height;
      EXPECT_LE(width, 4 * tall);
      EXPECT_GT(count(*mark, kRed), tall * tall / 20) << height;
      EXPECT_GT(count(*mark, kWhite), tall / 2) << height;
      EXPECT_EQ(alphaAt(*mark, 0, 0), 0) << "round";
      EXPECT_EQ(alphaAt(*mark, width / 2, 1) == 255, highContrast) << "an opaque plate";
    }
  }
  const auto widthAt = [](int height, bool highContrast) {
    return renderRecordingMark(height, highContrast)->frame.width;
  };
  EXPECT_NEAR(widthAt(1440, false), 2 * widthAt(720, false), 6);
  EXPECT_GT(widthAt(720, true), widthAt(720, false));
}

}  // namespace
}  // namespace tessera::draw

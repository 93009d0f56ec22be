// SPDX-License-Identifier: Apache-2.0
// That others can read it is shown by the pipeline tests, which have it read by them.
#include "pipelines/record/matroska.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

using namespace std::chrono_literals;

const MatroskaWriter::Picture kPicture{"V_VP8", 320, 180, {}};
const MatroskaWriter::Sound kSound{"A_OPUS", 1, {1, 2, 3}, 6500us, 80ms};
const Bytes kData{0xAA};

std::string hex(const Bytes& bytes) {
  std::string text;
  for (const auto byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

MatroskaWriter begun() {
  MatroskaWriter writer(kPicture, kSound);
  writer.take();
  return writer;
}

TEST(Matroska, HeaderNamesTheTracks) {
  MatroskaWriter writer(kPicture, kSound);
  const std::string header = hex(writer.take());
  EXPECT_TRUE(header.starts_with("1a45dfa3"));
  EXPECT_NE(header.find("1853806701ffffffffffffff"), std::string::npos) << "a segment of unknown size";
  EXPECT_NE(header.find("2ad7b1830186a0"), std::string::npos) << "ticks of 0.1 ms";
  EXPECT_NE(header.find("b0820140"), std::string::npos) << "320 pixels";
  EXPECT_NE(header.find("63a283010203"), std::string::npos) << "the codec's configuration";
  EXPECT_NE(header.find("56aa83632ea0"), std::string::npos) << "a delay of 6.5 ms";
}

TEST(Matroska, AKeyframeBeginsACluster) {
  auto writer = begun();
  writer.addPicture(0ns, true, kData);
  EXPECT_EQ(hex(writer.take()),
            "1f43b67501ffffffffffffffe78100"
            "a385810000"
            "80aa");
  writer.addPicture(40ms, false, kData);
  EXPECT_EQ(hex(writer.take()),
            "a385810190"
            "00aa");
  writer.addPicture(80ms, true, kData);
  EXPECT_EQ(hex(writer.take()),
            "1f43b67501ffffffffffffffe7820320"
            "a385810000"
            "80aa");
}

TEST(Matroska, ClustersAreShort) {
  auto writer = begun();
  writer.addSound(0ns, kData);
  writer.addSound(499900us, kData);
  writer.take();
  writer.addSound(500ms, kData);
  EXPECT_EQ(hex(writer.take()),
            "1f43b67501ffffffffffffffe7821388"
            "a385820000"
            "80aa");
}

// Sound may lie before the picture that its cluster begins with, but for what 16 bits do not hold.
TEST(Matroska, ATrackMayBeBehind) {
  auto writer = begun();
  writer.addPicture(10s, true, kData);
  writer.take();
  writer.addSound(9990ms, kData);
  EXPECT_EQ(hex(writer.take()),
            "a38582ff9c"
            "80aa");
  writer.addSound(6s, kData);
  EXPECT_TRUE(hex(writer.take()).starts_with("1f43b675"));
}

TEST(Matroska, SizesAreAsLongAsTheyNeedToBe) {
  auto writer = begun();
  writer.addPicture(0ns, true, kData);
  writer.take();
  writer.addPicture(1ms, false, Bytes(122));
  EXPECT_TRUE(hex(writer.take()).starts_with("a3fe81"));
  writer.addPicture(1ms, false, Bytes(123));  // 0xff would be the unknown size
  EXPECT_TRUE(hex(writer.take()).starts_with("a3407f81"));
  writer.addPicture(1ms, false, Bytes(100000));
  EXPECT_TRUE(hex(writer.take()).starts_with("a32186a481"));
}

}  // namespace
}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include "post/avc.h"

#include <gtest/gtest.h>

#include <random>

namespace tessera::post {
namespace {

const Bytes kSps{0x67, 0x64, 0x00, 0x1f, 0xac, 0x11}, kPps{0x68, 0xee};  // ids 0
const Bytes kStream{0, 0, 0,    1,    0x67, 0x64, 0x00, 0x1f, 0xac, 0x11, 0,
                    0, 1, 0x68, 0xee, 0,    0,    0,    1,    0x65, 0x88, 0x84};

AvcConfig config() {
  return {0x64, 0, 0x1f, 4, {kSps}, {kPps}};
}

TEST(Avc, ReadsWhatItWrites) {
  const auto parsed = parseAvcConfig(encodeAvcConfig(config()));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, config());
}

TEST(Avc, FindsParameterSetsInAByteStream) {
  const auto found = avcConfigOfByteStream(kStream);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, config());
  EXPECT_FALSE(avcConfigOfByteStream(Bytes{0, 0, 1, 0x65, 0x88}));
}

TEST(Avc, PutsLengthsForStartCodes) {
  const Bytes expected{0, 0, 0,    6,    0x67, 0x64, 0x00, 0x1f, 0xac, 0x11, 0,   0,
                       0, 2, 0x68, 0xee, 0,    0,    0,    3,    0x65, 0x88, 0x84};
  EXPECT_EQ(lengthPrefixed(kStream), expected);
}

TEST(Avc, KeepsTheSetsOfBoth) {
  const AvcConfig other{0x64, 0, 0x28, 4, {{0x67, 0x64, 0x00, 0x28, 0x5c}}, {{0x68, 0x5b}}};
  const AvcConfig both = withSetsOf(config(), other);
  EXPECT_EQ(both.sps.size(), 2u);
  EXPECT_EQ(both.pps.size(), 2u);
  EXPECT_EQ(both.level, 0x28) << "what decodes it must be able to do both";
  EXPECT_EQ(parseAvcConfig(encodeAvcConfig(both)), both);
}

TEST(Avc, ReadsTheIdOfParameterSets) {
  EXPECT_EQ(spsId(Bytes{0x67, 0x64, 0, 0x1f, 0x80}), 0u);
  EXPECT_EQ(spsId(Bytes{0x67, 0x64, 0, 0x1f, 0x40}), 1u);
  EXPECT_EQ(spsId(Bytes{0x67, 0x64, 0, 0x1f, 0x60}), 2u);
  EXPECT_EQ(spsId(Bytes{0x67, 0x64, 0, 0x1f, 0x04, 0x20}), 32u);
  EXPECT_FALSE(spsId(Bytes{0x68, 0x64, 0, 0x1f, 0x80}));
  EXPECT_FALSE(spsId(Bytes{0x67, 0x64}));
}

TEST(Avc, TellsKeyframesAndBrokenPackets) {
  const auto packet = [](std::uint8_t kind, std::uint8_t length = 3) {
    return Bytes{0, 0, 0, length, kind, 1, 2};
  };
  EXPECT_EQ(checkAvcPacket(packet(0x65), 4), AvcPacket::keyframe);
  EXPECT_EQ(checkAvcPacket(packet(0x41), 4), AvcPacket::other);
  EXPECT_EQ(checkAvcPacket(packet(0x41, 2), 4), AvcPacket::broken) << "a byte is left over";
  EXPECT_EQ(checkAvcPacket(packet(0x41, 200), 4), AvcPacket::broken) << "cut off";
  EXPECT_EQ(checkAvcPacket(packet(0xc1), 4), AvcPacket::broken) << "forbidden_zero_bit";
  EXPECT_EQ(checkAvcPacket(packet(0x67), 4), AvcPacket::broken) << "no slice";
  EXPECT_EQ(checkAvcPacket(Bytes(100), 4), AvcPacket::broken) << "zeros, as a disk leaves them";
  EXPECT_EQ(checkAvcPacket({}, 4), AvcPacket::broken);
}

// Whatever a disk gives: no crash (asan-ubsan).
TEST(Avc, SurvivesGarbage) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = i % 2 ? encodeAvcConfig(config()) : kStream;
    for (int changes = 0; changes < 3; ++changes)
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    bytes.resize(random() % (bytes.size() + 1));
    if (const auto parsed = parseAvcConfig(bytes)) spsId(parsed->sps[0]);
    avcConfigOfByteStream(bytes);
    lengthPrefixed(bytes);
    for (const int lengthBytes : {1, 2, 4}) checkAvcPacket(bytes, lengthBytes);
  }
}

}  // namespace
}  // namespace tessera::post

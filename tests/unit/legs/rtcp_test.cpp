// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/rtcp.h"

#include <gtest/gtest.h>

#include "pipelines/legs/transport_feedback.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

const Bytes kReceiverReport{0x81, 201, 0, 7,                           // one block
                            0,    0,   0, 1,                           // from
                            0,    0,   0, 7, 51, 0, 0, 3, 0, 1, 0, 9,  // 51/256 lost
                            0,    0,   0, 4, 0,  5, 0, 0, 0, 6, 0, 0};
const Bytes kFeedback{0x8f, 205, 0,    5,    0,    0, 0, 1, 0, 0, 0, 7,  // header and SSRCs
                      0,    250, 0,    4,    0,    0, 2, 1,              // four from 250, 128 ms
                      0xd6, 0,   0x08, 0xff, 0xfc, 0};                   // small, small, large, none

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(RtcpTest, SplitsACompound) {
  const Bytes compound = kReceiverReport + kReceiverReport;
  const auto packets = splitRtcp(compound);
  ASSERT_TRUE(packets);
  ASSERT_EQ(packets->size(), 2u);
  EXPECT_EQ(packets->at(1).type, RtcpPacket::kReceiverReport);
  EXPECT_EQ(packets->at(1).bytes.size(), kReceiverReport.size());
}

TEST(RtcpTest, ReadsReportBlocks) {
  const auto blocks = reportBlocks(splitRtcp(kReceiverReport)->front());
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].ssrc, 7u);
  EXPECT_NEAR(blocks[0].fractionLost, 0.2, 0.001);
  EXPECT_EQ(blocks[0].highest, 0x10009u);
  EXPECT_EQ(blocks[0].lastReport, 0x50000u);
  EXPECT_EQ(blocks[0].sinceReport, 0x60000u);

  Bytes senderReport{0x81, 200, 0, 12};
  senderReport.resize(28);
  senderReport.insert(senderReport.end(), kReceiverReport.begin() + 8, kReceiverReport.end());
  const auto sent = splitRtcp(senderReport)->front();
  EXPECT_EQ(reportBlocks(sent).size(), 1u);
  EXPECT_EQ(asReceiverReport(sent),
            Bytes({0x81, 201, 0, 7, 0, 0, 0, 0}) + Bytes(kReceiverReport.begin() + 8, kReceiverReport.end()));
}

TEST(RtcpTest, RefusesWhatIsMalformed) {
  EXPECT_FALSE(splitRtcp({}));
  for (std::size_t size = 0; size < kReceiverReport.size(); ++size)
    EXPECT_FALSE(splitRtcp(std::span(kReceiverReport).first(size))) << size;
  Bytes version = kReceiverReport;
  version[0] = 0x41;
  EXPECT_FALSE(splitRtcp(version));
  Bytes more = kReceiverReport;
  more[0] = 0x9f;  // claims 31 blocks
  EXPECT_EQ(reportBlocks(splitRtcp(more)->front()).size(), 1u);
  for (const Bytes& reports :
       {Bytes{0x81, 201, 0, 0}, Bytes{0x81, 200, 0, 0}, Bytes{0x81, 200, 0, 2, 0, 0, 0, 9, 1, 1, 1, 1}}) {
    const auto packet = splitRtcp(reports)->front();
    EXPECT_TRUE(reportBlocks(packet).empty());
    EXPECT_TRUE(splitRtcp(asReceiverReport(packet)));
  }
}

TEST(TransportFeedbackTest, ReadsDeltasOfBothSizes) {
  const Bytes fci{0, 250, 0, 4, 0, 0, 2, 1, 0xd6, 0, 8, 4, 0xff, 0xfc};  // symbols 1 1 2 0
  const auto feedback = parseTransportFeedback(fci);
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->first, 250);
  EXPECT_EQ(feedback->reference, 2u);
  ASSERT_EQ(feedback->packets.size(), 4u);
  EXPECT_EQ(feedback->packets[0], 2ms);
  EXPECT_EQ(feedback->packets[1], 3ms);
  EXPECT_EQ(feedback->packets[2], 2ms) << "-1 ms";
  EXPECT_FALSE(feedback->packets[3]);
}

TEST(TransportFeedbackTest, ReadsRunsAndShortVectors) {
  // 300 not received, then of 14 every other
  const Bytes fci{0, 0, 1, 58, 0, 0, 0, 1, 0x01, 0x2c, 0xaa, 0xaa, 4, 4, 4, 4, 4, 4, 4};
  const auto feedback = parseTransportFeedback(fci);
  ASSERT_TRUE(feedback);
  ASSERT_EQ(feedback->packets.size(), 314u);
  EXPECT_FALSE(feedback->packets[299]);
  EXPECT_EQ(feedback->packets[300], 1ms);
  EXPECT_FALSE(feedback->packets[301]);
  EXPECT_EQ(feedback->packets[312], 7ms);
}

TEST(TransportFeedbackTest, RefusesWhatIsMalformed) {
  const Bytes good{0, 250, 0, 4, 0, 0, 2, 1, 0xd6, 0, 8, 4, 0xff, 0xfc};
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(parseTransportFeedback(std::span(good).first(size))) << size;
  EXPECT_FALSE(parseTransportFeedback(Bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) << "no packets";
  static_assert(TransportFeedback::kMaxPackets == 0x800);
  EXPECT_TRUE(parseTransportFeedback(Bytes{0, 0, 8, 0, 0, 0, 0, 0, 8, 0}));
  EXPECT_FALSE(parseTransportFeedback(Bytes{0, 0, 8, 1, 0, 0, 0, 0, 8, 1})) << "too many";
  EXPECT_FALSE(parseTransportFeedback(Bytes{0, 0, 0, 1, 0, 0, 0, 0, 0x60, 1, 0, 0})) << "reserved symbol";
}

}  // namespace
}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/network_meter.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

TransportFeedback feedbackOf(std::uint16_t first,
                             std::vector<std::optional<std::chrono::microseconds>> packets,
                             std::uint32_t reference = 100) {
  return {first, reference, std::move(packets)};
}

class SentPacketsTest : public testing::Test {
 protected:
  std::uint16_t send(int bytes = 1000) { return sent.add(bytes, now += 5ms); }
  std::chrono::nanoseconds now = 1000s;
  SentPackets sent;
};

TEST_F(SentPacketsTest, TellsWhenAPacketWasSentAndReceived) {
  const auto first = send(700);
  const auto at = now;
  EXPECT_EQ(send(800), static_cast<std::uint16_t>(first + 1));
  const auto told = sent.match(feedbackOf(first, {250us, 5250us}));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].sent, at);
  EXPECT_EQ(told[0].bytes, 700);
  EXPECT_EQ(told[0].received, 100 * 64ms + 250us);
  EXPECT_EQ(told[1].received - told[0].received, 5ms);
  EXPECT_FALSE(told[0].lost);
  EXPECT_TRUE(sent.match(feedbackOf(first, {250us, 5250us})).empty()) << "once";
}

TEST_F(SentPacketsTest, AnOvertakenPacketIsLostAndThenReceived) {
  const auto first = send();
  send();
  send();
  auto told = sent.match(feedbackOf(first, {std::nullopt, 5ms, std::nullopt}));
  ASSERT_EQ(told.size(), 3u);
  EXPECT_TRUE(told[0].lost);
  EXPECT_EQ(told[0].bytes, 1000);
  EXPECT_EQ(told[0].seq, first);
  told = sent.match(feedbackOf(first, {8ms, std::nullopt, std::nullopt}));
  ASSERT_EQ(told.size(), 1u) << "the others are known";
  EXPECT_EQ(told[0].seq, first);
  EXPECT_FALSE(told[0].lost);
  EXPECT_TRUE(sent.match(feedbackOf(first, {std::nullopt})).empty()) << "received is received";
}

TEST_F(SentPacketsTest, WhatWasNeverSentOrLongAgoIsIgnored) {
  EXPECT_TRUE(sent.match(feedbackOf(0, {0us, 0us})).empty());
  const auto first = send();
  EXPECT_TRUE(sent.match(feedbackOf(first + 1, {0us})).empty()) << "not yet sent";
  for (std::size_t i = 0; i < SentPackets::kHistory; ++i) send();
  EXPECT_TRUE(sent.match(feedbackOf(first, {0us})).empty()) << "forgotten";
  EXPECT_EQ(sent.match(feedbackOf(first + 1, {0us})).size(), 1u) << "not this one";
}

TEST_F(SentPacketsTest, TheNumbersAndTheReceiversClockGoRound) {
  std::optional<std::chrono::nanoseconds> before;
  std::uint32_t reference = TransportFeedback::kReferenceModulus - 3;
  for (int i = 0; i < 70'000; ++i) {
    const auto told = sent.match(feedbackOf(send(), {0us}, reference));
    ASSERT_EQ(told.size(), 1u);
    ASSERT_EQ(told[0].received - before.value_or(told[0].received - 64ms), 64ms);
    before = told[0].received;
    reference = (reference + 1) % TransportFeedback::kReferenceModulus;
  }
  // and back a little
  const auto told = sent.match(feedbackOf(send(), {0us}, reference - 2));
  EXPECT_EQ(told[0].received - *before, -64ms);
}

// Each a jump ahead by as much as can be told, of packets of ours and of others.
TEST_F(SentPacketsTest, AClockThatJumpsAgainAndAgainStaysWithinBounds) {
  constexpr std::uint32_t kStep = TransportFeedback::kReferenceModulus / 2 - 1;
  for (const bool ahead : {true, false}) {
    std::uint32_t reference = 0;
    for (int i = 0; i < 20'000; ++i) {
      reference += ahead ? kStep : TransportFeedback::kReferenceModulus - kStep;
      reference %= TransportFeedback::kReferenceModulus;
      sent.match(feedbackOf(0, {0us}, reference));
      const auto told = sent.match(feedbackOf(send(), {0us}, reference));
      ASSERT_EQ(told.size(), 1u);
      ASSERT_LT(std::chrono::abs(told[0].received), std::chrono::years(10));
    }
  }
}

TEST(ReceptionReportsTest, SumsUpWhatIsOurs) {
  ReceptionReports reports;
  reports.sendsWith({7, 8});
  EXPECT_FALSE(reports.sumUp(std::vector<ReportBlock>{{.ssrc = 9, .fractionLost = 0.5}}, 0));
  reports.sumUp(std::vector<ReportBlock>{{.ssrc = 7, .highest = 100}, {.ssrc = 8, .highest = 0xfffffff0}}, 0);
  const auto report =
      reports.sumUp(std::vector<ReportBlock>{{.ssrc = 7, .fractionLost = 0.1, .highest = 400},
                                             {.ssrc = 8, .fractionLost = 0.5, .highest = 0xfffffff0 + 100},
                                             {.ssrc = 9, .fractionLost = 1, .highest = 1}},
                    0);
  ASSERT_TRUE(report);
  EXPECT_NEAR(report->loss, (300 * 0.1 + 100 * 0.5) / 400, 1e-9);
  EXPECT_EQ(report->rtt, 0ms) << "no sender report has reached them";
}

TEST(ReceptionReportsTest, WithoutNewPacketsNothingIsSaid) {
  ReceptionReports reports;
  reports.sendsWith({7});
  EXPECT_TRUE(reports.sumUp(std::vector<ReportBlock>{{.ssrc = 7, .highest = 1000}}, 0));
  EXPECT_FALSE(reports.sumUp(std::vector<ReportBlock>{{.ssrc = 7, .highest = 1000}}, 0));
  EXPECT_FALSE(reports.sumUp(std::vector<ReportBlock>{{.ssrc = 7, .fractionLost = 1, .highest = 10}}, 0));
}

TEST(ReceptionReportsTest, TheRoundTripIsBySenderReports) {
  ReceptionReports reports;
  reports.sendsWith({7});
  std::uint32_t highest = 0;
  const auto rtt = [&](std::uint32_t sent, std::uint32_t kept, std::uint32_t now) {
    const std::vector<ReportBlock> blocks{
        {.ssrc = 7, .highest = ++highest, .lastReport = sent, .sinceReport = kept}};
    return reports.sumUp(blocks, now).value().rtt;
  };
  EXPECT_EQ(rtt(0x00100000, 0x00008000, 0x00110000), 501ms);  // whole milliseconds, never 0
  EXPECT_EQ(rtt(0xffff8000, 0, 0x00004000), 751ms) << "across the end of the numbers";
  EXPECT_EQ(rtt(0x00110000, 0, 0x00100000), 0ms) << "from the future";
  EXPECT_EQ(rtt(0x00100000, 0, 0x00200000), 0ms) << "16 s";
  EXPECT_EQ(rtt(1, 0xffffffff, 0x00200000), 0ms);
}

// What a compound of `packets` of RTCP would be, each with its header's count or format and type.
Bytes rtcp(int format, int type, Bytes body) {
  const auto words = static_cast<std::uint8_t>(body.size() / 4);
  body.insert(body.begin(),
              {static_cast<std::uint8_t>(0x80 | format), static_cast<std::uint8_t>(type), 0, words});
  return body;
}

class NetworkMeterTest : public testing::Test {
 protected:
  NetworkMeterTest() { meter.sendsWith({7}); }
  void hear(const Bytes& compound, std::chrono::nanoseconds now) {
    const auto packets = splitRtcp(compound);
    ASSERT_TRUE(packets);
    meter.onRtcp(*packets, 0, now);
  }
  static Bytes receiverReport(std::uint8_t highest) {
    return rtcp(1, RtcpPacket::kReceiverReport,
                {0, 0, 0, 1, 0, 0, 0, 7, 64, 0, 0, 0, 0, 0, 0, highest, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0});
  }
  // Of one packet.
  static Bytes feedback(std::uint16_t sequence, bool received) {
    return rtcp(RtcpPacket::kTransportCc, RtcpPacket::kTransportFeedback,
                {0,
                 0,
                 0,
                 1,
                 0,
                 0,
                 0,
                 7,
                 static_cast<std::uint8_t>(sequence >> 8),
                 static_cast<std::uint8_t>(sequence),
                 0,
                 1,
                 0,
                 0,
                 9,
                 0,
                 static_cast<std::uint8_t>(received ? 0x20 : 0),
                 1,
                 4,
                 0});
  }
  NetworkMeter meter;
};

TEST_F(NetworkMeterTest, HearsReports) {
  EXPECT_FALSE(meter.report(1001s).feedback);
  hear(receiverReport(9), 1001s);
  EXPECT_TRUE(meter.report(1001s).feedback);
  EXPECT_NEAR(meter.report(1001s).loss, 0.25, 1e-9);
}

TEST_F(NetworkMeterTest, HearsFeedback) {
  hear(feedback(meter.onSent(1000, 1000s), true), 1001s);
  EXPECT_TRUE(meter.report(1001s).feedback);
}

// Whoever writes more into a compound wants to keep us busy.
TEST_F(NetworkMeterTest, HearsSomeFeedbackOfACompound) {
  hear(feedback(meter.onSent(1000, 1000s), true), 1000s);
  Bytes compound;
  const auto add = [&](bool received) {
    const Bytes packet = feedback(meter.onSent(1000, 1001s), received);
    compound.insert(compound.end(), packet.begin(), packet.end());
  };
  for (int i = 0; i < NetworkMeter::kMaxFeedbacks; ++i) add(false);
  add(true);
  hear(compound, 1002s);
  EXPECT_EQ(meter.unheardFor(1003s), 2s);
  compound.clear();
  for (int i = 1; i < NetworkMeter::kMaxFeedbacks; ++i) add(false);
  add(true);
  hear(compound, 1004s);
  EXPECT_EQ(meter.unheardFor(1004s), 0s);
}

// Of a way that has been lossy for two reports, then is heard of no more.
TEST_F(NetworkMeterTest, TellsTheStateAsTheReportDoes) {
  const auto same = [&](std::chrono::seconds now) {
    const NetworkReport report = meter.report(now);
    const NetworkState state = meter.state(now);
    return report.congested == state.congested && report.rtt == state.rtt;
  };
  EXPECT_TRUE(same(1000s));
  hear(receiverReport(9), 1001s);
  EXPECT_FALSE(meter.state(1001s).congested);
  hear(receiverReport(19), 1002s);
  EXPECT_TRUE(meter.state(1002s).congested);
  EXPECT_TRUE(same(1002s));
  EXPECT_FALSE(meter.state(1020s).congested) << "old";
  EXPECT_TRUE(same(1020s));
  hear(feedback(meter.onSent(1000, 1021s), true), 1021s);
  EXPECT_FALSE(meter.state(1021s).congested);
  EXPECT_TRUE(meter.state(1022s).congested) << "interrupted";
  EXPECT_TRUE(same(1022s));
}

TEST_F(NetworkMeterTest, KnowsHowLongNothingHasArrived) {
  auto sent = meter.onSent(1000, 1000s);
  EXPECT_EQ(meter.unheardFor(1020s), 0s) << "some never tell";
  hear(feedback(sent, true), 1020s);
  EXPECT_EQ(meter.unheardFor(1030s), 0s) << "nothing was sent";
  sent = meter.onSent(1000, 1030s);
  meter.onSent(1000, 1033s);
  EXPECT_EQ(meter.unheardFor(1035s), 5s);
  hear(feedback(sent, false), 1035s);
  EXPECT_EQ(meter.unheardFor(1035s), 5s) << "that it is lost is no news of an arrival";
  hear(receiverReport(9), 1036s);
  EXPECT_EQ(meter.unheardFor(1036s), 6s) << "nor is a report, which may be of what was before";
  hear(feedback(meter.onSent(1000, 1037s), true), 1038s);
  EXPECT_EQ(meter.unheardFor(1038s), 0s);
}

// A report comes every 2 to 6 s: after a lost one nothing is heard for up to 12 s.
TEST_F(NetworkMeterTest, ALostReportIsNoSign) {
  hear(receiverReport(9), 1020s);
  meter.onSent(1000, 1020s);
  EXPECT_EQ(meter.unheardFor(1032s), 0s);
}

}  // namespace
}  // namespace tessera

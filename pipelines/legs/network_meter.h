// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "pipelines/legs/rtcp.h"
#include "pipelines/legs/sent_packets.h"
#include "room/bandwidth_estimator.h"

namespace tessera {

// What receiver reports say of the packets since the last ones.
struct ReceptionReport {
  double loss = 0;
  std::chrono::milliseconds rtt{0};  // 0: unknown
};

// Sums up the blocks about the streams that we send (RFC 3550, 6.4). One thread at a time.
class ReceptionReports {
 public:
  static constexpr std::chrono::milliseconds kMaxRtt{10'000};  // more is nonsense

  void sendsWith(std::vector<std::uint32_t> ssrcs) { ssrcs_ = std::move(ssrcs); }
  // `ntp`: the NTP time now, 16.16 seconds, on the clock of our sender reports. Nothing: they
  // tell of no packet of ours.
  std::optional<ReceptionReport> sumUp(std::span<const ReportBlock> blocks, std::uint32_t ntp);

 private:
  std::vector<std::uint32_t> ssrcs_;
  std::map<std::uint32_t, std::uint32_t> highest_;  // sequence number of the last report, by SSRC
};

// Watches the way to a receiver, by its RTCP. Any thread. (webrtcbin's own account of transport-cc, in 1.22,
// keeps every packet until it is told of it, which a client may never do, and makes an object for each of the
// 65535 packets that a feedback can claim: the session gets to see none of it.)
class NetworkMeter {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr int kMaxFeedbacks = 4;  // of transport-cc in a compound; clients send one

  void sendsWith(std::vector<std::uint32_t> ssrcs);
  // A packet is about to be sent; the transport-wide sequence number for it.
  std::uint16_t onSent(int bytes, Nanos now);
  void onRtcp(std::span<const RtcpPacket> packets, std::uint32_t ntp, Nanos now);
  NetworkReport report(Nanos now) const;
  NetworkState state(Nanos now) const;
  // How long there have been packets on the way without feedback that one has arrived; 0 also when there
  // never was any. Reports do not count: they are rare, a lost one is no sign, and they tell of what is old.
  Nanos unheardFor(Nanos now) const;

 private:
  std::vector<PacketFeedback> match(const TransportFeedback& feedback);
  void onFeedback(const RtcpPacket& packet, Nanos now);
  void onReport(const RtcpPacket& packet, std::uint32_t ntp, Nanos now);

  std::atomic<bool> heardFeedback_{false};     // that something has arrived
  std::atomic<Nanos> waitingSince_{Nanos{0}};  // the first packet sent since the last feedback; 0: none
  std::mutex sentMutex_;                       // held for little: those who send wait for it
  SentPackets sent_;
  mutable std::mutex mutex_;  // before sentMutex_; for one packet of a compound at a time
  BandwidthEstimator estimator_;
  ReceptionReports reports_;
};

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include "room/bandwidth_estimator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Nanos = BandwidthEstimator::Nanos;

constexpr Nanos kRateWindow = milliseconds(500);
constexpr Nanos kLeastWindow = milliseconds(150);
// Sound is sent all the time, and feedback comes every 50 to 250 ms.
constexpr Nanos kSilence = milliseconds(700);
constexpr Nanos kReportSilence = seconds(10);  // receiver reports are rarer
constexpr int kLongestRun = 8;                 // packets lost in a row, about two small frames

constexpr double kOfDelivered = 0.85;  // draft-ietf-rmcat-gcc-02, 5.5
constexpr double kLeastKbps = 30;
constexpr Nanos kCutEvery = seconds(1);
constexpr Nanos kLessIsSent = milliseconds(200);  // after a limit has been measured
// A limit is believed for kHold, twice as long each time it proves right, at most kMostHold; then it is tried
// how much more passes, gently: in 400 ms, which is what it takes to see a queue, the rate grows by 6 %.
constexpr Nanos kHold = seconds(8), kMostHold = seconds(16);
constexpr double kGrowthPerSecond = 1.15;
constexpr double kUnused = 1.25, kUnusedKbps = 20;  // more than is sent: not a limit to anything
constexpr double kExceeded = 1.3;

constexpr double kMuchLoss = 0.12, kDeviations = 4;
constexpr Nanos kNoQueue = milliseconds(15);
constexpr int kEnoughPackets = 20;
constexpr milliseconds kLongerRtt{100};
constexpr Nanos kRttSpan = seconds(10);
constexpr double kLossBesideRtt = 0.04;

double secondsOf(Nanos time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void BandwidthEstimator::onFeedback(std::span<const PacketFeedback> packets, Nanos now) {
  if (packets.empty()) return;
  if (interrupted(now)) {
    trend_.reset();
    lossFrom_ = now;
  }
  const Nanos passed = heard_ ? std::clamp(now - *heard_, Nanos{0}, Nanos(kSilence)) : Nanos{0};
  heard_ = now;
  take(packets);
  congested_ = lossy() || trend_.growing() || trend_.standing();
  if (congested_) {
    onCongested(now);
  } else {
    onClear(now, passed);
  }
}

void BandwidthEstimator::take(std::span<const PacketFeedback> packets) {
  for (const PacketFeedback& packet : packets) {
    if (packet.bytes <= 0) continue;
    const auto news = history_.add(packet);
    if (packet.lost || news != PacketHistory::News::next) continue;
    if (trend_.add(packet.sent, packet.received)) continue;
    history_.clear();  // the receiver's clock has jumped
    history_.add(packet);
  }
}

bool BandwidthEstimator::lossy() const {
  // What was sent before the last measurement has been counted.
  const Nanos from = cut_ ? std::max(lossFrom_, *cut_ + kLessIsSent) : lossFrom_;
  const auto loss = history_.loss(from, kLongestRun);
  if (loss.packets < kEnoughPackets) return false;
  return loss.share > kMuchLoss + kDeviations * loss.deviation(kMuchLoss);
}

// What passes a queue that is never empty is what the way carries; so only the time since it began counts. A
// first, rough measurement lets us act at once; it is repeated when the queue has lasted for long enough.
void BandwidthEstimator::onCongested(Nanos now) {
  congestedAt_ = now;
  const auto since = trend_.queuedSince();
  const Nanos queued = since ? history_.newest() - *since : Nanos(kRateWindow);
  const bool repeated = !cut_ || now - *cut_ >= kCutEvery;
  if (!repeated && (!rough_ || queued < kRateWindow)) return;
  if (repeated) {
    if (limitKbps_ == 0)
      hold_ = kHold;
    else if (probed_)
      hold_ = std::min(2 * hold_, Nanos(kMostHold));
    cut_ = now;
    probed_ = false;
  }
  rough_ = queued < kRateWindow;
  const Nanos window = std::clamp(queued, Nanos(kLeastWindow), Nanos(kRateWindow));
  limitKbps_ = std::max(kOfDelivered * history_.deliveredKbps(window), kLeastKbps);
}

void BandwidthEstimator::onClear(Nanos now, Nanos passed) {
  if (limitKbps_ == 0) return;
  const double delivered = history_.deliveredKbps(kRateWindow);
  const bool calm = now - congestedAt_ > kCutEvery && trend_.queue() < kNoQueue;
  if (calm && delivered > kExceeded * limitKbps_) limitKbps_ = 0;  // somebody tried, and it passed
  if (now - congestedAt_ <= hold_) return;
  limitKbps_ *= std::pow(kGrowthPerSecond, secondsOf(passed));
  probed_ = true;
  if (limitKbps_ > kUnused * delivered + kUnusedKbps) limitKbps_ = 0;
}

// The least of the last 10 to 20 s: a longer route is not a queue for ever.
milliseconds BandwidthEstimator::usualRtt(Nanos now) {
  if (now - leastSince_ >= kRttSpan) {
    formerRtt_ = std::exchange(leastRtt_, rtt_);
    leastSince_ = now;
  }
  leastRtt_ = leastRtt_.count() == 0 ? rtt_ : std::min(rtt_, leastRtt_);
  return formerRtt_.count() == 0 ? leastRtt_ : std::min(leastRtt_, formerRtt_);
}

void BandwidthEstimator::onReceiverReport(double loss, milliseconds rtt, Nanos now) {
  reported_ = now;
  ++reports_;
  if (rtt.count() > 0) {
    rtt_ = rtt;
  }
  reportedLoss_ = std::clamp(loss, 0.0, 1.0);
  const bool queued = rtt_ > usualRtt(now) + kLongerRtt && reportedLoss_ > kLossBesideRtt;
  lossyReports_ = queued || reportedLoss_ > kMuchLoss ? lossyReports_ + 1 : 0;
}

bool BandwidthEstimator::interrupted(Nanos now) const {
  return heard_ && now - *heard_ > kSilence;
}

bool BandwidthEstimator::hears(Nanos now) const {
  return heard_ ? !interrupted(now) : reported_ && now - *reported_ < kReportSilence;
}

NetworkState BandwidthEstimator::state(Nanos now) const {
  return {heard_ ? congested_ || !hears(now) : hears(now) && lossyReports_ >= 2, rtt_};
}

NetworkReport BandwidthEstimator::report(Nanos now) const {
  NetworkReport report;
  const NetworkState known = state(now);
  report.congested = known.congested;
  report.rtt = known.rtt;
  report.feedback = hears(now);
  if (!heard_) {
    report.loss = report.feedback ? reportedLoss_ : 0;
    if (reported_) report.reports = reports_;
    return report;
  }
  report.deliveredKbps = report.feedback ? history_.deliveredKbps(kRateWindow) : 0;
  report.loss = history_.loss(lossFrom_, std::numeric_limits<int>::max()).share;
  if (limitKbps_ > 0) report.kbps = static_cast<int>(limitKbps_);
  return report;
}

}  // namespace tessera

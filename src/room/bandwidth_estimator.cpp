// SPDX-License-Identifier: Apache-2.0
#include "room/bandwidth_estimator.h"

namespace tessera {

void BandwidthEstimator::onFeedback(std::span<const PacketFeedback>, Nanos now) {
  heard_ = now;
}

void BandwidthEstimator::onReceiverReport(double loss, std::chrono::milliseconds rtt, Nanos now) {
  heard_ = now;
  last_.loss = loss;
  last_.rtt = rtt;
}

NetworkReport BandwidthEstimator::report(Nanos now) const {
  NetworkReport report = last_;
  report.feedback = heard_.count() != 0 && now - heard_ < std::chrono::seconds(2);
  return report;
}

}  // namespace tessera

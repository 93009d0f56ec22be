// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <vector>

#include "room/ladder.h"

namespace tessera {

inline const std::vector<RungSpec> kRungs{
    {720, 30, 1500, 500}, {360, 30, 500, 166}, {180, 15, 150, 50}, {360, 0, 40, 13}};
inline constexpr int kTop = 0, kMedium = 1, kSmall = 2, kStill = 3, kSoundAlone = 4;

// A ladder whose network is told what to report. Its rungs' keyframes come 100 ms after each decision.
class LadderTest : public testing::Test {
 protected:
  using Nanos = ReceiverLadder::Nanos;
  static constexpr Nanos kMoment = std::chrono::milliseconds(300);

  static NetworkReport good() {
    NetworkReport report;
    report.feedback = true;
    report.deliveredKbps = 1700;
    return report;
  }
  static NetworkReport congested(std::optional<int> kbps) {
    NetworkReport report = good();
    report.congested = true;
    report.kbps = kbps;
    return report;
  }
  static NetworkReport interrupted() {
    NetworkReport report;
    report.congested = true;
    return report;
  }

  const ReceiverLadder::Decision& step() {
    now_ += std::chrono::milliseconds(100);
    input_.network = network_;
    input_.bestLevel = bestLevel_;
    input_.kbpsOfOthers = others_;
    input_.sentLevel = keyframes_ ? decision_.level : input_.sentLevel;
    decision_ = ladder_.update(input_, now_);
    input_.stats.reset();
    return decision_;
  }
  const ReceiverLadder::Decision& pass(Nanos duration) {
    for (const Nanos end = now_ + duration; now_ < end;) step();
    return decision_;
  }
  void congestFor(Nanos duration, std::optional<int> kbps) {
    network_ = congested(kbps);
    pass(duration);
    network_ = good();
    network_.kbps = kbps;
  }
  // Seconds until a trial begins.
  double untilTrial(Nanos limit = std::chrono::minutes(5)) {
    const Nanos began = now_;
    while (!step().trial && now_ - began < limit) {
    }
    return std::chrono::duration<double>(now_ - began).count();
  }
  // The trial that is under way is found to be too much.
  void failTrial() {
    pass(kMoment);
    ASSERT_TRUE(decision_.trial);
    congestFor(kMoment, 200);
    ASSERT_FALSE(decision_.trial);
    network_ = good();
  }
  const ReceiverLadder::Decision& says(const ReceiverStats& stats) {
    pass(std::chrono::seconds(2));
    input_.stats = stats;
    return step();
  }

  ReceiverLadder ladder_{kRungs, 40};
  ReceiverLadder::Input input_;
  ReceiverLadder::Decision decision_;
  NetworkReport network_ = good();
  std::array<int, 4> others_{};
  int bestLevel_ = 0;
  bool keyframes_ = true;
  Nanos now_ = std::chrono::seconds(1000);
};

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <utility>
#include <vector>

#include "pipelines/fanout/fan_out.h"
#include "pipelines/fanout/receiver.h"

// A fan-out with receivers that block until the test lets go, on a clock that only the test moves: what is
// waited for is always something that must come.

namespace tessera::test {

using std::chrono::milliseconds;
using Numbers = std::vector<std::uint64_t>;

constexpr std::uint64_t kFrames = 1100;

// All buffers are made at the start and live to the end: their reference counts are atomics that the thread
// sanitizer does not see, so that it would take freeing one for a race.
inline const gst::Ref<GstBuffer>& frameNumber(std::uint64_t number) {
  static const auto frames = [] {
    std::vector<gst::Ref<GstBuffer>> made;
    for (std::uint64_t n = 0; n < kFrames; ++n) {
      made.push_back(gst::Ref<GstBuffer>::adopt(gst_buffer_new()));
      GST_BUFFER_OFFSET(made.back().get()) = n;
    }
    return made;
  }();
  return frames.at(number);
}

// Packets of 1000 bytes; the frame's number is its PTS.
class FakePacketizer : public Packetizer {
 public:
  explicit FakePacketizer(const std::atomic<std::size_t>& packets) : packets_(packets) {}
  RtpFrameRef packetize(const gst::Ref<GstBuffer>& frame) override {
    RtpPacket packet;
    packet.bytes = 1000;
    auto made = std::make_shared<RtpFrame>();
    made->pts = GST_BUFFER_OFFSET(frame.get());
    made->packets.assign(packets_, packet);
    made->bytes = made->packets.size() * packet.bytes;
    return made;
  }

 private:
  const std::atomic<std::size_t>& packets_;
};

class FakeReceiver : public LegOutput {
 public:
  bool ready() const override { return ready_; }
  bool takesVideo() const override { return takesVideo_; }
  bool pushVideo(const RtpFrame& frame, std::size_t first, std::size_t count) override {
    return take([&] {
      parts_.push_back(count);
      if (first + count == frame.packets.size()) video_.push_back(frame.pts);
    });
  }
  bool pushAudio(const RtpFrame& packet) override {
    return take([&] { audio_.push_back(packet.pts); });
  }

  void setReady(bool ready) { ready_ = ready; }
  void setTakesVideo(bool takes) { takesVideo_ = takes; }
  void setRefusing(bool refusing) { refusing_ = refusing; }
  void block() {
    const std::lock_guard lock(mutex_);
    blocked_ = true;
  }
  void letGo() {
    const std::lock_guard lock(mutex_);
    blocked_ = false;
    changed_.notify_all();
  }

  Numbers video() { return read(video_); }  // frames of which all packets came
  Numbers audio() { return read(audio_); }
  std::vector<std::size_t> parts() { return read(parts_); }  // packets of each push of video
  bool awaitHeld() {
    return await([this] { return holding_; });
  }
  bool awaitVideo(std::size_t count) {
    return await([&] { return video_.size() >= count; });
  }
  bool awaitPackets(std::size_t count) {
    return await([&] { return std::accumulate(parts_.begin(), parts_.end(), std::size_t{0}) >= count; });
  }
  bool awaitRefused(std::size_t count) {
    return await([&] { return refused_ >= count; });
  }
  bool awaitAudio(std::size_t count) {
    return await([&] { return audio_.size() >= count; });
  }

 private:
  template <class T>
  T read(const T& what) {
    const std::lock_guard lock(mutex_);
    return what;
  }
  bool await(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), condition);
  }
  bool take(const std::function<void()>& record) {
    std::unique_lock lock(mutex_);
    holding_ = blocked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !blocked_; });
    holding_ = false;
    const bool refused = refusing_;
    if (refused) {
      ++refused_;
    } else {
      record();
    }
    changed_.notify_all();
    return !refused;
  }

  std::atomic<bool> ready_{true}, takesVideo_{true}, refusing_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool blocked_ = false, holding_ = false;
  std::size_t refused_ = 0;
  Numbers video_, audio_;
  std::vector<std::size_t> parts_;
};

using FakeRef = std::shared_ptr<FakeReceiver>;

inline constexpr RungId kTop{VideoCodec::vp8, 0};

class FanOutTest : public testing::Test {
 protected:
  FanOutTest() {
    FanOut::Handlers handlers;
    handlers.onKeyframeNeeded = [this](RungId rung) {
      const std::lock_guard lock(mutex_);
      asked_.push_back(rung);
    };
    handlers.onMoved = [this](ReceiverId id) {
      const std::lock_guard lock(mutex_);
      moved_.push_back(id);
    };
    handlers.onBroken = [this](ReceiverId id, const Error&) { broken_.push_back(id); };
    fanOut_ = std::make_unique<FanOut>(
        handlers, [this] { return mix::Nanos(now_.load()); }, 2,
        [this](auto) { return std::make_shared<FakePacketizer>(packets_); });
  }

  // The threads look at the clock when they are told to.
  void pass(mix::Nanos time) { now_ += time.count(); }
  void video(std::uint64_t number, bool keyframe = false, RungId rung = kTop) {
    fanOut_->video(rung, frameNumber(number), keyframe);
  }
  void audio(std::uint64_t number) { fanOut_->audio(frameNumber(number), {}); }
  std::pair<FakeRef, ReceiverId> join(std::optional<RungId> rung = kTop,
                                      const mix::AudioSlot* slot = nullptr) {
    auto receiver = std::make_shared<FakeReceiver>();
    const ReceiverId id = fanOut_->add(receiver, rung, slot);
    return {receiver, id};
  }
  std::vector<RungId> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::size_t keyframesAsked() { return asked().size(); }
  std::vector<ReceiverId> moved() {
    const std::lock_guard lock(mutex_);
    return moved_;
  }

  std::atomic<std::int64_t> now_{mix::Nanos(std::chrono::hours(1)).count()};
  std::atomic<std::size_t> packets_{1};  // of each frame
  std::mutex mutex_;
  std::vector<RungId> asked_;
  std::vector<ReceiverId> moved_;
  std::vector<ReceiverId> broken_;  // from checkPushes(), so on the test's thread
  std::unique_ptr<FanOut> fanOut_;
};

}  // namespace tessera::test

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "pipelines/gst/clock.h"
#include "pipelines/gst/receive_pad.h"
#include "pipelines/legs/fingerprint.h"
#include "pipelines/legs/ingest_gate.h"
#include "pipelines/legs/keyframe_requester.h"
#include "pipelines/legs/network_meter.h"
#include "pipelines/legs/opus_input.h"
#include "pipelines/legs/receive_quality.h"
#include "pipelines/legs/retransmission_gate.h"
#include "pipelines/mix/audio_mixer.h"
#include "pipelines/mix/video_mixer.h"
#include "room/media_room.h"

namespace tessera {

// What the threads of one leg share; every callback on a foreign thread holds this and never the leg. The
// leg's own end turns it off (close()); the memory goes with the last callback.
class LegShared {
 public:
  using Nanos = std::chrono::nanoseconds;

  // Given. The report… functions hand over to the main thread and may be called on any.
  std::string label;  // for logs: participant and connection
  VideoCodec codec = VideoCodec::vp8;
  bool screen = false;        // a shared screen: receives only, and larger pictures
  int channels = 1;           // of the sound, in and out
  bool discards = false;      // a viewer: nothing of what they send is decoded
  bool abortOnFrame = false;  // test hook, see webrtc_leg.cpp
  std::function<void(const Error&)> reportError;
  std::function<void(const Error&)> reportRefused;
  std::function<void(int width, int height)> reportVideoSize;  // likewise

  // Media passes, in either direction, only while open: DTLS is connected and the certificate is the one of
  // the answer. Closed for good by close().
  bool open() const { return open_; }
  void openMedia() {
    const std::lock_guard lock(mutex_);
    if (!closed_) open_ = true;
  }
  void close() {
    const std::lock_guard keyframeLock(keyframeMutex_);
    const std::lock_guard lock(mutex_);
    closed_ = true;
    open_ = false;
    videoSlot_.reset();
    audioSlot_.reset();
    onKeyframeRequest_ = nullptr;
  }
  bool closed() const { return closed_; }

  void setSlots(std::shared_ptr<mix::VideoSlot> video, std::shared_ptr<mix::AudioSlot> audio) {
    const std::lock_guard lock(mutex_);
    videoSlot_ = std::move(video);
    audioSlot_ = std::move(audio);
  }
  std::shared_ptr<mix::VideoSlot> videoSlot() const {
    const std::lock_guard lock(mutex_);
    return videoSlot_;
  }
  std::shared_ptr<mix::AudioSlot> audioSlot() const {
    const std::lock_guard lock(mutex_);
    return audioSlot_;
  }

  void setExpectedFingerprint(const Sha256& fingerprint) {
    const std::lock_guard lock(mutex_);
    expected_ = fingerprint;
  }
  std::optional<Sha256> expectedFingerprint() const {
    const std::lock_guard lock(mutex_);
    return expected_;
  }

  void setKeyframeHandler(std::function<void()> handler) {
    const std::lock_guard lock(keyframeMutex_);
    onKeyframeRequest_ = std::move(handler);
  }
  // The receiver sent PLI or FIR. After close() the handler is not running and not called again.
  void receiverWantsKeyframe() {
    const std::lock_guard lock(keyframeMutex_);
    if (onKeyframeRequest_) onKeyframeRequest_();
  }

  // Any RTP or RTCP packet that came through SRTP.
  void onPacket() { lastPacket_ = gst::now(); }
  Nanos lastPacket() const { return lastPacket_; }

  IngestGate ingest;
  KeyframeRequester keyframes;
  PacketCounter packets;
  NetworkMeter network;
  RetransmissionGate retransmissions;  // of pictures
  const std::shared_ptr<OpusInputStats> audioStats = std::make_shared<OpusInputStats>();

  // Where the chains of decoded media end; kept until the bin is in NULL.
  void keep(std::unique_ptr<gst::ReceivePad> pad) {
    const std::lock_guard lock(mutex_);
    pads_.push_back(std::move(pad));
  }
  std::vector<std::unique_ptr<gst::ReceivePad>> takePads() {
    const std::lock_guard lock(mutex_);
    return std::exchange(pads_, {});
  }
  // Now and then, so that a sender cannot make the leg talk without end.
  bool mayTellRefusal() {
    constexpr Nanos kEvery = std::chrono::seconds(1);
    const Nanos now = gst::now();
    Nanos last = toldRefusal_;
    return now - last >= kEvery && toldRefusal_.compare_exchange_strong(last, now);
  }
  // True once per kind: a second stream of a kind is discarded.
  bool claimVideo() { return !videoClaimed_.exchange(true); }
  bool claimAudio() { return !audioClaimed_.exchange(true); }

 private:
  mutable std::mutex mutex_;
  std::mutex keyframeMutex_;  // before mutex_
  std::atomic<bool> open_{false};
  std::atomic<bool> closed_{false};
  std::shared_ptr<mix::VideoSlot> videoSlot_;
  std::shared_ptr<mix::AudioSlot> audioSlot_;
  std::optional<Sha256> expected_;
  std::function<void()> onKeyframeRequest_;
  std::atomic<Nanos> lastPacket_{Nanos{0}};
  std::atomic<Nanos> toldRefusal_{Nanos{0}};
  std::vector<std::unique_ptr<gst::ReceivePad>> pads_;
  std::atomic<bool> videoClaimed_{false};
  std::atomic<bool> audioClaimed_{false};
};

}  // namespace tessera

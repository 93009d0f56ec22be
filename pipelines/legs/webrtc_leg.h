// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "pipelines/gst/ref.h"
#include "pipelines/legs/opus_input.h"
#include "pipelines/legs/rtp_frame.h"
#include "pipelines/mix/audio_mixer.h"
#include "pipelines/mix/video_mixer.h"
#include "room/bandwidth_estimator.h"
#include "room/media_room.h"

namespace tessera {

class Reaper;  // pipelines/legs/reaper.h: sets detached bins to NULL on its own thread under a watchdog

// Where encoded media leaves towards one receiver. push*() is called by one fan-out thread at a time, may
// block (the fan-out's watchdog looks after that) and never before ready(). Outlives the leg harmlessly:
// after detach() every push returns false.
class LegOutput {
 public:
  virtual ~LegOutput() = default;
  virtual bool ready() const = 0;                   // DTLS connected and fingerprint verified
  virtual bool takesVideo() const { return true; }  // by the answer; any thread
  // Some packets of a frame, in their order, by and by all or not the rest; PTS is on CLOCK_MONOTONIC.
  virtual bool pushVideo(const RtpFrame& frame, std::size_t first, std::size_t count) = 0;
  virtual bool pushAudio(const RtpFrame& packet) = 0;  // one Opus packet of 20 ms
};

// A participant's connection over WebRTC: a bin around webrtcbin in the room's pipeline. In: decoded frames
// and samples go to the slots on the streaming threads; of a hidden peer nothing is decoded. Out: LegOutput.
// A shared screen (PeerSettings::key.pc is "screen") is only received and may be larger than a
// camera's picture (leg_input.h). Main thread, unless said otherwise.
class WebRtcLeg {
 public:
  struct Handlers {  // all on the main thread but onKeyframeRequest
    std::function<void(const std::string& sdp)> onOffer;
    std::function<void(const IceCandidate&)> onCandidate;
    std::function<void(PeerState, const Error&)> onState;
    std::function<void(const Error&)> onRefused;             // bad answer or candidate, nothing changed
    std::function<void()> onKeyframeRequest;                 // any thread: the receiver sent PLI or FIR
    std::function<void(int width, int height)> onVideoSize;  // of what is decoded, when it changes
    // Many packets of what they send have been lost or late for some seconds, or hardly any any more.
    std::function<void(bool poor)> onQuality;
  };

  static Result<std::unique_ptr<WebRtcLeg>> create(GstPipeline* pipeline, const RoomSettings& room,
                                                   const PeerSettings& peer,
                                                   std::shared_ptr<mix::VideoSlot> videoSlot,
                                                   std::shared_ptr<mix::AudioSlot> audioSlot,
                                                   Handlers handlers);
  virtual ~WebRtcLeg() = default;
  virtual void setAnswer(const std::string& sdp) = 0;
  virtual void addCandidate(const IceCandidate& candidate) = 0;
  virtual void requestKeyframe() = 0;               // from the sender, rate-limited
  virtual std::shared_ptr<LegOutput> output() = 0;  // null for a shared screen: nothing is sent to it
  virtual const OpusInputStats& audioStats() const = 0;
  // Of the way to the receiver, by its RTCP.
  virtual NetworkReport network() const = 0;
  // What was asked of the sender. Whatever it does: nothing of its picture is decoded while that is nothing,
  // and what is far more than was asked for is not taken.
  virtual void setIngest(const Ingest& ingest) = 0;
  // Is `source` (of a bus message) an element of this leg? Then an error is the leg's alone.
  virtual bool owns(GstObject* source) const = 0;
  // Handlers fall silent, slots are let go, the bin is handed to the reaper. The leg may be destroyed after.
  virtual void detach(Reaper& reaper) = 0;
};

}  // namespace tessera

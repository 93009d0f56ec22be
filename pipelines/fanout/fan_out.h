// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "pipelines/encode/mix_encoders.h"
#include "pipelines/fanout/worker_pool.h"
#include "pipelines/legs/packetizer.h"
#include "pipelines/legs/webrtc_leg.h"

namespace tessera {

class Receiver;

using ReceiverId = std::uint64_t;

// Brings what the encoders make to every receiver, so that none can cost the others anything: video() and
// audio() make the packets, once for all, only queue them (bounded) and return; a small pool of threads
// serves the receivers, each by one thread at a time and in order, but sound first, and video not faster than
// its pace (pacer.h). A receiver that is not ready() gets nothing. Its video begins with a keyframe, and
// again after its queue was full. One that is to take another rung goes on with the old one until that rung's
// keyframe. One whose push takes longer than kSlowPush loses its thread to a new one; longer than kDeadPush,
// it is reported broken and never served again.
//
// Thread-safe. Handlers come from any thread and must not block. A thread that a receiver holds
// outlives the fan-out: it ends when the receiver lets go of it, and touches only that receiver till then.
class FanOut {
 public:
  static constexpr mix::Nanos kSlowPush = std::chrono::milliseconds(50);
  static constexpr mix::Nanos kDeadPush = std::chrono::seconds(2);

  struct Handlers {
    std::function<void(RungId)> onKeyframeNeeded;
    std::function<void(ReceiverId)> onMoved;  // what it is sent is of the rung that it was told last
    std::function<void(ReceiverId, const Error&)> onBroken;  // once per receiver
  };
  using Clock = WorkerPool::Clock;
  using MakePacketizer = std::function<Result<std::shared_ptr<Packetizer>>(std::optional<VideoCodec>)>;

  FanOut(Handlers handlers, Clock clock, int threads = 2, MakePacketizer make = makePacketizer);
  ~FanOut();
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;

  // `slot`: whose own sound is not to be heard; null hears everyone.
  ReceiverId add(std::shared_ptr<LegOutput> output, std::optional<RungId> rung, const mix::AudioSlot* slot);
  void remove(ReceiverId id);  // nothing is pushed after the push under way
  // The receiver became ready: asks for its keyframe before the next frame shows that it waits for one.
  void expectKeyframe(ReceiverId id);
  // The rung that it is to take from its next keyframe on, which is asked for; none: no video, at once.
  void setRung(ReceiverId id, std::optional<RungId> rung);
  // How fast its video is let out (pacer.h), which is more than its bitrate; 0: at once.
  void setRate(ReceiverId id, int kbps);
  std::optional<RungId> sentRung(ReceiverId id) const;  // the rung of the frames that it is sent
  // It sent PLI or FIR: a keyframe of the rung that it takes or is to take, which would mend its picture too;
  // not as often as it likes, since the others on that rung get it as well.
  void askKeyframe(ReceiverId id);

  void video(RungId rung, const gst::Ref<GstBuffer>& frame, bool keyframe);
  // Each receiver gets the personal packet of its slot if there is one, else the common one (may be null).
  void audio(const gst::Ref<GstBuffer>& common, std::span<const PersonalPacket> personal);

  // Looks for pushes that take too long, and at the clock; call it every 20 ms or so.
  void checkPushes();

  // The slots of the receivers that are ready, one entry each.
  std::vector<const mix::AudioSlot*> readySlots() const;
  int threads() const;  // of the pool, without those that receivers hold

 private:
  using Receivers = std::vector<std::shared_ptr<Receiver>>;
  std::shared_ptr<const Receivers> receivers() const;
  std::shared_ptr<Receiver> find(ReceiverId id) const;
  void checkPush(Receiver& receiver, mix::Nanos now);
  // What follows no rung is Opus. Null: there is no such payloader here.
  RtpFrameRef packetize(std::optional<RungId> rung, const gst::Ref<GstBuffer>& frame);

  const Handlers handlers_;
  const Clock clock_;
  const MakePacketizer makePacketizer_;
  std::mutex packetizersMutex_;
  std::vector<std::pair<std::optional<RungId>, std::shared_ptr<Packetizer>>> packetizers_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Receivers> receivers_ = std::make_shared<Receivers>();  // replaced, never changed
  Receivers leaving_;  // removed, with a push perhaps still under way
  ReceiverId lastId_ = 0;
  WorkerPool pool_;
};

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "pipelines/fanout/fan_out.h"

namespace tessera {

// One receiver of the fan-out: its queue, its keyframe gate, and the push that is under way. Thread-safe; the
// lock is never held during a push.
class Receiver : public WorkerPool::Strand {
 public:
  // Half a second at 30 fps: more would only be delay. Audio a little longer, it is small.
  static constexpr std::size_t kMaxVideoQueued = 15;
  static constexpr std::size_t kMaxAudioQueued = 30;
  static constexpr mix::Nanos kAskAgainAfter = std::chrono::seconds(1);

  Receiver(ReceiverId id, std::shared_ptr<LegOutput> output, std::optional<RungId> rung,
           const mix::AudioSlot* slot, FanOut::Clock clock);

  struct Queued {
    bool schedule = false;        // it was idle and wants a thread
    bool keyframeNeeded = false;  // nothing of this rung can be sent before one comes
    bool moved = false;           // to the rung it was told
  };
  Queued queueVideo(RungId rung, const gst::Ref<GstBuffer>& frame, bool keyframe, mix::Nanos now);
  Queued queueAudio(const gst::Ref<GstBuffer>& packet);
  std::optional<RungId> expectKeyframe(mix::Nanos now);  // of which rung to ask for one
  Queued setRung(std::optional<RungId> rung, mix::Nanos now);
  void setRate(int kbps);
  std::optional<RungId> sentRung();
  void close();

  bool run() override;

  struct HeldUp {
    std::optional<std::thread::id> replace;  // by the push that takes too long, once per push
    bool dead = false;                       // reported once
  };
  HeldUp check(mix::Nanos now);

  bool pushing();

  bool ready() const { return output_->ready(); }

  const ReceiverId id;
  const mix::AudioSlot* const slot;

 private:
  // A later issue paces keyframes here: an item then carries the time before which it is not to be sent.
  struct Item {
    gst::Ref<GstBuffer> buffer;
    bool video = false;
  };

  static constexpr int kBatch = 8;  // items per turn, so that a long queue does not hold a thread

  std::optional<Item> take();  // marks the push as under way
  enum class Next { idle, go, otherThread };
  Next finish(bool pushed);  // the push is over
  bool wake();               // true: schedule it
  bool mayAsk(mix::Nanos now);
  void closeGate();

  const std::shared_ptr<LegOutput> output_;
  const FanOut::Clock clock_;

  std::mutex mutex_;
  std::deque<Item> queue_;
  std::size_t videoQueued_ = 0;
  std::optional<RungId> wanted_;
  std::optional<RungId> sent_;
  int kbps_ = 0;
  bool gateOpen_ = false;   // a keyframe of sent_ has been queued since the last gap
  mix::Nanos askedAt_{0};   // for a keyframe; 0: not since the gate closed
  bool scheduled_ = false;  // a thread has it or will
  bool closed_ = false;
  mix::Nanos pushingSince_{0};  // 0: no push under way
  std::thread::id pusher_;
  bool replaced_ = false;  // pusher_ has been given up
};

}  // namespace tessera

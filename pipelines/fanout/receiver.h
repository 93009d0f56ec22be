// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "pipelines/fanout/fan_out.h"
#include "pipelines/fanout/pacer.h"
#include "room/token_bucket.h"

namespace tessera {

// One receiver of the fan-out: its queues, its keyframe gate, its pace, and the push that is under way. Sound
// goes first. Thread-safe; the lock is never held during a push.
class Receiver : public WorkerPool::Strand {
 public:
  // Its pace goes up when several frames wait that would take longer.
  static constexpr mix::Nanos kMaxPaced = std::chrono::milliseconds(250);
  // What waited so long, behind a push that blocks, is dropped; then it goes on with a keyframe.
  static constexpr mix::Nanos kMaxVideoWait = std::chrono::milliseconds(500);
  static constexpr std::size_t kMaxVideoQueued = 30;  // frames, should time stand still
  static constexpr std::size_t kMaxAudioQueued = 30;  // packets, 600 ms
  static constexpr mix::Nanos kAskAgainAfter = std::chrono::seconds(1);
  // Keyframes that it may have made, for everybody on its rung, by asking: the first at once, then one a
  // second, and one in 2 s when it goes on and on.
  static constexpr mix::Nanos kPleaEvery = std::chrono::seconds(1);
  static constexpr double kPleas = 3, kPleasPerSecond = 0.5;

  Receiver(ReceiverId id, std::shared_ptr<LegOutput> output, std::optional<RungId> rung,
           const mix::AudioSlot* slot, FanOut::Clock clock);

  struct Queued {
    bool schedule = false;        // it was idle and wants a thread
    bool keyframeNeeded = false;  // nothing of this rung can be sent before one comes
    bool moved = false;           // to the rung it was told
  };
  Queued queueVideo(RungId rung, const RtpFrameRef& frame, bool keyframe, mix::Nanos now);
  Queued queueAudio(const RtpFrameRef& packet);
  std::optional<RungId> expectKeyframe(mix::Nanos now);  // of which rung to ask for one
  Queued setRung(std::optional<RungId> rung, mix::Nanos now);
  void setRate(int kbps);
  std::optional<RungId> sentRung();
  std::optional<RungId> askKeyframe(mix::Nanos now);  // of which rung, if it may
  void close();

  std::optional<mix::Nanos> run() override;
  bool onTime() override;

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
  struct Video {
    RtpFrameRef frame;
    mix::Nanos since;      // in the queue
    std::size_t next = 0;  // packet
  };
  struct Part {  // what one push takes
    RtpFrameRef frame;
    std::size_t first = 0;
    std::size_t count = 0;
    bool video = false;
  };
  struct Turn {
    std::optional<Part> part;
    std::optional<mix::Nanos> again;  // without a part: when there will be one; nothing: the queues are empty
  };
  enum class Next { idle, go, otherThread };

  static constexpr int kBatch = 8;  // pushes per turn, so that a long queue does not hold a thread

  Turn take();  // with a part, marks the push as under way
  Part takeAudio();
  Part takeVideo();  // as much of the first frame as may leave now
  bool push(const Part& part);
  Next finish(bool pushed);  // the push is over
  bool wake();               // true: schedule it
  bool mayAsk(mix::Nanos now);
  bool videoFull(mix::Nanos now) const;
  Pacer::Waiting waiting() const;
  void dropUnbegun();
  void closeGate();

  const std::shared_ptr<LegOutput> output_;
  const FanOut::Clock clock_;

  std::mutex mutex_;
  std::deque<RtpFrameRef> audio_;
  std::deque<Video> video_;
  std::size_t videoBytes_ = 0;
  Pacer pacer_;
  std::optional<RungId> wanted_;
  std::optional<RungId> sent_;
  bool gateOpen_ = false;  // a keyframe of sent_ has been queued since the last gap
  mix::Nanos askedAt_{0};  // for a keyframe of wanted_; 0: not since one came or the last gap
  TokenBucket pleas_{kPleasPerSecond, kPleas};
  mix::Nanos pleadedAt_{0};  // 0: never
  bool scheduled_ = false;   // a thread has it or will
  mix::Nanos alarm_{0};      // when the pool runs it again; 0: not by itself
  bool closed_ = false;
  mix::Nanos pushingSince_{0};  // 0: no push under way
  std::thread::id pusher_;
  bool replaced_ = false;  // pusher_ has been given up
};

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>

#include "pipelines/mix/video_frame.h"

namespace tessera {

// Where the time of a file or stream lies on our clock, the same for its picture and its sound, so that they
// stay together.
//
// What is played (a file) begins at a given time, or with its first buffer, and each buffer waits until it is
// due; when the machine cannot keep up, the rest comes later, and a gap in its time is left out.
//
// What is live comes when it comes: its offset is the one by which the later of picture and sound is just in
// time at its best, over the last seconds. A burst at the beginning (the server's last group of pictures) is
// let through at once; after that a sender that is faster than time itself is held back.
class PlayTime {
 public:
  using Nanos = mix::Nanos;
  enum class Kind { played, live };
  enum class Medium { picture, sound };

  // Buffers go to the slots this long before they are due, so that a busy machine is not late with them.
  static constexpr Nanos kLead = std::chrono::milliseconds(100);
  static constexpr Nanos kMaxLate = std::chrono::milliseconds(500);  // played: beyond it the rest comes later
  static constexpr Nanos kMaxGap = std::chrono::seconds(10);         // played: nothing comes of either medium
  static constexpr Nanos kMaxLength = std::chrono::hours(1);  // of one buffer, as far as it is believed
  static constexpr Nanos kFarthest = std::chrono::hours(24 * 365 * 50);  // times beyond are taken for this
  static constexpr Nanos kSettle = std::chrono::seconds(1);              // live: a burst at the beginning
  static constexpr Nanos kWindow = std::chrono::seconds(5);              // live: what "the last seconds" are
  static constexpr Nanos kBreak = std::chrono::seconds(3);     // live: a jump of its time is a new time
  static constexpr Nanos kMaxApart = std::chrono::seconds(1);  // live: sound waits no longer for picture
  static constexpr int kCatchUp = 100;  // live: the offset falls by no more than this part of the time

  explicit PlayTime(Kind kind) : kind_(kind) {}

  // When what has the stream time `time`, came at `now` and lasts for `length` is due. Any thread.
  Nanos due(Medium medium, Nanos time, Nanos now, Nanos length = Nanos{0});
  // Played: stream time 0 is at `at`. Ignored once there is a time.
  void beginAt(Nanos at);

 private:
  // The least of (arrival - stream time) of one medium.
  struct Offset {
    void observe(Nanos candidate, Nanos now);
    std::optional<Nanos> value;
    Nanos last{0}, settled{0}, windowEnd{0};
    Nanos least = Nanos::max();  // in this window
  };
  Nanos playedDue(Nanos time, Nanos now, Nanos length);
  Nanos liveOffset() const;

  const Kind kind_;
  std::mutex mutex_;
  std::optional<Nanos> origin_;  // played
  Nanos begin_{0}, over_{0};     // played: by beginAt(); when all that came is over
  Offset picture_, sound_;       // live
};

// Holds the threads of a source until what they have is due. Any thread.
class Gate {
 public:
  using Nanos = mix::Nanos;
  void open();   // until then all wait: what was made ready before its turn
  void close();  // for good: nobody waits any more
  bool closed() const;
  // False when the gate was closed.
  bool waitOpen();
  bool waitUntil(Nanos time);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false, closed_ = false;
};

}  // namespace tessera

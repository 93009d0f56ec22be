// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>
#include <vector>

#include "load/clip.h"
#include "load/figures.h"
#include "load/send_log.h"
#include "pipelines/gst/push_pad.h"

namespace tessera::load {

// A clip on its way into one connection, in a loop.
class SendTrack {
 public:
  struct Settings {
    double phase = 0;              // starts at the first keyframe at or after this part (0 to 1) of the clip
    double driftPpm = 0;           // how much faster the sender's clock runs than ours
    std::shared_ptr<SendLog> log;  // or null
  };
  // The pad is made of `clip->caps`; clips that follow are of the same codec.
  SendTrack(std::shared_ptr<const Clip> clip, Settings settings);

  gst::PushPad& pad() { return pad_; }
  void stop();  // any thread; nothing is sent from now on
  // From the next frame on it sends this clip, beginning with its next keyframe; null: nothing. Any thread.
  void play(std::shared_ptr<const Clip> clip);
  std::uint64_t bytesSent() const { return bytesSent_; }
  // Of the sound that is being pushed, as RFC 6464 has it: the voice bit and -dBov.
  std::shared_ptr<const std::atomic<std::uint8_t>> level() const { return level_; }

 private:
  friend class FrameSender;
  // Sends the frame that was due at `due`; false: stopped, or nobody takes it any more.
  bool sendNext(TimePoint due);
  // When the one after it is due; `late` by which it is put off, as is the sender's clock.
  TimePoint nextDue(TimePoint due, Clock::duration late);
  void changeClip();

  const Settings settings_;
  const std::shared_ptr<std::atomic<bool>> keyframeWanted_;  // shared with the pad's event handler
  const std::shared_ptr<std::atomic<std::uint8_t>> level_;
  gst::PushPad pad_;
  std::shared_ptr<const Clip> clip_;  // of the sending thread; the last one while nothing is sent
  bool silent_ = false;               // likewise: nothing is sent
  std::size_t at_;                    // likewise
  TimePoint mediaTime_{};             // likewise: by the sender's clock; the same as ours at its first frame
  std::mutex mutex_;                  // guards the following
  std::optional<std::shared_ptr<const Clip>> wanted_;  // play(), until the next frame
  std::atomic<bool> stopped_{false};
  std::atomic<std::uint64_t> bytesSent_{0};
};

// Sends the frames of all tracks when they are due, from one thread: no encoder, no thread per participant.
class FrameSender {
 public:
  FrameSender();
  ~FrameSender();  // waits for a push under way; stop the tracks and their pipelines first
  FrameSender(const FrameSender&) = delete;
  FrameSender& operator=(const FrameSender&) = delete;

  void add(std::shared_ptr<SendTrack> track);  // any thread; its first frame is due now
  // How late a frame left at worst, since the last call.
  Milliseconds takeLatest();

 private:
  struct Entry {
    TimePoint due;
    std::shared_ptr<SendTrack> track;
    bool operator<(const Entry& other) const { return due > other.due; }  // the queue's top is the earliest
  };
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::priority_queue<Entry> queue_;
  Milliseconds latest_{0};
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tessera::load

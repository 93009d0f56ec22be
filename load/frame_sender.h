// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include "load/clip.h"
#include "load/figures.h"
#include "load/send_log.h"
#include "pipelines/gst/push_pad.h"

namespace tessera::load {

// One clip on its way into one connection, in a loop.
class SendTrack {
 public:
  struct Settings {
    double phase = 0;              // starts at the first keyframe at or after this part (0 to 1) of the clip
    double driftPpm = 0;           // how much faster the sender's clock runs than ours
    std::shared_ptr<SendLog> log;  // or null
  };
  // The pad is made of `clip->caps`.
  SendTrack(std::shared_ptr<const Clip> clip, Settings settings);

  gst::PushPad& pad() { return pad_; }
  void stop();  // any thread; nothing is sent from now on
  std::uint64_t bytesSent() const { return bytesSent_; }
  // Of the sound that is being pushed, as RFC 6464 has it: the voice bit and -dBov.
  std::shared_ptr<const std::atomic<std::uint8_t>> level() const { return level_; }

 private:
  friend class FrameSender;
  // Sends the frame that was due at `due`; false: stopped, or nobody takes it any more.
  bool sendNext(TimePoint due);
  // When the one after it is due; `late` by which it is put off, as is the sender's clock.
  TimePoint nextDue(TimePoint due, Clock::duration late);

  const std::shared_ptr<const Clip> clip_;
  const Settings settings_;
  const Clock::duration interval_;                           // between frames by our clock
  const std::shared_ptr<std::atomic<bool>> keyframeWanted_;  // shared with the pad's event handler
  const std::shared_ptr<std::atomic<std::uint8_t>> level_;
  gst::PushPad pad_;
  std::size_t at_;         // of the sending thread
  TimePoint mediaTime_{};  // likewise: by the sender's clock; the same as ours at its first frame
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

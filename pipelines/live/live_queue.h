// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "pipelines/program/program_hub.h"

namespace tessera {

struct LiveItem {
  gst::Ref<GstBuffer> buffer;
  mix::Nanos pts{0};
  bool video = false;
  bool keyframe = false;
  bool afterGap = false;  // a keyframe before which something was dropped
};

// What the hub gives, until a thread of the output takes it. It begins with a keyframe and the sound from
// there on. When more media than `limit` waits, all of it is dropped, and everything up to the next keyframe:
// who is slow misses something, but is never late. No keyframe is asked for then, since it would cost the
// other destinations. Any thread.
class LiveQueue final : public ProgramReceiver {
 public:
  explicit LiveQueue(mix::Nanos limit) : limit_(limit) {}

  void onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) override;
  void onSound(const std::shared_ptr<const ProgramSound>&) override {}
  void onAac(const gst::Ref<GstBuffer>& packet) override;

  // The next item; waits for it. Nothing once it is closed.
  std::optional<LiveItem> pop();
  void close();
  bool closedWithin(std::chrono::milliseconds time);  // waits for it
  std::int64_t framesDropped() const;

 private:
  static constexpr std::size_t kMaxItems = 4096;  // whatever their times say

  // What was dropped is freed outside the lock, by whoever takes; while that one hangs a few at a time by
  // those who put in.
  using Few = std::array<LiveItem, 2>;

  // All with the lock held.
  void takeFew(Few& freed);
  bool full(mix::Nanos newest) const;
  void add(LiveItem item);
  void beginWith(LiveItem keyframe);
  void keepEarly(LiveItem sound);
  void dropAll();

  const mix::Nanos limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<LiveItem> items_;
  std::deque<LiveItem> aside_;  // dropped, not yet freed
  std::deque<LiveItem> early_;  // sound that came before the keyframe that it may belong to
  bool awaitsKeyframe_ = true;
  bool afterGap_ = false;
  bool closed_ = false;
  std::int64_t dropped_ = 0;  // frames
};

}  // namespace tessera

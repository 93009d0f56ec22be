// SPDX-License-Identifier: Apache-2.0
#include "pipelines/fanout/receiver.h"

#include <algorithm>

namespace tessera {

Receiver::Receiver(ReceiverId receiverId, std::shared_ptr<LegOutput> output, std::optional<RungId> rung,
                   const mix::AudioSlot* audioSlot, FanOut::Clock clock)
    : id(receiverId),
      slot(audioSlot),
      output_(std::move(output)),
      clock_(std::move(clock)),
      wanted_(rung),
      sent_(rung) {}

Receiver::Queued Receiver::queueVideo(RungId rung, const gst::Ref<GstBuffer>& frame, bool keyframe,
                                      mix::Nanos now) {
  if (!ready()) return {};
  const std::lock_guard lock(mutex_);
  const bool moves = rung == wanted_ && rung != sent_;
  if (closed_ || (rung != sent_ && !moves)) return {};
  if (!moves && videoQueued_ >= kMaxVideoQueued) closeGate();
  if (keyframe) gateOpen_ = true;
  if (moves ? !keyframe : !gateOpen_) return {.keyframeNeeded = mayAsk(now)};
  if (moves) sent_ = rung;
  askedAt_ = mix::Nanos(0);
  queue_.push_back({frame, true});
  ++videoQueued_;
  return {.schedule = wake(), .moved = moves};
}

bool Receiver::mayAsk(mix::Nanos now) {
  if (askedAt_.count() != 0 && now - askedAt_ < kAskAgainAfter) return false;
  askedAt_ = now;
  return true;
}

Receiver::Queued Receiver::setRung(std::optional<RungId> rung, mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  if (rung == wanted_) return {};
  wanted_ = rung;
  askedAt_ = mix::Nanos(0);
  if (!rung) {
    closeGate();
    sent_ = std::nullopt;
  }
  if (rung == sent_) return {.moved = true};
  return {.keyframeNeeded = mayAsk(now)};
}

void Receiver::setRate(int kbps) {
  const std::lock_guard lock(mutex_);
  kbps_ = kbps;
}

std::optional<RungId> Receiver::sentRung() {
  const std::lock_guard lock(mutex_);
  return sent_;
}

Receiver::Queued Receiver::queueAudio(const gst::Ref<GstBuffer>& packet) {
  if (!ready()) return {};
  const std::lock_guard lock(mutex_);
  if (closed_) return {};
  if (queue_.size() - videoQueued_ >= kMaxAudioQueued)
    queue_.erase(std::ranges::find(queue_, false, &Item::video));  // the oldest
  queue_.push_back({packet, false});
  return {.schedule = wake()};
}

std::optional<RungId> Receiver::expectKeyframe(mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  if (closed_ || gateOpen_ || askedAt_.count() != 0 || !wanted_) return std::nullopt;
  askedAt_ = now;
  return wanted_;
}

void Receiver::close() {
  std::deque<Item> dropped;  // freed outside the lock
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(queue_);
  videoQueued_ = 0;
}

bool Receiver::run() {
  for (int i = 0; i < kBatch; ++i) {
    const std::optional<Item> item = take();
    if (!item) return false;
    const bool pushed = item->video ? output_->pushVideo(item->buffer) : output_->pushAudio(item->buffer);
    switch (finish(pushed)) {
      case Next::idle:
        return false;
      case Next::otherThread:
        return true;
      case Next::go:
        break;
    }
  }
  return true;
}

std::optional<Receiver::Item> Receiver::take() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) {
    scheduled_ = false;
    return std::nullopt;
  }
  Item item = std::move(queue_.front());
  queue_.pop_front();
  if (item.video) --videoQueued_;
  pushingSince_ = clock_();
  pusher_ = std::this_thread::get_id();
  replaced_ = false;
  return item;
}

// What a leg refuses is lost: after detach() it refuses everything, and one that failed says so itself by its
// state. The next frame is offered all the same, from a keyframe on.
Receiver::Next Receiver::finish(bool pushed) {
  const std::lock_guard lock(mutex_);
  pushingSince_ = mix::Nanos(0);
  if (!pushed) closeGate();
  if (queue_.empty()) {
    scheduled_ = false;
    return Next::idle;
  }
  return replaced_ ? Next::otherThread : Next::go;  // a thread that was given up goes home
}

bool Receiver::wake() {
  if (scheduled_) return false;
  scheduled_ = true;
  return true;
}

void Receiver::closeGate() {
  std::erase_if(queue_, [](const Item& item) { return item.video; });
  videoQueued_ = 0;
  gateOpen_ = false;
  askedAt_ = mix::Nanos(0);
}

bool Receiver::pushing() {
  const std::lock_guard lock(mutex_);
  return pushingSince_.count() != 0;
}

Receiver::HeldUp Receiver::check(mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  HeldUp result;
  if (pushingSince_.count() == 0) return result;
  if (!replaced_ && now - pushingSince_ > FanOut::kSlowPush) {
    replaced_ = true;
    result.replace = pusher_;
  }
  if (!closed_ && now - pushingSince_ > FanOut::kDeadPush) {
    closed_ = true;
    result.dead = true;
  }
  return result;
}

}  // namespace tessera

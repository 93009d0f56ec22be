// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/live_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tessera {
namespace {

mix::Nanos ptsOf(const gst::Ref<GstBuffer>& buffer) {
  return mix::Nanos(static_cast<std::int64_t>(GST_BUFFER_PTS(buffer.get())));
}

}  // namespace

void LiveQueue::onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) {
  if (!GST_BUFFER_PTS_IS_VALID(frame.get())) return;
  Few freed;
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  takeFew(freed);
  LiveItem item{frame, ptsOf(frame), true, keyframe, false};
  if (full(item.pts)) dropAll();
  if (!awaitsKeyframe_) return add(std::move(item));
  if (keyframe) return beginWith(std::move(item));
  if (afterGap_) ++dropped_;
}

void LiveQueue::onAac(const gst::Ref<GstBuffer>& packet) {
  if (!GST_BUFFER_PTS_IS_VALID(packet.get())) return;
  Few freed;
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  takeFew(freed);
  LiveItem item{packet, ptsOf(packet), false, false, false};
  if (full(item.pts)) dropAll();
  if (awaitsKeyframe_)
    keepEarly(std::move(item));
  else
    add(std::move(item));
}

bool LiveQueue::full(mix::Nanos newest) const {
  return !items_.empty() && (newest - items_.front().pts > limit_ || items_.size() >= kMaxItems);
}

void LiveQueue::add(LiveItem item) {
  items_.push_back(std::move(item));
  wake_.notify_one();
}

void LiveQueue::beginWith(LiveItem keyframe) {
  const mix::Nanos begin = keyframe.pts;
  keyframe.afterGap = std::exchange(afterGap_, false);
  awaitsKeyframe_ = false;
  add(std::move(keyframe));
  for (LiveItem& sound : early_)
    if (sound.pts >= begin) add(std::move(sound));
  early_.clear();
}

void LiveQueue::keepEarly(LiveItem sound) {
  while (!early_.empty() && sound.pts - early_.front().pts > limit_) early_.pop_front();
  if (early_.size() < kMaxItems) early_.push_back(std::move(sound));
}

void LiveQueue::takeFew(Few& freed) {
  for (LiveItem& each : freed) {
    if (aside_.empty()) return;
    each = std::move(aside_.front());
    aside_.pop_front();
  }
}

void LiveQueue::dropAll() {
  dropped_ += std::count_if(items_.begin(), items_.end(), [](const LiveItem& item) { return item.video; });
  std::ranges::move(items_, std::back_inserter(aside_));
  items_.clear();
  awaitsKeyframe_ = true;
  afterGap_ = true;
}

std::optional<LiveItem> LiveQueue::pop() {
  std::deque<LiveItem> freed;
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closed_ || !items_.empty(); });
  freed.swap(aside_);
  if (closed_) return std::nullopt;
  LiveItem item = std::move(items_.front());
  items_.pop_front();
  return item;
}

void LiveQueue::close() {
  std::deque<LiveItem> items, early, aside;  // freed outside the lock
  const std::lock_guard lock(mutex_);
  closed_ = true;
  items.swap(items_);
  early.swap(early_);
  aside.swap(aside_);
  wake_.notify_all();
}

bool LiveQueue::closedWithin(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, time, [this] { return closed_; });
}

std::int64_t LiveQueue::framesDropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace tessera

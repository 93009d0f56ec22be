// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/media_queue.h"

#include <utility>

namespace tessera {

void MediaQueue::onFrame(const gst::Ref<GstBuffer>& frame, bool keyframe) {
  const Nanos time{static_cast<std::int64_t>(GST_BUFFER_PTS(frame.get()))};
  const std::size_t bytes = gst_buffer_get_size(frame.get());
  Few freed;
  const std::lock_guard lock(mutex_);
  takeFew(freed);
  makeRoom(time, bytes);
  if (needsKeyframe_ && !keyframe) return;
  needsKeyframe_ = false;
  put(Picture{frame, time, keyframe}, time, bytes);
}

void MediaQueue::onSound(const std::shared_ptr<const ProgramSound>& sound) {
  const std::size_t bytes = sizeof(ProgramSound) + sound->tracks.size() * sizeof(ProgramSound::Track);
  Few freed;
  const std::lock_guard lock(mutex_);
  takeFew(freed);
  makeRoom(sound->begin, bytes);
  put(sound, sound->begin, bytes);
}

void MediaQueue::command(Command command) {
  const std::lock_guard lock(mutex_);
  items_.emplace_back(command);
  commanded_ = true;
  wake_.notify_one();
}

std::deque<MediaQueue::Item> MediaQueue::take(Nanos limit) {
  std::deque<Item> freed;
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, limit, [this] { return commanded_ || bytes_ > kMuch; });
  freed.swap(dropped_);
  bytes_ = 0;
  oldest_.reset();
  commanded_ = false;
  return std::exchange(items_, {});
}

void MediaQueue::put(Item item, Nanos time, std::size_t bytes) {
  items_.push_back(std::move(item));
  if (!oldest_) oldest_ = time;
  const bool wasMuch = bytes_ > kMuch;
  bytes_ += bytes;
  if (!wasMuch && bytes_ > kMuch) wake_.notify_one();
}

void MediaQueue::takeFew(Few& freed) {
  for (Item& each : freed) {
    if (dropped_.empty()) return;
    each = std::move(dropped_.front());
    dropped_.pop_front();
  }
}

void MediaQueue::makeRoom(Nanos time, std::size_t bytes) {
  const bool tooLong = oldest_ && time - *oldest_ > limits_.time;
  if (!tooLong && bytes_ + bytes <= limits_.bytes) return;
  std::deque<Item> kept;
  kept.emplace_back(Gap{});
  for (Item& item : items_)
    (std::holds_alternative<Command>(item) ? kept : dropped_).push_back(std::move(item));
  items_ = std::move(kept);
  bytes_ = 0;
  oldest_.reset();
  needsKeyframe_ = true;
}

}  // namespace tessera

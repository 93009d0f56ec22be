// SPDX-License-Identifier: Apache-2.0
#include "load/frame_sender.h"

#include <gst/video/video.h>

#include <algorithm>

namespace tessera::load {
namespace {

// Later than this, the frames that are overdue are not made up for: the track's clock is put forward.
constexpr std::chrono::milliseconds kGiveUpLateness{500};

}  // namespace

SendTrack::SendTrack(std::shared_ptr<const Clip> clip, Settings settings)
    : settings_(std::move(settings)),
      keyframeWanted_(std::make_shared<std::atomic<bool>>(false)),
      level_(std::make_shared<std::atomic<std::uint8_t>>(std::uint8_t{127})),
      pad_("load", clip->caps,
           [wanted = keyframeWanted_](GstEvent* event) {
             if (!gst_video_event_is_force_key_unit(event)) return false;
             *wanted = true;
             return true;
           }),
      clip_(std::move(clip)),
      at_(clip_->nextKeyframe(
          static_cast<std::size_t>(settings_.phase * static_cast<double>(clip_->frames.size())))) {}

void SendTrack::stop() {
  stopped_ = true;
  pad_.stop();
}

void SendTrack::play(std::shared_ptr<const Clip> clip) {
  const std::lock_guard lock(mutex_);
  wanted_ = std::move(clip);
}

void SendTrack::changeClip() {
  const std::lock_guard lock(mutex_);
  if (!wanted_) return;
  const std::shared_ptr<const Clip> next = std::move(*wanted_);
  wanted_.reset();
  const bool wasSilent = std::exchange(silent_, next == nullptr);
  if (!next || (next == clip_ && !wasSilent)) return;
  at_ = next->nextKeyframe(at_ * next->frames.size() / clip_->frames.size());  // about where it was
  clip_ = next;
}

bool SendTrack::sendNext(TimePoint due) {
  if (stopped_) return false;
  if (mediaTime_ == TimePoint{}) mediaTime_ = due;
  changeClip();
  if (silent_) return true;
  if (keyframeWanted_->exchange(false)) at_ = clip_->nextKeyframe(at_);
  const std::size_t number = at_;
  const EncodedFrame& frame = clip_->frames[number];
  at_ = (at_ + 1) % clip_->frames.size();
  GstBuffer* buffer = gst_buffer_copy(frame.data.get());  // shares the bytes
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) =
      std::chrono::duration_cast<std::chrono::nanoseconds>(mediaTime_.time_since_epoch()).count();
  GST_BUFFER_DURATION(buffer) = clip_->frameDuration.count();
  GST_BUFFER_FLAG_UNSET(buffer, GST_BUFFER_FLAG_DISCONT);
  if (!frame.keyframe) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  *level_ = static_cast<std::uint8_t>((frame.voice ? 0x80 : 0) | frame.level);
  bytesSent_ += gst_buffer_get_size(buffer);
  if (settings_.log) settings_.log->sent(number, Clock::now());  // the first packet may be there in no time
  const GstFlowReturn flow = pad_.push(gst::Ref<GstBuffer>::adopt(buffer));
  // The push ends with the system call that sends the last packet.
  if (settings_.log) settings_.log->sent(number, Clock::now());
  return flow == GST_FLOW_OK;
}

TimePoint SendTrack::nextDue(TimePoint due, Clock::duration late) {
  mediaTime_ += clip_->frameDuration + late;
  // By our clock frames of one that runs fast are closer to each other.
  return due + late +
         std::chrono::duration_cast<Clock::duration>(
             std::chrono::duration<double, std::nano>(clip_->frameDuration) /
             (1 + settings_.driftPpm * 1e-6));
}

FrameSender::FrameSender() : thread_([this] { run(); }) {}

FrameSender::~FrameSender() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void FrameSender::add(std::shared_ptr<SendTrack> track) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push({Clock::now(), std::move(track)});
  }
  changed_.notify_all();
}

Milliseconds FrameSender::takeLatest() {
  const std::lock_guard lock(mutex_);
  return std::exchange(latest_, Milliseconds(0));
}

void FrameSender::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (queue_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const TimePoint due = queue_.top().due;
    if (due > Clock::now()) {
      changed_.wait_until(lock, due);
      continue;
    }
    Entry entry = queue_.top();
    queue_.pop();
    const auto late = Clock::now() - due;
    latest_ = std::max(latest_, Milliseconds(late));
    lock.unlock();
    const bool again = entry.track->sendNext(due);
    entry.due = entry.track->nextDue(due, late > kGiveUpLateness ? late : Clock::duration::zero());
    lock.lock();
    if (again) queue_.push(std::move(entry));
  }
}

}  // namespace tessera::load

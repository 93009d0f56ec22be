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

// A move drops what waits of the old rung, once there is something to show instead; but not the rest of a
// frame that has been begun, which the receiver would miss.
Receiver::Queued Receiver::queueVideo(RungId rung, const RtpFrameRef& frame, bool keyframe, mix::Nanos now) {
  if (!ready() || !output_->takesVideo()) return {};
  const std::lock_guard lock(mutex_);
  const bool moves = rung == wanted_ && rung != sent_;
  if (closed_ || (rung != sent_ && !moves)) return {};
  if (!moves && videoFull(now)) closeGate();
  if (keyframe) gateOpen_ = true;
  if (moves ? !keyframe : !gateOpen_) return {.keyframeNeeded = rung == wanted_ && mayAsk(now)};
  if (moves) {
    dropUnbegun();
    sent_ = rung;
  }
  if (rung == wanted_) askedAt_ = mix::Nanos(0);
  video_.push_back({frame, now});
  videoBytes_ += frame->bytes;
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
  pacer_.setPace(kbps);
}

std::optional<RungId> Receiver::sentRung() {
  const std::lock_guard lock(mutex_);
  return sent_;
}

// What is refused is forgotten: whoever still waits asks again until a keyframe has come, and most of those
// who do have one on its way to them.
std::optional<RungId> Receiver::askKeyframe(mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  if (closed_ || !wanted_) return std::nullopt;
  if (pleadedAt_.count() != 0 && now - pleadedAt_ < kPleaEvery) return std::nullopt;
  if (!pleas_.take(TokenBucket::Clock::time_point(now))) return std::nullopt;
  pleadedAt_ = now;
  return wanted_;
}

Receiver::Queued Receiver::queueAudio(const RtpFrameRef& packet) {
  if (!ready()) return {};
  const std::lock_guard lock(mutex_);
  if (closed_) return {};
  if (audio_.size() >= kMaxAudioQueued) audio_.pop_front();
  audio_.push_back(packet);
  return {.schedule = wake()};
}

std::optional<RungId> Receiver::expectKeyframe(mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  if (closed_ || gateOpen_ || askedAt_.count() != 0 || !wanted_) return std::nullopt;
  askedAt_ = now;
  return wanted_;
}

void Receiver::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  audio_.clear();
  video_.clear();
  videoBytes_ = 0;
}

std::optional<mix::Nanos> Receiver::run() {
  for (int i = 0; i < kBatch; ++i) {
    const Turn turn = take();
    if (!turn.part) return turn.again;
    switch (finish(push(*turn.part))) {
      case Next::idle:
        return std::nullopt;
      case Next::otherThread:
        return WorkerPool::kAtOnce;
      case Next::go:
        break;
    }
  }
  return WorkerPool::kAtOnce;
}

bool Receiver::onTime() {
  const std::lock_guard lock(mutex_);
  alarm_ = mix::Nanos(0);
  return wake();
}

Receiver::Turn Receiver::take() {
  const std::lock_guard lock(mutex_);
  const mix::Nanos now = clock_();
  Turn turn;
  if (!audio_.empty()) {
    turn.part = takeAudio();
  } else if (!video_.empty()) {
    turn.again = pacer_.next(waiting(), now);
    if (!turn.again) turn.part = takeVideo();
  }
  if (!turn.part) {
    scheduled_ = false;
    if (turn.again && alarm_.count() != 0 && alarm_ <= *turn.again) turn.again = std::nullopt;
    if (turn.again) alarm_ = *turn.again;
    return turn;
  }
  pushingSince_ = now;
  pusher_ = std::this_thread::get_id();
  replaced_ = false;
  return turn;
}

Receiver::Part Receiver::takeAudio() {
  Part part{std::move(audio_.front()), 0, 0, false};
  audio_.pop_front();
  part.count = part.frame->packets.size();
  return part;
}

Receiver::Part Receiver::takeVideo() {
  Video& video = video_.front();
  const auto& packets = video.frame->packets;
  Part part{video.frame, video.next, 0, true};
  for (; video.next < packets.size() && pacer_.mayGo(); ++video.next) {
    pacer_.sent(packets[video.next].bytes);
    videoBytes_ -= packets[video.next].bytes;
  }
  part.count = video.next - part.first;
  if (video.next == packets.size()) video_.pop_front();
  return part;
}

bool Receiver::push(const Part& part) {
  return part.video ? output_->pushVideo(*part.frame, part.first, part.count)
                    : output_->pushAudio(*part.frame);
}

// What a leg refuses is lost: after detach() it refuses everything, and one that failed says so itself by its
// state. The next frame is offered all the same, from a keyframe on.
Receiver::Next Receiver::finish(bool pushed) {
  const std::lock_guard lock(mutex_);
  pushingSince_ = mix::Nanos(0);
  if (!pushed) closeGate();
  if (audio_.empty() && video_.empty()) {
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

// A frame alone may take its time, as still pictures do.
bool Receiver::videoFull(mix::Nanos now) const {
  return video_.size() >= kMaxVideoQueued ||
         (video_.size() > 1 && now - video_.front().since > kMaxVideoWait);
}

Pacer::Waiting Receiver::waiting() const {
  if (video_.size() < 2) return {videoBytes_};
  const mix::Nanos interval = video_.back().since - video_[video_.size() - 2].since;
  return {videoBytes_, std::max(interval, kMaxPaced)};
}

void Receiver::dropUnbegun() {
  std::erase_if(video_, [this](const Video& video) {
    if (video.next == 0) videoBytes_ -= video.frame->bytes;
    return video.next == 0;
  });
}

void Receiver::closeGate() {
  video_.clear();
  videoBytes_ = 0;
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

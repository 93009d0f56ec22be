// SPDX-License-Identifier: Apache-2.0
#include "pipelines/fanout/fan_out.h"

#include <algorithm>

#include "pipelines/fanout/receiver.h"

namespace tessera {

FanOut::FanOut(Handlers handlers, Clock clock, int threads)
    : handlers_(std::move(handlers)), clock_(std::move(clock)), pool_(threads) {}

FanOut::~FanOut() {
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) receiver->close();
}

std::shared_ptr<const FanOut::Receivers> FanOut::receivers() const {
  const std::lock_guard lock(mutex_);
  return receivers_;
}

ReceiverId FanOut::add(std::shared_ptr<LegOutput> output, VideoCodec codec, const mix::AudioSlot* slot) {
  const std::lock_guard lock(mutex_);
  auto changed = std::make_shared<Receivers>(*receivers_);
  changed->push_back(std::make_shared<Receiver>(++lastId_, std::move(output), codec, slot, clock_));
  receivers_ = std::move(changed);
  return lastId_;
}

void FanOut::remove(ReceiverId id) {
  const std::lock_guard lock(mutex_);
  auto changed = std::make_shared<Receivers>(*receivers_);
  const auto at = std::ranges::find(*changed, id, [](const auto& receiver) { return receiver->id; });
  if (at == changed->end()) return;
  (*at)->close();
  leaving_.push_back(*at);
  changed->erase(at);
  receivers_ = std::move(changed);
}

void FanOut::expectKeyframe(ReceiverId id) {
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) {
    if (receiver->id == id && receiver->expectKeyframe(clock_())) handlers_.onKeyframeNeeded(receiver->codec);
  }
}

void FanOut::video(VideoCodec codec, const gst::Ref<GstBuffer>& frame, bool keyframe) {
  const mix::Nanos now = clock_();
  WorkerPool::Strands strands;
  bool keyframeNeeded = false;
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) {
    if (receiver->codec != codec) continue;
    const auto queued = receiver->queueVideo(frame, keyframe, now);
    if (queued.schedule) strands.push_back(receiver);
    keyframeNeeded = keyframeNeeded || queued.keyframeNeeded;
  }
  pool_.schedule(std::move(strands));
  if (keyframeNeeded) handlers_.onKeyframeNeeded(codec);
}

void FanOut::audio(const gst::Ref<GstBuffer>& common, std::span<const PersonalPacket> personal) {
  WorkerPool::Strands strands;
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) {
    const auto own =
        receiver->slot ? std::ranges::find(personal, receiver->slot, &PersonalPacket::slot) : personal.end();
    const gst::Ref<GstBuffer>& packet = own == personal.end() ? common : own->packet;
    if (packet && receiver->queueAudio(packet).schedule) strands.push_back(receiver);
  }
  pool_.schedule(std::move(strands));
}

void FanOut::checkPushes() {
  const mix::Nanos now = clock_();
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) checkPush(*receiver, now);
  const std::lock_guard lock(mutex_);
  std::erase_if(leaving_, [](const auto& receiver) { return !receiver->pushing(); });
  for (const auto& receiver : leaving_) checkPush(*receiver, now);
}

void FanOut::checkPush(Receiver& receiver, mix::Nanos now) {
  const auto heldUp = receiver.check(now);
  if (heldUp.replace) pool_.replace(*heldUp.replace);
  if (heldUp.dead)
    handlers_.onBroken(receiver.id,
                       Error{ErrorCode::mediaFailed, "sending to the receiver has been blocked too long"});
}

std::vector<const mix::AudioSlot*> FanOut::readySlots() const {
  std::vector<const mix::AudioSlot*> slots;
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) {
    if (receiver->ready()) slots.push_back(receiver->slot);
  }
  return slots;
}

int FanOut::threads() const {
  return pool_.threads();
}

}  // namespace tessera

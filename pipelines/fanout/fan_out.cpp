// SPDX-License-Identifier: Apache-2.0
#include "pipelines/fanout/fan_out.h"

#include <algorithm>

#include "base/log.h"
#include "pipelines/fanout/receiver.h"

namespace tessera {

FanOut::FanOut(Handlers handlers, Clock clock, int threads, MakePacketizer make)
    : handlers_(std::move(handlers)),
      clock_(std::move(clock)),
      makePacketizer_(std::move(make)),
      pool_(clock_, threads) {}

FanOut::~FanOut() {
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) receiver->close();
}

std::shared_ptr<const FanOut::Receivers> FanOut::receivers() const {
  const std::lock_guard lock(mutex_);
  return receivers_;
}

std::shared_ptr<Receiver> FanOut::find(ReceiverId id) const {
  const auto all = receivers();
  const auto at = std::ranges::find(*all, id, [](const auto& receiver) { return receiver->id; });
  return at == all->end() ? nullptr : *at;
}

ReceiverId FanOut::add(std::shared_ptr<LegOutput> output, std::optional<RungId> rung,
                       const mix::AudioSlot* slot) {
  const std::lock_guard lock(mutex_);
  auto changed = std::make_shared<Receivers>(*receivers_);
  changed->push_back(std::make_shared<Receiver>(++lastId_, std::move(output), rung, slot, clock_));
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
  const auto receiver = find(id);
  if (const auto needed = receiver ? receiver->expectKeyframe(clock_()) : std::nullopt)
    handlers_.onKeyframeNeeded(*needed);
}

void FanOut::setRung(ReceiverId id, std::optional<RungId> rung) {
  const auto receiver = find(id);
  if (!receiver) return;
  const auto set = receiver->setRung(rung, clock_());
  if (set.keyframeNeeded) handlers_.onKeyframeNeeded(*rung);
  if (set.moved) handlers_.onMoved(id);
}

void FanOut::setRate(ReceiverId id, int kbps) {
  if (const auto receiver = find(id)) receiver->setRate(kbps);
}

std::optional<RungId> FanOut::sentRung(ReceiverId id) const {
  const auto receiver = find(id);
  return receiver ? receiver->sentRung() : std::nullopt;
}

void FanOut::askKeyframe(ReceiverId id) {
  const auto receiver = find(id);
  if (const auto rung = receiver ? receiver->askKeyframe(clock_()) : std::nullopt)
    handlers_.onKeyframeNeeded(*rung);
}

RtpFrameRef FanOut::packetize(std::optional<RungId> rung, const gst::Ref<GstBuffer>& frame) {
  std::unique_lock lock(packetizersMutex_);
  auto at = std::ranges::find(packetizers_, rung, &decltype(packetizers_)::value_type::first);
  if (at == packetizers_.end()) {
    auto made = makePacketizer_(rung ? std::optional(rung->codec) : std::nullopt);
    if (!made) log::error("nothing of this can be sent", {{"why", made.error().text}});
    at = packetizers_.emplace(at, rung, made ? std::move(*made) : nullptr);
  }
  const auto packetizer = at->second;
  lock.unlock();
  return packetizer ? packetizer->packetize(frame) : nullptr;
}

void FanOut::video(RungId rung, const gst::Ref<GstBuffer>& frame, bool keyframe) {
  const mix::Nanos now = clock_();
  const RtpFrameRef packets = packetize(rung, frame);
  if (!packets) return;
  WorkerPool::Strands strands;
  bool keyframeNeeded = false;
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) {
    const auto queued = receiver->queueVideo(rung, packets, keyframe, now);
    if (queued.schedule) strands.push_back(receiver);
    if (queued.moved) handlers_.onMoved(receiver->id);
    keyframeNeeded = keyframeNeeded || queued.keyframeNeeded;
  }
  pool_.schedule(std::move(strands));
  if (keyframeNeeded) handlers_.onKeyframeNeeded(rung);
}

void FanOut::audio(const gst::Ref<GstBuffer>& common, std::span<const PersonalPacket> personal) {
  const RtpFrameRef forAll = common ? packetize(std::nullopt, common) : nullptr;
  std::vector<RtpFrameRef> own(personal.size());
  std::ranges::transform(personal, own.begin(),
                         [this](const auto& each) { return packetize(std::nullopt, each.packet); });
  WorkerPool::Strands strands;
  const auto all = receivers();  // held: the list may be replaced meanwhile
  for (const auto& receiver : *all) {
    const auto at =
        receiver->slot ? std::ranges::find(personal, receiver->slot, &PersonalPacket::slot) : personal.end();
    const RtpFrameRef& packet = at == personal.end() ? forAll : own[at - personal.begin()];
    if (packet && receiver->queueAudio(packet).schedule) strands.push_back(receiver);
  }
  pool_.schedule(std::move(strands));
}

void FanOut::checkPushes() {
  pool_.lookAtClock();
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

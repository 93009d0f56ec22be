// SPDX-License-Identifier: Apache-2.0
#include "pipelines/program/program_feed.h"

#include <algorithm>
#include <utility>

namespace tessera {

ProgramFeed::ProgramFeed(int channels, int audioKbps, Handlers handlers)
    : channels_(channels),
      handlers_(std::move(handlers)),
      aac_(audioKbps, channels,
           {[receivers = register_](const gst::Ref<GstBuffer>& packet) { onAac(*receivers, packet); },
            handlers_.onAacFailed}) {}

std::shared_ptr<const std::vector<ProgramFeed::Entry>> ProgramFeed::Register::all() {
  const std::lock_guard lock(mutex);
  return entries;
}

// Those who went without a word go with it.
void ProgramFeed::change(const std::function<void(std::vector<Entry>&)>& edit) {
  {
    const std::lock_guard changing(changeMutex_);
    auto next = std::make_shared<std::vector<Entry>>(*register_->all());
    edit(*next);
    std::erase_if(*next, [](const Entry& entry) { return entry.receiver.expired(); });
    aac_.setWanted(std::ranges::any_of(*next, [](const Entry& entry) { return entry.needs.aac; }));
    std::shared_ptr<const std::vector<Entry>> entries =
        std::move(next);  // then the old ones, let go unlocked
    const std::lock_guard lock(register_->mutex);
    register_->entries.swap(entries);
  }
  handlers_.onNeeds();
}

void ProgramFeed::add(const std::shared_ptr<ProgramReceiver>& receiver, const ProgramNeeds& needs) {
  change([&](std::vector<Entry>& entries) {
    std::erase_if(entries, [&](const Entry& entry) { return entry.key == receiver.get(); });
    entries.push_back({receiver.get(), receiver, needs});
  });
  askKeyframe(receiver.get());  // of a rung that runs already
}

void ProgramFeed::remove(const ProgramReceiver* receiver) {
  change([&](std::vector<Entry>& entries) {
    std::erase_if(entries, [&](const Entry& entry) { return entry.key == receiver; });
  });
}

void ProgramFeed::askKeyframe(const ProgramReceiver* receiver) {
  const auto entries = register_->all();
  const auto entry = std::ranges::find(*entries, receiver, &Entry::key);
  if (entry != entries->end() && entry->needs.video) handlers_.onKeyframeNeeded(*entry->needs.video);
}

std::vector<RungId> ProgramFeed::neededRungs() const {
  std::vector<RungId> rungs;
  const auto entries = register_->all();
  for (const Entry& entry : *entries) {
    if (!entry.needs.video || entry.receiver.expired()) continue;
    if (std::ranges::find(rungs, *entry.needs.video) == rungs.end()) rungs.push_back(*entry.needs.video);
  }
  return rungs;
}

bool ProgramFeed::wantsSound() const {
  return anyone([](const ProgramNeeds& needs) { return needs.sound || needs.tracks || needs.aac; });
}

bool ProgramFeed::wantsTracks() const {
  return anyone([](const ProgramNeeds& needs) { return needs.tracks; });
}

bool ProgramFeed::anyone(bool (*wants)(const ProgramNeeds&)) const {
  const auto entries = register_->all();
  return std::ranges::any_of(
      *entries, [&](const Entry& entry) { return wants(entry.needs) && !entry.receiver.expired(); });
}

void ProgramFeed::onFrame(RungId rung, const gst::Ref<GstBuffer>& frame, bool keyframe) {
  const auto entries = register_->all();
  for (const Entry& entry : *entries) {
    if (entry.needs.video != rung) continue;
    if (const auto receiver = entry.receiver.lock()) receiver->onFrame(frame, keyframe);
  }
}

void ProgramFeed::onSound(const std::shared_ptr<const ProgramSound>& sound) {
  aac_.push(sound);
  const auto entries = register_->all();
  for (const Entry& entry : *entries) {
    if (!entry.needs.sound && !entry.needs.tracks) continue;
    if (const auto receiver = entry.receiver.lock()) receiver->onSound(sound);
  }
}

void ProgramFeed::onAac(Register& receivers, const gst::Ref<GstBuffer>& packet) {
  const auto entries = receivers.all();
  for (const Entry& entry : *entries) {
    if (!entry.needs.aac) continue;
    if (const auto receiver = entry.receiver.lock()) receiver->onAac(packet);
  }
}

}  // namespace tessera

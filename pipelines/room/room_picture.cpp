// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/room_picture.h"

#include <algorithm>
#include <utility>

#include "pipelines/room/uplinks.h"

namespace tessera {

RoomPicture::RoomPicture(const RoomSettings& settings, VideoPath& video, PictureHandler onPicture,
                         ShownHandler onShown)
    : settings_(settings),
      video_(video),
      onPicture_(std::move(onPicture)),
      onShown_(std::move(onShown)),
      canvas_(settings.canvas),
      director_(settings.canvas, settings.look),
      planner_(settings.look, settings.canvas) {}

void RoomPicture::choose(const LayoutChoice& choice) {
  director_.choose(choice);
  update(std::chrono::milliseconds(settings_.look.glideMs));
}

// Tiles of another canvas are not where the old ones were: they cut.
void RoomPicture::setCanvas(const CanvasSettings& canvas) {
  canvas_ = canvas;
  director_.setCanvas(canvas);
  video_.setCanvas(canvas);
  update(std::chrono::milliseconds(0));
}

void RoomPicture::show(std::vector<Sitter> sitters) {
  sitters_ = std::move(sitters);
  for (Sitter& sitter : sitters_) markSpeaking(sitter);
  update(std::chrono::milliseconds(settings_.look.glideMs));
}

void RoomPicture::setRecording(bool recording) {
  planner_.setRecording(recording);
  update(std::chrono::milliseconds(settings_.look.glideMs));
}

void RoomPicture::hear(std::vector<SpeakerLevel>& levels, ActiveSpeaker::Clock::time_point now) {
  const ParticipantId candidate = speaker_.candidate();
  bool news = speaker_.update(levels, now) || speaker_.candidate() != candidate;
  speaking_.clear();
  for (SpeakerLevel& level : levels) {
    level.active = level.participant == speaker_.current();
    if (level.speaking) speaking_.push_back(level.participant);
  }
  for (Sitter& sitter : sitters_) news = markSpeaking(sitter) || news;
  if (news) update(std::chrono::milliseconds(settings_.look.glideMs));
}

bool RoomPicture::markSpeaking(Sitter& sitter) const {
  const bool speaks = std::ranges::find(speaking_, sitter.id) != speaking_.end();
  return std::exchange(sitter.speaking, speaks) != speaks;
}

// Who speaks or spoke last; when they show nothing, whoever led before, or the first with a camera.
void RoomPicture::chooseLeader() {
  Sitter* best = nullptr;
  for (Sitter& sitter : sitters_) {
    sitter.leads = false;
    if (!sitter.connected || !sitter.cameraOn) continue;
    const auto rank = [&](const ParticipantId& id) {
      return id == speaker_.current() ? 2 : id == leader_ ? 1 : 0;
    };
    if (!best || rank(sitter.id) > rank(best->id)) best = &sitter;
  }
  leader_ = best ? best->id : ParticipantId{};
  if (best) best->leads = true;
}

void RoomPicture::update(std::chrono::milliseconds glide) {
  chooseLeader();
  std::vector<ScenePerson> people;
  people.reserve(sitters_.size());
  for (const Sitter& sitter : sitters_) {
    ScenePerson person;
    person.id = sitter.id;
    if (sitter.camera.aspect > 0) person.aspect = sitter.camera.aspect;
    person.sharing = sitter.screen.slot && sitter.screen.aspect > 0;
    if (person.sharing) person.screenAspect = sitter.screen.aspect;
    person.lastSpoke = speaker_.lastSpoke(sitter.id);
    people.push_back(std::move(person));
  }
  const Scene scene = director_.stage(people, speaker_.current());
  onShown_(shownIn(scene, sitters_, canvas_, speaker_.current(), speaker_.candidate()), canvas_);
  CanvasPlan made = planner_.plan(scene, sitters_, canvas_);
  made.plan.glide = glide;
  video_.setPlan(std::move(made.plan));
  if (made.picture == told_) return;
  told_ = std::move(made.picture);
  onPicture_(told_);
}

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/room_pipeline.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"

namespace tessera {
namespace {

// The text and the debug detail of a bus error, without addresses or SDP: elements do not put them there.
std::string errorText(GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  const std::string text =
      fmt::format("{}: {}", gst::describe(GST_MESSAGE_SRC(message)), error ? error->message : "unknown");
  g_clear_error(&error);
  return text;
}

}  // namespace

RoomPipeline::RoomPipeline(const RoomSettings& settings, MediaRoomEvents& events, Governor governor)
    : settings_(settings),
      events_(events),
      pipeline_(gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("room"))))),
      reaper_(std::make_unique<Reaper>()),
      rungs_(std::make_shared<Rungs>()) {
  assertMainThread();
  auto* pipeline = GST_PIPELINE(pipeline_.get());
  gst::configureClock(pipeline);
  bus_ = std::make_unique<gst::BusWatch>(pipeline, GST_MESSAGE_ERROR,
                                         [this](GstMessage* message) { onBusMessage(message); });
  fanOut_ = std::make_shared<FanOut>(fanOutHandlers(), gst::now);
  const auto weak = weak_.get();
  program_ = std::make_shared<ProgramFeed>(settings.sound.stereo ? 2 : 1, settings.program.audioKbps,
                                           programHandlers());
  video_ = std::make_unique<VideoPath>(settings, rungs_, VideoPath::Receivers{fanOut_, program_}, *reaper_,
                                       [this](RungId rung, const Error& why) { onRungFailed(rung, why); });
  audio_ = std::make_unique<AudioPath>(settings, AudioPath::Receivers{fanOut_, program_},
                                       [weak](std::vector<AudioPath::SlotLevel> levels) {
                                         post([weak, levels = std::move(levels)] {
                                           if (auto* self = weak.get()) self->onLevels(levels);
                                         });
                                       });
  peers_ = std::make_unique<Peers>(settings, Peers::Media{pipeline, *video_, *audio_, fanOut_, *reaper_},
                                   events, [this] { changed(); });
  downlinks_ =
      std::make_unique<Downlinks>(settings, *peers_, Downlinks::Media{*video_, *audio_, *fanOut_}, events);
  uplinks_ = std::make_unique<Uplinks>(*peers_, events);
  picture_ = std::make_unique<RoomPicture>(
      settings, *video_, [this](const Picture& picture) { events_.onPicture(picture); },
      [this](Uplinks::Shown shown, const CanvasSettings& canvas) {
        uplinks_->show(std::move(shown), canvas);
      });
  outputs_ = std::make_unique<ProgramOutputs>(settings, program_, *reaper_, events,
                                              [this](bool recording) { picture_->setRecording(recording); });
  vitals_ = std::make_unique<Vitals>(*video_, *audio_, *reaper_, std::move(governor));
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  health_.every(kHealthInterval, [this] { onHealthDue(); });
  log::debug("room opened", {{"room", settings.room.value}});
}

RoomPipeline::~RoomPipeline() {
  assertMainThread();
  weak_.invalidate();
  health_.stop();
  bus_.reset();
  outputs_.reset();  // the recordings' files are closed
  uplinks_.reset();
  downlinks_.reset();
  peers_.reset();
  audio_.reset();
  video_.reset();
  rungs_->clear();
  reaper_->bury("room pipeline",
                [pipeline = pipeline_] { gst_element_set_state(pipeline.get(), GST_STATE_NULL); });
  reaper_.reset();  // waits for what was buried, unless it hangs
  log::debug("room closed", {{"room", settings_.room.value}});
}

RoomPipeline::Governor RoomPipeline::makeGovernor() {
  return [governor = std::make_shared<LoadGovernor>()](const LoadGovernor::Sample& sample, auto now) {
    return governor->update(sample, now);
  };
}

FanOut::Handlers RoomPipeline::fanOutHandlers() {
  FanOut::Handlers handlers;
  handlers.onKeyframeNeeded = [rungs = std::weak_ptr<Rungs>(rungs_)](RungId rung) {
    if (const auto alive = rungs.lock()) alive->requestKeyframe(rung);
  };
  handlers.onMoved = [weak = weak_.get()](ReceiverId) {
    post([weak] {
      if (auto* self = weak.get()) self->downlinks_->update();
    });
  };
  handlers.onBroken = [weak = weak_.get()](ReceiverId receiver, const Error& why) {
    post([weak, receiver, why] {
      if (auto* self = weak.get()) self->peers_->failReceiver(receiver, why);
    });
  };
  return handlers;
}

ProgramFeed::Handlers RoomPipeline::programHandlers() {
  ProgramFeed::Handlers handlers;
  handlers.onKeyframeNeeded = [rungs = std::weak_ptr<Rungs>(rungs_)](RungId rung) {
    if (const auto alive = rungs.lock()) alive->requestKeyframe(rung);
  };
  handlers.onNeeds = [weak = weak_.get()] {
    post([weak] {
      if (auto* self = weak.get()) self->downlinks_->update();
    });
  };
  handlers.onAacFailed = [weak = weak_.get()](const Error& why) {
    post([weak, why] {
      if (auto* self = weak.get()) self->outputs_->failAac(why);
    });
  };
  return handlers;
}

void RoomPipeline::addPeer(const PeerSettings& settings) {
  assertMainThread();
  peers_->add(settings);
}

void RoomPipeline::setAnswer(const PeerKey& key, const std::string& sdp) {
  assertMainThread();
  if (auto* leg = peers_->leg(key)) leg->setAnswer(sdp);
}

void RoomPipeline::addCandidate(const PeerKey& key, const IceCandidate& candidate) {
  assertMainThread();
  if (auto* leg = peers_->leg(key)) leg->addCandidate(candidate);
}

void RoomPipeline::updatePeer(const PeerUpdate& update) {
  assertMainThread();
  peers_->update(update);
}

void RoomPipeline::setLayout(const LayoutChoice& choice) {
  assertMainThread();
  picture_->choose(choice);
}

void RoomPipeline::reportStats(const ParticipantId& participant, const ReceiverStats& stats) {
  assertMainThread();
  downlinks_->report(participant, stats);
}

void RoomPipeline::removePeer(const PeerKey& key) {
  assertMainThread();
  peers_->remove(key);
}

void RoomPipeline::changed() {
  if (std::exchange(changed_, true)) return;
  post([weak = weak_.get()] {
    if (auto* self = weak.get()) self->update();
  });
}

void RoomPipeline::update() {
  changed_ = false;
  audio_->setVoices(voices());
  downlinks_->update();
  updatePicture();
  followLeader();
}

void RoomPipeline::updatePicture() {
  std::vector<Sitter> sitters;
  flowing_.clear();
  for (const Peer& peer : peers_->all()) {
    if (!peer.isMain() || peer.settings.hidden) continue;
    sitters.push_back(sitterOf(peer));
    if (sitters.back().framesCome) flowing_.push_back(peer.video);
  }
  picture_->show(std::move(sitters));
}

Sitter RoomPipeline::sitterOf(const Peer& main) const {
  const auto source = [](const Peer& peer) {
    return Source{peer.identity, peer.video ? peer.video->slot() : nullptr, peer.aspect.value()};
  };
  Sitter sitter;
  sitter.id = main.settings.key.participant;
  sitter.name = main.settings.name;
  sitter.camera = source(main);
  sitter.cameraOn = !main.settings.cameraOff;
  sitter.framesCome = main.video && main.video->framesCome(gst::now());
  sitter.connected = main.connected;
  sitter.style = {main.settings.muted, main.handRaised, main.poorConnection};
  for (const Peer& peer : peers_->all()) {
    if (!peer.isMain() && peer.settings.key.participant == sitter.id) sitter.screen = source(peer);
  }
  return sitter;
}

void RoomPipeline::followLeader() {
  const auto leads = [&](const Peer& peer) {
    return peer.isMain() && peer.settings.key.participant == picture_->leader();
  };
  const auto leader = std::ranges::find_if(peers_->all(), leads);
  const auto tap = leader == peers_->all().end() ? nullptr : leader->video;
  if (tap == leader_) return;
  if (leader_) leader_->setMain(false);
  leader_ = tap;
  if (leader_) leader_->setMain(true);
  video_->phase()->reset();
}

// An error of an element of a leg is that leg's. Anything else here comes from a leg that has just gone.
void RoomPipeline::onBusMessage(GstMessage* message) {
  const std::string text = errorText(message);
  if (peers_->failOwner(GST_MESSAGE_SRC(message), {ErrorCode::mediaFailed, text})) return;
  log::warn("element error", {{"room", settings_.room.value}, {"error", text}});
}

// A shared screen's sound is not its participant's voice.
void RoomPipeline::onLevels(const std::vector<AudioPath::SlotLevel>& levels) {
  std::vector<SpeakerLevel> told;
  for (const Peer& peer : peers_->all()) {
    if (!peer.isMain() || peer.settings.hidden) continue;
    const auto level = std::ranges::find(levels, peer.audio.get(), &AudioPath::SlotLevel::slot);
    if (level != levels.end())
      told.push_back({peer.settings.key.participant, level->levelDb, level->speaking});
  }
  picture_->hear(told, std::chrono::steady_clock::now());
  followLeader();
  if (speaking_.isNews(told)) events_.onSpeaking(told);
}

void RoomPipeline::onHealthDue() {
  RoomHealth health = vitals_->take(LoadGovernor::Clock::now());
  health.peers = static_cast<int>(peers_->all().size());
  if (health.degradation != degradation_) degrade(health.degradation);
  const auto stopped = [now = gst::now()](const auto& tap) { return !tap->framesCome(now); };
  if (std::ranges::any_of(flowing_, stopped)) changed();  // they need their avatars
  events_.onHealth(health);
  if (health.hungTeardowns > kMaxHungTeardowns)
    failRoom({ErrorCode::roomFailed, fmt::format("{} teardowns hang", health.hungTeardowns)});
}

void RoomPipeline::degrade(Degradation level) {
  const CanvasSettings canvas = degraded(settings_.canvas, level);
  log::warn(level > degradation_ ? "too little time" : "time again", {{"room", settings_.room.value},
                                                                      {"level", static_cast<int>(level)},
                                                                      {"width", canvas.width},
                                                                      {"height", canvas.height},
                                                                      {"fps", canvas.fps}});
  degradation_ = level;
  picture_->setCanvas(canvas);
  downlinks_->setCanvas(canvas);
}

void RoomPipeline::failRoom(const Error& why) {
  if (std::exchange(failed_, true)) return;
  log::error("room failed", {{"room", settings_.room.value}, {"error", why.text}});
  post([weak = weak_.get(), why] {
    if (auto* self = weak.get()) self->events_.onFailed(why);
  });
}

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/room_pipeline.h"

#include <algorithm>

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

RoomPipeline::RoomPipeline(const RoomSettings& settings, MediaRoomEvents& events)
    : settings_(settings),
      events_(events),
      pipeline_(gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("room"))))),
      reaper_(std::make_unique<Reaper>()),
      rungs_(std::make_shared<Rungs>()),
      planner_(settings.canvas) {
  assertMainThread();
  gst::configureClock(GST_PIPELINE(pipeline_.get()));
  bus_ = std::make_unique<gst::BusWatch>(GST_PIPELINE(pipeline_.get()), GST_MESSAGE_ERROR,
                                         [this](GstMessage* message) { onBusMessage(message); });
  FanOut::Handlers handlers;
  handlers.onKeyframeNeeded = [rungs = std::weak_ptr<Rungs>(rungs_)](VideoCodec codec) {
    if (const auto alive = rungs.lock()) alive->requestKeyframe(codec);
  };
  handlers.onBroken = [weak = weak_.get()](ReceiverId receiver, const Error& why) {
    post([weak, receiver, why] {
      if (auto* self = weak.get()) self->onReceiverBroken(receiver, why);
    });
  };
  fanOut_ = std::make_shared<FanOut>(std::move(handlers), gst::now);
  video_ = std::make_unique<VideoPath>(settings, rungs_, fanOut_, *reaper_,
                                       [weak = weak_.get()](const Error& why) {
                                         post([weak, why] {
                                           if (auto* self = weak.get()) self->failRoom(why);
                                         });
                                       });
  audio_ = std::make_unique<AudioPath>(settings, fanOut_,
                                       [weak = weak_.get()](std::vector<AudioPath::SlotLevel> levels) {
                                         post([weak, levels = std::move(levels)] {
                                           if (auto* self = weak.get()) self->onLevels(levels);
                                         });
                                       });
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  health_.every(kHealthInterval, [this] { onHealthDue(); });
  log::debug("room opened", {{"room", settings.room.value}});
}

RoomPipeline::~RoomPipeline() {
  assertMainThread();
  weak_.invalidate();
  health_.stop();
  bus_.reset();
  for (Peer& peer : peers_) disconnect(peer);
  audio_.reset();
  video_.reset();
  for (const VideoCodec codec : {VideoCodec::vp8, VideoCodec::h264}) rungs_->take(codec);
  reaper_->bury("room pipeline",
                [pipeline = pipeline_] { gst_element_set_state(pipeline.get(), GST_STATE_NULL); });
  reaper_.reset();  // waits for what was buried, unless it hangs
  log::debug("room closed", {{"room", settings_.room.value}});
}

RoomPipeline::Peer* RoomPipeline::find(const ParticipantId& participant) {
  const auto at =
      std::ranges::find(peers_, participant, [](const Peer& peer) { return peer.settings.key.participant; });
  return at == peers_.end() ? nullptr : &*at;
}

RoomPipeline::Peer* RoomPipeline::find(const PeerKey& key) {
  Peer* peer = find(key.participant);
  return peer && peer->settings.key == key ? peer : nullptr;
}

void RoomPipeline::addPeer(const PeerSettings& settings) {
  assertMainThread();
  const PeerKey& key = settings.key;
  if (key.pc != "main")
    return refuse(key, {ErrorCode::unsupported, fmt::format("connection {} is not supported", key.pc)});
  Peer* peer = find(key.participant);
  if (peer && key.gen <= peer->settings.key.gen) return;  // overtaken by a newer one
  if (!peer && peers_.size() >= static_cast<std::size_t>(settings_.maxParticipants))
    return refuse(key, {ErrorCode::tooMany, fmt::format("the room holds {}", settings_.maxParticipants)});
  if (!peer) peer = &peers_.emplace_back();
  disconnect(*peer);
  peer->settings = settings;
  connect(*peer);
  updateRungs();
  updatePlan();
}

void RoomPipeline::connect(Peer& peer) {
  const PeerSettings& settings = peer.settings;
  const auto delay = mix::PlayoutDelay::create();
  peer.video = std::make_shared<PhaseTap>(video_->addSlot(delay), delay, video_->phase());
  peer.video->setMain(settings.key.participant == mainInput_);
  peer.audio = audio_->addSlot(delay);
  peer.audio->setMuted(settings.muted || settings.hidden);
  auto leg = WebRtcLeg::create(GST_PIPELINE(pipeline_.get()), settings_, settings, peer.video, peer.audio,
                               legHandlers(settings.key, settings.codec));
  if (!leg) return refuse(settings.key, leg.error());
  peer.leg = std::move(*leg);
  peer.receiver = fanOut_->add(peer.leg->output(), settings.codec, peer.audio.get());
}

WebRtcLeg::Handlers RoomPipeline::legHandlers(const PeerKey& key, VideoCodec codec) {
  WebRtcLeg::Handlers handlers;
  const auto weak = weak_.get();
  handlers.onOffer = [weak, key](const std::string& sdp) {
    if (auto* self = weak.get()) self->events_.onOffer(key, sdp);
  };
  handlers.onCandidate = [weak, key](const IceCandidate& candidate) {
    if (auto* self = weak.get()) self->events_.onCandidate(key, candidate);
  };
  handlers.onState = [weak, key](PeerState state, const Error& why) {
    if (auto* self = weak.get()) self->onLegState(key, state, why);
  };
  handlers.onRefused = [weak, key](const Error& error) {
    if (auto* self = weak.get()) self->events_.onPeerError(key, error);
  };
  handlers.onKeyframeRequest = [rungs = std::weak_ptr<Rungs>(rungs_), codec] {
    if (const auto alive = rungs.lock()) alive->requestKeyframe(codec);
  };
  return handlers;
}

// Lets go of the connection in the order of docs/teardown.md: the fan-out first, so that nothing is pushed
// into a leg that goes; the slots last, which the leg's threads may still hold.
void RoomPipeline::disconnect(Peer& peer) {
  if (peer.leg) {
    fanOut_->remove(peer.receiver);
    peer.leg->detach(*reaper_);
    peer.leg.reset();
  }
  peer.connected = false;
  if (peer.audio) audio_->removeSlot(peer.audio);
  peer.audio = nullptr;
  peer.video = nullptr;
}

// Tells of it later, so that no caller is called back from within.
void RoomPipeline::refuse(const PeerKey& key, Error why) {
  log::warn("peer refused", {{"peer", key.participant.value}, {"error", why.text}});
  post([weak = weak_.get(), key, why = std::move(why)] {
    if (auto* self = weak.get()) self->events_.onPeerState(key, PeerState::failed, why);
  });
}

void RoomPipeline::setAnswer(const PeerKey& key, const std::string& sdp) {
  assertMainThread();
  if (Peer* peer = find(key); peer && peer->leg) peer->leg->setAnswer(sdp);
}

void RoomPipeline::addCandidate(const PeerKey& key, const IceCandidate& candidate) {
  assertMainThread();
  if (Peer* peer = find(key); peer && peer->leg) peer->leg->addCandidate(candidate);
}

void RoomPipeline::updatePeer(const PeerUpdate& update) {
  assertMainThread();
  Peer* peer = find(update.participant);
  if (!peer) return;
  peer->settings.muted = update.muted.value_or(peer->settings.muted);
  peer->settings.cameraOff = update.cameraOff.value_or(peer->settings.cameraOff);
  peer->handRaised = update.handRaised.value_or(peer->handRaised);
  if (peer->audio) peer->audio->setMuted(peer->settings.muted || peer->settings.hidden);
  updatePlan();
}

void RoomPipeline::setLayout(const LayoutChoice& choice) {
  assertMainThread();
  layout_ = choice;
  updatePlan();
}

void RoomPipeline::removePeer(const PeerKey& key) {
  assertMainThread();
  Peer* peer = find(key);
  if (!peer) return;
  disconnect(*peer);
  std::erase_if(peers_, [&](const Peer& each) { return &each == peer; });
  updateRungs();
  updatePlan();
}

void RoomPipeline::onLegState(const PeerKey& key, PeerState state, const Error& why) {
  Peer* peer = find(key);
  if (!peer || !peer->leg) return;
  if (state == PeerState::failed) return failPeer(key, why);
  peer->connected = state == PeerState::connected;
  if (peer->connected) {
    updateRungs();
    fanOut_->expectKeyframe(peer->receiver);
  }
  events_.onPeerState(key, state, why);
}

// The tile stays, with initials, until the server removes the participant or makes a new connection. The leg
// may be the caller: it goes in a later turn of the loop.
void RoomPipeline::failPeer(const PeerKey& key, const Error& why) {
  post([weak = weak_.get(), key, why] {
    auto* self = weak.get();
    Peer* peer = self ? self->find(key) : nullptr;
    if (!peer || !peer->leg) return;
    log::warn("peer failed", {{"peer", key.participant.value}, {"gen", key.gen}, {"error", why.text}});
    self->disconnect(*peer);
    self->updateRungs();
    self->updatePlan();
    self->events_.onPeerState(key, PeerState::failed, why);
  });
}

void RoomPipeline::onReceiverBroken(ReceiverId receiver, const Error& why) {
  for (const Peer& peer : peers_) {
    if (peer.leg && peer.receiver == receiver) return failPeer(peer.settings.key, why);
  }
}

// An error of an element of a leg is that leg's. Anything else here comes from a leg that has just gone.
void RoomPipeline::onBusMessage(GstMessage* message) {
  const std::string text = errorText(message);
  for (const Peer& peer : peers_) {
    if (peer.leg && peer.leg->owns(GST_MESSAGE_SRC(message)))
      return failPeer(peer.settings.key, {ErrorCode::mediaFailed, text});
  }
  log::warn("element error", {{"room", settings_.room.value}, {"error", text}});
}

void RoomPipeline::onLevels(const std::vector<AudioPath::SlotLevel>& levels) {
  std::vector<SpeakerLevel> told;
  for (const Peer& peer : peers_) {
    const auto level = std::ranges::find(levels, peer.audio.get(), &AudioPath::SlotLevel::slot);
    if (level != levels.end() && !peer.settings.hidden)
      told.push_back({peer.settings.key.participant, level->levelDb, level->speaking});
  }
  followMainInput(told);
  if (speaking_.isNews(told)) events_.onSpeaking(told);
}

// The canvas tick follows the frames of who speaks: of the present one as long as they speak, then of the
// loudest, and of the first with a camera while nobody does.
void RoomPipeline::followMainInput(const std::vector<SpeakerLevel>& levels) {
  const auto score = [&](const Peer& peer) {
    const auto& id = peer.settings.key.participant;
    if (!peer.connected || peer.settings.cameraOff || peer.settings.hidden) return -1000;
    const auto level = std::ranges::find(levels, id, &SpeakerLevel::participant);
    const bool speaking = level != levels.end() && level->speaking;
    return (speaking ? level->levelDb : -500) + (id == mainInput_ ? 200 : 0);
  };
  const auto best = std::ranges::max_element(peers_, {}, score);
  if (best == peers_.end() || score(*best) == -1000 || best->settings.key.participant == mainInput_) return;
  mainInput_ = best->settings.key.participant;
  for (Peer& peer : peers_) {
    if (peer.video) peer.video->setMain(&peer == &*best);
  }
  video_->phase()->reset();
}

void RoomPipeline::onHealthDue() {
  RoomHealth health;
  health.videoTicks = video_->ticks();
  health.audioTicks = audio_->ticks();
  health.missedVideoTicks = video_->missed();
  health.peers = static_cast<int>(peers_.size());
  health.hungTeardowns = reaper_->hung();
  health.threads = ProcessStats::threads();
  health.cpuSeconds = ProcessStats::cpuSeconds();
  health.pssBytes = stats_.pssBytes();
  health.videoEncoders = rungs_->count();
  health.audioEncoders = audio_->encoders();
  events_.onHealth(health);
  if (reaper_->hung() > kMaxHungTeardowns)
    failRoom({ErrorCode::roomFailed, fmt::format("{} teardowns hang", reaper_->hung())});
}

void RoomPipeline::failRoom(const Error& why) {
  if (std::exchange(failed_, true)) return;
  log::error("room failed", {{"room", settings_.room.value}, {"error", why.text}});
  post([weak = weak_.get(), why] {
    if (auto* self = weak.get()) self->events_.onFailed(why);
  });
}

void RoomPipeline::updateRungs() {
  for (const VideoCodec codec : {VideoCodec::vp8, VideoCodec::h264}) {
    const bool needed = std::ranges::any_of(
        peers_, [&](const Peer& peer) { return peer.connected && peer.settings.codec == codec; });
    if (auto set = video_->setRungNeeded(codec, needed); !set) failRoom(set.error());
  }
}

void RoomPipeline::updatePlan() {
  std::vector<Sitter> sitters;
  for (const Peer& peer : peers_) {
    const PeerSettings& settings = peer.settings;
    if (settings.hidden) continue;
    sitters.push_back({settings.key.participant,
                       settings.name,
                       peer.video ? peer.video->slot() : nullptr,
                       !settings.cameraOff,
                       {settings.muted, peer.handRaised}});
  }
  CanvasPlan plan = planner_.plan(sitters);
  video_->setPlan(std::move(plan.plan));
  if (plan.tiles == tiles_) return;
  tiles_ = std::move(plan.tiles);
  events_.onPicture({settings_.canvas, LayoutKind::grid, tiles_, 0});
}

}  // namespace tessera

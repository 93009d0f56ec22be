// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/peers.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/log.h"

namespace tessera {

Peers::Peers(const RoomSettings& settings, Media media, MediaRoomEvents& events,
             std::function<void()> onChange)
    : settings_(settings), media_(std::move(media)), events_(events), onChange_(std::move(onChange)) {}

Peers::~Peers() {
  for (Peer& peer : peers_) disconnect(peer);
}

Peer* Peers::find(const ParticipantId& participant, std::string_view pc) {
  const auto at = std::ranges::find_if(peers_, [&](const Peer& peer) {
    return peer.settings.key.participant == participant && peer.settings.key.pc == pc;
  });
  return at == peers_.end() ? nullptr : &*at;
}

Peer* Peers::find(const PeerKey& key) {
  const auto at = std::ranges::find(peers_, key, [](const Peer& peer) { return peer.settings.key; });
  return at == peers_.end() ? nullptr : &*at;
}

WebRtcLeg* Peers::leg(const PeerKey& key) {
  const Peer* peer = find(key);
  return peer ? peer->leg.get() : nullptr;
}

// Why nobody can be added under this key.
std::optional<Error> Peers::whyNot(const PeerKey& key) const {
  if (key.pc == kScreenPc) return std::nullopt;
  if (key.pc != kMainPc)
    return Error{ErrorCode::unsupported, fmt::format("connection {} is not supported", key.pc)};
  if (std::ranges::count_if(peers_, &Peer::isMain) >= settings_.maxParticipants)
    return Error{ErrorCode::tooMany, fmt::format("the room holds {}", settings_.maxParticipants)};
  return std::nullopt;
}

void Peers::add(const PeerSettings& settings) {
  const PeerKey& key = settings.key;
  Peer* peer = find(key.participant, key.pc);
  if (peer && key.gen <= peer->settings.key.gen) return;  // overtaken by a newer one
  if (!peer) {
    if (auto why = whyNot(key)) return refuse(key, std::move(*why));
    peer = &peers_.emplace_back();
    peer->identity = identities_++;
  }
  disconnect(*peer);
  peer->settings = settings;
  connect(*peer);
  onChange_();
}

void Peers::makeSlots(Peer& peer) {
  const PeerSettings& settings = peer.settings;
  const auto delay = mix::PlayoutDelay::create();
  peer.video = std::make_shared<PhaseTap>(media_.video.addSlot(delay), delay, media_.video.phase());
  peer.audio = media_.audio.addSlot(delay);
  peer.audio->setMuted(settings.muted || settings.hidden);
  tieSounds(settings.key.participant);
}

void Peers::connect(Peer& peer) {
  const PeerSettings& settings = peer.settings;
  makeSlots(peer);
  auto handlers = legHandlers(settings.key);
  const auto receiver = std::make_shared<std::atomic<ReceiverId>>(0);
  handlers.onKeyframeRequest = [fanOut = std::weak_ptr<FanOut>(media_.fanOut), receiver] {
    if (const auto alive = fanOut.lock()) alive->askKeyframe(*receiver);
  };
  auto leg = WebRtcLeg::create(media_.pipeline, settings_, settings, peer.video, peer.audio, handlers);
  if (!leg) return refuse(settings.key, leg.error());
  peer.leg = std::move(*leg);
  if (!peer.isMain()) return;
  peer.receiver = media_.fanOut->add(peer.leg->output(), firstRung(settings), peer.audio.get());
  *receiver = peer.receiver;
}

// The best that they may have: the ladder takes them down from there.
std::optional<RungId> Peers::firstRung(const PeerSettings& settings) const {
  if (settings.bestLevel >= static_cast<int>(settings_.rungs.size())) return std::nullopt;
  return RungId{settings.codec, std::max(0, settings.bestLevel)};
}

// Whoever shares a screen does not hear its sound, whichever of the two connections is the newer.
void Peers::tieSounds(const ParticipantId& participant) {
  const Peer* main = find(participant, kMainPc);
  const Peer* screen = find(participant, kScreenPc);
  if (screen && screen->audio) media_.audio.setCompanion(screen->audio, main ? main->audio.get() : nullptr);
}

WebRtcLeg::Handlers Peers::legHandlers(const PeerKey& key) {
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
  handlers.onVideoSize = [weak, key](int width, int height) {
    if (auto* self = weak.get()) self->onVideoSize(key, width, height);
  };
  handlers.onQuality = [weak, key](bool poor) {
    auto* self = weak.get();
    if (self && key.pc == kMainPc) self->events_.onConnectionQuality(key, poor);
  };
  return handlers;
}

// Lets go of the connection in the order of docs/teardown.md: the fan-out first, so that nothing is pushed
// into a leg that goes; the slots last, which the leg's threads may still hold.
void Peers::disconnect(Peer& peer) {
  if (peer.leg) {
    if (peer.receiver) media_.fanOut->remove(std::exchange(peer.receiver, 0));
    peer.leg->detach(media_.reaper);
    peer.leg.reset();
  }
  peer.source.reset();
  peer.connected = peer.poorConnection = false;
  if (peer.audio) media_.audio.removeSlot(peer.audio);
  peer.audio = nullptr;
  peer.video = nullptr;
  tieSounds(peer.settings.key.participant);
}

void Peers::addSource(const SourceSettings& settings) {
  const PeerKey key{settings.participant, kMainPc, 0};
  if (find(key.participant, kMainPc)) return;
  if (auto why = whyNot(key)) return refuseSource(key.participant, std::move(*why));
  Peer& peer = peers_.emplace_back();
  peer.identity = identities_++;
  peer.settings.key = key;
  peer.settings.name = settings.name;
  if (auto started = startSource(peer, settings); !started) {
    disconnect(peer);
    refuseSource(key.participant, started.error());
  }
  onChange_();
}

Status Peers::startSource(Peer& peer, const SourceSettings& settings) {
  makeSlots(peer);
  const PeerKey& key = peer.settings.key;
  MediaSource::Handlers handlers;
  handlers.onStatus = [weak = weak_.get(), key](const SourceStatus& status) {
    if (auto* self = weak.get()) self->onSourceStatus(key, status);
  };
  handlers.onVideoSize = [weak = weak_.get(), key](int width, int height) {
    if (auto* self = weak.get()) self->onVideoSize(key, width, height);
  };
  auto source = MediaSource::start(settings, settings_.sound.stereo ? 2 : 1, peer.video, peer.audio,
                                   media_.reaper, std::move(handlers));
  if (!source) return tl::unexpected(source.error());
  peer.source = std::move(*source);
  return {};
}

// The tile stays, with initials, when it is over: the server removes it.
void Peers::onSourceStatus(const PeerKey& key, const SourceStatus& status) {
  Peer* peer = find(key);
  if (!peer || !peer->source) return;
  const bool plays = status.phase == SourcePhase::playing;
  if (plays && !peer->connected) enter(*peer);
  peer->connected = plays;
  if (!plays) peer->video->forgetFrames();
  onChange_();
  events_.onSource(status);
}

void Peers::removeSource(const ParticipantId& participant) {
  const Peer* peer = find(participant, kMainPc);
  if (peer && peer->settings.key.gen == 0) remove(PeerKey(peer->settings.key));
}

void Peers::refuseSource(const ParticipantId& participant, Error why) {
  log::warn("source refused", {{"peer", participant.value}, {"error", why.text}});
  post([weak = weak_.get(), participant, why = std::move(why)] {
    if (auto* self = weak.get())
      self->events_.onSource({participant, SourcePhase::failed, false, false, 0, why});
  });
}

// Tells of it later, so that no caller is called back from within.
void Peers::refuse(const PeerKey& key, Error why) {
  log::warn("peer refused", {{"peer", key.participant.value}, {"pc", key.pc}, {"error", why.text}});
  post([weak = weak_.get(), key, why = std::move(why)] {
    if (auto* self = weak.get()) self->events_.onPeerState(key, PeerState::failed, why);
  });
}

void Peers::update(const PeerUpdate& update) {
  for (Peer& peer : peers_) {
    if (peer.settings.key.participant != update.participant || !peer.isMain()) continue;
    peer.settings.muted = update.muted.value_or(peer.settings.muted);
    peer.settings.cameraOff = update.cameraOff.value_or(peer.settings.cameraOff);
    if (update.cameraOff && peer.video) peer.video->forgetFrames();  // the mixer does too
    peer.handRaised = update.handRaised.value_or(peer.handRaised);
    peer.poorConnection = update.poorConnection.value_or(peer.poorConnection);
    peer.settings.bestLevel = update.bestLevel.value_or(peer.settings.bestLevel);
    if (peer.audio) peer.audio->setMuted(peer.settings.muted || peer.settings.hidden);
    onChange_();
  }
}

void Peers::remove(const PeerKey& key) {
  Peer* peer = find(key);
  if (!peer) return;
  disconnect(*peer);
  if (peer->isMain() && peer->entered && !peer->settings.hidden) media_.audio.play(mix::Chime::exit);
  std::erase_if(peers_, [&](const Peer& each) { return &each == peer; });
  onChange_();
}

void Peers::onLegState(const PeerKey& key, PeerState state, const Error& why) {
  Peer* peer = find(key);
  if (!peer || !peer->leg) return;
  if (state == PeerState::failed) return fail(key, why);
  if (state == PeerState::connected && !peer->connected) onConnected(*peer);
  events_.onPeerState(key, state, why);
}

void Peers::onConnected(Peer& peer) {
  peer.connected = true;
  onChange_();
  if (!peer.isMain()) return;
  media_.fanOut->expectKeyframe(peer.receiver);
  enter(peer);
}

void Peers::enter(Peer& peer) {
  if (!std::exchange(peer.entered, true) && !peer.settings.hidden) media_.audio.play(mix::Chime::entry);
}

void Peers::onVideoSize(const PeerKey& key, int width, int height) {
  Peer* peer = find(key);
  if (!peer || width <= 0 || height <= 0) return;
  peer->aspect.offer(static_cast<double>(width) / height);
  takeAspects();
}

// Those that are due; the timer takes the others.
void Peers::takeAspects() {
  const auto now = SteadyAspect::Clock::now();
  bool changed = false;
  std::optional<SteadyAspect::Clock::time_point> next;
  for (Peer& peer : peers_) {
    changed = peer.aspect.settle(now) || changed;
    if (const auto due = peer.aspect.due(); due && (!next || *due < *next)) next = due;
  }
  if (next)
    aspectsDue_.once(std::chrono::ceil<std::chrono::milliseconds>(*next - now), [this] { takeAspects(); });
  if (changed) onChange_();
}

// The tile stays, with initials, until the server removes the participant or makes a new connection. The leg
// may be the caller: it goes in a later turn of the loop.
void Peers::fail(const PeerKey& key, const Error& why) {
  post([weak = weak_.get(), key, why] {
    auto* self = weak.get();
    Peer* peer = self ? self->find(key) : nullptr;
    if (!peer || !peer->leg) return;
    log::warn("peer failed",
              {{"peer", key.participant.value}, {"pc", key.pc}, {"gen", key.gen}, {"error", why.text}});
    self->disconnect(*peer);
    peer->aspect = {};
    self->onChange_();
    self->events_.onPeerState(key, PeerState::failed, why);
  });
}

bool Peers::failOwner(GstObject* source, const Error& why) {
  const auto owner =
      std::ranges::find_if(peers_, [&](const Peer& peer) { return peer.leg && peer.leg->owns(source); });
  if (owner == peers_.end()) return false;
  fail(owner->settings.key, why);
  return true;
}

void Peers::failReceiver(ReceiverId receiver, const Error& why) {
  const auto peer = std::ranges::find(peers_, receiver, &Peer::receiver);
  if (peer != peers_.end()) fail(peer->settings.key, why);
}

}  // namespace tessera

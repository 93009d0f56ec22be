// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/downlinks.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "pipelines/encode/rung_picture.h"
#include "pipelines/gst/clock.h"

namespace tessera {
namespace {

// Of the loss, at each update: FEC comes within half a second and stays for some five.
constexpr double kLossRises = 0.3, kLossFalls = 0.02;

}  // namespace

Downlinks::Downlinks(const RoomSettings& settings, const Peers& peers, Media media, MediaRoomEvents& events)
    : settings_(settings), peers_(peers), media_(media), events_(events), canvas_(settings.canvas) {
  timer_.every(kInterval, [this] { update(); });
}

void Downlinks::report(const ParticipantId& participant, const ReceiverStats& stats) {
  for (auto& [id, downlink] : downlinks_) {
    if (downlink.key.participant == participant) downlink.stats = stats;
  }
}

void Downlinks::setCanvas(const CanvasSettings& canvas) {
  canvas_ = canvas;
  update();
}

void Downlinks::update() {
  const mix::Nanos now = gst::now();
  followPeers();
  for (const Peer& peer : peers_.all()) {
    if (const auto at = downlinks_.find(peer.receiver); at != downlinks_.end())
      place(at->first, at->second, peer, now);
  }
  keepRungs(now);
  protectSound();
  for (auto& [id, downlink] : downlinks_) tell(downlink, now);
}

// A connection that another replaces is a new receiver, whose network may be another one.
void Downlinks::followPeers() {
  const auto gone = [&](const auto& each) {
    const auto peer = std::ranges::find(peers_.all(), each.first, &Peer::receiver);
    return peer == peers_.all().end() || !peer->connected;
  };
  std::erase_if(downlinks_, gone);
  for (const Peer& peer : peers_.all()) {
    if (!peer.receiver || !peer.connected) continue;
    const PeerSettings& settings = peer.settings;
    downlinks_.try_emplace(peer.receiver, Downlink{settings.key, settings.codec,
                                                   ReceiverLadder(settings_.rungs, settings_.audioKbps)});
  }
}

void Downlinks::place(ReceiverId id, Downlink& downlink, const Peer& peer, mix::Nanos now) {
  const auto levelNow = [&] {
    const auto sent = media_.fanOut.sentRung(id);
    return sent ? sent->level : levels();
  };
  const std::vector<int> others = kbpsOfOthers(id, downlink.codec);
  ReceiverLadder::Input input;
  input.network = peer.leg->network();
  input.stats = std::exchange(downlink.stats, std::nullopt);
  input.canvasFps = canvas_.fps;
  input.bestLevel = peer.takesVideo() ? peer.settings.bestLevel : levels();
  input.kbpsOfOthers = others;
  input.sentLevel = levelNow();
  const double lossMoved = input.network.loss - downlink.loss;
  downlink.loss += lossMoved * (lossMoved > 0 ? kLossRises : kLossFalls);
  const auto decision = downlink.ladder.update(input, now);
  if (decision.level != downlink.decision.level || !downlink.told)
    log::debug("downlink", {{"peer", downlink.key.participant.value},
                            {"level", decision.level},
                            {"kbps", decision.videoKbps},
                            {"network", input.network.kbps.value_or(0)},
                            {"trial", decision.trial}});
  downlink.decision = decision;
  media_.fanOut.setRung(id, rungAt(downlink.codec, decision.level));
  if (std::exchange(downlink.paceKbps, decision.paceKbps) != decision.paceKbps)
    media_.fanOut.setRate(id, decision.paceKbps);
  downlink.sentLevel = levelNow();
}

std::optional<RungId> Downlinks::rungAt(VideoCodec codec, int level) const {
  return level < levels() ? std::optional(RungId{codec, level}) : std::nullopt;
}

std::vector<int> Downlinks::kbpsOfOthers(ReceiverId id, VideoCodec codec) const {
  std::vector<int> kbps;
  for (int level = 0; level < levels(); ++level) {
    kbps.push_back(bestKbps(settings_.rungs[static_cast<std::size_t>(level)], wishes({codec, level}, id)));
  }
  return kbps;
}

std::vector<int> Downlinks::wishes(RungId rung, ReceiverId except) const {
  std::vector<int> kbps;
  for (const auto& [id, downlink] : downlinks_) {
    const auto& decision = downlink.decision;  // 0 kbit/s: none has been made yet
    if (id != except && decision.videoKbps > 0 && rungAt(downlink.codec, decision.level) == rung)
      kbps.push_back(decision.videoKbps);
  }
  return kbps;
}

std::vector<RungId> Downlinks::needed() const {
  std::vector<RungId> rungs;
  for (const auto& [id, downlink] : downlinks_) {
    for (const int level : {downlink.decision.level, downlink.sentLevel}) {
      const auto rung = rungAt(downlink.codec, level);
      if (rung && std::ranges::find(rungs, *rung) == rungs.end()) rungs.push_back(*rung);
    }
  }
  return rungs;
}

bool Downlinks::takes(RungId rung) const {
  const auto rungs = needed();
  return std::ranges::find(rungs, rung) != rungs.end();
}

// A rung that nobody is to take any more keeps its bitrate for those who wait for another's keyframe.
void Downlinks::keepRungs(mix::Nanos now) {
  media_.video.keepRungs(needed(), now);
  for (auto& [id, downlink] : downlinks_) {
    const auto rung = rungAt(downlink.codec, downlink.decision.level);
    downlink.kbps =
        rung ? rungKbps(settings_.rungs[static_cast<std::size_t>(rung->level)], wishes(*rung, 0)) : 0;
    if (rung) media_.video.setKbps(*rung, downlink.kbps);
  }
}

void Downlinks::protectSound() {
  std::vector<ReceiverLoss> losses;
  for (const Peer& peer : peers_.all()) {
    const auto downlink = downlinks_.find(peer.receiver);
    if (downlink == downlinks_.end()) continue;
    const auto percent = static_cast<int>(std::lround(100 * downlink->second.loss));
    if (percent > 0) losses.push_back({peer.audio.get(), percent});
  }
  media_.audio.setLosses(std::move(losses));
}

// Of what is on its way to them: a move is told once it is made.
void Downlinks::tell(Downlink& downlink, mix::Nanos now) {
  const int level = downlink.decision.level;
  if (level != downlink.sentLevel) return;
  Receiving receiving{level, {0, 0, 0}, downlink.kbps, downlink.decision.why};
  if (level < levels())
    receiving.picture = rungPicture(settings_.rungs[static_cast<std::size_t>(level)], canvas_);
  if (downlink.told) {
    const int moved = std::abs(receiving.kbps - downlink.told->kbps);
    const bool little = now - downlink.toldAt < kKbpsToldEvery || 10 * moved < downlink.told->kbps;
    if (little) receiving.kbps = downlink.told->kbps;
    if (receiving == *downlink.told) return;
  }
  downlink.told = receiving;
  downlink.toldAt = now;
  events_.onReceiving(downlink.key, receiving);
}

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "base/log.h"
#include "server/conference_room.h"
#include "wire/common_fields.h"

// What participants receive of the picture, and what those who send one are asked for.

namespace tessera::server {

void ConferenceRoom::handle(Member& member, const wire::ClientReceive& wish) {
  if (!member.wishes.take(Clock::now()))
    return sendError(member, {ErrorCode::tooMany, "too many changes of what to receive"}, "receive");
  PictureBounds bounds = member.bounds;
  bounds.wish = wish.height;
  setBounds(member, bounds);
}

void ConferenceRoom::handle(Member& member, const wire::ClientStats& stats) {
  if (!member.stats.take(Clock::now()))
    return sendError(member, {ErrorCode::tooMany, "too many stats"}, "stats");
  log::debug("client stats", {{"room", id().value},
                              {"peer", member.id.value},
                              {"fps", stats.fps},
                              {"dropped", stats.framesDropped},
                              {"freezes", stats.freezes},
                              {"decode_ms", stats.decodeMs},
                              {"lost", stats.packetsLost},
                              {"rtt_ms", stats.rttMs}});
  if (media_ && stats.seconds > 0)
    media_->reportStats(member.id, {stats.seconds, stats.framesDecoded, stats.framesDropped, stats.freezes,
                                    static_cast<int>(std::lround(stats.decodeMs))});
}

void ConferenceRoom::setBounds(Member& member, const PictureBounds& bounds) {
  const int before = bestLevelOf(member);
  member.bounds = bounds;
  const int level = bestLevelOf(member);
  if (level == before) return;
  log::info("best level", {{"room", id().value}, {"peer", member.id.value}, {"level", level}});
  if (media_ && member.main.inMix) media_->updatePeer({member.id, {}, {}, {}, {}, level});
}

int ConferenceRoom::bestLevelOf(const Member& member) const {
  PictureBounds bounds = member.bounds;
  const int everybodys = rules_.room.maxHeight;
  if (everybodys > 0 && (bounds.cap == 0 || everybodys < bounds.cap)) bounds.cap = everybodys;
  return bestLevel(settings_.rungs, settings_.canvas, bounds);
}

void ConferenceRoom::onReceiving(const PeerKey& peer, const Receiving& receiving) {
  const Peer of = peerOf(peer);
  if (!of || of.connection != &of.member->main) return;
  log::debug("receives", {{"room", id().value},
                          {"peer", peer.participant.value},
                          {"level", receiving.level},
                          {"kbps", receiving.kbps},
                          {"limit", wire::enumName(receiving.limit)}});
  of.member->receiving = receiving;
  tellReceiving(*of.member);
}

void ConferenceRoom::tellReceiving(Member& member) {
  if (member.receiving)
    send(member, wire::ServerReceiving{*member.receiving, static_cast<int>(settings_.rungs.size()) + 1});
}

void ConferenceRoom::onIngest(const PeerKey& peer, const Ingest& ingest) {
  const Peer of = peerOf(peer);
  if (!of) return;
  log::debug("ingest", {{"room", id().value},
                        {"peer", peer.participant.value},
                        {"pc", peer.pc},
                        {"width", ingest.width},
                        {"height", ingest.height},
                        {"kbps", ingest.kbps}});
  of.connection->ingest = ingest;
  tellIngest(*of.member, *of.connection);
}

void ConferenceRoom::tellIngest(Member& member, const Connection& connection) {
  if (connection.ingest) send(member, wire::ServerIngest{connection.pc, connection.gen, *connection.ingest});
}

}  // namespace tessera::server

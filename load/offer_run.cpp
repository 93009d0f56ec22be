// SPDX-License-Identifier: Apache-2.0
#include "load/offer_run.h"

#include <sys/socket.h>

#include <algorithm>

namespace tessera::load {
namespace {

bool isSocket(int fd) {
  int type = 0;
  socklen_t size = sizeof(type);
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace

OfferRun::OfferRun(const Options& options, Crew& crew, Progress& progress, std::function<void()> onDone)
    : options_(options),
      crew_(crew),
      progress_(progress),
      onDone_(std::move(onDone)),
      connections_(static_cast<std::size_t>(options.offers)) {
  report_ = reportOf(options);
  report_.url = "itself";
  report_.room = "no room";
  report_.participants = options.offers * options.streams;
  report_.viewers = 0;
}

void OfferRun::start() {
  if (!isSocket(kSocketFd)) return fail(fmt::format("descriptor {} is no socket to offer over", kSocketFd));
  channel_ = std::make_unique<LineChannel>(
      kSocketFd, LineChannel::Handlers{.onLine = [this](std::string_view line) { onLine(line); },
                                       .onClosed = [this](std::string_view) { finish(false); }});
  for (std::uint32_t gen = 1; gen <= connections_.size(); ++gen) {
    if (auto ok = open(gen); !ok) return fail(ok.error().text);
  }
}

Status OfferRun::open(std::uint32_t gen) {
  Connection& connection = connections_[gen - 1];
  connection.received = std::make_shared<Received>(options_.video.codec);
  const auto send = [this](const wire::ToClient& message) {
    if (channel_) channel_->sendControl(wire::encode(message));
  };
  OfferingPeer::Handlers handlers;
  handlers.onOffer = [send, gen](const std::string& sdp) { send(wire::ServerOffer{"main", gen, sdp}); };
  handlers.onCandidate = [send, gen](const IceCandidate& candidate) {
    if (!candidate.candidate.empty()) send(wire::ServerCandidate{"main", gen, candidate});
  };
  handlers.onConnected = [this, &connection, gen] {
    progress_.note(fmt::format("connection {} stands", gen));
    connection.since = Clock::now();
    {
      const std::lock_guard lock(connection.received->mutex);
      connection.received->video.beginWindow(connection.since);
      connection.received->audio.beginWindow(connection.since);
    }
    connection.peer->sendMedia(crew_.sender());
  };
  const Clips& clips = crew_.clips();
  auto peer = OfferingPeer::create({.codec = options_.video.codec,
                                    .video = clips.video.front().clip,
                                    .audio = clips.talking,
                                    .moreVideo = options_.streams - 1,
                                    .moreAudio = std::clamp(options_.talkers, 1, options_.streams) - 1},
                                   connection.received, handlers);
  if (!peer) return tl::unexpected(peer.error());
  connection.peer = std::move(*peer);
  return connection.peer->offer();
}

OfferRun::Connection* OfferRun::find(std::uint32_t gen) {
  return gen >= 1 && gen <= connections_.size() ? &connections_[gen - 1] : nullptr;
}

void OfferRun::onLine(std::string_view line) {
  const auto message = wire::decodeFromClient(line);
  if (!message) return fail("what came over the socket: " + message.error().text);
  if (const auto* answer = std::get_if<wire::ClientAnswer>(&*message)) {
    Connection* connection = find(answer->gen);
    if (!connection) return fail(fmt::format("an answer of connection {}, which there is not", answer->gen));
    if (auto ok = connection->peer->answer(answer->sdp); !ok) fail(ok.error().text);
  } else if (const auto* candidate = std::get_if<wire::ClientCandidate>(&*message)) {
    if (Connection* connection = find(candidate->gen)) connection->peer->addCandidate(candidate->candidate);
  }
}

void OfferRun::fail(const std::string& why) {
  for (Connection& connection : connections_)
    if (connection.failure.empty()) connection.failure = why;
  finish(false);
}

MemberFigures OfferRun::figuresOf(std::size_t index, TimePoint now) {
  const Connection& connection = connections_[index];
  MemberFigures member;
  member.name = fmt::format("connection-{}", index + 1);
  member.failure = connection.failure;
  if (connection.since == TimePoint{}) {
    if (member.failure.empty()) member.failure = "never connected";
    return member;
  }
  report_.measuredSeconds = std::chrono::duration<double>(now - connection.since).count();
  const std::lock_guard lock(connection.received->mutex);
  member.firstFrame = Milliseconds(0);
  member.video = connection.received->video.figures(now);
  member.audio = connection.received->audio.figures(now);
  member.kbpsIn = static_cast<double>(member.video.bytes + member.audio.bytes) * 8 / 1000 /
                  std::max(report_.measuredSeconds, 0.001);
  return member;
}

void OfferRun::finish(bool interrupted) {
  if (std::exchange(done_, true)) return;
  const TimePoint now = Clock::now();
  report_.interrupted = interrupted;
  for (std::size_t i = 0; i < connections_.size(); ++i) report_.members.push_back(figuresOf(i, now));
  // Later: this may be a call from within one of them.
  post([this] {
    channel_.reset();
    connections_.clear();
    onDone_();
  });
}

}  // namespace tessera::load

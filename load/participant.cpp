// SPDX-License-Identifier: Apache-2.0
#include "load/participant.h"

#include <algorithm>

namespace tessera::load {
namespace {

constexpr std::chrono::seconds kStatsInterval{2};

// Of picture and sound; those without either are there, too.
std::vector<SecondFigures> secondsOf(const Received& received, Clock::duration window) {
  std::vector<SecondFigures> seconds = received.video.seconds();
  const std::vector<SecondFigures>& sound = received.audio.seconds();
  const auto whole =
      static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::seconds>(window).count());
  seconds.resize(std::max({seconds.size(), sound.size(), std::min(whole, kMostSeconds)}));
  for (std::size_t i = 0; i < sound.size(); ++i) {
    seconds[i].audioPackets = sound[i].audioPackets;
    seconds[i].audioLost = sound[i].audioLost;
    seconds[i].audioBytes = sound[i].audioBytes;
  }
  return seconds;
}

}  // namespace

Participant::Participant(Company& company, Settings settings, std::function<void()> onChanged)
    : company_(company),
      settings_(std::move(settings)),
      onChanged_(std::move(onChanged)),
      received_(std::make_shared<Received>(company.options.video.codec)) {
  received_->sound.setTalker(settings_.onlyTalker);
}

Participant::~Participant() = default;

void Participant::join() {
  closed_ = false;
  setState(State::joining);
  joinSent_ = Clock::now();  // until the WebSocket is open
  SignalingClient::Handlers handlers;
  handlers.onOpen = [this] { onOpen(); };
  handlers.onMessage = [this](const wire::ToClient& message) { onMessage(message); };
  handlers.onClosed = [this](const Error& why) { onClosed(why); };
  client_ = std::make_unique<SignalingClient>(company_.signaling, company_.options.url, company_.options.room,
                                              std::move(handlers));
}

void Participant::onOpen() {
  wire::Join join;
  join.name = settings_.name;
  join.viewer = settings_.viewer;
  join.sendVideo = !settings_.viewer && !settings_.audioOnly;
  join.sendAudio = !settings_.viewer;
  join.cameraOff = settings_.audioOnly;
  join.codecs = {company_.options.video.codec};
  join.receive.height = settings_.receiveHeight;
  joinSent_ = Clock::now();
  client_->send(join);
}

void Participant::onMessage(const wire::ToClient& message) {
  if (state_ == State::failed || state_ == State::left) return;
  if (const auto* welcome = std::get_if<wire::Welcome>(&message)) {
    onWelcome(*welcome);
  } else if (const auto* roster = std::get_if<wire::Roster>(&message)) {
    rosterSize_ = roster->participants.size();
    onChanged_();
  } else if (const auto* offer = std::get_if<wire::ServerOffer>(&message)) {
    onOffer(*offer);
  } else if (const auto* candidate = std::get_if<wire::ServerCandidate>(&message)) {
    onCandidate(*candidate);
  } else if (const auto* tiles = std::get_if<wire::Tiles>(&message)) {
    tiles_ = tiles->picture.tiles;
    canvasWidth_ = tiles->picture.canvas.width;
    watchTiles();
  } else if (const auto* ingest = std::get_if<wire::ServerIngest>(&message)) {
    onIngest(*ingest);
  } else if (const auto* receiving = std::get_if<wire::ServerReceiving>(&message)) {
    onReceiving(*receiving);
  } else if (const auto* error = std::get_if<wire::ErrorMessage>(&message)) {
    // A refused join is never followed by media, whether it is final or could be tried again.
    if (error->final || error->re == "join" || error->re == "answer")
      fail(fmt::format("the server refuses {}: {} ({})", error->re.empty() ? "to go on" : error->re,
                       error->error.text, wireName(error->error.code)));
  } else if (const auto* bye = std::get_if<wire::Bye>(&message)) {
    fail(fmt::format("the server says bye: {} ({})", bye->text, wireName(bye->code)));
  }
}

void Participant::onWelcome(const wire::Welcome& welcome) {
  welcome_ = Clock::now();
  iceServers_ = welcome.iceServers;
  rosterSize_ = welcome.participants.size();
  if (settings_.logs.video) company_.senders[welcome.id] = settings_.logs;
  if (company_.options.layout && welcome.role == wire::Role::moderator)
    client_->send(wire::ClientLayout{LayoutChoice{*company_.options.layout, {}, {}}});
  lastStats_.at = Clock::now();
  statsTimer_.every(kStatsInterval, [this] { sendStats(); });
  onChanged_();
}

void Participant::onOffer(const wire::ServerOffer& offer) {
  dropMedia();
  ++offers_;
  pc_ = offer.pc;
  gen_ = offer.gen;
  MediaPeer::Settings settings;
  settings.codec = company_.options.video.codec;
  if (!settings_.viewer) {
    if (!settings_.video.empty()) settings.video = settings_.video.front().clip;
    settings.audio = settings_.audio;
  }
  settings.phase = settings_.phase;
  settings.driftPpm = settings_.driftPpm;
  settings.logs = settings_.logs;
  settings.audioOnly = settings_.audioOnly;
  settings.soundIsFirst = settings_.receiveHeight == 0;
  settings.keepDecoding = settings_.keepDecoding;
  settings.gatherAddress = company_.options.gatherAddress;
  settings.iceServers = iceServers();
  settings.relayOnly = company_.options.relayOnly;
  if (settings.relayOnly && settings.iceServers.empty()) return fail("the server names no TURN server");
  auto media = MediaPeer::create(std::move(settings), offer.sdp, received_, company_.sender,
                                 company_.teardown, mediaHandlers(offer));
  if (!media) return fail(media.error().text);
  media_ = std::move(*media);
  obeyIngest();
}

// Of what the server offers, all; with --turn that one alone, by the server's credentials.
std::vector<wire::IceServer> Participant::iceServers() const {
  if (company_.options.turn.empty()) return iceServers_;
  for (wire::IceServer server : iceServers_) {
    if (!server.url.starts_with("turn")) continue;
    server.url = company_.options.turn;
    return {server};
  }
  return {};
}

void Participant::onIngest(const wire::ServerIngest& ingest) {
  if (ingest.pc != "main") return;
  ingest_ = ingest;
  asked_.emplace_back(Clock::now(), ingest.ingest);
  obeyIngest();
}

void Participant::obeyIngest() {
  if (!ingest_ || !media_ || ingest_->gen != gen_ || company_.options.ignoreIngest) return;
  media_->playVideo(pickVariant(settings_.video, ingest_->ingest));
}

void Participant::onReceiving(const wire::ServerReceiving& receiving) {
  receiving_.emplace_back(Clock::now(), receiving);
}

// As a client that decodes and shows all that it gets: it is not the one that is measured.
void Participant::sendStats() {
  if (state_ == State::failed || state_ == State::left || !media_) return;
  const TimePoint now = Clock::now();
  wire::ClientStats stats;
  stats.seconds = std::chrono::duration<double>(now - lastStats_.at).count();
  {
    const std::lock_guard lock(received_->mutex);
    stats.framesDecoded = static_cast<int>(received_->video.frames() - lastStats_.frames);
    stats.packetsLost = static_cast<int>(received_->video.lostPackets() - lastStats_.lost);
    lastStats_ = {now, received_->video.frames(), received_->video.lostPackets()};
  }
  stats.fps = stats.framesDecoded / stats.seconds;
  client_->send(stats);
}

MediaPeer::Handlers Participant::mediaHandlers(const wire::ServerOffer& offer) {
  MediaPeer::Handlers handlers;
  handlers.onAnswer = [this, pc = offer.pc, gen = offer.gen](const std::string& sdp) {
    client_->send(wire::ClientAnswer{pc, gen, sdp});
  };
  handlers.onCandidate = [this, pc = offer.pc, gen = offer.gen](const IceCandidate& candidate) {
    client_->send(wire::ClientCandidate{pc, gen, candidate});
  };
  handlers.onConnected = [this] { onConnected(); };
  handlers.onFirstFrame = [this] { onFirstFrame(); };
  handlers.onFailed = [this](const Error& why) { fail(why.text); };
  return handlers;
}

void Participant::onCandidate(const wire::ServerCandidate& candidate) {
  if (media_ && candidate.pc == pc_ && candidate.gen == gen_) media_->addCandidate(candidate.candidate);
}

// Who is in which tile can be told once they were welcomed, which may be after their tile is.
void Participant::watchTiles() {
  if (!settings_.keepDecoding) return;
  std::vector<DelayCheck::Source> sources;
  for (const Tile& tile : tiles_) {
    const auto sender = company_.senders.find(tile.participant);
    if (sender == company_.senders.end() || tile.pc != "main") continue;
    sources.push_back({placeInTile(company_.options.video.width, company_.options.video.height, tile.x,
                                   tile.y, tile.width, tile.height),
                       sender->second.video});
  }
  const std::lock_guard lock(received_->mutex);
  received_->delay.setSources(std::move(sources), canvasWidth_);
}

void Participant::onConnected() {
  if (!connected_) connected_ = Clock::now();
  onChanged_();
}

void Participant::onFirstFrame() {
  if (state_ == State::joining) setState(State::in);
}

void Participant::onClosed(const Error& why) {
  closed_ = true;
  if (state_ == State::left || state_ == State::failed) return onChanged_();
  fail(why.text);
}

void Participant::leave() {
  if (state_ == State::failed || state_ == State::left) return;
  if (client_) {
    client_->send(wire::Leave{});
    client_->close();
  }
  dropMedia();
  setState(State::left);
}

void Participant::fail(const std::string& why) {
  if (state_ == State::failed || state_ == State::left) return;
  failure_ = why;
  if (client_) {
    client_->send(wire::Leave{});  // or the server would keep the place for a while
    client_->close();
  }
  // Later: this may be a call from within the connection.
  post([weak = weak_.get()] {
    if (auto* self = weak.get()) self->dropMedia();
  });
  setState(State::failed);
}

void Participant::dropMedia() {
  if (!media_) return;
  bytesSentBefore_ += media_->bytesSent();
  media_.reset();
}

void Participant::setState(State state) {
  state_ = state;
  onChanged_();
}

void Participant::beginWindow(TimePoint now) {
  watchTiles();
  windowStart_ = now;
  bytesSentAtWindow_ = bytesSent();
  const std::lock_guard lock(received_->mutex);
  received_->video.beginWindow(now);
  received_->audio.beginWindow(now);
  received_->picture.beginWindow(now);
  received_->delay.beginWindow(now);
  received_->sound.beginWindow(now);
}

MemberFigures Participant::figures(TimePoint now) {
  MemberFigures result;
  result.name = settings_.name;
  result.viewer = settings_.viewer;
  result.audioOnly = settings_.audioOnly;
  result.failure = failure_;
  result.offers = offers_;
  if (welcome_) result.welcome = sinceJoin(*welcome_);
  if (connected_) result.connected = sinceJoin(*connected_);
  const std::lock_guard lock(received_->mutex);
  if (received_->firstFrame) result.firstFrame = sinceJoin(*received_->firstFrame);
  result.keyframesSinceJoin = received_->video.keyframes();
  if (windowStart_ == TimePoint{} || now <= windowStart_) return result;
  result.video = received_->video.figures(now);
  result.audio = received_->audio.figures(now);
  result.seconds = secondsOf(*received_, now - windowStart_);
  for (const auto& [at, told] : receiving_)
    result.receiving.push_back({Milliseconds(at - windowStart_), told.levels, told.receiving});
  for (const auto& [at, asked] : asked_) result.ingest.push_back({Milliseconds(at - windowStart_), asked});
  if (settings_.keepDecoding && !settings_.audioOnly) {
    result.picture = received_->picture.figures(now);
    result.delay = received_->delay.figures();
  }
  if (settings_.onlyTalker) result.sound = received_->sound.figures();
  const double milliseconds = Milliseconds(now - windowStart_).count();
  result.kbpsIn = static_cast<double>(result.video.bytes + result.audio.bytes) * 8 / milliseconds;
  result.kbpsOut = static_cast<double>(bytesSent() - bytesSentAtWindow_) * 8 / milliseconds;
  return result;
}

}  // namespace tessera::load

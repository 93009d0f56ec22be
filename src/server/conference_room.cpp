// SPDX-License-Identifier: Apache-2.0
#include "server/conference_room.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace tessera::server {
namespace {

std::int64_t nowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// A client's place, as its connection holds it.
class RoomSeat : public signaling::Seat {
 public:
  RoomSeat(Weak<ConferenceRoom> room, ParticipantId id, std::uint64_t serial)
      : room_(std::move(room)), id_(std::move(id)), serial_(serial) {}
  ~RoomSeat() override {
    if (auto* room = room_.get()) room->onSeatLost(id_, serial_);
  }
  void onMessage(const wire::FromClient& message) override {
    if (auto* room = room_.get()) room->onSeatMessage(id_, serial_, message);
  }
  void onGoingAway() override {
    if (auto* room = room_.get()) room->onSeatGoingAway(id_, serial_);
  }

 private:
  Weak<ConferenceRoom> room_;
  ParticipantId id_;
  std::uint64_t serial_;
};

}  // namespace

ConferenceRoom::ConferenceRoom(const RoomContext& context, HlsFolders& hls, config::Template rules,
                               RoomSettings settings, RoomTiming timing, std::function<void()> onEnded)
    : context_(context),
      rules_(std::move(rules)),
      settings_(std::move(settings)),
      timing_(timing),
      onEnded_(std::move(onEnded)),
      crashGuard_(timing.crashes),
      layout_{settings_.look.layout, settings_.look.customLayout, {}},
      startedAtMs_(nowMs()),
      recordings_(
          settings_.room, context.recordings,
          {[this] { return media_.get(); }, [this] { return scene(); }, [this] { recordingChanged(); }}),
      outputs_(settings_.room, hls, {[this] { return media_.get(); }, [this] { recordingChanged(); }}),
      sources_(settings_.room, roster_,
               {[this] { return media_.get(); }, [this] { rosterChanged(); },
                [this](const ParticipantId& source) { return crashGuard_.admitsNow(source); },
                [this](const ParticipantId& source) { crashGuard_.onConnected(source, Clock::now()); },
                [this](const ParticipantId& source) { sourceGone(source); }}) {}

ConferenceRoom::~ConferenceRoom() = default;

Status ConferenceRoom::start() {
  auto media = context_.host.start(settings_, *this);
  if (!media) return tl::unexpected(media.error());
  media_ = std::move(*media);
  log::info("room started", {{"room", id().value}, {"pid", media_->processId()}, {"template", rules_.name}});
  startLive();
  waitWhileEmpty();
  return {};
}

// Of those that the client can decode: in hardware, if that is preferred here; or one that is in use already,
// since another is a second ladder of encoders; or the first in the room's order.
Result<VideoCodec> ConferenceRoom::chooseCodec(const wire::Join& join,
                                               const std::optional<ParticipantId>& resumes) const {
  const auto has = [](const std::vector<VideoCodec>& codecs, VideoCodec codec) {
    return std::find(codecs.begin(), codecs.end(), codec) != codecs.end();
  };
  const auto inUse = [&](VideoCodec codec) {
    return std::any_of(members_.begin(), members_.end(), [&](const auto& each) {
      return each.second->codec == codec && each.first != resumes;
    });
  };
  std::vector<VideoCodec> usable;
  for (const VideoCodec codec : rules_.room.codecs)
    if (has(join.codecs, codec)) usable.push_back(codec);
  if (usable.empty()) return fail(ErrorCode::unsupported, "none of the client's video codecs is in use here");
  if (rules_.room.prefer == config::PreferCodec::hardware)
    for (const VideoCodec codec : usable)
      if (has(join.hardware, codec)) return codec;
  const auto shared = std::find_if(usable.begin(), usable.end(), inUse);
  return shared == usable.end() ? usable.front() : *shared;
}

Status ConferenceRoom::mayEnter(const wire::Join& join, const std::optional<ParticipantId>& resumes,
                                const std::string& address) const {
  for (const Barred& barred : barred_) {
    const bool sameToken = resumes && *resumes == barred.id;
    const bool samePerson = !barred.address.empty() && barred.address == address && barred.name == join.name;
    if (sameToken || samePerson) return fail(ErrorCode::forbidden, "you may not come back to this room");
  }
  const bool returns = resumes && members_.contains(*resumes);
  if (!returns && static_cast<int>(members_.size()) >= settings_.maxParticipants)
    return fail(ErrorCode::tooMany, "the room is full ({} participants)", settings_.maxParticipants);
  if (!returns && !join.viewer && degradation_ == Degradation::closed)
    return fail(ErrorCode::overloaded, "the room has no time left for another sender; viewers may come in");
  return {};
}

Result<std::unique_ptr<signaling::Seat>> ConferenceRoom::join(const wire::Join& join,
                                                              const std::optional<ParticipantId>& resumes,
                                                              signaling::ClientLink& link,
                                                              const std::string& address) {
  if (state_ == wire::RoomState::ending) return fail(ErrorCode::roomEnded, "the room is ending");
  if (const auto allowed = mayEnter(join, resumes, address); !allowed) return tl::unexpected(allowed.error());
  const auto codec = chooseCodec(join, resumes);
  if (!codec) return tl::unexpected(codec.error());
  Member* present = resumes ? memberOf(*resumes) : nullptr;
  Member& member = present ? *present : enter(join, resumes);
  if (present) takeOver(member, join);
  member.link = &link;
  member.seat = nextSeat_++;
  member.goingAway = false;
  member.address = address;
  setBounds(member, {join.receive.height, member.bounds.cap, join.screenWidth, join.screenHeight});
  emptyTimer_.stop();
  recordings_.setEmpty(false);
  recordAlways();
  welcome(member, resumes.has_value());
  if (keeps(join, member, member.main)) {
    keepPeer(member);
  } else {
    member.codec = *codec;
    renewPeer(member, member.main);
  }
  rosterChanged();
  ++context_.metrics.joins[resumes ? "resumed" : "ok"];
  log::info("joined", {{"room", id().value}, {"peer", member.id.value}, {"resumed", resumes.has_value()}});
  return std::make_unique<RoomSeat>(weak_.get(), member.id, member.seat);
}

ConferenceRoom::Member& ConferenceRoom::enter(const wire::Join& join,
                                              const std::optional<ParticipantId>& resumes) {
  auto member = std::make_unique<Member>();
  member->id = resumes ? *resumes : makeParticipantId();
  member->viewer = join.viewer;
  Participant participant;
  participant.id = member->id;
  participant.name = join.name;
  participant.role = join.viewer ? ParticipantRole::viewer : ParticipantRole::participant;
  participant.muted = join.muted || !join.sendAudio;
  participant.cameraOff = join.cameraOff || !join.sendVideo;
  roster_.add(std::move(participant));
  return *members_.emplace(member->id, std::move(member)).first->second;
}

// The same person by another WebSocket: place, name and role stay, what it sends may have changed.
void ConferenceRoom::takeOver(Member& member, const wire::Join& join) {
  member.absence.stop();
  member.main.failures.clear();
  if (!keeps(join, member, member.screen)) endScreen(member);  // a page that still captures starts again
  Participant& participant = *roster_.find(member.id);
  const auto heard = member.link ? Clock::now() - member.link->silence() : member.heard;
  const bool mutedMeanwhile = member.othersMute > heard;
  if (mutedMeanwhile) member.othersMute = Clock::now();  // `welcome` tells it, which may be lost as well
  participant.muted = join.muted || !join.sendAudio || mutedMeanwhile;
  participant.cameraOff = join.cameraOff || !join.sendVideo;
  if (auto* old = std::exchange(member.link, nullptr))
    old->close({ErrorCode::conflict, "continued elsewhere", false, 0});
}

void ConferenceRoom::remove(Member& member, std::string_view why) {
  log::info("left", {{"room", id().value}, {"peer", member.id.value}, {"why", why}});
  endScreen(member);
  removePeer(member, member.main);
  const ParticipantId gone = member.id;
  crashGuard_.onGone(gone);
  levels_.erase(gone);
  unpin(gone);
  roster_.remove(gone);
  members_.erase(gone);  // `member` dangles from here on
  rosterChanged();
  recordings_.setEmpty(members_.empty());
  waitWhileEmpty();
}

void ConferenceRoom::dismiss(Member& member, const Error& error, const wire::Bye& bye) {
  if (auto* link = std::exchange(member.link, nullptr)) link->fail(error, bye);
  remove(member, wireName(error.code));
}

void ConferenceRoom::waitWhileEmpty() {
  if (!members_.empty() || state_ == wire::RoomState::ending) return;
  emptyTimer_.once(rules_.room.emptyTimeout, [this] {
    end({ErrorCode::roomEnded, "the room is empty", false, 0});
  });
}

void ConferenceRoom::end(const wire::Bye& bye) {
  if (std::exchange(state_, wire::RoomState::ending) == wire::RoomState::ending) return;
  log::info("room ends", {{"room", id().value}, {"why", wireName(bye.code)}});
  rosterTimer_.stop();
  probeTimer_.stop();
  emptyTimer_.stop();
  for (auto& [key, member] : members_) {
    member->absence.stop();
    if (auto* link = std::exchange(member->link, nullptr)) link->close(bye);
  }
  recordings_.end(bye.code == ErrorCode::roomFailed ? std::optional<Error>({bye.code, bye.text})
                                                    : std::nullopt);
  outputs_.end();
  if (media_) media_->close();
  onEnded_();
}

Status ConferenceRoom::kick(const ParticipantId& id, const std::string& by) {
  if (sources_.contains(id)) return sources_.remove(id, "kicked");
  Member* member = memberOf(id);
  if (!member) return fail(ErrorCode::notFound, "participant {} is not here", id.value);
  barred_.push_back({id, {}, {}});  // the token does not lead back; a new join may
  if (auto* link = std::exchange(member->link, nullptr))
    link->close({ErrorCode::forbidden, "removed by " + by, false, 0});
  remove(*member, "kicked");
  return {};
}

Status ConferenceRoom::changeParticipant(const ParticipantId& id, const wire::PatchParticipant& change) {
  if (sources_.contains(id)) {
    if (change.muted) sources_.setMuted(id, *change.muted);
    if (change.maxHeight) return fail(ErrorCode::badRequest, "maxHeight: a source receives nothing");
    return {};
  }
  Member* member = memberOf(id);
  if (!member) return fail(ErrorCode::notFound, "participant {} is not here", id.value);
  if (change.muted) setMuted(*member, *change.muted);
  if (change.maxHeight) {
    PictureBounds bounds = member->bounds;
    bounds.cap = *change.maxHeight;
    setBounds(*member, bounds);
  }
  return {};
}

void ConferenceRoom::onSeatMessage(const ParticipantId& id, std::uint64_t seat,
                                   const wire::FromClient& message) {
  Member* member = memberOf(id);
  if (!member || member->seat != seat || !member->link) return;
  std::visit([&](const auto& m) { handle(*member, m); }, message);
}

void ConferenceRoom::onSeatGoingAway(const ParticipantId& id, std::uint64_t seat) {
  if (Member* member = memberOf(id); member && member->seat == seat) member->goingAway = true;
}

void ConferenceRoom::onSeatLost(const ParticipantId& id, std::uint64_t seat) {
  Member* member = memberOf(id);
  if (!member || member->seat != seat || state_ == wire::RoomState::ending) return;
  member->lost = Clock::now();
  member->heard = member->link ? member->lost - member->link->silence() : member->lost;
  member->link = nullptr;
  member->seat = 0;
  log::info("connection lost, place kept", {{"room", this->id().value}, {"peer", id.value}});
  awaitReturn(*member);
}

// Keeps the place of somebody without a WebSocket: as long as is configured while their media goes on, and no
// longer than it takes to be sure that they are gone when it does not.
void ConferenceRoom::awaitReturn(Member& member) {
  const std::chrono::milliseconds kept = rules_.room.resumeTimeout;
  auto until = member.lost + (member.goingAway ? std::min(kept, timing_.reloadLimit) : kept);
  if (!roster_.find(member.id)->connected) until = std::min(until, member.heard + timing_.deadAfter);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  member.absence.once(std::max(left, left.zero()), [this, id = member.id] {
    if (Member* absent = memberOf(id)) remove(*absent, "absent");
  });
}

ConferenceRoom::Member* ConferenceRoom::memberOf(const ParticipantId& id) {
  const auto it = members_.find(id);
  return it == members_.end() ? nullptr : it->second.get();
}

}  // namespace tessera::server

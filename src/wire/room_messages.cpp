// SPDX-License-Identifier: Apache-2.0
#include "wire/room_messages.h"

#include "base/line_channel.h"
#include "room/layout.h"
#include "wire/codec.h"
#include "wire/common_fields.h"

namespace tessera::wire {
namespace {

constexpr std::size_t kMaxAddresses = 64;
constexpr TextRule kAddressText{1, 64, Charset::line};
constexpr IntRange kPort{0, 65535};
constexpr IntRange kKbps{1, 1'000'000};
constexpr TextRule kPathText{1, 4096};
constexpr RealRange kFraction{0, 1};
constexpr IntRange kColourPart{0, 255};

}  // namespace

// clang-format off
template <> inline constexpr std::string_view kTypeName<BindRoom> = "bind";
template <> inline constexpr std::string_view kTypeName<AddPeer> = "addPeer";
template <> inline constexpr std::string_view kTypeName<SetAnswer> = "answer";
template <> inline constexpr std::string_view kTypeName<AddCandidate> = "candidate";
template <> inline constexpr std::string_view kTypeName<UpdatePeer> = "updatePeer";
template <> inline constexpr std::string_view kTypeName<SetLayout> = "layout";
template <> inline constexpr std::string_view kTypeName<RemovePeer> = "removePeer";
template <> inline constexpr std::string_view kTypeName<StartRecording> = "startRecording";
template <> inline constexpr std::string_view kTypeName<ControlRecording> = "controlRecording";
template <> inline constexpr std::string_view kTypeName<StartOutput> = "startOutput";
template <> inline constexpr std::string_view kTypeName<StopOutput> = "stopOutput";
template <> inline constexpr std::string_view kTypeName<AddSource> = "addSource";
template <> inline constexpr std::string_view kTypeName<RemoveSource> = "removeSource";
template <> inline constexpr std::string_view kTypeName<CloseRoom> = "close";
template <> inline constexpr std::string_view kTypeName<SpareReady> = "ready";
template <> inline constexpr std::string_view kTypeName<PeerOffer> = "offer";
template <> inline constexpr std::string_view kTypeName<PeerCandidate> = "candidate";
template <> inline constexpr std::string_view kTypeName<PeerStateChanged> = "peerState";
template <> inline constexpr std::string_view kTypeName<PeerErrorReport> = "peerError";
template <> inline constexpr std::string_view kTypeName<PictureChanged> = "picture";
template <> inline constexpr std::string_view kTypeName<ConnectionQuality> = "connectionQuality";
template <> inline constexpr std::string_view kTypeName<ReceivingChanged> = "receiving";
template <> inline constexpr std::string_view kTypeName<IngestChanged> = "ingest";
template <> inline constexpr std::string_view kTypeName<ReportStats> = "stats";
template <> inline constexpr std::string_view kTypeName<Speaking> = "speaking";
template <> inline constexpr std::string_view kTypeName<RecordingChanged> = "recording";
template <> inline constexpr std::string_view kTypeName<OutputChanged> = "output";
template <> inline constexpr std::string_view kTypeName<SourceChanged> = "source";
template <> inline constexpr std::string_view kTypeName<Heartbeat> = "heartbeat";
template <> inline constexpr std::string_view kTypeName<RoomFailed> = "failed";
// clang-format on

template <>
struct EnumNames<PeerState> {
  static constexpr std::array<std::pair<PeerState, std::string_view>, 3> names{
      {{PeerState::connecting, "connecting"},
       {PeerState::connected, "connected"},
       {PeerState::failed, "failed"}}};
};

template <>
struct EnumNames<TileFit> {
  static constexpr std::array<std::pair<TileFit, std::string_view>, 3> names{
      {{TileFit::fill, "fill"}, {TileFit::fit, "fit"}, {TileFit::smart, "smart"}}};
};

template <>
struct EnumNames<RegionRule> {
  static constexpr std::array<std::pair<RegionRule, std::string_view>, 5> names{
      {{RegionRule::pinned, "pinned"},
       {RegionRule::speaker, "speaker"},
       {RegionRule::recent, "recent"},
       {RegionRule::screen, "screen"},
       {RegionRule::presenter, "presenter"}}};
};

template <>
struct EnumNames<Corner> {
  static constexpr std::array<std::pair<Corner, std::string_view>, 4> names{
      {{Corner::topLeft, "top-left"},
       {Corner::topRight, "top-right"},
       {Corner::bottomLeft, "bottom-left"},
       {Corner::bottomRight, "bottom-right"}}};
};

// ---- shared

// Part of the envelope, not an object of its own.
void fields(auto& io, Of<PeerKey> auto& m) {
  io.required("peer", m.participant);
  io.required("pc", m.pc, kPcText);
  io.required("gen", m.gen, kGen);
}

void fields(auto& io, Of<Region> auto& m) {
  io.required("x", m.x, kFraction);
  io.required("y", m.y, kFraction);
  io.required("width", m.width, kFraction);
  io.required("height", m.height, kFraction);
  io.required("who", m.who);
  io.required("nth", m.nth, IntRange{1, kMaxTiles});
  io.required("fit", m.fit);
}

void fields(auto& io, Of<CustomLayout> auto& m) {
  io.required("name", m.name, kLayoutName);
  io.list("regions", m.regions, kMaxTiles);
}

void fields(auto& io, Of<Rgb> auto& m) {
  io.required("red", m.red, kColourPart);
  io.required("green", m.green, kColourPart);
  io.required("blue", m.blue, kColourPart);
}

void fields(auto& io, Of<Look> auto& m) {
  io.required("layout", m.layout);
  io.optional("customLayout", m.customLayout, kLayoutName);
  io.list("customLayouts", m.customLayouts, kMaxCustomLayouts);
  io.required("speakerAbove", m.speakerAbove, IntRange{1, kMaxListElements});
  io.required("maxTiles", m.maxTiles, IntRange{1, kMaxTiles});
  io.required("fit", m.fit);
  io.required("gap", m.gap, kPixels);
  io.required("cornerRadius", m.cornerRadius, kPixels);
  io.required("glideMs", m.glideMs, kGlideMs);
  objectField(io, "background", m.background);
  io.optional("backgroundImage", m.backgroundImage, kPathText);
  io.optional("logo", m.logo, kPathText);
  io.required("logoCorner", m.logoCorner);
  io.required("logoPercent", m.logoPercent, IntRange{1, 100});
  io.required("names", m.names);
  io.required("highContrast", m.highContrast);
  io.required("recordingMark", m.recordingMark);
}

void fields(auto& io, Of<ProgramSettings> auto& m) {
  io.required("width", m.width, IntRange{2, 8192});
  io.required("height", m.height, IntRange{2, 8192});
  io.required("fps", m.fps, kFps);
  io.required("videoKbps", m.videoKbps, kKbps);
  io.required("audioKbps", m.audioKbps, kKbps);
}

void fields(auto& io, Of<SoundSettings> auto& m) {
  io.required("stereo", m.stereo);
  io.required("levelling", m.levelling);
  io.required("chimes", m.chimes);
}

void fields(auto& io, Of<RungSpec> auto& m) {
  io.required("height", m.height, IntRange{2, 8192});
  io.required("fps", m.fps, kFps);
  io.required("kbps", m.kbps, kKbps);
  io.required("minKbps", m.minKbps, kKbps);
}

void fields(auto& io, Of<RoomSettings> auto& m) {
  io.required("room", m.room);
  objectField(io, "canvas", m.canvas);
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>) m.rungs.clear();
  io.list("rungs", m.rungs, kMaxRungs);
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>)
    if (m.rungs.empty()) io.refuse("rungs", ErrorCode::badRequest, "expected one or more");
  io.required("audioKbps", m.audioKbps, kKbps);
  io.required("maxTalkers", m.maxTalkers, IntRange{1, 100});
  io.required("maxParticipants", m.maxParticipants, IntRange{1, kMaxListElements});
  objectField(io, "look", m.look);
  objectField(io, "sound", m.sound);
  objectField(io, "program", m.program);
  io.list("gatherAddresses", m.gatherAddresses, kMaxAddresses, kAddressText);
  io.list("announcedAddresses", m.announcedAddresses, kMaxAddresses, kAddressText);
  io.required("minUdpPort", m.minUdpPort, kPort);
  io.required("maxUdpPort", m.maxUdpPort, kPort);
  io.optional("stunServer", m.stunServer, kUrlText);
}

// ---- server to room

void fields(auto& io, Of<BindRoom> auto& m) {
  objectField(io, "settings", m.settings);
}

void fields(auto& io, Of<AddPeer> auto& m) {
  fields(io, m.settings.key);
  io.required("name", m.settings.name, kPersonText);
  io.required("codec", m.settings.codec);
  io.required("muted", m.settings.muted);
  io.required("cameraOff", m.settings.cameraOff);
  io.required("hidden", m.settings.hidden);
  io.required("bestLevel", m.settings.bestLevel, kLevel);
}

void fields(auto& io, Of<SetAnswer> auto& m) {
  fields(io, m.peer);
  io.required("sdp", m.sdp, kSdpText);
}

void fields(auto& io, Of<AddCandidate> auto& m) {
  fields(io, m.peer);
  objectField(io, "candidate", m.candidate);
}

void fields(auto& io, Of<UpdatePeer> auto& m) {
  io.required("peer", m.update.participant);
  io.optional("muted", m.update.muted);
  io.optional("cameraOff", m.update.cameraOff);
  io.optional("handRaised", m.update.handRaised);
  io.optional("poorConnection", m.update.poorConnection);
  io.optional("bestLevel", m.update.bestLevel, kLevel);
}

void fields(auto& io, Of<SetLayout> auto& m) {
  fields(io, m.choice);
}

void fields(auto& io, Of<ReportStats> auto& m) {
  io.required("peer", m.participant);
  io.required("seconds", m.stats.seconds, RealRange{0, 3600});
  io.required("framesDecoded", m.stats.framesDecoded, kFrames);
  io.required("framesDropped", m.stats.framesDropped, kFrames);
  io.required("freezes", m.stats.freezes, kAnyCount);
  io.required("decodeMs", m.stats.decodeMs, kAnyCount);
}

void fields(auto& io, Of<RemovePeer> auto& m) {
  fields(io, m.peer);
}

void fields(auto& io, Of<StartRecording> auto& m) {
  io.required("id", m.settings.id);
  io.required("directory", m.settings.directory, kPathText);
  io.required("part", m.settings.part, IntRange{1, 9999});
  objectField(io, "formats", m.settings.formats);
  io.required("paused", m.settings.paused);
}

void fields(auto& io, Of<ControlRecording> auto& m) {
  io.required("id", m.id);
  io.required("action", m.action);
}

void fields(auto& io, Of<StartOutput> auto& m) {
  io.required("id", m.settings.id);
  io.required("kind", m.settings.kind);
  io.required("target", m.settings.target, kPathText);
}

void fields(auto& io, Of<StopOutput> auto& m) {
  io.required("id", m.id);
}

void fields(auto& io, Of<AddSource> auto& m) {
  io.required("peer", m.settings.participant);
  io.required("name", m.settings.name, kPersonText);
  io.required("url", m.settings.url, kPathText);
  io.required("loop", m.settings.loop);
}

void fields(auto& io, Of<RemoveSource> auto& m) {
  io.required("peer", m.participant);
}

void fields(auto&, Of<CloseRoom> auto&) {}

// ---- room to server

void fields(auto& io, Of<SpareReady> auto& m) {
  io.required("version", m.version, kAddressText);
}

void fields(auto& io, Of<PeerOffer> auto& m) {
  fields(io, m.peer);
  io.required("sdp", m.sdp, kSdpText);
}

void fields(auto& io, Of<PeerCandidate> auto& m) {
  fields(io, m.peer);
  objectField(io, "candidate", m.candidate);
}

void fields(auto& io, Of<PeerStateChanged> auto& m) {
  fields(io, m.peer);
  io.required("state", m.state);
  if (m.state == PeerState::failed) objectField(io, "why", m.why);
}

void fields(auto& io, Of<PeerErrorReport> auto& m) {
  fields(io, m.peer);
  objectField(io, "error", m.error);
}

void fields(auto& io, Of<PictureChanged> auto& m) {
  objectField(io, "picture", m.picture);
}

void fields(auto& io, Of<ConnectionQuality> auto& m) {
  fields(io, m.peer);
  io.required("poor", m.poor);
}

void fields(auto& io, Of<ReceivingChanged> auto& m) {
  fields(io, m.peer);
  fields(io, m.receiving);
}

void fields(auto& io, Of<IngestChanged> auto& m) {
  fields(io, m.peer);
  fields(io, m.ingest);
}

void fields(auto& io, Of<Speaking> auto& m) {
  io.list("levels", m.levels, kMaxListElements);
}

void fields(auto& io, Of<RecordingChanged> auto& m) {
  io.required("id", m.status.id);
  io.required("phase", m.status.phase);
  io.required("mediaMs", m.status.mediaMs, kAnyTotal);
  io.required("bytes", m.status.bytes, kAnyTotal);
  if (m.status.phase == RecordingPhase::failed) objectField(io, "why", m.status.why);
}

void fields(auto& io, Of<OutputChanged> auto& m) {
  io.required("id", m.status.id);
  io.required("phase", m.status.phase);
  io.required("kbps", m.status.kbps, kAnyCount);
  io.required("framesDropped", m.status.framesDropped, kAnyTotal);
  io.required("reconnects", m.status.reconnects, kAnyCount);
  io.required("delayMs", m.status.delayMs, kAnyCount);
  if (m.status.phase >= OutputPhase::waiting) objectField(io, "why", m.status.why);
}

void fields(auto& io, Of<SourceChanged> auto& m) {
  io.required("peer", m.status.participant);
  io.required("phase", m.status.phase);
  io.required("video", m.status.video);
  io.required("audio", m.status.audio);
  io.required("reconnects", m.status.reconnects, kAnyCount);
  if (m.status.phase == SourcePhase::waiting || m.status.phase == SourcePhase::failed)
    objectField(io, "why", m.status.why);
}

void fields(auto& io, Of<Heartbeat> auto& m) {
  objectField(io, "health", m.health);
}

void fields(auto& io, Of<RoomFailed> auto& m) {
  objectField(io, "why", m.why);
}

// ---- the whole

namespace {

template <class Variant>
std::string encodeLine(const Variant& message, std::uint64_t seq) {
  JsonWriter out;
  out.required("v", kRoomProtocolVersion);
  out.required("seq", seq);
  writeVariant(out, message);
  return out.finish();
}

template <class Variant>
Result<Variant> decodeLine(std::string_view line) {
  const auto document = JsonDocument::parse(line, LineChannel::kMaxLineBytes);
  if (!document) return tl::unexpected(document.error());
  JsonReader envelope(*document, "");
  int version = 0;
  std::uint64_t seq = 0;
  envelope.required("v", version, kAnyCount);
  envelope.required("seq", seq, kAnyTotal);
  if (auto status = envelope.status(); !status) return tl::unexpected(std::move(status).error());
  if (version != kRoomProtocolVersion)
    return fail(ErrorCode::unsupported, "v: expected room protocol version {}, got {}", kRoomProtocolVersion,
                version);
  return decodeVariant<Variant>(*document);
}

}  // namespace

std::string encode(const ToRoom& message, std::uint64_t seq) {
  return encodeLine(message, seq);
}
std::string encode(const FromRoom& message, std::uint64_t seq) {
  return encodeLine(message, seq);
}
Result<ToRoom> decodeToRoom(std::string_view line) {
  return decodeLine<ToRoom>(line);
}
Result<FromRoom> decodeFromRoom(std::string_view line) {
  return decodeLine<FromRoom>(line);
}

}  // namespace tessera::wire

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "room/media_room.h"
#include "wire/client_messages.h"
#include "wire/recording_messages.h"
#include "wire/rules.h"

// The fields of what several messages share. `fields(io, x)` serves JsonReader and JsonWriter alike.

namespace tessera::wire {

inline constexpr std::size_t kMaxListElements = 1000;  // participants, tiles, levels
inline constexpr IntRange kPixels{-16384, 16384};
inline constexpr IntRange kSize{0, 16384};        // pixels
inline constexpr IntRange kFps{0, 120};           // 0: a still picture, or none
inline constexpr IntRange kFrames{0, 1'000'000};  // since the last report
inline constexpr IntRange kLevel{0, static_cast<int>(kMaxRungs)};
inline constexpr IntRange kGen = kAnyUint32;
inline constexpr IntRange kMLine{0, 15};
inline constexpr IntRange kGlideMs{0, 10'000};
inline constexpr TextRule kLayoutName{1, 32, Charset::symbol};

template <class M>
inline constexpr bool kReads = !std::is_const_v<M>;  // fields(JsonReader&, M&)

template <>
struct EnumNames<VideoCodec> {
  static constexpr std::array<std::pair<VideoCodec, std::string_view>, 2> names{
      {{VideoCodec::vp8, "VP8"}, {VideoCodec::h264, "H264"}}};
};

template <>
struct EnumNames<LayoutKind> {
  static constexpr std::array<std::pair<LayoutKind, std::string_view>, 7> names{
      {{LayoutKind::automatic, "auto"},
       {LayoutKind::grid, "grid"},
       {LayoutKind::speaker, "speaker"},
       {LayoutKind::spotlight, "spotlight"},
       {LayoutKind::presentation, "presentation"},
       {LayoutKind::sideBySide, "side-by-side"},
       {LayoutKind::custom, "custom"}}};
};

template <>
struct EnumNames<Degradation> {
  static constexpr std::array<std::pair<Degradation, std::string_view>, 4> names{
      {{Degradation::none, "none"},
       {Degradation::rate, "rate"},
       {Degradation::size, "size"},
       {Degradation::closed, "closed"}}};
};

template <>
struct EnumNames<ReceivingLimit> {
  static constexpr std::array<std::pair<ReceivingLimit, std::string_view>, 4> names{
      {{ReceivingLimit::none, "none"},
       {ReceivingLimit::network, "network"},
       {ReceivingLimit::device, "device"},
       {ReceivingLimit::wish, "wish"}}};
};

template <>
struct EnumNames<Role> {
  static constexpr std::array<std::pair<Role, std::string_view>, 4> names{{{Role::moderator, "moderator"},
                                                                           {Role::participant, "participant"},
                                                                           {Role::viewer, "viewer"},
                                                                           {Role::source, "source"}}};
};

template <>
struct EnumNames<RecordingFormat> {
  static constexpr std::array<std::pair<RecordingFormat, std::string_view>, 4> names{
      {{RecordingFormat::mp4, "mp4"},
       {RecordingFormat::webm, "webm"},
       {RecordingFormat::ogg, "ogg"},
       {RecordingFormat::m4a, "m4a"}}};
};

template <>
struct EnumNames<RecordedVideo> {
  static constexpr std::array<std::pair<RecordedVideo, std::string_view>, 2> names{
      {{RecordedVideo::program, "program"}, {RecordedVideo::copy, "copy"}}};
};

template <>
struct EnumNames<SoundCodec> {
  static constexpr std::array<std::pair<SoundCodec, std::string_view>, 2> names{
      {{SoundCodec::aac, "aac"}, {SoundCodec::opus, "opus"}}};
};

template <>
struct EnumNames<RecordingAction> {
  static constexpr std::array<std::pair<RecordingAction, std::string_view>, 3> names{
      {{RecordingAction::pause, "pause"},
       {RecordingAction::resume, "resume"},
       {RecordingAction::stop, "stop"}}};
};

template <>
struct EnumNames<RecordingPhase> {
  static constexpr std::array<std::pair<RecordingPhase, std::string_view>, 4> names{
      {{RecordingPhase::recording, "recording"},
       {RecordingPhase::paused, "paused"},
       {RecordingPhase::stopped, "stopped"},
       {RecordingPhase::failed, "failed"}}};
};

template <>
struct EnumNames<RecordingState> {
  static constexpr std::array<std::pair<RecordingState, std::string_view>, 5> names{
      {{RecordingState::recording, "recording"},
       {RecordingState::paused, "paused"},
       {RecordingState::finishing, "finishing"},
       {RecordingState::complete, "complete"},
       {RecordingState::failed, "failed"}}};
};

template <>
struct EnumNames<OutputKind> {
  static constexpr std::array<std::pair<OutputKind, std::string_view>, 2> names{
      {{OutputKind::rtmp, "rtmp"}, {OutputKind::hls, "hls"}}};
};

template <>
struct EnumNames<OutputPhase> {
  static constexpr std::array<std::pair<OutputPhase, std::string_view>, 4> names{
      {{OutputPhase::connecting, "connecting"},
       {OutputPhase::live, "live"},
       {OutputPhase::waiting, "waiting"},
       {OutputPhase::failed, "failed"}}};
};

template <>
struct EnumNames<SourcePhase> {
  static constexpr std::array<std::pair<SourcePhase, std::string_view>, 5> names{
      {{SourcePhase::connecting, "connecting"},
       {SourcePhase::playing, "playing"},
       {SourcePhase::waiting, "waiting"},
       {SourcePhase::ended, "ended"},
       {SourcePhase::failed, "failed"}}};
};

template <class Io, class M>
void objectField(Io& io, std::string_view key, M& m) {
  io.object(key, [&](Io& nested) { fields(nested, m); });
}

void fields(auto& io, Of<CanvasSettings> auto& m) {
  io.required("width", m.width, IntRange{16, 8192});
  io.required("height", m.height, IntRange{16, 8192});
  io.required("fps", m.fps, IntRange{1, 120});
}

void fields(auto& io, Of<IceCandidate> auto& m) {
  io.required("mline", m.mline, kMLine);
  io.required("candidate", m.candidate, kCandidateText);
}

void fields(auto& io, Of<Tile> auto& m) {
  io.required("id", m.participant);
  io.required("pc", m.pc, kPcText);
  io.required("x", m.x, kPixels);
  io.required("y", m.y, kPixels);
  io.required("width", m.width, kPixels);
  io.required("height", m.height, kPixels);
}

void fields(auto& io, Of<Picture> auto& m) {
  objectField(io, "canvas", m.canvas);
  io.required("layout", m.layout);
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>)
    if (m.layout == LayoutKind::automatic)
      io.refuse("layout", ErrorCode::badRequest, "expected a layout that can be shown, got auto");
  io.list("tiles", m.tiles, kMaxListElements);
  io.required("more", m.more, kAnyCount);
}

void fields(auto& io, Of<LayoutChoice> auto& m) {
  io.required("layout", m.kind);
  io.optional("custom", m.custom, kLayoutName);
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>)
    if ((m.kind == LayoutKind::custom) == m.custom.empty())
      io.refuse("custom", ErrorCode::badRequest, "expected with the layout custom, and only with it");
  io.list("pinned", m.pinned, kMaxPinned);
}

void fields(auto& io, Of<SpeakerLevel> auto& m) {
  io.required("id", m.participant);
  io.required("levelDb", m.levelDb, IntRange{-127, 0});
  io.required("speaking", m.speaking);
  io.required("active", m.active);
}

void fields(auto& io, Of<Receiving> auto& m) {
  io.required("level", m.level, kLevel);
  io.required("width", m.picture.width, kSize);
  io.required("height", m.picture.height, kSize);
  io.required("fps", m.picture.fps, kFps);
  io.required("kbps", m.kbps, kAnyCount);
  io.required("limit", m.limit);
}

void fields(auto& io, Of<RecordingFormats> auto& m) {
  io.required("format", m.format);
  io.required("video", m.video);
  io.required("sound", m.sound);
  io.required("tracks", m.tracks);
}

void fields(auto& io, Of<Ingest> auto& m) {
  io.required("width", m.width, kSize);
  io.required("height", m.height, kSize);
  io.required("fps", m.fps, kFps);
  io.required("kbps", m.kbps, kAnyCount);
}

void fields(auto& io, Of<RosterEntry> auto& m) {
  io.required("id", m.id);
  io.required("name", m.name, kPersonText);
  io.required("role", m.role);
  io.required("muted", m.muted);
  io.required("cameraOff", m.cameraOff);
  io.required("handRaised", m.handRaised);
  io.required("connected", m.connected);
  io.required("sharing", m.sharing);
  io.required("poorConnection", m.poorConnection);
}

void fields(auto& io, Of<Error> auto& m) {
  io.required("code", m.code);
  io.required("text", m.text, SentenceRule{});
}

void fields(auto& io, Of<RoomHealth> auto& m) {
  io.required("videoTicks", m.videoTicks, kAnyTotal);
  io.required("audioTicks", m.audioTicks, kAnyTotal);
  io.required("missedVideoTicks", m.missedVideoTicks, kAnyTotal);
  io.required("missedAudioTicks", m.missedAudioTicks, kAnyTotal);
  io.required("degradation", m.degradation);
  io.required("peers", m.peers, kAnyCount);
  io.required("hungTeardowns", m.hungTeardowns, kAnyCount);
  io.required("threads", m.threads, kAnyCount);
  io.required("cpuSeconds", m.cpuSeconds, RealRange{0, 1e12});
  io.required("pssBytes", m.pssBytes, kAnyTotal);
  io.required("videoEncoders", m.videoEncoders, kAnyCount);
  io.required("audioEncoders", m.audioEncoders, kAnyCount);
}

}  // namespace tessera::wire

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "room/media_room.h"
#include "wire/client_messages.h"
#include "wire/rules.h"

// The fields of what several messages share. `fields(io, x)` serves JsonReader and JsonWriter alike.

namespace tessera::wire {

inline constexpr std::size_t kMaxListElements = 1000;  // participants, tiles, levels
inline constexpr IntRange kPixels{-16384, 16384};
inline constexpr IntRange kGen = kAnyUint32;
inline constexpr IntRange kMLine{0, 15};

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
struct EnumNames<Role> {
  static constexpr std::array<std::pair<Role, std::string_view>, 3> names{
      {{Role::moderator, "moderator"}, {Role::participant, "participant"}, {Role::viewer, "viewer"}}};
};

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

void fields(auto& io, Of<SpeakerLevel> auto& m) {
  io.required("id", m.participant);
  io.required("levelDb", m.levelDb, IntRange{-127, 0});
  io.required("speaking", m.speaking);
}

void fields(auto& io, Of<RosterEntry> auto& m) {
  io.required("id", m.id);
  io.required("name", m.name, kPersonText);
  io.required("role", m.role);
  io.required("muted", m.muted);
  io.required("cameraOff", m.cameraOff);
  io.required("handRaised", m.handRaised);
  io.required("connected", m.connected);
}

void fields(auto& io, Of<Error> auto& m) {
  io.required("code", m.code);
  io.required("text", m.text, SentenceRule{});
}

void fields(auto& io, Of<RoomHealth> auto& m) {
  io.required("videoTicks", m.videoTicks, kAnyTotal);
  io.required("audioTicks", m.audioTicks, kAnyTotal);
  io.required("missedVideoTicks", m.missedVideoTicks, kAnyTotal);
  io.required("peers", m.peers, kAnyCount);
  io.required("hungTeardowns", m.hungTeardowns, kAnyCount);
  io.required("threads", m.threads, kAnyCount);
  io.required("cpuSeconds", m.cpuSeconds, RealRange{0, 1e12});
  io.required("pssBytes", m.pssBytes, kAnyTotal);
  io.required("videoEncoders", m.videoEncoders, kAnyCount);
  io.required("audioEncoders", m.audioEncoders, kAnyCount);
}

template <class Io, class M>
void objectField(Io& io, std::string_view key, M& m) {
  io.object(key, [&](Io& nested) { fields(nested, m); });
}

}  // namespace tessera::wire

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/gst/ref.h"
#include "room/media_room.h"

namespace tessera::load {

struct EncodedFrame {
  gst::Ref<GstBuffer> data;
  bool keyframe = false;
  std::uint8_t level = 127;  // of sound, -dBov (RFC 6464)
  bool voice = false;
};

// Encoded media that is sent in a loop; read-only once made, so any number of senders share it.
struct Clip {
  gst::Ref<GstCaps> caps;
  std::chrono::nanoseconds frameDuration{0};
  std::vector<EncodedFrame> frames;  // the first is a keyframe

  std::size_t bytes() const;
  // The first keyframe at or after `from`; past the last one it is the beginning again.
  std::size_t nextKeyframe(std::size_t from) const;
};

struct VideoClipSettings {
  VideoCodec codec = VideoCodec::vp8;
  int width = 640, height = 360;  // pixels, even
  int fps = 30;
  int kbps = 600;
};

inline constexpr std::chrono::seconds kVideoClipLength{8};
inline constexpr std::chrono::seconds kKeyframeInterval{2};

// The packets of the talking clip in which speech begins after a pause.
inline constexpr std::size_t kSpeechBegins[] = {0, 200};

// Caps of the encoded video, as a payloader wants them.
gst::Ref<GstCaps> videoClipCaps(const VideoClipSettings& settings);
std::string_view codecName(VideoCodec codec);  // "VP8", "H264"

// Encodes the picture of clip_picture.h at the wanted rate, each frame with its number as a time code; takes
// a few seconds. Any thread.
[[nodiscard]] Result<Clip> encodeVideoClip(const VideoClipSettings& settings);

// Opus, 48 kHz mono, 20 ms, 8 s: something like speech (tones of a voice, in syllables, with pauses), or
// silence as of somebody muted.
[[nodiscard]] Result<Clip> encodeAudioClip(bool talking);

}  // namespace tessera::load

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "post/av.h"
#include "post/avc.h"

namespace tessera::post {

enum class Kind { video, sound };

// What was passed over in a part.
struct Damage {
  std::int64_t video = 0, sound = 0;  // packets
  std::int64_t holes = 0;             // in the sound, which has none by itself
  bool any() const { return video + sound + holes > 0; }
};

// The packets of a part (or of a separate track) that can be decoded, in the order of the file: whole blocks
// up to the last one, from the first keyframe on, and after a damaged picture from the next keyframe.
// Timestamps are ticks of the part's media time; sound may begin before 0.
class PartReader {
 public:
  // Fails when there is nothing in the file that can be read. Without `video`, only its sound counts. A
  // timestamp that leaps by more than `maxJump` is a damaged one.
  [[nodiscard]] static Result<PartReader> open(const std::string& path, bool video, Ticks maxJump = kMaxJump);
  static constexpr Ticks kMaxJump = 60 * kTicksPerSecond;  // a recorder begins a new part long before

  // The next packet; nothing at the end. `pts`, `dts` and (of sound) `duration` are set.
  std::optional<Kind> next(AVPacket& packet);
  // After the end: an error when it is the disk that did not go on, and not the file that ends there.
  [[nodiscard]] Status whole() const;

  // Null: there is no such stream.
  const AVCodecParameters* video() const { return parametersOf(video_); }
  const AVCodecParameters* sound() const { return parametersOf(sound_); }
  const Damage& damage() const { return damage_; }
  std::int64_t bytesRead() const { return input_->pb ? input_->pb->pos : 0; }

 private:
  PartReader(InputPtr input, Ticks maxJump) : input_(std::move(input)), maxJump_(maxJump) {}
  const AVCodecParameters* parametersOf(int stream) const {
    return stream < 0 ? nullptr : input_->streams[stream]->codecpar;
  }
  bool acceptVideo(AVPacket& packet);
  bool acceptSound(AVPacket& packet);
  bool isTimely(Ticks pts, std::optional<Ticks>& last);

  InputPtr input_;
  Ticks maxJump_;
  int video_ = -1, sound_ = -1;
  int lengthBytes_ = 0;  // of H.264
  bool needsKey_ = true;
  std::optional<Ticks> soundEnd_;
  std::optional<Ticks> lastVideo_, lastSound_;
  int errors_ = 0;
  Damage damage_;
};

// How long a packet of sound is; nothing when it is broken.
std::optional<Ticks> soundDuration(const AVCodecParameters& parameters, const AVPacket& packet);

}  // namespace tessera::post

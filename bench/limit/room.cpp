// SPDX-License-Identifier: Apache-2.0
#include "bench/limit/room.h"

#include <cmath>

namespace tessera::bench {
namespace {

constexpr double kGoldenRatio = 0.6180339887;  // where each sender's clip begins, as in tessera-load
constexpr int kSoundFps = kSoundRate / kSoundSamples;
constexpr int kVideoRate = 90000;  // of RTP timestamps

const std::vector<std::uint8_t>& bytesOf(const std::vector<load::RawFrame>& clip, std::size_t index) {
  return clip[index % clip.size()].bytes;
}

std::size_t keyframeAt(const std::vector<load::RawFrame>& clip, double part) {
  for (auto i = static_cast<std::size_t>(part * static_cast<double>(clip.size())); i < clip.size(); ++i)
    if (clip[i].keyframe) return i;
  return 0;
}

}  // namespace

Room::Room(const Options& options, load::RawClips clips) : options_(options), clips_(std::move(clips)) {
  for (int i = 0; i < options.senders; ++i)
    starts_.push_back(keyframeAt(clips_.video, std::fmod(i * kGoldenRatio, 1.0)));
}

Result<Room> Room::create(const Options& options, load::RawClips clips) {
  Room room(options, std::move(clips));
  auto people = People::create(options.senders, options.viewers);
  if (!people) return tl::unexpected(people.error());
  room.people_.emplace(std::move(*people));
  auto sound = Sound::create(options.talkers, options.soundKbps);
  if (!sound) return tl::unexpected(sound.error());
  room.sound_.emplace(std::move(*sound));
  if (options.audioOnly) return room;
  auto picture = Picture::create(options);
  if (!picture) return tl::unexpected(picture.error());
  room.picture_ = std::move(*picture);
  return room;
}

Status Room::play(int seconds) {
  for (const int end = nextSound_ + seconds * kSoundFps; nextSound_ < end; ++nextSound_) {
    bool ok = playSound(nextSound_);
    for (; ok && picture_ && nextPicture_ * kSoundFps < (nextSound_ + 1) * options_.video.fps; ++nextPicture_)
      ok = playPicture(nextPicture_);
    if (!ok) return fail(ErrorCode::mediaFailed, "a packet was lost on loopback, or a codec failed");
  }
  return {};
}

// The canvas goes at a rate of its own, not above the senders'.
bool Room::canvasIsDue(int number) const {
  const auto ticks = [&](int frames) { return frames * options_.canvasFps / options_.video.fps; };
  return ticks(number + 1) > ticks(number);
}

bool Room::playPicture(int number) {
  const auto frame = static_cast<std::size_t>(number);
  const auto timestamp = static_cast<std::uint32_t>(number * (kVideoRate / options_.video.fps));
  const auto sent = [&](int sender) -> People::Frame {
    return bytesOf(clips_.video, starts_[static_cast<std::size_t>(sender)] + frame);
  };
  if (!people_->takeIn(true, timestamp, sent, meter_)) return false;
  bool ok = true;
  meter_.time(Part::decodeVideo, [&] {
    for (int i = 0; ok && i < options_.senders; ++i) ok = picture_->decode(i, people_->packetsOf(i));
  });
  if (!ok) return false;
  meter_.time(Part::scale, [&] {
    for (int i = 0; i < options_.senders; ++i) picture_->scale(i);
  });
  if (!canvasIsDue(number)) return true;
  People::Frame mixed;
  meter_.time(Part::encodeVideo, [&] { mixed = picture_->encode(); });
  encodedBytes_ += mixed.size();
  return !mixed.empty() && people_->sendOut(
                               true, timestamp, [&](int) { return mixed; }, meter_);
}

bool Room::playSound(int number) {
  const auto frame = static_cast<std::size_t>(number);
  const auto timestamp = static_cast<std::uint32_t>(number * kSoundSamples);
  const auto sent = [&](int sender) -> People::Frame {
    return bytesOf(sender < options_.talkers ? clips_.talking : clips_.quiet, frame);
  };
  if (!people_->takeIn(false, timestamp, sent, meter_)) return false;
  bool ok = true;
  meter_.time(Part::decodeSound, [&] {
    for (int i = 0; ok && i < options_.talkers; ++i)
      ok = sound_->decode(i, payloadOf(people_->packetsOf(i).front(), false));
  });
  meter_.time(Part::mixSound, [&] { sound_->mix(); });
  meter_.time(Part::encodeSound, [&] { ok = ok && sound_->encode(); });
  const auto heard = [&](int person) { return sound_->packetFor(person); };
  return ok && people_->sendOut(false, timestamp, heard, meter_);
}

}  // namespace tessera::bench

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/part.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "pipelines/record/part_files.h"

namespace tessera {
namespace {

constexpr int kMaxOpusKbps = 510;  // RFC 6716, 2.1.1

std::optional<MatroskaWriter::Picture> pictureTrack(const std::optional<PictureFormat>& format) {
  if (!format) return std::nullopt;
  return matroskaPicture(*format);
}

std::int64_t msOf(Nanos time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).count();
}

Status flushTo(DiskFile& file, MatroskaWriter& writer) {
  return file.write(writer.take());
}

}  // namespace

Result<std::unique_ptr<Part>> Part::create(const PartSettings& settings,
                                           const std::optional<PictureFormat>& format, Nanos from,
                                           DiskSync& sync) {
  std::unique_ptr<Part> self(new Part(settings, format, sync));
  self->time_.run(from);
  self->written_ = from;
  auto opened = self->open().and_then([&] { return self->note(wire::PartPointKind::start, from); });
  if (!opened) return tl::unexpected(opened.error());
  return self;
}

Part::Part(const PartSettings& settings, const std::optional<PictureFormat>& format, DiskSync& sync)
    : settings_(settings),
      format_(format),
      sync_(sync),
      writer_(pictureTrack(format), SoundWriter::matroskaSound(mixSettings())) {}

SoundWriter::Settings Part::mixSettings() const {
  const SoundCodec codec = settings_.formats.sound;
  const int kbps =
      codec == SoundCodec::opus ? std::min(settings_.soundKbps, kMaxOpusKbps) : settings_.soundKbps;
  return {codec, kbps, settings_.channels, true};
}

SoundWriter::Settings Part::trackSettings() const {
  return {SoundCodec::opus, kTrackKbps * settings_.channels, settings_.channels, false};
}

Status Part::open() {
  auto sound = SoundWriter::create(mixSettings(), [this](Nanos time, std::span<const std::uint8_t> packet) {
    writer_.addSound(time, packet);
  });
  if (!sound) return tl::unexpected(sound.error());
  sound_ = std::move(*sound);
  auto file = makeFile(partName(settings_.number) + ".mkv");
  if (!file) return tl::unexpected(file.error());
  file_ = std::move(*file);
  auto sidecar = makeFile(partName(settings_.number) + ".jsonl");
  if (!sidecar) return tl::unexpected(sidecar.error());
  sidecar_ = std::move(*sidecar);
  return {};
}

Result<std::shared_ptr<DiskFile>> Part::makeFile(const std::string& name) {
  auto file = DiskFile::create(settings_.directory + "/" + name, settings_.open);
  if (file) sync_.watch(*file);
  return file;
}

Status Part::note(wire::PartPointKind event, Nanos time) {
  const wire::PartPoint point{msOf(time + settings_.wallOffset), msOf(time_.before(time)), event};
  return sidecar_->write(wire::encode(point) + "\n");
}

Status Part::tick() {
  if (!running()) return {};
  return note(wire::PartPointKind::tick, written_);
}

// What was handed to the encoder already cannot be faded out any more.
Nanos Part::halt(Nanos to) {
  const Nanos faded = written_ + timeOfSamples(MediaTime::kFadeSamples);
  return time_.halt(std::max({to, faded, lastPicture_ + settings_.frameTime}));
}

Status Part::pause(Nanos to) {
  return note(wire::PartPointKind::pause, halt(to));
}

Status Part::resume(Nanos from) {
  time_.run(from);
  return note(wire::PartPointKind::resume, from);
}

Status Part::finish() {
  const Nanos end = running() ? time_.halt(written_) : *time_.lastHalt();
  Status result = sound_->finish();
  const auto also = [&result](Status status) {
    if (result) result = std::move(status);
  };
  for (auto& [participant, track] : tracks_) also(track->sound->finish());
  also(flush());
  also(note(wire::PartPointKind::stop, end));
  return result;
}

void Part::addPicture(std::span<const std::uint8_t> stored, Nanos time, bool keyframe) {
  const auto media = time_.at(time), end = time_.lastHalt();
  if (!media || (end && *end - time < settings_.frameTime)) return;
  lastPicture_ = time;
  writer_.addPicture(*media, keyframe, stored);
  written_ = std::max(written_, time);
}

Status Part::addSound(const ProgramSound& sound, Nanos begin) {
  for (const MediaTime::Piece& piece : time_.cut(begin)) {
    if (auto added = sound_->add(sound.mix, piece); !added) return added;
    for (const auto& [participant, block] : sound.tracks) {
      const auto track = trackOf(participant);
      if (!track) return tl::unexpected(track.error());
      if (!*track) continue;
      if (auto added = (*track)->sound->add(block, piece); !added) return added;
    }
    written_ = std::max(written_, begin + timeOfSamples(piece.from + piece.count));
  }
  return {};
}

Result<Part::Track*> Part::trackOf(const ParticipantId& participant) {
  if (const auto found = tracks_.find(participant); found != tracks_.end()) return found->second.get();
  if (tracks_.size() == kMaxTracks) {
    if (!std::exchange(tooManyTracks_, true))
      log::warn("no further separate tracks", {{"part", settings_.number}, {"limit", kMaxTracks}});
    return nullptr;
  }
  auto track = makeTrack(participant);
  if (!track) return tl::unexpected(track.error());
  return tracks_.emplace(participant, std::move(*track)).first->second.get();
}

Result<std::unique_ptr<Part::Track>> Part::makeTrack(const ParticipantId& participant) {
  auto file = makeFile(trackName(settings_.number, participant) + ".mka");
  if (!file) return tl::unexpected(file.error());
  const auto settings = trackSettings();
  auto track = std::make_unique<Track>(
      Track{std::move(*file), MatroskaWriter({}, SoundWriter::matroskaSound(settings)), nullptr});
  auto sound = SoundWriter::create(
      settings, [raw = track.get()](Nanos time, auto packet) { raw->writer.addSound(time, packet); });
  if (!sound) return tl::unexpected(sound.error());
  track->sound = std::move(*sound);
  return track;
}

Status Part::flush() {
  for (auto& [participant, track] : tracks_)
    if (auto flushed = flushTo(*track->file, track->writer); !flushed) return flushed;
  return flushTo(*file_, writer_);
}

std::int64_t Part::bytes() const {
  std::int64_t sum = file_->bytes() + sidecar_->bytes();
  for (const auto& [participant, track] : tracks_) sum += track->file->bytes();
  return sum;
}

}  // namespace tessera

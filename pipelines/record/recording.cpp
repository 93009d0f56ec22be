// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/recording.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/log.h"
#include "pipelines/mix/audio_mixer.h"

namespace tessera {
namespace {

VideoCodec codecOf(RecordingFormat format) {
  return format == RecordingFormat::webm ? VideoCodec::vp8 : VideoCodec::h264;
}

Nanos unixNow() {
  return std::chrono::system_clock::now().time_since_epoch();
}

}  // namespace

ProgramNeeds Recording::needsOf(const RecordingFormats& formats) {
  ProgramNeeds needs;
  if (hasVideo(formats.format))
    needs.video = RungId{codecOf(formats.format), formats.video == RecordedVideo::copy ? 0 : kProgramLevel};
  needs.sound = true;
  needs.tracks = formats.tracks;
  return needs;
}

Recording::Recording(Given given)
    : given_(std::move(given)), reader_(codecOf(given_.settings.formats.format)) {}

Status Recording::open() {
  auto lock = DirectoryLock::take(given_.settings.directory);
  if (!lock) return tl::unexpected(lock.error());
  lock_.emplace(std::move(*lock));
  const auto number = freePart(given_.settings.directory, given_.settings.part);
  if (!number) return tl::unexpected(number.error());
  number_ = *number;
  return {};
}

void Recording::run() {
  sync_.emplace(given_.settings.directory);
  ticked_ = now();
  if (!given_.settings.paused) resume(Nanos{0});
  report(wanted_ ? RecordingPhase::recording : RecordingPhase::paused);
  status_ = work();
  close();
}

Status Recording::work() {
  while (!closing_ && !(stopping_ && caughtUp())) {
    for (const auto& item : given_.queue->take(stopping_ ? kGatherAtEnd : kGather)) {
      if (auto done = handle(item).and_then([this] { return writeSound(); }); !done) return done;
      if (part_ && part_->waiting() >= kFlushFrom)
        if (auto flushed = part_->flush(); !flushed) return flushed;
    }
    if (auto done = lookAfter(); !done) return done;
  }
  return {};
}

Status Recording::handle(const MediaQueue::Item& item) {
  return std::visit([this](const auto& it) { return on(it); }, item);
}

Status Recording::on(const MediaQueue::Picture& picture) {
  lastPicture_ = picture.time;
  if (picture.keyframe && wanted_ && picture.time >= goesOnFrom()) {
    const auto format = reader_.format(picture.frame.get());
    if (!format) return fail(ErrorCode::mediaFailed, "a keyframe of the encoder could not be read");
    if (auto begun = begin(format, picture.time); !begun) return begun;
  }
  // It was on its way already when the recording was to go on.
  if (picture.keyframe && waiting()) given_.link->askKeyframe();
  if (part_) part_->addPicture(reader_.stored(picture.frame.get()), picture.time, picture.keyframe);
  return {};
}

Status Recording::on(const MediaQueue::Sound& sound) {
  const Nanos begins = steady(sound->begin);
  lastSound_ = begins;
  sound_.push_back({sound, begins});
  if (pictures() || !waiting() || begins + mix::kAudioTick <= from_) return {};
  return begin({}, std::max(begins, from_));
}

// What was dropped is not coming any more.
Status Recording::on(const MediaQueue::Gap&) {
  log::warn("recording drops what the disk does not take", {{"recording", given_.settings.id.value}});
  if (auto ended = endPart({}); !ended) return ended;
  sound_.clear();
  waitingSince_ = now();
  given_.link->askKeyframe();
  return {};
}

Status Recording::on(const MediaQueue::Command& command) {
  using Kind = MediaQueue::Command::Kind;
  if (command.kind == Kind::close) closing_ = true;
  if (closing_ || stopping_) return {};
  if (command.kind == Kind::stop) stop(command.time);
  if (command.kind == Kind::resume && !wanted_) {
    resume(command.time);
    report(RecordingPhase::recording);
  }
  if (command.kind == Kind::pause && wanted_) return pause(command.time);
  return {};
}

Status Recording::pause(Nanos at) {
  wanted_ = false;
  if (running())
    if (auto paused = part_->pause(at); !paused) return paused;
  report(RecordingPhase::paused);
  return {};
}

void Recording::resume(Nanos at) {
  wanted_ = true;
  from_ = at;
  waitingSince_ = asked_ = now();
  listen(true);
  given_.link->askKeyframe();
}

void Recording::stop(Nanos at) {
  wanted_ = false;
  stopping_ = true;
  if (running()) part_->halt(at);
}

void Recording::listen(bool on) {
  if (std::exchange(listening_, on) != on) given_.link->listen(on);
}

// A pause ends with the time of the last picture, which may be after a quick resume: a keyframe from before
// that would be cut out, and those that build on it not.
Nanos Recording::goesOnFrom() const {
  return part_ ? std::max(from_, part_->lastHalt().value_or(from_)) : from_;
}

// Begins or goes on with this keyframe (without pictures: this sound); nothing to do when it runs already.
Status Recording::begin(const std::optional<PictureFormat>& format, Nanos from) {
  if (part_ && part_->format() != format)
    if (auto ended = endPart(from); !ended) return ended;
  if (running()) return {};
  if (part_) {
    if (auto written = writeSound(); !written) return written;
    return part_->resume(from);
  }
  PartSettings settings;
  settings.directory = given_.settings.directory;
  settings.number = number_++;
  settings.formats = given_.settings.formats;
  settings.soundKbps = given_.soundKbps;
  settings.channels = given_.channels;
  settings.frameTime = given_.frameTime;
  settings.wallOffset = unixNow() - now();
  settings.open = given_.surroundings.open;
  auto part = Part::create(settings, format, from, *sync_);
  if (!part) return tl::unexpected(part.error());
  part_ = std::move(*part);
  return {};
}

// With what is of `at`, which begins the next one; nothing: with what it has.
Status Recording::endPart(std::optional<Nanos> at) {
  if (!part_) return {};
  if (at && running()) part_->halt(*at);
  const Nanos end = part_->lastHalt().value_or(Nanos{0});
  Status result;
  for (const HeldSound& held : sound_)
    if (result && held.begin < end) result = part_->addSound(*held.sound, held.begin);
  auto finished = part_->finish();
  if (result) result = std::move(finished);
  mediaBefore_ += part_->media();
  bytesBefore_ += part_->bytes();
  part_.reset();
  return result;
}

// Blocks follow each other without a seam even when the times that they come with waver.
Nanos Recording::steady(Nanos begin) {
  if (std::chrono::abs(begin - nextSound_) > mix::kAudioTick / 2) nextSound_ = begin;
  return std::exchange(nextSound_, nextSound_ + mix::kAudioTick);
}

// Up to where sound can be written.
Nanos Recording::soundDue() const {
  if (!running()) return Nanos::max();
  return pictures() ? std::max(lastPicture_, lastSound_ - kMaxSoundWait) : Nanos::max();
}

Status Recording::writeSound() {
  const Nanos due = soundDue();
  while (!sound_.empty()) {
    const HeldSound& next = sound_.front();
    if (running()) {
      if (next.begin + mix::kAudioTick > due) return {};
    } else if (waiting() && (!part_ || next.begin >= *part_->lastHalt())) {
      if (lastSound_ - next.begin < kMaxHeldSound) return {};
    }
    if (part_)
      if (auto added = part_->addSound(*next.sound, next.begin); !added) return added;
    sound_.pop_front();
  }
  return {};
}

Status Recording::lookAfter() {
  if (part_)
    if (auto flushed = part_->flush(); !flushed) return flushed;
  if (!wanted_ && listening_ && caughtUp()) listen(false);
  if (now() - ticked_ >= kTickEvery) {
    ticked_ = now();
    if (part_)
      if (auto noted = part_->tick(); !noted) return noted;
    report(wanted_ ? RecordingPhase::recording : RecordingPhase::paused);
  }
  if (auto synced = sync_->status(); !synced) return synced;
  return waiting() ? askForMedia() : Status{};
}

Status Recording::askForMedia() {
  if (now() - waitingSince_ > kMaxWithoutMedia)
    return fail(ErrorCode::mediaFailed, "no {} came for {} s", pictures() ? "picture" : "sound",
                std::chrono::duration_cast<std::chrono::seconds>(kMaxWithoutMedia).count());
  if (now() - asked_ < kAskEvery) return {};
  asked_ = now();
  given_.link->askKeyframe();
  return {};
}

// Nothing of what is before the last halt is to come any more.
bool Recording::caughtUp() const {
  if (!part_ || !listening_) return true;
  const Nanos end = part_->lastHalt().value_or(Nanos{0});
  const bool all = (!pictures() || lastPicture_ >= end) && lastSound_ >= end;
  return all || now() - end > kMaxCatchUp;
}

void Recording::close() {
  given_.link->cut();
  const auto also = [this](Status status) {
    if (status_) status_ = std::move(status);
  };
  also(endPart({}));
  also(sync_->finish());
  lock_.reset();
  if (status_) return report(RecordingPhase::stopped);
  log::error("recording failed", {{"recording", given_.settings.id.value}, {"why", status_.error().text}});
  report(RecordingPhase::failed, status_.error());
}

void Recording::report(RecordingPhase phase, const Error& why) {
  RecordingStatus status;
  status.id = given_.settings.id;
  status.phase = phase;
  const Nanos media = mediaBefore_ + (part_ ? part_->media() : Nanos{0});
  status.mediaMs = std::chrono::floor<std::chrono::milliseconds>(media).count();
  status.bytes = bytesBefore_ + (part_ ? part_->bytes() : 0);
  status.why = why;
  given_.report(status);
}

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/program_outputs.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace tessera {
namespace {

bool final(RecordingPhase phase) {
  return phase == RecordingPhase::stopped || phase == RecordingPhase::failed;
}

std::optional<RungId> rungOf(const RecordingFormats& formats) {
  if (!hasVideo(formats.format)) return std::nullopt;
  const auto codec = formats.format == RecordingFormat::webm ? VideoCodec::vp8 : VideoCodec::h264;
  return RungId{codec, formats.video == RecordedVideo::copy ? 0 : kProgramLevel};
}

constexpr RungId kLiveRung{VideoCodec::h264, kProgramLevel};

}  // namespace

ProgramOutputs::ProgramOutputs(const RoomSettings& settings, std::shared_ptr<ProgramHub> hub, Reaper& reaper,
                               MediaRoomEvents& events, std::function<void(bool)> onRecording)
    : settings_(settings),
      hub_(std::move(hub)),
      reaper_(reaper),
      events_(events),
      onRecording_(std::move(onRecording)) {}

ProgramOutputs::~ProgramOutputs() {
  weak_.invalidate();
  for (const auto& [id, recording] : recordings_) recording.recorder->stop();
  recordings_.clear();
  outputs_.clear();
}

void ProgramOutputs::startRecording(const RecordingSettings& settings) {
  const RecordingId& id = settings.id;
  if (recordings_.contains(id)) return log::warn("recording started twice", {{"recording", id.value}});
  if (recordings_.size() >= kMaxRecordings)
    return tellFailed(id, {ErrorCode::tooMany, fmt::format("a room has {} recordings", kMaxRecordings)});
  auto recorder =
      Recorder::start(settings, settings_, hub_, [weak = weak_.get()](const RecordingStatus& status) {
        if (auto* self = weak.get()) self->onRecordingStatus(status);
      });
  if (!recorder) return tellFailed(id, recorder.error());
  const auto phase = settings.paused ? RecordingPhase::paused : RecordingPhase::recording;
  recordings_.emplace(id, Recording{settings.formats, std::move(*recorder), phase});
  log::info("recording started", {{"recording", id.value}, {"part", settings.part}});
  tellRecording();
}

void ProgramOutputs::controlRecording(const RecordingId& id, RecordingAction action) {
  const auto recording = recordings_.find(id);
  if (recording == recordings_.end()) return;  // it has ended meanwhile
  Recorder& recorder = *recording->second.recorder;
  switch (action) {
    case RecordingAction::pause:
      return recorder.pause();
    case RecordingAction::resume:
      return recorder.resume();
    case RecordingAction::stop:
      return recorder.stop();
  }
}

void ProgramOutputs::startOutput(const OutputSettings& settings) {
  const OutputId& id = settings.id;
  if (outputs_.contains(id)) return log::warn("output started twice", {{"output", id.value}});
  if (outputs_.size() >= kMaxOutputs)
    return failOutput(id, {ErrorCode::tooMany, fmt::format("a room has {} live outputs", kMaxOutputs)});
  auto output =
      LiveOutput::start(settings, settings_, hub_, reaper_, [weak = weak_.get()](const OutputStatus& status) {
        if (auto* self = weak.get()) self->onOutputStatus(status);
      });
  if (!output) return failOutput(id, output.error());
  outputs_.emplace(id, std::move(*output));
  log::info("output started", {{"output", id.value}});
}

void ProgramOutputs::stopOutput(const OutputId& id) {
  if (outputs_.erase(id) > 0) log::info("output ended", {{"output", id.value}});
}

// Whoever tells of its end is let go in a later turn of the loop: it is still telling.
void ProgramOutputs::onRecordingStatus(RecordingStatus status) {
  const auto recording = recordings_.find(status.id);
  if (recording == recordings_.end()) return;
  if (status.phase == RecordingPhase::stopped && recording->second.why) {
    status.phase = RecordingPhase::failed;
    status.why = *recording->second.why;
  }
  recording->second.phase = status.phase;
  if (final(status.phase)) {
    std::shared_ptr<Recorder> ended = std::move(recording->second.recorder);
    post([ended]() mutable { ended.reset(); });
    recordings_.erase(recording);
    log::info("recording ended", {{"recording", status.id.value}, {"error", status.why.text}});
  }
  tellRecording();
  events_.onRecording(status);
}

void ProgramOutputs::onOutputStatus(const OutputStatus& status) {
  const auto output = outputs_.find(status.id);
  if (output == outputs_.end()) return;
  if (status.phase == OutputPhase::failed) {
    std::shared_ptr<LiveOutput> ended = std::move(output->second);
    post([ended]() mutable { ended.reset(); });
    outputs_.erase(output);
    log::warn("output failed", {{"output", status.id.value}, {"error", status.why.text}});
  }
  events_.onOutput(status);
}

void ProgramOutputs::tellFailed(const RecordingId& id, const Error& why) {
  log::warn("recording failed", {{"recording", id.value}, {"error", why.text}});
  RecordingStatus status{id, RecordingPhase::failed};
  status.why = why;
  events_.onRecording(status);
}

void ProgramOutputs::failOutput(const OutputId& id, const Error& why) {
  outputs_.erase(id);
  log::warn("output failed", {{"output", id.value}, {"error", why.text}});
  OutputStatus status{id, OutputPhase::failed};
  status.why = why;
  events_.onOutput(status);
}

void ProgramOutputs::failRung(RungId rung, const Error& why) {
  for (auto& [id, recording] : recordings_) {
    if (rungOf(recording.formats) != rung || recording.why) continue;
    recording.why = why;
    recording.recorder->stop();  // its files are to be whole; `failed` follows
  }
  if (rung == kLiveRung) failOutputs(why);
}

// Recordings encode their own.
void ProgramOutputs::failAac(const Error& why) {
  failOutputs(why);
}

void ProgramOutputs::failOutputs(const Error& why) {
  while (!outputs_.empty()) failOutput(OutputId(outputs_.begin()->first), why);
}

void ProgramOutputs::tellRecording() {
  const bool now = std::ranges::any_of(
      recordings_, [](const auto& each) { return each.second.phase == RecordingPhase::recording; });
  if (std::exchange(recording_, now) != now) onRecording_(now);
}

}  // namespace tessera

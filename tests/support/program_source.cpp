// SPDX-License-Identifier: Apache-2.0
#include "support/program_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "pipelines/gst/clock.h"

namespace tessera::test {
namespace {

constexpr mix::Nanos kSecond = std::chrono::seconds(1);
constexpr mix::Nanos kHeldBack = std::chrono::milliseconds(70);  // by the AAC encoder: three packets

}  // namespace

// Tells how far the AAC encoder is, so that its queue never overflows.
class ProgramSource::AacWatch : public ProgramReceiver {
 public:
  explicit AacWatch(std::function<void(mix::Nanos)> onEnd) : onEnd_(std::move(onEnd)) {}
  void onFrame(const gst::Ref<GstBuffer>&, bool) override {}
  void onSound(const std::shared_ptr<const ProgramSound>&) override {}
  void onAac(const gst::Ref<GstBuffer>& packet) override {
    onEnd_(mix::Nanos(GST_BUFFER_PTS(packet.get()) + GST_BUFFER_DURATION(packet.get())));
  }

 private:
  const std::function<void(mix::Nanos)> onEnd_;
};

ProgramSource::Content ProgramSource::flashesAndBeeps(mix::Nanos sinceStart) {
  if (sinceStart % kSecond < kSecond / 10) return {{235, 128, 128}, 1000};
  return {{30, 128, 128}, 0};
}

ProgramSource::Content ProgramSource::colours(mix::Nanos sinceStart) {
  const auto n = sinceStart / kSecond % 4;
  return {kColours[n], 400.0 * static_cast<double>(n + 1)};
}

ProgramSource::ProgramSource(Settings settings)
    : settings_(std::move(settings)),
      canvas_(settings_.canvas),
      start_(gst::now()),
      trackPhases_(settings_.tracks.size()),
      aacUntil_(start_) {
  ProgramFeed::Handlers handlers;
  handlers.onNeeds = [] {};  // looked at before each frame
  handlers.onKeyframeNeeded = [this](RungId id) {
    const std::lock_guard lock(mutex_);
    for (const auto& [each, rung] : rungs_)
      if (each == id) rung->requestKeyframe();
  };
  handlers.onAacFailed = [](const Error& why) { ADD_FAILURE() << why.text; };
  feed_ = std::make_shared<ProgramFeed>(settings_.channels, settings_.program.audioKbps, handlers);
  watch_ = std::make_shared<AacWatch>([this](mix::Nanos end) {
    const std::lock_guard lock(mutex_);
    aacUntil_ = end;
    changed_.notify_all();
  });
  feed_->add(watch_, {.aac = true});
}

ProgramSource::~ProgramSource() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  ticker_.reset();
  decltype(rungs_) rungs;
  {
    const std::lock_guard lock(mutex_);
    rungs.swap(rungs_);
  }
  rungs.clear();
  EXPECT_EQ(feed_.use_count(), 1) << "somebody who holds the hub outlives its source";
}

void ProgramSource::advance(mix::Nanos length) {
  advanceTo(position_.load() + length);
}

void ProgramSource::live() {
  ticker_.emplace("program-source", mix::kAudioTick, [this](mix::Nanos now) { advanceTo(now - start_); });
}

void ProgramSource::setCanvas(int width, int height) {
  canvas_.width = width;
  canvas_.height = height;
}

void ProgramSource::advanceTo(mix::Nanos end) {
  mix::Nanos at = position_.load();
  for (; at + mix::kAudioTick <= end; at += mix::kAudioTick, position_ = at) {
    for (; frame_ * kSecond / canvas_.fps < at + mix::kAudioTick; ++frame_)
      pushFrame(frame_ * kSecond / canvas_.fps);
    pushSound(at);
    await([&] { return aacUntil_ + kHeldBack >= start_ + at; });
  }
}

template <class Condition>
void ProgramSource::await(Condition condition) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return stopping_ || condition(); }));
}

void ProgramSource::pushFrame(mix::Nanos at) {
  followNeeds();
  const Yuv colour = settings_.content(at).colour;
  mix::WritableFrame canvas = pool_->acquire(canvas_.width, canvas_.height);
  const auto fill = [](std::uint8_t* plane, int value, int stride, int rows) {
    std::memset(plane, value, static_cast<std::size_t>(stride) * static_cast<std::size_t>(rows));
  };
  fill(canvas.y, colour.y, canvas.frame.strideY, canvas_.height);
  fill(canvas.u, colour.u, canvas.frame.strideU, (canvas_.height + 1) / 2);
  fill(canvas.v, colour.v, canvas.frame.strideV, (canvas_.height + 1) / 2);
  canvas.frame.captured = start_ + at;
  const auto frame = std::make_shared<const mix::VideoFrame>(std::move(canvas.frame));
  std::uint64_t wanted = 0;
  {
    const std::lock_guard lock(mutex_);
    wanted = framesOut_ + rungs_.size();
    for (const auto& [id, rung] : rungs_) rung->push(frame);
  }
  await([&] { return framesOut_ >= wanted; });
}

void ProgramSource::followNeeds() {
  const auto needed = feed_->neededRungs();
  decltype(rungs_) ended;  // destroyed outside the lock
  {
    const std::lock_guard lock(mutex_);
    const auto over = std::stable_partition(rungs_.begin(), rungs_.end(), [&](const auto& each) {
      return std::ranges::find(needed, each.first) != needed.end();
    });
    std::move(over, rungs_.end(), std::back_inserter(ended));
    rungs_.erase(over, rungs_.end());
  }
  for (const RungId id : needed) {
    if (std::ranges::find(rungs_, id, [](const auto& each) { return each.first; }) == rungs_.end())
      addRung(id);
  }
}

void ProgramSource::addRung(RungId id) {
  const ProgramSettings& program = settings_.program;
  RungSettings settings{
      id.codec, {program.height, canvas_.fps, program.videoKbps, program.videoKbps}, canvas_};
  if (id.level == kProgramLevel) settings.fixed = CanvasSettings{program.width, program.height, program.fps};
  VideoRung::Handlers handlers;
  handlers.onFrame = [this, id](const gst::Ref<GstBuffer>& frame, bool keyframe) {
    feed_->onFrame(id, frame, keyframe);
    const std::lock_guard lock(mutex_);
    ++framesOut_;
    changed_.notify_all();
  };
  handlers.onFailed = [](const Error& why) { ADD_FAILURE() << why.text; };
  auto rung = VideoRung::create(settings, handlers);
  ASSERT_TRUE(rung) << rung.error().text;
  (*rung)->setKeyframeEvery(id.level == kProgramLevel ? ProgramHub::kKeyframeEvery
                                                      : ProgramHub::kCopyKeyframeEvery);
  const std::lock_guard lock(mutex_);
  rungs_.emplace_back(id, std::move(*rung));
}

std::int16_t ProgramSource::sample(double hertz, double& phase) const {
  if (hertz == 0) return 0;
  phase = std::fmod(phase + hertz / mix::kSampleRate, 1);
  return static_cast<std::int16_t>(16384 * std::sin(2 * std::numbers::pi * phase));
}

void ProgramSource::pushSound(mix::Nanos at) {
  const auto channels = static_cast<std::size_t>(settings_.channels);
  auto sound = std::make_shared<ProgramSound>();
  sound->begin = start_ + at;
  sound->mix = mix::AudioBlock(settings_.channels);
  for (std::size_t i = 0; i < mix::kTickSamples; ++i) {
    const auto value =
        sample(settings_.content(at + kSecond * static_cast<int>(i) / mix::kSampleRate).hertz, phase_);
    for (std::size_t channel = 0; channel < channels; ++channel) sound->mix[i * channels + channel] = value;
  }
  for (std::size_t n = 0; feed_->wantsTracks() && n < settings_.tracks.size(); ++n) {
    const auto& [participant, hertz] = settings_.tracks[n];
    sound->tracks.push_back({participant, mix::AudioBlock(settings_.channels)});
    mix::AudioBlock& block = sound->tracks.back().sound;
    for (std::size_t i = 0; i < block.size(); i += channels)
      std::fill_n(block.begin() + i, channels, sample(hertz, trackPhases_[n]));
  }
  feed_->onSound(sound);
}

}  // namespace tessera::test

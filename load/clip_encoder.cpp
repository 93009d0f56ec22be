// SPDX-License-Identifier: Apache-2.0
#include <gst/app/app.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numbers>

#include "load/clip.h"
#include "load/clip_picture.h"
#include "load/time_code.h"
#include "pipelines/gst/element.h"

namespace tessera::load {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int kAudioRate = 48000;
constexpr std::chrono::milliseconds kOpusFrame{20};
constexpr seconds kAudioClipLength{8};
constexpr std::uint8_t kVoiceLevel = 60;  // -dBov; above it is the hiss of a pause
constexpr seconds kEncodeDeadline{120};   // for a sample to come out; a slow machine, not a hang

struct Job {
  std::string encoder;  // between appsrc and appsink, in gst-launch syntax
  std::string rawCaps;
  int frames = 0;
  nanoseconds frameDuration{0};
  std::size_t frameBytes = 0;
  std::function<void(int index, std::span<std::uint8_t>)> draw;
};

gst::Ref<GstBuffer> rawFrame(const Job& job, int index) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, job.frameBytes, nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  job.draw(index, {map.data, map.size});
  gst_buffer_unmap(buffer, &map);
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(job.frameDuration.count()) * index;
  GST_BUFFER_DURATION(buffer) = job.frameDuration.count();
  return gst::Ref<GstBuffer>::adopt(buffer);
}

// A copy that shares nothing with the encoder's pools.
EncodedFrame keep(GstSample* sample) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  return {gst::Ref<GstBuffer>::adopt(gst_buffer_copy_deep(buffer)),
          !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)};
}

Error pipelineError(GstElement* pipeline, std::string_view what) {
  const auto bus = gst::Ref<GstBus>::adopt(gst_element_get_bus(pipeline));
  const auto message = gst::Ref<GstMessage>::adopt(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
  GError* error = nullptr;
  if (message) gst_message_parse_error(message.get(), &error, nullptr);
  return Error::fromGError(ErrorCode::mediaFailed, what, error);
}

// Pushes frame after frame and takes what comes out; the encoders here give a frame for a frame, in order.
Result<Clip> run(const Job& job, GstElement* pipeline) {
  const auto in = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), "in"));
  const auto out = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), "out"));
  gst_app_src_set_caps(GST_APP_SRC(in.get()), gst::capsOf(job.rawCaps).get());
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  Clip clip;
  clip.frameDuration = job.frameDuration;
  const GstClockTime wait = std::chrono::nanoseconds(kEncodeDeadline).count();
  for (int i = 0; i < job.frames; ++i) {
    if (gst_app_src_push_buffer(GST_APP_SRC(in.get()), rawFrame(job, i).release()) != GST_FLOW_OK) break;
    while (auto sample = gst::Ref<GstSample>::adopt(gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), 0)))
      clip.frames.push_back(keep(sample.get()));
  }
  gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
  while (auto sample =
             gst::Ref<GstSample>::adopt(gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), wait)))
    clip.frames.push_back(keep(sample.get()));
  if (clip.frames.empty() || !clip.frames.front().keyframe)
    return tl::unexpected(pipelineError(pipeline, fmt::format("encoding the clip by {}", job.encoder)));
  return clip;
}

Result<Clip> encode(const Job& job) {
  GError* error = nullptr;
  const std::string text = fmt::format(
      "appsrc name=in format=time block=true max-bytes=8000000 ! {} ! appsink name=out sync=false",
      job.encoder);
  const auto pipeline = gst::Ref<GstElement>::adopt(gst_parse_launch(text.c_str(), &error));
  if (!pipeline || error)
    return tl::unexpected(Error::fromGError(ErrorCode::unsupported, "making the encoder of the clip", error));
  Result<Clip> clip = run(job, pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return clip;
}

std::string encoderOf(const VideoClipSettings& s) {
  const int interval = s.fps * static_cast<int>(kKeyframeInterval.count());
  if (s.codec == VideoCodec::vp8) {
    return fmt::format(
        "vp8enc deadline=1 cpu-used=6 end-usage=cbr target-bitrate={} keyframe-max-dist={} threads=2 "
        "lag-in-frames=0 buffer-size=1000 buffer-initial-size=500 buffer-optimal-size=600",
        s.kbps * 1000, interval);
  }
  return fmt::format(
      "x264enc tune=zerolatency speed-preset=veryfast bitrate={} vbv-buf-capacity=1000 key-int-max={} "
      "threads=1 byte-stream=true ! video/x-h264,profile=constrained-baseline,stream-format=byte-stream,"
      "alignment=au",
      s.kbps, interval);
}

// A voice: harmonics of a fundamental that wanders, in syllables of about 4 Hz, with a pause every 4 s.
std::int16_t voiceAt(double t) {
  using std::numbers::pi;
  const double pause = std::fmod(t, 4.0) > 3.2 ? 0 : 1;
  const double syllable = std::pow(std::abs(std::sin(2 * pi * 2 * t)), 0.6);
  const double phase = 2 * pi * (140 * t - 8 * std::cos(2 * pi * 0.7 * t));
  double value = 0;
  for (int harmonic = 1; harmonic <= 12; ++harmonic) {
    const double formant = 1 / (1 + std::pow((harmonic * 140 - 600) / 500.0, 2));
    value += formant * std::sin(harmonic * phase) / std::sqrt(harmonic);
  }
  return static_cast<std::int16_t>(3500 * value * syllable * pause);
}

// RFC 6464: minus dBov, 127 for silence.
std::uint8_t levelOf(std::span<const std::int16_t> samples) {
  double squares = 0;
  for (const double sample : samples) squares += sample * sample;
  const double rms = std::sqrt(squares / static_cast<double>(samples.size())) / 32768;
  return rms > 0 ? static_cast<std::uint8_t>(std::clamp(-20 * std::log10(rms), 0.0, 127.0)) : 127;
}

}  // namespace

Result<Clip> encodeVideoClip(const VideoClipSettings& settings) {
  auto picture = std::make_shared<ClipPicture>(settings.width, settings.height);
  Job job;
  job.encoder = encoderOf(settings);
  job.rawCaps = fmt::format("video/x-raw,format=I420,width={},height={},framerate={}/1,colorimetry=bt709",
                            settings.width, settings.height, settings.fps);
  job.frames = settings.fps * static_cast<int>(kVideoClipLength.count());
  job.frameDuration = nanoseconds(std::chrono::seconds(1)) / settings.fps;
  job.frameBytes = picture->bytes();
  job.draw = [picture, settings](int index, std::span<std::uint8_t> out) {
    picture->draw(static_cast<double>(index) / settings.fps, out);
    paintTimeCode(out, settings.width, settings.height, static_cast<unsigned>(index));
  };
  Result<Clip> clip = encode(job);
  if (clip) clip->caps = videoClipCaps(settings);
  return clip;
}

Result<Clip> encodeAudioClip(bool talking) {
  constexpr int kSamples = kAudioRate / 50;
  Job job;
  job.encoder = "opusenc frame-size=20 bitrate=32000 inband-fec=true audio-type=voice";
  job.rawCaps = fmt::format("audio/x-raw,format=S16LE,layout=interleaved,channels=1,rate={}", kAudioRate);
  job.frames = static_cast<int>(kAudioClipLength / kOpusFrame);
  job.frameDuration = kOpusFrame;
  job.frameBytes = kSamples * sizeof(std::int16_t);
  std::vector<std::uint8_t> levels;
  job.draw = [talking, &levels, random = 1u](int index, std::span<std::uint8_t> out) mutable {
    const std::span samples(reinterpret_cast<std::int16_t*>(out.data()), kSamples);
    for (int i = 0; i < kSamples; ++i) {
      random = random * 1664525u + 1013904223u;
      const auto hiss = static_cast<std::int16_t>(static_cast<int>(random >> 28) - 8);  // about -75 dBFS
      const double t = static_cast<double>(index * kSamples + i) / kAudioRate;
      samples[i] = static_cast<std::int16_t>(talking ? hiss + voiceAt(t) : 0);
    }
    levels.push_back(levelOf(samples));
  };
  Result<Clip> clip = encode(job);
  if (!clip) return clip;
  clip->caps = gst::capsOf(
      "audio/x-opus,rate=48000,channels=1,channel-mapping-family=0,stream-count=1,"
      "coupled-count=0");
  // Whole seconds, so that what is said comes again at the same places; the encoder's delay adds a packet.
  clip->frames.resize(std::min(clip->frames.size(), levels.size()));
  for (std::size_t i = 0; i < clip->frames.size(); ++i) {
    clip->frames[i].keyframe = true;
    clip->frames[i].level = levels[i];
    clip->frames[i].voice = levels[i] < kVoiceLevel;
  }
  return clip;
}

}  // namespace tessera::load

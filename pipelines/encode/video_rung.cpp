// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/video_rung.h"

#include <pthread.h>

#include <algorithm>

#include "base/log.h"
#include "pipelines/mix/fit.h"

namespace tessera {

Result<std::unique_ptr<VideoRung>> VideoRung::create(const RungSettings& settings, Handlers handlers) {
  std::unique_ptr<VideoRung> rung(new VideoRung(settings, std::move(handlers)));
  if (auto made = rung->makeEncoder(); !made) return tl::unexpected(made.error());
  rung->thread_ = std::thread([self = rung.get()] { self->run(); });
  return rung;
}

VideoRung::VideoRung(const RungSettings& settings, Handlers handlers)
    : spec_(settings.spec),
      fixed_(settings.fixed),
      handlers_(std::move(handlers)),
      canvasFps_(settings.canvas.fps),
      kbps_(settings.spec.kbps),
      keyframes_(spec_.fps > 0 ? KeyframeBroker::kMinInterval : KeyframeBroker::kMinStillInterval),
      settings_{settings.codec, pictureOf(settings.canvas), spec_.kbps, fixed_.has_value()} {}

VideoRung::~VideoRung() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Status VideoRung::makeEncoder() {
  auto encoder = VideoEncoder::create(settings_, [this](const gst::Ref<GstBuffer>& frame, bool keyframe) {
    if (keyframe) keyframes_.delivered(mix::Nanos(GST_BUFFER_PTS(frame.get())));
    handlers_.onFrame(frame, keyframe);
  });
  if (!encoder) return tl::unexpected(encoder.error());
  encoder_ = std::move(*encoder);
  return {};
}

bool VideoRung::push(mix::FrameRef frame) {
  {
    const std::lock_guard lock(mutex_);
    if (!takes(*frame)) return false;
    mailbox_.swap(frame);  // an older one is let go outside the lock
  }
  wake_.notify_one();
  return frame != nullptr;
}

CanvasSettings VideoRung::pictureOf(const CanvasSettings& canvas) const {
  return fixed_ ? *fixed_ : rungPicture(spec_, canvas);
}

bool VideoRung::takes(const mix::VideoFrame& canvas) {
  const int canvasFps = canvasFps_.load(std::memory_order_relaxed);
  const int fps = std::min(spec_.fps, canvasFps);
  if (picker_.take(canvas.captured, fps, canvasFps)) return true;
  if (!keyframes_.due(canvas.captured)) return false;
  picker_.taken(canvas.captured, fps, canvasFps);
  return true;
}

void VideoRung::run() {
  pthread_setname_np(pthread_self(), settings_.codec == VideoCodec::vp8 ? "enc-vp8" : "enc-h264");
  while (mix::FrameRef frame = nextFrame()) {
    if (auto encoded = encode(std::move(frame)); !encoded) {
      handlers_.onFailed(encoded.error());
      return;
    }
  }
}

mix::FrameRef VideoRung::nextFrame() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return stopping_ || mailbox_; });
  if (stopping_) return nullptr;
  return std::exchange(mailbox_, nullptr);
}

// A new encoder rather than new caps for the old one: encoders differ in what they make of those, and it
// takes but a few milliseconds, here, where nobody waits.
Status VideoRung::follow(const mix::VideoFrame& canvas) {
  const int fps = canvasFps_.load(std::memory_order_relaxed);
  const int kbps = kbps_.load(std::memory_order_relaxed);
  const CanvasSettings picture = pictureOf({canvas.width, canvas.height, fps});
  const bool otherPicture = picture != settings_.picture;
  const bool otherKbps = kbps != settings_.kbps;
  settings_.picture = picture;
  settings_.kbps = kbps;
  if (otherPicture) {
    encoder_.reset();
    return makeEncoder();
  }
  if (otherKbps) encoder_->setKbps(kbps);
  return {};
}

// Of the canvas' shape but for the rounding to even sizes, so that `fill` crops a row or two at most.
mix::FrameRef VideoRung::scaled(const mix::FrameRef& canvas) {
  const auto& [width, height, fps] = settings_.picture;
  if (canvas->width == width && canvas->height == height) return canvas;
  const mix::TileShape shape{width, height, mix::Fit::fill, false, true};
  return std::make_shared<mix::VideoFrame>(mix::fitFrame(*canvas, shape, *pool_).picture);
}

Status VideoRung::encode(mix::FrameRef canvas) {
  if (auto followed = follow(*canvas); !followed) return followed;
  const mix::FrameRef frame = scaled(canvas);
  canvas.reset();  // there are only so many of them
  auto encoded = encoder_->encode(frame, keyframes_.take(frame->captured));
  return encoded ? encoded : recover(frame, encoded.error());
}

Status VideoRung::recover(const mix::FrameRef& frame, const Error& why) {
  log::warn("encoder failed", {{"error", why.text}});
  if (lastFailure_.count() && frame->captured - lastFailure_ < kForgiveAfter) return tl::unexpected(why);
  lastFailure_ = frame->captured;
  encoder_.reset();
  if (auto made = makeEncoder(); !made) return made;
  return encoder_->encode(frame, false);  // the first of an encoder is a keyframe anyway
}

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/video_rung.h"

#include <pthread.h>

#include "base/log.h"

namespace tessera {

Result<std::unique_ptr<VideoRung>> VideoRung::create(const RungSettings& settings, Handlers handlers) {
  std::unique_ptr<VideoRung> rung(new VideoRung(settings, std::move(handlers)));
  if (auto made = rung->makeEncoder(); !made) return tl::unexpected(made.error());
  rung->thread_ = std::thread([self = rung.get()] { self->run(); });
  return rung;
}

VideoRung::VideoRung(const RungSettings& settings, Handlers handlers)
    : handlers_(std::move(handlers)), fps_(settings.canvas.fps), settings_(settings) {}

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
    mailbox_.swap(frame);  // an older one is let go outside the lock
  }
  wake_.notify_one();
  return frame != nullptr;
}

void VideoRung::run() {
  pthread_setname_np(pthread_self(), settings_.codec == VideoCodec::vp8 ? "enc-vp8" : "enc-h264");
  while (const mix::FrameRef frame = nextFrame()) {
    if (auto encoded = encode(frame); !encoded) {
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
Status VideoRung::follow(const mix::VideoFrame& frame) {
  const CanvasSettings canvas{frame.width, frame.height, fps_.load(std::memory_order_relaxed)};
  if (canvas == settings_.canvas) return {};
  settings_.canvas = canvas;
  encoder_.reset();
  return makeEncoder();
}

Status VideoRung::encode(const mix::FrameRef& frame) {
  if (auto followed = follow(*frame); !followed) return followed;
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

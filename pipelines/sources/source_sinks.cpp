// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/source_sinks.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/legs/decoded_media.h"
#include "pipelines/legs/vp8_header.h"
#include "pipelines/sources/playback.h"

namespace tessera {
namespace {

using mix::Nanos;
using Medium = PlayTime::Medium;

// A picture that stands longer is shown again, or its tile would take the source for silent.
constexpr Nanos kShowAgain = mix::VideoSlot::kStaleAfter / 2;
constexpr Nanos kMinGap = std::chrono::nanoseconds(std::chrono::seconds(1)) / kMaxRate * 9 / 10;
constexpr Nanos kLate = std::chrono::milliseconds(40);
constexpr int kMinSide = 16;  // pixels
// A few bytes of sound that claims to be slower than this would fill gigabytes at 48 kHz.
constexpr int kMinSoundRate = 4000;  // Hz
constexpr auto kBuffersAndEvents =
    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);

Nanos nanos(GstClockTime time) {
  constexpr auto kFarthest = static_cast<GstClockTime>(PlayTime::kFarthest.count());
  return GST_CLOCK_TIME_IS_VALID(time) ? Nanos(static_cast<std::int64_t>(std::min(time, kFarthest)))
                                       : Nanos{0};
}

void show(PlayShared& shared, mix::VideoFrame frame, Nanos captured) {
  frame.captured = captured;
  if (const auto slot = shared.video()) slot->push(std::move(frame), gst::now());
}

// Waits until a picture that is due then is to go; the one before it stays meanwhile.
bool waitForTurn(PlayShared& shared, const std::optional<mix::VideoFrame>& before, Nanos due) {
  while (true) {
    const Nanos turn = due - PlayTime::kLead;
    const Nanos next = before ? std::min(turn, gst::now() + kShowAgain) : turn;
    if (!shared.gate.waitUntil(next)) return false;
    if (next == turn) return true;
    show(shared, *before, gst::now());
  }
}

// The decoder's clock for leaving out: where we are, and how late.
void tellLate(GstPad* entry, GstClockTime time, Nanos late) {
  GstEvent* sticky = gst_pad_get_sticky_event(entry, GST_EVENT_SEGMENT, 0);
  if (!sticky) return;
  const auto event = gst::Ref<GstEvent>::adopt(sticky);
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event.get(), &segment);
  const GstClockTime running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, time);
  if (!GST_CLOCK_TIME_IS_VALID(running)) return;
  gst_pad_push_event(entry, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.5, late.count(), running));
}

void askLength(GstPad* entry, PlayShared& shared) {
  gint64 length = 0;
  if (gst_pad_peer_query_duration(entry, GST_FORMAT_TIME, &length) && length > 0)
    shared.length = std::max(shared.length.load(), nanos(static_cast<GstClockTime>(length)));
}

// Null: it is another event.
GstCaps* capsIn(GstPadProbeInfo* info) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  GstCaps* caps = nullptr;
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) gst_event_parse_caps(event, &caps);
  return caps;
}

bool isTooSlow(GstCaps* sound) {
  gint rate = 0;
  return gst_structure_get_int(gst_caps_get_structure(sound, 0), "rate", &rate) && rate < kMinSoundRate;
}

GstPadProbeReturn onPicture(GstPad* entry, GstBuffer* buffer, PlayShared& shared, GstClockTime& last) {
  const GstClockTime time = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return GST_PAD_PROBE_DROP;
  if (!GST_CLOCK_TIME_IS_VALID(last)) askLength(entry, shared);  // the first one
  const bool soon = GST_CLOCK_TIME_IS_VALID(last) && time >= last && nanos(time - last) < kMinGap;
  if (soon) return GST_PAD_PROBE_DROP;
  last = time;
  if (const Nanos late = shared.pictureLate; late > kLate) tellLate(entry, time, late);
  return GST_PAD_PROBE_OK;
}

// By blocks of a tick, each when it is due.
GstFlowReturn play(PlayShared& shared, std::span<const std::int16_t> samples, Nanos due) {
  const auto block = static_cast<std::size_t>(mix::kTickSamples * shared.channels);
  for (; !samples.empty(); due += mix::kAudioTick) {
    const auto now = samples.first(std::min(block, samples.size()));
    if (!shared.gate.waitUntil(due - PlayTime::kLead)) return GST_FLOW_FLUSHING;
    if (const auto slot = shared.audio()) slot->push(now, due, gst::now());
    samples = samples.subspan(now.size());
  }
  return GST_FLOW_OK;
}

GstFlowReturn onSound(PlayShared& shared, GstBuffer* buffer) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) return GST_FLOW_OK;
  if (!shared.gate.waitOpen()) return GST_FLOW_FLUSHING;
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_FLOW_OK;
  const std::span samples(reinterpret_cast<const std::int16_t*>(map.data), map.size / sizeof(std::int16_t));
  const auto count = static_cast<std::int64_t>(samples.size()) / shared.channels;
  const Nanos length(count * 1'000'000'000 / mix::kSampleRate);
  const Nanos due = shared.time.due(Medium::sound, nanos(GST_BUFFER_PTS(buffer)), gst::now(), length);
  shared.onBuffer(Medium::sound, due, length);
  const GstFlowReturn result = play(shared, samples, due);
  gst_buffer_unmap(buffer, &map);
  return result;
}

}  // namespace

gst::ReceivePad::Handlers pictureSink(const std::shared_ptr<PlayShared>& shared) {
  const auto info = std::make_shared<GstVideoInfo>();  // caps and buffers come on one thread, in order
  gst_video_info_init(info.get());
  gst::ReceivePad::Handlers handlers;
  handlers.caps = gst::capsOf("video/x-raw,format=I420,pixel-aspect-ratio=1/1");
  handlers.wantsVideoMeta = true;
  handlers.onCaps = [shared, info](GstCaps* caps) {
    if (!gst_video_info_from_caps(info.get(), caps)) return false;
    const int width = GST_VIDEO_INFO_WIDTH(info.get()), height = GST_VIDEO_INFO_HEIGHT(info.get());
    if (std::min(width, height) < kMinSide) return false;
    shared->toMain([width, height](Playback& playback) { playback.onVideoSize(width, height); });
    return true;
  };
  handlers.onBuffer = [shared, info,
                       last = std::optional<mix::VideoFrame>()](const gst::Ref<GstBuffer>& buffer) mutable {
    if (!shared->gate.waitOpen()) return GST_FLOW_FLUSHING;
    auto frame = frameOf(*info, buffer.get());
    if (!frame) return GST_FLOW_OK;
    const Nanos length = nanos(GST_BUFFER_DURATION(buffer.get()));
    const Nanos due =
        shared->time.due(Medium::picture, nanos(GST_BUFFER_PTS(buffer.get())), gst::now(), length);
    shared->onBuffer(Medium::picture, due, length);
    if (!waitForTurn(*shared, last, due)) return GST_FLOW_FLUSHING;
    shared->pictureLate = gst::now() - due;
    last = frame;
    show(*shared, std::move(*frame), due);
    return GST_FLOW_OK;
  };
  handlers.onEnd = [shared] { shared->onEnd(Medium::picture); };
  return handlers;
}

gst::ReceivePad::Handlers soundSink(const std::shared_ptr<PlayShared>& shared) {
  gst::ReceivePad::Handlers handlers;
  handlers.caps = gst::capsOf(
      fmt::format("audio/x-raw,format=S16LE,rate=48000,layout=interleaved,channels={}", shared->channels));
  handlers.onBuffer = [shared](const gst::Ref<GstBuffer>& buffer) { return onSound(*shared, buffer.get()); };
  handlers.onEnd = [shared] { shared->onEnd(Medium::sound); };
  return handlers;
}

namespace {

bool isTooLarge(std::int64_t width, std::int64_t height) {
  return width * height > kMaxPicturePixels || std::max(width, height) > kMaxPictureSide;
}

bool isTooLargeVp8(GstBuffer* buffer) {
  std::array<std::uint8_t, 10> header{};
  const auto size =
      vp8KeyframeSize(std::span(header).first(gst_buffer_extract(buffer, 0, header.data(), header.size())));
  return size && isTooLarge(size->width, size->height);
}

}  // namespace

bool isTooLarge(GstCaps* caps) {
  const GstStructure* first = gst_caps_get_structure(caps, 0);
  gint width = 0, height = 0;
  if (!gst_structure_get_int(first, "width", &width) || !gst_structure_get_int(first, "height", &height))
    return false;
  return isTooLarge(width, height);
}

void watchEncoded(GstPad* sink, bool vp8, const std::shared_ptr<PlayShared>& shared) {
  gst::addLastingProbe(sink, kBuffersAndEvents,
                       [shared, vp8, refused = false](GstPad*, GstPadProbeInfo* info) mutable {
                         if (refused) return GST_PAD_PROBE_DROP;
                         if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
                           refused = vp8 && isTooLargeVp8(GST_PAD_PROBE_INFO_BUFFER(info));
                         } else if (GstCaps* caps = capsIn(info)) {
                           refused = isTooLarge(caps);
                         }
                         if (!refused) return GST_PAD_PROBE_OK;
                         shared->toMain([](Playback& playback) { playback.onFailed(kTooLarge); });
                         return GST_PAD_PROBE_DROP;
                       });
}

void watchSound(GstPad* entry, const std::shared_ptr<PlayShared>& shared) {
  gst::addLastingProbe(entry, kBuffersAndEvents,
                       [shared, asked = false](GstPad* pad, GstPadProbeInfo* info) mutable {
                         if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
                           if (!std::exchange(asked, true)) askLength(pad, *shared);
                           return GST_PAD_PROBE_OK;
                         }
                         GstCaps* caps = capsIn(info);
                         return caps && isTooSlow(caps) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
                       });
}

void watchPictures(GstPad* entry, const std::shared_ptr<PlayShared>& shared) {
  gst::addLastingProbe(entry, kBuffersAndEvents,
                       [shared, last = GST_CLOCK_TIME_NONE](GstPad* pad, GstPadProbeInfo* info) mutable {
                         if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
                           return onPicture(pad, GST_PAD_PROBE_INFO_BUFFER(info), *shared, last);
                         GstCaps* caps = capsIn(info);
                         if (!caps || !isTooLarge(caps)) return GST_PAD_PROBE_OK;
                         shared->tooLarge =
                             true;  // what follows is not negotiated: the stream ends with that error
                         return GST_PAD_PROBE_DROP;
                       });
}

}  // namespace tessera

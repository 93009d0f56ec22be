// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/leg_input.h"

#include <gst/video/video.h>

#include <array>
#include <cstdlib>

#include "base/log.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/legs/decoded_media.h"
#include "pipelines/legs/vp8_header.h"

namespace tessera {
namespace {

using Shared = std::shared_ptr<LegShared>;

constexpr guint kAudioReorderMs = 60;
// A lost packet is asked for again so often while it is waited for: by default the buffer takes its own
// measure of the round trip, which one burst can make so long that there is no second attempt.
constexpr gint kAskAgainMs = 80;

void refuseSize(const Shared& shared, int width, int height) {
  if (!shared->mayTellRefusal()) return;
  shared->reportRefused(
      Error{ErrorCode::tooLarge, fmt::format("video of {}x{} is larger than the limit", width, height)});
}

// Drops what comes before a keyframe of acceptable size, so that the decoder never allocates more.
gst::PadProbe::Callback vp8SizeGuard(const Shared& shared) {
  return [shared, refused = false](GstPad*, GstPadProbeInfo* info) mutable {
    GstMapInfo map;
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_PAD_PROBE_DROP;
    const auto size = vp8KeyframeSize({map.data, map.size});
    gst_buffer_unmap(buffer, &map);
    if (size) {
      const bool acceptable = isAcceptableSize(size->width, size->height, shared->screen);
      if (!acceptable && !refused) refuseSize(shared, size->width, size->height);
      refused = !acceptable;
    }
    return refused ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
  };
}

// The same by the caps that h264parse makes of the SPS; data without caps is not decoded.
gst::PadProbe::Callback h264SizeGuard(const Shared& shared) {
  return [shared, refused = true](GstPad*, GstPadProbeInfo* info) mutable {
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER) return refused ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const GstStructure* structure = gst_caps_get_structure(caps, 0);
    int width = 0;
    int height = 0;
    gst_structure_get_int(structure, "width", &width);
    gst_structure_get_int(structure, "height", &height);
    refused = !isAcceptableSize(width, height, shared->screen);
    if (refused && width > 0) refuseSize(shared, width, height);
    return GST_PAD_PROBE_OK;  // a dropped caps event would come again with every buffer
  };
}

std::size_t bytesOf(const GstPadProbeInfo* info) {
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) return gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
  return gst_buffer_list_calculate_size(GST_PAD_PROBE_INFO_BUFFER_LIST(info));
}

bool takePacket(const Shared& shared, std::size_t bytes) {
  const auto verdict = shared->ingest.onPacket(bytes, gst::now());
  if (verdict.tell)
    shared->reportRefused(
        Error{ErrorCode::tooLarge, fmt::format("more video than was asked for: at most {} kbit/s is taken",
                                               shared->ingest.limitKbps())});
  return verdict.take;
}

// Nothing passes before the peer is verified, and no more than the picture's tile is worth; every packet may
// trigger a keyframe request that is due.
GstPadProbeReturn gateVideo(const Shared& shared, GstPad* pad, GstPadProbeInfo* info) {
  if (info->type & GST_PAD_PROBE_TYPE_EVENT_UPSTREAM) {
    if (!gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info))) return GST_PAD_PROBE_OK;
    return shared->keyframes.allow(gst::now()) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  }
  if (!shared->open() || !takePacket(shared, bytesOf(info))) return GST_PAD_PROBE_DROP;
  if (shared->keyframes.onPacket(gst::now()))
    gst_pad_send_event(pad, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
  return GST_PAD_PROBE_OK;
}

constexpr auto kBuffers =
    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);

void installGate(GstPad* pad, const Shared& shared, bool video) {
  if (video) {
    gst::addLastingProbe(pad, static_cast<GstPadProbeType>(kBuffers | GST_PAD_PROBE_TYPE_EVENT_UPSTREAM),
                         [shared](GstPad* at, GstPadProbeInfo* info) { return gateVideo(shared, at, info); });
  } else {
    gst::addLastingProbe(pad, kBuffers, [shared](GstPad*, GstPadProbeInfo*) {
      return shared->open() ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
    });
  }
}

// Adds `factories` to `bin` and links them in a row, between `source` and `sink`, downstream first in
// starting so that no buffer meets an element that is not running.
Result<std::vector<GstElement*>> buildChain(GstBin* bin, GstPad* source,
                                            const std::vector<const char*>& factories,
                                            gst::ReceivePad& sink) {
  std::vector<GstElement*> chain;
  for (const char* factory : factories) {
    const auto element = gst::addElement(bin, factory);
    if (!element) return tl::unexpected(element.error());
    if (!chain.empty())
      if (const auto ok = gst::link(chain.back(), *element); !ok) return tl::unexpected(ok.error());
    chain.push_back(*element);
  }
  if (const auto ok = sink.linkFrom(chain.back()); !ok) return tl::unexpected(ok.error());
  const auto entry = gst::staticPad(chain.front(), "sink");
  if (!entry) return tl::unexpected(entry.error());
  if (const auto ok = gst::link(source, entry->get()); !ok) return tl::unexpected(ok.error());
  return chain;
}

void startChain(const std::vector<GstElement*>& chain) {
  for (auto element = chain.rbegin(); element != chain.rend(); ++element)
    gst_element_sync_state_with_parent(*element);
}

void guard(GstElement* element, GstPadProbeType type, gst::PadProbe::Callback callback) {
  if (const auto pad = gst::staticPad(element, "src"))
    gst::addLastingProbe(pad->get(), type, std::move(callback));
}

// One thread each: the cores are shared by all participants, and more threads add delay.
void configureDecoder(GstElement* decoder) {
  GObjectClass* klass = G_OBJECT_GET_CLASS(decoder);
  if (g_object_class_find_property(klass, "threads")) g_object_set(decoder, "threads", 1, nullptr);
  if (g_object_class_find_property(klass, "max-threads")) g_object_set(decoder, "max-threads", 1, nullptr);
  g_object_set(decoder, "automatic-request-sync-points", TRUE, "max-errors", -1, nullptr);
}

// The pad that feeds `pad`: what it stands for, when it is a ghost, and through the elements above it that
// have one input.
gst::Ref<GstPad> upstreamOf(const gst::Ref<GstPad>& pad) {
  if (GST_IS_GHOST_PAD(pad.get()))
    return gst::Ref<GstPad>::adopt(gst_ghost_pad_get_target(GST_GHOST_PAD(pad.get())));
  const auto element = gst::Ref<GstElement>::adopt(gst_pad_get_parent_element(pad.get()));
  const auto entry =
      element ? gst::staticPad(element.get(), "sink") : fail(ErrorCode::internal, "no element");
  return entry ? gst::Ref<GstPad>::adopt(gst_pad_get_peer(entry->get())) : gst::Ref<GstPad>{};
}

// The jitter buffer that a source pad of webrtcbin gets its packets from, some elements of rtpbin above.
gst::Ref<GstElement> jitterBufferOf(GstPad* pad) {
  constexpr int kMostSteps = 8;
  auto at = gst::Ref<GstPad>::retain(pad);
  for (int i = 0; at && i < kMostSteps; ++i, at = upstreamOf(at)) {
    auto element = gst::Ref<GstElement>::adopt(gst_pad_get_parent_element(at.get()));
    const GstElementFactory* factory = element ? gst_element_get_factory(element.get()) : nullptr;
    if (factory && g_str_equal(GST_OBJECT_NAME(factory), "rtpjitterbuffer")) return element;
  }
  return {};
}

Status attachVideo(GstBin* bin, GstPad* pad, const Shared& shared) {
  const bool vp8 = shared->codec == VideoCodec::vp8;
  const bool libav = gst_registry_check_feature_version(gst_registry_get(), "avdec_h264", 1, 0, 0);
  const std::vector<const char*> factories =
      vp8 ? std::vector<const char*>{"rtpvp8depay", "vp8dec"}
          : std::vector<const char*>{"rtph264depay", "h264parse", libav ? "avdec_h264" : "openh264dec",
                                     "videoconvert"};
  // For each, since webrtcbin 1.22 takes what was said for the line that it looked at last. What was
  // overtaken mostly comes within the delay that the buffer gets from the jitter. And a frame that is merely
  // not sent is no loss: cameras slow down, and screens stand still.
  if (const auto buffer = jitterBufferOf(pad))
    g_object_set(buffer.get(), "do-retransmission", TRUE, "rtx-retry-timeout", kAskAgainMs,
                 "rtx-delay-reorder", 0, "rtx-next-seqnum", FALSE, nullptr);
  auto sink = std::make_unique<gst::ReceivePad>("video-out", videoSink(shared));
  const auto chain = buildChain(bin, pad, factories, *sink);
  if (!chain) return tl::unexpected(chain.error());
  g_object_set(chain->front(), "request-keyframe", TRUE, "wait-for-keyframe", TRUE, nullptr);
  configureDecoder(vp8 ? (*chain)[1] : (*chain)[2]);
  if (vp8) {
    guard(chain->front(), GST_PAD_PROBE_TYPE_BUFFER, vp8SizeGuard(shared));
  } else {
    guard((*chain)[1],
          static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
          h264SizeGuard(shared));
    g_object_set(chain->back(), "n-threads", 1, nullptr);
  }
  shared->keep(std::move(sink));
  startChain(*chain);
  return {};
}

// Lost sound is not sent again: a packet is waited for only as long as it may have been overtaken.
Status attachAudio(GstBin*, GstPad* pad, const Shared& shared) {
  auto handlers = opusSink(shared);
  if (!handlers) return tl::unexpected(handlers.error());
  if (const auto buffer = jitterBufferOf(pad))
    g_object_set(buffer.get(), "latency", kAudioReorderMs, "do-retransmission", FALSE, nullptr);
  auto sink = std::make_unique<gst::ReceivePad>("audio-out", std::move(*handlers));
  if (const auto ok = sink->linkFrom(pad); !ok) return ok;
  shared->keep(std::move(sink));
  return {};
}

void discard(GstPad* pad, const Shared& shared) {
  gst::ReceivePad::Handlers handlers;
  handlers.onBuffer = [](const gst::Ref<GstBuffer>&) { return GST_FLOW_OK; };
  auto sink = std::make_unique<gst::ReceivePad>("discard", std::move(handlers));
  if (const auto ok = sink->linkFrom(pad); !ok) shared->reportError(ok.error());
  shared->keep(std::move(sink));
}

// "OPUS", "VP8"…; empty when the pad has no RTP caps. The m-line says nothing: webrtcbin 1.22 puts unknown
// SSRCs on the first.
std::string encodingOf(GstPad* pad) {
  const auto caps = gst::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  if (!caps || gst_caps_is_empty(caps.get())) return {};
  const gchar* name = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "encoding-name");
  return name ? name : "";
}

}  // namespace

bool isAcceptableSize(int width, int height, bool screen) {
  const int side = screen ? kMaxScreenSide : kMaxVideoSide;
  return width > 0 && height > 0 && width <= side && height <= side &&
         width * height <= (screen ? kMaxScreenPixels : kMaxVideoPixels);
}

void attachInput(GstElement* webrtc, GstPad* pad, const Shared& shared) {
  if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
  const auto parent = gst::Ref<GstObject>::adopt(gst_element_get_parent(webrtc));
  if (!parent || shared->closed()) return;
  const std::string encoding = encodingOf(pad);
  const bool video = encoding == (shared->codec == VideoCodec::vp8 ? "VP8" : "H264");
  const bool audio = encoding == "OPUS";
  if (shared->discards || (!(video && shared->claimVideo()) && !(audio && shared->claimAudio()))) {
    log::debug("stream discarded", {{"peer", shared->label}, {"encoding", encoding}});
    return discard(pad, shared);
  }
  installGate(pad, shared, video);
  GstBin* bin = GST_BIN(parent.get());
  if (const auto ok = video ? attachVideo(bin, pad, shared) : attachAudio(bin, pad, shared); !ok)
    shared->reportError(ok.error());
}

}  // namespace tessera

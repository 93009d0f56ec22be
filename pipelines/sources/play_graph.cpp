// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/play_graph.h"

#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/sources/autoplug.h"
#include "pipelines/sources/playback.h"
#include "pipelines/sources/rtsp_guard.h"
#include "pipelines/sources/source_sinks.h"

namespace tessera {
namespace {

using Medium = PlayTime::Medium;

// Between demuxer and decoders, all streams together.
constexpr guint kMaxQueuedBytes = 8 << 20;
constexpr guint64 kMaxQueuedTime = 2 * GST_SECOND;
constexpr guint64 kTcpTimeout = 10'000'000;  // microseconds
constexpr guint kRtmpTimeout = 10;           // seconds
constexpr guint kRtspLatency = 200;          // ms; over TCP nothing is lost, and nothing waits for it

const char* const kPictureChain[] = {"videoconvert", "capsfilter", "deinterlace", "videoflip", "videoscale"};
const char* const kSoundChain[] = {"audioconvert", "audioresample"};

void configure(GstElement* element, std::string_view factory) {
  if (factory == "capsfilter")
    g_object_set(element, "caps", gst::capsOf("video/x-raw,format=I420").get(), nullptr);
  if (factory == "deinterlace") gst_util_set_object_arg(G_OBJECT(element), "fields", "top");  // its own rate
  if (factory == "videoflip") gst_util_set_object_arg(G_OBJECT(element), "video-direction", "auto");
}

// Their messages name the URL, with its password or key, at any level.
void silenceSources() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const char* categories : {"rtsp*", "rtmp*"})
      gst_debug_set_threshold_for_name(categories, GST_LEVEL_NONE);
  });
}

// Adds the elements, links them one after the other and to `sink`; returns where the first one takes its
// input.
Result<gst::Ref<GstPad>> addChain(GstBin* bin, std::span<const char* const> factories,
                                  gst::ReceivePad& sink) {
  GstElement* first = nullptr;
  GstElement* last = nullptr;
  for (const char* factory : factories) {
    auto element = gst::addElement(bin, factory);
    if (!element) return tl::unexpected(element.error());
    configure(*element, factory);
    if (!first) first = *element;
    if (last) {
      if (auto linked = gst::link(last, *element); !linked) return tl::unexpected(linked.error());
    }
    last = *element;
  }
  if (auto linked = sink.linkFrom(last); !linked) return tl::unexpected(linked.error());
  return gst::staticPad(first, "sink");
}

// Decoded media, on the thread that found it.
void onDecoded(GstPad* pad, PlayShared& shared) {
  GstCaps* current = gst_pad_get_current_caps(pad);
  const auto caps = gst::Ref<GstCaps>::adopt(current ? current : gst_pad_query_caps(pad, nullptr));
  if (gst_caps_is_empty(caps.get()) || gst_caps_is_any(caps.get())) return;
  const std::string_view type = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  const bool picture = type == "video/x-raw";
  if (!picture && type != "audio/x-raw") return;
  const Medium medium = picture ? Medium::picture : Medium::sound;
  if (!shared.take(medium)) return;
  gst::Ref<GstPad> entry;
  {
    const std::lock_guard lock(shared.mutex);
    entry = (picture ? shared.picture : shared.sound).entry;
  }
  if (entry && !gst::link(pad, entry.get())) log::warn("a source's stream cannot be linked");
}

Result<GstElement*> addDecoder(GstBin* bin, SourceUrl::Kind kind, const std::shared_ptr<PlayShared>& shared) {
  auto decoder = gst::addElement(bin, "decodebin");
  if (!decoder) return decoder;
  g_object_set(*decoder, "caps", gst::capsOf("video/x-raw(ANY); audio/x-raw(ANY)").get(),
               "expose-all-streams", FALSE, "max-size-bytes", kMaxQueuedBytes, "max-size-time",
               kMaxQueuedTime, nullptr);
  if (kind == SourceUrl::Kind::rtmp)
    g_object_set(*decoder, "sink-caps", gst::capsOf("video/x-flv").get(), nullptr);
  restrictAutoplug(*decoder, kind, shared);
  auto added = gst::SignalConnection::connect<void(GstElement*, GstPad*)>(
      *decoder, "pad-added", [shared](GstElement*, GstPad* pad) { onDecoded(pad, *shared); });
  const std::lock_guard lock(shared->mutex);
  shared->connections.push_back(std::move(added));
  return decoder;
}

// One decodebin for each stream, on the thread of rtspsrc.
void onRtspStream(GstElement* source, GstPad* pad, const std::shared_ptr<PlayShared>& shared) {
  const auto parent = gst::Ref<GstObject>::adopt(gst_element_get_parent(source));
  if (!parent || !shared->isOpen()) return;
  auto decoder = addDecoder(GST_BIN(parent.get()), SourceUrl::Kind::rtsp, shared);
  if (!decoder) return;
  const auto sink = gst::staticPad(*decoder, "sink");
  if (!sink || !gst::link(pad, sink->get())) log::warn("a source's stream cannot be linked");
  gst_element_sync_state_with_parent(*decoder);
}

// An end of the stream is told from here and goes no further: the jitter buffer of 1.22 waits for its timers
// before it lets one pass, and hangs when it is shut down meanwhile.
void tellEnds(GstPad* pad, const std::shared_ptr<PlayShared>& shared) {
  if (!GST_PAD_IS_SINK(pad)) return;
  gst::addLastingProbe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, [shared](GstPad*, GstPadProbeInfo* info) {
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_EOS) return GST_PAD_PROBE_OK;
    shared->toMain([](Playback& playback) { playback.onEnd(); });
    return GST_PAD_PROBE_DROP;
  });
}

void onRtpManager(GstElement* manager, const std::shared_ptr<PlayShared>& shared) {
  auto added = gst::SignalConnection::connect<void(GstElement*, GstPad*)>(
      manager, "pad-added", [shared](GstElement*, GstPad* pad) { tellEnds(pad, shared); });
  const std::lock_guard lock(shared->mutex);
  shared->connections.push_back(std::move(added));
}

// The first picture and the first sound; nothing else that a camera may have.
bool selectStream(GstCaps* caps, bool& hasPicture, bool& hasSound) {
  const char* media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");
  const std::string_view name = media ? media : "";
  bool* has = name == "video" ? &hasPicture : name == "audio" ? &hasSound : nullptr;
  return has && !std::exchange(*has, true);
}

Result<GstElement*> addRtsp(GstBin* bin, const SourceUrl& url, const std::shared_ptr<PlayShared>& shared) {
  installRtspGuard();
  const int guards = rtspGuards();
  auto source = gst::addElement(bin, "rtspsrc");
  if (!source) return source;
  if (rtspGuards() == guards) return fail(ErrorCode::internal, "an RTSP source has no guard");
  g_object_set(*source, "location", url.location.c_str(), "tcp-timeout", kTcpTimeout, "latency", kRtspLatency,
               nullptr);
  gst_util_set_object_arg(G_OBJECT(*source), "protocols", "tcp");
  auto selecting = gst::SignalConnection::connect<gboolean(GstElement*, guint, GstCaps*)>(
      *source, "select-stream",
      [picture = false, sound = false](GstElement*, guint, GstCaps* caps) mutable -> gboolean {
        return selectStream(caps, picture, sound);
      });
  auto managing = gst::SignalConnection::connect<void(GstElement*, GstElement*)>(
      *source, "new-manager", [shared](GstElement*, GstElement* manager) { onRtpManager(manager, shared); });
  auto added = gst::SignalConnection::connect<void(GstElement*, GstPad*)>(
      *source, "pad-added",
      [shared](GstElement* element, GstPad* pad) { onRtspStream(element, pad, shared); });
  const std::lock_guard lock(shared->mutex);
  shared->connections.push_back(std::move(selecting));
  shared->connections.push_back(std::move(managing));
  shared->connections.push_back(std::move(added));
  return source;
}

Result<GstElement*> addSource(GstBin* bin, const SourceUrl& url, const std::shared_ptr<PlayShared>& shared) {
  if (url.kind == SourceUrl::Kind::rtsp) return addRtsp(bin, url, shared);
  const bool rtmp = url.kind == SourceUrl::Kind::rtmp;
  auto source = gst::addElement(bin, rtmp ? "rtmp2src" : "filesrc");
  if (!source) return source;
  if (rtmp)
    g_object_set(*source, "location", url.location.c_str(), "timeout", kRtmpTimeout, "idle-timeout",
                 kRtmpTimeout, nullptr);
  const auto decoder = addDecoder(bin, url.kind, shared);
  if (!decoder) return decoder;
  if (auto linked = gst::link(*source, *decoder); !linked) return tl::unexpected(linked.error());
  return source;
}

}  // namespace

Result<PlayGraph> makePlayGraph(const SourceUrl& url, const std::shared_ptr<PlayShared>& shared) {
  silenceSources();
  PlayGraph graph;
  graph.pipeline = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("source"))));
  gst::configureClock(GST_PIPELINE(graph.pipeline.get()));
  auto* bin = GST_BIN(graph.pipeline.get());
  graph.picture = std::make_unique<gst::ReceivePad>("picture", pictureSink(shared));
  graph.sound = std::make_unique<gst::ReceivePad>("sound", soundSink(shared));
  auto picture = addChain(bin, kPictureChain, *graph.picture);
  if (!picture) return tl::unexpected(picture.error());
  auto sound = addChain(bin, kSoundChain, *graph.sound);
  if (!sound) return tl::unexpected(sound.error());
  watchPictures(picture->get(), shared);
  watchSound(sound->get(), shared);
  {
    const std::lock_guard lock(shared->mutex);
    shared->picture.entry = std::move(*picture);
    shared->sound.entry = std::move(*sound);
  }
  const auto source = addSource(bin, url, shared);
  if (!source) return tl::unexpected(source.error());
  graph.source = gst::Ref<GstElement>::retain(*source);
  return graph;
}

}  // namespace tessera

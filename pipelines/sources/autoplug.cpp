// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/autoplug.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/thread_priority.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/sources/source_sinks.h"

namespace tessera {
namespace {

enum Select { kTry, kExpose, kSkip };  // GstAutoplugSelectResult, which is in no header

constexpr std::array<std::string_view, 13> kContainers{
    "qtdemux",  "matroskademux", "oggdemux", "flvdemux",  "avidemux", "tsdemux", "mpegpsdemux",
    "id3demux", "wavparse",      "apedemux", "aiffparse", "auparse",  "y4mdec"};
constexpr std::array<std::string_view, 20> kDepayloaders{
    "rtph264depay", "rtph265depay", "rtpvp8depay",  "rtpvp9depay",  "rtpjpegdepay",
    "rtpmp4vdepay", "rtpmp4gdepay", "rtpmp4adepay", "rtpmpvdepay",  "rtpmpadepay",
    "rtpopusdepay", "rtppcmudepay", "rtppcmadepay", "rtpL16depay",  "rtpL24depay",
    "rtpg722depay", "rtpg726depay", "rtpac3depay",  "rtpmp2tdepay", "rtpvorbisdepay"};
// Each of the pictures' says the size that is in the stream itself.
constexpr std::array<std::string_view, 16> kParsers{
    "h264parse", "h265parse", "mpegvideoparse", "mpeg4videoparse", "vp9parse", "av1parse",
    "jpegparse", "h263parse", "aacparse",       "mpegaudioparse",  "ac3parse", "opusparse",
    "flacparse", "dcaparse",  "vorbisparse",    "rawaudioparse"};
constexpr std::array<std::string_view, 36> kDecoders{
    "avdec_h264",       "openh264dec", "avdec_h265",     "vp8dec",         "vp9dec",
    "avdec_vp8",        "avdec_vp9",   "av1dec",         "dav1ddec",       "avdec_mpeg4",
    "avdec_mpeg2video", "mpeg2dec",    "avdec_mjpeg",    "jpegdec",        "avdec_h263",
    "avdec_aac",        "faad",        "avdec_mp3",      "mpg123audiodec", "opusdec",
    "avdec_opus",       "vorbisdec",   "flacdec",        "avdec_flac",     "avdec_ac3",
    "a52dec",           "avdec_eac3",  "mulawdec",       "alawdec",        "avdec_alac",
    "avdec_g722",       "avdec_g726",  "avdec_mp2float", "adpcmdec",       "avdec_dca",
    "dtsdec",
};

constexpr std::array<std::string_view, 2> kVp8Decoders{"vp8dec", "avdec_vp8"};
constexpr std::array<std::string_view, 2> kJpegDecoders{"avdec_mjpeg", "jpegdec"};

template <class List>
bool has(const List& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

bool isAllowed(std::string_view name, SourceUrl::Kind kind) {
  if (has(kParsers, name) || has(kDecoders, name)) return true;
  switch (kind) {
    case SourceUrl::Kind::file:
      return has(kContainers, name);
    case SourceUrl::Kind::rtmp:
      return name == "flvdemux";
    case SourceUrl::Kind::rtsp:
      return has(kDepayloaders, name) || name == "tsdemux";
  }
  return false;
}

// What a container says of a picture's size is not to be relied on. Of VP8 watchEncoded() looks at it; a JPEG
// picture's header comes from the depayloader, and no parser is plugged in for one of a file.
bool saysItsSize(std::string_view decoder, GstCaps* caps, SourceUrl::Kind kind) {
  if (has(kJpegDecoders, decoder)) return kind == SourceUrl::Kind::rtsp;
  return !gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-divx");
}

// One stream of each medium, which several decoders may be tried on.
struct Chosen {
  GstPad* picture = nullptr;  // not to be dereferenced
  GstPad* sound = nullptr;
};

int select(GstPad* pad, GstCaps* caps, GstElementFactory* factory, SourceUrl::Kind kind, Chosen& chosen,
           PlayShared& shared) {
  const std::string_view name = GST_OBJECT_NAME(factory);
  if (!isAllowed(name, kind)) return kSkip;
  if (!has(kDecoders, name)) return kTry;
  const bool picture = gst_element_factory_list_is_type(
      factory, GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO | GST_ELEMENT_FACTORY_TYPE_MEDIA_IMAGE);
  if (picture && !saysItsSize(name, caps, kind)) return kSkip;
  if (picture && isTooLarge(caps)) {
    shared.tooLarge = true;
    return kSkip;
  }
  GstPad*& taken = picture ? chosen.picture : chosen.sound;
  if (taken && taken != pad) return kSkip;
  taken = pad;
  return kTry;
}

// A decoder of pictures works behind all else, on the thread that brings it data, which brings it nothing
// before its first buffer but what another thread may bring as well.
void tameDecoder(GstElement* element, const std::shared_ptr<PlayShared>& shared) {
  GstElementFactory* factory = gst_element_get_factory(element);
  constexpr GstElementFactoryListType kPictureDecoder = GST_ELEMENT_FACTORY_TYPE_DECODER |
                                                        GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO |
                                                        GST_ELEMENT_FACTORY_TYPE_MEDIA_IMAGE;
  if (!factory || !gst_element_factory_list_is_type(factory, kPictureDecoder)) return;
  // Each further thread of libav's begins with the stream's description, elsewhere, and is a frame's delay.
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "max-threads"))
    g_object_set(element, "max-threads", 1, nullptr);
  const auto sink = gst::staticPad(element, "sink");
  if (!sink) return;
  watchEncoded(sink->get(), has(kVp8Decoders, GST_OBJECT_NAME(factory)), shared);
  gst::addLastingProbe(sink->get(), GST_PAD_PROBE_TYPE_BUFFER, [](GstPad*, GstPadProbeInfo*) {
    preferThisThread(Precedence::behind);
    return GST_PAD_PROBE_REMOVE;
  });
}

}  // namespace

void restrictAutoplug(GstElement* decodebin, SourceUrl::Kind kind,
                      const std::shared_ptr<PlayShared>& shared) {
  using Selecting = int(GstElement*, GstPad*, GstCaps*, GstElementFactory*);
  using Adding = void(GstElement*, GstElement*);
  auto selecting = gst::SignalConnection::connect<Selecting>(
      decodebin, "autoplug-select",
      [kind, shared, chosen = Chosen{}](GstElement*, GstPad* pad, GstCaps* caps,
                                        GstElementFactory* factory) mutable {
        return select(pad, caps, factory, kind, chosen, *shared);
      });
  auto adding = gst::SignalConnection::connect<Adding>(
      decodebin, "element-added",
      [shared](GstElement*, GstElement* element) { tameDecoder(element, shared); });
  const std::lock_guard lock(shared->mutex);
  shared->connections.push_back(std::move(selecting));
  shared->connections.push_back(std::move(adding));
}

}  // namespace tessera

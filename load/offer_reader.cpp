// SPDX-License-Identifier: Apache-2.0
#include "load/offer_reader.h"

#include <charconv>
#include <cstring>

#include "load/clip.h"

namespace tessera::load {
namespace {

std::optional<unsigned> extensionId(const GstSDPMedia* media, std::string_view uri) {
  for (guint i = 0;; ++i) {  // a=extmap:<id>[/direction] <uri>
    const gchar* value = gst_sdp_media_get_attribute_val_n(media, "extmap", i);
    if (!value) return std::nullopt;
    const std::string_view text = value;
    unsigned id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    if (id > 0 && text.find(uri) != std::string_view::npos) return id;
  }
}

// The first payload type of the m-line with this encoding.
std::optional<OfferedTrack> findEncoding(const GstSDPMedia* media, unsigned mline,
                                         std::string_view encoding) {
  for (guint i = 0; i < gst_sdp_media_formats_len(media); ++i) {
    const int payload = std::atoi(gst_sdp_media_get_format(media, i));
    const auto caps = gst::Ref<GstCaps>::adopt(gst_sdp_media_get_caps_from_media(media, payload));
    if (!caps || gst_caps_is_empty(caps.get())) continue;
    GstStructure* structure = gst_caps_get_structure(caps.get(), 0);
    const gchar* name = gst_structure_get_string(structure, "encoding-name");
    if (!name || encoding != name) continue;
    gst_structure_set_name(structure, "application/x-rtp");
    const auto twccId = extensionId(media, kTwccUri);
    // With it in the caps the answer has it, and what comes in is told back.
    if (twccId)
      gst_structure_set(structure, fmt::format("extmap-{}", *twccId).c_str(), G_TYPE_STRING, kTwccUri,
                        nullptr);
    return OfferedTrack{mline, payload, caps, twccId, extensionId(media, kLevelUri)};
  }
  return std::nullopt;
}

}  // namespace

Result<Offer> readOffer(const std::string& sdp, VideoCodec codec) {
  GstSDPMessage* message = nullptr;
  if (sdp.empty() || gst_sdp_message_new_from_text(sdp.c_str(), &message) != GST_SDP_OK)
    return fail(ErrorCode::badSdp, "the server's offer does not parse");
  Offer offer;
  offer.sdp.reset(message);
  for (guint i = 0; i < gst_sdp_message_medias_len(message); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(message, i);
    const std::string_view kind = gst_sdp_media_get_media(media);
    if (kind == "audio" && !offer.audio) offer.audio = findEncoding(media, i, "OPUS");
    if (kind == "video" && !offer.video) offer.video = findEncoding(media, i, codecName(codec));
  }
  if (!offer.audio && !offer.video)
    return fail(ErrorCode::badSdp, "the server's offer has neither Opus nor {}", codecName(codec));
  return offer;
}

}  // namespace tessera::load

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/packetizer.h"

#include <gst/rtp/rtp.h>

#include <mutex>
#include <span>

#include "pipelines/gst/element.h"
#include "pipelines/gst/push_pad.h"
#include "pipelines/gst/receive_pad.h"
#include "pipelines/legs/leg_codecs.h"

namespace tessera {
namespace {

// Of an RTP packet without extensions, in bytes: room for SRTP, TURN and tunnels below an Ethernet frame.
constexpr guint kMtu = 1200;

// An installation that lacks it does without it.
void addExtension(GstElement* payloader, int id, const char* uri) {
  const auto extension =
      gst::Ref<GstRTPHeaderExtension>::adopt(gst_rtp_header_extension_create_from_uri(uri));
  if (!extension) return;
  gst_rtp_header_extension_set_id(extension.get(), static_cast<guint>(id));
  g_signal_emit_by_name(payloader, "add-extension", extension.get());
}

void configureVp8(GstElement* payloader) {
  g_object_set(payloader, "pt", kVp8Payload, nullptr);
  gst_util_set_object_arg(G_OBJECT(payloader), "picture-id-mode", "15-bit");
}

// Parameter sets before each keyframe: whoever comes from another rung has others.
void configureH264(GstElement* payloader) {
  g_object_set(payloader, "pt", kH264Payload, "config-interval", -1, nullptr);
  gst_util_set_object_arg(G_OBJECT(payloader), "aggregate-mode", "zero-latency");
}

Result<gst::Ref<GstElement>> makePayloader(std::optional<VideoCodec> codec) {
  const bool vp8 = codec == VideoCodec::vp8;
  auto payloader = gst::makeElement(!codec ? "rtpopuspay" : vp8 ? "rtpvp8pay" : "rtph264pay");
  if (!payloader) return payloader;
  // Not every extension of the offer is ours to send: the audio level is not.
  g_object_set(payloader->get(), "mtu", kMtu, "auto-header-extension", FALSE, nullptr);
  if (!codec) {
    g_object_set(payloader->get(), "pt", kOpusPayload, nullptr);
  } else {
    vp8 ? configureVp8(payloader->get()) : configureH264(payloader->get());
    addExtension(payloader->get(), kColourSpaceId, kColourSpaceUri);
  }
  addExtension(payloader->get(), kTransportCcId, kTransportCcUri);
  return payloader;
}

// A payload that begins with a descriptor with a picture id of 15 bits (RFC 7741, 4.2).
constexpr std::size_t kDescriptorBytes = 4, kPictureIdOffset = 2;

bool hasPictureId(std::span<const std::uint8_t, kDescriptorBytes> descriptor) {
  constexpr std::uint8_t kExtended = 0x80, kHasPictureId = 0x80, kLong = 0x80;
  return (descriptor[0] & kExtended) && (descriptor[1] & kHasPictureId) &&
         (descriptor[kPictureIdOffset] & kLong);
}

std::optional<RtpPacket> readPacket(GstBuffer* buffer, bool vp8) {
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  if (!gst_rtp_buffer_map(buffer, GST_MAP_READ, &rtp)) return std::nullopt;
  const std::size_t headerBytes = gst_rtp_buffer_get_header_len(&rtp);
  gst_rtp_buffer_unmap(&rtp);

  RtpPacket packet;
  packet.bytes = gst_buffer_get_size(buffer);
  packet.header.resize(headerBytes + (vp8 ? kDescriptorBytes : 0));
  if (packet.bytes <= packet.header.size()) return std::nullopt;
  gst_buffer_extract(buffer, 0, packet.header.data(), packet.header.size());
  if (vp8 && hasPictureId(std::span(packet.header).last<kDescriptorBytes>()))
    packet.pictureIdAt = headerBytes + kPictureIdOffset;
  // Shared with the frame, unless it is in pieces.
  const auto rest = gst::Ref<GstBuffer>::adopt(
      gst_buffer_copy_region(buffer, GST_BUFFER_COPY_MEMORY, packet.header.size(), G_MAXSIZE));
  packet.payload = gst::Ref<GstMemory>::adopt(gst_buffer_get_all_memory(rest.get()));
  return packet;
}

class GstPacketizer : public Packetizer {
 public:
  ~GstPacketizer() override {
    if (bin_) gst_element_set_state(bin_.get(), GST_STATE_NULL);
  }

  [[nodiscard]] Status build(std::optional<VideoCodec> codec) {
    bin_ = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nullptr))));
    auto payloader = makePayloader(codec);
    if (!payloader) return tl::unexpected(payloader.error());
    gst_bin_add(GST_BIN(bin_.get()), payloader->get());
    input_ = std::make_unique<gst::PushPad>(
        "encoded", gst::capsOf(codec ? encodedVideoCaps(*codec) : encodedAudioCaps(1)), nullptr);
    gst::ReceivePad::Handlers handlers;
    handlers.onBuffer = [made = made_, vp8 = codec == VideoCodec::vp8](const gst::Ref<GstBuffer>& buffer) {
      if (auto packet = readPacket(buffer.get(), vp8)) made->push_back(std::move(*packet));
      return GST_FLOW_OK;
    };
    output_ = std::make_unique<gst::ReceivePad>("packets", std::move(handlers));
    auto linked =
        output_->linkFrom(payloader->get()).and_then([&] { return input_->linkTo(payloader->get()); });
    if (!linked) return linked;
    if (gst_element_set_state(bin_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
      return fail(ErrorCode::internal, "starting {}", gst::describe(payloader->get()));
    return {};
  }

  RtpFrameRef packetize(const gst::Ref<GstBuffer>& frame) override {
    const std::lock_guard lock(mutex_);
    made_->clear();
    input_->push(frame);
    if (made_->empty()) return nullptr;
    auto result = std::make_shared<RtpFrame>();
    result->pts = GST_BUFFER_PTS(frame.get());
    result->keyframe = !GST_BUFFER_FLAG_IS_SET(frame.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    result->packets.swap(*made_);
    for (const RtpPacket& packet : result->packets) result->bytes += packet.bytes;
    return result;
  }

 private:
  std::mutex mutex_;
  gst::Ref<GstElement> bin_;
  std::unique_ptr<gst::PushPad> input_;
  std::unique_ptr<gst::ReceivePad> output_;
  const std::shared_ptr<std::vector<RtpPacket>> made_ = std::make_shared<std::vector<RtpPacket>>();
};

}  // namespace

Result<std::shared_ptr<Packetizer>> makePacketizer(std::optional<VideoCodec> codec) {
  auto packetizer = std::make_shared<GstPacketizer>();
  if (const auto built = packetizer->build(codec); !built) return tl::unexpected(built.error());
  return packetizer;
}

}  // namespace tessera

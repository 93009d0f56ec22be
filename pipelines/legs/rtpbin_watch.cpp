// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/rtpbin_watch.h"

#include <gst/rtp/rtp.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <span>
#include <vector>

#include "pipelines/gst/probe.h"
#include "pipelines/legs/big_endian.h"
#include "pipelines/legs/leg_codecs.h"

namespace tessera {
namespace {

using Shared = std::shared_ptr<LegShared>;

constexpr std::size_t kRtpHeaderBytes = 12;  // RFC 3550 section 5.1, without CSRCs
constexpr auto kBuffers =
    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);

// The streams that bring media, by what came of them. Any thread.
class MediaStreams {
 public:
  static constexpr std::size_t kMost = 8;

  explicit MediaStreams(VideoCodec codec)
      : videoPayload_(codec == VideoCodec::vp8 ? kVp8Payload : kH264Payload) {}

  void onRtp(std::span<const std::uint8_t> header) {
    const int payload = header[1] & 0x7f;
    if (payload != kOpusPayload && payload != videoPayload_) return;
    const std::uint32_t ssrc = bigEndian32(header, 8);
    const std::lock_guard lock(mutex_);
    if (!contains(ssrc) && ssrcs_.size() < kMost) ssrcs_.push_back(ssrc);
  }
  bool has(std::uint32_t ssrc) const {
    const std::lock_guard lock(mutex_);
    return contains(ssrc);
  }

 private:
  bool contains(std::uint32_t ssrc) const {
    return std::find(ssrcs_.begin(), ssrcs_.end(), ssrc) != ssrcs_.end();
  }

  const int videoPayload_;
  mutable std::mutex mutex_;
  std::vector<std::uint32_t> ssrcs_;
};

void onPacket(LegShared& shared, MediaStreams& streams, GstBuffer* buffer) {
  std::array<std::uint8_t, kRtpHeaderBytes> header;
  if (gst_buffer_extract(buffer, 0, header.data(), header.size()) < header.size()) return;
  shared.packets.onRtp(header);
  streams.onRtp(header);
}

GstPadProbeReturn onReceived(LegShared& shared, MediaStreams& streams, GstPadProbeInfo* info) {
  shared.onPacket();
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    onPacket(shared, streams, GST_PAD_PROBE_INFO_BUFFER(info));
  } else {
    GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
    for (guint i = 0; i < gst_buffer_list_length(list); ++i)
      onPacket(shared, streams, gst_buffer_list_get(list, i));
  }
  return GST_PAD_PROBE_OK;
}

// The clock of webrtcbin's sender reports is the wall clock.
std::uint32_t ntpNow() {
  constexpr std::uint64_t kEpoch = 2'208'988'800;  // 1970 from 1900, seconds
  const auto micros = static_cast<std::uint64_t>(g_get_real_time());
  const std::uint64_t seconds = micros / 1'000'000 + kEpoch;
  return static_cast<std::uint32_t>(seconds << 16 | (micros % 1'000'000 << 16) / 1'000'000);
}

// A jitter buffer, with two threads, is made for each stream whose sender report comes: also for the one that
// what is sent again comes by, which must not have its own.
bool needless(const RtcpPacket& packet, const MediaStreams& streams) {
  return packet.type == RtcpPacket::kSenderReport && !streams.has(packet.sender());
}

// What the session gets to see of a compound.
std::vector<std::uint8_t> forSession(const std::vector<RtcpPacket>& packets, const MediaStreams& streams) {
  std::vector<std::uint8_t> result;
  const auto add = [&](auto bytes) { result.insert(result.end(), bytes.begin(), bytes.end()); };
  for (const RtcpPacket& packet : packets) {
    if (packet.isTransportCc()) continue;
    if (needless(packet, streams)) {
      add(asReceiverReport(packet));
    } else {
      add(packet.bytes);
    }
  }
  return result;
}

GstPadProbeReturn onRtcp(LegShared& shared, const MediaStreams& streams, GstPadProbeInfo* info) {
  shared.onPacket();
  GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
  GstMapInfo map;
  if (!shared.open() || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_PAD_PROBE_DROP;
  std::vector<std::uint8_t> rest;
  if (const auto packets = splitRtcp({map.data, map.size})) {
    shared.network.onRtcp(*packets, ntpNow(), gst::now());
    rest = forSession(*packets, streams);
  }
  gst_buffer_unmap(buffer, &map);
  if (rest.empty()) return GST_PAD_PROBE_DROP;
  GstBuffer* seen = gst_buffer_new_memdup(rest.data(), rest.size());
  gst_buffer_copy_into(seen, buffer, GST_BUFFER_COPY_METADATA, 0, G_MAXSIZE);
  gst_buffer_unref(buffer);
  GST_PAD_PROBE_INFO_DATA(info) = seen;
  return GST_PAD_PROBE_OK;
}

// What SRTP (RFC 3711, with the tag of 10 bytes), UDP and IPv4 add to a packet.
constexpr int kTransportBytes = 10 + 8 + 20;

// Writes its transport-wide number into a packet that has room for it. It must be writable.
void number(NetworkMeter& network, GstBuffer* buffer) {
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  if (!gst_rtp_buffer_map(buffer, GST_MAP_READWRITE, &rtp)) return;
  gpointer data = nullptr;
  guint size = 0;
  if (gst_rtp_buffer_get_extension_onebyte_header(&rtp, kTransportCcId, 0, &data, &size) && size == 2)
    GST_WRITE_UINT16_BE(
        data, network.onSent(static_cast<int>(gst_buffer_get_size(buffer)) + kTransportBytes, gst::now()));
  gst_rtp_buffer_unmap(&rtp);
}

GstPadProbeReturn onSent(NetworkMeter& network, GstPadProbeInfo* info) {
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    number(network, buffer);
  } else {
    GstBufferList* list = gst_buffer_list_make_writable(GST_PAD_PROBE_INFO_BUFFER_LIST(info));
    GST_PAD_PROBE_INFO_DATA(info) = list;
    for (guint i = 0; i < gst_buffer_list_length(list); ++i)
      number(network, gst_buffer_list_get_writable(list, i));
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

gst::SignalConnection watchRtpbin(GstElement* rtpbin, const Shared& shared) {
  return gst::SignalConnection::connect<void(GstElement*, GstPad*)>(
      rtpbin, "pad-added",
      [shared, streams = std::make_shared<MediaStreams>(shared->codec)](GstElement*, GstPad* pad) {
        const std::string_view name = GST_PAD_NAME(pad);
        if (name.starts_with("recv_rtp_sink_"))
          gst::addLastingProbe(pad, kBuffers, [shared, streams](GstPad*, auto* info) {
            return onReceived(*shared, *streams, info);
          });
        if (name.starts_with("recv_rtcp_sink_"))
          gst::addLastingProbe(pad, GST_PAD_PROBE_TYPE_BUFFER, [shared, streams](GstPad*, auto* info) {
            return onRtcp(*shared, *streams, info);
          });
        if (name.starts_with("send_rtp_src_"))
          gst::addLastingProbe(pad, kBuffers,
                               [shared](GstPad*, auto* info) { return onSent(shared->network, info); });
      });
}

}  // namespace tessera

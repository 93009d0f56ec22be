// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/rtp_stream.h"

#include <fmt/core.h>
#include <gst/rtp/rtp.h>
#include <gtest/gtest.h>

#include "pipelines/gst/element.h"
#include "pipelines/gst/push_pad.h"
#include "pipelines/gst/receive_pad.h"
#include "pipelines/legs/leg_codecs.h"
#include "support/leg_session.h"

// Packets that are made once for everybody, and what each receiver makes of them.

namespace tessera {
namespace {

using test::encodeClip;
using Frames = std::vector<gst::Ref<GstBuffer>>;

constexpr GstClockTime kStart = 3600 * GST_SECOND;
constexpr GstClockTime kInterval = GST_SECOND / 30;
constexpr std::uint32_t kSsrc = 0x12345678;
constexpr int kGop = 5;  // every fifth frame of a clip is a keyframe

// `pattern` of videotestsrc: a moving ball takes a packet a frame, snow many.
Frames encode(VideoCodec codec, int width, const std::string& pattern, int frames) {
  const auto encoder =
      codec == VideoCodec::vp8
          ? fmt::format(
                "vp8enc deadline=1 cpu-used=16 end-usage=cbr target-bitrate=4000000 "
                "keyframe-max-dist={} error-resilient=default",
                kGop)
          : fmt::format(
                "x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max={} "
                "bitrate=4000 ! "
                "video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au",
                kGop);
  return encodeClip(
      fmt::format("videotestsrc num-buffers={} pattern={} ! "
                  "video/x-raw,format=I420,width={},height={},framerate=30/1 ! {}",
                  frames, pattern, width, width * 9 / 16, encoder));
}

// One rung: its encoder's frames and its packetizer.
class Rung {
 public:
  Rung(VideoCodec codec, int width, const std::string& pattern = "ball", int frames = 3 * kGop)
      : packetizer_(test::packetizer(codec)), clip_(encode(codec, width, pattern, frames)) {}

  // Frame n, as captured at the n-th interval of the canvas.
  RtpFrameRef frame(std::size_t n) {
    const auto copy = gst::Ref<GstBuffer>::adopt(gst_buffer_copy(clip_.at(n).get()));
    GST_BUFFER_PTS(copy.get()) = kStart + n * kInterval;
    GST_BUFFER_DTS(copy.get()) = GST_CLOCK_TIME_NONE;
    return packetizer_->packetize(copy);
  }

 private:
  std::shared_ptr<Packetizer> packetizer_;
  Frames clip_;
};

struct Sent {  // what a packet says
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0, ssrc = 0;
  int payloadType = 0;
  bool marker = false;
  int pictureId = -1;
  bool roomForTransportCc = false;
  GstClockTime pts = 0;
  std::size_t bytes = 0;
};

int pictureIdOf(const guint8* payload) {
  return payload[0] & 0x80 && payload[1] & 0x80 ? (payload[2] & 0x7f) << 8 | payload[3] : -1;
}

Sent read(GstBuffer* buffer) {
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  EXPECT_TRUE(gst_rtp_buffer_map(buffer, GST_MAP_READ, &rtp));
  Sent sent;
  sent.sequence = gst_rtp_buffer_get_seq(&rtp);
  sent.timestamp = gst_rtp_buffer_get_timestamp(&rtp);
  sent.ssrc = gst_rtp_buffer_get_ssrc(&rtp);
  sent.payloadType = gst_rtp_buffer_get_payload_type(&rtp);
  sent.marker = gst_rtp_buffer_get_marker(&rtp);
  if (sent.payloadType == kVp8Payload)
    sent.pictureId = pictureIdOf(static_cast<guint8*>(gst_rtp_buffer_get_payload(&rtp)));
  gpointer extension = nullptr;
  guint size = 0;
  sent.roomForTransportCc =
      gst_rtp_buffer_get_extension_onebyte_header(&rtp, kTransportCcId, 0, &extension, &size) && size == 2;
  sent.pts = GST_BUFFER_PTS(buffer);
  sent.bytes = gst_buffer_get_size(buffer);
  gst_rtp_buffer_unmap(&rtp);
  return sent;
}

std::vector<Sent> readAll(const gst::Ref<GstBufferList>& list) {
  std::vector<Sent> all;
  for (guint i = 0; i < gst_buffer_list_length(list.get()); ++i)
    all.push_back(read(gst_buffer_list_get(list.get(), i)));
  return all;
}

std::vector<Sent> writeAll(RtpStream& stream, const RtpFrame& frame) {
  return readAll(stream.write(frame, 0, frame.packets.size()));
}

// A receiver: GStreamer's depayloader and decoder.
class Viewer {
 public:
  explicit Viewer(VideoCodec codec) {
    const bool vp8 = codec == VideoCodec::vp8;
    GError* error = nullptr;
    bin_ = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(
        gst_parse_bin_from_description(vp8 ? "rtpvp8depay name=in ! vp8dec name=out"
                                           : "rtph264depay name=in ! h264parse ! avdec_h264 name=out",
                                       FALSE, &error))));
    EXPECT_EQ(error, nullptr);
    input_ = std::make_unique<gst::PushPad>(
        "in",
        gst::capsOf(fmt::format("application/x-rtp,media=video,clock-rate=90000,encoding-name={},payload={}",
                                vp8 ? "VP8" : "H264", vp8 ? kVp8Payload : kH264Payload)),
        nullptr);
    gst::ReceivePad::Handlers handlers;
    handlers.onCaps = [this](GstCaps* caps) {
      gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width_);
      return true;
    };
    handlers.onBuffer = [this](const gst::Ref<GstBuffer>&) {
      widths.push_back(width_);
      return GST_FLOW_OK;
    };
    output_ = std::make_unique<gst::ReceivePad>("out", std::move(handlers));
    EXPECT_TRUE(input_->linkTo(child("in").get()) && output_->linkFrom(child("out").get()));
    gst_element_set_state(bin_.get(), GST_STATE_PLAYING);
  }
  ~Viewer() { gst_element_set_state(bin_.get(), GST_STATE_NULL); }

  void receive(gst::Ref<GstBufferList> packets) { EXPECT_EQ(input_->push(std::move(packets)), GST_FLOW_OK); }
  void end() { input_->pushEvent(gst::Ref<GstEvent>::adopt(gst_event_new_eos())); }

  std::vector<int> widths;  // of the pictures seen

 private:
  gst::Ref<GstElement> child(const char* name) {
    return gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(bin_.get()), name));
  }
  int width_ = 0;
  gst::Ref<GstElement> bin_;
  std::unique_ptr<gst::PushPad> input_;
  std::unique_ptr<gst::ReceivePad> output_;
};

class RtpStreamTest : public testing::TestWithParam<VideoCodec> {
 protected:
  RtpStream stream_{kSsrc, 90000};
};

TEST_P(RtpStreamTest, cutsAFrameIntoPacketsThatFit) {
  Rung rung(GetParam(), 640, "snow", 1);
  const auto frame = rung.frame(0);
  ASSERT_GT(frame->packets.size(), 10U);
  const auto sent = writeAll(stream_, *frame);
  std::size_t bytes = 0;
  for (const Sent& packet : sent) {
    EXPECT_LE(packet.bytes, 1224U) << "1200, without extensions";
    EXPECT_TRUE(packet.roomForTransportCc);
    EXPECT_EQ(packet.ssrc, kSsrc);
    EXPECT_EQ(packet.payloadType, GetParam() == VideoCodec::vp8 ? kVp8Payload : kH264Payload);
    EXPECT_EQ(packet.timestamp, sent.front().timestamp);
    EXPECT_EQ(packet.pts, kStart);
    EXPECT_EQ(packet.marker, &packet == &sent.back());
    bytes += packet.bytes;
  }
  EXPECT_EQ(bytes, frame->bytes);
}

TEST_P(RtpStreamTest, sharesThePayloadAmongReceivers) {
  Rung rung(GetParam(), 640, "snow", 1);
  const auto frame = rung.frame(0);
  RtpStream other(kSsrc + 1, 90000);
  const auto a = stream_.write(*frame, 0, 2);
  const auto b = other.write(*frame, 0, 2);
  for (guint i = 0; i < 2; ++i) {
    GstBuffer* one = gst_buffer_list_get(a.get(), i);
    GstBuffer* two = gst_buffer_list_get(b.get(), i);
    ASSERT_EQ(gst_buffer_n_memory(one), 2U);
    EXPECT_EQ(gst_buffer_peek_memory(one, 1), gst_buffer_peek_memory(two, 1));
    EXPECT_GT(gst_memory_get_sizes(gst_buffer_peek_memory(one, 1), nullptr, nullptr), 500U);
    EXPECT_NE(read(one).ssrc, read(two).ssrc);
  }
}

TEST_P(RtpStreamTest, goesOnWithoutASeamOnAnotherRung) {
  Rung top(GetParam(), 640), low(GetParam(), 320);
  std::vector<Sent> sent;
  const auto send = [&](const RtpFrameRef& frame) {
    for (const Sent& packet : writeAll(stream_, *frame)) sent.push_back(packet);
  };
  for (std::size_t n = 0; n <= kGop; ++n) send(top.frame(n));
  const std::size_t moved = sent.size();
  for (std::size_t n = kGop; n < 2 * kGop; ++n) send(low.frame(n));  // the same moment again
  const std::size_t movedBack = sent.size();
  for (std::size_t n = 2 * kGop; n < 3 * kGop; ++n) send(top.frame(n));
  for (std::size_t i = 1; i < sent.size(); ++i) {
    EXPECT_EQ(static_cast<std::uint16_t>(sent[i].sequence - sent[i - 1].sequence), 1);
    const auto ticks = static_cast<std::int32_t>(sent[i].timestamp - sent[i - 1].timestamp);
    const bool afterMove = sent[i - 1].timestamp == sent[moved].timestamp;
    if (!sent[i - 1].marker) {
      EXPECT_EQ(ticks, 0);
    } else if (i == moved) {
      EXPECT_EQ(ticks, 90);  // RtpStream::kMinStep
    } else {
      EXPECT_NEAR(ticks, afterMove ? 2910 : 3000, 1);
    }
    // The sender reports map one to the other.
    EXPECT_NEAR(static_cast<double>(sent[i].pts - sent[i - 1].pts), ticks * 1e9 / 90000, 12'000);
    if (GetParam() == VideoCodec::h264) continue;
    EXPECT_EQ((sent[i].pictureId - sent[i - 1].pictureId) & 0x7fff, sent[i - 1].marker ? 1 : 0);
  }
  EXPECT_EQ(sent[movedBack].pts, kStart + 2 * kGop * kInterval);
}

TEST_P(RtpStreamTest, canBeDecodedAcrossRungs) {
  Rung top(GetParam(), 640), low(GetParam(), 320);
  Viewer viewer(GetParam());
  const auto send = [&](const RtpFrameRef& frame) {
    viewer.receive(stream_.write(*frame, 0, frame->packets.size()));
  };
  std::vector<int> expected;
  for (std::size_t n = 0; n < 3 * kGop; ++n) {
    const bool onLow = n / kGop == 1;
    send(onLow ? low.frame(n) : top.frame(n));
    expected.push_back(onLow ? 320 : 640);
  }
  viewer.end();
  EXPECT_EQ(viewer.widths, expected);
}

// Sound alone in the middle of a frame, and back.
TEST_P(RtpStreamTest, leavesANumberOutAfterAFrameThatWasNotFinished) {
  Rung top(GetParam(), 640, "snow", 1), low(GetParam(), 320);
  Viewer viewer(GetParam());
  const auto cut = stream_.write(*top.frame(0), 0, 5);
  const auto next = stream_.write(*low.frame(0), 0, low.frame(0)->packets.size());
  EXPECT_EQ(static_cast<std::uint16_t>(readAll(next).front().sequence - readAll(cut).back().sequence), 2);
  viewer.receive(cut);
  viewer.receive(next);
  for (std::size_t n = 1; n < kGop; ++n) viewer.receive(stream_.write(*low.frame(n), 0, 1));
  viewer.end();
  ASSERT_GE(viewer.widths.size(), std::size_t{kGop});
  EXPECT_EQ(std::vector(viewer.widths.end() - kGop, viewer.widths.end()), std::vector(kGop, 320));
}

TEST_P(RtpStreamTest, goesOnInTheMiddleOfAFrame) {
  Rung rung(GetParam(), 640, "snow", 1);
  const auto frame = rung.frame(0);
  auto sent = readAll(stream_.write(*frame, 0, 3));
  for (const Sent& packet : readAll(stream_.write(*frame, 3, frame->packets.size() - 3)))
    sent.push_back(packet);
  for (std::size_t i = 1; i < sent.size(); ++i) {
    EXPECT_EQ(static_cast<std::uint16_t>(sent[i].sequence - sent[i - 1].sequence), 1);
    EXPECT_EQ(sent[i].timestamp, sent[i - 1].timestamp);
    EXPECT_EQ(sent[i].pictureId, sent[i - 1].pictureId);
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, RtpStreamTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& codec) { return codec.param == VideoCodec::vp8 ? "Vp8" : "H264"; });

TEST(RtpSoundTest, stepsByTwentyMilliseconds) {
  const auto packetizer = test::packetizer(std::nullopt);
  RtpStream stream(kSsrc, 48000);
  std::optional<Sent> last;
  GstClockTime time = kStart + 123'456;
  for (const auto& packet : test::encodeTone(440, 10)) {
    const auto copy = gst::Ref<GstBuffer>::adopt(gst_buffer_copy(packet.get()));
    GST_BUFFER_PTS(copy.get()) = time += 20 * GST_MSECOND;
    const auto sent = writeAll(stream, *packetizer->packetize(copy));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_TRUE(sent[0].roomForTransportCc);
    EXPECT_EQ(sent[0].payloadType, kOpusPayload);
    EXPECT_EQ(sent[0].pts, time);
    if (last) {
      EXPECT_EQ(sent[0].timestamp - last->timestamp, 960U);
      EXPECT_EQ(static_cast<std::uint16_t>(sent[0].sequence - last->sequence), 1);
    }
    last = sent[0];
  }
}

}  // namespace
}  // namespace tessera

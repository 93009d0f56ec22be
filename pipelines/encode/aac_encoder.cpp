// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/aac_encoder.h"

#include <cstdlib>
#include <utility>

#include "pipelines/gst/element.h"

namespace tessera {
namespace {

constexpr mix::Nanos kSecond = std::chrono::seconds(1);
constexpr int kMostHeldBack = 10;  // blocks; in fact it is less than five
constexpr auto kBlockSamples = static_cast<std::int64_t>(mix::kTickSamples);

// How far what a decoder puts out lags behind what was put in, in samples; neither element tells.
struct Kind {
  const char* factory;
  std::int64_t delay;
};
constexpr Kind kLibav{"avenc_aac", 1024};
constexpr Kind kVisualOn{"voaacenc", 1600};

gst::Ref<GstCaps> soundCaps(int channels) {
  const char* mask = channels == 2 ? ",channel-mask=(bitmask)0x3" : "";
  return gst::capsOf(fmt::format("audio/x-raw,format=S16LE,layout=interleaved,rate={},channels={}{}",
                                 mix::kSampleRate, channels, mask));
}

}  // namespace

std::vector<std::uint8_t> AacEncoder::config(int channels) {
  constexpr int kLowComplexity = 2, kIndexOf48000 = 3;
  const int bits = kLowComplexity << 11 | kIndexOf48000 << 7 | channels << 3;
  return {static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits & 0xff)};
}

Result<std::unique_ptr<AacEncoder>> AacEncoder::create(int kbps, int channels, PacketHandler onPacket) {
  std::unique_ptr<AacEncoder> self(new AacEncoder(channels, std::move(onPacket)));
  if (auto built = self->build(kbps); !built) return tl::unexpected(built.error());
  return self;
}

AacEncoder::AacEncoder(int channels, PacketHandler onPacket)
    : channels_(channels),
      onPacket_(std::move(onPacket)),
      bin_(gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nullptr))))) {}

AacEncoder::~AacEncoder() {
  gst_element_set_state(bin_.get(), GST_STATE_NULL);
}

Status AacEncoder::build(int kbps) {
  auto* bin = GST_BIN(bin_.get());
  Kind kind = kLibav;
  auto encoder = gst::addElement(bin, kind.factory);
  if (!encoder) {
    kind = kVisualOn;
    encoder = gst::addElement(bin, kind.factory);
  }
  if (!encoder) return tl::unexpected(encoder.error());
  delay_ = kind.delay;
  g_object_set(*encoder, "bitrate", kbps * 1000, nullptr);
  const auto convert = gst::addElement(bin, "audioconvert");  // the one takes S16, the other F32
  if (!convert) return tl::unexpected(convert.error());
  const auto filter = gst::addElement(bin, "capsfilter");
  if (!filter) return tl::unexpected(filter.error());
  g_object_set(*filter, "caps", gst::capsOf("audio/mpeg,mpegversion=4,stream-format=raw").get(), nullptr);

  input_ = std::make_unique<gst::PushPad>("sound", soundCaps(channels_), nullptr);
  gst::ReceivePad::Handlers handlers;
  handlers.onBuffer = [this](const gst::Ref<GstBuffer>& packet) { return deliver(packet); };
  output_ = std::make_unique<gst::ReceivePad>("packets", std::move(handlers));
  auto linked = gst::link(*convert, *encoder)
                    .and_then([&] { return gst::link(*encoder, *filter); })
                    .and_then([&] { return output_->linkFrom(*filter); })
                    .and_then([&] { return input_->linkTo(*convert); });
  if (!linked) return linked;
  if (gst_element_set_state(bin_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return fail(ErrorCode::internal, "starting {}", gst::describe(*encoder));
  return {};
}

mix::Nanos AacEncoder::timeOf(std::int64_t sample) const {
  const auto [seconds, rest] =
      std::div(sample, std::int64_t{mix::kSampleRate});  // all at once would overflow
  return origin_ + kSecond * seconds + kSecond * rest / mix::kSampleRate;
}

// By counting: what the elements make of the times is not the same in both.
GstFlowReturn AacEncoder::deliver(const gst::Ref<GstBuffer>& packet) {
  const auto made = gst::Ref<GstBuffer>::adopt(gst_buffer_copy(packet.get()));  // shares the memory
  const std::int64_t first = packetsOut_++ * kPacketSamples - delay_;
  const mix::Nanos begin = timeOf(first);
  GST_BUFFER_PTS(made.get()) = static_cast<GstClockTime>(begin.count());
  GST_BUFFER_DTS(made.get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(made.get()) =
      static_cast<GstClockTime>((timeOf(first + kPacketSamples) - begin).count());
  onPacket_(made);
  return GST_FLOW_OK;
}

// A tick that was skipped is a hole of 20 ms.
Status AacEncoder::encode(const mix::AudioBlock& block, mix::Nanos begin) {
  if (!std::exchange(started_, true)) origin_ = begin;
  mix::Nanos hole = begin - timeOf(samplesIn_);
  if (hole > kMaxFilled) {
    origin_ += hole;
    hole = mix::Nanos{0};
  }
  for (; hole > mix::kAudioTick / 2; hole -= mix::kAudioTick) {
    if (auto filled = push(mix::AudioBlock(channels_)); !filled) return filled;
  }
  return push(block);
}

Status AacEncoder::push(const mix::AudioBlock& block) {
  auto buffer =
      gst::Ref<GstBuffer>::adopt(gst_buffer_new_memdup(block.data(), block.size() * sizeof(std::int16_t)));
  GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>((timeOf(samplesIn_) - origin_).count());
  GST_BUFFER_DURATION(buffer.get()) = static_cast<GstClockTime>(mix::kAudioTick.count());
  samplesIn_ += kBlockSamples;
  const GstFlowReturn flow = input_->push(std::move(buffer));
  if (flow == GST_FLOW_OK) return {};
  return fail(ErrorCode::mediaFailed, "encoding AAC: {}", gst_flow_get_name(flow));
}

// By silence: not every element empties itself at an end of stream.
Status AacEncoder::finish() {
  const std::int64_t end = samplesIn_;
  const auto complete = [&] { return packetsOut_ * kPacketSamples - delay_ >= end; };
  for (int block = 0; block < kMostHeldBack && !complete(); ++block) {
    if (auto pushed = push(mix::AudioBlock(channels_)); !pushed) return pushed;
  }
  return {};
}

}  // namespace tessera

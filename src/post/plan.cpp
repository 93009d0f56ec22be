// SPDX-License-Identifier: Apache-2.0
#include "post/plan.h"

#include <algorithm>
#include <functional>

#include "post/opus_packets.h"

namespace tessera::post {
namespace {

constexpr Ticks kAacPacket = 1024;

ByteSpan extradataOf(const AVCodecParameters& parameters) {
  return {parameters.extradata, static_cast<std::size_t>(parameters.extradata_size)};
}

Status setExtradata(AVCodecParameters& parameters, ByteSpan bytes) {
  av_freep(&parameters.extradata);
  parameters.extradata_size = 0;
  parameters.extradata = static_cast<std::uint8_t*>(av_mallocz(bytes.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (!parameters.extradata) return fail(ErrorCode::io, "no memory for parameters");
  std::copy(bytes.begin(), bytes.end(), parameters.extradata);
  parameters.extradata_size = static_cast<int>(bytes.size());
  return {};
}

// Whether pictures of both can stand in one stream with the parameters of either.
bool areAlike(const AVCodecParameters& a, const AVCodecParameters& b) {
  if (a.codec_id != b.codec_id || a.width != b.width || a.height != b.height) return false;
  return a.codec_id != AV_CODEC_ID_H264 || parseAvcConfig(extradataOf(a)) == parseAvcConfig(extradataOf(b));
}

// AAC: LC at 48 kHz, as all encoders of Tessera make it. Opus: any, since each packet says what it is.
bool isPlainSound(const AVCodecParameters& sound, AVCodecID wanted, int channels) {
  if (sound.codec_id != wanted) return false;
  if (wanted == AV_CODEC_ID_OPUS) return true;
  const ByteSpan config = extradataOf(sound);  // an AudioSpecificConfig
  return config.size() >= 2 && config[0] == 0x11 && (config[1] & 0xf8) == (0x80 | channels << 3);
}

// Those of most of the recording, one or two.
int commonestChannels(const std::vector<PlannedPart>& parts) {
  Ticks one = 0, two = 0;
  for (const PlannedPart& part : parts)
    if (part.scan.sound) (part.scan.sound->ch_layout.nb_channels == 1 ? one : two) += part.scan.span.length();
  return one > two ? 1 : 2;
}

// The video of that codec of which there is most; null: none of that codec.
const AVCodecParameters* commonest(const std::vector<PlannedPart>& parts, AVCodecID codec) {
  const AVCodecParameters* best = nullptr;
  Ticks most = 0;
  for (const PlannedPart& part : parts) {
    if (part.scan.video->codec_id != codec) continue;
    Ticks length = 0;
    for (const PlannedPart& other : parts)
      if (areAlike(*part.scan.video, *other.scan.video)) length += other.scan.span.length();
    if (length > most) {
      most = length;
      best = part.scan.video.get();
    }
  }
  return best;
}

Result<ParametersPtr> encoderParameters(const AVCodecContext& encoder) {
  ParametersPtr parameters(avcodec_parameters_alloc());
  if (const int code = avcodec_parameters_from_context(parameters.get(), &encoder); code < 0)
    return avFail(code, "an encoder's parameters");
  return parameters;
}

// Puts the parameter sets of pictures that are encoded again beside those of the rest, if there is a rest.
Status addEncodedSets(JoinPlan& plan, bool alone) {
  auto encoder = openVideoEncoder(plan.target);
  if (!encoder) return tl::unexpected(std::move(encoder).error());
  auto parameters = encoderParameters(**encoder);
  if (!parameters) return tl::unexpected(std::move(parameters).error());
  if (plan.target.codec == AV_CODEC_ID_H264) {
    const auto sets = avcConfigOfByteStream(extradataOf(**parameters));
    if (!sets) return fail(ErrorCode::mediaFailed, "the encoder gave no parameter sets");
    const auto own = alone ? std::nullopt : parseAvcConfig(extradataOf(*plan.video));
    const Bytes avcc = encodeAvcConfig(own ? withSetsOf(*own, *sets) : *sets);
    if (auto set = setExtradata(alone ? **parameters : *plan.video, avcc); !set) return set;
  }
  if (alone) plan.video = std::move(*parameters);
  return {};
}

Status planVideo(JoinPlan& plan, AVCodecID codec) {
  const AVCodecParameters* const common = commonest(plan.parts, codec);
  const AVCodecParameters& like = common ? *common : *plan.parts.front().scan.video;
  bool encodes = false;
  for (const PlannedPart& part : plan.parts) plan.fps = std::max(plan.fps, part.scan.fps);
  for (PlannedPart& part : plan.parts)
    encodes |= part.encodeVideo = !common || !areAlike(*part.scan.video, like);
  plan.target = {codec, like.width / 2 * 2, like.height / 2 * 2, like.profile, 0};
  if (common) {
    plan.video.reset(avcodec_parameters_alloc());
    if (const int code = avcodec_parameters_copy(plan.video.get(), common); code < 0)
      return avFail(code, "parameters");
    if (const auto avcc = parseAvcConfig(extradataOf(like)))
      plan.target.spsId = spsId(avcc->sps[0]).value_or(0) == 1 ? 2 : 1;
  }
  return encodes ? addEncodedSets(plan, !common) : Status{};
}

// Packets that a decoder only begins with (pre-skip, priming) do not come into the file, so that nothing in
// it lies before 0: players and muxers differ in how they take that. A decoder fades in instead.
Status setNoPadding(JoinPlan& plan) {
  plan.sound->initial_padding = 0;
  return plan.soundCodec == AV_CODEC_ID_OPUS ? setExtradata(*plan.sound, opusHead(plan.channels)) : Status{};
}

Status planSound(JoinPlan& plan, AVCodecID codec) {
  plan.soundCodec = codec;
  plan.soundPacket = codec == AV_CODEC_ID_OPUS ? kOpusSilence : kAacPacket;
  plan.channels = commonestChannels(plan.parts);
  auto encoder = openSoundEncoder(codec, plan.channels);
  if (!encoder) return tl::unexpected(std::move(encoder).error());
  auto parameters = encoderParameters(**encoder);
  if (!parameters) return tl::unexpected(std::move(parameters).error());
  plan.sound = std::move(*parameters);  // of our own encoder, which do for any that is plain
  for (PlannedPart& part : plan.parts) {
    if (!part.scan.sound) continue;
    part.encodeSound = !isPlainSound(*part.scan.sound, codec, plan.channels);
    // what comes out of the encoder are packets from its padding before the first sample on
    if (part.encodeSound)
      part.scan.span.firstSound +=
          (plan.soundPacket - (*encoder)->initial_padding % plan.soundPacket) % plan.soundPacket;
  }
  return setNoPadding(plan);
}

}  // namespace

Result<JoinPlan> planJoin(std::vector<PlannedPart> parts, const RecordingFormats& formats) {
  JoinPlan plan;
  plan.parts = std::move(parts);
  const bool opus = formats.format == RecordingFormat::webm || formats.format == RecordingFormat::ogg ||
                    (formats.format == RecordingFormat::mp4 && formats.sound == SoundCodec::opus);
  if (hasVideo(formats.format)) {
    const auto codec = formats.format == RecordingFormat::webm ? AV_CODEC_ID_VP8 : AV_CODEC_ID_H264;
    if (auto planned = planVideo(plan, codec); !planned) return tl::unexpected(planned.error());
  }
  if (auto planned = planSound(plan, opus ? AV_CODEC_ID_OPUS : AV_CODEC_ID_AAC); !planned)
    return tl::unexpected(planned.error());
  Ticks soundEnd = 0;
  for (PlannedPart& part : plan.parts) {
    const bool first = &part == plan.parts.data();
    const Placement place = placePart(part.scan.span, first, soundEnd, plan.soundPacket);
    part.base = part.scan.span.origin + place.shift;
    const Ticks sound = part.scan.span.end + place.shift - place.soundBegin;
    soundEnd = place.soundBegin + (sound + plan.soundPacket / 2) / plan.soundPacket * plan.soundPacket;
  }
  plan.duration = plan.parts.back().base + plan.parts.back().scan.span.length();
  return plan;
}

}  // namespace tessera::post

// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/leg_codecs.h"

#include <fmt/core.h>

namespace tessera {
namespace {

std::string extension(int id, const char* uri) {
  return fmt::format("extmap-{}=(string){}", id, uri);
}

}  // namespace

std::string audioPreferences(int channels) {
  // Only these parameters: webrtcbin intersects fmtp values literally. Opus is always offered as of two
  // channels; stereo says that we want them (RFC 7587 section 6.1).
  return fmt::format(
      "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,encoding-params=(string)2,"
      "payload={},minptime=(string)10,useinbandfec=(string)1,{}{},{}",
      kOpusPayload, channels == 2 ? "stereo=(string)1,sprop-stereo=(string)1," : "",
      extension(kTransportCcId, kTransportCcUri), extension(kAudioLevelId, kAudioLevelUri));
}

std::string videoPreferences(VideoCodec codec) {
  const std::string common = fmt::format("clock-rate=90000,{},{}", extension(kTransportCcId, kTransportCcUri),
                                         extension(kColourSpaceId, kColourSpaceUri));
  if (codec == VideoCodec::vp8)
    return fmt::format("application/x-rtp,media=video,encoding-name=VP8,payload={},{}", kVp8Payload, common);
  // Constrained baseline, level 3.1 with asymmetry (RFC 6184 section 8.1): what every browser has.
  return fmt::format(
      "application/x-rtp,media=video,encoding-name=H264,payload={},profile-level-id=(string)42e01f,"
      "packetization-mode=(string)1,level-asymmetry-allowed=(string)1,{}",
      kH264Payload, common);
}

std::string withSsrc(const std::string& preferences, std::uint32_t ssrc) {
  return fmt::format("{},ssrc=(uint){}", preferences, ssrc);
}

std::string encodedVideoCaps(VideoCodec codec) {
  return codec == VideoCodec::vp8
             ? "video/x-vp8,colorimetry=bt601"
             : "video/x-h264,stream-format=byte-stream,alignment=au,profile=constrained-baseline,"
               "level=(string)3.1,colorimetry=bt601";
}

std::string encodedAudioCaps(int channels) {
  return fmt::format(
      "audio/x-opus,rate=48000,channels={},channel-mapping-family=0,stream-count=1,coupled-count={}",
      channels, channels - 1);
}

}  // namespace tessera

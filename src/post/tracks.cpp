// SPDX-License-Identifier: Apache-2.0
#include "post/tracks.h"

#include <algorithm>
#include <optional>

#include "post/opus_packets.h"
#include "post/output.h"
#include "post/sound_run.h"

namespace tessera::post {
namespace {

class Track {
 public:
  Track(Output output, int channels) : output_(std::move(output)), channels_(channels) {}

  Status add(PartReader& reader, const TrackPart& part) {
    const Ticks shift = part.base - part.span.origin;
    const PacketPtr packet = newPacket();
    while (reader.next(*packet)) {
      if (packet->pts < part.span.origin || packet->pts >= part.span.end) continue;
      const SoundRun::Step step = run_.step(packet->pts + shift);
      if (!step.keep) continue;
      if (auto filled = fill(step.silence); !filled) return filled;
      packet->pts = packet->dts = run_.end();
      run_.wrote(packet->duration);
      if (auto written = output_.writeSound(*packet); !written) return written;
    }
    return reader.whole();
  }

  Status finish(Ticks duration) {
    if (auto filled = fill(duration - run_.end()); !filled) return filled;
    return output_.finish(run_.end());
  }

 private:
  // To the nearest 2.5 ms.
  Status fill(Ticks silence) {
    Status status;
    for (; status && silence >= kOpusSilence; silence -= kOpusSilence) status = put(kOpusSilence);
    for (; status && silence >= kOpusShortSilence / 2; silence -= kOpusShortSilence)
      status = put(kOpusShortSilence);
    return status;
  }

  Status put(Ticks duration) {
    const OpusSilence bytes = opusSilence(duration, channels_);
    const PacketPtr packet = newPacket();
    if (av_new_packet(packet.get(), static_cast<int>(bytes.size())) < 0)
      return fail(ErrorCode::io, "no memory for a packet");
    std::copy(bytes.begin(), bytes.end(), packet->data);
    packet->pts = packet->dts = run_.end();
    packet->duration = duration;
    packet->flags = AV_PKT_FLAG_KEY;
    run_.wrote(duration);
    return output_.writeSound(*packet);
  }

  Output output_;
  int channels_;
  // People's packets come as the network and their clocks have them; so far nothing is mended.
  SoundRun run_{kTicksPerSecond / 50};
};

ParametersPtr opusParameters(int channels) {
  ParametersPtr parameters(avcodec_parameters_alloc());
  parameters->codec_type = AVMEDIA_TYPE_AUDIO;
  parameters->codec_id = AV_CODEC_ID_OPUS;
  parameters->sample_rate = kTicksPerSecond;
  av_channel_layout_default(&parameters->ch_layout, channels);
  const auto head = opusHead(channels);
  parameters->extradata = static_cast<std::uint8_t*>(av_mallocz(head.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (!parameters->extradata) return nullptr;
  std::copy(head.begin(), head.end(), parameters->extradata);
  parameters->extradata_size = static_cast<int>(head.size());
  return parameters;
}

}  // namespace

Result<bool> writeTrack(const std::string& path, const std::string& title, std::int64_t startedAtMs,
                        const std::vector<TrackPart>& parts, Ticks duration) {
  std::optional<Track> track;
  for (const TrackPart& part : parts) {
    auto reader = PartReader::open(part.path, false, part.span.end + PartReader::kMaxJump);
    if (!reader && reader.error().code == ErrorCode::io) return tl::unexpected(reader.error());
    if (!reader || reader->sound()->codec_id != AV_CODEC_ID_OPUS) continue;
    if (!track) {
      const int channels = reader->sound()->ch_layout.nb_channels == 1 ? 1 : 2;
      const ParametersPtr sound = opusParameters(channels);
      if (!sound) return fail(ErrorCode::io, "no memory for a track");
      auto output =
          Output::open({path, RecordingFormat::ogg, nullptr, sound.get(), 0, title, startedAtMs, {}, 0});
      if (!output) return tl::unexpected(std::move(output).error());
      track.emplace(std::move(*output), channels);
    }
    if (auto added = track->add(*reader, part); !added) return tl::unexpected(added.error());
  }
  if (!track) return false;
  if (auto finished = track->finish(duration); !finished) return tl::unexpected(finished.error());
  return true;
}

}  // namespace tessera::post

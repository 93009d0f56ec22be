// SPDX-License-Identifier: Apache-2.0
#include "load/clip_source.h"

#include <gst/gst.h>

#include "load/clip_file.h"
#include "load/raw_clips.h"

namespace tessera::load {
namespace {

Result<Clip> obtainVideo(const VideoClipSettings& settings, const std::string& chosenFile,
                         const std::function<void(std::string_view)>& note) {
  const bool chosen = !chosenFile.empty();
  const std::string file = chosen ? chosenFile : defaultClipFile(settings);
  auto stored = readClip(file, settings);
  if (stored) return stored;
  // A file that somebody named is not written over; what is in the cache is ours.
  if (chosen && stored.error().code != ErrorCode::notFound) return stored;
  note(fmt::format("encoding the clip in {}x{} at {} fps, once", settings.width, settings.height,
                   settings.fps));
  auto clip = encodeVideoClip(settings);
  if (!clip) return clip;
  if (const auto written = writeClip(file, settings, *clip); !written) {
    if (chosen) return tl::unexpected(written.error());
    note("the clip is not kept for the next run: " + written.error().text);
  }
  return clip;
}

std::vector<VideoClipSettings> wantedVariants(const Options& options) {
  if (options.ignoreIngest || options.direct || options.offers > 0) return {options.video};
  return variantsOf(options.video);
}

}  // namespace

Result<Clips> obtainClips(const Options& options, const std::function<void(std::string_view)>& note) {
  Clips clips;
  if (options.participants == 0 && options.rounds == 0 && !options.direct && options.offers == 0)
    return clips;
  const auto share = [](Result<Clip>& clip) { return std::make_shared<const Clip>(std::move(*clip)); };
  for (const VideoClipSettings& settings : wantedVariants(options)) {
    auto video = obtainVideo(settings, clips.video.empty() ? options.clipFile : "", note);
    if (!video) return tl::unexpected(video.error());
    clips.video.push_back({settings, share(video)});
  }
  auto talking = encodeAudioClip(true);
  if (!talking) return tl::unexpected(talking.error());
  auto quiet = encodeAudioClip(false);
  if (!quiet) return tl::unexpected(quiet.error());
  clips.talking = share(talking);
  clips.quiet = share(quiet);
  return clips;
}

std::vector<RawFrame> rawFrames(const Clip& clip) {
  std::vector<RawFrame> frames;
  for (const EncodedFrame& frame : clip.frames) {
    RawFrame& raw = frames.emplace_back();
    raw.bytes.resize(gst_buffer_get_size(frame.data.get()));
    gst_buffer_extract(frame.data.get(), 0, raw.bytes.data(), raw.bytes.size());
    raw.keyframe = frame.keyframe;
  }
  return frames;
}

Result<RawClips> obtainRawClips(const VideoClipSettings& settings,
                                const std::function<void(std::string_view)>& note) {
  gst_init(nullptr, nullptr);
  const auto video = obtainVideo(settings, {}, note);
  if (!video) return tl::unexpected(video.error());
  const auto talking = encodeAudioClip(true), quiet = encodeAudioClip(false);
  if (!talking) return tl::unexpected(talking.error());
  if (!quiet) return tl::unexpected(quiet.error());
  return RawClips{rawFrames(*video), rawFrames(*talking), rawFrames(*quiet)};
}

}  // namespace tessera::load

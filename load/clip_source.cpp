// SPDX-License-Identifier: Apache-2.0
#include "load/clip_source.h"

#include "load/clip_file.h"

namespace tessera::load {
namespace {

Result<Clip> obtainVideo(const Options& options, const std::function<void(std::string_view)>& note) {
  const bool chosen = !options.clipFile.empty();
  const std::string file = chosen ? options.clipFile : defaultClipFile(options.video);
  auto stored = readClip(file, options.video);
  if (stored) return stored;
  // A file that somebody named is not written over; what is in the cache is ours.
  if (chosen && stored.error().code != ErrorCode::notFound) return stored;
  note("encoding the clip, once");
  auto clip = encodeVideoClip(options.video);
  if (!clip) return clip;
  if (const auto written = writeClip(file, options.video, *clip); !written) {
    if (chosen) return tl::unexpected(written.error());
    note("the clip is not kept for the next run: " + written.error().text);
  }
  return clip;
}

}  // namespace

Result<Clips> obtainClips(const Options& options, const std::function<void(std::string_view)>& note) {
  Clips clips;
  if (options.participants == 0 && options.rounds == 0) return clips;
  const auto share = [](Result<Clip>& clip) { return std::make_shared<const Clip>(std::move(*clip)); };
  auto video = obtainVideo(options, note);
  if (!video) return tl::unexpected(video.error());
  auto talking = encodeAudioClip(true);
  if (!talking) return tl::unexpected(talking.error());
  auto quiet = encodeAudioClip(false);
  if (!quiet) return tl::unexpected(quiet.error());
  clips.video = share(video);
  clips.talking = share(talking);
  clips.quiet = share(quiet);
  return clips;
}

}  // namespace tessera::load

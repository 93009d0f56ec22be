// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/live_output.h"

#include <utility>

#include "pipelines/live/hls_output.h"
#include "pipelines/live/rtmp_output.h"

namespace tessera {

Result<std::unique_ptr<LiveOutput>> LiveOutput::start(const OutputSettings& settings,
                                                      const RoomSettings& room,
                                                      std::shared_ptr<ProgramHub> hub, Reaper& reaper,
                                                      StatusHandler onStatus) {
  const FedPipeline::Media media{room.program, hub->aacConfig(), hub->channels()};
  if (settings.kind == OutputKind::hls)
    return std::make_unique<HlsOutput>(settings, media, std::move(hub), reaper, std::move(onStatus));
  auto target = parseRtmpTarget(settings.target);
  if (!target) return tl::unexpected(target.error());
  return std::make_unique<RtmpOutput>(settings.id, *std::move(target), media, std::move(hub), reaper,
                                      std::move(onStatus));
}

}  // namespace tessera

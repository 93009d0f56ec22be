// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/mix/audio_mixer.h"
#include "pipelines/mix/video_mixer.h"
#include "room/media_room.h"

namespace tessera {

// A file or a stream by address, played in real time into a participant's slots. It reconnects, or begins
// anew, by itself. Main thread; its work is done on threads of its own.
class MediaSource {
 public:
  struct Handlers {  // on the main thread
    std::function<void(const SourceStatus&)> onStatus;
    std::function<void(int width, int height)> onVideoSize;
  };

  [[nodiscard]] static Result<std::unique_ptr<MediaSource>> start(const SourceSettings& settings,
                                                                  int channels,
                                                                  std::shared_ptr<mix::VideoSlot> video,
                                                                  std::shared_ptr<mix::AudioSlot> audio,
                                                                  Reaper& reaper, Handlers handlers);
  virtual ~MediaSource() = default;  // ends it; what may hang goes to the reaper
};

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "base/main_loop.h"
#include "pipelines/live/byte_rate.h"
#include "pipelines/live/fed_pipeline.h"
#include "pipelines/live/hls_segmenter.h"
#include "pipelines/live/live_output.h"

namespace tessera {

// A room's HLS: segments of what lies between two keyframes of the program rung, and their playlist.
class HlsOutput final : public LiveOutput {
 public:
  HlsOutput(const OutputSettings& settings, const FedPipeline::Media& media, std::shared_ptr<ProgramHub> hub,
            Reaper& reaper, StatusHandler onStatus);
  ~HlsOutput() override;

 private:
  class Run;
  void begin();
  void onOpened();
  void onSegment(const HlsSegmenter::Done& done);
  void retry(const Error& why);
  void letGo(std::function<void()> afterwards);
  void change(OutputPhase phase, const Error& why = {});
  void report();

  const OutputSettings settings_;
  const FedPipeline::Media media_;
  const std::shared_ptr<ProgramHub> hub_;
  Reaper& reaper_;
  const StatusHandler onStatus_;
  OutputStatus status_;
  std::unique_ptr<Run> run_;
  std::int64_t droppedBefore_ = 0;  // by runs that are over
  std::int64_t bytes_ = 0;
  ByteRate rate_;
  Timer again_, second_;
  WeakOwner<HlsOutput> weak_{this};
};

}  // namespace tessera

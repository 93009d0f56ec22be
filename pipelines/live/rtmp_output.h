// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "pipelines/live/back_off.h"
#include "pipelines/live/byte_rate.h"
#include "pipelines/live/live_output.h"
#include "pipelines/live/rtmp_attempt.h"

namespace tessera {

// An RTMP destination: one attempt after the other. The room encodes for it only while it is connected.
class RtmpOutput final : public LiveOutput {
 public:
  RtmpOutput(const OutputId& id, RtmpTarget target, const FedPipeline::Media& media,
             std::shared_ptr<ProgramHub> hub, Reaper& reaper, StatusHandler onStatus);
  ~RtmpOutput() override { letGo(); }

 private:
  void connect();
  void onConnected();
  void retry(const Error& why);
  void letGo();
  void look();
  void change(OutputPhase phase, const Error& why = {});
  void report();

  const RtmpTarget target_;
  const FedPipeline::Media media_;
  const std::shared_ptr<ProgramHub> hub_;
  Reaper& reaper_;
  const StatusHandler onStatus_;
  OutputStatus status_;
  std::unique_ptr<RtmpAttempt> attempt_;
  std::int64_t droppedBefore_ = 0;  // by the attempts that are over
  BackOff backOff_;
  ByteRate rate_;
  Timer again_, second_;
};

}  // namespace tessera

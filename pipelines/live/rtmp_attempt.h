// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "base/main_loop.h"
#include "pipelines/live/fed_pipeline.h"
#include "pipelines/live/rtmp_target.h"

namespace tessera {

// One connection to an RTMP server, from the first packet to whatever ends it. Main thread; its end may take
// time, so it is destroyed by the reaper.
class RtmpAttempt {
 public:
  static constexpr std::chrono::seconds kConnectWithin{12};  // rtmp2sink's own 5 s are for single steps
  static constexpr std::chrono::seconds kTakesNothingFor{5};

  struct Handlers {                     // on the main thread, not after close()
    std::function<void()> onConnected;  // the server takes the stream: now the queue wants to be filled
    std::function<void(const Error&)> onEnded;
  };
  [[nodiscard]] static Result<std::unique_ptr<RtmpAttempt>> start(const RtmpTarget& target,
                                                                  const FedPipeline::Media& media,
                                                                  Handlers handlers);
  ~RtmpAttempt() { pipeline_.stop(); }

  const std::shared_ptr<LiveQueue>& queue() const { return pipeline_.queue(); }
  bool connected() const { return connectedAt_.has_value(); }
  std::chrono::nanoseconds connectedFor() const;

  // Why it is to be ended, when nothing else says so: no answer, or nothing taken for too long.
  std::optional<Error> overdue() const;

  std::int64_t bytes() const { return meter_->bytes; }  // handed over
  // From the mix to what has been handed over: the most since the last call; while nothing is taken it grows.
  std::chrono::milliseconds takeDelay();

  void close();  // nothing is called any more

 private:
  // Of what rtmp2sink takes, by its streaming thread.
  struct Meter {
    std::atomic<std::int64_t> bytes{0};
    std::atomic<std::int64_t> lastPts{0};   // ns, of the hub's clock; 0: none yet
    std::atomic<std::int64_t> maxDelay{0};  // ns
    std::atomic<std::int64_t> takenAt{0};   // ns, CLOCK_MONOTONIC
    std::atomic<std::int64_t> fedAt{0};     // ns, CLOCK_MONOTONIC, by the feeding thread: the last item
    bool waits() const { return fedAt > takenAt; }  // something waits to be taken
  };

  RtmpAttempt(const FedPipeline::Media& media, Handlers handlers);
  [[nodiscard]] Status build(const RtmpTarget& target);
  void watchSink(GstPad* pad);
  void onConnected();

  const std::chrono::nanoseconds startedAt_;
  std::optional<std::chrono::nanoseconds> connectedAt_;
  Handlers handlers_;
  std::chrono::nanoseconds delay_{0};
  const std::shared_ptr<Meter> meter_ = std::make_shared<Meter>();
  FedPipeline pipeline_;
  GstElement* sink_ = nullptr;  // the pipeline's
  WeakOwner<RtmpAttempt> weak_{this};
};

}  // namespace tessera

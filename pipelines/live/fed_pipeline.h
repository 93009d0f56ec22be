// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "pipelines/gst/bus.h"
#include "pipelines/gst/push_pad.h"
#include "pipelines/live/live_queue.h"
#include "room/media_room.h"

namespace tessera {

// A pipeline of a live output's own, with a queue that the hub fills and a thread that pushes what is in it
// into a muxer. Its clock and times begin shortly before it is made. Main thread, but for stop() and what is
// said to be others'.
class FedPipeline {
 public:
  struct Media {  // what the hub gives
    ProgramSettings program;
    std::vector<std::uint8_t> aacConfig;
    int channels = 1;
  };
  FedPipeline(const Media& media, mix::Nanos queueLimit);
  ~FedPipeline() { stop(); }
  FedPipeline(const FedPipeline&) = delete;
  FedPipeline& operator=(const FedPipeline&) = delete;

  GstBin* bin() const { return GST_BIN(pipeline_.get()); }
  const std::shared_ptr<LiveQueue>& queue() const { return queue_; }

  // Links picture and sound to request pads of a muxer that is in the bin.
  [[nodiscard]] Status linkTo(GstElement* muxer, const char* videoPad, const char* audioPad);

  struct Handlers {
    gst::BusWatch::Handler onError;  // error messages
    // On the thread, before it takes anything; it ends when this says false. May wait until the queue is
    // closed.
    std::function<bool()> ready;
    std::function<void(const LiveItem&)> beforePush;  // on the thread
  };
  [[nodiscard]] Status start(Handlers handlers);
  void pushVideoEvent(gst::Ref<GstEvent> event);  // from beforePush

  // Between the hub's times and the pipeline's; any thread.
  mix::Nanos hubTime(GstClockTime time) const;
  GstClockTime ownTime(mix::Nanos hubTime) const;

  void close();  // no further handler is called, but for one that is being called
  // Ends pipeline and thread, where that may take time. Once, after close().
  void stop();

 private:
  void run();
  GstFlowReturn push(const LiveItem& item);

  const Media media_;
  const mix::Nanos epoch_;
  const std::shared_ptr<LiveQueue> queue_;
  const gst::Ref<GstElement> pipeline_;
  gst::PushPad video_, audio_;
  Handlers handlers_;
  std::unique_ptr<gst::BusWatch> bus_;
  std::thread thread_;
};

}  // namespace tessera

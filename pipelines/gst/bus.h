// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "pipelines/gst/ref.h"

namespace tessera::gst {

// Takes the messages of a pipeline off its bus: those of `types` are posted to the main thread, the others
// dropped where they arise, so that nothing queues up. `onArrival` sees each on the thread that sent it,
// before that: it captures values and shared state. No further call of `handler` comes after it is destroyed.
// Main thread.
class BusWatch {
 public:
  using Handler = std::function<void(GstMessage*)>;

  BusWatch(GstPipeline* pipeline, GstMessageType types, Handler handler, Handler onArrival = {});
  ~BusWatch();
  BusWatch(const BusWatch&) = delete;
  BusWatch& operator=(const BusWatch&) = delete;

 private:
  Ref<GstBus> bus_;
  std::shared_ptr<Handler> handler_;
};

}  // namespace tessera::gst

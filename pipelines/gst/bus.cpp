// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/bus.h"

#include "base/main_loop.h"

namespace tessera::gst {
namespace {

struct Sync {
  GstMessageType types;
  std::weak_ptr<BusWatch::Handler> handler;
  BusWatch::Handler onArrival;
};

GstBusSyncReply onMessage(GstBus*, GstMessage* message, gpointer data) {
  const auto* sync = static_cast<Sync*>(data);
  if (sync->onArrival) sync->onArrival(message);
  if (GST_MESSAGE_TYPE(message) & sync->types) {
    post([handler = sync->handler, kept = Ref<GstMessage>::retain(message)] {
      if (const auto alive = handler.lock()) (*alive)(kept.get());
    });
  }
  gst_message_unref(message);  // a handler that drops a message owns it
  return GST_BUS_DROP;
}

}  // namespace

BusWatch::BusWatch(GstPipeline* pipeline, GstMessageType types, Handler handler, Handler onArrival)
    : bus_(Ref<GstBus>::adopt(gst_pipeline_get_bus(pipeline))),
      handler_(std::make_shared<Handler>(std::move(handler))) {
  gst_bus_set_sync_handler(bus_.get(), onMessage, new Sync{types, handler_, std::move(onArrival)},
                           [](gpointer data) { delete static_cast<Sync*>(data); });
}

BusWatch::~BusWatch() {
  gst_bus_set_sync_handler(bus_.get(), nullptr, nullptr, nullptr);
}

}  // namespace tessera::gst

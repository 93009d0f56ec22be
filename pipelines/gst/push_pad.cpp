// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/push_pad.h"

#include "pipelines/gst/element.h"

namespace tessera::gst {
namespace {

const char* const kHandlerKey = "tessera-upstream-handler";

gboolean onEvent(GstPad* pad, GstObject*, GstEvent* event) {
  auto* handler = static_cast<PushPad::EventHandler*>(g_object_get_data(G_OBJECT(pad), kHandlerKey));
  const bool handled = handler && *handler && (*handler)(event);
  gst_event_unref(event);
  return handled;
}

// Live, no latency of our own: nobody below shall wait for us.
gboolean onQuery(GstPad* pad, GstObject* parent, GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) {
    gst_query_set_latency(query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  return gst_pad_query_default(pad, parent, query);
}

}  // namespace

PushPad::PushPad(const std::string& name, Ref<GstCaps> caps, EventHandler onUpstreamEvent)
    : pad_(Ref<GstPad>::adopt(GST_PAD(gst_object_ref_sink(gst_pad_new(name.c_str(), GST_PAD_SRC))))),
      caps_(std::move(caps)) {
  g_object_set_data_full(G_OBJECT(pad_.get()), kHandlerKey, new EventHandler(std::move(onUpstreamEvent)),
                         [](gpointer data) { delete static_cast<EventHandler*>(data); });
  gst_pad_set_event_function(pad_.get(), onEvent);
  gst_pad_set_query_function(pad_.get(), onQuery);
  gst_pad_set_active(pad_.get(), TRUE);
}

PushPad::~PushPad() {
  stop();
}

Status PushPad::linkTo(GstElement* element, const char* padName) {
  const auto sink = staticPad(element, padName);
  if (!sink) return tl::unexpected(sink.error());
  return linkTo(sink->get());
}

Status PushPad::linkTo(GstPad* sink) {
  return link(pad_.get(), sink);
}

GstFlowReturn PushPad::push(Ref<GstBuffer> buffer) {
  start();
  return gst_pad_push(pad_.get(), buffer.release());
}

GstFlowReturn PushPad::push(Ref<GstBufferList> buffers) {
  start();
  return gst_pad_push_list(pad_.get(), buffers.release());
}

GstFlowReturn PushPad::pushEvent(Ref<GstEvent> event) {
  start();
  return gst_pad_push_event(pad_.get(), event.release()) ? GST_FLOW_OK : GST_FLOW_ERROR;
}

void PushPad::stop() {
  gst_pad_set_active(pad_.get(), FALSE);
}

void PushPad::start() {
  if (started_.exchange(true)) return;
  gchar* id = g_strdup_printf("tessera-%08x%08x", g_random_int(), g_random_int());
  gst_pad_push_event(pad_.get(), gst_event_new_stream_start(id));
  g_free(id);
  gst_pad_push_event(pad_.get(), gst_event_new_caps(caps_.get()));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(pad_.get(), gst_event_new_segment(&segment));
}

}  // namespace tessera::gst

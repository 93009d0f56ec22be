// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/receive_pad.h"

#include <gst/video/video.h>

#include "pipelines/gst/element.h"

namespace tessera::gst {

struct ReceivePad::State {
  Handlers handlers;
  GstSegment segment;  // of the streaming thread
};

namespace {

const char* const kStateKey = "tessera-receive-state";

ReceivePad::State& stateOf(GstPad* pad) {
  return *static_cast<ReceivePad::State*>(g_object_get_data(G_OBJECT(pad), kStateKey));
}

// Running time into PTS and DTS, so that the handler needs to know nothing of segments.
Ref<GstBuffer> withRunningTime(GstBuffer* buffer, const GstSegment& segment) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer)) return Ref<GstBuffer>::adopt(buffer);
  const GstClockTime time = gst_segment_to_running_time(&segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  if (time == GST_BUFFER_PTS(buffer)) return Ref<GstBuffer>::adopt(buffer);
  buffer = gst_buffer_make_writable(buffer);
  GST_BUFFER_PTS(buffer) = time;
  if (GST_BUFFER_DTS_IS_VALID(buffer))
    GST_BUFFER_DTS(buffer) = gst_segment_to_running_time(&segment, GST_FORMAT_TIME, GST_BUFFER_DTS(buffer));
  return Ref<GstBuffer>::adopt(buffer);
}

GstFlowReturn onChain(GstPad* pad, GstObject*, GstBuffer* buffer) {
  ReceivePad::State& state = stateOf(pad);
  return state.handlers.onBuffer(withRunningTime(buffer, state.segment));
}

gboolean onEvent(GstPad* pad, GstObject*, GstEvent* event) {
  ReceivePad::State& state = stateOf(pad);
  gboolean accepted = TRUE;
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    if (state.handlers.onCaps) accepted = state.handlers.onCaps(caps);
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment(event, &state.segment);
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
    if (state.handlers.onEnd) state.handlers.onEnd();
  }
  gst_event_unref(event);
  return accepted;
}

gboolean onQuery(GstPad* pad, GstObject* parent, GstQuery* query) {
  const ReceivePad::Handlers& handlers = stateOf(pad).handlers;
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_ALLOCATION:
      if (handlers.wantsVideoMeta) gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
      return handlers.wantsVideoMeta;
    case GST_QUERY_CAPS: {
      GstCaps* filter = nullptr;
      gst_query_parse_caps(query, &filter);
      const auto any = Ref<GstCaps>::adopt(gst_caps_new_any());
      GstCaps* ours = handlers.caps ? handlers.caps.get() : any.get();
      const auto result = Ref<GstCaps>::adopt(
          filter ? gst_caps_intersect_full(filter, ours, GST_CAPS_INTERSECT_FIRST) : gst_caps_ref(ours));
      gst_query_set_caps_result(query, result.get());
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS: {
      GstCaps* caps = nullptr;
      gst_query_parse_accept_caps(query, &caps);
      gst_query_set_accept_caps_result(query,
                                       !handlers.caps || gst_caps_can_intersect(caps, handlers.caps.get()));
      return TRUE;
    }
    default:
      return gst_pad_query_default(pad, parent, query);
  }
}

}  // namespace

ReceivePad::ReceivePad(const std::string& name, Handlers handlers)
    : pad_(Ref<GstPad>::adopt(GST_PAD(gst_object_ref_sink(gst_pad_new(name.c_str(), GST_PAD_SINK))))) {
  auto* state = new State{std::move(handlers), {}};
  gst_segment_init(&state->segment, GST_FORMAT_TIME);
  g_object_set_data_full(G_OBJECT(pad_.get()), kStateKey, state,
                         [](gpointer data) { delete static_cast<State*>(data); });
  gst_pad_set_chain_function(pad_.get(), onChain);
  gst_pad_set_event_function(pad_.get(), onEvent);
  gst_pad_set_query_function(pad_.get(), onQuery);
  gst_pad_set_active(pad_.get(), TRUE);
}

ReceivePad::~ReceivePad() {
  gst_pad_set_active(pad_.get(), FALSE);
}

void ReceivePad::sendUpstream(Ref<GstEvent> event) {
  gst_pad_push_event(pad_.get(), event.release());
}

Status ReceivePad::linkFrom(GstElement* element, const char* padName) {
  const auto source = staticPad(element, padName);
  if (!source) return tl::unexpected(source.error());
  return linkFrom(source->get());
}

Status ReceivePad::linkFrom(GstPad* source) {
  return link(source, pad_.get());
}

}  // namespace tessera::gst

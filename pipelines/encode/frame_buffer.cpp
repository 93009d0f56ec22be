// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/frame_buffer.h"

#include <gst/video/video.h>

#include <array>

namespace tessera {
namespace {

void releaseFrame(gpointer frame) {
  delete static_cast<mix::FrameRef*>(frame);
}

}  // namespace

gst::Ref<GstBuffer> wrapFrame(const mix::FrameRef& frame, mix::Nanos duration) {
  struct Plane {
    const std::uint8_t* data;
    int stride;
    int rows;
  };
  const int chromaRows = (frame->height + 1) / 2;
  const std::array<Plane, 3> planes{{{frame->y, frame->strideY, frame->height},
                                     {frame->u, frame->strideU, chromaRows},
                                     {frame->v, frame->strideV, chromaRows}}};
  std::array<gsize, GST_VIDEO_MAX_PLANES> offsets{};
  std::array<gint, GST_VIDEO_MAX_PLANES> strides{};
  GstBuffer* buffer = gst_buffer_new();
  gsize offset = 0;
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const gsize size = static_cast<gsize>(planes[i].stride) * static_cast<gsize>(planes[i].rows);
    gst_buffer_append_memory(
        buffer, gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, const_cast<std::uint8_t*>(planes[i].data),
                                       size, 0, size, new mix::FrameRef(frame), releaseFrame));
    offsets[i] = offset;
    strides[i] = planes[i].stride;
    offset += size;
  }
  gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420,
                                 static_cast<guint>(frame->width), static_cast<guint>(frame->height), 3,
                                 offsets.data(), strides.data());
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(frame->captured.count());
  GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(duration.count());
  return gst::Ref<GstBuffer>::adopt(buffer);
}

}  // namespace tessera

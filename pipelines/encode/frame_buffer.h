// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/gst/ref.h"
#include "pipelines/mix/video_frame.h"

namespace tessera {

// The frame as a GstBuffer without copying: one read-only memory per plane, strides by GstVideoMeta, PTS from
// `captured`. The buffer keeps the frame alive.
gst::Ref<GstBuffer> wrapFrame(const mix::FrameRef& frame, mix::Nanos duration);

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/video/video.h>

#include <memory>
#include <optional>

#include "pipelines/gst/receive_pad.h"
#include "pipelines/legs/leg_shared.h"

namespace tessera {

// Where media enters the mix, on the streaming thread: decoded I420 pictures go to the video slot without a
// copy (VideoFrame::memory holds the decoder's buffer); RTP packets of Opus are decoded here, to the audio
// slot. PTS, which rtpbin has aligned between the two by sender reports, becomes the capture time.
gst::ReceivePad::Handlers videoSink(const std::shared_ptr<LegShared>& shared);
Result<gst::ReceivePad::Handlers> opusSink(const std::shared_ptr<LegShared>& shared);

// An I420 picture for the mix, without its capture time; it keeps the buffer. None: it cannot be mapped.
std::optional<mix::VideoFrame> frameOf(const GstVideoInfo& info, GstBuffer* buffer);

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "pipelines/gst/receive_pad.h"
#include "pipelines/legs/leg_shared.h"

namespace tessera {

// Where a decoder's output enters the mix, on the streaming thread: I420 pictures to the video slot without a
// copy (VideoFrame::memory holds the decoder's buffer), mono S16 at 48 kHz to the audio slot. PTS, which
// rtpbin has aligned between the two by sender reports, becomes the capture time.
gst::ReceivePad::Handlers videoSink(const std::shared_ptr<LegShared>& shared);
gst::ReceivePad::Handlers audioSink(const std::shared_ptr<LegShared>& shared);

}  // namespace tessera

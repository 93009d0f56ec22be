// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "pipelines/legs/leg_shared.h"

namespace tessera {

// The largest picture that is decoded: of a camera 1.5 times 1920x1080, of a shared screen 3840x2160 in any
// proportions.
inline constexpr int kMaxVideoPixels = 1920 * 1080 * 3 / 2;
inline constexpr int kMaxVideoSide = 4096;
inline constexpr int kMaxScreenPixels = 3840 * 2160;
inline constexpr int kMaxScreenSide = 8192;
bool isAcceptableSize(int width, int height, bool screen);

// Connects a source pad that webrtcbin has just added: depayloader and decoder in the bin around it, ending
// in the leg's slot. On the pad's streaming thread; the pad is linked when this returns, if only to a sink
// that discards: one stream per kind is used, and only of the codec that was negotiated.
void attachInput(GstElement* webrtc, GstPad* pad, const std::shared_ptr<LegShared>& shared);

}  // namespace tessera

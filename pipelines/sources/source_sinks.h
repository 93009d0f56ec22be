// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "pipelines/gst/receive_pad.h"
#include "pipelines/sources/play_shared.h"

namespace tessera {

// Where a source's media enters the mix, each on its own thread and when it is due: I420 pictures as they
// are, sound at 48 kHz in the mixer's channels by blocks of at most 20 ms.
gst::ReceivePad::Handlers pictureSink(const std::shared_ptr<PlayShared>& shared);
gst::ReceivePad::Handlers soundSink(const std::shared_ptr<PlayShared>& shared);

// Where what is decoded comes in, before it is converted. Both ask how long it is; pictures that come faster
// than kMaxRate are dropped, those that are too large refused, and a decoder that is late leaves some out.
inline constexpr int kMaxRate = 30;
void watchPictures(GstPad* entry, const std::shared_ptr<PlayShared>& shared);
// Where a picture's decoder takes its input: it gets none that is too large, whatever the container says.
void watchEncoded(GstPad* sink, bool vp8, const std::shared_ptr<PlayShared>& shared);
void watchSound(GstPad* entry, const std::shared_ptr<PlayShared>& shared);

inline constexpr int kMaxPicturePixels = 4096 * 2304, kMaxPictureSide = 8192;
bool isTooLarge(GstCaps* caps);  // as far as they say

}  // namespace tessera

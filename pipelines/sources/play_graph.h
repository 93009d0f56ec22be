// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "pipelines/gst/receive_pad.h"
#include "pipelines/sources/play_shared.h"
#include "pipelines/sources/source_url.h"

namespace tessera {

// Everything between a URL and the slots:
//   filesrc ! decodebin ─┬─ videoconvert ! deinterlace ! videoflip ! videoscale ─ pad ─▶ VideoSlot
//   rtmp2src ! decodebin ┤
//   rtspsrc ! decodebin  ┴─ audioconvert ! audioresample ──────────────────────── pad ─▶ AudioSlot
// with a decodebin for each of the two streams of an rtspsrc. What is decoded finds its way once it is known.
struct PlayGraph {
  std::unique_ptr<gst::ReceivePad> picture, sound;
  gst::Ref<GstElement> pipeline;
  gst::Ref<GstElement> source;
};
[[nodiscard]] Result<PlayGraph> makePlayGraph(const SourceUrl& url,
                                              const std::shared_ptr<PlayShared>& shared);

}  // namespace tessera

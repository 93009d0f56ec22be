// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "pipelines/gst/ref.h"
#include "pipelines/record/matroska.h"
#include "room/rung.h"

namespace tessera {

// What has to stay the same throughout a part.
struct PictureFormat {
  VideoCodec codec = VideoCodec::h264;
  int width = 0, height = 0;
  Bytes config;  // H.264: the decoder configuration record (ISO 14496-15, 5.3.3.1), of one SPS and one PPS
  bool operator==(const PictureFormat&) const = default;
};

// Of a keyframe: an H.264 access unit as a byte stream, or a VP8 frame. Nothing when it cannot be told.
std::optional<PictureFormat> pictureFormat(VideoCodec codec, GstBuffer* keyframe);

// The frame as Matroska holds it: H.264 as NAL units with their lengths (4 bytes), parameter sets included.
Bytes storedFrame(VideoCodec codec, GstBuffer* frame);

MatroskaWriter::Picture matroskaPicture(const PictureFormat& format);

}  // namespace tessera

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
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

// Reads what an encoder makes: H.264 access units as a byte stream, or VP8 frames. One thread at a time.
class PictureReader {
 public:
  explicit PictureReader(VideoCodec codec);
  ~PictureReader();
  PictureReader(const PictureReader&) = delete;
  PictureReader& operator=(const PictureReader&) = delete;

  std::optional<PictureFormat> format(GstBuffer* keyframe);  // nothing when it cannot be told
  // As Matroska holds it: H.264 as NAL units with their lengths (4 bytes), parameter sets included.
  Bytes stored(GstBuffer* frame);

 private:
  const VideoCodec codec_;
  struct Parser;
  const std::unique_ptr<Parser> parser_;
};

MatroskaWriter::Picture matroskaPicture(const PictureFormat& format);

}  // namespace tessera

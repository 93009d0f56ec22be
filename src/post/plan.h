// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "post/part_scan.h"
#include "post/transcode.h"
#include "room/recording.h"

namespace tessera::post {

// A part that can be used.
struct PlannedPart {
  int number = 0;
  std::string path;
  PartScan scan;
  bool encodeVideo = false, encodeSound = false;  // what does not fit the file as it is
  Ticks base = 0;                                 // where its origin lies in the file
};

// How the file is made of its parts.
struct JoinPlan {
  std::vector<PlannedPart> parts;
  int fps = 0;                 // of the part whose pictures come fastest; 0: not known
  ParametersPtr video, sound;  // of the file; no video: sound alone
  VideoTarget target;          // for pictures that are encoded again
  AVCodecID soundCodec = AV_CODEC_ID_AAC;
  int channels = 2;
  Ticks soundPacket = 1024;
  Ticks duration = 0;
};

// `parts` is not empty. The file is like most of what was recorded; the rest is encoded again to fit.
[[nodiscard]] Result<JoinPlan> planJoin(std::vector<PlannedPart> parts, const RecordingFormats& formats);

}  // namespace tessera::post

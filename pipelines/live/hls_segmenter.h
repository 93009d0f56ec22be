// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "pipelines/gst/ref.h"
#include "pipelines/live/hls_directory.h"
#include "pipelines/mix/video_frame.h"

namespace tessera {

// Cuts a muxer's transport stream into segments and puts them into the directory. The muxer is told to repeat
// its tables (PAT, PMT) at each keyframe where a segment shall begin, and nowhere else: so they are where one
// begins.
class HlsSegmenter {
 public:
  struct Done {
    Status status;
    std::size_t bytes = 0;
    mix::Nanos until{0};  // the last picture in it
  };
  // On the muxer's thread.
  using DoneHandler = std::function<void(const Done&)>;

  HlsSegmenter(std::string directory, DoneHandler onDone)
      : path_(std::move(directory)), onDone_(std::move(onDone)) {}

  [[nodiscard]] Status open();  // before anything else
  // A picture, before the muxer gets it; true: a segment shall begin with it. On the feeding thread.
  bool onPicture(mix::Nanos pts, bool keyframe, bool afterGap);
  void onPacket(const gst::Ref<GstBuffer>& packet);  // on the muxer's thread
  // What is left becomes the last segment, and the playlist has an end. After the last call of the others.
  void finish();

 private:
  struct Cut {
    mix::Nanos pts{0};
    mix::Nanos before{0};  // the picture before it
    bool afterGap = false;
  };
  void begin();
  void end(const Cut& next);

  const std::string path_;
  const DoneHandler onDone_;
  std::unique_ptr<HlsDirectory> directory_;
  std::mutex mutex_;      // for the cuts and lastPicture_
  std::deque<Cut> cuts_;  // that the muxer has not come to
  mix::Nanos lastPicture_{0};
  mix::Nanos lastCut_{0};  // the feeding thread's
  bool cutOnce_ = false;   // the feeding thread's
  // The muxer's thread's.
  std::string data_;
  std::optional<Cut> begin_;  // of what is in data_
};

}  // namespace tessera

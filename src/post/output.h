// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "post/av.h"
#include "room/recording.h"
#include "wire/recording_files.h"

namespace tessera::post {

struct OutputSettings {
  std::string path;
  RecordingFormat format = RecordingFormat::mp4;
  const AVCodecParameters* video = nullptr;  // null: sound alone
  const AVCodecParameters* sound = nullptr;
  int fps = 0;  // of the pictures at most; 0: not known
  std::string title;
  std::int64_t startedAtMs = 0;  // Unix time
  std::vector<wire::FinishedChapter> chapters;
  std::int64_t durationMs = 0;  // planned: the end of the last chapter where that is written first
};

// The finished file: chapters, and its index in front. Packets come with timestamps of the file. It takes
// memory for the index alone, some 50 bytes a packet.
class Output {
 public:
  [[nodiscard]] static Result<Output> open(const OutputSettings& settings);
  Output(Output&&) = default;
  Output& operator=(Output&&) = default;

  // Both empty the packet.
  //
  // A picture's duration follows from the next one's time. No two pictures round to the same place in the
  // nominal rate's grid, as they could where parts or a pause meet: ffmpeg and editors, which work on such a
  // grid, would stumble. The later one comes a little later then, or in front of a keyframe the earlier one
  // is left out.
  Status writeVideo(AVPacket& packet);
  Status writeSound(AVPacket& packet);
  Status finish(Ticks end);

  std::int64_t videoPackets() const { return written_[0]; }
  std::int64_t soundPackets() const { return written_[1]; }

 private:
  struct CloseFile {
    void operator()(AVFormatContext* context) const;
  };
  Output(AVFormatContext* context, const OutputSettings& settings);
  Status addStream(const AVCodecParameters* parameters, int& index);
  Status addChapters(std::int64_t durationMs);
  Status begin(const OutputSettings& settings);
  Status write(AVPacket& packet, int stream);
  Status writeHeld(Ticks end);
  std::int64_t placeOf(Ticks at) const;
  Ticks beginOfPlace(std::int64_t place) const;

  std::unique_ptr<AVFormatContext, CloseFile> context_;
  std::string path_;
  bool isMp4_;
  int fps_;
  std::vector<wire::FinishedChapter> chapters_;
  int video_ = -1, sound_ = -1;
  PacketPtr held_ = newPacket();  // the last picture
  std::int64_t written_[2] = {0, 0};
};

}  // namespace tessera::post

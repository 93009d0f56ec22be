// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/media_probes.h"

namespace tessera::test {

// A media file as a stranger reads it: by ffprobe and ffmpeg, as child processes.
struct DecodedFile {
  struct Picture {
    double time = 0;  // seconds
    Yuv colour;       // its mean
  };
  struct Packet {
    int stream = 0;
    double time = 0;       // seconds
    std::int64_t end = 0;  // where its data ends in the file, bytes
    bool keyframe = false;
  };
  std::string complaints;  // what the programs said; a good file leaves it empty
  std::vector<Packet> packets;
  std::vector<Picture> pictures;
  std::vector<std::int16_t> sound;  // 48 kHz, channels mixed
  double soundBegin = 0;            // seconds
  double soundSeam = 0;  // seconds: the largest step between a frame's end and the next one's begin
  int width = 0, height = 0;
  std::string codecs;  // "h264,aac"

  double soundEnd() const { return soundBegin + static_cast<double>(sound.size()) / 48000; }
  std::span<const std::int16_t> soundAt(double begin, double end) const;
  Yuv colourAt(double time) const;  // of the picture that is shown then
  // When dark becomes bright and silence loud: a flash and a beep that belong together have the same time.
  std::vector<double> flashes() const;
  std::vector<double> beeps() const;
  double longestHole() const;   // between two pictures
  double shortestStep() const;  // from one to the next
};

DecodedFile decodeFile(const std::string& path);
std::vector<DecodedFile::Packet> packetsOf(const std::string& path, std::string& complaints);
bool canDecodeFiles();  // ffmpeg is there

}  // namespace tessera::test

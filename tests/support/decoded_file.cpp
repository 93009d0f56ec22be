// SPDX-License-Identifier: Apache-2.0
#include "support/decoded_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "support/temporary_directory.h"

namespace tessera::test {
namespace {

// What a command prints, by a shell: paths are of the tests' own.
std::string outputOf(const std::string& command, std::string& complaints) {
  const TemporaryDirectory scratch;
  const std::string errors = scratch / "errors";
  std::FILE* pipe = popen((command + " 2>" + errors + " </dev/null").c_str(), "r");
  if (!pipe) std::abort();
  std::string out;
  std::array<char, 65536> piece;
  for (std::size_t n; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) out.append(piece.data(), n);
  if (pclose(pipe) != 0) complaints += command + " failed\n";
  complaints += contentOf(errors);
  return out;
}

// Lines of values with commas between them; what is not known is "N/A".
std::vector<std::vector<std::string>> tableOf(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

std::string probe(const std::string& what, const std::string& path, std::string& complaints) {
  return outputOf(fmt::format("ffprobe -v warning -of csv=p=0 {} {}", what, path), complaints);
}

void readStreams(const std::string& path, DecodedFile& file) {
  for (const auto& row :
       tableOf(probe("-show_entries stream=codec_name,width,height", path, file.complaints))) {
    file.codecs += (file.codecs.empty() ? "" : ",") + row.at(0);
    if (row.size() < 3) continue;
    file.width = std::atoi(row[1].c_str());
    file.height = std::atoi(row[2].c_str());
  }
}

// Each picture made a few pixels.
void readPictures(const std::string& path, DecodedFile& file) {
  constexpr std::size_t kPixels = 16;
  const auto times = tableOf(
      probe("-select_streams v -show_entries frame=best_effort_timestamp_time", path, file.complaints));
  const std::string pixels =
      outputOf(fmt::format("ffmpeg -v warning -i {} -map 0:v -fps_mode passthrough -vf "
                           "scale=4:4:flags=area,setsar=1,format=yuv444p -f rawvideo -",
                           path),
               file.complaints);
  if (pixels.size() != times.size() * kPixels * 3)
    file.complaints += fmt::format("{} times and {} bytes of pictures\n", times.size(), pixels.size());
  for (std::size_t i = 0; i < times.size() && (i + 1) * kPixels * 3 <= pixels.size(); ++i) {
    const auto mean = [&](std::size_t plane) {
      int sum = 0;
      for (std::size_t n = 0; n < kPixels; ++n)
        sum += static_cast<std::uint8_t>(pixels[(i * 3 + plane) * kPixels + n]);
      return sum / static_cast<int>(kPixels);
    };
    file.pictures.push_back({std::atof(times[i].at(0).c_str()), {mean(0), mean(1), mean(2)}});
  }
}

void readSound(const std::string& path, DecodedFile& file) {
  std::optional<double> next;
  for (const auto& row :
       tableOf(probe("-select_streams a -show_entries frame=pts_time,nb_samples", path, file.complaints))) {
    const double time = std::atof(row.at(0).c_str());
    if (!next) file.soundBegin = time;
    if (next) file.soundSeam = std::max(file.soundSeam, std::abs(time - *next));
    next = time + std::atof(row.at(1).c_str()) / 48000;
  }
  const std::string samples = outputOf(
      fmt::format("ffmpeg -v warning -i {} -map 0:a -ac 1 -ar 48000 -f s16le -", path), file.complaints);
  file.sound.resize(samples.size() / 2);
  std::memcpy(file.sound.data(), samples.data(), file.sound.size() * 2);
}

}  // namespace

bool canDecodeFiles() {
  std::string complaints;
  outputOf("ffprobe -version && ffmpeg -version", complaints);
  return complaints.empty();
}

std::vector<DecodedFile::Packet> packetsOf(const std::string& path, std::string& complaints) {
  std::vector<DecodedFile::Packet> packets;
  for (const auto& row :
       tableOf(probe("-show_entries packet=stream_index,pts_time,size,pos,flags", path, complaints))) {
    if (row.size() < 5) continue;
    packets.push_back({std::atoi(row[0].c_str()), std::atof(row[1].c_str()),
                       std::atoll(row[2].c_str()) + std::atoll(row[3].c_str()), row[4].starts_with("K")});
  }
  return packets;
}

DecodedFile decodeFile(const std::string& path) {
  DecodedFile file;
  readStreams(path, file);
  file.packets = packetsOf(path, file.complaints);
  if (file.width > 0) readPictures(path, file);
  readSound(path, file);
  return file;
}

std::span<const std::int16_t> DecodedFile::soundAt(double begin, double end) const {
  const auto index = [this](double time) {
    return static_cast<std::size_t>(
        std::clamp((time - soundBegin) * 48000, 0.0, static_cast<double>(sound.size())));
  };
  const std::size_t from = index(begin);
  return std::span(sound).subspan(from, index(end) - from);
}

Yuv DecodedFile::colourAt(double time) const {
  Yuv colour;
  for (const Picture& picture : pictures)
    if (picture.time <= time + 0.0005) colour = picture.colour;
  return colour;
}

std::vector<double> DecodedFile::flashes() const {
  constexpr int kBright = 128;
  std::vector<double> times;
  bool bright = true;  // one that is there from the beginning has no known begin
  for (const Picture& picture : pictures) {
    const bool now = picture.colour.y > kBright;
    if (now && !bright) times.push_back(picture.time);
    bright = now;
  }
  return times;
}

std::vector<double> DecodedFile::beeps() const {
  constexpr int kLoud = 2000;          // of 32767
  constexpr std::size_t kQuiet = 960;  // samples that make silence
  std::vector<double> times;
  std::size_t quiet = 0;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const bool loud = std::abs(static_cast<int>(sound[i])) > kLoud;
    if (loud && quiet >= kQuiet) times.push_back(soundBegin + static_cast<double>(i) / 48000);
    quiet = loud ? 0 : quiet + 1;
  }
  return times;
}

double DecodedFile::longestHole() const {
  double longest = 0;
  for (std::size_t i = 1; i < pictures.size(); ++i)
    longest = std::max(longest, pictures[i].time - pictures[i - 1].time);
  return longest;
}

double DecodedFile::shortestStep() const {
  double shortest = 1e9;
  for (std::size_t i = 1; i < pictures.size(); ++i)
    shortest = std::min(shortest, pictures[i].time - pictures[i - 1].time);
  return shortest;
}

}  // namespace tessera::test

// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "pipelines/sources/media_source.h"
#include "support/media_probes.h"
#include "support/onsets.h"
#include "support/run_until.h"
#include "support/temporary_directory.h"

namespace tessera::test {

// A film made by ffmpeg: `arguments` are all but the name of the file.
inline void makeFilm(const std::string& path, const std::string& arguments) {
  const std::string command = "ffmpeg -v error -nostdin -y " + arguments + " '" + path + "'";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

// Black with a white flash, and silence with a beep, of a tenth of a second at each full second.
inline std::string flashesAndBeeps(int seconds, const std::string& size = "320x180") {
  return "-f lavfi -i \"color=c=black:s=" + size + ":r=25:d=" + std::to_string(seconds) +
         ",drawbox=c=white:t=fill:enable='lt(mod(t\\,1)\\,0.1)'\" -f lavfi -i "
         "\"aevalsrc='if(lt(mod(t\\,1)\\,0.1)\\,0.6*sin(2*PI*1000*t)\\,0)':s=44100:d=" +
         std::to_string(seconds) + "\" ";
}

inline std::string colour(const std::string& name, int seconds, const std::string& size = "320x180") {
  return "-f lavfi -i color=c=" + name + ":s=" + size + ":r=25:d=" + std::to_string(seconds) + " ";
}

inline std::string tone(int hertz, int seconds) {
  return "-f lavfi -i \"aevalsrc='0.5*sin(2*PI*" + std::to_string(hertz) +
         "*t)':s=44100:d=" + std::to_string(seconds) + "\" ";
}

inline constexpr const char* kH264Aac = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -c:a aac ";

class TimedAudioSlot : public mix::AudioSlot {
 public:
  void push(std::span<const std::int16_t> samples, mix::Nanos captured, mix::Nanos arrived) override {
    longest = std::max(longest.load(), samples.size());
    late = std::max(late.load(), arrived - captured);
    probe.hear(samples, captured);
  }
  void setMuted(bool) override {}
  AudioProbe probe;
  std::atomic<std::size_t> longest{0};
  std::atomic<mix::Nanos> late{mix::Nanos::min()};
};

// A source that plays into slots that watch.
struct SourceUnderTest {
  SourceUnderTest() {
    video->probe.onFrame = [seen = flashes](const mix::VideoFrame& frame) {
      seen->look(middleOf(frame).y > 120, frame.captured);
    };
    audio->probe.onSamples = [heard = beeps](std::span<const std::int16_t> samples, mix::Nanos time) {
      heard->listen(samples, time);
    };
  }

  // Nothing of it may hang, however it was let go of.
  ~SourceUnderTest() {
    source.reset();
    EXPECT_TRUE(runUntil([&] { return reaper.pending() == 0; }));
    EXPECT_EQ(reaper.hung(), 0);
  }

  void play(const std::string& url, bool loop = false) {
    MediaSource::Handlers handlers;
    handlers.onStatus = [this](const SourceStatus& status) { statuses.push_back(status); };
    handlers.onVideoSize = [this](int w, int h) {
      width = w;
      height = h;
    };
    auto started = MediaSource::start({{"film"}, "A film", url, loop}, 1, video, audio, reaper, handlers);
    if (started) {
      source = std::move(*started);
    } else {
      refused = started.error();
    }
  }
  void playFile(const std::string& path, bool loop = false) { play("file://" + path, loop); }

  bool was(SourcePhase phase) const {
    return std::ranges::find(statuses, phase, &SourceStatus::phase) != statuses.end();
  }
  bool is(SourcePhase phase) const { return !statuses.empty() && statuses.back().phase == phase; }
  // The sound of each flash, in milliseconds after it.
  std::vector<long> apart() const {
    std::vector<long> all;
    for (const mix::Nanos one : soundLater(*flashes, *beeps))
      all.push_back(one / std::chrono::milliseconds(1));
    return all;
  }

  std::shared_ptr<FakeVideoSlot> video = std::make_shared<FakeVideoSlot>();
  std::shared_ptr<TimedAudioSlot> audio = std::make_shared<TimedAudioSlot>();
  std::shared_ptr<Onsets> flashes = std::make_shared<Onsets>();
  std::shared_ptr<Onsets> beeps = std::make_shared<Onsets>();
  std::vector<SourceStatus> statuses;
  int width = 0, height = 0;
  Error refused;
  Reaper reaper;
  std::unique_ptr<MediaSource> source;
};

}  // namespace tessera::test

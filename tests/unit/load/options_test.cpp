// SPDX-License-Identifier: Apache-2.0
#include "load/options.h"

#include <gmock/gmock.h>

namespace tessera::load {
namespace {

using testing::HasSubstr;

Result<Options> parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "tessera-load");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  return parseOptions(static_cast<int>(arguments.size()), argv.data());
}

TEST(OptionsTest, DefaultsAreALocalServerOnLoopback) {
  const auto options = parse({});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->url, "ws://127.0.0.1:8080");
  EXPECT_EQ(options->port, 8080);
  EXPECT_EQ(options->gatherAddress, "127.0.0.1");
  EXPECT_EQ(options->participants, 4);
}

TEST(OptionsTest, ReadsEverything) {
  const auto options = parse({"--url",
                              "wss://meet.example.org/base/",
                              "--room",
                              "Stand-Up",
                              "-n",
                              "16",
                              "-m",
                              "3",
                              "-s",
                              "5",
                              "--codec",
                              "H264",
                              "--size",
                              "1280x720",
                              "--fps",
                              "15",
                              "--kbps",
                              "900",
                              "--ramp",
                              "0",
                              "--talkers",
                              "1",
                              "--audio-only",
                              "--drift-ppm",
                              "-300.5",
                              "--layout",
                              "side-by-side",
                              "--gather",
                              "::1",
                              "--ignore-ingest",
                              "--receive",
                              "720,360,0",
                              "--turn",
                              "turn:127.0.0.1:3478?transport=udp",
                              "--relay",
                              "--join-within",
                              "1000",
                              "--rounds",
                              "7",
                              "--stay",
                              "0",
                              "--json",
                              "--insecure"});
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->url, "wss://meet.example.org/base");
  EXPECT_EQ(options->port, 443);
  EXPECT_EQ(options->room.value, "stand-up");
  EXPECT_EQ(options->video.codec, VideoCodec::h264);
  EXPECT_EQ(options->video.width, 1280);
  EXPECT_EQ(options->video.fps, 15);
  EXPECT_EQ(options->gatherAddress, "::1");
  EXPECT_EQ(options->rounds, 7);
  EXPECT_EQ(options->talkers, 1);
  EXPECT_EQ(options->driftPpm, -300.5);
  EXPECT_EQ(options->layout, LayoutKind::sideBySide);
  EXPECT_TRUE(options->audioOnly);
  EXPECT_TRUE(options->ignoreIngest);
  EXPECT_THAT(options->receiveHeights, testing::ElementsAre(720, 360, 0));
  EXPECT_EQ(options->turn, "turn:127.0.0.1:3478?transport=udp");
  EXPECT_TRUE(options->relayOnly);
  EXPECT_EQ(options->joinWithin, std::chrono::milliseconds(1000));
  EXPECT_TRUE(options->json && options->insecure);
}

TEST(OptionsTest, EveryWrongValueIsNamed) {
  const struct {
    std::vector<std::string> arguments;
    const char* complaint;
  } cases[] = {{{"--participants", "-1"}, "--participants -1"},
               {{"--participants", "many"}, "many"},
               {{"--participants", "0"}, "nobody would join"},
               {{"--seconds", "0"}, "--seconds 0"},
               {{"--codec", "VP9"}, "--codec VP9"},
               {{"--size", "641x360"}, "--size 641x360"},
               {{"--size", "640x360x"}, "--size 640x360x"},
               {{"--size", "640"}, "--size 640"},
               {{"--url", "http://127.0.0.1"}, "expected ws://"},
               {{"--url", "nonsense"}, "--url nonsense"},
               {{"--room", "a room"}, "--room a room"},
               {{"--gather", "eth0"}, "--gather eth0"},
               {{"--drift-ppm", "1001"}, "--drift-ppm 1001"},
               {{"--drift-ppm", "nan"}, "--drift-ppm nan"},
               {{"--receive", ""}, "--receive"},
               {{"--receive", "720,"}, "--receive 720,"},
               {{"--receive", "720;360"}, "--receive 720;360"},
               {{"--receive", "-1"}, "--receive -1"},
               {{"--receive", "20000"}, "--receive 20000"},
               {{"--turn", "127.0.0.1:3478"}, "--turn 127.0.0.1:3478"},
               {{"--offers", "65"}, "--offers 65"},
               {{"--streams", "0"}, "--streams 0"},
               {{"--join-within", "600001"}, "--join-within 600001"},
               {{"--layout", "custom"}, "--layout custom"},
               {{"--layout", "mosaic"}, "--layout mosaic"},
               {{"extra"}, "extra"},
               {{"--unknown"}, "--unknown"}};
  for (const auto& test : cases) {
    const auto options = parse(test.arguments);
    ASSERT_FALSE(options) << test.complaint;
    EXPECT_EQ(options.error().code, ErrorCode::config);
    EXPECT_THAT(options.error().text, HasSubstr(test.complaint));
  }
}

}  // namespace
}  // namespace tessera::load

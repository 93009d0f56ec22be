// SPDX-License-Identifier: Apache-2.0
// What configures recordings, live outputs and sources.
#include <gtest/gtest.h>

#include "config/settings.h"
#include "parsing.h"

namespace tessera::config {
namespace {

TEST(LiveConfig, ReadsRecordingsOfARoomAndOfATemplate) {
  const Settings settings = accepted(R"(
[recording]
record = "always"
format = "webm"
video = "copy"
audio = "opus"
tracks = true
mark = false
[program]
height = 360
fps = 15
video_kbps = 900
audio_kbps = 96
[live]
hls = true
[recordings]
directory = "/srv/recordings"
name = "{room}.{id}"
quota_gb = 5
min_free_gb = 2
retention_days = 30
webhook = "https://example.org/hook?secret=1"
command = "/usr/bin/upload"
[[template]]
name = "private"
rooms = ["p-*"]
recording.record = "never"
recording.mark = true
live.hls = false
)");
  const Room& room = settings.room;
  EXPECT_EQ(room.recording.record, Record::always);
  EXPECT_EQ(room.recording.formats,
            (RecordingFormats{RecordingFormat::webm, RecordedVideo::copy, SoundCodec::opus, true}));
  EXPECT_FALSE(room.look.recordingMark);
  EXPECT_TRUE(room.live.hls);
  EXPECT_EQ(programOf(room), (ProgramSettings{640, 360, 15, 900, 96}));
  EXPECT_EQ(settings.recordings.name, "{room}.{id}");
  EXPECT_EQ(settings.recordings.quotaGb, 5);
  EXPECT_EQ(settings.recordings.retentionDays, 30);
  EXPECT_EQ(settings.recordings.command, "/usr/bin/upload");
  const Room inside = templateFor(settings, {"p-1"}, "").value().room;
  EXPECT_EQ(inside.recording.record, Record::never);
  EXPECT_TRUE(inside.look.recordingMark);
  EXPECT_FALSE(inside.live.hls);
  EXPECT_EQ(inside.recording.formats.format, RecordingFormat::webm) << "what it does not say stays";
}

TEST(LiveConfig, TheProgramIsAsTheCanvasUnlessItIsSaid) {
  Room room;
  EXPECT_EQ(programOf(room), (ProgramSettings{1280, 720, 30, 2500, 128}));
  room.canvas = {720, 1280, 25};
  room.program.height = 640;
  EXPECT_EQ(programOf(room), (ProgramSettings{360, 640, 25, 2500, 128}));
  room.canvas = {1000, 562, 25};
  room.program.height = 360;
  EXPECT_EQ(programOf(room).width % 2, 0);
}

TEST(LiveConfig, RefusesWhatMakesNoSense) {
  for (const auto* line :
       {"recording.record = \"sometimes\"", "recording.format = \"avi\"", "program.height = 2",
        "program.height = 361", "program.fps = 61", "recordings.name = \"{date}\"", "recordings.name = \"\"",
        "recordings.name = \"../{id}\"", "recordings.name = \".{id}\"", "recordings.name = \"{user}{id}\"",
        "recordings.webhook = \"ftp://x/\"", "recordings.quota_gb = -1", "outputs.allow = [\"*\"]",
        "outputs.allow = [\"rtmp://host\"]", "outputs.allow = [\"*://host/*\"]",
        "sources.allow = [\"rtsp://\"]", "live.rtmp = [\"rtmp://host/onlykey\"]",
        "live.rtmp = [\"https://host/a/b\"]"})
    EXPECT_NE(refused(line), "") << line;
}

TEST(LiveConfig, NeverShowsASecret) {
  const std::string toml = R"(
[live]
rtmp = ["rtmps://live.example.org/app/streamkey"]
[recordings]
webhook = "https://example.org/hook?secret=webhooksecret"
[[source]]
rooms = ["lobby"]
name = "Door"
url = "rtsp://viewer:camerasecret@192.0.2.7/stream1"
[[template]]
name = "other"
live.rtmp = ["rtmp://other.example.org/app/otherkey", "rtmp://other.example.org/app/twokey"]
)";
  const std::string shown = describe(accepted(toml));
  for (const char* secret : {"streamkey", "webhooksecret", "camerasecret", "otherkey", "twokey"})
    EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
  EXPECT_NE(shown.find("live.rtmp = (2 set)"), std::string::npos) << shown;
  EXPECT_NE(shown.find("url = \"rtsp://192.0.2.7/…\""), std::string::npos) << shown;
  for (const char* line :
       {"live.rtmp = [\"rtmp://secret\"]", "live.rtmp = \"secret\"", "recordings.webhook = \"secret://x\"",
        "[[template]]\nname = \"t\"\nlive.rtmp = \"secret\"",
        "[[source]]\nrooms = [\"a\"]\nname = \"b\"\nurl = \"secret://x\""}) {
    const std::string error = refused(line);
    EXPECT_EQ(error.find("secret"), std::string::npos) << error;
    EXPECT_NE(error.find("something else"), std::string::npos) << error;
  }
}

TEST(LiveConfig, SourcesAreOfTheRoomsThatFit) {
  const Settings settings = accepted(R"(
[sources]
files_directory = "/srv/films"
[[source]]
rooms = ["lobby", "hall-*"]
name = "Door"
url = "rtsp://192.0.2.7/1"
[[source]]
rooms = ["lobby"]
name = "Film"
url = "file:film.mp4"
loop = true
)");
  ASSERT_EQ(sourcesOf(settings, {"lobby"}).size(), 2u);
  EXPECT_TRUE(sourcesOf(settings, {"lobby"})[1].loop);
  EXPECT_EQ(sourcesOf(settings, {"hall-2"}).size(), 1u);
  EXPECT_TRUE(sourcesOf(settings, {"other"}).empty());
}

TEST(LiveConfig, ASourceIsChecked) {
  EXPECT_NE(refused("[[source]]\nname = \"a\"\nurl = \"rtsp://h/1\"").find("source.rooms: is missing"),
            std::string::npos);
  EXPECT_NE(refused("[[source]]\nrooms = [\"a\"]\nname = \"a\"\nurl = \"file:x.mp4\"")
                .find("sources.files_directory"),
            std::string::npos);
  EXPECT_NE(refused("[[source]]\nrooms = [\"A B\"]\nname = \"a\"\nurl = \"rtsp://h/1\"").find("source.rooms"),
            std::string::npos);
  EXPECT_NE(refused("[source]\nname = \"a\"").find("[[source]]"), std::string::npos);
  EXPECT_NE(refused("[[source]]\nrooms = [\"a\"]\nname = \"a\"\nurl = \"rtsp://h/1\"\nlop = true")
                .find("did you mean source.loop?"),
            std::string::npos);
}

}  // namespace
}  // namespace tessera::config

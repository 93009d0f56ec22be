// SPDX-License-Identifier: Apache-2.0
// The bodies of the HTTP API about recordings, live outputs and sources.
#include "wire/recording_messages.h"

#include <gtest/gtest.h>

#include "wire/limits.h"
#include "wire/live_messages.h"

namespace tessera::wire {
namespace {

TEST(RecordingMessages, StartWithNothingSaidOrEverything) {
  EXPECT_FALSE(decodeStartRecording("").value().format.has_value());
  EXPECT_FALSE(decodeStartRecording("{}").value().tracks.has_value());
  const auto request =
      decodeStartRecording(R"({"format":"webm","video":"copy","audio":"opus","tracks":true})").value();
  EXPECT_EQ(request.format, RecordingFormat::webm);
  EXPECT_EQ(request.video, RecordedVideo::copy);
  EXPECT_EQ(request.sound, SoundCodec::opus);
  EXPECT_EQ(request.tracks, true);
}

TEST(RecordingMessages, RefuseWhatDoesNotFit) {
  const auto text = [](std::string_view body) { return decodeStartRecording(body).error().text; };
  EXPECT_EQ(text(R"({"format":"webm","audio":"aac"})"), "audio: expected opus with webm");
  EXPECT_EQ(text(R"({"format":"ogg","audio":"aac"})"), "audio: expected opus with ogg");
  EXPECT_EQ(text(R"({"format":"m4a","audio":"opus"})"), "audio: expected aac with m4a");
  EXPECT_EQ(text(R"({"format":"ogg","video":"program"})"), "video: expected none with ogg");
  EXPECT_EQ(text(R"({"format":"avi"})"), "format: expected one of mp4, webm, ogg, m4a");
  EXPECT_EQ(text(R"({"tracks":1})"), "tracks: expected a boolean, got an integer");
  EXPECT_EQ(decodeStartRecording(" ").error().code, ErrorCode::badRequest);
  EXPECT_EQ(decodeStartRecording(std::string(kMaxHttpBodyBytes + 1, ' ')).error().code, ErrorCode::tooLarge);
}

TEST(LiveMessages, AnOutputOfRtmpHasAUrl) {
  EXPECT_EQ(decodeAddOutput(R"({"kind":"rtmp","url":"rtmp://h/a/b"})").value().url, "rtmp://h/a/b");
  EXPECT_EQ(decodeAddOutput(R"({"kind":"hls"})").value().kind, OutputKind::hls);
  for (const char* body : {R"({"kind":"rtmp"})", R"({"kind":"hls","url":"rtmp://h/a/b"})"})
    EXPECT_EQ(decodeAddOutput(body).error().text, "url: expected with the kind rtmp, and only with it")
        << body;
  for (const char* body : {"", "{}", R"({"kind":"srt"})", R"({"kind":"rtmp","url":""})",
                           R"({"kind":"rtmp","url":"rtmp://h/a\nb"})", R"({"kind":"rtmp","url":7})"})
    EXPECT_FALSE(decodeAddOutput(body).has_value()) << body;
  EXPECT_FALSE(decodeAddOutput(R"({"kind":"rtmp","url":")" + std::string(1025, 'a') + "\"}").has_value());
}

TEST(LiveMessages, ASourceHasANameAndAUrl) {
  const auto source = decodeAddSource(R"({"name":" Door\n camera ","url":"rtsp://h/1","loop":true})").value();
  EXPECT_EQ(source.name, "Door camera") << "cleaned like anybody's";
  EXPECT_TRUE(source.loop);
  for (const char* body :
       {"{}", R"({"name":"a"})", R"({"url":"rtsp://h/1"})", R"({"name":"","url":"rtsp://h/1"})",
        R"({"name":"a","url":"rtsp://h/1","loop":"yes"})"})
    EXPECT_FALSE(decodeAddSource(body).has_value()) << body;
}

}  // namespace
}  // namespace tessera::wire

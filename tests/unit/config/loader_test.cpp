// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "parsing.h"

namespace tessera::config {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Config, SetsEveryKey) {
  const Settings s = accepted(R"(
[listen]
addresses = ["0.0.0.0:80", "[::]:80"]
tls_certificate_file = "c.pem"
tls_key_file = "k.pem"
allowed_origins = ["https://example.org"]
trust_forwarded_for = true
[media]
gather = ["192.0.2.1", "eth0"]
announced = ["203.0.113.1"]
min_udp_port = 40000
max_udp_port = 40999
stun_server = "stun:example.org:3478"
turn_servers = ["turn:example.org:3478?transport=udp"]
turn_secret = "s"
turn_ttl_seconds = 600
[room]
width = 640
height = 360
fps = 15
video_kbps = 800
audio_kbps = 32
codecs = ["H264"]
max_talkers = 3
empty_timeout_seconds = 0
resume_timeout_seconds = 5
[limits]
rooms = 2
participants_per_room = 4
connections_per_address = 8
messages_per_second = 16
[api]
token = "0123456789abcdef"
[log]
level = "debug"
format = "json"
[server]
state_dir = "/s"
room_program = "/r"
warm_spare = false
)");
  EXPECT_THAT(s.listen.addresses, ElementsAre("0.0.0.0:80", "[::]:80"));
  EXPECT_EQ(s.listen.tlsCertificateFile, "c.pem");
  EXPECT_EQ(s.listen.tlsKeyFile, "k.pem");
  EXPECT_THAT(s.listen.allowedOrigins, ElementsAre("https://example.org"));
  EXPECT_TRUE(s.listen.trustForwardedFor);
  EXPECT_THAT(s.media.gather, ElementsAre("192.0.2.1", "eth0"));
  EXPECT_THAT(s.media.announced, ElementsAre("203.0.113.1"));
  EXPECT_EQ(s.media.minUdpPort, 40000);
  EXPECT_EQ(s.media.maxUdpPort, 40999);
  EXPECT_EQ(s.media.stunServer, "stun:example.org:3478");
  EXPECT_THAT(s.media.turnServers, ElementsAre("turn:example.org:3478?transport=udp"));
  EXPECT_EQ(s.media.turnSecret, "s");
  EXPECT_EQ(s.media.turnTtl, seconds(600));
  EXPECT_EQ(s.room.canvas, (CanvasSettings{640, 360, 15}));
  EXPECT_EQ(s.room.videoKbps, 800);
  EXPECT_EQ(s.room.audioKbps, 32);
  EXPECT_THAT(s.room.codecs, ElementsAre(VideoCodec::h264));
  EXPECT_EQ(s.room.maxTalkers, 3);
  EXPECT_EQ(s.room.emptyTimeout, seconds(0));
  EXPECT_EQ(s.room.resumeTimeout, seconds(5));
  EXPECT_EQ(s.limits.rooms, 2);
  EXPECT_EQ(s.limits.participantsPerRoom, 4);
  EXPECT_EQ(s.limits.connectionsPerAddress, 8);
  EXPECT_EQ(s.limits.messagesPerSecond, 16);
  EXPECT_EQ(s.api.token, "0123456789abcdef");
  EXPECT_EQ(s.log.level, log::Level::debug);
  EXPECT_EQ(s.log.format, log::Format::json);
  EXPECT_EQ(s.server.stateDir, "/s");
  EXPECT_EQ(s.server.roomProgram, "/r");
  EXPECT_FALSE(s.server.warmSpare);
  EXPECT_TRUE(accepted("[listen]\ntls_self_signed = true").listen.tlsSelfSigned);
}

TEST(Config, NamesTheNearestKey) {
  EXPECT_EQ(refused("[room]\nwitdh = 640"), "t.toml:2:1: unknown key room.witdh; did you mean room.width?");
  EXPECT_EQ(refused("[rooms]\nvideo_kbps = 1"),
            "t.toml:2:1: unknown key rooms.video_kbps; did you mean room.video_kbps?");
  EXPECT_EQ(refused("fps = 640"), "t.toml:1:1: unknown key fps; did you mean room.fps?");
  EXPECT_EQ(refused("[room]\nmusic = true"), "t.toml:2:1: unknown key room.music");
  EXPECT_EQ(refused("[room.canvas]\nwidth = 1"), "t.toml:1:7: unknown key room.canvas");
}

TEST(Config, SaysWhatWasExpected) {
  EXPECT_EQ(refused("[room]\n  fps = \"30\""),
            "t.toml:2:3: room.fps: expected an integer from 1 to 60, got \"30\"");
  EXPECT_EQ(refused("[room]\nfps = 61"), "t.toml:2:1: room.fps: expected an integer from 1 to 60, got 61");
  EXPECT_EQ(refused("[room]\nfps = 29.97"),
            "t.toml:2:1: room.fps: expected an integer from 1 to 60, got a number with a fraction");
  EXPECT_EQ(refused("[room]\nwidth = 641"),
            "t.toml:2:1: room.width: expected an even integer from 160 to 3840, got 641");
  EXPECT_EQ(refused("[server]\nwarm_spare = 1"),
            "t.toml:2:1: server.warm_spare: expected true or false, got 1");
  EXPECT_EQ(refused("[log]\nlevel = \"loud\""),
            "t.toml:2:1: log.level: expected one of \"debug\", \"info\", \"warn\", \"error\", got \"loud\"");
  EXPECT_EQ(
      refused("[listen]\naddresses = \"127.0.0.1:80\""),
      "t.toml:2:1: listen.addresses: expected an array of \"host:port\" or \"[v6]:port\" with IP addresses, "
      "got \"127.0.0.1:80\"");
  EXPECT_THAT(refused("[media]\nannounced = [1]"), HasSubstr("got an array with an integer"));
  EXPECT_THAT(refused("[media]\nannounced = [\"example.org\"]"), HasSubstr("got [\"example.org\"]"));
}

TEST(Config, RefusesCodecsThatAreNoneOrTwice) {
  for (const auto* codecs : {"[]", R"(["VP8", "VP8"])", R"(["AV1"])", R"("VP8")"})
    EXPECT_THAT(
        refused(fmt::format("[room]\ncodecs = {}", codecs)),
        HasSubstr("room.codecs: expected an array of one or more different ones of \"VP8\", \"H264\""))
        << codecs;
}

TEST(Config, ReportsAllErrorsTogetherInOrder) {
  EXPECT_EQ(
      refused("[room]\nfps = 0\n[api]\ntokn = \"x\"\n[room2]\n[log]\nformat = 1",
              {{"TESSERA_LOG_LEVEL", "x"}}),
      "t.toml:4:1: unknown key api.tokn; did you mean api.token?\n"
      "t.toml:2:1: room.fps: expected an integer from 1 to 60, got 0\n"
      "t.toml:7:1: log.format: expected one of \"text\", \"json\", \"journald\", got 1\n"
      "TESSERA_LOG_LEVEL: log.level: expected one of \"debug\", \"info\", \"warn\", \"error\", got \"x\"");
}

TEST(Config, PlacesErrorsOfSyntax) {
  EXPECT_THAT(refused("[room]\nfps = \n"), testing::StartsWith("t.toml:2:"));
  EXPECT_THAT(refused("[room]\nfps = 1\nfps = 2\n"), testing::StartsWith("t.toml:3:"));
}

// toml++ 3.3 has an assertion that this breaks.
TEST(Config, SurvivesAMistypedHeader) {
  EXPECT_THAT(refused("[}room]\nfps = 1\n"), testing::StartsWith("t.toml:1:2: "));
}

TEST(Config, ChecksWhatBelongsTogether) {
  EXPECT_EQ(
      refused("[listen]\ntls_key_file = \"k\""),
      "t.toml:2:1: listen.tls_key_file: expected listen.tls_certificate_file and listen.tls_key_file, both "
      "or neither");
  EXPECT_THAT(refused("[listen]\ntls_self_signed = true\ntls_key_file = \"k\"\ntls_certificate_file = \"c\""),
              HasSubstr("t.toml:2:1: listen.tls_self_signed: expected false"));
  EXPECT_THAT(refused("[listen]\naddresses = []"), HasSubstr("listen.addresses: expected at least one"));
  EXPECT_THAT(refused("[media]\nturn_servers = [\"turn:a:1\"]"), HasSubstr("expected media.turn_secret"));
}

TEST(Config, ChecksThePortRange) {
  EXPECT_EQ(accepted("[media]\nmin_udp_port = 1024\nmax_udp_port = 1027").media.maxUdpPort, 1027);
  EXPECT_THAT(
      refused("[media]\nmin_udp_port = 1024\nmax_udp_port = 1026"),
      HasSubstr("t.toml:3:1: media.max_udp_port: expected a range of at least 4 ports, got 1024 to 1026"));
  EXPECT_THAT(refused("[media]\nmin_udp_port = 5000\nmax_udp_port = 4000"), HasSubstr("at least 4 ports"));
  EXPECT_THAT(refused("[media]\nmin_udp_port = 5000"), HasSubstr("at least 4 ports"));
  EXPECT_THAT(refused("[media]\nmax_udp_port = 5000"),
              HasSubstr("media.min_udp_port: expected 1024 to 65535"));
  EXPECT_THAT(refused("[media]\nmin_udp_port = 80\nmax_udp_port = 5000"), HasSubstr("media.min_udp_port"));
}

TEST(ConfigEnvironment, OverridesTheFile) {
  const Settings s = accepted("[room]\nfps = 15\nwidth = 640\n[log]\nlevel = \"warn\"",
                              {{"TESSERA_ROOM_FPS", "25"},
                               {"TESSERA_LISTEN_ADDRESSES", "0.0.0.0:80,[::]:80"},
                               {"TESSERA_LISTEN_TRUST_FORWARDED_FOR", "true"},
                               {"TESSERA_SERVER_WARM_SPARE", "0"},
                               {"TESSERA_MEDIA_GATHER", ""},
                               {"TESSERA_LOG_LEVEL", "error"}});
  EXPECT_EQ(s.room.canvas.fps, 25);
  EXPECT_EQ(s.room.canvas.width, 640);
  EXPECT_THAT(s.listen.addresses, ElementsAre("0.0.0.0:80", "[::]:80"));
  EXPECT_TRUE(s.listen.trustForwardedFor);
  EXPECT_FALSE(s.server.warmSpare);
  EXPECT_TRUE(s.media.gather.empty());
  EXPECT_EQ(s.log.level, log::Level::error);
}

TEST(ConfigEnvironment, IsCheckedLikeTheFile) {
  EXPECT_EQ(refused("", {{"TESSERA_ROOM_FPS", "fast"}}),
            "TESSERA_ROOM_FPS: room.fps: expected an integer from 1 to 60, got \"fast\"");
  EXPECT_EQ(refused("", {{"TESSERA_ROOM_FPS", "25 "}}),
            "TESSERA_ROOM_FPS: room.fps: expected an integer from 1 to 60, got \"25 \"");
  EXPECT_THAT(refused("", {{"TESSERA_SERVER_WARM_SPARE", "yes"}}), HasSubstr("expected true or false"));
  EXPECT_THAT(refused("", {{"TESSERA_MEDIA_ANNOUNCED", "192.0.2.1,,"}}), HasSubstr("media.announced"));
}

TEST(ConfigEnvironment, NamesTheNearestVariableButLeavesForeignOnesAlone) {
  EXPECT_EQ(refused("", {{"TESSERA_ROOM_FSP", "25"}}),
            "TESSERA_ROOM_FSP: unknown environment variable; did you mean TESSERA_ROOM_FPS?");
  accepted("", {{"TESSERA_SOMETHING_ELSE", "25"}});
}

TEST(ConfigEnvironment, OfTheProcessIsUsed) {
  ASSERT_EQ(setenv("TESSERA_ROOM_FPS", "12", 1), 0);
  const auto settings = defaults();
  unsetenv("TESSERA_ROOM_FPS");
  ASSERT_TRUE(settings.has_value()) << settings.error().text;
  EXPECT_EQ(settings->room.canvas.fps, 12);
}

TEST(ConfigSecret, IsReadFromAFileWithoutItsNewline) {
  for (const auto* ending : {"", "\n", "\r\n"}) {
    const Files files;
    const std::string file = files.write("file", std::string("0123456789abcdef") + ending);
    EXPECT_EQ(accepted(fmt::format("[api]\ntoken_file = \"{}\"", file)).api.token, "0123456789abcdef");
    EXPECT_EQ(accepted("", {{"TESSERA_MEDIA_TURN_SECRET_FILE", file}}).media.turnSecret, "0123456789abcdef");
  }
}

TEST(ConfigSecret, MayNotBeGivenTwice) {
  const Files files;
  const std::string file = files.write("file", "0123456789abcdef");
  EXPECT_EQ(refused(fmt::format("[api]\ntoken = \"0123456789abcdef\"\ntoken_file = \"{}\"", file)),
            "t.toml:3:1: give either api.token or token_file, not both");
  // Empty ones are as good as absent, as in the example file.
  accepted(fmt::format("[api]\ntoken = \"\"\ntoken_file = \"{}\"", file));
}

TEST(ConfigSecret, OfTheEnvironmentOverridesBothSpellingsOfTheFile) {
  const Settings s =
      accepted("[api]\ntoken_file = \"/nonexistent\"", {{"TESSERA_API_TOKEN", "fedcba9876543210"}});
  EXPECT_EQ(s.api.token, "fedcba9876543210");
}

TEST(ConfigSecret, IsNeverShown) {
  const std::string secret = "not long enough";
  EXPECT_THAT(refused("[api]\ntoken = \"" + secret + "\""), Not(HasSubstr(secret)));
  const Files files;
  const std::string file = files.write("file", secret);
  EXPECT_THAT(refused(fmt::format("[api]\ntoken_file = \"{}\"", file)), Not(HasSubstr(secret)));
  const std::string shown = describe(accepted("[api]\ntoken = \"0123456789abcdef\""));
  EXPECT_THAT(shown, HasSubstr("token = (set)"));
  EXPECT_THAT(shown, Not(HasSubstr("0123456789abcdef")));
}

TEST(ConfigSecret, FileThatCannotBeReadIsAnError) {
  EXPECT_THAT(refused("[api]\ntoken_file = \"/nonexistent/token\""),
              testing::AllOf(HasSubstr("t.toml:2:1: api.token_file: "), HasSubstr("/nonexistent/token")));
  const Files files;
  const std::string empty = files.write("file", "\n");
  EXPECT_THAT(refused(fmt::format("[media]\nturn_secret_file = \"{}\"", empty)),
              HasSubstr("media.turn_secret_file: expected"));
}

TEST(ConfigLoad, ReadsAFile) {
  const Files files;
  const std::string file = files.write("file", "[room]\nfps = 7\n");
  const auto settings = load(file);
  ASSERT_TRUE(settings.has_value()) << settings.error().text;
  EXPECT_EQ(settings->room.canvas.fps, 7);
}

TEST(ConfigLoad, NamesAFileThatIsNotThere) {
  const auto settings = load("/nonexistent/tessera.toml");
  ASSERT_FALSE(settings.has_value());
  EXPECT_THAT(settings.error().text, HasSubstr("/nonexistent/tessera.toml"));
}

}  // namespace
}  // namespace tessera::config

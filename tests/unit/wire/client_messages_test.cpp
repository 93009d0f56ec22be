// SPDX-License-Identifier: Apache-2.0
#include "wire/client_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/limits.h"

namespace tessera::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class M>
M fromClient(std::string_view text) {
  auto message = decodeFromClient(text);
  if (!message) {
    ADD_FAILURE() << message.error().text;
    return {};
  }
  if (!std::holds_alternative<M>(*message)) {
    ADD_FAILURE() << "decoded as " << typeName(*message);
    return {};
  }
  return std::get<M>(*message);
}

Error refused(std::string_view text) {
  const auto message = decodeFromClient(text);
  if (message) {
    ADD_FAILURE() << "accepted: " << text;
    return {};
  }
  return message.error();
}

TEST(Join, IsReadWithEveryField) {
  const auto join = fromClient<Join>(
      R"({"type":"join","name":"Ada","send":{"audio":false,"video":true},"viewer":true,"muted":true,)"
      R"("cameraOff":true,"codecs":["H264","VP8"],"hardware":["AV1","H264"],)"
      R"("screen":{"width":1280,"height":720},"receive":{"height":0},"resume":"t.k",)"
      R"("keep":[{"pc":"main","gen":3},{"pc":"screen","gen":1}]})");
  EXPECT_EQ(join.name, "Ada");
  EXPECT_FALSE(join.sendAudio);
  EXPECT_TRUE(join.sendVideo);
  EXPECT_TRUE(join.viewer);
  EXPECT_TRUE(join.muted);
  EXPECT_TRUE(join.cameraOff);
  EXPECT_THAT(join.codecs, ElementsAre(VideoCodec::h264, VideoCodec::vp8));
  EXPECT_THAT(join.hardware, ElementsAre(VideoCodec::h264));
  EXPECT_EQ(join.receive.height, 0);
  EXPECT_EQ(join.screenWidth, 1280);
  EXPECT_EQ(join.screenHeight, 720);
  EXPECT_EQ(join.resume, "t.k");
  ASSERT_EQ(join.keep.size(), 2u);
  EXPECT_EQ(join.keep[1].pc, "screen");
  EXPECT_EQ(join.keep[1].gen, 1u);
}

TEST(Join, NeedsOnlyNameAndCodecs) {
  const auto join = fromClient<Join>(R"({"type":"join","name":"Ada","codecs":["VP8"]})");
  EXPECT_TRUE(join.sendAudio);
  EXPECT_TRUE(join.sendVideo);
  EXPECT_FALSE(join.viewer);
  EXPECT_TRUE(join.hardware.empty());
  EXPECT_FALSE(join.receive.height.has_value());
  EXPECT_EQ(join.resume, "");
}

TEST(Join, IgnoresUnknownAndRepeatedCodecs) {
  const auto join =
      fromClient<Join>(R"({"type":"join","name":"Ada","codecs":["AV1","VP8","VP8","vp8","H264"]})");
  EXPECT_THAT(join.codecs, ElementsAre(VideoCodec::vp8, VideoCodec::h264));
}

TEST(Join, WithoutAUsableCodecIsUnsupported) {
  for (const auto* codecs : {"[]", R"(["AV1"])", R"([""])"}) {
    const Error error = refused(fmt::format(R"({{"type":"join","name":"Ada","codecs":{}}})", codecs));
    EXPECT_EQ(error.code, ErrorCode::unsupported) << codecs;
    EXPECT_THAT(error.text, HasSubstr("join.codecs"));
  }
}

TEST(Join, CleansTheName) {
  EXPECT_EQ(fromClient<Join>(R"({"type":"join","name":"  A\u202eda\n L ","codecs":["VP8"]})").name, "Ada L");
}

struct Refusal {
  std::string text;
  ErrorCode code;
  std::string says;
};

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, NamesThePath) {
  const Error error = refused(GetParam().text);
  EXPECT_EQ(error.code, GetParam().code) << error.text;
  EXPECT_EQ(error.text, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(
    FromClient, Refused,
    testing::Values(
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"send":{"audio":"yes"}})",
                ErrorCode::badRequest, "join.send.audio: expected a boolean, got a string"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"send":{"audio":1}})", ErrorCode::badRequest,
                "join.send.audio: expected a boolean, got an integer"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"send":null})", ErrorCode::badRequest,
                "join.send: expected an object, got null"},
        Refusal{R"({"type":"join","codecs":["VP8"]})", ErrorCode::badRequest, "join.name: is missing"},
        Refusal{R"({"type":"join","name":"  ","codecs":["VP8"]})", ErrorCode::badRequest,
                "join.name: nothing that can be seen is left of it"},
        Refusal{fmt::format(R"({{"type":"join","name":"{}","codecs":["VP8"]}})", std::string(65, 'a')),
                ErrorCode::tooLarge, "join.name: 65 characters, at most 64 are allowed"},
        Refusal{R"({"type":"join","name":"A","codecs":"VP8"})", ErrorCode::badRequest,
                "join.codecs: expected an array, got a string"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8",1]})", ErrorCode::badRequest,
                "join.codecs[1]: expected a string, got an integer"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"screen":{"width":1.5,"height":1}})",
                ErrorCode::badRequest,
                "join.screen.width: expected an integer, got a number with a fraction"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"screen":{"width":99999,"height":1}})",
                ErrorCode::badRequest, "join.screen.width: 99999 is out of range, expected 0 to 16384"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"resume":"a\nb"})", ErrorCode::badRequest,
                "join.resume: only printable ASCII characters are allowed"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"hardware":true})", ErrorCode::badRequest,
                "join.hardware: expected an array, got a boolean"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"receive":{"height":-1}})",
                ErrorCode::badRequest, "join.receive.height: -1 is out of range, expected 0 to 16384"},
        Refusal{R"({"type":"join","name":"A","codecs":["VP8"],"keep":[0,0,0]})", ErrorCode::tooLarge,
                "join.keep: 3 elements, at most 2 are allowed"},
        Refusal{R"({"type":"receive","height":"low"})", ErrorCode::badRequest,
                "receive.height: expected an integer, got a string"},
        Refusal{R"({"type":"receive","height":16385})", ErrorCode::badRequest,
                "receive.height: 16385 is out of range, expected 0 to 16384"},
        Refusal{R"({"type":"ping"})", ErrorCode::badRequest, "ping.id: is missing"},
        Refusal{R"({"type":"ping","id":4294967296})", ErrorCode::badRequest,
                "ping.id: 4294967296 is out of range, expected 0 to 4294967295"},
        Refusal{R"({"type":"stats","seconds":-1})", ErrorCode::badRequest,
                "stats.seconds: out of range, expected 0 to 3600"},
        Refusal{R"({"type":"stats","decodeMs":60001})", ErrorCode::badRequest,
                "stats.decodeMs: out of range, expected 0 to 60000"},
        Refusal{R"({"type":"stats","framesDecoded":-1})", ErrorCode::badRequest,
                "stats.framesDecoded: -1 is out of range, expected 0 to 1000000"},
        Refusal{R"({"type":"stats","framesDropped":1000001})", ErrorCode::badRequest,
                "stats.framesDropped: 1000001 is out of range, expected 0 to 1000000"},
        Refusal{R"({"type":"answer","pc":"main","gen":-1,"sdp":"v=0"})", ErrorCode::badRequest,
                "answer.gen: -1 is out of range, expected 0 to 4294967295"},
        Refusal{R"({"type":"answer","pc":"","gen":1,"sdp":"v=0"})", ErrorCode::badRequest,
                "answer.pc: 0 bytes, at least 1 expected"},
        Refusal{fmt::format(R"({{"type":"answer","pc":"main","gen":1,"sdp":"{}"}})",
                            std::string(kMaxSdpBytes + 1, 'x')),
                ErrorCode::tooLarge, "answer.sdp: 49153 bytes, at most 49152 are allowed"},
        Refusal{R"({"type":"candidate","pc":"main","gen":1,"candidate":"candidate:1"})",
                ErrorCode::badRequest, "candidate.candidate: expected an object, got a string"},
        Refusal{R"({"type":"candidate","pc":"main","gen":1,"candidate":{"mline":0,"candidate":"a\r\nb"}})",
                ErrorCode::badRequest,
                "candidate.candidate.candidate: only printable ASCII characters are allowed"},
        Refusal{R"({"type":"moderate","action":"ban","target":"a"})", ErrorCode::badRequest,
                "moderate.action: expected one of kick, mute, stop-screen, end"},
        Refusal{R"({"type":"layout","layout":"mosaic","pinned":[]})", ErrorCode::badRequest,
                "layout.layout: expected one of auto, grid, speaker, spotlight, presentation, side-by-side, "
                "custom"},
        Refusal{R"({"type":"layout","layout":"grid"})", ErrorCode::badRequest, "layout.pinned: is missing"},
        Refusal{R"({"type":"layout","layout":"custom","pinned":[]})", ErrorCode::badRequest,
                "layout.custom: expected with the layout custom, and only with it"},
        Refusal{R"({"type":"layout","layout":"grid","custom":"stage","pinned":[]})", ErrorCode::badRequest,
                "layout.custom: expected with the layout custom, and only with it"},
        Refusal{R"({"type":"layout","layout":"custom","custom":"a b","pinned":[]})", ErrorCode::badRequest,
                "layout.custom: only letters a-z, digits, - and _ are allowed"},
        Refusal{R"({"type":"layout","layout":"grid","pinned":["a","b",3]})", ErrorCode::badRequest,
                "layout.pinned[2]: expected a string, got an integer"},
        Refusal{R"({"type":"layout","layout":"grid","pinned":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]})",
                ErrorCode::tooLarge, "layout.pinned: 17 elements, at most 16 are allowed"},
        Refusal{R"({"type":"screen","action":"pause"})", ErrorCode::badRequest,
                "screen.action: expected one of start, stop"},
        Refusal{R"({"type":"moderate","action":"kick"})", ErrorCode::badRequest,
                "moderate.target: is missing"},
        Refusal{R"({"type":"moderate","action":"kick","target":"a b"})", ErrorCode::badRequest,
                "moderate.target: only letters a-z, digits, - and _ are allowed"},
        Refusal{R"({"type":"chat","text":"\ud800"})", ErrorCode::badRequest,
                "not JSON: \\u with half a character at byte 29"},
        Refusal{R"({"type":"stats","fps":1e300})", ErrorCode::badRequest,
                "stats.fps: out of range, expected 0 to 1000"},
        Refusal{R"({"type":"stats","fps":1e400})", ErrorCode::badRequest,
                "stats.fps: out of range, expected 0 to 1000"},
        Refusal{R"({"type":"welcome"})", ErrorCode::unsupported, "message type welcome is unknown"},
        Refusal{R"({"type":1})", ErrorCode::badRequest, "type: expected a string, got an integer"},
        Refusal{R"({})", ErrorCode::badRequest, "type: is missing"}));

TEST(ClientMedia, LeavesAbsentMembersUnset) {
  const auto media = fromClient<ClientMedia>(R"({"type":"media","muted":false})");
  EXPECT_EQ(media.muted, false);
  EXPECT_FALSE(media.cameraOff.has_value());
}

TEST(ClientReceive, WithoutHeightAsksForTheBest) {
  EXPECT_EQ(fromClient<ClientReceive>(R"({"type":"receive","height":180})").height, 180);
  EXPECT_FALSE(fromClient<ClientReceive>(R"({"type":"receive"})").height.has_value());
}

TEST(ClientStats, AreReadWithEveryField) {
  const auto stats = fromClient<ClientStats>(
      R"({"type":"stats","seconds":2,"fps":12.5,"framesDecoded":25,"framesDropped":3,"freezes":1,)"
      R"("decodeMs":40.5,"packetsLost":9,"rttMs":80})");
  EXPECT_EQ(stats.seconds, 2);
  EXPECT_EQ(stats.fps, 12.5);
  EXPECT_EQ(stats.framesDecoded, 25);
  EXPECT_EQ(stats.framesDropped, 3);
  EXPECT_EQ(stats.freezes, 1);
  EXPECT_EQ(stats.decodeMs, 40.5);
  EXPECT_EQ(stats.packetsLost, 9);
  EXPECT_EQ(stats.rttMs, 80);
  EXPECT_EQ(fromClient<ClientStats>(R"({"type":"stats"})").seconds, 0);
}

TEST(Moderate, NeedsNoTargetToEnd) {
  EXPECT_EQ(fromClient<Moderate>(R"({"type":"moderate","action":"end"})").action, ModerateAction::end);
}

TEST(ClientLayout, IsReadWithEveryField) {
  const auto layout =
      fromClient<ClientLayout>(R"({"type":"layout","layout":"custom","custom":"stage","pinned":["b","a"]})");
  EXPECT_EQ(layout.choice, (LayoutChoice{LayoutKind::custom, "stage", {{"b"}, {"a"}}}));
}

TEST(ClientChat, KeepsLineBreaks) {
  EXPECT_EQ(fromClient<ClientChat>(R"({"type":"chat","text":"a\r\n b\n"})").text, "a\n b");
}

TEST(ClientCandidate, MayBeTheEndOfCandidates) {
  const auto end = fromClient<ClientCandidate>(
      R"({"type":"candidate","pc":"main","gen":3,"candidate":{"mline":1,"candidate":""}})");
  EXPECT_EQ(end.gen, 3u);
  EXPECT_EQ(end.candidate.mline, 1);
  EXPECT_EQ(end.candidate.candidate, "");
}

TEST(Members, ThatAreUnknownAreIgnoredAndOfTheSameNameTheLastCounts) {
  EXPECT_TRUE(fromClient<ClientHand>(R"({"type":"hand","raised":false,"x":[{}],"raised":true})").raised);
}

TEST(ClaimedType, IsThatOfAMessageThatDoesNotDecode) {
  EXPECT_EQ(claimedType(R"({"type":"join"})"), "join");
  EXPECT_EQ(claimedType(R"({"type":"welcome"})"), "");
  EXPECT_EQ(claimedType(R"({"type":7})"), "");
  EXPECT_EQ(claimedType("["), "");
}

TEST(ErrorText, IsCutBetweenCharactersSoThatItArrives) {
  const ToClient message = ErrorMessage{{ErrorCode::internal, "x" + std::string(3000, '\xc3')}, false, ""};
  EXPECT_TRUE(decodeToClient(encode(message)).has_value());
  std::string umlauts;
  for (int i = 0; i < 5000; ++i) umlauts += "ä";
  const auto back = decodeToClient(encode(ToClient{ErrorMessage{{ErrorCode::internal, umlauts}, false, ""}}));
  ASSERT_TRUE(back.has_value()) << back.error().text;
  EXPECT_EQ(umlauts.find(std::get<ErrorMessage>(*back).error.text), 0u);
}

}  // namespace
}  // namespace tessera::wire

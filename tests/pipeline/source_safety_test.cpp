// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "source_fixture.h"
#include "support/scripted_server.h"

// What a source's content says must not make the process reach for anything else.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::colour;
using test::kH264Aac;
using test::makeFilm;
using test::runUntil;
using test::ScriptedServer;
using test::SourceUnderTest;
using test::TemporaryDirectory;
using test::tone;

struct Written {
  const char* name;
  std::string text;
};

TEST(SourceSafety, OpensNothingThatAFileNames) {
  const TemporaryDirectory folder;
  ScriptedServer server;
  const std::string url = "http://127.0.0.1:" + server.port() + "/film.ts";
  const std::string other = "file://" + (folder / "other.ts");
  makeFilm(folder / "other.ts", colour("red", 3) + tone(440, 3) + kH264Aac);
  const std::string sdp =
      "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
      "m=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:rtsp://127.0.0.1:" +
      server.port() + "/x\r\n";
  const std::string smil = "<smil><body><video src=\"" + url + "\"/></body></smil>";
  const std::string mpd =
      "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
      "mediaPresentationDuration=\"PT3S\" profiles=\"urn:mpeg:dash:profile:isoff-main:2011\"><Period>"
      "<AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1000\"><BaseURL>" +
      url + "</BaseURL></Representation></AdaptationSet></Period></MPD>";
  for (const auto& [name, text] :
       {Written{"live.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n" + url + "\n#EXT-X-ENDLIST\n"},
        Written{"near.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n" + other + "\n#EXT-X-ENDLIST\n"},
        Written{"film.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n" + url + "\n#EXT-X-ENDLIST\n"},
        Written{"session.sdp", sdp}, Written{"show.smil", smil}, Written{"show.mpd", mpd},
        Written{"list.txt", "ffconcat version 1.0\nfile 'other.ts'\n"}, Written{"uris.txt", url + "\n"}}) {
    std::ofstream(folder / name, std::ios::binary) << text;
    SourceUnderTest under;
    under.playFile(folder / name);
    ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::failed); })) << name;
    EXPECT_EQ(under.statuses.back().why.code, ErrorCode::unsupported) << name;
    EXPECT_EQ(under.video->probe.frames(), 0) << name;
    EXPECT_EQ(under.audio->probe.samples(), 0U) << name;
  }
  EXPECT_EQ(server.connections(), 0);
}

std::string numberOf(std::size_t value) {
  std::string text(4, '\0');
  for (int i = 0; i < 4; ++i) text[static_cast<std::size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
  return text;
}

std::string box(const std::string& type, const std::string& content) {
  return numberOf(content.size() + 8) + type + content;
}

// The boxes of a film, with a data reference (ISO/IEC 14496-12, 8.7.2) to `url` in the place of its own.
std::string referringTo(const std::string& url, const std::string& boxes) {
  std::string all;
  for (std::size_t at = 0; at + 8 <= boxes.size();) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(boxes[at + i]);
    const std::string type = boxes.substr(at + 4, 4);
    std::string content = boxes.substr(at + 8, size - 8);
    if (type == "dref") {
      const std::string none(4, '\0');
      content = none + numberOf(1) + box("url ", none + url + '\0');
    } else if (type == "moov" || type == "trak" || type == "mdia" || type == "minf" || type == "dinf") {
      content = referringTo(url, content);
    }
    all += box(type, content);
    at += size;
  }
  return all;
}

// Films that say that their media, or they themselves, are elsewhere.
TEST(SourceSafety, TakesNoMediaFromOutsideAFilm) {
  const TemporaryDirectory folder;
  ScriptedServer server;
  const std::string url = "http://127.0.0.1:" + server.port() + "/film.mp4";
  makeFilm(folder / "film.mp4", colour("red", 1) + kH264Aac);
  const std::string film = test::contentOf(folder / "film.mp4");
  const std::string referring = referringTo(url, film);
  ASSERT_GT(referring.size(), film.size());
  const std::string moved =
      box("ftyp", "qt  " + numberOf(0) + "qt  ") +
      box("moov", box("rmra", box("rmda", box("rdrf", numberOf(0) + "url " + numberOf(url.size() + 1) + url +
                                                          '\0'))));
  for (const auto& [name, text] : {Written{"referring.mp4", referring}, Written{"moved.mov", moved}}) {
    std::ofstream(folder / name, std::ios::binary) << text;
    SourceUnderTest under;
    under.playFile(folder / name);
    EXPECT_TRUE(runUntil([&] { return under.was(SourcePhase::ended) || under.was(SourcePhase::failed); }))
        << name;
    EXPECT_TRUE(name == std::string("referring.mp4") || under.was(SourcePhase::failed));
  }
  EXPECT_EQ(server.connections(), 0);
}

std::string cseq(const std::string& request) {
  const std::size_t at = request.find("CSeq:");
  return request.substr(at, request.find("\r\n", at) + 2 - at);
}

TEST(SourceSafety, FollowsNoRedirectionOfAnRtspServer) {
  ScriptedServer elsewhere;
  ScriptedServer server([&](const std::string& request) {
    if (request.starts_with("OPTIONS"))
      return "RTSP/1.0 200 OK\r\n" + cseq(request) + "Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n";
    return "RTSP/1.0 302 Moved\r\n" + cseq(request) + "Location: rtsp://127.0.0.1:" + elsewhere.port() +
           "/x\r\n\r\n";
  });
  SourceUnderTest under;
  under.play("rtsp://127.0.0.1:" + server.port() + "/cam");
  ASSERT_TRUE(runUntil([&] { return under.statuses.size() >= 4; }));  // and again, after a second
  EXPECT_TRUE(under.was(SourcePhase::waiting));
  EXPECT_GE(server.requests(), 2);
  EXPECT_EQ(elsewhere.connections(), 0);
}

// It would have us send to wherever it says.
TEST(SourceSafety, SendsNothingByUdpForAnRtspServer) {
  const int victim = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(victim, reinterpret_cast<sockaddr*>(&address), size), 0);
  getsockname(victim, reinterpret_cast<sockaddr*>(&address), &size);
  const int port = ntohs(address.sin_port);
  ScriptedServer server([&](const std::string& request) {
    const std::string ok = "RTSP/1.0 200 OK\r\n" + cseq(request) + "Session: 1\r\n";
    const std::string sdp =
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
        "a=rtpmap:96 H264/90000\r\na=control:track1\r\n";
    if (request.starts_with("DESCRIBE"))
      return ok + "Content-Type: application/sdp\r\nContent-Length: " + std::to_string(sdp.size()) +
             "\r\n\r\n" + sdp;
    if (request.starts_with("SETUP"))
      return ok + "Transport: RTP/AVP;unicast;client_port=40000-40001;source=127.0.0.1;server_port=" +
             std::to_string(port) + "-" + std::to_string(port) + "\r\n\r\n";
    return ok + "Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n";
  });
  SourceUnderTest under;
  under.play("rtsp://127.0.0.1:" + server.port() + "/cam");
  ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::waiting); }));
  EXPECT_GE(server.requests(), 3);
  char byte = 0;
  EXPECT_LT(recv(victim, &byte, 1, MSG_DONTWAIT), 0);
  close(victim);
}

// It takes the connection, and that is all.
TEST(SourceSafety, IsLetGoOfWhileAServerSaysNothing) {
  ScriptedServer busy;  // with its one conversation: who comes later is not answered
  const int first = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(busy.port())));
  ASSERT_EQ(connect(first, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  for (const char* scheme : {"rtsp", "rtmp", "rtsps", "rtmps"}) {
    SourceUnderTest under;
    under.play(scheme + std::string("://127.0.0.1:") + busy.port() + "/live/cam");
    test::runFor(300ms);
    EXPECT_TRUE(under.is(SourcePhase::connecting)) << scheme;
  }
  close(first);
}

TEST(SourceSafety, RefusesWhatIsNoSource) {
  for (const char* url :
       {"", "film.mp4", "http://127.0.0.1/film.mp4", "https://a/b", "file:film.mp4", "file://host/film.mp4",
        "rtsph://a/b", "rtspt://a/b", "rtsp-sdp://a/b", "rtsp://", "rtmp:///app/key", "rtmpt://a/b/c",
        "rtsp://good@evil@other/x", "rtsp://a\\@b/x", "rtsp://a/b c", "rtsp://a#b/x", "cdda://1", "fd://0"}) {
    SourceUnderTest under;
    under.play(url);
    EXPECT_FALSE(under.source) << url;
    EXPECT_FALSE(under.refused.text.empty()) << url;
  }
  SourceUnderTest long_;
  long_.play("rtsp://a/" + std::string(5000, 'x'));
  EXPECT_FALSE(long_.source);
}

}  // namespace
}  // namespace tessera

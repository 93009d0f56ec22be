// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "signaling/byte_range.h"
#include "signaling/frame_parser.h"
#include "signaling/ice_servers.h"
#include "signaling/listen_address.h"
#include "signaling/live_routes.h"
#include "signaling/origin.h"
#include "signaling/resume_token.h"
#include "signaling/signed_link.h"
#include "signaling/tls.h"

namespace tessera::signaling {
namespace {

using namespace std::chrono_literals;

TEST(Origin, SameHostByDefault) {
  const std::vector<std::string> none;
  EXPECT_TRUE(originAllowed("", "host:1", none));
  EXPECT_TRUE(originAllowed("http://host:8080", "host:8080", none));
  EXPECT_TRUE(originAllowed("https://Host", "host:443", none));
  EXPECT_TRUE(originAllowed("https://host", "HOST", none));
  EXPECT_FALSE(originAllowed("http://host", "host:443", none));
  EXPECT_FALSE(originAllowed("http://host:8080", "host:8081", none));
  EXPECT_FALSE(originAllowed("http://host.evil", "host", none));
  EXPECT_FALSE(originAllowed("null", "host", none));
  EXPECT_FALSE(originAllowed("file://", "", none));
  EXPECT_FALSE(originAllowed("http://", "", none));
}

TEST(Origin, AListReplacesTheDefault) {
  const std::vector<std::string> list{"https://a.test", "https://b.test:8443"};
  EXPECT_TRUE(originAllowed("https://A.test", "whatever", list));
  EXPECT_TRUE(originAllowed("https://b.test:8443", "whatever", list));
  EXPECT_FALSE(originAllowed("https://b.test", "b.test", list));
  EXPECT_TRUE(originAllowed("null", "host", {"*"}));
}

TEST(ListenAddress, Parses) {
  EXPECT_EQ(parseListenAddress("127.0.0.1:8080")->port, 8080);
  EXPECT_EQ(parseListenAddress("localhost:1")->host, "127.0.0.1");
  EXPECT_EQ(parseListenAddress("[::1]:443")->host, "::1");
  EXPECT_EQ(toUrl(*parseListenAddress("[::1]:443"), true), "https://[::1]:443");
  EXPECT_TRUE(isLoopback(*parseListenAddress("127.9.9.9:1")));
  EXPECT_TRUE(isLoopback(*parseListenAddress("[::1]:1")));
  EXPECT_FALSE(isLoopback(*parseListenAddress("0.0.0.0:1")));
  for (const char* wrong : {"", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999",
                            "127.0.0.1:80x", "::1:80", "[::1", "[127.0.0.1]:80", "host.test:80"})
    EXPECT_FALSE(parseListenAddress(wrong).has_value()) << wrong;
}

TEST(FrameParser, FollowsFramesHoweverTheyAreCut) {
  // A text fragment of 3, a ping of 1, a continuation of 126, masked.
  std::string bytes("\x01\x83mmmmabc\x89\x81mmmmp\x80\xFE\x00\x7Emmmm", 24);
  bytes += std::string(126, 'x');
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    std::string seen;
    std::size_t payload = 0;
    FrameParser parser(
        {[&](const FrameParser::Frame& f) { seen += fmt::format("{}{}/{} ", f.opcode, f.fin, f.length); },
         [&](const FrameParser::Frame&, std::size_t n) { payload += n; }});
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      const std::string part = bytes.substr(at, step);
      parser.feed({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()});
    }
    EXPECT_EQ(seen, "1false/3 9true/1 0true/126 ") << step;
    EXPECT_EQ(payload, 130u) << step;
  }
}

TEST(ResumeTokens, OnlyTheOwnUnexpiredUnchanged) {
  const ResumeTokens tokens("key");
  const auto now = std::chrono::system_clock::now();
  const std::string token = tokens.issue({{"my-room_1"}, {"abcdefghijk1"}}, now);
  const auto claim = tokens.verify(token, now);
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(claim->room.value, "my-room_1");
  EXPECT_EQ(claim->participant.value, "abcdefghijk1");
  EXPECT_TRUE(tokens.verify(token, now + 23h).has_value());
  EXPECT_FALSE(tokens.verify(token, now + 25h).has_value());
  EXPECT_FALSE(ResumeTokens("other").verify(token, now).has_value());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(tokens.verify(changed, now).has_value()) << i;
    EXPECT_FALSE(tokens.verify(token.substr(0, i), now).has_value()) << i;
  }
  EXPECT_FALSE(tokens.verify(token + "0", now).has_value());
  EXPECT_FALSE(tokens.verify(std::string(100'000, '.'), now).has_value());
}

class ResumeKeyTest : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/tessera-test-XXXXXX";
    directory = mkdtemp(pattern);
  }
  void TearDown() override { std::filesystem::remove_all(directory); }
  std::filesystem::path directory;
};

TEST_F(ResumeKeyTest, SurvivesARestart) {
  const std::string state = directory / "state";
  const auto now = std::chrono::system_clock::now();
  const auto before = ResumeTokens::withKeyIn(state);
  ASSERT_TRUE(before.has_value());
  const auto after = ResumeTokens::withKeyIn(state);
  ASSERT_TRUE(after.has_value());
  EXPECT_TRUE(after->verify(before->issue({{"r"}, {"abcdefghijkl"}}, now), now).has_value());
  struct stat info {};
  ASSERT_EQ(stat((state + "/resume.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(state), {}), 1) << "no draft is left";
}

TEST_F(ResumeKeyTest, AKeyThatOthersMayReadIsRefused) {
  ASSERT_TRUE(ResumeTokens::withKeyIn(directory).has_value());
  std::filesystem::permissions(directory / "resume.key", std::filesystem::perms(0644));
  const auto again = ResumeTokens::withKeyIn(directory);
  ASSERT_FALSE(again.has_value());
  EXPECT_NE(again.error().text.find("0600"), std::string::npos);
}

TEST(EqualSecrets, Compares) {
  EXPECT_TRUE(equalSecrets("abc", "abc"));
  EXPECT_TRUE(equalSecrets("", ""));
  for (const char* other : {"", "ab", "abd", "abcd", "abcabc"})
    EXPECT_FALSE(equalSecrets("abc", other)) << other;
  EXPECT_FALSE(equalSecrets("", "abc"));
}

TEST(IceServers, TurnCredentialsAreTimeLimitedAndPersonal) {
  config::Media media;
  EXPECT_TRUE(iceServers(media, {"p"}, {}).empty());
  media.stunServer = "stun:stun.test:3478";
  media.turnServers = {"turn:turn.test:3478?transport=udp", "turns:turn.test:5349"};
  media.turnSecret = "north";
  media.turnTtl = 600s;
  const auto servers = iceServers(media, {"abcdefghijkl"}, std::chrono::system_clock::time_point(1000s));
  ASSERT_EQ(servers.size(), 3u);
  EXPECT_EQ(servers[0].url, "stun:stun.test:3478");
  EXPECT_EQ(servers[0].credential, "");
  EXPECT_EQ(servers[1].username, "1600:abcdefghijkl");
  // printf 1600:abcdefghijkl | openssl dgst -sha1 -hmac north -binary | base64
  EXPECT_EQ(servers[1].credential, "7CRQLEUkA3pfTcC6YDjVVQh4QYU=");
  EXPECT_EQ(servers[2].credential, servers[1].credential);
}

TEST(Tls, MakesACertificateThatGioTakes) {
  const auto certificate = makeSelfSignedCertificate();
  ASSERT_TRUE(certificate.has_value()) << certificate.error().text;
  GSocketConnectable* localhost = g_network_address_new("localhost", 443);
  const auto flags = g_tls_certificate_verify(certificate->get(), localhost, certificate->get());
  g_object_unref(localhost);
  EXPECT_EQ(flags, 0) << "valid now, and for localhost";
  EXPECT_FALSE(loadCertificate("/nonexistent.pem", "/nonexistent.key").has_value());
}

TEST(LinkSigner, AcceptsItsOwnForAWhile) {
  const LinkSigner signer("key"), other("other");
  const LinkSigner::Clock::time_point now{1'767'225'600s};
  const std::string link = signer.sign("/v1/recordings/a/file", now);
  const auto at = link.find("?expires=");
  const auto amp = link.find("&signature=");
  const std::string expires = link.substr(at + 9, amp - at - 9), signature = link.substr(amp + 11);
  const auto verify = [&](const LinkSigner& by, const char* path, const std::string& until,
                          LinkSigner::Clock::time_point when) {
    return by.verify(path, until, signature, when).has_value();
  };
  EXPECT_TRUE(verify(signer, "/v1/recordings/a/file", expires, now));
  EXPECT_TRUE(verify(signer, "/v1/recordings/a/file", expires, now + 12h - 1s));
  EXPECT_FALSE(verify(signer, "/v1/recordings/a/file", expires, now + 13h));
  EXPECT_FALSE(verify(signer, "/v1/recordings/b/file", expires, now));
  EXPECT_FALSE(verify(signer, "/v1/recordings/a/file", expires + "0", now));
  EXPECT_FALSE(verify(other, "/v1/recordings/a/file", expires, now));
  EXPECT_EQ(signer.sign("/a", now + 1s), signer.sign("/a", now + 59min)) << "one for an hour";
}

TEST(ByteRange, OfAHeader) {
  const auto is = [](std::string_view header, std::int64_t size, std::int64_t begin, std::int64_t end) {
    const ByteRange range = byteRangeOf(header, size);
    return range.kind == ByteRange::Kind::part && range.begin == begin && range.end == end;
  };
  EXPECT_TRUE(is("bytes=0-0", 10, 0, 1));
  EXPECT_TRUE(is("bytes=9-9", 10, 9, 10));
  EXPECT_TRUE(is("bytes=5-", 10, 5, 10));
  EXPECT_TRUE(is("bytes=-3", 10, 7, 10));
  EXPECT_TRUE(is("bytes=-30", 10, 0, 10));
  EXPECT_TRUE(is("bytes=5-9223372036854775807", 10, 5, 10));
  EXPECT_TRUE(is("bytes=-9223372036854775807", 10, 0, 10));
  for (const char* header : {"bytes=10-", "bytes=10-20", "bytes=-0"})
    EXPECT_EQ(byteRangeOf(header, 10).kind, ByteRange::Kind::outside) << header;
  EXPECT_EQ(byteRangeOf("bytes=0-", 0).kind, ByteRange::Kind::outside);
  for (const char* header :
       {"", "bytes", "bytes=", "bytes=-", "bytes=--1", "bytes=1--2", "bytes=+1-2", "bytes= 1-2",
        "bytes=1-2,3-4", "bytes=2-1", "bytes=0x1-", "bytes=99999999999999999999-", "Bytes=1-2 "})
    EXPECT_EQ(byteRangeOf(header, 10).kind, ByteRange::Kind::whole) << header;
}

TEST(HlsName, IsAPlainOne) {
  for (const char* name : {"index.m3u8", "00000042.ts", "init.mp4", "a-b_C1.m4s"})
    EXPECT_TRUE(isHlsName(name)) << name;
  for (const char* name :
       {"", ".", "..", ".ts", "a", "a.ts.tmp", "a.b.ts", "a/b.ts", "..ts", "a.TS", "a.txt", "a b.ts"})
    EXPECT_FALSE(isHlsName(name)) << name;
  EXPECT_FALSE(isHlsName(std::string(70, 'a') + ".ts"));
}

}  // namespace
}  // namespace tessera::signaling

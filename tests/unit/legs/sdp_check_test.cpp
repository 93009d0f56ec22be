// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/sdp_check.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/legs/sdp_samples.h"
#include "wire/limits.h"

namespace tessera {
namespace {

const OfferShape& offer() {
  static const OfferShape shape = OfferShape::of(parseSdp(test::kOffer).value().get());
  return shape;
}

Result<CheckedAnswer> check(const std::string& answer, const CandidatePolicy& policy = {}) {
  return checkAnswer(answer, offer(), policy);
}

// Replaces each occurrence; the test fails when there is none, so that no case tests nothing.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}
std::string replacedFirst(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

TEST(SdpCheckTest, ReadsTheShapeOfAnOffer) {
  ASSERT_EQ(offer().lines.size(), 2u);
  EXPECT_EQ(offer().lines[0].kind, "audio");
  EXPECT_EQ(offer().lines[1].mid, "video1");
  ASSERT_EQ(offer().lines[1].formats.size(), 2u);
  EXPECT_EQ(offer().lines[1].formats[1].payload, 97);
  EXPECT_EQ(offer().lines[1].formats[1].rtpmap, "rtx/90000");
}

TEST(SdpCheckTest, AcceptsTheAnswerOfABrowser) {
  const auto answer = check(test::kAnswer);
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->fingerprint, parseFingerprint(test::kFingerprint));
  ASSERT_EQ(answer->lines.size(), 2u);
  EXPECT_TRUE(answer->lines[0].weReceive && answer->lines[0].weSend);
  const std::string text = sdpText(answer->message.get());
  EXPECT_EQ(text.find("a=rtcp:"), std::string::npos) << "unknown attributes are taken out";
  EXPECT_NE(text.find("a=ssrc:2222 cname:x"), std::string::npos);
}

struct Good {
  const char* why;
  std::string answer;
};

TEST(SdpCheckTest, AcceptsWhatOtherClientsDo) {
  const std::string& a = test::kAnswer;
  const std::vector<Good> table{
      {"lines that end in LF only", replaced(a, "\r\n", "\n")},
      {"transport attributes at session level",
       replacedFirst(replaced(replaced(replaced(replaced(a, "a=ice-ufrag:W2ns\r\n", ""),
                                                "a=ice-pwd:1HNxy3rBNiDvhHmdKK+eqqJ/\r\n", ""),
                                       "a=setup:active\r\n", ""),
                              "a=fingerprint:sha-256 " + test::kFingerprint + "\r\n", ""),
                     "a=msid-semantic: WMS\r\n",
                     "a=ice-ufrag:W2ns\r\na=ice-pwd:1HNxy3rBNiDvhHmdKK+eqqJ/\r\na=setup:passive\r\n"
                     "a=fingerprint:SHA-256 " +
                         test::kFingerprint + "\r\n")},
      {"a further hash of the certificate",
       replaced(a, "a=setup:active\r\n", "a=setup:active\r\na=fingerprint:sha-1 00:11\r\n")},
      {"no retransmission", replaced(replaced(replaced(a, " 96 97", " 96"), "a=rtpmap:97 rtx/90000\r\n", ""),
                                     "a=fmtp:97 apt=96\r\n", "")},
      {"BUNDLE in another order", replaced(a, "BUNDLE audio0 video1", "BUNDLE video1 audio0")},
      {"a small fingerprint", replaced(a, "0F:1E", "0f:1e")},
  };
  for (const Good& row : table) {
    const auto answer = check(row.answer);
    EXPECT_TRUE(answer) << row.why << ": " << answer.error().text;
  }
}

TEST(SdpCheckTest, ReadsDirections) {
  const auto answer = check(replacedFirst(
      replacedFirst(test::kAnswer, "a=sendrecv\r\na=msid:- f3c1", "a=recvonly"), "a=sendrecv", "a=inactive"));
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_TRUE(answer->lines[0].weSend);
  EXPECT_FALSE(answer->lines[0].weReceive);
  EXPECT_FALSE(answer->lines[1].weSend);
  EXPECT_FALSE(answer->lines[1].weReceive);
}

TEST(SdpCheckTest, RefusesToReceiveWhatIsNotSent) {
  auto shape = offer();
  for (auto& line : shape.lines) line.receiveOnly = true;
  const auto policy = CandidatePolicy::of({});
  EXPECT_FALSE(checkAnswer(test::kAnswer, shape, policy));
  EXPECT_TRUE(checkAnswer(replaced(test::kAnswer, "a=sendrecv", "a=sendonly"), shape, policy));
  EXPECT_TRUE(checkAnswer(replaced(test::kAnswer, "a=sendrecv", "a=inactive"), shape, policy));
}

TEST(SdpCheckTest, RefusesWhatDoesNotFit) {
  const std::string& a = test::kAnswer;
  const std::string video = a.substr(a.find("m=video"));
  const std::string audioOnly = a.substr(0, a.find("m=video"));
  const std::vector<Good> table{
      {"nothing", ""},
      {"no SDP", "hello"},
      {"too large", a + std::string(wire::kMaxSdpBytes, 'x')},
      {"a long line", a + "a=x:" + std::string(kMaxSdpLineBytes, 'x') + "\r\n"},
      {"many lines",
       [&] {
         std::string text = a;
         for (int i = 0; i < 700; ++i) text += "a=x\r\n";
         return text;
       }()},
      {"a NUL", a + std::string("a=x\0y\r\n", 7)},
      {"a control character", a + "a=x:\x01\r\n"},
      {"not UTF-8", a + "a=x:\xff\r\n"},
      {"a line without =", a + "nonsense\r\n"},
      {"a second version", a + "v=1\r\n"},
      {"a second origin", replacedFirst(a, "s=-\r\n", "s=-\r\no=- 1 2 IN IP4 0.0.0.0\r\n")},
      {"a session line after an m-line", a + "t=0 0\r\n"},
      {"a line of no known type", replacedFirst(a, "s=-\r\n", "s=-\r\nx=1\r\n")},
      {"keys", replacedFirst(a, "t=0 0\r\n", "t=0 0\r\nk=clear:secret\r\n")},
      {"one m-line too few", audioOnly},
      {"one too many", a + video},
      {"very many m-lines",
       [&] {
         std::string text = a;
         for (int i = 0; i < 20; ++i) text += video;
         return text;
       }()},
      {"the wrong order", a.substr(0, a.find("m=audio")) + video + audioOnly.substr(a.find("m=audio"))},
      {"another kind", replaced(a, "m=video", "m=application")},
      {"another protocol", replacedFirst(a, "UDP/TLS/RTP/SAVPF 111", "RTP/AVP 111")},
      {"another mid", replaced(a, "a=mid:audio0", "a=mid:0")},
      {"no mid", replaced(a, "a=mid:audio0\r\n", "")},
      {"two mids", replaced(a, "a=mid:audio0", "a=mid:audio0\r\na=mid:audio0")},
      {"a rejected line", replaced(a, "m=video 9", "m=video 0")},
      {"several ports", replaced(a, "m=video 9", "m=video 9/5")},
      {"a payload type not offered", replaced(a, "SAVPF 111", "SAVPF 111 8")},
      {"a payload type twice", replaced(a, "96 97", "96 96")},
      {"only the retransmission", replaced(replaced(a, " 96 97", " 97"), "a=rtpmap:96 VP8/90000\r\n", "")},
      {"a payload type that is no number", replaced(a, "SAVPF 111", "SAVPF abc")},
      {"another codec", replaced(a, "VP8/90000", "H264/90000")},
      {"another clock rate", replaced(a, "VP8/90000", "VP8/8000")},
      {"sixty-four channels", replaced(a, "opus/48000/2", "opus/48000/64")},
      {"no rtpmap", replaced(a, "a=rtpmap:96 VP8/90000\r\n", "")},
      {"a repeated rtpmap",
       replaced(a, "a=rtpmap:96 VP8/90000\r\n", "a=rtpmap:96 VP8/90000\r\na=rtpmap:96 VP8/90000\r\n")},
      {"no BUNDLE", replaced(a, "a=group:BUNDLE audio0 video1\r\n", "")},
      {"two BUNDLEs",
       replaced(a, "a=group:BUNDLE audio0 video1\r\n", "a=group:BUNDLE audio0\r\na=group:BUNDLE video1\r\n")},
      {"a partial BUNDLE", replaced(a, "BUNDLE audio0 video1", "BUNDLE audio0")},
      {"a foreign mid in BUNDLE", replaced(a, "BUNDLE audio0 video1", "BUNDLE audio0 video1 x")},
      {"a mid twice in BUNDLE", replaced(a, "BUNDLE audio0 video1", "BUNDLE audio0 audio0")},
      {"blanks in BUNDLE", replaced(a, "BUNDLE audio0 video1", "BUNDLE  audio0 video1")},
      {"no rtcp-mux", replacedFirst(a, "a=rtcp-mux\r\n", "")},
      {"no setup", replacedFirst(a, "a=setup:active\r\n", "")},
      {"setup actpass", replaced(a, "setup:active", "setup:actpass")},
      {"different setups", replacedFirst(a, "setup:active", "setup:passive")},
      {"no ufrag", replacedFirst(a, "a=ice-ufrag:W2ns\r\n", "")},
      {"a short ufrag", replaced(a, "ice-ufrag:W2ns", "ice-ufrag:abc")},
      {"a ufrag with other characters", replaced(a, "ice-ufrag:W2ns", "ice-ufrag:W2 ns")},
      {"a long ufrag", replaced(a, "ice-ufrag:W2ns", "ice-ufrag:" + std::string(257, 'a'))},
      {"different ufrags", replacedFirst(a, "ice-ufrag:W2ns", "ice-ufrag:W2nt")},
      {"a short password", replaced(a, "1HNxy3rBNiDvhHmdKK+eqqJ/", "1HNxy3rBN")},
      {"no fingerprint", replacedFirst(a, "a=fingerprint:sha-256 " + test::kFingerprint + "\r\n", "")},
      {"only another hash", replaced(a, "sha-256", "sha-512")},
      {"a short fingerprint", replaced(a, ":E1:F0\r\n", "\r\n")},
      {"two fingerprints", replacedFirst(a, "a=setup:active\r\n",
                                         "a=setup:active\r\na=fingerprint:sha-256 " +
                                             replaced(test::kFingerprint, "0F", "00") + "\r\n")},
      {"different fingerprints", replacedFirst(a, "sha-256 0F", "sha-256 00")},
      {"two directions", replacedFirst(a, "a=sendrecv\r\n", "a=sendrecv\r\na=recvonly\r\n")},
      {"an ssrc that is no number", replaced(a, "a=ssrc:1111", "a=ssrc:x")},
      {"ssrc 0", replaced(a, "a=ssrc:1111", "a=ssrc:0")},
      {"an ssrc on two lines", replaced(a, "a=ssrc:1111", "a=ssrc:2222")},
      {"an ssrc line without value", replacedFirst(a, "a=ssrc:1111 cname:x", "a=ssrc")},
      {"many ssrcs",
       [&] {
         std::string text = a;
         for (int i = 1; i < 40; ++i) text += "a=ssrc:" + std::to_string(i) + " cname:x\r\n";
         return text;
       }()},
  };
  for (const Good& row : table) {
    const auto answer = check(row.answer);
    ASSERT_FALSE(answer) << row.why;
    EXPECT_EQ(answer.error().code, ErrorCode::badSdp) << row.why;
    EXPECT_FALSE(answer.error().text.empty());
  }
}

TEST(SdpCheckTest, TakesCandidatesOut) {
  const std::string good = "a=candidate:1 1 udp 2122 192.0.2.1 5000 typ host generation 0\r\n";
  const auto answer = check(test::kAnswer + good + good +
                            "a=candidate:2 1 udp 2122 0a1b.local 5000 typ host\r\n"
                            "a=candidate:3 1 tcp 2122 192.0.2.1 9 typ host tcptype active\r\n"
                            "a=candidate:4 1 udp 2122 192.0.2.1 0 typ host\r\n"
                            "a=candidate:5 1 udp 2122 127.0.0.1 5000 typ host\r\n");
  ASSERT_TRUE(answer) << answer.error().text;
  ASSERT_EQ(answer->candidates.size(), 1u);
  EXPECT_EQ(answer->candidates.front(), "candidate:1 1 UDP 2122 192.0.2.1 5000 typ host generation 0");
  EXPECT_EQ(sdpText(answer->message.get()).find("candidate"), std::string::npos);

  std::string many = test::kAnswer;
  for (int i = 1; i <= 60; ++i)
    many += "a=candidate:1 1 udp 2122 192.0.2.1 " + std::to_string(5000 + i) + " typ host\r\n";
  EXPECT_FALSE(check(many));
}

// What GStreamer writes of it would run into the next line.
TEST(SdpCheckTest, HandsOnNoInformationLines) {
  const auto answer = check(replaced(test::kAnswer, "c=IN", "i=a title\r\nc=IN"));
  ASSERT_TRUE(answer) << answer.error().text;
  const auto again = check(sdpText(answer->message.get()));
  EXPECT_TRUE(again) << again.error().text;
}

// Whatever arrives, the answer is a yes or a no.
TEST(SdpCheckTest, SurvivesMutations) {
  std::mt19937 random(4711);
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = test::kAnswer;
    const int edits = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < edits && !text.empty(); ++i) {
      const std::size_t at = random() % text.size();
      const std::size_t length = std::min<std::size_t>(random() % 40, text.size() - at);
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, length);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), length));
          break;
        default:
          text.resize(at + 1);
          break;
      }
    }
    accepted += check(text).has_value() ? 1 : 0;
  }
  EXPECT_LT(accepted, 3000);
}

}  // namespace
}  // namespace tessera
